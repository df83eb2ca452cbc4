//! Follows an execution and tells each change once, as a line.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use greenlight_kit::{Exit, Failure};
use serde_json::{Value, json};

use super::release::pipeline_call;
use super::tell;
use crate::daemon::Daemon;
use crate::world::PIPELINE;

const POLL: Duration = Duration::from_millis(150);

/// Where following stopped.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// A manual approval waits.
    Gate,
    Succeeded,
    /// Failed, stopped or superseded: stage, action and why.
    Failed(String),
}

/// One execution as it was last told.
pub struct Follower<'a> {
    daemon: &'a Daemon,
    execution: &'a str,
    told: BTreeMap<String, String>,
    started: Instant,
}

impl<'a> Follower<'a> {
    pub fn new(daemon: &'a Daemon, execution: &'a str) -> Self {
        Self { daemon, execution, told: BTreeMap::new(), started: Instant::now() }
    }

    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Until the end, or until a gate where `gates` says so.
    pub async fn follow(&mut self, gates: bool) -> Result<Stop, Failure> {
        loop {
            let actions = self.actions().await?;
            for action in &actions {
                self.tell(action);
            }
            if gates && actions.iter().any(waits) {
                return Ok(Stop::Gate);
            }
            let execution = pipeline_call(
                self.daemon,
                "GetPipelineExecution",
                &json!({"pipelineName": PIPELINE, "pipelineExecutionId": self.execution}),
            )
            .await?;
            match text(&execution, "/pipelineExecution/status") {
                "InProgress" => tokio::time::sleep(POLL).await,
                "Succeeded" => return Ok(Stop::Succeeded),
                status => {
                    let reason = actions.iter().rev().find_map(failure);
                    let summary = text(&execution, "/pipelineExecution/statusSummary");
                    return Ok(Stop::Failed(reason.unwrap_or_else(|| format!("{status} {summary}"))));
                }
            }
        }
    }

    /// Oldest first.
    async fn actions(&self) -> Result<Vec<Value>, Failure> {
        let input = json!({"pipelineName": PIPELINE, "filter": {"pipelineExecutionId": self.execution}});
        let answer = pipeline_call(self.daemon, "ListActionExecutions", &input).await?;
        let mut actions =
            answer.get("actionExecutionDetails").and_then(Value::as_array).cloned().unwrap_or_default();
        actions.reverse();
        Ok(actions)
    }

    fn tell(&mut self, action: &Value) {
        let (id, status) = (text(action, "/actionExecutionId"), text(action, "/status"));
        if self.told.get(id).map(String::as_str) == Some(status) {
            return;
        }
        self.told.insert(id.to_owned(), status.to_owned());
        let name = format!("{} / {}", text(action, "/stageName"), text(action, "/actionName"));
        let seconds = |pointer: &str| action.pointer(pointer).and_then(Value::as_f64).unwrap_or_default();
        let took = seconds("/lastUpdateTime") - seconds("/startTime");
        tell(&match status {
            "InProgress" if waits(action) => format!("  ● {name} waits for an answer"),
            "InProgress" => format!("  … {name}"),
            "Succeeded" => format!("  ✓ {name} ({took:.1} s)"),
            other => format!("  ✗ {name}: {other} ({took:.1} s)"),
        });
    }
}

fn waits(action: &Value) -> bool {
    text(action, "/status") == "InProgress" && text(action, "/input/actionTypeId/category") == "Approval"
}

fn failure(action: &Value) -> Option<String> {
    (text(action, "/status") == "Failed").then(|| {
        format!(
            "{} / {}: {}",
            text(action, "/stageName"),
            text(action, "/actionName"),
            text(action, "/output/executionResult/errorDetails/message")
        )
    })
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// What a failed execution means for the caller.
pub fn failed(reason: &str) -> Failure {
    #[derive(Debug, thiserror::Error)]
    #[error("the release failed: {0}")]
    struct ReleaseFailed(String);
    Failure::new(Exit::Negative, ReleaseFailed(reason.to_owned()))
        .hint("what was live before is still live; `local-pipeline logs ACTION` shows a build's whole log")
}
