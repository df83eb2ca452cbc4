//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use greenlight_core::taskdef::finding::Waiver;
use greenlight_kit::{AwsFlags, CommonFlags};

const EXAMPLES: &str = "Examples:
  1. Check the templates for production without AWS:
       render-taskdef check --env prod --offline --images as-is --image web=app:1 --var GIT_SHA=0000000
  2. Write the three files that CodePipeline deploys, with the tag pinned to its digest in ECR:
       render-taskdef render --env test --image \"web=$IMAGE_URI\" --out out/test
  3. What does a finding mean?
       render-taskdef explain TD-FARGATE-SIZE

Exit codes: 0 done, 1 findings, 2 usage, 65 malformed input, 69 AWS unavailable, 77 denied, 78 bad render.toml.";

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

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Check everything, then write the files, all or none (the default)
    Render(RenderArgs),
    /// Check everything and write nothing
    Check(InputArgs),
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
pub struct InputArgs {
    /// Folder with taskdef.json, taskdef.<env>.json, appspec.yaml and render.toml
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
    /// Value of ${NAME} in the templates (repeatable)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub var: Vec<(String, String)>,
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
