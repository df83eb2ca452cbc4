//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use greenlight_kit::CommonFlags;

/// Run the whole pipeline on this machine: no AWS account, no Docker
#[derive(Debug, Parser)]
#[command(
    name = "local-pipeline",
    version,
    after_help = "Examples:
  1. Release the work tree to test and stop at the approval gate:
       local-pipeline run
  2. Release a commit all the way to prod:
       local-pipeline run --commit HEAD~1 --auto-approve
  3. See what runs where, then end everything:
       local-pipeline status
       local-pipeline down"
)]
pub struct Cli {
    #[command(flatten)]
    pub common: CommonFlags,
    /// Folder for everything that the local world keeps
    #[arg(long, env = "LOCAL_PIPELINE_STATE", default_value = ".local", global = true, value_name = "DIR")]
    pub state: PathBuf,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the local world and leave it running
    Up(Up),
    /// Start, release and follow: what `make demo` calls
    Run(Run),
    /// Start an execution of the pipeline
    Release(Release),
    /// Show the stages of the newest execution and the sites
    Status,
    /// Print the log of the newest run of an action, such as Backend or Test/Publish
    Logs {
        /// ACTION or STAGE/ACTION
        action: String,
    },
    /// Make AWS calls fail on purpose
    #[command(subcommand)]
    Fault(Fault),
    /// End everything that was started
    Down {
        /// Remove the state folder as well
        #[arg(long)]
        purge: bool,
    },
    /// Container images without Docker
    #[command(subcommand)]
    Image(Image),
    /// The world itself, in the foreground
    #[command(hide = true)]
    Serve(Up),
}

#[derive(Debug, Clone, Args)]
pub struct Up {
    /// The checkout that is released
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub checkout: PathBuf,
    /// Use any free ports instead of 4566, 8100-8102 and 8200-8202
    #[arg(long)]
    pub free_ports: bool,
    /// The emulator's program
    #[arg(
        long,
        env = "LOCAL_PIPELINE_EMULATOR",
        default_value = ".venv/bin/ministack",
        value_name = "PROGRAM"
    )]
    pub emulator: PathBuf,
    /// Folder of the Greenlight programs; default: this program's own
    #[arg(long, value_name = "DIR")]
    pub tools: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub up: Up,
    #[command(flatten)]
    pub release: Release,
    /// Answer the approval gate with `approve --yes`
    #[arg(long)]
    pub auto_approve: bool,
}

#[derive(Debug, Args)]
pub struct Release {
    /// The commit; default: the work tree as it is
    #[arg(long, value_name = "REV")]
    pub commit: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Fault {
    /// Add a fault
    Add {
        /// As in {"service":"s3","operation":"PutObject","kind":"error","status":503,"code":"SlowDown","times":2}
        json: String,
    },
    /// List the active faults
    List,
    /// Remove all faults
    Clear,
}

#[derive(Debug, Subcommand)]
pub enum Image {
    /// Pack a folder, its locked dependencies and its Dockerfile's settings into an image and push it
    Build {
        /// Folder with the application
        #[arg(long, value_name = "DIR")]
        context: PathBuf,
        /// Default: Dockerfile in the folder
        #[arg(long, value_name = "FILE")]
        dockerfile: Option<PathBuf>,
        /// Default: requirements.txt in the folder
        #[arg(long, value_name = "FILE")]
        requirements: Option<PathBuf>,
        /// Reference to push, repository and tag
        #[arg(long, value_name = "REFERENCE")]
        push: String,
        /// The registry's endpoint
        #[arg(long, env = "AWS_ENDPOINT_URL", value_name = "URL")]
        endpoint_url: String,
        /// Interpreter that installs the dependencies
        #[arg(long, env = "LOCAL_PIPELINE_PYTHON", default_value = "python3", value_name = "PROGRAM")]
        python: PathBuf,
        /// Keeps installed dependencies between builds
        #[arg(long, env = "LOCAL_PIPELINE_IMAGE_CACHE", value_name = "DIR")]
        cache: Option<PathBuf>,
    },
}
