//! Lifecycle hooks: the function is invoked asynchronously and the event waits for its verdict.

use std::sync::Arc;

use base64::Engine as _;
use bytes::Bytes;
use serde_json::{Value, json};

use super::Inner;
use super::run::Failure;
use super::state::State;
use crate::api::ApiError;

/// Runs the hook of a lifecycle event, if the AppSpec has one.
pub(super) async fn run(inner: &Arc<Inner>, id: &str, event: &'static str) -> Result<(), Failure> {
    let execution_id = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(format!("{{\"deployment\":\"{id}\",\"execution\":\"{}\"}}", uuid::Uuid::new_v4()));
    let function = inner.update(id, |deployment| {
        let function = deployment.appspec.hooks.get(event).cloned();
        if function.is_some() {
            deployment.begin(event);
            deployment.hooks.insert(execution_id.clone(), event);
        } else {
            deployment.end(event, "Succeeded", None);
        }
        function
    });
    let Some(function) = function.flatten() else { return Ok(()) };
    let payload = json!({"DeploymentId": id, "LifecycleEventHookExecutionId": execution_id});
    let timeout = inner.settings().hook_timeout;
    let invocation = inner.functions.invoke_event(&function, Bytes::from(payload.to_string()));
    let mut invocation = invocation.map_err(|error| {
        failed(event, &format!("the Lambda function {function} could not be invoked: {}", error.message))
    })?;
    let mut changes = inner.changed.subscribe();
    let mut limit = Box::pin(tokio::time::sleep(timeout));
    let mut invoked = false;
    loop {
        changes.borrow_and_update();
        if let Some(verdict) = verdict(&inner.lock(), id, event) {
            return verdict;
        }
        tokio::select! {
            woken = changes.changed() => if woken.is_err() {
                return Err(failed(event, "the engine ended"));
            },
            () = &mut limit => return Err(timed_out(event, timeout)),
            outcome = &mut invocation, if !invoked => {
                invoked = true;
                let error = match outcome {
                    Ok(Ok(outcome)) if outcome.function_error.is_none() => continue,
                    Ok(Ok(outcome)) => String::from_utf8_lossy(&outcome.payload).into_owned(),
                    Ok(Err(error)) => error.message,
                    Err(error) => error.to_string(),
                };
                // It may have reported before it failed.
                if let Some(verdict) = verdict(&inner.lock(), id, event) {
                    return verdict;
                }
                return Err(failed(event, &format!("the Lambda function {function} failed without a status: {error}")));
            }
        }
    }
}

fn verdict(state: &State, id: &str, event: &str) -> Option<Result<(), Failure>> {
    let deployment = state.deployments.get(id)?;
    let event = deployment.events.iter().find(|found| found.name == event)?;
    match event.status {
        "Succeeded" => Some(Ok(())),
        "Failed" => Some(Err(failed(event.name, "its function reported Failed"))),
        _ => None,
    }
}

fn failed(event: &str, why: &str) -> Failure {
    Failure {
        code: "HOOK_EXECUTION_FAILURE",
        message: format!(
            "The overall deployment failed because the lifecycle event hook {event} failed: {why}"
        ),
        stopped: false,
    }
}

fn timed_out(event: &str, timeout: std::time::Duration) -> Failure {
    let limit = if timeout.as_secs() == 3600 { "one hour".to_owned() } else { format!("{timeout:?}") };
    Failure {
        code: "HOOK_EXECUTION_FAILURE",
        message: format!(
            "The deployment timed out while waiting for a status callback for {event}. CodeDeploy expects a status callback within {limit} after a deployment hook is invoked."
        ),
        stopped: false,
    }
}

/// `PutLifecycleEventHookExecutionStatus`
pub(super) fn put_status(inner: &Inner, input: &Value) -> Result<Value, ApiError> {
    let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
    let execution_id = text("lifecycleEventHookExecutionId");
    {
        let mut state = inner.lock();
        let deployment = state.deployment_mut(text("deploymentId"))?;
        let event = deployment.hooks.get(execution_id).copied().ok_or_else(|| {
            let message = "The lifecycle event hook execution ID is not valid for this deployment.";
            ApiError::new("InvalidLifecycleEventHookExecutionIdException", message)
        })?;
        let (status, failure) = match text("status") {
            "Succeeded" => ("Succeeded", None),
            "Failed" => ("Failed", Some("The hook's function reported Failed".to_owned())),
            other => {
                let message = format!("'{other}' cannot be put; only Succeeded and Failed can");
                return Err(ApiError::new("InvalidLifecycleEventHookExecutionStatusException", message));
            }
        };
        if deployment.event(event).is_none_or(|event| event.status != "InProgress") {
            let message = format!("The lifecycle event {event} is already completed.");
            return Err(ApiError::new("LifecycleEventAlreadyCompletedException", message));
        }
        deployment.end(event, status, failure);
    }
    inner.bump();
    Ok(json!({"lifecycleEventHookExecutionId": execution_id}))
}
