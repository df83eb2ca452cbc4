//! `down`: ends the world and everything that it started.

use std::path::Path;
use std::time::{Duration, Instant};

use greenlight_kit::{Exit, Failure};
use rustix::process::{Pid, Signal, kill_process};

use super::tell;
use crate::daemon::Daemon;

/// Tasks get their stop timeout; after that the world is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(45);

pub async fn run(state: &Path, purge: bool) -> Result<Exit, Failure> {
    match Daemon::load(state) {
        Some(daemon) if daemon.is_up().await => stop(&daemon).await,
        // A record may be left of a world that is gone; its pid may be somebody else's by now.
        Some(_) | None => tell("the local world is not running"),
    }
    Daemon::forget(state);
    if purge && state.exists() {
        std::fs::remove_dir_all(state).map_err(|error| Failure::new(Exit::Internal, error))?;
    }
    Ok(Exit::Done)
}

async fn stop(daemon: &Daemon) {
    let Some(pid) = Pid::from_raw(daemon.pid) else { return };
    tell("ending the local world …");
    let _ = kill_process(pid, Signal::TERM);
    let deadline = Instant::now() + STOP_TIMEOUT;
    while daemon.is_running() {
        if Instant::now() > deadline {
            let _ = kill_process(pid, Signal::KILL);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
