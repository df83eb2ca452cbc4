//! Lambda: functions are programs of this machine behind a real Runtime API.
//!
//! Differs from AWS: a function has one instance, so invocations of it run one after the other; memory is told to the program
//! but not limited; asynchronous invocations that fail are retried after one and two seconds (AWS: one and two minutes).

mod invoke;
mod rest;
mod runtime;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinHandle};

use crate::api::ApiError;
use crate::engines::EngineSettings;
use crate::engines::tasks::process::Groups;
use crate::http::{Request, Response};

/// AWS makes a function wait no longer than 15 minutes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>, 2026-11.
const MAX_TIMEOUT: Duration = Duration::from_mins(15);

/// A function.
#[derive(Debug, Clone)]
pub struct FunctionSpec {
    pub name: String,
    /// What is started: a program that speaks the Runtime API, such as `bootstrap`.
    pub program: PathBuf,
    pub environment: BTreeMap<String, String>,
    pub timeout: Duration,
    pub memory_mb: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvocationType {
    RequestResponse,
    Event,
    DryRun,
}

/// What an invocation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeOutcome {
    /// 200 for a synchronous, 202 for an asynchronous invocation, 204 for a dry run.
    pub status: u16,
    /// `Unhandled` when the function failed.
    pub function_error: Option<String>,
    pub payload: Bytes,
    /// The last 4 KiB of the invocation's log.
    pub log_tail: String,
}

impl InvokeOutcome {
    pub(crate) fn accepted(status: u16) -> Self {
        Self { status, function_error: None, payload: Bytes::new(), log_tail: String::new() }
    }
}

pub struct Functions {
    settings: EngineSettings,
    groups: Groups,
    state: Mutex<State>,
}

struct State {
    functions: BTreeMap<String, Function>,
    retry_delays: Vec<Duration>,
    background: Vec<AbortHandle>,
}

struct Function {
    spec: FunctionSpec,
    jobs: mpsc::UnboundedSender<Job>,
    worker: AbortHandle,
}

/// One attempt of one invocation, for the function's worker.
struct Job {
    request_id: String,
    payload: Bytes,
    done: oneshot::Sender<InvokeOutcome>,
}

