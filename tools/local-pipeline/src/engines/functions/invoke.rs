//! A function's worker: one invocation after the other on one warm process.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::json;
use tokio::process::Command;
use tokio::sync::mpsc;

use super::runtime::{RuntimeApi, Signal};
use super::{FunctionSpec, InvokeOutcome, Job, function_arn};
use crate::engines::EngineSettings;
use crate::engines::tasks::process::{Groups, Process};
use crate::names;

/// AWS gives a process so long until it asks for its first invocation.
const INIT_LIMIT: Duration = Duration::from_secs(10);
/// How much of the log an invocation's answer carries on AWS.
const LOG_TAIL_BYTES: u64 = 4096;

pub(super) struct Worker {
    endpoint_url: String,
    log: PathBuf,
    groups: Groups,
    spec: FunctionSpec,
    warm: Option<Sandbox>,
}

struct Sandbox {
    process: Process,
    api: RuntimeApi,
}

/// How one attempt ended.
enum Ending {
    Response(Bytes),
    /// The function failed and told so; the process goes on.
    Error(Bytes),
    /// The process is of no use any more.
    Lost {
        kind: &'static str,
        message: String,
    },
    InitError(Bytes),
}

impl Worker {
    pub fn new(settings: &EngineSettings, groups: Groups, spec: FunctionSpec) -> Self {
        let log = settings.state.join("logs").join("lambda").join(format!("{}.log", spec.name));
        Self { endpoint_url: settings.endpoint_url.clone(), log, groups, spec, warm: None }
    }

    pub async fn run(mut self, mut jobs: mpsc::UnboundedReceiver<Job>) {
        while let Some(job) = jobs.recv().await {
            let outcome = self.invoke(&job).await;
            if job.done.send(outcome).is_err() {
                tracing::debug!(function = self.spec.name, "the caller did not wait");
            }
        }
    }

    async fn invoke(&mut self, job: &Job) -> InvokeOutcome {
        let from = std::fs::metadata(&self.log).map(|found| found.len()).unwrap_or_default();
        let started = Instant::now();
        self.note(&format!("START RequestId: {} Version: $LATEST", job.request_id));
        let timeout = self.spec.timeout;
        let ending = match self.sandbox().await {
            Ok(sandbox) => attempt(sandbox, job, timeout).await,
            Err(error) => {
                let message =
                    format!("RequestId: {} Error: {}: {error}", job.request_id, self.spec.program.display());
                Ending::Lost { kind: "Runtime.InvalidEntrypoint", message }
            }
        };
        if matches!(ending, Ending::Lost { .. } | Ending::InitError(_)) {
            self.warm = None;
        }
        let (function_error, payload) = match ending {
            Ending::Response(payload) => (None, payload),
            Ending::Error(payload) | Ending::InitError(payload) => (Some("Unhandled".to_owned()), payload),
            Ending::Lost { kind, message } => {
                self.note(&message);
                let body = json!({"errorType": kind, "errorMessage": message});
                (Some("Unhandled".to_owned()), Bytes::from(body.to_string()))
            }
        };
        self.note(&format!("END RequestId: {}", job.request_id));
        let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
        self.note(&format!(
            "REPORT RequestId: {}\tDuration: {elapsed_ms:.2} ms\tMemory Size: {} MB",
            job.request_id, self.spec.memory_mb
        ));
        InvokeOutcome { status: 200, function_error, payload, log_tail: self.tail(from) }
    }

    /// The warm process, or a new one.
    async fn sandbox(&mut self) -> std::io::Result<&mut Sandbox> {
        let warm = self.warm.take().and_then(|mut warm| (!warm.process.has_exited()).then_some(warm));
        let sandbox = match warm {
            Some(warm) => warm,
            None => self.start().await?,
        };
        Ok(self.warm.insert(sandbox))
    }

