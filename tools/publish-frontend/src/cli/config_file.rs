//! `publish.toml`: defaults for the flags, under their own names. Flags and environment variables win over it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Command};
use toml::{Table, Value};

/// Flags that a file must not set: they say what this one run is for.
const NOT_IN_A_FILE: [&str; 4] = ["config", "dry-run", "confirm", "to"];

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration file {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the configuration file {path} is not TOML")]
    Syntax { path: PathBuf, source: Box<toml::de::Error> },
    #[error("{path} sets {key}, which is no flag that a file can set{}", .near.as_ref().map(|near| format!("; is {near} meant?")).unwrap_or_default())]
    Unknown { path: PathBuf, key: String, near: Option<String> },
    #[error("{path} sets {key} to {found}; it takes {expected}")]
    Kind { path: PathBuf, key: String, found: &'static str, expected: &'static str },
}

pub struct ConfigFile {
    path: PathBuf,
    table: Table,
}

/// The file that the arguments or the environment name.
pub fn path(command: &Command, arguments: &[OsString]) -> Option<PathBuf> {
    let lenient = command.clone().ignore_errors(true).disable_help_flag(true).disable_version_flag(true);
    let matches = lenient.try_get_matches_from(arguments).ok()?;
    // Empty means that there is none, as everywhere in a buildspec's environment.
    matches.get_one::<OsString>("config").filter(|path| !path.is_empty()).map(PathBuf::from)
}

pub fn read(path: &Path) -> Result<ConfigFile, ConfigError> {
    let path = path.to_owned();
    let text =
        std::fs::read_to_string(&path).map_err(|source| ConfigError::Read { path: path.clone(), source })?;
    match text.parse() {
        Ok(table) => Ok(ConfigFile { path, table }),
        Err(source) => Err(ConfigError::Syntax { path, source: Box::new(source) }),
    }
}

impl ConfigFile {
    /// The command with the file's values as defaults, in every subcommand that has the flag.
    pub fn apply(&self, mut command: Command) -> Result<Command, ConfigError> {
        let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        for (key, value) in &self.table {
            let mut known = false;
            for name in &names {
                let Some((id, takes)) = find(&command, name, key) else { continue };
                known = true;
                let values = self.values(key, value, takes)?;
                command = command.mut_subcommand(name, |sub| {
                    sub.mut_arg(&id, |argument| argument.required(false).default_values(values))
                });
            }
            if !known {
                return Err(self.unknown(&command, key));
            }
        }
        Ok(command)
    }

    /// As text, as clap takes it. It lives as long as the process: so do clap's defaults.
    fn values(&self, key: &str, value: &Value, takes: Takes) -> Result<Vec<&'static str>, ConfigError> {
        let refused = |expected| {
            let (path, key) = (self.path.clone(), key.to_owned());
            Err(ConfigError::Kind { path, key, found: value.type_str(), expected })
        };
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            _ => None,
        };
        let texts = match (value, takes) {
            (Value::Boolean(value), Takes::Nothing) => vec![value.to_string()],
            (_, Takes::Nothing) => return refused("true or false"),
            (Value::Array(values), Takes::Several) => match values.iter().map(text).collect() {
                Some(texts) => texts,
                None => return refused("a list of strings"),
            },
            (value, Takes::Several | Takes::One) => match text(value) {
                Some(text) => vec![text],
                None => return refused("a string or a number"),
            },
        };
        Ok(texts.into_iter().map(|text| &*text.leak()).collect())
    }

    fn unknown(&self, command: &Command, key: &str) -> ConfigError {
        let flags = command.get_subcommands().flat_map(Command::get_arguments);
        let known =
            flags.filter_map(|argument| argument.get_long()).filter(|long| !NOT_IN_A_FILE.contains(long));
        let near = known.map(|long| (strsim::damerau_levenshtein(long, key), long)).min();
        let near = near.filter(|(distance, _)| *distance <= 3).map(|(_, long)| long.to_owned());
        ConfigError::Unknown { path: self.path.clone(), key: key.to_owned(), near }
    }
}

/// What a flag takes.
#[derive(Clone, Copy)]
enum Takes {
    Nothing,
    One,
    Several,
}

fn find(command: &Command, subcommand: &str, key: &str) -> Option<(String, Takes)> {
    let sub = command.find_subcommand(subcommand)?;
    let argument = sub.get_arguments().find(|argument| {
        argument.get_long() == Some(key) && !NOT_IN_A_FILE.contains(&key) && key != "help"
    })?;
    let takes = match argument.get_action() {
        ArgAction::SetTrue => Takes::Nothing,
        ArgAction::Append => Takes::Several,
        _ => Takes::One,
    };
    Some((argument.get_id().to_string(), takes))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::*;
    use crate::cli::{Cli, Command as Tool, Verify};

    fn parse(toml: &str, arguments: &[&str]) -> Result<Cli, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("publish.toml");
        std::fs::write(&path, toml).unwrap();
        let file = read(&path).map_err(|error| error.to_string())?;
        let command = file
            .apply(Cli::command())
            .map_err(|error| error.to_string().replace(path.to_str().unwrap(), "FILE"))?;
        let matches = command.try_get_matches_from(arguments).map_err(|error| error.to_string())?;
        Cli::from_arg_matches(&matches).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_win_over_the_file() {
        let toml = "bucket = \"from-file\"\nkeep-releases = 7\nwait = true\nverify = \"list\"\nexclude = [\"a\", \"b\"]\n";
        let cli = parse(toml, &["x", "publish", "--source", "d", "--keep-releases", "9"]).unwrap();
        let Tool::Publish(options) = cli.command else { panic!("{:?}", cli.command) };
        assert_eq!(options.target.bucket.as_str(), "from-file");
        assert_eq!(options.release.keep_releases, 9);
        assert!(options.release.wait);
        assert_eq!(options.release.verify, Verify::List);
        assert_eq!(options.exclude, ["a", "b"]);
        let cli = parse(toml, &["x", "releases"]).unwrap();
        assert!(
            matches!(cli.command, Tool::Releases(options) if options.target.bucket.as_str() == "from-file")
        );
    }

    #[test]
    fn mistakes_are_named() {
        for (toml, expected) in [
            ("buckt = \"x\"", "FILE sets buckt, which is no flag that a file can set; is bucket meant?"),
            ("dry-run = true", "FILE sets dry-run, which is no flag that a file can set"),
            ("wait = \"yes\"", "FILE sets wait to string; it takes true or false"),
            ("exclude = [1.5]", "FILE sets exclude to array; it takes a list of strings"),
            ("bucket = {}", "FILE sets bucket to table; it takes a string or a number"),
        ] {
            assert_eq!(parse(toml, &["x", "releases"]).unwrap_err(), expected);
        }
        assert!(parse("bucket =", &["x"]).unwrap_err().ends_with("is not TOML"));
        assert!(parse("bucket = \"NOT_A_BUCKET\"", &["x", "releases"]).unwrap_err().contains("NOT_A_BUCKET"));
    }
}
