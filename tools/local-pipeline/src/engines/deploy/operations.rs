//! The operations of CodeDeploy (JSON 1.1).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::state::{Application, Deployment, Group, Plan, is_over, new_events, new_id};
use super::{Inner, appspec, config, hooks, views};
use crate::api::ApiError;
use crate::engines::tasks::epoch_seconds;

type Answer = Result<Value, ApiError>;

pub(super) fn call(inner: &Arc<Inner>, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateApplication" => create_application(inner, input),
        "GetApplication" => get_application(inner, input),
        "ListApplications" => {
            Ok(json!({"applications": inner.lock().applications.keys().collect::<Vec<_>>()}))
        }
        "DeleteApplication" => delete_application(inner, input),
        "CreateDeploymentGroup" => create_group(inner, input),
        "GetDeploymentGroup" => get_group(inner, input),
        "UpdateDeploymentGroup" => update_group(inner, input),
        "DeleteDeploymentGroup" => delete_group(inner, input),
        "ListDeploymentGroups" => list_groups(inner, input),
        "CreateDeployment" => create_deployment(inner, input),
        "GetDeployment" => {
            let state = inner.lock();
            Ok(json!({"deploymentInfo": views::deployment(state.deployment(text(input, "deploymentId"))?)}))
        }
        "ListDeployments" => list_deployments(inner, input),
        "ListDeploymentTargets" => list_targets(inner, input),
        "GetDeploymentTarget" => {
            let state = inner.lock();
            let found = state.deployment(text(input, "deploymentId"))?;
            check_target(found, text(input, "targetId"))?;
            Ok(json!({"deploymentTarget": views::target(inner, found)}))
        }
        "BatchGetDeploymentTargets" => batch_get_targets(inner, input),
        "PutLifecycleEventHookExecutionStatus" => hooks::put_status(inner, input),
        "StopDeployment" => stop(inner, input),
        "ContinueDeployment" => proceed(inner, input),
        other => Err(ApiError::unknown_operation("codedeploy", other)),
    }
}

