//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use greenlight_core::ident::BucketName;
use greenlight_kit::{AwsFlags, CommonFlags, Format};

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
  3. Put the release before the live one back:
       publish-frontend rollback --bucket my-site --distribution-id E1ABCDEFGHIJKL"
)]
pub struct Cli {
    #[command(flatten)]
    pub common: CommonFlags,
    #[command(flatten)]
    pub aws: AwsFlags,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Parses the process's arguments; without a command they are those of `publish`.
    pub fn from_process() -> Self {
        Self::parse_from(with_default_command(std::env::args_os().collect()))
    }
}

/// Puts `publish` before flags that stand alone.
fn with_default_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let known = |argument: &OsString| {
        let words = ["publish", "rollback", "releases", "help", "--help", "-h", "--version", "-V"];
        words.iter().any(|word| argument == word)
    };
    if arguments.len() > 1 && !arguments.iter().skip(1).any(known) {
        arguments.insert(1, "publish".into());
    }
    arguments
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
    /// Wait until the invalidation is completed
    #[arg(long, env = "PUBLISH_FRONTEND_WAIT")]
    pub wait: bool,
    /// How long to wait for an invalidation
    #[arg(long, env = "PUBLISH_FRONTEND_INVALIDATION_TIMEOUT", default_value = "600", value_parser = seconds, value_name = "SECONDS")]
    pub invalidation_timeout: Duration,
    /// How long another publisher's lock is honoured
    #[arg(long, env = "PUBLISH_FRONTEND_LOCK_TTL", default_value = "900", value_parser = seconds, value_name = "SECONDS")]
    pub lock_ttl: Duration,
    /// Uploads at a time
    #[arg(long, env = "PUBLISH_FRONTEND_CONCURRENCY", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=256), value_name = "N")]
    pub concurrency: u16,
    /// How the result on stdout is written
    #[arg(long, value_enum, default_value_t, env = "PUBLISH_FRONTEND_FORMAT", value_name = "FORMAT")]
    pub format: Format,
    /// Show what would be done and stop
    #[arg(long, env = "PUBLISH_FRONTEND_DRY_RUN")]
    pub dry_run: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Publish {
    /// Folder with the build
    #[arg(long, env = "PUBLISH_FRONTEND_SOURCE", value_name = "DIR")]
    pub source: PathBuf,
    #[command(flatten)]
    pub target: Target,
    /// What the release is called; default: the commit in CodeBuild, elsewhere a digest of the content
    #[arg(long, env = "PUBLISH_FRONTEND_RELEASE_ID", value_name = "ID")]
    pub release_id: Option<String>,
    /// Leave out files of the build that match
    #[arg(long, env = "PUBLISH_FRONTEND_EXCLUDE", value_delimiter = ',', value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Cache-Control of the files that match; the last one that matches wins
    #[arg(long, env = "PUBLISH_FRONTEND_CACHE_CONTROL", value_delimiter = ';', value_name = "GLOB=VALUE")]
    pub cache_control: Vec<String>,
    /// Content-Type of the files that match; the last one that matches wins
    #[arg(long, env = "PUBLISH_FRONTEND_CONTENT_TYPE", value_delimiter = ',', value_name = "GLOB=VALUE")]
    pub content_type: Vec<String>,
    /// What happens to source maps
    #[arg(long, value_enum, default_value_t, env = "PUBLISH_FRONTEND_SOURCE_MAPS")]
    pub source_maps: SourceMaps,
    /// Upload everything, also immutable names with other bytes
    #[arg(long, env = "PUBLISH_FRONTEND_FORCE")]
    pub force: bool,
    /// What CloudFront is told to forget
    #[arg(long, value_enum, default_value_t, env = "PUBLISH_FRONTEND_INVALIDATE")]
    pub invalidate: Invalidate,
    /// Check the bucket after the release
    #[arg(long, value_enum, default_value_t, env = "PUBLISH_FRONTEND_VERIFY")]
    pub verify: Verify,
    /// Keep files of this many releases
    #[arg(long, env = "PUBLISH_FRONTEND_KEEP_RELEASES", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..), value_name = "N")]
    pub keep_releases: u64,
    /// Keep files for this many days after the last release that had them
    #[arg(long, env = "PUBLISH_FRONTEND_KEEP_DAYS", default_value_t = 30, value_name = "DAYS")]
    pub keep_days: u32,
    /// Refuse to delete more files than this at once
    #[arg(long, env = "PUBLISH_FRONTEND_MAX_DELETE", default_value_t = 256, value_name = "N")]
    pub max_delete: usize,
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
    /// The whole distribution
    All,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Verify {
    #[default]
    None,
    /// List the bucket and compare every ETag
    List,
}

#[derive(Debug, Clone, Args)]
pub struct Rollback {
    #[command(flatten)]
    pub target: Target,
    /// Release to put back; default: the one before the live one
    #[arg(long, value_name = "ID")]
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
    use clap::CommandFactory as _;

    use clap::Parser as _;

    use super::{Cli, Command, with_default_command};

    #[test]
    fn publish_is_the_default_command() {
        for arguments in [
            ["x", "publish", "--source", "d", "--bucket", "bucket"].as_slice(),
            &["x", "--source", "d", "--bucket", "bucket"],
        ] {
            let arguments = with_default_command(arguments.iter().map(Into::into).collect());
            assert!(matches!(Cli::parse_from(arguments).command, Command::Publish(_)));
        }
        let arguments = with_default_command(
            ["x", "-v", "releases", "--bucket", "bucket"].iter().map(Into::into).collect(),
        );
        assert!(matches!(Cli::parse_from(arguments).command, Command::Releases(_)));
    }

    #[test]
    fn definition_is_sound() {
        Cli::command().debug_assert();
    }
}
