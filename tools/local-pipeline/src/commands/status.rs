//! `status`: the stages of the newest execution, and the sites.

use std::path::Path;

use greenlight_kit::{Exit, Failure};
use serde_json::{Value, json};

use super::release::pipeline_call;
use super::say;
use crate::world::PIPELINE;

pub async fn run(state: &Path) -> Result<Exit, Failure> {
    let daemon = super::running(state).await?;
    let answer = pipeline_call(&daemon, "GetPipelineState", &json!({"name": PIPELINE})).await?;
    say(&format!("pipeline {PIPELINE}"));
    for stage in items(&answer, "stageStates") {
        let status = text(stage, "/latestExecution/status", "not run yet");
        let execution = text(stage, "/latestExecution/pipelineExecutionId", "");
        say(&format!("  {:<8} {status:<12} {execution}", text(stage, "/stageName", "")));
        for action in items(stage, "actionStates") {
            let status = text(action, "/latestExecution/status", "-");
            let error = text(action, "/latestExecution/errorDetails/message", "");
            let first = error.lines().next().unwrap_or_default();
            say(format!("    {:<10} {status} {first}", text(action, "/actionName", "")).trim_end());
        }
    }
    for site in &daemon.sites {
        say(&format!("{:<5} {}", site.name, site.url));
    }
    say(&format!("AWS   {}", daemon.endpoint_url));
    Ok(Exit::Done)
}

fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, pointer: &str, otherwise: &'a str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or(otherwise)
}
