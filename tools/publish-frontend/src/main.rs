//! The program.

use std::process::ExitCode;

use greenlight_kit::Failure;
use publish_frontend::cli::Cli;
use publish_frontend::error::PublishError;

fn main() -> ExitCode {
    match Cli::from_process() {
        Ok(cli) => {
            greenlight_kit::logging::init(&cli.common);
            greenlight_kit::run(publish_frontend::run(cli))
        }
        Err(error) => greenlight_kit::run(async { Err(Failure::from(PublishError::from(error))) }),
    }
}
