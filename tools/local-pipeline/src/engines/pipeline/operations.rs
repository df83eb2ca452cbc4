//! The operations of the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

use super::declaration::Declaration;
use super::record::{Door, Execution, Status, state_json};
use super::{Pipeline, PipelineState, now};
use crate::api::ApiError;
use crate::names;

/// Most of a summary that `PutApprovalResult` takes
/// (<https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ApprovalResult.html>, 2026-11).
const SUMMARY_MAX: usize = 512;
const PAGE: usize = 100;

pub fn call(engine: &Pipeline, operation: &str, input: &Value) -> Result<Value, ApiError> {
    match operation {
        "CreatePipeline" | "UpdatePipeline" => put_pipeline(engine, operation, input),
        "DeletePipeline" => {
            engine.lock().pipelines.remove(text(input, "name")?);
            Ok(json!({}))
        }
        "GetPipeline" => engine.with(text(input, "name")?, |state| Ok(get_pipeline(state))),
        "ListPipelines" => list_pipelines(engine, input),
        "GetPipelineState" => engine.with(text(input, "name")?, |state| {
            Ok(state_json(&state.declaration, state.version, &state.executions, &state.doors))
        }),
        "GetPipelineExecution" => {
            let (name, id) = (text(input, "pipelineName")?, text(input, "pipelineExecutionId")?);
            engine.with(name, |state| {
                let found =
                    state.executions.iter().find(|execution| execution.id == id).ok_or_else(|| {
                        ApiError::new("PipelineExecutionNotFoundException", format!("no execution {id}"))
                    })?;
                let mode = state.declaration.execution_mode.as_str();
                Ok(json!({"pipelineExecution": found.full_json(name, mode)}))
            })
        }
        "ListPipelineExecutions" => {
            engine.with(text(input, "pipelineName")?, |state| list_executions(state, input))
        }
        "ListActionExecutions" => {
            engine.with(text(input, "pipelineName")?, |state| list_actions(state, input))
        }
        "StartPipelineExecution" => start(engine, input),
        "StopPipelineExecution" => stop(engine, input),
        "PutApprovalResult" => put_approval(engine, input),
        "DisableStageTransition" => transition(engine, input, Some(text(input, "reason")?)),
        "EnableStageTransition" => transition(engine, input, None),
        _ => Err(ApiError::unknown_operation("codepipeline", operation)),
    }
}

fn text<'a>(input: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    input.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or_else(|| {
        ApiError::new(
            "ValidationException",
            format!("1 validation error detected: Value at '{name}' must not be null"),
        )
    })
}

fn put_pipeline(engine: &Pipeline, operation: &str, input: &Value) -> Result<Value, ApiError> {
    let declared = input.get("pipeline").cloned().unwrap_or_default();
    let declaration = Declaration::parse(&declared)?;
    let mut state = engine.lock();
    let name = declaration.name.clone();
    let existing = state.pipelines.get_mut(&name);
    match (operation, existing) {
        ("CreatePipeline", Some(_)) => Err(ApiError::new(
            "PipelineNameInUseException",
            format!("A pipeline with the name '{name}' already exists in account '{}'", names::ACCOUNT_ID),
        )),
        ("CreatePipeline", None) => {
            let doors =
                declaration.stages.iter().map(|stage| (stage.name.clone(), Door::default())).collect();
            let fresh = PipelineState {
                declaration,
                declared,
                version: 1,
                executions: Vec::new(),
                doors,
                changed: Arc::new(Notify::new()),
            };
            let answer = get_pipeline(&fresh);
            state.pipelines.insert(name, fresh);
            Ok(answer)
        }
        (_, Some(found)) => {
            for stage in &declaration.stages {
                found.doors.entry(stage.name.clone()).or_default();
            }
            found.declaration = declaration;
            found.declared = declared;
            found.version += 1;
            Ok(get_pipeline(found))
        }
        (_, None) => Err(ApiError::new("PipelineNotFoundException", format!("no pipeline {name}"))),
    }
}

fn get_pipeline(state: &PipelineState) -> Value {
    let mut declared = state.declared.clone();
    if let Some(map) = declared.as_object_mut() {
        map.insert("version".to_owned(), json!(state.version));
    }
    let arn = names::arn("codepipeline", &state.declaration.name);
    json!({"pipeline": declared, "metadata": {"pipelineArn": arn}})
}

