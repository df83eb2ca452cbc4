//! The command line. Doc comments are the help text.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use greenlight_kit::{AwsFlags, CommonFlags, Format};

const EXAMPLES: &str = "\
Examples:
  1. See what waits in every pipeline of the region:
       approve list
  2. Look at the gate of one pipeline, without answering:
       approve show --pipeline prod
  3. Answer it, with a person at the terminal:
       approve --pipeline prod
  4. Answer it from a script, for exactly one commit, and follow the release:
       approve --pipeline prod --yes --commit 1f0c9a7 -m 'CHG-1234' --watch
  5. Reject:
       approve reject --pipeline prod -m 'checkout is broken on green'
  6. See what waits in several regions:
       approve list --regions eu-central-1,us-east-1

Exit codes: 0 approved (and deployed, when watching); 1 rejected, declined, changed under you, blocked, or the deployment
failed; 2 usage; 3 nothing is pending; 75 timed out waiting; the others as in every Greenlight tool.";

/// Answers the manual approval gate of a pipeline, knowing exactly what it lets through
///
/// Shows the commit, what is in production now, the validation report and what stands against it; asks; makes sure that exactly
/// what was shown still waits; sends the answer once; follows the release through the production stage.
#[derive(Debug, Clone, Parser)]
#[command(name = "approve", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub approve: ApproveArgs,
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub aws: AwsFlags,
    #[command(flatten)]
    pub common: CommonFlags,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Everything that waits for an answer, in every pipeline of the regions
    List(ListArgs),
    /// What waits at the gate, without asking
    Show,
    /// Reject what waits
    Reject(RejectArgs),
    /// Follow an execution through the production stage
    Watch,
    /// Shell completions on stdout
    Completions { shell: clap_complete::Shell },
    /// The manual page on stdout
    Man,
}

/// What is answered.
#[derive(Debug, Clone, Default, Args)]
pub struct TargetArgs {
    /// Alias from the configuration, exact name, or unique beginning of a name; may be repeated [default: every pipeline]
    #[arg(short, long = "pipeline", value_name = "PIPELINE", global = true)]
    pub pipelines: Vec<String>,
    /// Only this stage
    #[arg(long, global = true)]
    pub stage: Option<String>,
    /// Only this approval action
    #[arg(long, global = true)]
    pub action: Option<String>,
    /// Only this pipeline execution (at least 7 characters of its id)
    #[arg(long, value_name = "ID", global = true)]
    pub execution: Option<String>,
    /// Only this commit (at least 7 characters)
    #[arg(long, value_name = "SHA", global = true)]
    pub commit: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// How the result on stdout is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", global = true, help_heading = "Output")]
    pub format: Format,
    /// Configuration with the pipelines' aliases [default: ~/.config/greenlight/approve.toml]
    #[arg(long, env = "APPROVE_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Where answers are recorded, one JSON line each [default: ~/.local/state/greenlight/audit.jsonl]
    #[arg(long, value_name = "FILE", global = true)]
    pub audit: Option<PathBuf>,
    /// A clone of the source repository, for the commits since production [default: the one in the configuration]
    #[arg(long, value_name = "DIR", global = true)]
    pub checkout: Option<PathBuf>,
    /// First pause between two looks at the pipeline; later pauses grow to four times this
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration, global = true)]
    pub poll: Duration,
}

/// How an approval is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct ApproveArgs {
    /// Said to everybody who looks at the pipeline
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// Do not ask; needs --execution or --commit
    #[arg(short, long)]
    pub yes: bool,
    /// Approve although something stands against it; the reason is recorded
    #[arg(long = "override", value_name = "WHY")]
    pub override_why: Option<String>,
    /// Wait until an approval appears
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "30m", value_parser = duration)]
    pub wait: Option<Duration>,
    /// Follow the release after approving [default on a terminal]
    #[arg(long, conflicts_with = "no_watch")]
    pub watch: bool,
    /// Do not follow the release after approving
    #[arg(long)]
    pub no_watch: bool,
}

#[derive(Debug, Clone, Default, Args)]
pub struct ListArgs {
    /// Regions to look in, with commas [default: the region of --region, and the configured pipelines elsewhere]
    #[arg(long, value_name = "REGIONS", value_delimiter = ',')]
    pub regions: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub struct RejectArgs {
    /// Why; said to everybody who looks at the pipeline
    #[arg(short, long, value_name = "WHY")]
    pub message: String,
    /// Do not ask; needs --execution or --commit
    #[arg(short, long)]
    pub yes: bool,
}

/// `90s`, `30m`, `1h 30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| format!("{text:?} is not a duration such as 90s or 30m"))?;
    Duration::try_from(span)
        .ok()
        .filter(|span| !span.is_zero())
        .ok_or_else(|| "it must be longer than nothing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn waiting_has_a_default() {
        let wait = |args: &[&str]| Cli::try_parse_from(args).map(|cli| cli.approve.wait);
        assert_eq!(wait(&["approve", "--wait"]).unwrap(), Some(Duration::from_mins(30)));
        assert_eq!(wait(&["approve", "--wait=90s"]).unwrap(), Some(Duration::from_secs(90)));
        assert!(wait(&["approve", "--wait=soon"]).is_err());
        assert!(wait(&["approve", "--wait=0s"]).is_err());
    }

    #[test]
    fn a_rejection_says_why() {
        assert!(Cli::try_parse_from(["approve", "reject"]).is_err());
        assert!(Cli::try_parse_from(["approve", "reject", "-m", "broken", "-p", "prod"]).is_ok());
    }
}
