//! From TOML text to a configuration that can be run: parsed, checked as a whole, `${env:…}` and the report's place resolved.

mod rules;

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::hook::model::Config;
use crate::hook::template::{self, TemplateError, Values, Variable};
use crate::ident::BucketName;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration is not valid: {0}")]
    Toml(String),
    #[error("{place}: {source}")]
    Template { place: String, source: TemplateError },
    #[error("{place}: {message}")]
    Rule { place: String, message: String },
}

/// A configuration that has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    pub config: Config,
    /// SHA-256 of the TOML text, in hexadecimal.
    pub hash: String,
    pub report: Option<ReportLocation>,
    /// Values of `${env:…}`.
    pub values: Values,
    /// SSM parameters that the checks name.
    pub secrets: BTreeSet<String>,
    /// Whether anything but `identity.expect` needs `${version}`.
    pub needs_version: bool,
}

/// Where the JSON report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLocation {
    pub bucket: BucketName,
    /// Without slashes at its ends; may be empty.
    pub prefix: String,
}

impl ReportLocation {
    pub fn key(&self, deployment_id: &str) -> String {
        if self.prefix.is_empty() {
            format!("{deployment_id}.json")
        } else {
            format!("{}/{deployment_id}.json", self.prefix)
        }
    }
}

/// Parses and checks. `environment` are the variables that `${env:NAME}` may name.
pub fn parse(text: &str, environment: &BTreeMap<String, String>) -> Result<Checked, ConfigError> {
    let config: Config = toml::from_str(text).map_err(|error| ConfigError::Toml(place_of(text, &error)))?;
    let mut used = BTreeSet::new();
    let needs_version = rules::check_all(&config, &mut used)?;
    let mut values = Values::new();
    let mut secrets = BTreeSet::new();
    for variable in used {
        match variable {
            Variable::Env(name) => {
                let value = environment.get(&name).ok_or_else(|| ConfigError::Rule {
                    place: format!("${{env:{name}}}"),
                    message: "this environment variable is not set".to_owned(),
                })?;
                values.insert(Variable::Env(name), value.clone());
            }
            Variable::Secret(path) => {
                secrets.insert(path);
            }
            Variable::Version | Variable::Capture(_) => {}
        }
    }
    let report = config.report.as_deref().map(|report| location(report, &values)).transpose()?;
    let hash = hex::encode(Sha256::digest(text.as_bytes()));
    Ok(Checked { config, hash, report, values, secrets, needs_version })
}

/// The error with its place, without the line itself: a configuration that lies in SSM may hold what nobody should read in a log.
fn place_of(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}: {}", error.message().trim_end())
}

fn location(report: &str, values: &Values) -> Result<ReportLocation, ConfigError> {
    let place = || "report".to_owned();
    let report = template::render(report, values)
        .map_err(|source| ConfigError::Template { place: place(), source })?;
    let rule = |message: String| ConfigError::Rule { place: place(), message };
    let rest =
        report.strip_prefix("s3://").ok_or_else(|| rule(format!("{report:?} is not s3://bucket/prefix")))?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let bucket = bucket.parse::<BucketName>().map_err(|error| rule(error.to_string()))?;
    Ok(ReportLocation { bucket, prefix: prefix.trim_matches('/').to_owned() })
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
