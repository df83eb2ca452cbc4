//! `render.toml`: what is true for each environment, and which environment variables may reach a template.

use std::collections::BTreeMap;

use greenlight_core::taskdef::template::substitute_text;
use serde::Deserialize;

use crate::error::RenderError;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default)]
    pub environments: BTreeMap<String, Environment>,
    #[serde(default)]
    pub variables: Variables,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variables {
    /// Names that may be taken from the process environment.
    #[serde(default)]
    pub allow: Vec<String>,
}

/// One environment. All of it is optional, so that a template alone can be checked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    pub region: Option<String>,
    pub account: Option<String>,
    pub cluster: Option<String>,
    pub service: Option<String>,
    pub application: Option<String>,
    pub deployment_group: Option<String>,
    /// Values of this environment; they may use `${NAME:-default}` themselves.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

impl Settings {
    /// The section of `env`. An unknown name is an error as soon as render.toml names any environment.
    pub fn environment(&self, env: Option<&str>) -> Result<Environment, RenderError> {
        let known = self.environments.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        match env {
            Some(name) => match self.environments.get(name) {
                Some(environment) => Ok(environment.clone()),
                None if self.environments.is_empty() => Ok(Environment::default()),
                None => {
                    Err(RenderError::SettingsValue(format!("there is no environment {name:?}, only {known}")))
                }
            },
            None if self.environments.is_empty() => Ok(Environment::default()),
            None => Err(RenderError::Usage(format!("say which environment with --env: {known}"))),
        }
    }
}

impl Environment {
    /// All values that templates see. `given` (command line, files, process environment) wins over `variables`, which win over
    /// the names that every environment has: `ENVIRONMENT`, `REGION`, `ACCOUNT_ID`, `CLUSTER`, `SERVICE`.
    pub fn values(
        &self,
        env: Option<&str>,
        given: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, RenderError> {
        let fixed = [
            ("ENVIRONMENT", env),
            ("REGION", self.region.as_deref()),
            ("ACCOUNT_ID", self.account.as_deref()),
            ("CLUSTER", self.cluster.as_deref()),
            ("SERVICE", self.service.as_deref()),
        ];
        let mut values: BTreeMap<String, String> = fixed
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        values.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
        let mut own = BTreeMap::new();
        for (name, text) in &self.variables {
            let filled = substitute_text(text, &values)
                .map_err(|why| RenderError::SettingsValue(format!("the variable {name}: {why}")))?;
            own.insert(name.clone(), filled);
        }
        own.extend(values);
        Ok(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = r#"
        [environments.test]
        region = "eu-central-1"
        variables = { HOSTS = "${HOSTS_TEST:-localhost}", ENVIRONMENT = "ignored" }
        [variables]
        allow = ["HOSTS_TEST"]
    "#;

    fn hosts(given: &[(&str, &str)]) -> String {
        let settings: Settings = toml::from_str(TOML).unwrap();
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let values = settings.environment(Some("test")).unwrap().values(Some("test"), &given).unwrap();
        assert_eq!((values["REGION"].as_str(), values["ENVIRONMENT"].as_str()), ("eu-central-1", "test"));
        values["HOSTS"].clone()
    }

    #[test]
    fn what_is_given_wins() {
        assert_eq!(hosts(&[]), "localhost");
        assert_eq!(hosts(&[("HOSTS_TEST", "a.example")]), "a.example");
        assert_eq!(hosts(&[("HOSTS", "b.example"), ("HOSTS_TEST", "a.example")]), "b.example");
    }

    #[test]
    fn environments_must_be_named_and_known() {
        let settings: Settings = toml::from_str(TOML).unwrap();
        assert!(matches!(settings.environment(Some("prod")), Err(RenderError::SettingsValue(_))));
        assert!(matches!(settings.environment(None), Err(RenderError::Usage(_))));
        assert!(Settings::default().environment(None).is_ok());
        assert!(toml::from_str::<Settings>("[environments.test]\nregoin = \"x\"").is_err());
    }
}