fn text<'v>(input: &'v Value, name: &str) -> &'v str {
    input.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn strings(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn create_application(inner: &Inner, input: &Value) -> Answer {
    let name = text(input, "applicationName");
    if name.is_empty() {
        let message = "The application name was not specified.";
        return Err(ApiError::new("ApplicationNameRequiredException", message));
    }
    if text(input, "computePlatform") != "ECS" {
        let message = "local-pipeline deploys to the compute platform ECS only";
        return Err(ApiError::new("InvalidComputePlatformException", message));
    }
    let mut state = inner.lock();
    if state.applications.contains_key(name) {
        let message = format!("An application named {name} already exists");
        return Err(ApiError::new("ApplicationAlreadyExistsException", message));
    }
    let id = uuid::Uuid::new_v4().to_string();
    let application = Application { id: id.clone(), created: epoch_seconds(), groups: BTreeMap::new() };
    state.applications.insert(name.to_owned(), application);
    Ok(json!({"applicationId": id}))
}

fn get_application(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let name = text(input, "applicationName");
    let found = state.application(name)?;
    Ok(json!({"application": {
        "applicationId": found.id,
        "applicationName": name,
        "createTime": found.created,
        "linkedToGitHub": false,
        "computePlatform": "ECS",
    }}))
}

#[expect(clippy::unnecessary_wraps, reason = "like every operation")]
fn delete_application(inner: &Inner, input: &Value) -> Answer {
    inner.lock().applications.remove(text(input, "applicationName"));
    Ok(json!({}))
}

/// Reads what a deployment needs out of a group's description, with AWS's errors.
fn plan(info: &Value) -> Result<Plan, ApiError> {
    let config = match text(info, "deploymentConfigName") {
        "" => config::ALL_AT_ONCE,
        name => name,
    };
    if config::steps(config).is_none() {
        let message = format!("No Deployment Configuration found for name: {config}");
        return Err(ApiError::new("DeploymentConfigDoesNotExistException", message));
    }
    let services = info.get("ecsServices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let [service] = services else {
        let message = "A deployment group of the ECS compute platform has exactly one ECS service";
        return Err(ApiError::new("InvalidECSServiceException", message));
    };
    let pairs = info.pointer("/loadBalancerInfo/targetGroupPairInfoList").and_then(Value::as_array);
    let [pair] = pairs.map(Vec::as_slice).unwrap_or_default() else {
        let message = "loadBalancerInfo must have one target group pair";
        return Err(ApiError::new("InvalidLoadBalancerInfoException", message));
    };
    let groups = pair.get("targetGroups").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let names: Vec<String> = groups.iter().map(|group| text(group, "name").to_owned()).collect();
    let target_groups = <[String; 2]>::try_from(names).map_err(|_| {
        ApiError::new("InvalidTargetGroupPairException", "A target group pair has exactly two target groups")
    })?;
    let production = strings(pair.pointer("/prodTrafficRoute/listenerArns"));
    if production.is_empty() {
        let message = "The production traffic route must have a listener";
        return Err(ApiError::new("InvalidTrafficRoutingConfigurationException", message));
    }
    let blue_green = info.get("blueGreenDeploymentConfiguration").cloned().unwrap_or_default();
    let minutes = |pointer: &str| {
        let value = blue_green.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
        u32::try_from(value).unwrap_or(u32::MAX)
    };
    let ready = blue_green.pointer("/deploymentReadyOption/actionOnTimeout").and_then(Value::as_str);
    let rollback = info
        .get("autoRollbackConfiguration")
        .filter(|found| found.get("enabled") == Some(&Value::Bool(true)));
    Ok(Plan {
        cluster: text(service, "clusterName").to_owned(),
        service: text(service, "serviceName").to_owned(),
        target_groups,
        production,
        test: strings(pair.pointer("/testTrafficRoute/listenerArns")),
        termination_minutes: minutes(
            "/terminateBlueInstancesOnDeploymentSuccess/terminationWaitTimeInMinutes",
        ),
        ready_minutes: (ready == Some("STOP_DEPLOYMENT"))
            .then(|| minutes("/deploymentReadyOption/waitTimeInMinutes")),
        rollback_on: strings(rollback.and_then(|found| found.get("events")))
            .into_iter()
            .collect::<BTreeSet<_>>(),
        config: config.to_owned(),
    })
}

fn create_group(inner: &Inner, input: &Value) -> Answer {
    let name = text(input, "deploymentGroupName");
    let mut state = inner.lock();
    let application = state.application_mut(text(input, "applicationName"))?;
    if name.is_empty() {
        let message = "The deployment group name was not specified.";
        return Err(ApiError::new("DeploymentGroupNameRequiredException", message));
    }
    if text(input, "serviceRoleArn").is_empty() {
        return Err(ApiError::new("RoleRequiredException", "The role ARN was not specified."));
    }
    if application.groups.contains_key(name) {
        let message = format!("A deployment group named {name} already exists");
        return Err(ApiError::new("DeploymentGroupAlreadyExistsException", message));
    }
    let id = uuid::Uuid::new_v4().to_string();
    let plan = plan(input)?;
    let group =
        Group { id: id.clone(), info: input.clone(), plan, last_attempted: None, last_successful: None };
    application.groups.insert(name.to_owned(), group);
    Ok(json!({"deploymentGroupId": id}))
}

fn get_group(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let (application, name) = (text(input, "applicationName"), text(input, "deploymentGroupName"));
    let group = state.group(application, name)?;
    Ok(json!({"deploymentGroupInfo": views::group(application, name, group, &state)}))
}

fn update_group(inner: &Inner, input: &Value) -> Answer {
    let mut state = inner.lock();
    let (application, name) = (text(input, "applicationName"), text(input, "currentDeploymentGroupName"));
    state.group(application, name)?;
    let application = state.application_mut(application)?;
    let Some(mut group) = application.groups.remove(name) else { return Ok(json!({})) };
    let mut info = group.info.clone();
    if let (Some(kept), Some(changes)) = (info.as_object_mut(), input.as_object()) {
        let changes = changes.iter().filter(|(key, _)| !key.ends_with("DeploymentGroupName"));
        kept.extend(changes.map(|(key, value)| (key.clone(), value.clone())));
    }
    let changed = plan(&info);
    if let Ok(plan) = &changed {
        group.plan = plan.clone();
        group.info = info;
    }
    let new_name = input.get("newDeploymentGroupName").and_then(Value::as_str).unwrap_or(name);
    let key = if changed.is_ok() { new_name } else { name };
    application.groups.insert(key.to_owned(), group);
    changed.map(|_| json!({"hooksNotCleanedUp": []}))
}

fn delete_group(inner: &Inner, input: &Value) -> Answer {
    let mut state = inner.lock();
    let application = state.application_mut(text(input, "applicationName"))?;
    application.groups.remove(text(input, "deploymentGroupName"));
    Ok(json!({"hooksNotCleanedUp": []}))
}

fn list_groups(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let name = text(input, "applicationName");
    let groups: Vec<&String> = state.application(name)?.groups.keys().collect();
    Ok(json!({"applicationName": name, "deploymentGroups": groups}))
}

/// The AppSpec of a revision.
fn revision(input: &Value) -> Result<appspec::AppSpec, ApiError> {
    let invalid = |message: String| ApiError::new("InvalidRevisionException", message);
    let revision = input.get("revision").filter(|value| !value.is_null());
    let revision = revision
        .ok_or_else(|| ApiError::new("RevisionRequiredException", "The revision was not specified."))?;
    let body = match text(revision, "revisionType") {
        "AppSpecContent" => revision.get("appSpecContent"),
        "String" => revision.get("string"),
        other => {
            return Err(invalid(format!("local-pipeline deploys AppSpecContent revisions, not '{other}'")));
        }
    };
    let body = body.ok_or_else(|| invalid("The revision has no content".to_owned()))?;
    let content = text(body, "content");
    let sha256 = text(body, "sha256");
    if !sha256.is_empty() && !sha256.eq_ignore_ascii_case(&hex::encode(Sha256::digest(content.as_bytes()))) {
        return Err(invalid("The SHA-256 of the content does not match the one that was given".to_owned()));
    }
    appspec::parse(content).map_err(invalid)
}

fn create_deployment(inner: &Arc<Inner>, input: &Value) -> Answer {
    let (application, name) = (text(input, "applicationName"), text(input, "deploymentGroupName"));
    let id = new_id();
    {
        let mut state = inner.lock();
        let group = state.group(application, name)?;
        let appspec = revision(input)?;
        let config = match text(input, "deploymentConfigName") {
            "" => group.plan.config.clone(),
            config => config.to_owned(),
        };
        let steps = config::steps(&config).ok_or_else(|| {
            let message = format!("No Deployment Configuration found for name: {config}");
            ApiError::new("DeploymentConfigDoesNotExistException", message)
        })?;
        let active = state
            .deployments
            .values()
            .find(|found| found.application == application && found.group == name && !is_over(found.status));
        if let Some(active) = active {
            let message =
                format!("The Deployment Group '{name}' already has an active Deployment '{}'", active.id);
            return Err(ApiError::new("DeploymentLimitExceededException", message));
        }
        let deployment = Deployment {
            id: id.clone(),
            application: application.to_owned(),
            group: name.to_owned(),
            group_id: group.id.clone(),
            group_info: group.info.clone(),
            plan: group.plan.clone(),
            config,
            steps,
            appspec,
            revision: input.get("revision").cloned().unwrap_or_default(),
            description: input.get("description").and_then(Value::as_str).map(str::to_owned),
            creator: "user",
            status: "Created",
            error: None,
            rollback: None,
            created: epoch_seconds(),
            started: None,
            completed: None,
            termination_started: false,
            events: new_events(),
            hooks: BTreeMap::new(),
            blue: None,
            green: None,
            stop: tokio_util::sync::CancellationToken::new(),
            stop_with_rollback: None,
            continued: BTreeSet::new(),
        };
        state.add(deployment);
        if let Some(group) = state.application_mut(application)?.groups.get_mut(name) {
            group.last_attempted = Some(id.clone());
        }
    }
    inner.start(id.clone());
    Ok(json!({"deploymentId": id}))
}

fn list_deployments(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let (application, group) = (text(input, "applicationName"), text(input, "deploymentGroupName"));
    if !group.is_empty() {
        state.group(application, group)?;
    }
    let statuses = strings(input.get("includeOnlyStatuses"));
    let newest_first = state.order.iter().rev().filter_map(|id| state.deployments.get(id));
    let ids: Vec<&String> = newest_first
        .filter(|found| application.is_empty() || found.application == application)
        .filter(|found| group.is_empty() || found.group == group)
        .filter(|found| statuses.is_empty() || statuses.iter().any(|status| status == found.status))
        .map(|found| &found.id)
        .collect();
    Ok(json!({"deployments": ids}))
}

fn list_targets(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let found = state.deployment(text(input, "deploymentId"))?;
    let wanted = strings(input.pointer("/targetFilters/TargetStatus"));
    let matches = wanted.is_empty() || wanted.iter().any(|status| status == views::target_status(found));
    Ok(json!({"targetIds": if matches { vec![views::target_id(found)] } else { Vec::new() }}))
}

fn check_target(found: &Deployment, id: &str) -> Result<(), ApiError> {
    if id.is_empty() {
        return Err(ApiError::new(
            "DeploymentTargetIdRequiredException",
            "A deployment target ID was not provided.",
        ));
    }
    if id != views::target_id(found) {
        let message = format!("The deployment {} has no target {id}", found.id);
        return Err(ApiError::new("DeploymentTargetDoesNotExistException", message));
    }
    Ok(())
}

fn batch_get_targets(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let found = state.deployment(text(input, "deploymentId"))?;
    let ids = strings(input.get("targetIds"));
    for id in &ids {
        check_target(found, id)?;
    }
    let targets: Vec<Value> = ids.iter().map(|_| views::target(inner, found)).collect();
    Ok(json!({"deploymentTargets": targets}))
}

fn running<'s>(state: &'s mut super::State, id: &str) -> Result<&'s mut Deployment, ApiError> {
    let found = state.deployment_mut(id)?;
    if is_over(found.status) {
        let message = format!("The deployment {id} is already completed with the status {}", found.status);
        return Err(ApiError::new("DeploymentAlreadyCompletedException", message));
    }
    Ok(found)
}

fn stop(inner: &Inner, input: &Value) -> Answer {
    let mut state = inner.lock();
    let found = running(&mut state, text(input, "deploymentId"))?;
    found.stop_with_rollback = input.get("autoRollbackEnabled").and_then(Value::as_bool);
    found.stop.cancel();
    Ok(json!({"status": "Pending", "statusMessage": "Stopping the deployment"}))
}

fn proceed(inner: &Inner, input: &Value) -> Answer {
    {
        let mut state = inner.lock();
        let found = running(&mut state, text(input, "deploymentId"))?;
        let wait = match text(input, "deploymentWaitType") {
            "" | "READY_WAIT" => "READY_WAIT",
            "TERMINATION_WAIT" => "TERMINATION_WAIT",
            other => {
                let message = format!("'{other}' is not a wait type");
                return Err(ApiError::new("InvalidDeploymentWaitTypeException", message));
            }
        };
        if wait == "READY_WAIT" && found.status != "Ready" {
            let message = format!("The deployment {} does not wait to be continued", found.id);
            return Err(ApiError::new("DeploymentIsNotInReadyStateException", message));
        }
        found.continued.insert(wait);
    }
    inner.bump();
    Ok(json!({}))
}