fn list_pipelines(engine: &Pipeline, input: &Value) -> Result<Value, ApiError> {
    let state = engine.lock();
    let all: Vec<Value> = state
        .pipelines
        .values()
        .map(|pipeline| {
            json!({
                "name": pipeline.declaration.name, "version": pipeline.version, "pipelineType": "V2",
                "executionMode": pipeline.declaration.execution_mode.as_str(),
            })
        })
        .collect();
    page(input, all, "pipelines")
}

/// Cuts one page out of `all`; the token is the offset.
fn page(input: &Value, all: Vec<Value>, field: &str) -> Result<Value, ApiError> {
    let offset = match input.get("nextToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => token.parse::<usize>().map_err(|_| {
            ApiError::new("InvalidNextTokenException", "The next token was specified in an invalid format")
        })?,
    };
    let asked = input.get("maxResults").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let size = asked.unwrap_or(PAGE).clamp(1, PAGE);
    let next = (offset + size < all.len()).then(|| (offset + size).to_string());
    let items: Vec<Value> = all.into_iter().skip(offset).take(size).collect();
    let mut answer = serde_json::Map::from_iter([(field.to_owned(), Value::Array(items))]);
    if let Some(next) = next {
        answer.insert("nextToken".to_owned(), json!(next));
    }
    Ok(Value::Object(answer))
}

fn list_executions(state: &PipelineState, input: &Value) -> Result<Value, ApiError> {
    let stage = input.pointer("/filter/succeededInStage/stageName").and_then(Value::as_str);
    let mode = state.declaration.execution_mode.as_str();
    let all = state
        .executions
        .iter()
        .rev()
        .filter(|execution| stage.is_none_or(|stage| execution.stages.get(stage) == Some(&Status::Succeeded)))
        .map(|execution| execution.summary_json(mode))
        .collect();
    page(input, all, "pipelineExecutionSummaries")
}

fn list_actions(state: &PipelineState, input: &Value) -> Result<Value, ApiError> {
    let id = input
        .pointer("/filter/pipelineExecutionId")
        .or_else(|| input.pointer("/filter/latestInPipelineExecution/pipelineExecutionId"))
        .and_then(Value::as_str);
    if let Some(id) = id
        && state.execution_status(id).is_none()
    {
        return Err(ApiError::new("PipelineExecutionNotFoundException", format!("no execution {id}")));
    }
    let mut all: Vec<(f64, Value)> = state
        .executions
        .iter()
        .filter(|execution| id.is_none_or(|id| execution.id == id))
        .flat_map(|execution| execution.actions.iter().map(|run| (run.started, run.detail_json(execution))))
        .collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    page(input, all.into_iter().map(|(_, detail)| detail).collect(), "actionExecutionDetails")
}

fn start(engine: &Pipeline, input: &Value) -> Result<Value, ApiError> {
    let name = text(input, "name")?;
    let revisions: BTreeMap<String, String> = input
        .get("sourceRevisions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|item| {
            Some((
                item.get("actionName")?.as_str()?.to_owned(),
                item.get("revisionValue")?.as_str()?.to_owned(),
            ))
        })
        .collect();
    let id = uuid::Uuid::new_v4().to_string();
    engine.with(name, |state| {
        state.executions.push(Execution {
            id: id.clone(),
            version: state.version,
            status: Status::InProgress,
            status_summary: String::new(),
            started: now(),
            updated: now(),
            trigger: json!({
                "triggerType": "StartPipelineExecution",
                "triggerDetail": names::arn("iam", "user/local").replace(names::REGION, ""),
            }),
            revisions,
            artifacts: BTreeMap::new(),
            variables: BTreeMap::from([(
                "codepipeline".to_owned(),
                BTreeMap::from([("PipelineExecutionId".to_owned(), id.clone())]),
            )]),
            stages: BTreeMap::new(),
            actions: Vec::new(),
            artifact_revisions: Vec::new(),
        });
        Ok(())
    })?;
    if let Some(engine) = engine.myself.upgrade() {
        tokio::spawn(super::runner::run(engine, name.to_owned(), id.clone()));
    }
    Ok(json!({"pipelineExecutionId": id}))
}

