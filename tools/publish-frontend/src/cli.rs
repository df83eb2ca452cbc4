//! The command line.

pub mod config_file;
mod default_command;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{FalseyValueParser, OsStringValueParser, Resettable};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use greenlight_core::ident::BucketName;
use greenlight_kit::{AwsFlags, CommonFlags, Format};

use config_file::ConfigError;

/// Publish a built single-page app to S3 behind CloudFront so that no visitor ever meets a broken page
#[derive(Debug, Parser)]
#[command(
    name = "publish-frontend",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:
  1. See what would change:
       publish-frontend --source dist --bucket my-site --dry-run
  2. Publish, wait until CloudFront has forgotten the old pages, and look at the bucket again:
       publish-frontend --source dist --bucket my-site --distribution-id E1ABCDEFGHIJKL --wait --verify list
  3. The same with the settings of a file, asking before anything is written:
       publish-frontend --config publish.toml --source dist --confirm
  4. Put the release before the live one back:
       publish-frontend rollback --bucket my-site --distribution-id E1ABCDEFGHIJKL
  5. Which releases can be put back:
       publish-frontend releases --bucket my-site"
)]
pub struct Cli {
    #[command(flatten)]
    pub common: CommonFlags,
    #[command(flatten)]
    pub aws: AwsFlags,
    /// File with defaults for the flags: `bucket = "my-site"`; flags and environment win
    #[arg(long, env = "PUBLISH_FRONTEND_CONFIG", value_name = "FILE", value_parser = OsStringValueParser::new(), global = true)]
    pub config: Option<OsString>,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Parses the process's arguments. Without a command they are those of `publish`; the configuration file gives defaults.
    pub fn from_process() -> Result<Self, ConfigError> {
        let command = without_empty_variables(Self::command());
        let arguments = default_command::insert(&command, std::env::args_os().collect());
        let command = match config_file::path(&command, &arguments) {
            Some(path) => config_file::read(&path)?.apply(command)?,
            None => command,
        };
        let matches = command.get_matches_from(arguments);
        Ok(Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
    }
}

/// An empty variable in a buildspec means that there is none.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |argument: &clap::Arg| {
        argument.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty())
    };
    command
        .mut_args(|argument| if is_empty(&argument) { argument.env(Resettable::Reset) } else { argument })
        .mut_subcommands(|sub| {
            sub.mut_args(
                |argument| if is_empty(&argument) { argument.env(Resettable::Reset) } else { argument },
            )
        })
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Publish a build (the default)
    Publish(Publish),
    /// Put an earlier release back: a handful of requests, no rebuild
    Rollback(Rollback),
    /// List the releases that can be put back
    Releases(Releases),
}

/// Where the site lives.
#[derive(Debug, Clone, Args)]
pub struct Target {
    /// The site's bucket
    #[arg(long, env = "PUBLISH_FRONTEND_BUCKET", value_name = "BUCKET")]
    pub bucket: BucketName,
    /// Folder inside the bucket
    #[arg(long, env = "PUBLISH_FRONTEND_PREFIX", default_value = "", value_name = "PREFIX")]
    pub prefix: String,
    /// How the result on stdout is written
    #[arg(long, value_enum, default_value_t, env = "PUBLISH_FRONTEND_FORMAT", value_name = "FORMAT")]
    pub format: Format,
}

