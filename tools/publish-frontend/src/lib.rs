//! `publish-frontend`: gather → plan → show → apply.
//!
//! Puts a built single-page app on S3 behind CloudFront so that at no instant a visitor gets a page whose files are missing.
//! What is decided is in `greenlight_core::frontend`.

pub mod apply;
pub mod cli;
mod confirm;
pub mod error;
pub mod gather;
mod journey;
mod meter;
mod progress;
mod publish;
mod releases;
mod rollback;
mod session;
mod show;

use std::io::Write as _;

use greenlight_kit::{Exit, Failure};

use cli::{Cli, Command};

pub async fn run(cli: Cli) -> Result<Exit, Failure> {
    match &cli.command {
        Command::Publish(options) => publish::run(&cli, options).await,
        Command::Rollback(options) => rollback::run(&cli, options).await,
        Command::Releases(options) => releases::run(&cli, options).await,
    }
}

/// Data for stdout.
fn print(text: &str) {
    // A closed pipe means that nobody reads any more.
    let _ = anstream::stdout().write_all(text.as_bytes());
}