fn stop(engine: &Pipeline, input: &Value) -> Result<Value, ApiError> {
    let (name, id) = (text(input, "pipelineName")?, text(input, "pipelineExecutionId")?);
    let reason = input.get("reason").and_then(Value::as_str).unwrap_or_default();
    engine.with_execution(name, id, |execution| {
        if execution.status != Status::InProgress {
            return Err(ApiError::new(
                "PipelineExecutionNotStoppableException",
                format!("Pipeline execution {id} is {}", execution.status.as_str()),
            ));
        }
        // What is in flight is abandoned; the runner starts nothing after it.
        execution.status = Status::Stopped;
        reason.clone_into(&mut execution.status_summary);
        for run in execution.actions.iter_mut().filter(|run| run.status == Status::InProgress) {
            run.status = Status::Abandoned;
            run.token = None;
            run.updated = now();
        }
        Ok(())
    })??;
    engine.with(name, |state| {
        state.changed.notify_waiters();
        Ok(())
    })?;
    Ok(json!({"pipelineExecutionId": id}))
}

/// Summary and status of the result, checked as the API does.
fn approval_result(input: &Value) -> Result<(&str, Status), ApiError> {
    let summary = input.pointer("/result/summary").and_then(Value::as_str).ok_or_else(|| {
        ApiError::new(
            "ValidationException",
            "Value at 'result.summary' failed to satisfy constraint: must not be null",
        )
    })?;
    if summary.encode_utf16().count() > SUMMARY_MAX {
        return Err(ApiError::new(
            "ValidationException",
            "Value at 'result.summary' must have length less than or equal to 512",
        ));
    }
    let status = match input.pointer("/result/status").and_then(Value::as_str) {
        Some("Approved") => Status::Succeeded,
        Some("Rejected") => Status::Failed,
        _ => {
            return Err(ApiError::new(
                "ValidationException",
                "Value at 'result.status' must satisfy enum value set: [Approved, Rejected]",
            ));
        }
    };
    Ok((summary, status))
}

fn put_approval(engine: &Pipeline, input: &Value) -> Result<Value, ApiError> {
    let (name, stage) = (text(input, "pipelineName")?, text(input, "stageName")?);
    let (action, token) = (text(input, "actionName")?, text(input, "token")?);
    let (summary, status) = approval_result(input)?;
    engine.with(name, |state| {
        let declared = state.declaration.stage(stage).ok_or_else(|| {
            ApiError::new("StageNotFoundException", format!("stage '{stage}' not found in pipeline '{name}'"))
        })?;
        if !declared.actions.iter().any(|found| found.name == action && found.kind.provider == "Manual") {
            return Err(ApiError::new(
                "ActionNotFoundException",
                format!("action '{action}' not found in stage '{stage}'"),
            ));
        }
        let run = state.executions.iter_mut().flat_map(|execution| &mut execution.actions).find(|run| {
            run.stage == stage && run.action.name == action && run.token.as_deref() == Some(token)
        });
        let Some(run) = run else {
            return Err(ApiError::new(
                "InvalidApprovalTokenException",
                "The approval request already received a response or has expired.",
            ));
        };
        run.status = status;
        run.token = None;
        summary.clone_into(&mut run.summary);
        run.updated = now();
        run.updated_by = format!("arn:aws:iam::{}:user/local", names::ACCOUNT_ID);
        if status == Status::Failed {
            run.error = Some(("ApprovalRejected".to_owned(), summary.to_owned()));
        }
        state.changed.notify_waiters();
        Ok(json!({"approvedAt": now()}))
    })
}

fn transition(engine: &Pipeline, input: &Value, disabled: Option<&str>) -> Result<Value, ApiError> {
    let (name, stage) = (text(input, "pipelineName")?, text(input, "stageName")?);
    engine.with(name, |state| {
        let door = state.doors.get_mut(stage).ok_or_else(|| {
            ApiError::new("StageNotFoundException", format!("stage '{stage}' not found in pipeline '{name}'"))
        })?;
        door.disabled = disabled.map(|reason| (reason.to_owned(), now()));
        state.changed.notify_waiters();
        Ok(json!({}))
    })
}
