//! All that is known about one waiting approval, as it is shown before anybody is asked.
//!
//! What could not be read is part of it: a missing piece is named, never left out.

use jiff::Timestamp;
use serde::Serialize;

use super::contents::Contents;
use super::pending::{Mode, Pending};

/// Version of the JSON form.
pub const SCHEMA: &str = "approve-dossier/1";

/// An approval waits 7 days unless the action says otherwise
/// (<https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html>, 2026-11).
pub const DEFAULT_TIMEOUT_MINUTES: i32 = 7 * 24 * 60;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dossier {
    pub schema: &'static str,
    pub account: String,
    /// ARN of who would answer.
    pub caller: String,
    pub region: String,
    pub pipeline: String,
    pub alias: Option<String>,
    pub environment: Option<String>,
    pub production: bool,
    pub production_stage: String,
    #[serde(flatten, serialize_with = "gate")]
    pub pending: Pending,
    pub mode: Mode,
    pub trigger: Option<String>,
    /// The execution that this one rolls back to.
    pub rollback_of: Option<String>,
    pub expires: Option<Timestamp>,
    pub commit: Known<Commit>,
    pub live: Known<Live>,
    pub contents: Contents,
    pub custom_data: Option<String>,
    pub link: Option<String>,
    pub report: Report,
    /// Every transition of the pipeline that is switched off.
    pub disabled: Vec<DisabledTransition>,
    /// Executions that started later and still run.
    pub newer: Vec<Newer>,
}

/// The token is left out: who holds it can answer.
fn gate<S: serde::Serializer>(pending: &Pending, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap as _;
    let mut map = serializer.serialize_map(Some(5))?;
    map.serialize_entry("stage", &pending.stage)?;
    map.serialize_entry("action", &pending.action)?;
    map.serialize_entry("execution_id", &pending.execution_id)?;
    map.serialize_entry("action_execution_id", &pending.action_execution_id)?;
    map.serialize_entry("waiting_since", &pending.since)?;
    map.end()
}

/// A piece that was read, or why it was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Known<T> {
    Known(T),
    Missing { why: String },
}

impl<T> Known<T> {
    pub const fn get(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Missing { .. } => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Commit {
    pub sha: String,
    pub author: Option<String>,
    /// E-mail address or id of the author, where the source gives one.
    pub author_id: Option<String>,
    pub message: Option<String>,
    pub branch: Option<String>,
    pub url: Option<String>,
}

/// What the production stage runs now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Live {
    pub execution_id: String,
    pub sha: Option<String>,
    pub since: Option<Timestamp>,
    /// `false`: the pipeline could not be asked by stage; this is the newest execution that succeeded as a whole.
    pub by_stage: bool,
}

/// The report of `validate-deploy` about the deployment that this execution made in the test environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Report {
    /// No report location is configured for this pipeline.
    NotConfigured,
    Missing {
        why: String,
    },
    Found {
        deployment_id: String,
        verdict: String,
        reason: Option<String>,
        age_secs: Option<i64>,
        belongs: bool,
        passed: bool,
        /// Names of the checks and phases that did not pass.
        failed: Vec<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DisabledTransition {
    /// The stage that nothing enters.
    pub stage: String,
    pub reason: Option<String>,
    pub by: Option<String>,
    /// It lies between this approval and the end of the production stage.
    pub ahead: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Newer {
    pub execution_id: String,
    pub sha: Option<String>,
    /// It waits to enter the stage of this approval.
    pub inbound: bool,
}

impl Dossier {
    /// Seconds until the approval expires; negative afterwards.
    pub fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        self.expires.map(|expires| expires.as_second() - now.as_second())
    }

    pub fn sha(&self) -> Option<&str> {
        self.commit.get().map(|commit| commit.sha.as_str())
    }
}
