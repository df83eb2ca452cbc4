//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measure Greenlight's tools beside what people use otherwise
#[derive(Debug, Parser)]
#[command(
    name = "greenlight-bench",
    version,
    after_help = "Examples:
  1. Everything, as `make bench` does:
       greenlight-bench publish --document doc/benchmarks.md
  2. One run at 30 ms of two tools, printed only:
       greenlight-bench publish --runs 1 --rtt-ms 30 --large-files 0 --only publish-frontend --only rclone"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// publish-frontend beside aws s3 sync, s5cmd, rclone and hugo deploy
    Publish(Publish),
    /// render-taskdef beside the AWS CLI's validation and cfn-lint
    Render(Render),
    /// validate-deploy beside a plain Python hook
    Validate(Validate),
    /// approve list over 1,000 pipelines beside the AWS CLI in a loop
    List(List),
    /// CodePipeline's API at a rate, as a process of its own
    #[command(hide = true)]
    Api { pipelines: u32, waiting: u32, per_second: u32 },
    /// The S3 server, as a process of its own
    #[command(hide = true)]
    Store { bucket: String },
    /// The network, as a process of its own
    #[command(hide = true)]
    Link { to: SocketAddr, rtt_ms: u64 },
    /// Run one command and print what it used
    #[command(hide = true)]
    Measure {
        /// Where the command's output goes
        log: PathBuf,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<String>,
    },
}

#[derive(Debug, Clone, Args)]
pub struct Publish {
    /// The release build of publish-frontend
    #[arg(long = "publish-frontend", default_value = "target/release/publish-frontend", value_name = "FILE")]
    pub binary: PathBuf,
    /// Virtual environment with the peers
    #[arg(long, default_value = ".local/bench-venv", value_name = "DIR")]
    pub peers: PathBuf,
    /// Runs of each tool; the tables show the median with the least and the most
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99), value_name = "N")]
    pub runs: u32,
    /// Round-trip times of the network
    #[arg(long, value_delimiter = ',', default_values_t = [0, 30, 80], value_name = "MS")]
    pub rtt_ms: Vec<u64>,
    /// Files of the site
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(100..=100_000), value_name = "N")]
    pub files: u32,
    /// Files of the large site, which only publish-frontend is measured with; 0: leave it out
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    pub large_files: u32,
    /// Only these tools; may be given several times
    #[arg(long, value_name = "TOOL")]
    pub only: Vec<String>,
    /// Also measure the other settings of rclone that were tried
    #[arg(long)]
    pub rclone_variants: bool,
    /// Write the result into this document, between its markers
    #[arg(long, value_name = "FILE")]
    pub document: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Render {
    /// The release build of render-taskdef
    #[arg(long = "render-taskdef", default_value = "target/release/render-taskdef", value_name = "FILE")]
    pub binary: PathBuf,
    /// Folder with the template
    #[arg(long, default_value = "tools/render-taskdef/tests/fixtures/ten-containers", value_name = "DIR")]
    pub template: PathBuf,
    /// Virtual environment with the peers
    #[arg(long, default_value = ".local/bench-venv", value_name = "DIR")]
    pub peers: PathBuf,
    /// Runs of each tool; the tables show the median with the least and the most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=999), value_name = "N")]
    pub runs: u32,
    /// Write the result into this document, between its markers
    #[arg(long, value_name = "FILE")]
    pub document: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Validate {
    /// The release build of validate-deploy
    #[arg(long = "validate-deploy", default_value = "target/release/validate-deploy", value_name = "FILE")]
    pub binary: PathBuf,
    /// Virtual environment with botocore
    #[arg(long, default_value = ".local/bench-venv", value_name = "DIR")]
    pub peers: PathBuf,
    /// The Python hook
    #[arg(long, default_value = "tests/bench/peers/hook.py", value_name = "FILE")]
    pub python_hook: PathBuf,
    /// Where `make package` writes
    #[arg(long, default_value = "target/package", value_name = "DIR")]
    pub packages: PathBuf,
    /// Starts of each hook
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=999), value_name = "N")]
    pub runs: u32,
    /// Write the result into this document, between its markers
    #[arg(long, value_name = "FILE")]
    pub document: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct List {
    /// The release build of approve
    #[arg(long = "approve", default_value = "target/release/approve", value_name = "FILE")]
    pub binary: PathBuf,
    /// Virtual environment with the AWS CLI
    #[arg(long, default_value = ".local/bench-venv", value_name = "DIR")]
    pub peers: PathBuf,
    /// Runs of approve; the table shows the median with the least and the most
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99), value_name = "N")]
    pub runs: u32,
    /// Pipelines of each of the two regions
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(20..=1_000), value_name = "N")]
    pub pipelines: u32,
    /// Calls a second that the API allows in each region
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "N")]
    pub per_second: u32,
    /// Pipelines that the AWS CLI is asked for; the whole is worked out from them. 0: leave it out
    #[arg(long, default_value_t = 60, value_name = "N")]
    pub cli_pipelines: u32,
    /// Write the result into this document, between its markers
    #[arg(long, value_name = "FILE")]
    pub document: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn definition_is_sound() {
        Cli::command().debug_assert();
    }
}
