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

/// A call of the pipeline engine.
pub async fn pipeline_call(daemon: &Daemon, operation: &str, input: &Value) -> Result<Value, Failure> {
    client::call(&daemon.endpoint_url, "codepipeline", &format!("{CODEPIPELINE}.{operation}"), input)
        .await
        .map_err(|error| Failure::new(Exit::Unavailable, error))
}
