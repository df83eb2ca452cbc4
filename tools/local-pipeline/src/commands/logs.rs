//! `logs`: the log of the newest run of an action.

use std::io::Write as _;
use std::path::Path;

use greenlight_kit::{Exit, Failure};
use serde_json::{Value, json};

use super::release::pipeline_call;
use crate::world::PIPELINE;

#[derive(Debug, thiserror::Error)]
#[error("no run of {0} has a log")]
struct NoLog(String);

pub async fn run(state: &Path, wanted: &str) -> Result<Exit, Failure> {
    let daemon = super::running(state).await?;
    let answer = pipeline_call(&daemon, "ListActionExecutions", &json!({"pipelineName": PIPELINE})).await?;
    let runs = answer.get("actionExecutionDetails").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, pointer: &str| {
        value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let log = runs.iter().find_map(|run| {
        let (stage, action) = (text(run, "/stageName"), text(run, "/actionName"));
        let fits =
            wanted.eq_ignore_ascii_case(&action) || wanted.eq_ignore_ascii_case(&format!("{stage}/{action}"));
        let url = text(run, "/output/executionResult/externalExecutionUrl");
        url.strip_prefix("file://").filter(|_| fits).map(str::to_owned)
    });
    let Some(log) = log else {
        return Err(Failure::new(Exit::NothingToDo, NoLog(wanted.to_owned()))
            .hint("name an action of CodeBuild, such as Backend, Frontend or Test/Publish; a build that still runs has its log under logs/build in the state folder"));
    };
    let bytes = std::fs::read(&log).map_err(|error| Failure::new(Exit::Internal, error))?;
    // A closed pipe means that nobody reads any more.
    let _ = anstream::stdout().write_all(&bytes);
    Ok(Exit::Done)
}
