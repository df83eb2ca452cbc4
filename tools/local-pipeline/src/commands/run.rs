//! `run`: up, release and follow; what `make demo` calls.

use std::path::Path;

use greenlight_kit::{Exit, Failure};
use tokio::process::Command;

use super::follow::{Follower, Stop, failed};
use super::{release, say, tell, up};
use crate::cli::Run;
use crate::daemon::Daemon;
use crate::names;

pub async fn run(state: &Path, run: &Run) -> Result<Exit, Failure> {
    let daemon = up::ensure(state, &run.up).await?;
    release::clear_gate(&daemon).await?;
    let execution = release::start(&daemon, &run.up.checkout, &run.release).await?;
    let mut follower = Follower::new(&daemon, &execution);
    match follower.follow(true).await? {
        Stop::Gate => {}
        Stop::Succeeded => return Ok(finish(&daemon, &follower)),
        Stop::Failed(reason) => return Err(failed(&reason)),
    }
    if !run.auto_approve {
        gate(state, &daemon);
        return Ok(Exit::Done);
    }
    approve(state, &daemon, &execution).await?;
    match follower.follow(false).await? {
        Stop::Failed(reason) => Err(failed(&reason)),
        _ => Ok(finish(&daemon, &follower)),
    }
}

fn finish(daemon: &Daemon, follower: &Follower<'_>) -> Exit {
    tell(&format!("released to prod in {:.1} s", follower.elapsed().as_secs_f64()));
    for site in &daemon.sites {
        say(&format!("{:<5} {}", site.name, site.url));
    }
    Exit::Done
}

fn gate(state: &Path, daemon: &Daemon) {
    let shown = std::env::current_dir()
        .ok()
        .and_then(|here| state.strip_prefix(here).ok().map(Path::to_owned))
        .unwrap_or_else(|| state.to_owned());
    if let Some(test) = daemon.site("test") {
        say(&format!("\nThe release is live in test: {}", test.url));
    }
    say(&format!(
        "It waits for your answer before it goes to prod:\n\n  . {}\n  approve --pipeline prod\n",
        shown.join("env").display()
    ));
    if let Some(prod) = daemon.site("prod") {
        say(&format!("prod will be at {}", prod.url));
    }
}

#[derive(Debug, thiserror::Error)]
#[error("approve ended with {0}")]
struct ApproveFailed(String);

/// The real program, as a script would call it.
async fn approve(state: &Path, daemon: &Daemon, execution: &str) -> Result<(), Failure> {
    let status = Command::new(daemon.tools.join("approve"))
        .args(["--pipeline", "prod", "--yes", "--execution", execution])
        .args(["--message", "approved by local-pipeline run --auto-approve"])
        .arg("--config")
        .arg(state.join("approve.toml"))
        .arg("--audit")
        .arg(state.join("audit.jsonl"))
        .env("AWS_ENDPOINT_URL", &daemon.endpoint_url)
        .env("AWS_REGION", names::REGION)
        .env("AWS_ACCESS_KEY_ID", names::ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", names::SECRET_ACCESS_KEY)
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .stdin(std::process::Stdio::null())
        .status()
        .await
        .map_err(|error| Failure::new(Exit::Internal, error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(Exit::Negative, ApproveFailed(status.to_string())).hint("its own message is above"))
}
