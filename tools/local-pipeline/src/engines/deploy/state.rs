//! Applications, deployment groups and deployments. No input or output.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::appspec::AppSpec;
use super::config::Steps;
use crate::api::ApiError;

/// The lifecycle of an ECS deployment, in order.
pub(super) const LIFECYCLE: [&str; 8] = [
    "BeforeInstall",
    "Install",
    "AfterInstall",
    "AllowTestTraffic",
    "AfterAllowTestTraffic",
    "BeforeAllowTraffic",
    "AllowTraffic",
    "AfterAllowTraffic",
];

#[derive(Default)]
pub(super) struct State {
    pub applications: BTreeMap<String, Application>,
    pub deployments: BTreeMap<String, Deployment>,
    /// Ids, oldest first.
    pub order: Vec<String>,
}

pub(super) struct Application {
    pub id: String,
    pub created: f64,
    pub groups: BTreeMap<String, Group>,
}

pub(super) struct Group {
    pub id: String,
    /// What it was created with.
    pub info: Value,
    pub plan: Plan,
    pub last_attempted: Option<String>,
    pub last_successful: Option<String>,
}

/// A deployment group's settings, read once.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub cluster: String,
    pub service: String,
    /// Names of the two target groups.
    pub target_groups: [String; 2],
    pub production: Vec<String>,
    pub test: Vec<String>,
    pub termination_minutes: u32,
    /// Minutes to wait for `ContinueDeployment` before production traffic; `None`: go on at once.
    pub ready_minutes: Option<u32>,
    pub rollback_on: BTreeSet<String>,
    pub config: String,
}

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub name: &'static str,
    pub status: &'static str,
    pub started: Option<f64>,
    pub ended: Option<f64>,
    pub failure: Option<String>,
}

/// A task set of the deployment, as it was last seen.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub set_id: String,
    pub group_arn: String,
    pub group_name: String,
}

pub(super) struct Deployment {
    pub id: String,
    pub application: String,
    pub group: String,
    pub group_id: String,
    pub group_info: Value,
    pub plan: Plan,
    pub config: String,
    pub steps: Steps,
    pub appspec: AppSpec,
    pub revision: Value,
    pub description: Option<String>,
    pub creator: &'static str,
    pub status: &'static str,
    pub error: Option<(String, String)>,
    pub rollback: Option<Value>,
    pub created: f64,
    pub started: Option<f64>,
    pub completed: Option<f64>,
    pub termination_started: bool,
    pub events: Vec<Event>,
    /// Hook execution id to lifecycle event.
    pub hooks: BTreeMap<String, &'static str>,
    pub blue: Option<Side>,
    pub green: Option<Side>,
    pub stop: CancellationToken,
    /// What `StopDeployment` said about rolling back.
    pub stop_with_rollback: Option<bool>,
    /// `ContinueDeployment` was called for this wait.
    pub continued: BTreeSet<&'static str>,
}

impl Deployment {
    pub fn event(&mut self, name: &str) -> Option<&mut Event> {
        self.events.iter_mut().find(|event| event.name == name)
    }

    pub fn begin(&mut self, name: &str) {
        let now = crate::engines::tasks::epoch_seconds();
        if let Some(event) = self.event(name) {
            event.status = "InProgress";
            event.started = Some(now);
        }
    }

    /// Ends an event that is in progress (or was never needed).
    pub fn end(&mut self, name: &str, status: &'static str, failure: Option<String>) {
        let now = crate::engines::tasks::epoch_seconds();
        if let Some(event) = self.event(name) {
            event.status = status;
            event.started.get_or_insert(now);
            event.ended = Some(now);
            event.failure = failure;
        }
    }
}

pub(super) fn is_over(status: &str) -> bool {
    matches!(status, "Succeeded" | "Failed" | "Stopped")
}

pub(super) fn new_events() -> Vec<Event> {
    let event = |name| Event { name, status: "Pending", started: None, ended: None, failure: None };
    LIFECYCLE.into_iter().map(event).collect()
}

/// `d-` and nine letters or digits.
pub(super) fn new_id() -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let pick = || letters.get(fastrand::usize(..letters.len())).copied().map_or('X', char::from);
    format!("d-{}", std::iter::repeat_with(pick).take(9).collect::<String>())
}

impl State {
    pub fn application(&self, name: &str) -> Result<&Application, ApiError> {
        self.applications.get(name).ok_or_else(|| no_application(name))
    }

    pub fn application_mut(&mut self, name: &str) -> Result<&mut Application, ApiError> {
        self.applications.get_mut(name).ok_or_else(|| no_application(name))
    }

    pub fn group(&self, application: &str, name: &str) -> Result<&Group, ApiError> {
        self.application(application)?.groups.get(name).ok_or_else(|| no_group(name))
    }

    pub fn deployment(&self, id: &str) -> Result<&Deployment, ApiError> {
        check_id(id)?;
        self.deployments.get(id).ok_or_else(|| no_deployment(id))
    }

    pub fn deployment_mut(&mut self, id: &str) -> Result<&mut Deployment, ApiError> {
        check_id(id)?;
        self.deployments.get_mut(id).ok_or_else(|| no_deployment(id))
    }

    pub fn add(&mut self, deployment: Deployment) {
        self.order.push(deployment.id.clone());
        self.deployments.insert(deployment.id.clone(), deployment);
    }
}

fn check_id(id: &str) -> Result<(), ApiError> {
    if id.is_empty() {
        return Err(ApiError::new("DeploymentIdRequiredException", "The deployment ID was not specified."));
    }
    let tail = id.strip_prefix("d-").unwrap_or_default();
    if tail.len() != 9 || !tail.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit()) {
        let message = format!("Invalid deployment ID: {id}");
        return Err(ApiError::new("InvalidDeploymentIdException", message));
    }
    Ok(())
}

fn no_application(name: &str) -> ApiError {
    if name.is_empty() {
        return ApiError::new("ApplicationNameRequiredException", "The application name was not specified.");
    }
    ApiError::new("ApplicationDoesNotExistException", format!("No application found for name: {name}"))
}

fn no_group(name: &str) -> ApiError {
    if name.is_empty() {
        return ApiError::new(
            "DeploymentGroupNameRequiredException",
            "The deployment group name was not specified.",
        );
    }
    ApiError::new(
        "DeploymentGroupDoesNotExistException",
        format!("No Deployment Group found for name: {name}"),
    )
}

fn no_deployment(id: &str) -> ApiError {
    ApiError::new("DeploymentDoesNotExistException", format!("The deployment {id} could not be found"))
}
