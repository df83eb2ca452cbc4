//! One binary for two callers: Lambda, which sets `AWS_LAMBDA_RUNTIME_API`, and a person or a build.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    if validate_deploy::lambda::is_called_by_lambda() {
        return validate_deploy::lambda::serve();
    }
    let cli = validate_deploy::cli::Cli::parse();
    greenlight_kit::logging::init(&cli.common);
    greenlight_kit::run(validate_deploy::run(cli))
}
