//! Services, task sets and tasks as ECS describes them.

use serde_json::{Value, json};

use super::scheduler::counts;
use super::state::{Attachment, Service, State, TaskRecord, TaskSet};
use crate::engines::balancer::Balancer;

fn load_balancers(attachments: &[Attachment]) -> Value {
    let items = attachments.iter().map(|item| {
        json!({"targetGroupArn": item.group_arn, "containerName": item.container, "containerPort": item.port})
    });
    Value::Array(items.collect())
}

fn network(service: &Service) -> Value {
    service.input.get("networkConfiguration").cloned().unwrap_or_else(|| json!({}))
}

pub(super) fn service(state: &State, balancer: &Balancer, service: &Service) -> Value {
    let (mut running, mut pending) = (0, 0);
    for set in &service.sets {
        let (set_running, set_pending, _) = counts(state, balancer, service, set);
        running += set_running;
        pending += set_pending;
    }
    let mut view = json!({
        "serviceArn": service.arn,
        "serviceName": service.key.service,
        "clusterArn": service.cluster_arn,
        "loadBalancers": load_balancers(&service.load_balancers),
        "serviceRegistries": [],
        "status": "ACTIVE",
        "desiredCount": service.desired,
        "runningCount": running,
        "pendingCount": pending,
        "launchType": service.input.get("launchType").cloned().unwrap_or_else(|| json!("FARGATE")),
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "taskDefinition": service.definition_arn,
        "deploymentController": {"type": service.controller},
        "deploymentConfiguration": service.input.get("deploymentConfiguration").cloned()
            .unwrap_or_else(|| json!({"maximumPercent": 200, "minimumHealthyPercent": 100})),
        "events": service.events,
        "createdAt": service.created,
        "placementConstraints": [],
        "placementStrategy": [],
        "networkConfiguration": network(service),
        "healthCheckGracePeriodSeconds": service.grace.as_secs(),
        "schedulingStrategy": "REPLICA",
        "enableECSManagedTags": false,
        "propagateTags": "NONE",
        "enableExecuteCommand": false,
        "deployments": [],
    });
    let sets = service.sets.iter();
    if service.controller == "ECS" {
        let deployments: Value = sets.map(|set| deployment(state, balancer, service, set)).collect();
        insert(&mut view, "deployments", deployments);
    } else {
        let sets: Value = sets.map(|set| task_set(state, balancer, service, set)).collect();
        insert(&mut view, "taskSets", sets);
    }
    view
}

fn insert(view: &mut Value, name: &str, value: Value) {
    if let Some(object) = view.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

fn deployment(state: &State, balancer: &Balancer, service: &Service, set: &TaskSet) -> Value {
    let (running, pending, steady) = counts(state, balancer, service, set);
    let rollout = if set.gave_up.is_some() {
        "FAILED"
    } else if steady {
        "COMPLETED"
    } else {
        "IN_PROGRESS"
    };
    json!({
        "id": set.id,
        "status": if set.status == "DRAINING" { "INACTIVE" } else { set.status },
        "taskDefinition": set.definition_arn,
        "desiredCount": service.computed_desired(set),
        "runningCount": running,
        "pendingCount": pending,
        "failedTasks": set.failures,
        "createdAt": set.created,
        "updatedAt": set.updated,
        "launchType": "FARGATE",
        "networkConfiguration": network(service),
        "rolloutState": rollout,
        "rolloutStateReason": set.gave_up.clone().unwrap_or_default(),
    })
}

pub(super) fn task_set(state: &State, balancer: &Balancer, service: &Service, set: &TaskSet) -> Value {
    let (running, pending, steady) = counts(state, balancer, service, set);
    let mut view = json!({
        "id": set.id,
        "taskSetArn": set.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "status": set.status,
        "taskDefinition": set.definition_arn,
        "computedDesiredCount": service.computed_desired(set),
        "pendingCount": pending,
        "runningCount": running,
        "createdAt": set.created,
        "updatedAt": set.updated,
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "networkConfiguration": network(service),
        "loadBalancers": load_balancers(&set.load_balancers),
        "serviceRegistries": [],
        "scale": {"value": set.scale, "unit": "PERCENT"},
        "stabilityStatus": if steady { "STEADY_STATE" } else { "STABILIZING" },
        "stabilityStatusAt": set.updated,
        "tags": [],
    });
    if let Some(id) = &set.external_id {
        insert(&mut view, "externalId", json!(id));
    }
    if let Some(who) = &set.started_by {
        insert(&mut view, "startedBy", json!(who));
    }
    view
}

pub(super) fn task(task: &TaskRecord) -> Value {
    let mut container = json!({
        "containerArn": crate::names::arn("ecs", &format!("container/{}/{}/{}", task.key.cluster, task.id, task.container)),
        "taskArn": task.arn,
        "name": task.container,
        "image": task.image,
        "lastStatus": if task.last_status == "DEPROVISIONING" { "RUNNING" } else { task.last_status },
        "healthStatus": "UNKNOWN",
        "networkBindings": [],
        "networkInterfaces": [{"attachmentId": task.id, "privateIpv4Address": "127.0.0.1"}],
    });
    if let Some(digest) = &task.image_digest {
        insert(&mut container, "imageDigest", json!(digest));
    }
    let mut view = json!({
        "taskArn": task.arn,
        "clusterArn": crate::names::arn("ecs", &format!("cluster/{}", task.key.cluster)),
        "taskDefinitionArn": task.definition_arn,
        "group": format!("service:{}", task.key.service),
        "startedBy": task.set_id,
        "lastStatus": task.last_status,
        "desiredStatus": if task.wanted() { "RUNNING" } else { "STOPPED" },
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "availabilityZone": format!("{}a", crate::names::REGION),
        "createdAt": task.created,
        "attachments": [],
        "overrides": {"containerOverrides": [], "inferenceAcceleratorOverrides": []},
        "tags": [],
        "version": 1,
    });
    if let Some(at) = task.started {
        insert(&mut view, "startedAt", json!(at));
    }
    if let Some(at) = task.stopped {
        insert(&mut view, "stoppedAt", json!(at));
    }
    if let Some(ending) = &task.ending {
        insert(&mut view, "stopCode", json!(ending.code));
        insert(&mut view, "stoppedReason", json!(ending.reason));
        if let Some(code) = ending.exit_code {
            insert(&mut container, "exitCode", json!(code));
        }
        if let Some(reason) = &ending.container_reason {
            insert(&mut container, "reason", json!(reason));
        }
    }
    insert(&mut view, "containers", json!([container]));
    view
}
