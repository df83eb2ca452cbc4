//! What waits at a manual approval, and to which execution its token belongs.
//!
//! `GetPipelineState` gives a token without an execution id. The only exact way to know what the token lets through is to find the
//! action execution with the same id in `ListActionExecutions`. In PARALLEL mode the state has no usable token: there the token is
//! the external execution id of the action execution
//! (<https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html>, 2026-11).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

/// How a pipeline handles several executions at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mode {
    Queued,
    Superseded,
    Parallel,
}

impl Mode {
    /// AWS's word; an absent or unknown one is `SUPERSEDED`, which is what `CodePipeline` falls back to.
    pub fn parse(text: Option<&str>) -> Self {
        match text {
            Some("QUEUED") => Self::Queued,
            Some("PARALLEL") => Self::Parallel,
            _ => Self::Superseded,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Superseded => "SUPERSEDED",
            Self::Parallel => "PARALLEL",
        }
    }
}

/// Status of one action execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum RunStatus {
    InProgress,
    Succeeded,
    Failed,
    Abandoned,
    /// One that AWS added since.
    #[serde(untagged)]
    Other(String),
}

impl RunStatus {
    pub fn parse(text: &str) -> Self {
        match text {
            "InProgress" => Self::InProgress,
            "Succeeded" => Self::Succeeded,
            "Failed" => Self::Failed,
            "Abandoned" => Self::Abandoned,
            other => Self::Other(other.to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::InProgress => "InProgress",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Abandoned => "Abandoned",
            Self::Other(text) => text,
        }
    }
}

/// The latest execution of one action, as `GetPipelineState` gives it. It has no pipeline execution id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionState {
    pub stage: String,
    pub action: String,
    pub action_execution_id: String,
    pub status: RunStatus,
    /// Only a waiting approval has one.
    pub token: Option<String>,
}

/// One action execution, as `ListActionExecutions` gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRun {
    pub execution_id: String,
    pub action_execution_id: String,
    pub stage: String,
    pub action: String,
    /// `Source`, `Build`, `Deploy`, `Approval`, …
    pub category: String,
    /// `Manual`, `CodeDeployToECS`, …
    pub provider: String,
    pub status: RunStatus,
    pub started: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    /// ARN of who changed it last.
    pub updated_by: Option<String>,
    pub external_id: Option<String>,
    pub external_summary: Option<String>,
    /// With variables filled in.
    pub configuration: BTreeMap<String, String>,
    pub variables: BTreeMap<String, String>,
    /// Artifacts by name.
    pub outputs: BTreeMap<String, ArtifactPlace>,
}

/// Where an artifact lies in S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactPlace {
    pub bucket: String,
    pub key: String,
}

/// One approval that waits, bound to the execution that its token lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub stage: String,
    pub action: String,
    pub token: String,
    pub action_execution_id: String,
    pub execution_id: String,
    pub since: Option<Timestamp>,
}

/// What waits, and what waits without being bound to an execution.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bound {
    pub pending: Vec<Pending>,
    /// A token whose action execution is in no listing: nobody can say what it would let through, so it is not offered.
    pub unbound: Vec<ActionState>,
}

/// Joins the tokens with the executions that they belong to.
pub fn bind(mode: Mode, states: &[ActionState], runs: &[ActionRun]) -> Bound {
    if mode == Mode::Parallel {
        let pending =
            runs.iter().filter(|run| run.is_waiting_approval()).filter_map(ActionRun::own_token).collect();
        return Bound { pending, unbound: Vec::new() };
    }
    let mut bound = Bound::default();
    for state in states.iter().filter(|state| state.status == RunStatus::InProgress) {
        let Some(token) = &state.token else { continue };
        let run = runs.iter().find(|run| {
            run.action_execution_id == state.action_execution_id
                && run.stage == state.stage
                && run.action == state.action
                && run.status == RunStatus::InProgress
        });
        match run {
            Some(run) => bound.pending.push(run.with_token(token)),
            None => bound.unbound.push(state.clone()),
        }
    }
    bound
}

impl ActionRun {
    pub fn is_waiting_approval(&self) -> bool {
        self.category == "Approval" && self.status == RunStatus::InProgress
    }

