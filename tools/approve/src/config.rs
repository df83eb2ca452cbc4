//! The configuration file: which pipeline an alias means and what is known about it.

mod freeze;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use greenlight_core::approval::contents::Piece;
use greenlight_core::approval::freeze::Freeze;
use greenlight_core::approval::policy::{FourEyes, Policy};
use greenlight_core::ident::{BucketName, PipelineName};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use freeze::FreezeText;

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default)]
    pub pipelines: BTreeMap<String, Entry>,
    /// Freezes of everything that counts as production.
    #[serde(default, deserialize_with = "freezes")]
    pub freeze: Vec<Freeze>,
}

/// What one alias stands for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub pipeline: PipelineName,
    pub region: Option<String>,
    pub profile: Option<String>,
    /// The stage that a release is followed through; the last one when absent.
    pub production_stage: Option<String>,
    /// Shown.
    pub environment: Option<String>,
    /// The commit must be typed.
    #[serde(default)]
    pub production: bool,
    /// Where `validate-deploy` leaves its reports about the deployments before the approval.
    pub report: Option<ReportLocation>,
    /// Where it leaves those about production.
    pub production_report: Option<ReportLocation>,
    /// The sites that `publish-frontend` publishes.
    pub frontend: Option<Sites>,
    #[serde(default)]
    pub four_eyes: FourEyes,
    /// Assumed before anything is asked.
    pub role_arn: Option<String>,
    /// A clone of the source repository.
    pub checkout: Option<PathBuf>,
    /// What must be known before an approval.
    #[serde(default)]
    pub require: Vec<Piece>,
    #[serde(default, deserialize_with = "freezes")]
    pub freeze: Vec<Freeze>,
}

/// Where visitors' files are, and where the release that waits was published for testing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sites {
    pub live: ReportLocation,
    pub candidate: ReportLocation,
}

fn freezes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Freeze>, D::Error> {
    let texts = Vec::<FreezeText>::deserialize(deserializer)?;
    texts.iter().map(FreezeText::read).collect::<Result<_, _>>().map_err(D::Error::custom)
}

/// `s3://bucket/prefix`; the report of a deployment is `<prefix>/<deployment id>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ReportLocation {
    pub bucket: BucketName,
    pub prefix: String,
}

impl TryFrom<String> for ReportLocation {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let path = text.strip_prefix("s3://").ok_or_else(|| format!("{text:?} does not begin with s3://"))?;
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        let bucket = bucket.parse::<BucketName>().map_err(|error| error.to_string())?;
        Ok(Self { bucket, prefix: prefix.trim_matches('/').to_owned() })
    }
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

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {path}", path = .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} is not a valid configuration", path = .path.display())]
    Parse { path: PathBuf, source: Box<toml::de::Error> },
}

impl Config {
    /// Reads `given`, or the file in the home folder if it is there.
    pub fn load(given: Option<&Path>) -> Result<Self, ConfigError> {
        let default =
            || home_folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("greenlight/approve.toml"));
        let Some(path) = given.map(Path::to_path_buf).or_else(default) else { return Ok(Self::default()) };
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                Self::parse(&text).map_err(|source| ConfigError::Parse { path, source: Box::new(source) })
            }
            Err(error) if given.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(source) => Err(ConfigError::Read { path, source }),
        }
    }

    /// The rules of a pipeline; one that nobody configured counts as production.
    pub fn policy(&self, entry: Option<&Entry>) -> Policy {
        let production = entry.is_none_or(|entry| entry.production);
        let general = self.freeze.iter().filter(|_| production);
        let own = entry.into_iter().flat_map(|entry| &entry.freeze);
        Policy {
            four_eyes: entry.map(|entry| entry.four_eyes).unwrap_or_default(),
            freezes: general.chain(own).cloned().collect(),
            require: entry.map(|entry| entry.require.clone()).unwrap_or_default(),
        }
    }

    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

/// `$variable`, or `~/fallback`.
pub fn home_folder(variable: &str, fallback: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set(variable).or_else(|| set("HOME").map(|home| home.join(fallback)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_entry() {
        let config = Config::parse(
            "[pipelines.prod]\npipeline = \"greenlight\"\nregion = \"eu-central-1\"\nproduction_stage = \"Prod\"\n\
             environment = \"prod\"\nproduction = true\nreport = \"s3://bucket/reports/test/\"\nfour_eyes = \"deny\"\n",
        )
        .unwrap();
        let entry = &config.pipelines["prod"];
        assert_eq!(entry.report.as_ref().unwrap().key("d-1"), "reports/test/d-1.json");
        assert_eq!((entry.four_eyes, entry.production), (FourEyes::Deny, true));
    }

    #[test]
    fn general_freezes_are_for_production() {
        let config = Config::parse(
            "[[freeze]]\nwhy = \"holidays\"\nfrom = \"2026-12-20T00:00:00+01:00\"\nuntil = \"2027-01-04T00:00:00+01:00\"\n\
             [pipelines.prod]\npipeline = \"a\"\nproduction = true\nrequire = [\"commits\", \"image\"]\n\
             freeze = [{ why = \"weekend\", days = [\"sat\", \"Sun\"], from = \"00:00\", until = \"24:00\", zone = \"UTC\" }]\n\
             [pipelines.test]\npipeline = \"b\"\n",
        )
        .unwrap();
        let of = |alias: &str| config.policy(config.pipelines.get(alias));
        assert_eq!(of("prod").freezes.len(), 2);
        assert_eq!(of("prod").require, [Piece::Commits, Piece::Image]);
        assert!(of("test").freezes.is_empty());
        // Nobody said that it is not production.
        assert_eq!(config.policy(None).freezes.len(), 1);
    }

    #[test]
    fn mistakes_are_errors() {
        for bad in [
            "[[freeze]]\nwhy = \"x\"\nfrom = \"2026-12-20\"\nuntil = \"2027-01-04\"",
            "[[freeze]]\nwhy = \"x\"\nfrom = \"2027-12-20T00:00:00Z\"\nuntil = \"2027-01-04T00:00:00Z\"",
            "[[freeze]]\nwhy = \"x\"\ndays = [\"sat\"]\nfrom = \"10:00\"\nuntil = \"12:00\"",
            "[[freeze]]\nwhy = \"x\"\ndays = [\"saturday\"]\nfrom = \"10:00\"\nuntil = \"12:00\"\nzone = \"UTC\"",
            "[pipelines.prod]\npipeline = \"greenlight\"\nrequire = [\"luck\"]",
            "[pipelines.prod]\npipeline = \"greenlight\"\nproducton = true",
            "[pipelines.prod]\npipeline = \"green light\"",
            "[pipelines.prod]\npipeline = \"greenlight\"\nreport = \"bucket/reports\"",
            "[pipelines.prod]\nenvironment = \"prod\"",
        ] {
            assert!(Config::parse(bad).is_err(), "{bad}");
        }
    }
}
