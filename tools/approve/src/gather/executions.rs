//! The executions of a pipeline: which run, what is in production, which came later.

use aws_sdk_codepipeline::types::{
    PipelineExecution, PipelineExecutionFilter, PipelineExecutionSummary, SucceededInStageFilter,
};
use greenlight_core::approval::dossier::{Known, Live};
use greenlight_kit::AwsError;
use jiff::Timestamp;
use serde_json::Value;

use super::convert;
use crate::session::Session;

/// Executions per page; AWS's maximum.
const PAGE: i32 = 100;
/// Pages of the history that are read at most: 1,000 executions.
const MAX_PAGES: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    pub id: String,
    pub status: String,
    pub started: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub sha: Option<String>,
    pub message: Option<String>,
}

fn execution(summary: &PipelineExecutionSummary) -> Execution {
    let source = summary.source_revisions().iter().find(|source| source.revision_id().is_some());
    Execution {
        id: summary.pipeline_execution_id().unwrap_or_default().to_owned(),
        status: summary.status().map_or("", |status| status.as_str()).to_owned(),
        started: convert::timestamp(summary.start_time()),
        updated: convert::timestamp(summary.last_update_time()),
        sha: source.and_then(|source| source.revision_id()).map(str::to_owned),
        message: source.and_then(|source| source.revision_summary()).map(revision_message),
    }
}

/// The newest executions, newest first, until `enough` says so.
pub async fn gather_executions(
    session: &Session,
    pipeline: &str,
    enough: impl Fn(&[Execution]) -> bool,
) -> Result<Vec<Execution>, AwsError> {
    let request = session.pipelines.list_pipeline_executions().pipeline_name(pipeline).max_results(PAGE);
    let mut pages = request.into_paginator().send();
    let mut executions = Vec::new();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else { break };
        let page = page.map_err(|error| AwsError::new("codepipeline", "ListPipelineExecutions", &error))?;
        executions.extend(page.pipeline_execution_summaries().iter().map(execution));
        if enough(&executions) {
            break;
        }
    }
    Ok(executions)
}

/// One execution; `None` when AWS does not have it.
pub async fn gather_execution(
    session: &Session,
    pipeline: &str,
    execution_id: &str,
) -> Result<Option<PipelineExecution>, AwsError> {
    let request = session.pipelines.get_pipeline_execution();
    let output = request.pipeline_name(pipeline).pipeline_execution_id(execution_id).send().await;
    let output = output.map_err(|error| AwsError::new("codepipeline", "GetPipelineExecution", &error))?;
    Ok(output.pipeline_execution)
}

/// Connections put the message into a JSON object, other sources give it as it is.
pub fn revision_message(summary: &str) -> String {
    let json = serde_json::from_str::<Value>(summary).ok();
    let message = json.as_ref().and_then(|json| json.get("CommitMessage")).and_then(Value::as_str);
    message.unwrap_or(summary).to_owned()
}

/// What last went through the production stage, by AWS's own account of stages.
pub async fn gather_live(session: &Session, pipeline: &str, stage: &str) -> Result<Option<Live>, AwsError> {
    let succeeded = SucceededInStageFilter::builder().stage_name(stage).build();
    let filter = PipelineExecutionFilter::builder().succeeded_in_stage(succeeded).build();
    let request =
        session.pipelines.list_pipeline_executions().pipeline_name(pipeline).max_results(1).filter(filter);
    let output = request.send().await;
    let output = output.map_err(|error| AwsError::new("codepipeline", "ListPipelineExecutions", &error))?;
    Ok(output.pipeline_execution_summaries().first().map(|summary| live(&execution(summary), true)))
}

/// Where AWS could not be asked by stage, the newest success as a whole in `recent`.
pub fn known_live(asked: Result<Option<Live>, AwsError>, stage: &str, recent: &[Execution]) -> Known<Live> {
    match asked {
        Ok(Some(live)) => Known::Known(live),
        Ok(None) => Known::Missing { why: format!("no execution has succeeded in stage {stage} yet") },
        Err(error) => match recent.iter().find(|execution| execution.status == "Succeeded") {
            Some(execution) => Known::Known(live(execution, false)),
            None => Known::Missing { why: error.to_string() },
        },
    }
}

fn live(execution: &Execution, by_stage: bool) -> Live {
    Live {
        execution_id: execution.id.clone(),
        sha: execution.sha.clone(),
        since: execution.updated,
        by_stage,
    }
}
