//! CodeDeploy: blue/green deployments of ECS services with real hooks, real traffic and real roll-back.
//!
//! Differs from AWS: a hook function that failed all its attempts fails its lifecycle event at once (AWS waits for the hook's
//! hour), a green task set whose tasks keep failing fails the installation at once (AWS: after its time limit), a deployment
//! ends only when its roll-back is complete, and task sets that a deployment without roll-back left behind are removed by the
//! next one. Revisions in S3 are not read.

mod appspec;
mod config;
mod hooks;
mod operations;
mod run;
mod state;
mod traffic;
mod views;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};
use tokio::task::AbortHandle;

use crate::api::ApiError;
use crate::engines::balancer::Balancer;
use crate::engines::functions::Functions;
use crate::engines::tasks::Tasks;
use state::{Deployment, State};

/// How many events a slow reader may be behind.
const EVENTS: usize = 1024;

/// Time limits. The defaults are AWS's.
#[derive(Debug, Clone)]
pub struct DeploySettings {
    /// How long a lifecycle event waits for its hook's status.
    /// <https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html>, 2026-11.
    pub hook_timeout: Duration,
    /// How long the green task set may take to become healthy.
    pub install_timeout: Duration,
    /// How long one minute of a configuration (canary, linear, termination wait) lasts.
    pub minute: Duration,
    /// How long task sets that are removed are waited for.
    pub drain_timeout: Duration,
}

impl Default for DeploySettings {
    fn default() -> Self {
        Self {
            hook_timeout: Duration::from_hours(1),
            install_timeout: Duration::from_hours(1),
            minute: Duration::from_mins(1),
            drain_timeout: Duration::from_mins(5),
        }
    }
}

pub struct Deploy {
    inner: Arc<Inner>,
}

/// What running deployments share with [`Deploy`].
struct Inner {
    tasks: Arc<Tasks>,
    balancer: Arc<Balancer>,
    functions: Arc<Functions>,
    state: Mutex<State>,
    settings: Mutex<DeploySettings>,
    changed: watch::Sender<u64>,
    events: broadcast::Sender<Value>,
    running: Mutex<Vec<AbortHandle>>,
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> DeploySettings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn bump(&self) {
        self.changed.send_modify(|version| *version = version.wrapping_add(1));
    }

    /// Changes a deployment and wakes who waits for it.
    fn update<T>(&self, id: &str, change: impl FnOnce(&mut Deployment) -> T) -> Option<T> {
        let result = self.lock().deployments.get_mut(id).map(change);
        self.bump();
        result
    }

    /// Tells the world that a deployment's state changed, as EventBridge would.
    fn announce(&self, id: &str, change: &str) {
        let Some(event) = self.lock().deployments.get(id).map(|deployment| state_change(deployment, change))
        else {
            return;
        };
        tracing::info!(deployment = id, state = change, "deployment");
        if self.events.send(event).is_err() {
            tracing::debug!("nobody listens to deployment events");
        }
    }

    fn start(self: &Arc<Self>, id: String) {
        let handle = tokio::spawn(run::run(Arc::clone(self), id)).abort_handle();
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|handle| !handle.is_finished());
        running.push(handle);
    }
}

fn state_change(deployment: &Deployment, change: &str) -> Value {
    let (application, group) = (&deployment.application, &deployment.group);
    json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": "CodeDeploy Deployment State-change Notification",
        "source": "aws.codedeploy",
        "account": crate::names::ACCOUNT_ID,
        "time": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": crate::names::REGION,
        "resources": [
            crate::names::arn("codedeploy", &format!("application:{application}")),
            crate::names::arn("codedeploy", &format!("deploymentgroup:{application}/{group}")),
        ],
        "detail": {
            "region": crate::names::REGION,
            "deploymentId": deployment.id,
            "deploymentGroup": group,
            "instanceGroupId": deployment.group_id,
            "application": application,
            "state": change,
        },
    })
}

impl Deploy {
    pub fn new(tasks: Arc<Tasks>, balancer: Arc<Balancer>, functions: Arc<Functions>) -> Arc<Self> {
        let (changed, _) = watch::channel(0);
        let (events, _) = broadcast::channel(EVENTS);
        let inner = Inner {
            tasks,
            balancer,
            functions,
            state: Mutex::default(),
            settings: Mutex::default(),
            changed,
            events,
            running: Mutex::default(),
        };
        Arc::new(Self { inner: Arc::new(inner) })
    }

    #[expect(clippy::unused_async, reason = "every engine's call is asynchronous")]
    pub async fn call(&self, operation: &str, input: &Value) -> Result<Value, ApiError> {
        operations::call(&self.inner, operation, input)
    }

    pub fn set_settings(&self, settings: DeploySettings) {
        *self.inner.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// `CodeDeploy Deployment State-change Notification` events from now on.
    pub fn events(&self) -> broadcast::Receiver<Value> {
        self.inner.events.subscribe()
    }

    /// Waits until the deployment is over and returns its status: `Succeeded`, `Failed` or `Stopped`.
    pub async fn wait(&self, deployment_id: &str) -> Result<String, ApiError> {
        let mut changes = self.inner.changed.subscribe();
        loop {
            changes.borrow_and_update();
            let status = self.inner.lock().deployment(deployment_id)?.status;
            if state::is_over(status) {
                return Ok(status.to_owned());
            }
            if changes.changed().await.is_err() {
                return Err(ApiError::internal("the engine ended"));
            }
        }
    }
}

impl Drop for Deploy {
    fn drop(&mut self) {
        for handle in self.inner.running.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            handle.abort();
        }
    }
}
