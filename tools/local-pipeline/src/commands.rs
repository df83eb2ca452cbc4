//! The commands.

mod down;
mod fault;
mod follow;
mod image;
mod logs;
mod release;
mod run;
mod serve;
mod status;
mod up;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use greenlight_kit::{Exit, Failure};

use crate::cli::{Cli, Command};
use crate::daemon::Daemon;

pub async fn run(cli: Cli) -> Result<Exit, Failure> {
    let state = std::path::absolute(&cli.state).map_err(|error| Failure::new(Exit::Usage, error))?;
    match cli.command {
        Command::Up(up) => up::run(&state, &up).await,
        Command::Run(run) => run::run(&state, &run).await,
        Command::Release(release) => release::run(&state, &release).await,
        Command::Status => status::run(&state).await,
        Command::Logs { action } => logs::run(&state, &action).await,
        Command::Fault(fault) => fault::run(&state, &fault).await,
        Command::Down { purge } => down::run(&state, purge).await,
        Command::Image(image) => image::run(image).await,
        Command::Serve(up) => serve::run(&state, &up).await,
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the local world is not running")]
struct NotRunning;

/// The running world, or how to start it.
async fn running(state: &Path) -> Result<Daemon, Failure> {
    if let Some(daemon) = Daemon::load(state)
        && daemon.is_up().await
    {
        return Ok(daemon);
    }
    Err(Failure::new(Exit::NothingToDo, NotRunning).hint("start it with `local-pipeline up`"))
}

/// A line of data.
fn say(text: &str) {
    // A closed pipe means that nobody reads any more.
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// A line of progress.
fn tell(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Folder of the Greenlight programs.
fn tools(given: Option<&PathBuf>) -> Result<PathBuf, Failure> {
    let own = std::env::current_exe().map_err(|error| Failure::new(Exit::Internal, error))?;
    let folder = given.cloned().or_else(|| own.parent().map(Path::to_owned)).unwrap_or_default();
    std::path::absolute(folder).map_err(|error| Failure::new(Exit::Usage, error))
}
