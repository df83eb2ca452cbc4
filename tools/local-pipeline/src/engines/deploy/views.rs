//! Deployments, groups and targets as CodeDeploy describes them.

use serde_json::{Map, Value, json};

use super::Inner;
use super::state::{Deployment, Group, Side, State, is_over};
use super::traffic;

pub(super) fn group(application: &str, name: &str, group: &Group, state: &State) -> Value {
    let mut view = Map::new();
    for (key, value) in group.info.as_object().into_iter().flatten() {
        if key != "tags" {
            view.insert(key.clone(), value.clone());
        }
    }
    view.insert("applicationName".to_owned(), json!(application));
    view.insert("deploymentGroupName".to_owned(), json!(name));
    view.insert("deploymentGroupId".to_owned(), json!(group.id));
    view.insert("deploymentConfigName".to_owned(), json!(group.plan.config));
    view.insert("computePlatform".to_owned(), json!("ECS"));
    let attempts = [
        ("lastAttemptedDeployment", &group.last_attempted),
        ("lastSuccessfulDeployment", &group.last_successful),
    ];
    for (key, id) in attempts {
        if let Some(deployment) = id.as_ref().and_then(|id| state.deployments.get(id)) {
            let mut last = json!({
                "deploymentId": deployment.id,
                "status": deployment.status,
                "createTime": deployment.created,
            });
            if let (Some(object), Some(end)) = (last.as_object_mut(), deployment.completed) {
                object.insert("endTime".to_owned(), json!(end));
            }
            view.insert(key.to_owned(), last);
        }
    }
    Value::Object(view)
}

pub(super) fn deployment(found: &Deployment) -> Value {
    let mut view = json!({
        "applicationName": found.application,
        "deploymentGroupName": found.group,
        "deploymentConfigName": found.config,
        "deploymentId": found.id,
        "revision": found.revision,
        "status": found.status,
        "createTime": found.created,
        "deploymentOverview": overview(found),
        "creator": found.creator,
        "ignoreApplicationStopFailures": false,
        "updateOutdatedInstancesOnly": false,
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "instanceTerminationWaitTimeStarted": found.termination_started,
        "fileExistsBehavior": "DISALLOW",
        "deploymentStatusMessages": [],
        "computePlatform": "ECS",
    });
    let Some(object) = view.as_object_mut() else { return view };
    for name in ["autoRollbackConfiguration", "blueGreenDeploymentConfiguration", "loadBalancerInfo"] {
        if let Some(value) = found.group_info.get(name) {
            object.insert(name.to_owned(), value.clone());
        }
    }
    if let Some((code, message)) = &found.error {
        object.insert("errorInformation".to_owned(), json!({"code": code, "message": message}));
    }
    let optional = [
        ("rollbackInfo", found.rollback.clone()),
        ("description", found.description.clone().map(Value::String)),
        ("startTime", found.started.map(|at| json!(at))),
        ("completeTime", found.completed.map(|at| json!(at))),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    }
    view
}

/// There is one target, so one of the counts is 1.
fn overview(found: &Deployment) -> Value {
    let is = |status: &[&str]| u32::from(status.contains(&found.status));
    json!({
        "Pending": is(&["Created", "Queued"]),
        "InProgress": is(&["InProgress"]),
        "Succeeded": is(&["Succeeded"]),
        "Failed": is(&["Failed", "Stopped"]),
        "Skipped": 0,
        "Ready": is(&["Ready"]),
    })
}

pub(super) fn target_id(found: &Deployment) -> String {
    format!("{}:{}", found.plan.cluster, found.plan.service)
}

pub(super) fn target_status(found: &Deployment) -> &'static str {
    match found.status {
        "Created" | "Queued" => "Pending",
        "Stopped" => "Failed",
        status => status,
    }
}

/// `deploymentTarget`; task sets are read live.
pub(super) fn target(inner: &Inner, found: &Deployment) -> Value {
    let events: Vec<Value> = found.events.iter().map(event).collect();
    let sides = [(&found.blue, "Blue"), (&found.green, "Green")];
    let sets: Vec<Value> =
        sides.into_iter().filter_map(|(side, label)| task_set(inner, found, side.as_ref()?, label)).collect();
    let service = format!("service/{}/{}", found.plan.cluster, found.plan.service);
    json!({
        "deploymentTargetType": "ECSTarget",
        "ecsTarget": {
            "deploymentId": found.id,
            "targetId": target_id(found),
            "targetArn": crate::names::arn("ecs", &service),
            "lastUpdatedAt": found.completed.unwrap_or_else(crate::engines::tasks::epoch_seconds),
            "lifecycleEvents": events,
            "status": target_status(found),
            "taskSetsInfo": sets,
        },
    })
}

fn event(event: &super::state::Event) -> Value {
    let mut view = json!({"lifecycleEventName": event.name, "status": event.status});
    let Some(object) = view.as_object_mut() else { return view };
    if let Some(at) = event.started {
        object.insert("startTime".to_owned(), json!(at));
    }
    if let Some(at) = event.ended {
        object.insert("endTime".to_owned(), json!(at));
    }
    if let Some(message) = &event.failure {
        let diagnostics =
            json!({"errorCode": "UnknownError", "scriptName": "", "message": message, "logTail": ""});
        object.insert("diagnostics".to_owned(), diagnostics);
    }
    view
}

fn task_set(inner: &Inner, found: &Deployment, side: &Side, label: &str) -> Option<Value> {
    let live = inner.tasks.task_set(&found.plan.cluster, &found.plan.service, &side.set_id).ok();
    // A task set that is gone stays visible once its deployment is over, without tasks.
    if live.is_none() && !is_over(found.status) {
        return None;
    }
    let (desired, running, pending) =
        live.as_ref().map_or((0, 0, 0), |set| (set.desired, set.running, set.pending));
    let status = live.as_ref().map_or("DRAINING", |set| set.status);
    Some(json!({
        "identifer": side.set_id,
        "desiredCount": desired,
        "pendingCount": pending,
        "runningCount": running,
        "status": status,
        "trafficWeight": if live.is_some() { traffic::share(&inner.balancer, &found.plan, &side.group_arn) } else { 0.0 },
        "targetGroup": {"name": side.group_name},
        "taskSetLabel": label,
    }))
}
