//! The program: the whole pipeline on one machine.

use std::process::ExitCode;

use clap::Parser as _;
use local_pipeline::cli::Cli;
use local_pipeline::commands;

fn main() -> ExitCode {
    let cli = Cli::parse();
    greenlight_kit::logging::init(&cli.common);
    // Engines, proxies and builds run at once; they need more than the tools' single thread.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    match runtime {
        Ok(runtime) => {
            let exit = greenlight_kit::run::on(&runtime, commands::run(cli));
            runtime.shutdown_background();
            exit
        }
        Err(_) => greenlight_kit::Exit::Internal.into(),
    }
}
