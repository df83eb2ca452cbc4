//! `render-taskdef`: see the library.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = render_taskdef::cli::Cli::parse();
    greenlight_kit::run(render_taskdef::run(cli))
}
