//! Puts together all that is shown about one waiting approval.

use std::path::{Path, PathBuf};

use aws_sdk_codepipeline::types::PipelineExecution;
use greenlight_core::approval::contents::Contents;
use greenlight_core::approval::dossier::{
    Commit, DEFAULT_TIMEOUT_MINUTES, DisabledTransition, Dossier, Known, Newer, SCHEMA,
};
use greenlight_core::approval::pending::{ActionRun, Pending};
use greenlight_kit::AwsError;
use jiff::{SignedDuration, Timestamp};

use super::contents::{Between, gather_contents};
use super::convert::{self, StageState};
use super::executions::{
    Execution, gather_execution, gather_executions, gather_live, known_live, revision_message,
};
use super::report::{deployment_before, gather_report};
use super::waiting::Waiting;
use super::{Definition, StageDefinition};
use crate::error::Error;
use crate::names::Target;
use crate::session::{Caller, Session};

/// The gate of one pipeline, ready to be looked at.
#[derive(Debug, Clone)]
pub struct Gate {
    pub session: Session,
    pub caller: Caller,
    pub target: Target,
    pub definition: Definition,
    pub production_stage: StageDefinition,
    /// A clone of the source repository, for the commits between production and what waits.
    pub checkout: Option<PathBuf>,
}

impl Gate {
    /// `production_stage` is the configured one, or the last stage.
    pub fn new(
        session: Session,
        caller: Caller,
        target: Target,
        definition: Definition,
        checkout: Option<&Path>,
    ) -> Result<Self, Error> {
        let wanted = target.entry.as_ref().and_then(|entry| entry.production_stage.clone());
        let stage = match &wanted {
            Some(name) => definition.stage(name),
            None => definition.stages.last(),
        };
        let production_stage = stage.cloned().ok_or_else(|| Error::NoStage {
            pipeline: target.pipeline.clone(),
            stage: wanted.unwrap_or_default(),
        })?;
        let configured = target.entry.as_ref().and_then(|entry| entry.checkout.clone());
        let checkout = checkout.map(Path::to_path_buf).or(configured);
        Ok(Self { session, caller, target, definition, production_stage, checkout })
    }

    /// When the approval expires: no API says it, so it is the start and the timeout of the action.
    pub fn expires(&self, pending: &Pending) -> Option<Timestamp> {
        let actions = &self.definition.stage(&pending.stage)?.actions;
        let action = actions.iter().find(|action| action.name == pending.action)?;
        let minutes = action.timeout_minutes.unwrap_or(DEFAULT_TIMEOUT_MINUTES);
        pending.since?.checked_add(SignedDuration::from_mins(minutes.into())).ok()
    }
}

/// `contents` are those of an earlier look: artifacts do not change.
pub async fn gather_dossier(
    gate: &Gate,
    waiting: &Waiting,
    pending: &Pending,
    now: Timestamp,
    contents: Option<Contents>,
) -> Result<Dossier, Error> {
    let Gate { session, caller, target, definition, production_stage, .. } = gate;
    let (pipeline, entry) = (target.pipeline.as_str(), target.entry.as_ref());
    let runs = waiting.runs_of(pending);
    let deployment = deployment_before(definition, pending, &runs);
    let location = entry.and_then(|entry| entry.report.as_ref());
    let (execution, asked, report) = futures::join!(
        gather_execution(session, pipeline, &pending.execution_id),
        gather_live(session, pipeline, &production_stage.name),
        gather_report(session, location, deployment.as_deref(), now),
    );
    let execution = execution?;
    let live_id = asked.as_ref().ok().and_then(|live| live.as_ref().map(|live| live.execution_id.clone()));
    let recent = recent(session, pipeline, pending, live_id.as_deref()).await?;
    let live = known_live(asked, &production_stage.name, &recent);
    let commit = commit(&runs, execution.as_ref());
    let contents = match contents {
        Some(contents) => contents,
        None => {
            Box::pin(gather_contents(
                gate,
                &runs,
                &Between { live: &live, commit: &commit, recent: &recent, pending },
            ))
            .await
        }
    };
    let approval = runs.iter().find(|run| run.action_execution_id == pending.action_execution_id);
    let configured = |key: &str| {
        approval.and_then(|run| run.configuration.get(key)).filter(|text| !text.is_empty()).cloned()
    };
    let rollback = execution.as_ref().and_then(|execution| execution.rollback_metadata());
    Ok(Dossier {
        schema: SCHEMA,
        account: caller.account.clone(),
        caller: caller.arn.clone(),
        region: session.region.clone(),
        pipeline: pipeline.to_owned(),
        alias: target.alias.clone(),
        environment: entry.and_then(|entry| entry.environment.clone()),
        // Nobody said that it is not production.
        production: entry.is_none_or(|entry| entry.production),
        production_stage: production_stage.name.clone(),
        pending: pending.clone(),
        mode: definition.mode,
        trigger: convert::trigger(execution.as_ref().and_then(|execution| execution.trigger())),
        rollback_of: rollback
            .and_then(|data| data.rollback_target_pipeline_execution_id())
            .map(str::to_owned),
        expires: gate.expires(pending),
        commit,
        live,
        contents,
        custom_data: configured("CustomData"),
        link: configured("ExternalEntityLink"),
        report,
        disabled: disabled(definition, &waiting.stages, pending, &production_stage.name),
        newer: newer(&waiting.stages, pending, &recent),
    })
}