/// How a release goes live, a new one or one that is put back.
#[derive(Debug, Clone, Args)]
pub struct Release {
    /// The distribution's origin path: the part of the prefix that visitors do not see
    #[arg(long, env = "PUBLISH_FRONTEND_ORIGIN_PATH", default_value = "", value_name = "PATH")]
    pub origin_path: String,
    /// CloudFront distribution in front of the bucket; may be given several times
    #[arg(
        long = "distribution-id",
        env = "PUBLISH_FRONTEND_DISTRIBUTION_ID",
        value_delimiter = ',',
        value_name = "ID"
    )]
    pub distribution_ids: Vec<String>,
    /// What CloudFront is told to forget
    #[arg(long, value_enum, default_value_t, env = "PUBLISH_FRONTEND_INVALIDATE", value_name = "WHAT")]
    pub invalidate: Invalidate,
    /// Wait until the invalidation is completed
    #[arg(long, env = "PUBLISH_FRONTEND_WAIT", value_parser = FalseyValueParser::new())]
    pub wait: bool,
    /// How long to wait for an invalidation, and for a CloudFront that has too many in progress
    #[arg(long, env = "PUBLISH_FRONTEND_INVALIDATION_TIMEOUT", default_value = "600", value_parser = seconds, value_name = "SECONDS")]
    pub invalidation_timeout: Duration,
    /// Check the bucket after the release
    #[arg(long, value_enum, default_value_t, env = "PUBLISH_FRONTEND_VERIFY", value_name = "HOW")]
    pub verify: Verify,
    /// Keep this many releases with their files, the live one included; the others can be put back
    #[arg(long, env = "PUBLISH_FRONTEND_KEEP_RELEASES", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000), value_name = "N")]
    pub keep_releases: u64,
    /// Keep files for this many days after the last release that had them
    #[arg(long, env = "PUBLISH_FRONTEND_KEEP_DAYS", default_value_t = 30, value_name = "DAYS")]
    pub keep_days: u32,
    /// Refuse to delete more files than this at once
    #[arg(long, env = "PUBLISH_FRONTEND_MAX_DELETE", default_value_t = 256, value_name = "N")]
    pub max_delete: usize,
    /// How S3 encrypts what is uploaded; default: as the bucket says
    #[arg(long, value_enum, env = "PUBLISH_FRONTEND_SSE", value_name = "ALGORITHM")]
    pub sse: Option<Sse>,
    /// The KMS key of --sse aws:kms; default: the account's key for S3
    #[arg(long, env = "PUBLISH_FRONTEND_SSE_KMS_KEY_ID", value_name = "KEY")]
    pub sse_kms_key_id: Option<String>,
    /// How long a publisher that died keeps others out; a living one renews its lock
    #[arg(long, env = "PUBLISH_FRONTEND_LOCK_TTL", default_value = "120", value_parser = seconds, value_name = "SECONDS")]
    pub lock_ttl: Duration,
    /// Uploads at a time to begin with; grows to four times as many, and shrinks when S3 throttles
    #[arg(long, env = "PUBLISH_FRONTEND_CONCURRENCY", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=256), value_name = "N")]
    pub concurrency: u16,
    /// Show what would be done and stop
    #[arg(long, env = "PUBLISH_FRONTEND_DRY_RUN", value_parser = FalseyValueParser::new())]
    pub dry_run: bool,
    /// Ask on the terminal before anything is written
    #[arg(long, env = "PUBLISH_FRONTEND_CONFIRM", value_parser = FalseyValueParser::new())]
    pub confirm: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Publish {
    /// Folder with the build
    #[arg(long, env = "PUBLISH_FRONTEND_SOURCE", value_name = "DIR")]
    pub source: PathBuf,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub release: Release,
    /// What the release is called; default: the commit in CodeBuild, elsewhere a digest of the content
    #[arg(long, env = "PUBLISH_FRONTEND_RELEASE_ID", value_name = "ID")]
    pub release_id: Option<String>,
    /// Leave out files of the build that match
    #[arg(long, env = "PUBLISH_FRONTEND_EXCLUDE", value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Files that pages reference and that something else serves
    #[arg(long, env = "PUBLISH_FRONTEND_ALLOW_MISSING", value_name = "GLOB")]
    pub allow_missing: Vec<String>,
    /// Take files that match although --exclude or the usual rules leave them out (never .env, .git, keys)
    #[arg(long, env = "PUBLISH_FRONTEND_INCLUDE", value_name = "GLOB")]
    pub include: Vec<String>,
    /// Cache-Control of the files that match; the last one that matches wins
    #[arg(long, env = "PUBLISH_FRONTEND_CACHE_CONTROL", value_delimiter = ';', value_name = "GLOB=VALUE")]
    pub cache_control: Vec<String>,
    /// Content-Type of the files that match; the last one that matches wins
    #[arg(long, env = "PUBLISH_FRONTEND_CONTENT_TYPE", value_name = "GLOB=VALUE")]
    pub content_type: Vec<String>,
    /// What happens to source maps
    #[arg(long, value_enum, default_value_t, env = "PUBLISH_FRONTEND_SOURCE_MAPS", value_name = "WHAT")]
    pub source_maps: SourceMaps,
    /// Upload everything, also immutable names with other bytes
    #[arg(long, env = "PUBLISH_FRONTEND_FORCE", value_parser = FalseyValueParser::new())]
    pub force: bool,
    /// Delete everything below the prefix that no release of publish-frontend has
    #[arg(long, env = "PUBLISH_FRONTEND_DELETE_UNKNOWN", value_parser = FalseyValueParser::new())]
    pub delete_unknown: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SourceMaps {
    /// Do not upload them
    #[default]
    Withhold,
    Upload,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Invalidate {
    /// What changed and was there before
    #[default]
    Auto,
    /// The whole site
    All,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Verify {
    #[default]
    None,
    /// List the bucket and compare every ETag
    List,
    /// Also read back what was uploaded and every page, bytes and headers
    Get,
}

impl Verify {
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::List => "list",
            Self::Get => "get",
        }
    }
}

/// As S3 calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sse {
    #[value(name = "AES256")]
    Aes256,
    #[value(name = "aws:kms")]
    Kms,
}

#[derive(Debug, Clone, Args)]
pub struct Rollback {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub release: Release,
    /// Release to put back, by name or number; default: the one before the live one
    #[arg(long, env = "PUBLISH_FRONTEND_TO", value_name = "ID")]
    pub to: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct Releases {
    #[command(flatten)]
    pub target: Target,
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("expected 1 to 86400 seconds".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_is_sound() {
        Cli::command().debug_assert();
    }

    /// What a buildspec or a container can only set in its environment, can be set there.
    #[test]
    fn every_flag_is_a_variable_too() {
        let command = Cli::command();
        for subcommand in command.get_subcommands() {
            for argument in subcommand.get_arguments() {
                let Some(long) = argument.get_long().filter(|long| *long != "help") else { continue };
                let expected = format!("PUBLISH_FRONTEND_{}", long.to_uppercase().replace('-', "_"));
                assert_eq!(
                    argument.get_env().and_then(|name| name.to_str()),
                    Some(expected.as_str()),
                    "--{long}"
                );
            }
        }
    }
}
