//! CodePipeline: executions, stages, actions, the manual approval, and the events of all of these.
//!
//! In memory. Execution modes SUPERSEDED, QUEUED and PARALLEL.

mod action;
mod declaration;
mod operations;
mod record;
mod runner;
mod source;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use serde_json::{Value, json};
use tokio::sync::{Notify, broadcast};

use declaration::Declaration;
use record::{Door, Execution, Status};

use crate::api::ApiError;
use crate::engines::build::Build;
use crate::engines::deploy::Deploy;
use crate::engines::objects::Objects;
use crate::engines::tasks::Tasks;
use crate::names;

/// How many events a slow listener may lag behind before it loses some.
const EVENT_CAPACITY: usize = 4096;

struct PipelineState {
    declaration: Declaration,
    /// As it was given, for `GetPipeline`.
    declared: Value,
    version: u32,
    executions: Vec<Execution>,
    doors: BTreeMap<String, Door>,
    /// Woken whenever a door or an approval changes.
    changed: Arc<Notify>,
}

#[derive(Default)]
struct State {
    pipelines: BTreeMap<String, PipelineState>,
    /// `owner/name` → checkout that stands for it.
    repositories: BTreeMap<String, PathBuf>,
}

pub struct Pipeline {
    myself: Weak<Self>,
    objects: Arc<Objects>,
    build: Arc<Build>,
    deploy: Arc<Deploy>,
    tasks: Arc<Tasks>,
    state: Mutex<State>,
    events: broadcast::Sender<Value>,
}

impl Pipeline {
    pub fn new(
        objects: Arc<Objects>,
        build: Arc<Build>,
        deploy: Arc<Deploy>,
        tasks: Arc<Tasks>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|myself| Self {
            myself: Weak::clone(myself),
            objects,
            build,
            deploy,
            tasks,
            state: Mutex::default(),
            events: broadcast::channel(EVENT_CAPACITY).0,
        })
    }

    /// Lets `FullRepositoryId` name a checkout on this machine.
    pub fn connect_repository(&self, full_repository_id: &str, checkout: PathBuf) {
        self.lock().repositories.insert(full_repository_id.to_owned(), checkout);
    }

    /// EventBridge events, as they happen.
    pub fn events(&self) -> broadcast::Receiver<Value> {
        self.events.subscribe()
    }

    #[expect(clippy::unused_async, reason = "every engine's call is async, whether it waits or not")]
    pub async fn call(&self, operation: &str, input: &Value) -> Result<Value, ApiError> {
        operations::call(self, operation, input)
    }

    /// Ends an execution as superseded wherever it is. On its way, an execution is only replaced while it waits to enter a stage;
    /// this is for those who must cope with it at any moment.
    pub fn supersede(&self, pipeline: &str, execution: &str) -> Result<(), ApiError> {
        self.with_execution(pipeline, execution, |execution| {
            execution.status = Status::Superseded;
            for run in execution.actions.iter_mut().filter(|run| run.status == Status::InProgress) {
                run.status = Status::Abandoned;
                run.token = None;
            }
        })?;
        self.with(pipeline, |state| {
            state.changed.notify_waiters();
            Ok(())
        })
    }

    /// Gives a waiting approval another token, as AWS does when an action begins again.
    pub fn replace_token(&self, pipeline: &str, execution: &str) -> Result<(), ApiError> {
        self.with_execution(pipeline, execution, |execution| {
            for run in execution.actions.iter_mut().filter(|run| run.token.is_some()) {
                let token = uuid::Uuid::new_v4().to_string();
                run.external_id.clone_from(&token);
                run.token = Some(token);
            }
        })
    }

    /// Lets the time limit of a waiting approval be over.
    pub fn expire(&self, pipeline: &str, execution: &str) -> Result<(), ApiError> {
        self.with_execution(pipeline, execution, |execution| {
            for run in execution.actions.iter_mut().filter(|run| run.token.is_some()) {
                run.status = Status::Failed;
                run.token = None;
                run.error = Some(("TimedOut".to_owned(), "nobody answered in time".to_owned()));
            }
        })?;
        self.with(pipeline, |state| {
            state.changed.notify_waiters();
            Ok(())
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Acts on one pipeline under the lock.
    fn with<T>(
        &self,
        pipeline: &str,
        act: impl FnOnce(&mut PipelineState) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut state = self.lock();
        let found = state.pipelines.get_mut(pipeline).ok_or_else(|| {
            ApiError::new(
                "PipelineNotFoundException",
                format!("Account '{}' does not have a pipeline with name '{pipeline}'", names::ACCOUNT_ID),
            )
        })?;
        act(found)
    }

    /// Acts on one execution under the lock.
    fn with_execution<T>(
        &self,
        pipeline: &str,
        execution: &str,
        act: impl FnOnce(&mut Execution) -> T,
    ) -> Result<T, ApiError> {
        self.with(pipeline, |state| {
            let found = state.executions.iter_mut().find(|found| found.id == execution).ok_or_else(|| {
                ApiError::new("PipelineExecutionNotFoundException", format!("no execution {execution}"))
            })?;
            found.updated = now();
            Ok(act(found))
        })
    }

    /// Publishes an event of `CodePipeline`
    /// (<https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html>, 2026-11).
    fn publish(&self, kind: &str, pipeline: &str, detail: &Value) {
        // Nobody listening is fine.
        let _ = self.events.send(json!({
            "version": "0",
            "id": uuid::Uuid::new_v4().to_string(),
            "detail-type": format!("CodePipeline {kind} Execution State Change"),
            "source": "aws.codepipeline",
            "account": names::ACCOUNT_ID,
            "time": jiff::Timestamp::now().to_string(),
            "region": names::REGION,
            "resources": [names::arn("codepipeline", pipeline)],
            "detail": detail,
        }));
    }
}

impl PipelineState {
    fn execution_status(&self, id: &str) -> Option<Status> {
        self.executions.iter().find(|execution| execution.id == id).map(|execution| execution.status)
    }
}

/// Seconds since the epoch, as the JSON services write times.
fn now() -> f64 {
    jiff::Timestamp::now().as_duration().as_secs_f64()
}
