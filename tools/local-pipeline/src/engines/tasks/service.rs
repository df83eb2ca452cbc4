//! Services and task sets: create, change, delete.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::state::{
    Attachment, NewTaskSet, Service, ServiceKey, ServiceView, State, TaskSet, TaskSetView, invalid,
    no_service, no_task_set,
};
use super::{Inner, epoch_seconds, scheduler, views};
use crate::api::ApiError;

pub(super) fn text<'v>(input: &'v Value, name: &str) -> Option<&'v str> {
    input.get(name).and_then(Value::as_str)
}

fn count(input: &Value, name: &str) -> Result<Option<u32>, ApiError> {
    match input.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            number.map(Some).ok_or_else(|| invalid(format!("{name} must not be negative")))
        }
    }
}

pub(super) fn attachments(inner: &Inner, input: &Value) -> Result<Vec<Attachment>, ApiError> {
    let items = input.get("loadBalancers").and_then(Value::as_array).into_iter().flatten();
    items
        .map(|item| {
            let group_arn =
                text(item, "targetGroupArn").ok_or_else(|| invalid("targetGroupArn is required"))?.to_owned();
            let port =
                item.get("containerPort").and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
            let attachment = Attachment {
                container: text(item, "containerName").unwrap_or_default().to_owned(),
                port: port.unwrap_or_default(),
                group_arn,
            };
            attachable(inner, &attachment)?;
            Ok(attachment)
        })
        .collect()
}

fn attachable(inner: &Inner, attachment: &Attachment) -> Result<(), ApiError> {
    let arn = &attachment.group_arn;
    match inner.balancer.is_in_use(arn) {
        Ok(true) => Ok(()),
        Ok(false) => Err(invalid(format!(
            "The target group with targetGroupArn {arn} does not have an associated load balancer."
        ))),
        Err(_) => Err(invalid(format!(
            "Unable to assume role and validate the specified targetGroupArn {arn}: not found"
        ))),
    }
}

fn check_container(state: &State, definition_arn: &str, attachments: &[Attachment]) -> Result<(), ApiError> {
    for attachment in attachments {
        let containers = state.definition(definition_arn).and_then(|item| item.get("containerDefinitions"));
        let mut containers = containers.and_then(Value::as_array).into_iter().flatten();
        let container =
            containers.find(|item| text(item, "name") == Some(&attachment.container)).ok_or_else(|| {
                invalid(format!(
                    "The container {} does not exist in the task definition.",
                    attachment.container
                ))
            })?;
        let mut ports = container.get("portMappings").and_then(Value::as_array).into_iter().flatten();
        if !ports
            .any(|item| item.get("containerPort").and_then(Value::as_u64) == Some(u64::from(attachment.port)))
        {
            return Err(invalid(format!(
                "The container {} did not have a container port {} defined.",
                attachment.container, attachment.port
            )));
        }
    }
    Ok(())
}

pub(super) fn create(inner: &Arc<Inner>, input: &Value) -> Result<Value, ApiError> {
    let load_balancers = attachments(inner, input)?;
    let name = text(input, "serviceName").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| invalid("Service name cannot be empty."))?;
    let controller = input.pointer("/deploymentController/type").and_then(Value::as_str).unwrap_or("ECS");
    let mut state = inner.lock();
    let key = state.key(text(input, "cluster"), name)?;
    if state.services.contains_key(&key) {
        return Err(invalid("Creation of service was not idempotent."));
    }
    let definition_arn = match (text(input, "taskDefinition"), controller) {
        (Some(definition), _) => state.definition_arn(definition)?,
        (None, "EXTERNAL") => String::new(),
        (None, _) => return Err(invalid("TaskDefinition can not be blank.")),
    };
    check_container(&state, &definition_arn, &load_balancers)?;
    let service = Service {
        arn: crate::names::arn("ecs", &format!("service/{}/{name}", key.cluster)),
        cluster_arn: crate::names::arn("ecs", &format!("cluster/{}", key.cluster)),
        key: key.clone(),
        controller: controller.to_owned(),
        input: input.clone(),
        desired: count(input, "desiredCount")?.unwrap_or(1),
        definition_arn: definition_arn.clone(),
        load_balancers: load_balancers.clone(),
        grace: Duration::from_secs(u64::from(count(input, "healthCheckGracePeriodSeconds")?.unwrap_or(0))),
        sets: Vec::new(),
        events: VecDeque::new(),
        created: epoch_seconds(),
    };
    state.services.insert(key.clone(), service);
    if controller != "EXTERNAL" {
        let set = new_set(&key, definition_arn, load_balancers, "PRIMARY", 100.0);
        add_set(inner, &mut state, &key, set)?;
    }
    let service = state.services.get(&key).ok_or_else(no_service)?;
    Ok(json!({"service": views::service(&state, &inner.balancer, service)}))
}

