//! The life of one task: pull, secrets, start, serve, stop.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::state::{Attachment, Ending, ServiceKey};
use super::{Inner, environment, epoch_seconds, process, scheduler, secrets};
use crate::names;

/// AWS's default `stopTimeout`.
const STOP_TIMEOUT_SECONDS: u64 = 30;

/// What is needed to run the task, taken out of the state once.
struct Plan {
    id: String,
    arn: String,
    key: ServiceKey,
    container: Value,
    attachments: Vec<Attachment>,
    stop: CancellationToken,
}

/// Runs the task to its end and tells the scheduler.
pub(super) async fn run(inner: Arc<Inner>, id: String) {
    let Some(plan) = plan(&inner, &id) else { return };
    let ending = live(&inner, &plan).await;
    scheduler::ended(&inner, &plan.id, ending);
}

fn plan(inner: &Inner, id: &str) -> Option<Plan> {
    let state = inner.lock();
    let task = state.tasks.get(id)?;
    let definition = state.definition(&task.definition_arn)?;
    let containers = definition.get("containerDefinitions")?.as_array()?;
    let container =
        containers.iter().find(|item| item.get("name").and_then(Value::as_str) == Some(&task.container))?;
    let service = state.services.get(&task.key)?;
    let set = service.sets.iter().find(|set| set.id == task.set_id)?;
    Some(Plan {
        id: task.id.clone(),
        arn: task.arn.clone(),
        key: task.key.clone(),
        container: container.clone(),
        attachments: set.load_balancers.clone(),
        stop: task.stop.clone(),
    })
}

fn not_started(reason: String, container_reason: Option<String>) -> Ending {
    Ending { code: "TaskFailedToStart", reason, exit_code: None, container_reason }
}

fn asked_to_stop(exit_code: Option<i32>) -> Ending {
    Ending { code: "ServiceSchedulerInitiated", reason: String::new(), exit_code, container_reason: None }
}

async fn live(inner: &Arc<Inner>, plan: &Plan) -> Ending {
    let started = tokio::select! {
        () = plan.stop.cancelled() => return asked_to_stop(None),
        started = start(inner, plan) => started,
    };
    let (mut process, port) = match started {
        Ok(started) => started,
        Err(ending) => return ending,
    };
    for attachment in &plan.attachments {
        if let Err(error) = inner.balancer.register(&attachment.group_arn, "127.0.0.1", port) {
            let reason = format!("the task could not be registered in {}: {error}", attachment.group_arn);
            process.kill();
            return not_started(reason, None);
        }
    }
    let exited = tokio::select! {
        status = process.wait() => Some(status),
        () = plan.stop.cancelled() => None,
    };
    let limits = inner.limits();
    for attachment in &plan.attachments {
        if let Err(error) = inner.balancer.deregister(&attachment.group_arn, "127.0.0.1", port) {
            tracing::debug!(%error, "target group is gone");
        }
    }
    if let Some(status) = exited {
        let reason = "Essential container in task exited".to_owned();
        return Ending {
            code: "EssentialContainerExited",
            reason,
            exit_code: code(status),
            container_reason: None,
        };
    }
    for attachment in &plan.attachments {
        inner.balancer.drained(&attachment.group_arn, "127.0.0.1", port, limits.drain).await;
    }
    let own = plan.container.get("stopTimeout").and_then(Value::as_u64).unwrap_or(STOP_TIMEOUT_SECONDS);
    let status = process.stop(Duration::from_secs(own).min(limits.stop_timeout)).await;
    asked_to_stop(code(status))
}

/// As a container runtime reports it: a signal is 128 more than its number.
fn code(status: std::io::Result<ExitStatus>) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt as _;
    let status = status.ok()?;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal))
}

