//! Which pipeline a name on the command line means.

use greenlight_core::approval::policy::Policy;
use greenlight_core::report::printable;

use crate::config::{Config, Entry};

/// One pipeline with what the configuration knows about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub pipeline: String,
    pub alias: Option<String>,
    pub entry: Option<Entry>,
    pub policy: Policy,
}

impl Target {
    /// A pipeline with what the configuration says under this alias.
    pub fn new(config: &Config, pipeline: &str, configured: Option<(&String, &Entry)>) -> Self {
        Self {
            pipeline: pipeline.to_owned(),
            alias: configured.map(|(alias, _)| alias.clone()),
            policy: config.policy(configured.map(|(_, entry)| entry)),
            entry: configured.map(|(_, entry)| entry.clone()),
        }
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("{wanted:?} may mean {}", .candidates.join(", "))]
    Ambiguous { wanted: String, candidates: Vec<String> },
    #[error("no alias and no pipeline begins with {wanted:?}")]
    Unknown { wanted: String },
}

/// The alias of exactly this name: no look at AWS is needed.
pub fn alias(config: &Config, wanted: &str) -> Option<Target> {
    let found = config.pipelines.get_key_value(wanted)?;
    Some(Target::new(config, found.1.pipeline.as_str(), Some(found)))
}

/// An exact name, or the only alias or pipeline that begins with `wanted`.
pub fn resolve(config: &Config, names: &[String], wanted: &str) -> Result<Target, NameError> {
    if let Some(target) = alias(config, wanted) {
        return Ok(target);
    }
    if names.iter().any(|name| name == wanted) {
        return configured(config, wanted);
    }
    let aliases = config.pipelines.keys().filter(|name| name.starts_with(wanted));
    let pipelines = names.iter().filter(|name| name.starts_with(wanted));
    let candidates: Vec<&String> = aliases.chain(pipelines).collect();
    match candidates.as_slice() {
        [] => Err(NameError::Unknown { wanted: wanted.to_owned() }),
        [only] => alias(config, only).map_or_else(|| configured(config, only), Ok),
        several => Err(NameError::Ambiguous {
            wanted: wanted.to_owned(),
            candidates: several.iter().map(|name| printable(name)).collect(),
        }),
    }
}

/// The pipeline `name` with the settings of the one alias that means it.
pub fn configured(config: &Config, name: &str) -> Result<Target, NameError> {
    let mut entries = config.pipelines.iter().filter(|(_, entry)| entry.pipeline.as_str() == name);
    match (entries.next(), entries.next()) {
        (found, None) => Ok(Target::new(config, name, found)),
        (None, Some(_)) => Ok(Target::new(config, name, None)),
        (Some((first, _)), Some((second, _))) => Err(NameError::Ambiguous {
            wanted: name.to_owned(),
            candidates: vec![first.clone(), second.clone()],
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config::parse(
            "[pipelines.prod]\npipeline = \"greenlight\"\n[pipelines.eu]\npipeline = \"shop\"\n[pipelines.us]\npipeline = \"shop\"\n",
        )
        .unwrap()
    }

    fn names() -> Vec<String> {
        ["greenlight", "greenhouse", "green", "shop", "prod-old"].map(String::from).to_vec()
    }

    #[test]
    fn aliases_then_names_then_beginnings() {
        let of = |wanted: &str| resolve(&config(), &names(), wanted);
        assert_eq!(of("prod").unwrap().pipeline, "greenlight");
        assert_eq!(of("greenlight").unwrap().alias.as_deref(), Some("prod"));
        assert_eq!(of("green").unwrap().pipeline, "green");
        assert_eq!(of("greenh").unwrap().pipeline, "greenhouse");
        assert_eq!(of("x"), Err(NameError::Unknown { wanted: "x".into() }));
        let ambiguous = |wanted: &str, candidates: [&str; 2]| {
            Err(NameError::Ambiguous {
                wanted: wanted.into(),
                candidates: candidates.map(Into::into).to_vec(),
            })
        };
        assert_eq!(of("greenl").unwrap().alias.as_deref(), Some("prod"));
        assert_eq!(of("pro"), ambiguous("pro", ["prod", "prod-old"]));
        assert_eq!(of("shop"), ambiguous("shop", ["eu", "us"]));
    }
}
