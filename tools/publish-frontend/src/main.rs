//! The program.

use std::process::ExitCode;

use publish_frontend::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::from_process();
    greenlight_kit::logging::init(&cli.common);
    greenlight_kit::run(publish_frontend::run(cli))
}