async fn start(inner: &Arc<Inner>, plan: &Plan) -> Result<(process::Process, u16), Ending> {
    let image = plan.container.get("image").and_then(Value::as_str).unwrap_or_default();
    let unpacked = inner.images.get(image).await.map_err(|error| {
        let reason = format!("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: {error}");
        not_started(reason.clone(), Some(reason))
    })?;
    if let Some(task) = inner.lock().tasks.get_mut(&plan.id) {
        task.image_digest = Some(unpacked.config.digest.clone());
    }
    let wanted = pairs(&plan.container, "secrets", "valueFrom");
    let secrets = secrets::resolve(&inner.settings.endpoint_url, &wanted);
    let secrets = secrets.await.map_err(|reason| not_started(reason, None))?;
    let cannot = |what: &str, error: std::io::Error| {
        let reason = format!("CannotStartContainerError: {what}: {error}");
        not_started(reason.clone(), Some(reason))
    };
    let folder = inner.settings.state.join("tasks").join(&plan.id);
    prepare(&folder, &unpacked.rootfs).map_err(|error| cannot("task folder", error))?;
    let port = free_port().map_err(|error| cannot("no free port", error))?;
    let log = log_file(inner, plan).map_err(|error| cannot("log file", error))?;

    let host_path = std::env::var("PATH").unwrap_or_default();
    let mut variables = environment::of_image(&unpacked.config.environment, &unpacked.rootfs, &host_path);
    variables.extend(pairs(&plan.container, "environment", "value"));
    variables.extend(secrets);
    variables.extend(fixed_variables(inner, &folder, port));
    let words = words(&plan.container, &unpacked.config);
    let python = std::env::var("LOCAL_PIPELINE_PYTHON").ok();
    let path = variables.get("PATH").cloned().unwrap_or_default();
    let words = environment::command(&words, &unpacked.rootfs, &path, python.as_deref());
    let (program, arguments) = words.split_first().ok_or_else(|| {
        cannot("no command specified", std::io::Error::from(std::io::ErrorKind::InvalidInput))
    })?;
    let own_folder = plan.container.get("workingDirectory").and_then(Value::as_str);
    let work = environment::working_dir(own_folder.unwrap_or(&unpacked.config.working_dir), &unpacked.rootfs);
    let errors = log.try_clone().map_err(|error| cannot("log file", error))?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(work).env_clear().envs(&variables);
    command.stdin(Stdio::null()).stdout(log).stderr(errors);
    let process =
        inner.groups.start(&mut command).map_err(|error| cannot(&format!("exec: {program:?}"), error))?;
    if let Some(task) = inner.lock().tasks.get_mut(&plan.id) {
        task.last_status = "RUNNING";
        task.port = Some(port);
        task.started = Some(epoch_seconds());
        task.started_at = Some(Instant::now());
    }
    tracing::debug!(task = plan.arn, port, "task started");
    inner.wake.notify_waiters();
    Ok((process, port))
}

fn words(container: &Value, image: &crate::engines::registry::ImageConfig) -> Vec<String> {
    let list = |name: &str| -> Option<Vec<String>> {
        let words = container.get(name)?.as_array().filter(|words| !words.is_empty())?;
        Some(words.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    };
    // As in Docker: an entry point of one's own makes the image's command void.
    let (entrypoint, command) = match (list("entryPoint"), list("command")) {
        (Some(entrypoint), command) => (entrypoint, command.unwrap_or_default()),
        (None, command) => (image.entrypoint.clone(), command.unwrap_or_else(|| image.command.clone())),
    };
    [entrypoint, command].concat()
}

fn pairs(container: &Value, list: &str, value: &str) -> Vec<(String, String)> {
    let items = container.get(list).and_then(Value::as_array).into_iter().flatten();
    let text = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    items.filter_map(|item| Some((text(item, "name")?, text(item, value)?))).collect()
}

fn fixed_variables(inner: &Inner, folder: &Path, port: u16) -> BTreeMap<String, String> {
    let text = |path: PathBuf| path.to_string_lossy().into_owned();
    BTreeMap::from([
        ("AWS_ENDPOINT_URL".to_owned(), inner.settings.endpoint_url.clone()),
        ("AWS_ACCESS_KEY_ID".to_owned(), names::ACCESS_KEY_ID.to_owned()),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), names::SECRET_ACCESS_KEY.to_owned()),
        ("AWS_REGION".to_owned(), names::REGION.to_owned()),
        ("AWS_DEFAULT_REGION".to_owned(), names::REGION.to_owned()),
        ("HOME".to_owned(), text(folder.join("home"))),
        ("TMPDIR".to_owned(), text(folder.join("tmp"))),
        ("PORT".to_owned(), port.to_string()),
        // In a container 0.0.0.0 is the container; here it would be this machine's every address.
        ("HOST".to_owned(), "127.0.0.1".to_owned()),
    ])
}

fn prepare(folder: &Path, rootfs: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder.join("home"))?;
    std::fs::create_dir_all(folder.join("tmp"))?;
    std::os::unix::fs::symlink(std::path::absolute(rootfs)?, folder.join("rootfs"))
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn log_file(inner: &Inner, plan: &Plan) -> std::io::Result<File> {
    let folder = inner.settings.state.join("logs").join(&plan.key.cluster).join(&plan.key.service);
    std::fs::create_dir_all(&folder)?;
    OpenOptions::new().create(true).append(true).open(folder.join(format!("{}.log", plan.id)))
}
