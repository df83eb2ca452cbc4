//! `render.toml`: what is true for each environment, and which environment variables may reach a template.

use std::collections::{BTreeMap, BTreeSet};

use greenlight_core::taskdef::node::{Node, Place};
use greenlight_core::taskdef::online::{Deployment, Gate};
use greenlight_core::taskdef::sizes::Size;
use greenlight_core::taskdef::template::{self, substitute_text};
use serde::Deserialize;
use toml::Spanned;

use crate::error::RenderError;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default)]
    pub environments: BTreeMap<String, Environment>,
    #[serde(default)]
    pub variables: Variables,
    /// Sizes that Fargate offers and the bundled table does not know yet.
    #[serde(default)]
    pub fargate_sizes: Vec<Size>,
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
    pub region: Option<Spanned<String>>,
    pub account: Option<Spanned<String>>,
    pub cluster: Option<Spanned<String>>,
    pub service: Option<Spanned<String>>,
    pub application: Option<Spanned<String>>,
    pub deployment_group: Option<Spanned<String>>,
    #[serde(default)]
    pub gates: Gates,
    /// Values of this environment; they may use `${NAME:-default}` themselves.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

/// What must hold before files are written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gates {
    /// As `--fail-on-findings`, which wins.
    pub fail_on_findings: Option<String>,
    /// As `--require-online`.
    #[serde(default)]
    pub require_online: bool,
    /// CodePipeline does not deploy these files, so the AppSpec may name a revision.
    #[serde(default)]
    pub direct: bool,
}

/// A key of an environment, what its value must be, and the check. Limits:
/// <https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_GetDeploymentGroup.html> and
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html> (2026-11).
type Check = (&'static str, &'static str, fn(&str) -> bool);

const CHECKS: [Check; 6] = [
    ("region", "a region such as eu-central-1", |text| {
        text.contains('-') && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    }),
    ("account", "12 digits", |text| text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())),
    ("cluster", "1 to 255 letters, digits, '_' and '-'", is_ecs_name),
    ("service", "1 to 255 letters, digits, '_' and '-'", is_ecs_name),
    ("application", "1 to 100 letters, digits and +=,.@_-", is_codedeploy_name),
    ("deployment_group", "1 to 100 letters, digits and +=,.@_-", is_codedeploy_name),
];

fn is_ecs_name(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn is_codedeploy_name(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c))
}

