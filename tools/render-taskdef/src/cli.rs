//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use greenlight_core::taskdef::finding::Waiver;
use greenlight_core::taskdef::online::Gate;
use greenlight_core::taskdef::pin;
use greenlight_kit::{AwsFlags, CommonFlags};

const EXAMPLES: &str = "Examples:
  1. Check the templates for production without AWS:
       render-taskdef check --env prod --offline --images as-is --image web=app:1 --var GIT_SHA=0000000
  2. Write the three files that CodePipeline deploys, with the tag pinned to its digest in ECR:
       render-taskdef render --env test --image \"web=$IMAGE_URI\" --out out/test
  3. What would change in production?
       render-taskdef diff --env prod --against running --exit-code --image \"web=$IMAGE_URI\"
  4. Let nothing pass that AWS could not confirm, nor an image with critical findings:
       render-taskdef check --env prod --require-online --fail-on-findings critical=0 --image \"web=$IMAGE_URI\"
  5. What does a finding mean?
       render-taskdef explain TD-FARGATE-SIZE

Exit codes: 0 done, 1 findings or drift, 2 usage, 65 malformed input, 69 AWS unavailable, 75 timed out, 77 denied, 78 bad render.toml.";

/// Writes taskdef.json, appspec.yaml and imageDetail.json, and refuses what ECS and CodeDeploy would refuse later
#[derive(Debug, Clone, Parser)]
#[command(name = "render-taskdef", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub render: RenderArgs,
    #[command(flatten)]
    pub common: CommonFlags,
    #[command(flatten)]
    pub aws: AwsFlags,
}

impl Cli {
    /// How the result is written, whatever the command.
    pub fn format(&self) -> OutputFormat {
        match &self.command {
            None => self.render.input.format,
            Some(Command::Render(args)) => args.input.format,
            Some(Command::Check(input)) => input.format,
            Some(Command::Diff(args)) => args.input.format,
            Some(Command::Register(args)) => args.input.format,
            Some(Command::Explain { .. }) => OutputFormat::Text,
        }
    }
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Check everything, then write the files, all or none (the default)
    Render(RenderArgs),
    /// Check everything and write nothing
    Check(InputArgs),
    /// Say how the rendered definition differs from one that ECS has
    Diff(DiffArgs),
    /// Check everything, then register a revision if anything differs from the newest one; prints the ARN either way
    Register(RegisterArgs),
    /// Say what a rule means and where AWS states it; without a rule, list all
    Explain {
        /// The rule in the brackets of a finding
        rule: Option<String>,
    },
}

#[derive(Debug, Clone, Args)]
pub struct RenderArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Folder for the three files
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// Check and show, but write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// With what it is compared: what the service runs, the family's newest revision, or the ARN (or family:revision) of one
    #[arg(long, value_name = "running|latest|ARN", default_value = "latest")]
    pub against: String,
    /// Exit with 1 when there is a difference
    #[arg(long)]
    pub exit_code: bool,
    /// Show the values of this environment variable (repeatable); others are shown as length and hash
    #[arg(long, value_name = "NAME")]
    pub show_env: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub struct RegisterArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Say whether a revision would be registered, but register none
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Clone, Args)]
pub struct InputArgs {
    /// Folder with taskdef.json (or .yaml), taskdef.<env>.json (or .yaml), appspec.yaml (or .json) and render.toml
    #[arg(long, value_name = "DIR", default_value = "backend/deploy")]
    pub dir: PathBuf,
    /// Environment: its overlay and its section of render.toml
    #[arg(long, value_name = "NAME", env = "GREENLIGHT_ENVIRONMENT")]
    pub env: Option<String>,
    /// Image of a container (repeatable)
    #[arg(long = "image", value_name = "CONTAINER=REF", value_parser = pair)]
    pub image: Vec<(String, String)>,
    /// How images are written
    #[arg(long, value_enum, default_value_t)]
    pub images: Images,
    /// Placeholder that CodePipeline fills with a container's image, for --images placeholder (repeatable)
    #[arg(long, value_name = "NAME=CONTAINER", value_parser = pair)]
    pub placeholder: Vec<(String, String)>,
    /// Ask AWS nothing
    #[arg(long)]
    pub offline: bool,
    /// Fail when AWS could not be asked about something (denied, throttled, unavailable)
    #[arg(long, conflicts_with = "offline")]
    pub require_online: bool,
    /// Most findings of ECR's scan that are let through, by severity
    #[arg(long, value_name = "SEVERITY=NUMBER,…", conflicts_with = "offline")]
    pub fail_on_findings: Option<Gate>,
    /// Seconds that all questions to AWS may take together
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub online_timeout: u64,
    // Taken apart later: a message of the command line would repeat the value.
    /// Value of ${NAME} in the templates (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// File with values: NAME=VALUE lines, or a JSON object when it ends with .json (repeatable)
    #[arg(long, value_name = "FILE")]
    pub var_file: Vec<PathBuf>,
    /// Let a key pass that the bundled model does not know; `*` stands for one segment (repeatable)
    #[arg(long, value_name = "POINTER")]
    pub allow_key: Vec<String>,
    /// Let a finding pass; it is still listed (repeatable)
    #[arg(long, value_name = "RULE:POINTER")]
    pub waive: Vec<Waiver>,
    /// Leave out the tags that say from which commit and execution the revision comes
    #[arg(long)]
    pub no_provenance: bool,
    /// How findings and results on stdout are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: OutputFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Images {
    /// Tags are resolved in ECR and pinned by digest
    #[default]
    Digest,
    /// CodePipeline fills them in: --placeholder
    Placeholder,
    /// As given
    AsIs,
}

impl From<Images> for pin::Images {
    fn from(images: Images) -> Self {
        match images {
            Images::Digest => Self::Digest,
            Images::Placeholder => Self::Placeholder,
            Images::AsIs => Self::AsIs,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputFormat {
    /// For people, as a compiler prints
    #[default]
    Text,
    /// For programs: one JSON document
    Json,
    /// GitHub workflow annotations
    Github,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    if name.is_empty() {
        Err("the name before '=' is empty".to_owned())
    } else {
        Ok((name.to_owned(), value.to_owned()))
    }
}
