//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use greenlight_kit::{AwsFlags, CommonFlags};

/// Decide whether a deployment may take traffic
#[derive(Debug, Parser)]
#[command(name = "validate-deploy", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub common: CommonFlags,
}

const EXAMPLES: &str = "\
Exit codes: 0 passed, 1 a check failed, 75 out of time, 78 bad configuration. With AWS_LAMBDA_RUNTIME_API set it is a Lambda function.

Examples:
  1. validate-deploy run --url http://127.0.0.1:8000 --config validate.toml
  2. validate-deploy run --url https://example.com --config smoke.toml --expect-version 4f2a9c1 --format junit
  3. validate-deploy hook --event event.json
  4. validate-deploy check validate.toml
  5. validate-deploy explain IDENTITY_MISMATCH
  6. validate-deploy explain --iam --config validate.toml";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run identity, checks, burst and compare against a URL; needs no AWS unless the configuration names secrets or alarms
    Run(RunArgs),
    /// Replay a hook event: everything that the function does, but the verdict is only printed
    Hook(HookArgs),
    /// Check a configuration file
    Check(CheckArgs),
    /// Say what a reason code means, or which permissions the function needs
    Explain(ExplainArgs),
    /// Print the JSON Schema of the configuration
    Schema,
}

/// How the report on stdout is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ReportFormat {
    /// For people
    #[default]
    Text,
    /// For programs: the report as in S3
    Json,
    /// For build systems
    Junit,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    /// Where the deployment answers
    #[arg(long, value_name = "URL")]
    pub url: url::Url,
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "validate.toml")]
    pub config: PathBuf,
    /// What `${version}` stands for
    #[arg(long, value_name = "VERSION")]
    pub expect_version: Option<String>,
    /// How many instances answer behind the URL: each is looked for, so that one old instance among them is found
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    pub targets: u16,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: u64,
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub aws: AwsFlags,
}

#[derive(Debug, Args)]
pub struct HookArgs {
    /// The event as CodeDeploy or ECS sends it (JSON)
    #[arg(long, value_name = "FILE")]
    pub event: PathBuf,
    /// Give CodeDeploy the verdict and write the report to S3
    #[arg(long)]
    pub report: bool,
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub aws: AwsFlags,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A reason code of a report, such as `IDENTITY_MISMATCH`; without one, all of them
    #[arg(value_name = "REASON_CODE", conflicts_with = "iam")]
    pub code: Option<String>,
    /// Print the IAM policy that the function's role needs
    #[arg(long)]
    pub iam: bool,
    /// With --iam: only what this configuration needs
    #[arg(long, value_name = "FILE", requires = "iam")]
    pub config: Option<PathBuf>,
}