    async fn start(&self) -> std::io::Result<Sandbox> {
        let api = RuntimeApi::start(&function_arn(&self.spec.name), self.spec.timeout).await?;
        let log = self.open_log()?;
        let program = std::path::absolute(&self.spec.program)?;
        let folder = program.parent().map_or_else(|| PathBuf::from("/"), PathBuf::from);
        let mut command = Command::new(&program);
        command.env_clear().current_dir(&folder).stdin(Stdio::null()).stderr(log.try_clone()?).stdout(log);
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.envs([
            ("AWS_ENDPOINT_URL", self.endpoint_url.as_str()),
            ("AWS_ACCESS_KEY_ID", names::ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", names::SECRET_ACCESS_KEY),
            ("AWS_REGION", names::REGION),
            ("AWS_DEFAULT_REGION", names::REGION),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("_HANDLER", "bootstrap"),
        ]);
        command.envs(&self.spec.environment);
        command.env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", api.port));
        command.env("AWS_LAMBDA_FUNCTION_NAME", &self.spec.name);
        command.env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.spec.memory_mb.to_string());
        command.env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", self.spec.name));
        command.env("AWS_LAMBDA_LOG_STREAM_NAME", uuid::Uuid::new_v4().simple().to_string());
        command.env("LAMBDA_TASK_ROOT", &folder);
        Ok(Sandbox { process: self.groups.start(&mut command)?, api })
    }

    fn open_log(&self) -> std::io::Result<File> {
        if let Some(folder) = self.log.parent() {
            std::fs::create_dir_all(folder)?;
        }
        OpenOptions::new().create(true).append(true).open(&self.log)
    }

    fn note(&self, line: &str) {
        let written = self.open_log().and_then(|mut log| writeln!(log, "{line}"));
        if let Err(error) = written {
            tracing::warn!(%error, log = %self.log.display(), "could not write a function's log");
        }
    }

    /// The end of what was logged from byte `from` on.
    fn tail(&self, from: u64) -> String {
        let read = || {
            let mut log = File::open(&self.log)?;
            let length = log.metadata()?.len();
            log.seek(SeekFrom::Start(from.max(length.saturating_sub(LOG_TAIL_BYTES))))?;
            let mut bytes = Vec::new();
            log.read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_default()
    }
}

async fn attempt(sandbox: &mut Sandbox, job: &Job, timeout: Duration) -> Ending {
    sandbox.api.offer(&job.request_id, job.payload.clone());
    let mut limit = Box::pin(tokio::time::sleep(INIT_LIMIT.max(timeout)));
    let mut taken = false;
    loop {
        let signal = tokio::select! {
            // What the process said before it ended counts.
            biased;
            signal = sandbox.api.signals.recv() => signal,
            () = &mut limit => {
                let seconds = if taken { timeout } else { INIT_LIMIT.max(timeout) }.as_secs_f64();
                sandbox.process.kill();
                let message = format!("RequestId: {} Error: Task timed out after {seconds:.2} seconds", job.request_id);
                return Ending::Lost { kind: "Sandbox.Timedout", message };
            }
            status = sandbox.process.wait() => match sandbox.api.signals.try_recv() {
                Ok(signal) if !matches!(signal, Signal::Taken) => Some(signal),
                _ => {
                    let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                    let message = format!("RequestId: {} Error: Runtime exited with error: {status}", job.request_id);
                    return Ending::Lost { kind: "Runtime.ExitError", message };
                }
            },
        };
        match signal {
            Some(Signal::Taken) => {
                taken = true;
                limit = Box::pin(tokio::time::sleep(timeout));
            }
            Some(Signal::Response(payload)) => return Ending::Response(payload),
            Some(Signal::Error(payload)) => return Ending::Error(payload),
            Some(Signal::InitError(payload)) => return Ending::InitError(payload),
            None => {
                let message = format!("RequestId: {} Error: the Runtime API ended", job.request_id);
                return Ending::Lost { kind: "Runtime.Unknown", message };
            }
        }
    }
}
