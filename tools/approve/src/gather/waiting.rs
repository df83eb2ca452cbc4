//! What waits, bound to executions.

use aws_sdk_codepipeline::types::ActionExecutionFilter;
use futures::{StreamExt as _, TryStreamExt as _};
use greenlight_core::approval::pending::{ActionRun, ActionState, Bound, Mode, Pending, RunStatus, bind};
use greenlight_kit::AwsError;

use super::convert::{self, StageState};
use super::executions::gather_executions;
use crate::session::Session;

/// Action executions per page; AWS's maximum.
const PAGE: i32 = 100;
/// Pages that are read for an execution that the state did not name.
const MAX_UNFILTERED_PAGES: usize = 5;
/// Executions of a PARALLEL pipeline that are read at the same time.
const PARALLEL_READS: usize = 4;

/// One consistent look at what waits.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    pub stages: Vec<StageState>,
    pub bound: Bound,
    /// The action executions that were read to bind the tokens.
    pub runs: Vec<ActionRun>,
}

impl Waiting {
    /// The action executions of one pending approval's execution.
    pub fn runs_of(&self, pending: &Pending) -> Vec<ActionRun> {
        self.runs.iter().filter(|run| run.execution_id == pending.execution_id).cloned().collect()
    }
}

pub async fn gather_waiting(session: &Session, pipeline: &str, mode: Mode) -> Result<Waiting, AwsError> {
    let output = session.pipelines.get_pipeline_state().name(pipeline).send().await;
    let output = output.map_err(|error| AwsError::new("codepipeline", "GetPipelineState", &error))?;
    let stages = convert::stages(&output);
    let latest = convert::actions(&output);
    let runs = if mode == Mode::Parallel {
        parallel_runs(session, pipeline).await?
    } else {
        runs_behind(session, pipeline, &stages, &latest).await?
    };
    let bound = bind(mode, &latest, &runs);
    Ok(Waiting { stages, bound, runs })
}

/// The action executions of the executions that are in the stages where a token waits.
async fn runs_behind(
    session: &Session,
    pipeline: &str,
    stages: &[StageState],
    latest: &[ActionState],
) -> Result<Vec<ActionRun>, AwsError> {
    let waiting: Vec<&ActionState> = latest
        .iter()
        .filter(|state| state.token.is_some() && state.status == RunStatus::InProgress)
        .collect();
    let in_stage =
        |state: &&ActionState| stages.iter().find(|stage| stage.name == state.stage)?.current.clone();
    let mut executions: Vec<String> = waiting.iter().filter_map(in_stage).collect();
    executions.sort();
    executions.dedup();
    let mut runs = Vec::new();
    for execution in &executions {
        runs.extend(gather_runs(session, pipeline, execution).await?);
    }
    let is_known =
        |state: &&ActionState| runs.iter().any(|run| run.action_execution_id == state.action_execution_id);
    if !waiting.iter().all(is_known) {
        runs.extend(gather_recent_runs(session, pipeline).await?);
    }
    Ok(runs)
}

async fn parallel_runs(session: &Session, pipeline: &str) -> Result<Vec<ActionRun>, AwsError> {
    let executions = gather_executions(session, pipeline, |_| false).await?;
    let running = executions.into_iter().filter(|execution| execution.status == "InProgress");
    let reads = running.map(|execution| async move { gather_runs(session, pipeline, &execution.id).await });
    let runs: Vec<Vec<ActionRun>> =
        futures::stream::iter(reads).buffered(PARALLEL_READS).try_collect().await?;
    Ok(runs.concat())
}

/// Every action execution of one pipeline execution, all pages.
pub async fn gather_runs(
    session: &Session,
    pipeline: &str,
    execution_id: &str,
) -> Result<Vec<ActionRun>, AwsError> {
    let filter = ActionExecutionFilter::builder().pipeline_execution_id(execution_id).build();
    let request =
        session.pipelines.list_action_executions().pipeline_name(pipeline).max_results(PAGE).filter(filter);
    let mut items = request.into_paginator().items().send();
    let mut runs = Vec::new();
    while let Some(item) = items.next().await {
        let item = item.map_err(|error| AwsError::new("codepipeline", "ListActionExecutions", &error))?;
        runs.push(convert::run(&item));
    }
    // A stand-in or a later API may ignore the filter; an action of another execution must never be taken for one of this.
    runs.retain(|run| run.execution_id == execution_id);
    Ok(runs)
}

async fn gather_recent_runs(session: &Session, pipeline: &str) -> Result<Vec<ActionRun>, AwsError> {
    let request = session.pipelines.list_action_executions().pipeline_name(pipeline).max_results(PAGE);
    let mut pages = request.into_paginator().send();
    let mut runs = Vec::new();
    for _ in 0..MAX_UNFILTERED_PAGES {
        let Some(page) = pages.next().await else { break };
        let page = page.map_err(|error| AwsError::new("codepipeline", "ListActionExecutions", &error))?;
        runs.extend(page.action_execution_details().iter().map(convert::run));
    }
    Ok(runs)
}
