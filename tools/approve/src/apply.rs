//! The only writer: puts the answer once.

use std::time::Duration;

use aws_sdk_codepipeline::config::retry::RetryConfig;
use aws_sdk_codepipeline::types::{ApprovalResult, ApprovalStatus};
use greenlight_core::approval::pending::{Change, Pending, RunStatus};
use greenlight_kit::{AwsError, AwsErrorKind};
use serde::Serialize;

use crate::error::Error;
use crate::gather::waiting::gather_runs;
use crate::recheck::Confirmed;
use crate::session::Session;

/// How often the state is read back when it is not known whether AWS took the answer.
const READ_BACKS: u32 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Approved,
    Rejected,
}

impl Verdict {
    fn status(self) -> ApprovalStatus {
        match self {
            Self::Approved => ApprovalStatus::Approved,
            Self::Rejected => ApprovalStatus::Rejected,
        }
    }

    /// What the action becomes.
    const fn run_status(self) -> RunStatus {
        match self {
            Self::Approved => RunStatus::Succeeded,
            Self::Rejected => RunStatus::Failed,
        }
    }
}

/// How the answer arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    Taken,
    /// The answer to the call was lost; the state shows that it arrived.
    TakenAfterReadBack,
    /// Somebody or something was faster.
    Changed(Change),
}

/// Sends the answer. It takes what only a fresh look at the pipeline gives, so nothing stale can be sent.
pub async fn apply_answer(
    session: &Session,
    pipeline: &str,
    confirmed: Confirmed,
    verdict: Verdict,
    summary: &str,
    pause: Duration,
) -> Result<Sent, Error> {
    let pending = confirmed.into_pending();
    let result = ApprovalResult::builder().summary(summary).status(verdict.status()).build();
    let result = result.map_err(|error| Error::Ask(std::io::Error::other(error)))?;
    let request = session
        .pipelines
        .put_approval_result()
        .pipeline_name(pipeline)
        .stage_name(&pending.stage)
        .action_name(&pending.action)
        .token(&pending.token)
        .result(result);
    // A blind repeat could answer "already completed" to an answer that was ours.
    let once = aws_sdk_codepipeline::config::Config::builder().retry_config(RetryConfig::disabled());
    let Err(error) = request.customize().config_override(once).send().await else { return Ok(Sent::Taken) };
    let refused = error.as_service_error().is_some_and(|error| {
        error.is_invalid_approval_token_exception() || error.is_approval_already_completed_exception()
    });
    let gone = error.as_service_error().is_some_and(|error| {
        error.is_pipeline_not_found_exception()
            || error.is_stage_not_found_exception()
            || error.is_action_not_found_exception()
    });
    if gone {
        return Ok(Sent::Changed(Change::Renamed { pipeline: pipeline.to_owned() }));
    }
    let error = AwsError::new("codepipeline", "PutApprovalResult", &error);
    if refused || error.kind == AwsErrorKind::Unavailable {
        read_back(session, pipeline, &pending, verdict, summary, pause, refused, error).await
    } else {
        Err(Error::NotTaken(error))
    }
}

#[expect(clippy::too_many_arguments, reason = "everything that identifies one answer")]
async fn read_back(
    session: &Session,
    pipeline: &str,
    pending: &Pending,
    verdict: Verdict,
    summary: &str,
    pause: Duration,
    refused: bool,
    error: AwsError,
) -> Result<Sent, Error> {
    for attempt in 0..READ_BACKS {
        if attempt > 0 {
            tokio::time::sleep(pause).await;
        }
        let runs = match gather_runs(session, pipeline, &pending.execution_id).await {
            Ok(runs) => runs,
            Err(read) => {
                tracing::warn!(%read, "cannot read the state back");
                continue;
            }
        };
        let run = runs.into_iter().find(|run| run.action_execution_id == pending.action_execution_id);
        let Some(run) = run.filter(|run| run.status != RunStatus::InProgress) else {
            if refused {
                return Ok(Sent::Changed(Change::Token));
            }
            continue;
        };
        let ours = run.status == verdict.run_status() && run.external_summary.as_deref() == Some(summary);
        return Ok(if ours && !refused {
            Sent::TakenAfterReadBack
        } else {
            Sent::Changed(Change::Answered { status: run.status.as_str().to_owned(), by: run.updated_by })
        });
    }
    Err(Error::Unclear(error))
}