impl Functions {
    pub fn new(settings: &EngineSettings) -> Arc<Self> {
        Arc::new(Self {
            settings: settings.clone(),
            groups: Groups::default(),
            state: Mutex::new(State {
                functions: BTreeMap::new(),
                retry_delays: vec![Duration::from_secs(1), Duration::from_secs(2)],
                background: Vec::new(),
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a function, or replaces the one with its name. No process is started until it is invoked.
    pub fn create(&self, spec: FunctionSpec) -> Result<String, ApiError> {
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        if spec.name.is_empty() || spec.name.len() > 64 || !spec.name.chars().all(allowed) {
            let message = format!("the function name '{}' is not valid", spec.name);
            return Err(ApiError::new("InvalidParameterValueException", message));
        }
        if spec.timeout.is_zero() || spec.timeout > MAX_TIMEOUT {
            let message = "a function's timeout is between 1 second and 15 minutes";
            return Err(ApiError::new("InvalidParameterValueException", message));
        }
        let (jobs, queue) = mpsc::unbounded_channel();
        let worker = invoke::Worker::new(&self.settings, self.groups.clone(), spec.clone());
        let worker = tokio::spawn(worker.run(queue)).abort_handle();
        let arn = function_arn(&spec.name);
        let replaced = self.lock().functions.insert(spec.name.clone(), Function { spec, jobs, worker });
        if let Some(old) = replaced {
            old.worker.abort();
        }
        Ok(arn)
    }

    /// The function's name of a name, `NAME:QUALIFIER`, partial or full ARN, if it exists.
    pub fn resolve(&self, name: &str) -> Result<String, ApiError> {
        let short = match name.split_once("function:") {
            Some((_, rest)) => rest.split(':').next().unwrap_or_default(),
            None => name.split(':').next().unwrap_or_default(),
        };
        if self.lock().functions.contains_key(short) {
            return Ok(short.to_owned());
        }
        Err(not_found(short))
    }

    /// Invokes a function. `Event` returns at once.
    pub async fn invoke(
        self: &Arc<Self>,
        name: &str,
        payload: Bytes,
        kind: InvocationType,
    ) -> Result<InvokeOutcome, ApiError> {
        let name = self.resolve(name)?;
        match kind {
            InvocationType::DryRun => Ok(InvokeOutcome::accepted(204)),
            InvocationType::Event => {
                self.invoke_event(&name, payload)?;
                Ok(InvokeOutcome::accepted(202))
            }
            InvocationType::RequestResponse => {
                self.attempt(&name, &uuid::Uuid::new_v4().to_string(), payload).await
            }
        }
    }

    /// Invokes asynchronously: at most three attempts with the same request id. The outcome is the last attempt's.
    pub fn invoke_event(
        self: &Arc<Self>,
        name: &str,
        payload: Bytes,
    ) -> Result<JoinHandle<Result<InvokeOutcome, ApiError>>, ApiError> {
        let name = self.resolve(name)?;
        let functions = Arc::downgrade(self);
        let mut delays = self.lock().retry_delays.clone().into_iter();
        let attempts = async move {
            let request_id = uuid::Uuid::new_v4().to_string();
            loop {
                let Some(functions) = functions.upgrade() else { return Err(not_found(&name)) };
                let outcome = functions.attempt(&name, &request_id, payload.clone()).await?;
                drop(functions);
                match (&outcome.function_error, delays.next()) {
                    (Some(_), Some(delay)) => tokio::time::sleep(delay).await,
                    _ => return Ok(outcome),
                }
            }
        };
        let handle = tokio::spawn(attempts);
        let mut state = self.lock();
        state.background.retain(|handle| !handle.is_finished());
        state.background.push(handle.abort_handle());
        Ok(handle)
    }

    async fn attempt(&self, name: &str, request_id: &str, payload: Bytes) -> Result<InvokeOutcome, ApiError> {
        let (done, outcome) = oneshot::channel();
        let job = Job { request_id: request_id.to_owned(), payload, done };
        let jobs = self
            .lock()
            .functions
            .get(name)
            .map(|function| function.jobs.clone())
            .ok_or_else(|| not_found(name))?;
        let ended =
            || ApiError::with_status(500, "ServiceException", "the function was replaced or shut down");
        jobs.send(job).map_err(|_| ended())?;
        drop(jobs);
        outcome.await.map_err(|_| ended())
    }

    /// How long to wait before each retry of an asynchronous invocation; their number is the number of retries.
    pub fn set_retry_delays(&self, delays: &[Duration]) {
        self.lock().retry_delays = delays.to_vec();
    }

    pub fn spec(&self, name: &str) -> Result<FunctionSpec, ApiError> {
        let name = self.resolve(name)?;
        self.lock().functions.get(&name).map(|function| function.spec.clone()).ok_or_else(|| not_found(&name))
    }

    /// Lambda's REST API, `/2015-03-31/…`.
    pub async fn handle_api(self: &Arc<Self>, request: Request) -> Response {
        rest::answer(self, request).await
    }

    /// How many processes run right now.
    pub fn process_count(&self) -> usize {
        self.groups.count()
    }

    fn stop_workers(&self) {
        let mut state = self.lock();
        for handle in state.background.drain(..) {
            handle.abort();
        }
        for function in state.functions.values() {
            function.worker.abort();
        }
    }

    /// Ends every process that was started.
    pub async fn shutdown(&self) {
        self.stop_workers();
        self.groups.end(Duration::from_secs(2)).await;
    }
}

impl Drop for Functions {
    fn drop(&mut self) {
        self.stop_workers();
        self.groups.kill();
    }
}

fn function_arn(name: &str) -> String {
    crate::names::arn("lambda", &format!("function:{name}"))
}

fn not_found(name: &str) -> ApiError {
    let message = format!("Function not found: {}", function_arn(name));
    ApiError::with_status(404, "ResourceNotFoundException", message)
}