/// As far back as this execution and the one in production.
async fn recent(
    session: &Session,
    pipeline: &str,
    pending: &Pending,
    live: Option<&str>,
) -> Result<Vec<Execution>, AwsError> {
    let both_seen = |seen: &[Execution]| {
        let has = |id: &str| seen.iter().any(|execution| execution.id == id);
        has(&pending.execution_id) && live.is_none_or(has)
    };
    gather_executions(session, pipeline, both_seen).await
}

/// The source action's variables; without them, the artifact revision.
fn commit(runs: &[ActionRun], execution: Option<&PipelineExecution>) -> Known<Commit> {
    let source =
        runs.iter().filter(|run| run.category == "Source").find(|run| run.variables.contains_key("CommitId"));
    let revisions = execution.map(PipelineExecution::artifact_revisions).unwrap_or_default();
    let variable = |names: &[&str]| {
        names.iter().find_map(|name| source?.variables.get(*name)).filter(|text| !text.is_empty()).cloned()
    };
    let revision = match variable(&["CommitId"]) {
        Some(sha) => revisions.iter().find(|revision| revision.revision_id() == Some(sha.as_str())),
        None => revisions.iter().find(|revision| revision.revision_id().is_some()),
    };
    let sha = variable(&["CommitId"]).or_else(|| revision?.revision_id().map(str::to_owned));
    let Some(sha) = sha else {
        return Known::Missing {
            why: "neither the source action nor the artifacts name a revision".to_owned(),
        };
    };
    Known::Known(Commit {
        sha,
        author: variable(&["AuthorDisplayName", "AuthorName"]),
        author_id: variable(&["AuthorEmail", "AuthorId"]),
        message: variable(&["CommitMessage"]).or_else(|| revision?.revision_summary().map(revision_message)),
        branch: variable(&["BranchName"]),
        url: variable(&["CommitUrl"]).or_else(|| revision?.revision_url().map(str::to_owned)),
    })
}

fn disabled(
    definition: &Definition,
    stages: &[StageState],
    pending: &Pending,
    last: &str,
) -> Vec<DisabledTransition> {
    let (gate, last) = (definition.position(&pending.stage), definition.position(last));
    let is_ahead = |stage: &str| {
        let stage = definition.position(stage);
        stage > gate && stage <= last
    };
    let off = stages.iter().filter(|stage| stage.disabled);
    off.map(|stage| DisabledTransition {
        stage: stage.name.clone(),
        reason: stage.disabled_reason.clone(),
        by: stage.disabled_by.clone(),
        ahead: is_ahead(&stage.name),
    })
    .collect()
}

/// What started later and still runs, and what waits to enter this stage.
fn newer(stages: &[StageState], pending: &Pending, recent: &[Execution]) -> Vec<Newer> {
    let inbound = stages
        .iter()
        .find(|stage| stage.name == pending.stage)
        .map(|stage| stage.inbound.clone())
        .unwrap_or_default();
    let ours = recent
        .iter()
        .find(|execution| execution.id == pending.execution_id)
        .and_then(|execution| execution.started);
    let begin = ours.or(pending.since);
    let later = |execution: &&Execution| {
        execution.id != pending.execution_id && execution.status == "InProgress" && execution.started > begin
    };
    let mut newer: Vec<Newer> = recent
        .iter()
        .filter(later)
        .map(|execution| Newer {
            execution_id: execution.id.clone(),
            sha: execution.sha.clone(),
            inbound: inbound.contains(&execution.id),
        })
        .collect();
    for id in inbound {
        if id != pending.execution_id && !newer.iter().any(|known| known.execution_id == id) {
            newer.push(Newer { execution_id: id, sha: None, inbound: true });
        }
    }
    newer
}
