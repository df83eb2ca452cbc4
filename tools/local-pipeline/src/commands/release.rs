//! `release`: starts an execution of the pipeline with a commit or the work tree.

use std::path::{Path, PathBuf};

use greenlight_kit::{Exit, Failure};
use serde_json::{Value, json};

use super::{say, tell};
use crate::cli::Release;
use crate::client;
use crate::daemon::Daemon;
use crate::snapshot;
use crate::world::PIPELINE;

/// `X-Amz-Target` prefix of CodePipeline.
pub const CODEPIPELINE: &str = "CodePipeline_20150709";

pub async fn run(state: &Path, release: &Release) -> Result<Exit, Failure> {
    let daemon = super::running(state).await?;
    let id = start(&daemon, &PathBuf::from("."), release).await?;
    say(&id);
    Ok(Exit::Done)
}

/// Starts an execution and returns its id.
pub async fn start(daemon: &Daemon, checkout: &Path, release: &Release) -> Result<String, Failure> {
    let snapshot = snapshot::take(checkout, release.commit.as_deref()).map_err(|error| {
        Failure::new(Exit::Usage, error).hint("run it inside the checkout that is to be released")
    })?;
    let what = if snapshot.dirty { "the work tree with its changes, as commit" } else { "commit" };
    tell(&format!("releasing {what} {}", snapshot.commit));
    let input = json!({
        "name": PIPELINE,
        "sourceRevisions": [{"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": snapshot.commit}],
    });
    let answer = pipeline_call(daemon, "StartPipelineExecution", &input).await?;
    Ok(answer.get("pipelineExecutionId").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// Stops executions that still wait for an answer: the pipeline is QUEUED, and the new one would wait behind them for ever.
pub async fn clear_gate(daemon: &Daemon) -> Result<(), Failure> {
    let answer = pipeline_call(daemon, "ListActionExecutions", &json!({"pipelineName": PIPELINE})).await?;
    let waits = |action: &&Value| {
        let text = |pointer: &str| action.pointer(pointer).and_then(Value::as_str);
        text("/status") == Some("InProgress") && text("/input/actionTypeId/category") == Some("Approval")
    };
    let actions = answer.get("actionExecutionDetails").and_then(Value::as_array).cloned().unwrap_or_default();
    for action in actions.iter().filter(waits) {
        let id = action.get("pipelineExecutionId").and_then(Value::as_str).unwrap_or_default();
        tell(&format!(
            "execution {id} still waits for an answer; it is stopped, because this release replaces it"
        ));
        let input = json!({
            "pipelineName": PIPELINE, "pipelineExecutionId": id, "abandon": true, "reason": "replaced by a newer release",
        });
        pipeline_call(daemon, "StopPipelineExecution", &input).await?;
    }
    Ok(())
}

/// A call of the pipeline engine.
pub async fn pipeline_call(daemon: &Daemon, operation: &str, input: &Value) -> Result<Value, Failure> {
    client::call(&daemon.endpoint_url, "codepipeline", &format!("{CODEPIPELINE}.{operation}"), input)
        .await
        .map_err(|error| Failure::new(Exit::Unavailable, error))
}
