//! What ECS remembers: clusters, task definitions, services with their task sets, tasks.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::api::ApiError;

/// AWS keeps the last 100 events of a service.
const EVENTS: usize = 100;

#[derive(Default)]
pub(super) struct State {
    pub clusters: BTreeMap<String, Value>,
    /// By family; the index is the revision less one.
    pub definitions: BTreeMap<String, Vec<Value>>,
    pub services: BTreeMap<ServiceKey, Service>,
    pub tasks: BTreeMap<String, TaskRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ServiceKey {
    pub cluster: String,
    pub service: String,
}

pub(super) struct Service {
    pub key: ServiceKey,
    pub arn: String,
    pub cluster_arn: String,
    /// `CODE_DEPLOY`, `ECS` or `EXTERNAL`
    pub controller: String,
    /// What the service was created with.
    pub input: Value,
    pub desired: u32,
    pub definition_arn: String,
    pub load_balancers: Vec<Attachment>,
    pub grace: Duration,
    pub sets: Vec<TaskSet>,
    pub events: VecDeque<Value>,
    pub created: f64,
}

/// A container's port in a target group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub group_arn: String,
    pub container: String,
    pub port: u16,
}

#[derive(Debug)]
pub(super) struct TaskSet {
    pub id: String,
    pub arn: String,
    pub external_id: Option<String>,
    pub started_by: Option<String>,
    pub definition_arn: String,
    /// Percent of the service's desired count.
    pub scale: f64,
    /// `PRIMARY`, `ACTIVE` or `DRAINING`
    pub status: &'static str,
    pub load_balancers: Vec<Attachment>,
    pub created: f64,
    pub updated: f64,
    pub failures: u32,
    pub next_start: Option<Instant>,
    /// Why no more tasks are started.
    pub gave_up: Option<String>,
    pub steady_before: bool,
}

pub(super) struct TaskRecord {
    pub id: String,
    pub arn: String,
    pub key: ServiceKey,
    pub set_id: String,
    pub definition_arn: String,
    pub container: String,
    pub image: String,
    pub image_digest: Option<String>,
    /// `PENDING`, `RUNNING`, `DEPROVISIONING` or `STOPPED`
    pub last_status: &'static str,
    pub stop: CancellationToken,
    /// Why the scheduler wants it to stop.
    pub stop_reason: Option<String>,
    /// The stop counts as a failure of the task.
    pub failed: bool,
    pub ending: Option<Ending>,
    pub port: Option<u16>,
    pub was_healthy: bool,
    pub created: f64,
    pub started: Option<f64>,
    pub started_at: Option<Instant>,
    pub stopped: Option<f64>,
}

impl TaskRecord {
    pub fn wanted(&self) -> bool {
        self.last_status != "STOPPED" && !self.stop.is_cancelled()
    }
}

/// How a task ended.
#[derive(Debug, Clone)]
pub(super) struct Ending {
    pub code: &'static str,
    pub reason: String,
    pub exit_code: Option<i32>,
    pub container_reason: Option<String>,
}

/// A service as other engines see it.
#[derive(Debug, Clone)]
pub struct ServiceView {
    pub arn: String,
    pub controller: String,
    pub desired: u32,
    pub task_definition: String,
    pub load_balancers: Vec<Attachment>,
    pub task_sets: Vec<TaskSetView>,
}

impl ServiceView {
    pub fn primary(&self) -> Option<&TaskSetView> {
        self.task_sets.iter().find(|set| set.status == "PRIMARY")
    }
}

/// A task set as other engines see it.
#[derive(Debug, Clone)]
pub struct TaskSetView {
    pub id: String,
    pub arn: String,
    pub external_id: Option<String>,
    pub task_definition: String,
    pub status: &'static str,
    pub desired: u32,
    pub running: u32,
    pub pending: u32,
    pub group_arn: Option<String>,
    /// Running = desired, nothing pending, every target healthy.
    pub steady: bool,
    pub gave_up: Option<String>,
}

/// What `create_task_set` is told.
#[derive(Debug, Clone)]
pub struct NewTaskSet {
    pub cluster: String,
    pub service: String,
    pub task_definition: String,
    pub external_id: Option<String>,
    pub started_by: Option<String>,
    /// Percent of the service's desired count.
    pub scale: f64,
    pub load_balancers: Vec<Attachment>,
}

impl State {
    pub fn cluster_name(&self, given: Option<&str>) -> Result<String, ApiError> {
        let name = given.unwrap_or("default").rsplit('/').next().unwrap_or_default();
        if self.clusters.contains_key(name) {
            return Ok(name.to_owned());
        }
        Err(ApiError::new("ClusterNotFoundException", "Cluster not found."))
    }

    pub fn key(&self, cluster: Option<&str>, service: &str) -> Result<ServiceKey, ApiError> {
        let cluster = self.cluster_name(cluster)?;
        let service = service.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(ServiceKey { cluster, service })
    }

    pub fn service(&self, cluster: Option<&str>, service: &str) -> Result<&Service, ApiError> {
        self.services.get(&self.key(cluster, service)?).ok_or_else(no_service)
    }

    pub fn service_mut(&mut self, cluster: Option<&str>, service: &str) -> Result<&mut Service, ApiError> {
        let key = self.key(cluster, service)?;
        self.services.get_mut(&key).ok_or_else(no_service)
    }

    /// `family`, `family:revision` or an ARN.
    pub fn definition(&self, name: &str) -> Option<&Value> {
        let short = name.rsplit('/').next().unwrap_or_default();
        match short.split_once(':') {
            Some((family, revision)) => {
                let index = revision.parse::<usize>().ok()?.checked_sub(1)?;
                self.definitions.get(family)?.get(index)
            }
            None => self.definitions.get(short)?.iter().rev().find(|definition| active(definition)),
        }
    }

    pub fn definition_arn(&self, name: &str) -> Result<String, ApiError> {
        let found = self.definition(name).filter(|definition| active(definition));
        let arn = found.and_then(|definition| definition.get("taskDefinitionArn")).and_then(Value::as_str);
        arn.map(str::to_owned).ok_or_else(|| ApiError::new("ClientException", "TaskDefinition not found."))
    }

    pub fn tasks_of<'s>(
        &'s self,
        key: &'s ServiceKey,
        set_id: &'s str,
    ) -> impl Iterator<Item = &'s TaskRecord> {
        self.tasks.values().filter(move |task| task.key == *key && task.set_id == set_id)
    }
}

impl Service {
    pub fn event(&mut self, text: &str) {
        let message = format!("(service {}) {text}", self.key.service);
        tracing::info!(cluster = self.key.cluster, "{message}");
        self.events.push_front(serde_json::json!({
            "id": uuid::Uuid::new_v4().to_string(),
            "createdAt": super::epoch_seconds(),
            "message": message,
        }));
        self.events.truncate(EVENTS);
    }

    pub fn computed_desired(&self, set: &TaskSet) -> u32 {
        if set.status == "DRAINING" {
            return 0;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a percentage of a small number"
        )]
        let count = (f64::from(self.desired) * set.scale / 100.0).ceil() as u32;
        count
    }
}

fn active(definition: &Value) -> bool {
    definition.get("status").and_then(Value::as_str) == Some("ACTIVE")
}

pub(super) fn no_service() -> ApiError {
    ApiError::new("ServiceNotFoundException", "Service not found.")
}

pub(super) fn no_task_set() -> ApiError {
    ApiError::new("TaskSetNotFoundException", "TaskSet not found.")
}

pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterException", message)
}
