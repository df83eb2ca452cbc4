//! `up`: starts the world as a process of its own and waits until it is complete.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use greenlight_kit::{Exit, Failure};

use super::{say, tell};
use crate::cli::Up;
use crate::daemon::{Daemon, log_path};
use crate::names;
use crate::ports::Ports;
use crate::preflight;
use crate::world::{PIPELINE, PROJECT};

/// How long the world may take to come up.
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// Lines of the log that are shown when it does not.
const QUOTED_LINES: usize = 20;

#[derive(Debug, thiserror::Error)]
enum UpError {
    #[error("the local world ended while starting{0}")]
    Ended(String),
    #[error("the local world did not come up within {seconds} s{log}", seconds = START_TIMEOUT.as_secs())]
    Slow { log: String },
}

pub async fn run(state: &Path, up: &Up) -> Result<Exit, Failure> {
    let daemon = ensure(state, up).await?;
    for site in &daemon.sites {
        say(&format!("{:<5} {}  (API behind the load balancer: {})", site.name, site.url, site.api_url));
    }
    say(&format!("\nFor AWS CLI, SDKs and the tools:\n  . {}", state.join("env").display()));
    Ok(Exit::Done)
}

/// The running world; started if there is none.
pub async fn ensure(state: &Path, up: &Up) -> Result<Daemon, Failure> {
    if let Some(daemon) = Daemon::load(state)
        && daemon.is_up().await
    {
        return Ok(daemon);
    }
    preflight::programs()?;
    preflight::file(&up.emulator, "`make setup` makes the virtual environment with the emulator")?;
    let tools = super::tools(up.tools.as_ref())?;
    for tool in ["validate-deploy", "approve"] {
        preflight::file(&tools.join(tool), "build the tools with `cargo build` first")?;
    }
    let ports = if up.free_ports { Ports::free() } else { Ports::fixed() };
    preflight::ports(&ports)?;
    start(state, up).await
}

async fn start(state: &Path, up: &Up) -> Result<Daemon, Failure> {
    let io = |error: std::io::Error| Failure::new(Exit::Internal, error);
    Daemon::forget(state);
    std::fs::create_dir_all(state.join("logs")).map_err(io)?;
    let log = std::fs::File::create(log_path(state)).map_err(io)?;
    let mut command = Command::new(std::env::current_exe().map_err(io)?);
    command
        .arg("serve")
        .arg("--state")
        .arg(state)
        .arg("--checkout")
        .arg(&up.checkout)
        .arg("--emulator")
        .arg(&up.emulator);
    if let Some(tools) = &up.tools {
        command.arg("--tools").arg(tools);
    }
    if up.free_ports {
        command.arg("--free-ports");
    }
    command.env("LOCAL_PIPELINE_PYTHON", python(up));
    // A group of its own: Ctrl-C at the terminal is for the follower, not for the world.
    let mut child = command
        .stdin(Stdio::null())
        .stdout(log.try_clone().map_err(io)?)
        .stderr(log)
        .process_group(0)
        .spawn()
        .map_err(io)?;
    tell("starting the local world …");
    let deadline = Instant::now() + START_TIMEOUT;
    loop {
        if let Some(daemon) = Daemon::load(state) {
            return Ok(daemon);
        }
        if child.try_wait().map_err(io)?.is_some() {
            return Err(Failure::new(Exit::Internal, UpError::Ended(tail(state))));
        }
        if Instant::now() > deadline {
            end(&mut child).await;
            return Err(Failure::new(Exit::TimedOut, UpError::Slow { log: tail(state) }));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// SIGTERM first: the world ends what it started.
async fn end(child: &mut std::process::Child) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    for _ in 0..100 {
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let _ = child.kill();
}

/// The interpreter of the emulator's virtual environment, which has pip; else the machine's.
pub fn python(up: &Up) -> String {
    let beside = up.emulator.parent().map(|folder| folder.join("python")).filter(|python| python.exists());
    let python = beside.and_then(|python| std::path::absolute(python).ok());
    std::env::var("LOCAL_PIPELINE_PYTHON")
        .ok()
        .or_else(|| python.map(|python| python.display().to_string()))
        .unwrap_or_else(|| "python3".to_owned())
}

fn tail(state: &Path) -> String {
    let text = std::fs::read_to_string(log_path(state)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(QUOTED_LINES);
    lines.iter().skip(from).map(|line| format!("\n    {line}")).collect()
}

/// `env`, to be sourced by a shell, and `approve.toml`, the configuration of `approve` for this world.
pub fn write_helpers(state: &Path, daemon: &Daemon) -> std::io::Result<()> {
    let approve = state.join("approve.toml");
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', "'\\''"));
    let env = format!(
        "export AWS_ENDPOINT_URL={}\nexport AWS_REGION={region}\nexport AWS_DEFAULT_REGION={region}\n\
         export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\nunset AWS_PROFILE AWS_SESSION_TOKEN\n\
         export APPROVE_CONFIG={}\nexport PATH={}:\"$PATH\"\n",
        daemon.endpoint_url,
        names::ACCESS_KEY_ID,
        names::SECRET_ACCESS_KEY,
        quoted(&approve),
        quoted(&daemon.tools),
        region = names::REGION,
    );
    let path = state.join("env");
    std::fs::write(&path, env)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    let config = format!(
        "# Written by local-pipeline up.\n[pipelines.prod]\npipeline = \"{PIPELINE}\"\nregion = \"{}\"\n\
         production_stage = \"Prod\"\nenvironment = \"prod\"\nproduction = true\nreport = \"s3://{bucket}/reports/test\"\n\
         production_report = \"s3://{bucket}/reports/prod\"\nfour_eyes = \"off\"\n\
         frontend = {{ live = \"s3://{PROJECT}-prod-site-{account}\", candidate = \"s3://{PROJECT}-test-site-{account}\" }}\n",
        names::REGION,
        bucket = crate::world::artifact_bucket(),
        account = names::ACCOUNT_ID,
    );
    std::fs::write(approve, config)
}
