//! What is remembered of executions, and how the API shows it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::declaration::{Action, Declaration, ExecutionMode};
use crate::engines::artifacts::Location;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    InProgress,
    Succeeded,
    Failed,
    Superseded,
    Stopped,
    Abandoned,
}

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Superseded => "Superseded",
            Self::Stopped => "Stopped",
            Self::Abandoned => "Abandoned",
        }
    }

    /// As in EventBridge events.
    pub const fn event(self) -> &'static str {
        match self {
            Self::InProgress => "STARTED",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Superseded => "SUPERSEDED",
            Self::Stopped => "STOPPED",
            Self::Abandoned => "ABANDONED",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Execution {
    pub id: String,
    pub version: u32,
    pub status: Status,
    pub status_summary: String,
    pub started: f64,
    pub updated: f64,
    pub trigger: Value,
    /// Action name → commit id that the caller asked for.
    pub revisions: BTreeMap<String, String>,
    pub artifacts: BTreeMap<String, Location>,
    pub variables: BTreeMap<String, BTreeMap<String, String>>,
    /// Stage name → status.
    pub stages: BTreeMap<String, Status>,
    pub actions: Vec<ActionRun>,
    /// What the source actions found, as `artifactRevisions`.
    pub artifact_revisions: Vec<Value>,
}

impl Execution {
    pub fn action(&mut self, id: &str) -> Option<&mut ActionRun> {
        self.actions.iter_mut().find(|action| action.id == id)
    }

    /// The last run of an action.
    fn latest(&self, stage: &str, action: &str) -> Option<&ActionRun> {
        self.actions.iter().rev().find(|run| run.stage == stage && run.action.name == action)
    }

    pub fn summary_json(&self, mode: &str) -> Value {
        let sources: Vec<Value> = self
            .artifact_revisions
            .iter()
            .map(|revision| {
                json!({
                    "actionName": revision.get("actionName"),
                    "revisionId": revision.get("revisionId"),
                    "revisionSummary": revision.get("revisionSummary"),
                    "revisionUrl": revision.get("revisionUrl"),
                })
            })
            .collect();
        json!({
            "pipelineExecutionId": self.id, "status": self.status.as_str(), "statusSummary": self.status_summary,
            "startTime": self.started, "lastUpdateTime": self.updated, "sourceRevisions": sources,
            "trigger": self.trigger, "executionMode": mode, "executionType": "STANDARD",
        })
    }

    pub fn full_json(&self, pipeline: &str, mode: &str) -> Value {
        let revisions: Vec<Value> = self
            .artifact_revisions
            .iter()
            .map(|revision| {
                let mut revision = revision.clone();
                if let Some(map) = revision.as_object_mut() {
                    map.remove("actionName");
                }
                revision
            })
            .collect();
        json!({
            "pipelineName": pipeline, "pipelineVersion": self.version, "pipelineExecutionId": self.id,
            "status": self.status.as_str(), "statusSummary": self.status_summary,
            "artifactRevisions": revisions, "trigger": self.trigger, "executionMode": mode,
            "executionType": "STANDARD", "variables": [],
        })
    }
}

#[derive(Debug, Clone)]
pub struct ActionRun {
    pub id: String,
    pub stage: String,
    pub action: Action,
    pub status: Status,
    pub started: f64,
    pub updated: f64,
    pub updated_by: String,
    pub summary: String,
    pub external_id: String,
    pub external_url: String,
    /// Of a manual approval that waits.
    pub token: Option<String>,
    pub resolved: BTreeMap<String, String>,
    pub inputs: Vec<(String, Location)>,
    pub outputs: Vec<(String, Location)>,
    pub output_variables: BTreeMap<String, String>,
    pub error: Option<(String, String)>,
}

impl ActionRun {
    /// As `ListActionExecutions` shows it.
    pub fn detail_json(&self, execution: &Execution) -> Value {
        let artifacts = |list: &[(String, Location)]| -> Vec<Value> {
            list.iter()
                .map(|(name, at)| json!({"name": name, "s3location": {"bucket": at.bucket, "key": at.key}}))
                .collect()
        };
        let kind = &self.action.kind;
        let mut result = Map::new();
        for (name, text) in [
            ("externalExecutionId", &self.external_id),
            ("externalExecutionSummary", &self.summary),
            ("externalExecutionUrl", &self.external_url),
        ] {
            if !text.is_empty() {
                result.insert(name.to_owned(), json!(text));
            }
        }
        if let Some((code, message)) = &self.error {
            result.insert("errorDetails".to_owned(), json!({"code": code, "message": message}));
        }
        json!({
            "pipelineExecutionId": execution.id, "actionExecutionId": self.id, "pipelineVersion": execution.version,
            "stageName": self.stage, "actionName": self.action.name, "startTime": self.started,
            "lastUpdateTime": self.updated, "updatedBy": self.updated_by, "status": self.status.as_str(),
            "input": {
                "actionTypeId": {"category": kind.category, "owner": kind.owner, "provider": kind.provider, "version": kind.version},
                "configuration": self.action.configuration, "resolvedConfiguration": self.resolved,
                "region": crate::names::REGION, "inputArtifacts": artifacts(&self.inputs), "namespace": self.action.namespace,
            },
            "output": {
                "outputArtifacts": artifacts(&self.outputs), "executionResult": result,
                "outputVariables": self.output_variables,
            },
        })
    }

    /// In `GetPipelineState`, which gives no token that could be used in a PARALLEL pipeline
    /// (<https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html>, 2026-11).
    fn state_json(&self, mode: ExecutionMode) -> Value {
        let token = self.token.as_ref().filter(|_| mode != ExecutionMode::Parallel);
        let mut latest = json!({
            "actionExecutionId": self.id, "status": self.status.as_str(), "lastStatusChange": self.updated,
            "lastUpdatedBy": self.updated_by,
        });
        if let Some(map) = latest.as_object_mut() {
            for (name, text) in [
                ("summary", Some(&self.summary)),
                ("externalExecutionId", Some(&self.external_id)),
                ("externalExecutionUrl", Some(&self.external_url)),
                ("token", token),
            ] {
                if let Some(text) = text.filter(|text| !text.is_empty()) {
                    map.insert(name.to_owned(), json!(text));
                }
            }
            if let Some((code, message)) = &self.error {
                map.insert("errorDetails".to_owned(), json!({"code": code, "message": message}));
            }
        }
        latest
    }
}

/// A stage's door: who is inside, who waits, whether it is open.
#[derive(Debug, Clone, Default)]
pub struct Door {
    pub occupant: Option<String>,
    pub waiting: Vec<String>,
    pub disabled: Option<(String, f64)>,
}

/// `GetPipelineState`.
pub fn state_json(
    declaration: &Declaration,
    version: u32,
    executions: &[Execution],
    doors: &BTreeMap<String, Door>,
) -> Value {
    let stages: Vec<Value> = declaration
        .stages
        .iter()
        .map(|stage| {
            let door = doors.get(&stage.name).cloned().unwrap_or_default();
            let latest = executions.iter().rev().find(|execution| execution.stages.contains_key(&stage.name));
            let actions: Vec<Value> = stage
                .actions
                .iter()
                .map(|action| {
                    let run = executions
                        .iter()
                        .rev()
                        .find_map(|execution| execution.latest(&stage.name, &action.name));
                    let mut state = json!({"actionName": action.name});
                    if let (Some(run), Some(map)) = (run, state.as_object_mut()) {
                        map.insert("latestExecution".to_owned(), run.state_json(declaration.execution_mode));
                    }
                    state
                })
                .collect();
            let inbound: Vec<Value> = door
                .waiting
                .iter()
                .map(|id| json!({"pipelineExecutionId": id, "status": "InProgress"}))
                .collect();
            let mut transition = json!({"enabled": door.disabled.is_none()});
            if let (Some((reason, at)), Some(map)) = (&door.disabled, transition.as_object_mut()) {
                map.insert("disabledReason".to_owned(), json!(reason));
                map.insert("lastChangedAt".to_owned(), json!(at));
            }
            let mut state = json!({
                "stageName": stage.name, "inboundTransitionState": transition, "inboundExecutions": inbound,
                "actionStates": actions,
            });
            if let Some(map) = state.as_object_mut() {
                if let Some(first) = inbound.first() {
                    map.insert("inboundExecution".to_owned(), first.clone());
                }
                if let Some(execution) = latest {
                    let status = execution.stages.get(&stage.name).map(|status| status.as_str());
                    map.insert(
                        "latestExecution".to_owned(),
                        json!({"pipelineExecutionId": execution.id, "status": status, "type": "STANDARD"}),
                    );
                }
            }
            state
        })
        .collect();
    json!({
        "pipelineName": declaration.name, "pipelineVersion": version, "stageStates": stages,
        "created": executions.first().map_or(0.0, |execution| execution.started),
        "updated": executions.last().map_or(0.0, |execution| execution.updated),
    })
}