    fn own_token(&self) -> Option<Pending> {
        self.external_id.as_deref().filter(|token| !token.is_empty()).map(|token| self.with_token(token))
    }

    fn with_token(&self, token: &str) -> Pending {
        Pending {
            stage: self.stage.clone(),
            action: self.action.clone(),
            token: token.to_owned(),
            action_execution_id: self.action_execution_id.clone(),
            execution_id: self.execution_id.clone(),
            since: self.started,
        }
    }
}

/// What became different between what was shown and what is there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    #[error("the approval was already answered ({status}){}", .by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default())]
    Answered { status: String, by: Option<String> },
    #[error("the approval expired at {at}")]
    Expired { at: Timestamp },
    #[error("execution {execution_id} was superseded{}", .by.as_ref().map(|by| format!(" by execution {by}")).unwrap_or_default())]
    Superseded { execution_id: String, by: Option<String> },
    #[error("execution {execution_id} is no longer running ({status})")]
    Ended { execution_id: String, status: String },
    #[error("another execution waits now: {now} instead of {shown}")]
    Execution { shown: String, now: String },
    #[error("the action was started again: action execution {now} instead of {shown}")]
    ActionExecution { shown: String, now: String },
    #[error("the approval token was replaced since it was shown")]
    Token,
    #[error("the approval no longer waits")]
    Gone,
    #[error(
        "there is no pipeline {pipeline}, stage or action of this name any more: it was deleted or renamed"
    )]
    Renamed { pipeline: String },
    #[error("production changed: it has execution {now} instead of {shown}")]
    Production { shown: String, now: String },
}

/// What was read again just before sending.
#[derive(Debug, Clone, Default)]
pub struct Recheck {
    pub pending: Vec<Pending>,
    /// The action execution that was shown, as it is now.
    pub run: Option<ActionRun>,
    /// Status of the pipeline execution that was shown.
    pub execution_status: Option<String>,
    /// A newer execution of the pipeline, where one is known.
    pub newer: Option<String>,
    pub expires: Option<Timestamp>,
}

/// `None` when exactly what was shown still waits, under the same token.
pub fn change(shown: &Pending, now: &Recheck, at: Timestamp) -> Option<Change> {
    if let Some(expires) = now.expires.filter(|expires| *expires <= at) {
        return Some(Change::Expired { at: expires });
    }
    let ended = now.execution_status.as_deref().filter(|status| *status != "InProgress");
    match ended {
        Some("Superseded") => {
            return Some(Change::Superseded {
                execution_id: shown.execution_id.clone(),
                by: now.newer.clone(),
            });
        }
        // A rejection also ends the execution; who rejected says more than that it ended.
        Some(status) if !now.run.as_ref().is_some_and(is_answered) => {
            return Some(Change::Ended {
                execution_id: shown.execution_id.clone(),
                status: status.to_owned(),
            });
        }
        _ => {}
    }
    if let Some(run) = now.run.as_ref().filter(|run| run.status != RunStatus::InProgress) {
        return Some(Change::Answered { status: run.status.as_str().to_owned(), by: run.updated_by.clone() });
    }
    let same_gate = |pending: &&Pending| pending.stage == shown.stage && pending.action == shown.action;
    let here = now.pending.iter().filter(same_gate);
    let Some(here) = here
        .clone()
        .find(|pending| pending.execution_id == shown.execution_id)
        .or_else(|| here.clone().next())
    else {
        return Some(Change::Gone);
    };
    if here.execution_id != shown.execution_id {
        Some(Change::Execution { shown: shown.execution_id.clone(), now: here.execution_id.clone() })
    } else if here.action_execution_id != shown.action_execution_id {
        Some(Change::ActionExecution {
            shown: shown.action_execution_id.clone(),
            now: here.action_execution_id.clone(),
        })
    } else if here.token != shown.token {
        Some(Change::Token)
    } else {
        None
    }
}

fn is_answered(run: &ActionRun) -> bool {
    matches!(run.status, RunStatus::Succeeded | RunStatus::Failed)
}

#[cfg(test)]
#[path = "pending_tests.rs"]
pub(crate) mod tests;