fn new_set(
    key: &ServiceKey,
    definition_arn: String,
    load_balancers: Vec<Attachment>,
    status: &'static str,
    scale: f64,
) -> TaskSet {
    let id = format!("ecs-svc/{:019}", fastrand::u64(1_000_000_000_000_000_000..9_000_000_000_000_000_000));
    let now = epoch_seconds();
    TaskSet {
        arn: crate::names::arn("ecs", &format!("task-set/{}/{}/{id}", key.cluster, key.service)),
        id,
        external_id: None,
        started_by: None,
        definition_arn,
        scale,
        status,
        load_balancers,
        created: now,
        updated: now,
        failures: 0,
        next_start: None,
        gave_up: None,
        steady_before: false,
    }
}

fn add_set(inner: &Arc<Inner>, state: &mut State, key: &ServiceKey, set: TaskSet) -> Result<(), ApiError> {
    let id = set.id.clone();
    state.services.get_mut(key).ok_or_else(no_service)?.sets.push(set);
    inner.spawn(scheduler::supervise(Arc::clone(inner), key.clone(), id));
    Ok(())
}

pub(super) fn update(inner: &Arc<Inner>, input: &Value) -> Result<Value, ApiError> {
    let mut state = inner.lock();
    let key = state.key(text(input, "cluster"), text(input, "service").unwrap_or_default())?;
    let definition = text(input, "taskDefinition").map(|name| state.definition_arn(name)).transpose()?;
    let desired = count(input, "desiredCount")?;
    let service = state.services.get_mut(&key).ok_or_else(no_service)?;
    let force = input.get("forceNewDeployment").and_then(Value::as_bool).unwrap_or(false);
    if service.controller == "CODE_DEPLOY" && (definition.is_some() || force) {
        return Err(invalid(
            "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.",
        ));
    }
    if let Some(desired) = desired {
        service.desired = desired;
    }
    if let Some(seconds) = count(input, "healthCheckGracePeriodSeconds")? {
        service.grace = Duration::from_secs(u64::from(seconds));
    }
    for set in &mut service.sets {
        (set.failures, set.next_start, set.gave_up) = (0, None, None);
        set.updated = epoch_seconds();
    }
    let changed = definition.as_ref().is_some_and(|definition| *definition != service.definition_arn);
    if changed || force {
        let definition_arn = definition.unwrap_or_else(|| service.definition_arn.clone());
        service.definition_arn.clone_from(&definition_arn);
        for old in &mut service.sets {
            old.status = if old.status == "PRIMARY" { "ACTIVE" } else { old.status };
        }
        let load_balancers = service.load_balancers.clone();
        let set = new_set(&key, definition_arn, load_balancers, "PRIMARY", 100.0);
        add_set(inner, &mut state, &key, set)?;
    }
    inner.wake.notify_waiters();
    let service = state.services.get(&key).ok_or_else(no_service)?;
    Ok(json!({"service": views::service(&state, &inner.balancer, service)}))
}

pub(super) fn delete(inner: &Inner, input: &Value) -> Result<Value, ApiError> {
    let mut state = inner.lock();
    let key = state.key(text(input, "cluster"), text(input, "service").unwrap_or_default())?;
    let force = input.get("force").and_then(Value::as_bool).unwrap_or(false);
    let service = state.services.get(&key).ok_or_else(no_service)?;
    if service.desired > 0 && !force {
        return Err(invalid("The service cannot be stopped while it is scaled above 0."));
    }
    let view = views::service(&state, &inner.balancer, service);
    for task in state.tasks.values().filter(|task| task.key == key) {
        task.stop.cancel();
    }
    state.services.remove(&key);
    inner.wake.notify_waiters();
    Ok(json!({"service": view}))
}

