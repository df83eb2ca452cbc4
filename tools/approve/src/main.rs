//! `approve`: answers `CodePipeline`'s manual approval gate, knowing exactly what it lets through.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = approve::cli::Cli::parse();
    greenlight_kit::logging::init(&cli.common);
    greenlight_kit::run(approve::run(cli))
}
