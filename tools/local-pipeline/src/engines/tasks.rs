//! ECS: clusters, task definitions, services and task sets, whose tasks run as local processes.
//!
//! Differs from AWS: a task is the process of its load-balanced (or first essential) container, without a file system, user,
//! CPU limit or network of its own. The image is unpacked to a folder, absolute paths of its environment and command that exist
//! in it are rewritten to that folder, and the container's port is told by the variable `PORT` instead of being bound as
//! written. After three quick failures a task set is given up until it is replaced or its service is updated (AWS goes on,
//! ever more slowly). IAM roles are accepted and not used.

mod container;
mod definition;
mod environment;
mod images;
mod operations;
pub(crate) mod process;
mod scheduler;
mod secrets;
mod service;
mod state;
mod views;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::task::AbortHandle;

pub use state::{Attachment, NewTaskSet, ServiceView, TaskSetView};

use crate::api::ApiError;
use crate::engines::EngineSettings;
use crate::engines::balancer::Balancer;
use crate::engines::registry::{ImageConfig, Registry};
use state::State;

/// How patient the scheduler is. The defaults suit a demonstration; tests shorten them.
#[derive(Debug, Clone)]
pub struct TaskLimits {
    /// Upper limit of a container's `stopTimeout`.
    pub stop_timeout: Duration,
    /// How long a task that leaves a target group is kept for its requests in flight.
    pub drain: Duration,
    /// A task that ends by itself within this time, or before it was ever healthy, counts as a quick failure.
    pub quick: Duration,
    /// Pause after the first quick failure; doubled after each further one.
    pub backoff: Duration,
    /// So many quick failures in a row and the task set is given up.
    pub quick_failures: u32,
}

impl Default for TaskLimits {
    fn default() -> Self {
        Self {
            stop_timeout: Duration::from_secs(10),
            drain: Duration::from_secs(10),
            quick: Duration::from_secs(30),
            backoff: Duration::from_millis(500),
            quick_failures: 3,
        }
    }
}

pub struct Tasks {
    inner: Arc<Inner>,
}

/// What the background tasks share with [`Tasks`].
struct Inner {
    settings: EngineSettings,
    balancer: Arc<Balancer>,
    images: images::Images,
    state: Mutex<State>,
    limits: Mutex<TaskLimits>,
    groups: process::Groups,
    background: Mutex<Vec<AbortHandle>>,
    wake: tokio::sync::Notify,
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limits(&self) -> TaskLimits {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let mut background = self.background.lock().unwrap_or_else(PoisonError::into_inner);
        background.retain(|handle| !handle.is_finished());
        background.push(tokio::spawn(future).abort_handle());
    }

    fn abort_background(&self) {
        for handle in self.background.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            handle.abort();
        }
    }
}

impl Tasks {
    pub fn new(settings: &EngineSettings, registry: Arc<Registry>, balancer: Arc<Balancer>) -> Arc<Self> {
        let inner = Inner {
            settings: settings.clone(),
            balancer,
            images: images::Images::new(registry, settings.state.join("images")),
            state: Mutex::default(),
            limits: Mutex::default(),
            groups: process::Groups::default(),
            background: Mutex::default(),
            wake: tokio::sync::Notify::new(),
        };
        Arc::new(Self { inner: Arc::new(inner) })
    }

    #[expect(clippy::unused_async, reason = "every engine's call is asynchronous")]
    pub async fn call(&self, operation: &str, input: &Value) -> Result<Value, ApiError> {
        operations::call(&self.inner, operation, input)
    }

    pub fn set_limits(&self, limits: TaskLimits) {
        *self.inner.limits.lock().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    /// Makes a folder of this machine the content of `image`, so that a checkout runs without being packed and pushed.
    pub fn use_folder(&self, image: &str, rootfs: PathBuf, config: ImageConfig) {
        self.inner.images.use_folder(image, rootfs, config);
    }

    /// Registers a task definition and returns its ARN.
    pub fn register_task_definition(&self, definition: &Value) -> Result<String, ApiError> {
        let answer = operations::call(&self.inner, "RegisterTaskDefinition", definition)?;
        let arn = answer.pointer("/taskDefinition/taskDefinitionArn").and_then(Value::as_str);
        arn.map(str::to_owned).ok_or_else(|| ApiError::internal("no ARN"))
    }

    /// The ARN of an active task definition: of `family` (the newest), `family:revision` or an ARN.
    pub fn task_definition_arn(&self, name: &str) -> Result<String, ApiError> {
        self.inner.lock().definition_arn(name)
    }

    pub fn service(&self, cluster: &str, service: &str) -> Result<ServiceView, ApiError> {
        service::view(&self.inner, cluster, service)
    }

    pub fn create_task_set(&self, new: &NewTaskSet) -> Result<TaskSetView, ApiError> {
        service::create_task_set(&self.inner, new)
    }

    pub fn task_set(&self, cluster: &str, service: &str, id: &str) -> Result<TaskSetView, ApiError> {
        let found = self.service(cluster, service)?.task_sets.into_iter().find(|set| set.id == id);
        found.ok_or_else(state::no_task_set)
    }

    pub fn set_primary(&self, cluster: &str, service: &str, id: &str) -> Result<(), ApiError> {
        service::set_primary(&self.inner, cluster, service, id)
    }

    /// Starts to drain a task set; it disappears when its last task has stopped.
    pub fn delete_task_set(
        &self,
        cluster: &str,
        service: &str,
        id: &str,
        force: bool,
    ) -> Result<(), ApiError> {
        service::delete_task_set(&self.inner, cluster, service, id, force)
    }

    /// How many processes (one per task) run right now.
    pub fn process_count(&self) -> usize {
        self.inner.groups.count()
    }

    /// Ends every process that was started.
    pub async fn shutdown(&self) {
        for set in self.inner.lock().services.values_mut().flat_map(|service| &mut service.sets) {
            set.gave_up = Some("local-pipeline is shutting down".to_owned());
        }
        self.inner.abort_background();
        self.inner.groups.end(Duration::from_secs(3)).await;
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.inner.abort_background();
        self.inner.groups.kill();
    }
}

/// The time as the JSON protocols carry it.
pub(crate) fn epoch_seconds() -> f64 {
    jiff::Timestamp::now().as_duration().as_secs_f64()
}