impl Settings {
    /// The section of `env`. An unknown name is an error as soon as render.toml names any environment.
    pub fn environment(&self, env: Option<&str>) -> Result<Environment, RenderError> {
        let known = self.environments.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        match env {
            Some(name) => match self.environments.get(name) {
                Some(environment) => {
                    environment.check(name)?;
                    Ok(environment.clone())
                }
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

fn value(spanned: Option<&Spanned<String>>) -> Option<&str> {
    spanned.map(|spanned| spanned.get_ref().as_str())
}

impl Environment {
    fn named(&self) -> [Option<&Spanned<String>>; 6] {
        let all = [
            &self.region,
            &self.account,
            &self.cluster,
            &self.service,
            &self.application,
            &self.deployment_group,
        ];
        all.map(Option::as_ref)
    }

    fn check(&self, name: &str) -> Result<(), RenderError> {
        for ((key, wanted, fits), given) in CHECKS.iter().zip(self.named()) {
            if let Some(text) = value(given).filter(|text| !fits(text)) {
                let message = format!("{key} of the environment {name} is {text:?}; it must be {wanted}");
                return Err(RenderError::SettingsValue(message));
            }
        }
        Ok(())
    }

    pub fn region(&self) -> Option<&str> {
        value(self.region.as_ref())
    }

    /// What the deployment is for, with places in the text of render.toml, which is the input file `file`.
    pub fn deployment(&self, text: &str, file: usize) -> Deployment {
        let placed = |spanned: &Option<Spanned<String>>| {
            let spanned = spanned.as_ref()?;
            Some((spanned.get_ref().clone(), place(text, file, &spanned.span())))
        };
        Deployment {
            region: value(self.region.as_ref()).map(str::to_owned),
            account: value(self.account.as_ref()).map(str::to_owned),
            cluster: placed(&self.cluster),
            service: placed(&self.service),
            application: placed(&self.application),
            deployment_group: placed(&self.deployment_group),
        }
    }

    /// The gate of the command line, or that of the environment.
    pub fn gate(&self, given: Option<&Gate>) -> Result<Gate, RenderError> {
        match (given, &self.gates.fail_on_findings) {
            (Some(gate), _) => Ok(gate.clone()),
            (None, Some(text)) => {
                text.parse().map_err(|why| RenderError::SettingsValue(format!("fail_on_findings: {why}")))
            }
            (None, None) => Ok(Gate::default()),
        }
    }

    /// The variables that its own variables use.
    pub fn used(&self) -> BTreeSet<String> {
        let texts = self.variables.values().map(|text| Node::string(Place::default(), text.clone()));
        texts.flat_map(|node| template::variables(&node)).collect()
    }

    /// All values that templates see. `given` (command line, files, process environment) wins over `variables`, which win over
    /// the names that every environment has: `ENVIRONMENT`, `REGION`, `ACCOUNT_ID`, `CLUSTER`, `SERVICE`.
    pub fn values(
        &self,
        env: Option<&str>,
        given: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, RenderError> {
        let fixed = [
            ("ENVIRONMENT", env),
            ("REGION", value(self.region.as_ref())),
            ("ACCOUNT_ID", value(self.account.as_ref())),
            ("CLUSTER", value(self.cluster.as_ref())),
            ("SERVICE", value(self.service.as_ref())),
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

/// Reads render.toml. Messages do not quote the file: a value may be a secret.
pub fn parse(text: &str, path: &std::path::Path) -> Result<Settings, RenderError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    toml::from_str(text).map_err(|error| {
        let at = place(text, 0, &error.span().unwrap_or(0..0));
        let message = without_values(error.message().lines().next().unwrap_or_default());
        RenderError::Settings { path: path.to_owned(), line: at.line, column: at.column, message }
    })
}

/// Serde's messages quote what they found, which may be a secret: `invalid type: string "…", expected a map`.
fn without_values(message: &str) -> String {
    let found = ["invalid type: ", "invalid value: "]
        .into_iter()
        .find_map(|prefix| Some((prefix, message.strip_prefix(prefix)?.rsplit_once(", expected ")?)));
    let Some((prefix, (found, expected))) = found else { return message.to_owned() };
    let kind = found.split(['"', '`']).next().unwrap_or_default().trim_end();
    format!("{prefix}{kind}, expected {expected}")
}

fn place(text: &str, file: usize, span: &std::ops::Range<usize>) -> Place {
    let before = text.get(..span.start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    let width = text
        .get(span.clone())
        .map_or(1, |part| part.lines().next().unwrap_or_default().chars().count().max(1));
    Place { file, line: before.matches('\n').count() + 1, column, width }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_hold_no_values() {
        for text in [
            "[environments.e]\nvariables = \"hunter2, expected x\"\n",
            "[environments.e.variables]\nP = { hunter2 = 5 }\n",
            "[environments.e]\ngates = \"hunter2\"\n",
            "[variables]\nallow = \"hunter2\"\n",
        ] {
            let error = parse(text, std::path::Path::new("render.toml")).unwrap_err().to_string();
            assert!(!error.contains("hunter2") && error.contains("expected"), "{error}");
        }
    }

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

    #[test]
    fn values_are_checked_and_have_their_place() {
        let environment = |text: &str| parse(text, "render.toml".as_ref()).unwrap().environment(Some("e"));
        for bad in ["account = \"12\"", "region = \"Frankfurt\"", "cluster = \"a b\"", "application = \"\""] {
            assert!(
                matches!(
                    environment(&format!("[environments.e]\n{bad}")),
                    Err(RenderError::SettingsValue(_))
                ),
                "{bad}"
            );
        }
        let text = "[environments.e]\nservice = \"web\"\n";
        let at = environment(text).unwrap().deployment(text, 3).service.unwrap().1;
        assert_eq!((at.file, at.line, at.column, at.width), (3, 2, 11, 5));
        let error = parse("[environments.e]\nservice = hunter2\n", "render.toml".as_ref()).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
