//! Benchmarks: Greenlight's tools beside what people use otherwise, against the same server, in one run.
//!
//! A benchmark is a module: [`publish`], [`render`], [`validate`], [`list`]. What all of them share: [`measure`] runs one program and says what
//! it used, [`store`], [`api`] and [`link`] are the servers and the network, [`statistics`] and [`table`] make numbers readable,
//! [`document`] writes them into `doc/benchmarks.md`. Nothing here decides anything about releases.

mod api;
mod bar;
mod cli;
mod companion;
mod document;
mod error;
mod heading;
mod link;
mod list;
mod machine;
mod measure;
mod peers;
mod publish;
mod render;
mod statistics;
mod store;
mod table;
mod validate;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use error::BenchError;

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.render());
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), BenchError> {
    match command {
        Command::Publish(options) => publish::run(&options),
        Command::Render(options) => render::run(&options),
        Command::Validate(options) => validate::run(&options),
        Command::List(options) => list::run(&options),
        Command::Api { pipelines, waiting, per_second } => api::serve(pipelines, waiting, per_second),
        Command::Store { bucket } => store::serve(&bucket),
        Command::Link { to, rtt_ms } => link::serve(to, rtt_ms),
        Command::Measure { log, command } => measure::observe(&log, &command),
    }
}

/// Progress and errors. A closed stderr means that nobody reads any more.
fn say(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", text.trim_end());
}

/// Results.
fn print(text: &str) {
    let _ = anstream::stdout().write_all(text.as_bytes());
}