pub(super) fn create_task_set(inner: &Arc<Inner>, new: &NewTaskSet) -> Result<TaskSetView, ApiError> {
    for attachment in &new.load_balancers {
        attachable(inner, attachment)?;
    }
    let mut state = inner.lock();
    let key = state.key(Some(&new.cluster), &new.service)?;
    let definition_arn = state.definition_arn(&new.task_definition)?;
    check_container(&state, &definition_arn, &new.load_balancers)?;
    let service = state.services.get(&key).ok_or_else(no_service)?;
    if service.controller == "ECS" {
        return Err(ApiError::new(
            "UnsupportedFeatureException",
            "The service's deployment controller has no task sets.",
        ));
    }
    let set = TaskSet {
        external_id: new.external_id.clone(),
        started_by: new.started_by.clone(),
        ..new_set(&key, definition_arn, new.load_balancers.clone(), "ACTIVE", new.scale)
    };
    let id = set.id.clone();
    add_set(inner, &mut state, &key, set)?;
    let service = state.services.get(&key).ok_or_else(no_service)?;
    let set = service.sets.iter().find(|set| set.id == id).ok_or_else(no_task_set)?;
    Ok(set_view(&state, inner, service, set))
}

/// A task set's id from its id or ARN.
pub(super) fn set_id(given: &str) -> &str {
    given.find("ecs-svc/").and_then(|at| given.get(at..)).unwrap_or(given)
}

pub(super) fn set_primary(inner: &Inner, cluster: &str, service: &str, id: &str) -> Result<(), ApiError> {
    let mut state = inner.lock();
    let service = state.service_mut(Some(cluster), service)?;
    let id = set_id(id);
    let chosen = service.sets.iter().find(|set| set.id == id).ok_or_else(no_task_set)?;
    service.definition_arn.clone_from(&chosen.definition_arn);
    service.load_balancers.clone_from(&chosen.load_balancers);
    for set in &mut service.sets {
        if set.id == id {
            set.status = "PRIMARY";
        } else if set.status == "PRIMARY" {
            set.status = "ACTIVE";
        }
        set.updated = epoch_seconds();
    }
    Ok(())
}

pub(super) fn delete_task_set(
    inner: &Inner,
    cluster: &str,
    service: &str,
    id: &str,
    force: bool,
) -> Result<(), ApiError> {
    {
        let mut state = inner.lock();
        let service = state.service_mut(Some(cluster), service)?;
        let set = service.sets.iter_mut().find(|set| set.id == set_id(id)).ok_or_else(no_task_set)?;
        if set.status == "PRIMARY" && !force {
            return Err(invalid("The primary task set cannot be deleted without force."));
        }
        set.status = "DRAINING";
        set.updated = epoch_seconds();
    }
    inner.wake.notify_waiters();
    Ok(())
}

fn set_view(state: &State, inner: &Inner, service: &Service, set: &TaskSet) -> TaskSetView {
    let (running, pending, steady) = scheduler::counts(state, &inner.balancer, service, set);
    TaskSetView {
        id: set.id.clone(),
        arn: set.arn.clone(),
        external_id: set.external_id.clone(),
        task_definition: set.definition_arn.clone(),
        status: set.status,
        desired: service.computed_desired(set),
        running,
        pending,
        group_arn: set.load_balancers.first().map(|attachment| attachment.group_arn.clone()),
        steady,
        gave_up: set.gave_up.clone(),
    }
}

pub(super) fn view(inner: &Inner, cluster: &str, service: &str) -> Result<ServiceView, ApiError> {
    let state = inner.lock();
    let service = state.service(Some(cluster), service)?;
    Ok(ServiceView {
        arn: service.arn.clone(),
        controller: service.controller.clone(),
        desired: service.desired,
        task_definition: service.definition_arn.clone(),
        load_balancers: service.load_balancers.clone(),
        task_sets: service.sets.iter().map(|set| set_view(&state, inner, service, set)).collect(),
    })
}
