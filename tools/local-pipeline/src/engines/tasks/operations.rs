//! The operations of ECS (JSON 1.1).

use std::sync::Arc;

use serde_json::{Value, json};

use super::service::{self, set_id, text};
use super::state::{NewTaskSet, State, invalid, no_task_set};
use super::{Inner, definition, views};
use crate::api::ApiError;
use crate::names::arn;

type Answer = Result<Value, ApiError>;

pub(super) fn call(inner: &Arc<Inner>, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateCluster" => create_cluster(inner, input),
        "DescribeClusters" => describe_clusters(inner, input),
        "DeleteCluster" => delete_cluster(inner, input),
        "RegisterTaskDefinition" => register_task_definition(inner, input),
        "DescribeTaskDefinition" => describe_task_definition(inner, input),
        "DeregisterTaskDefinition" => deregister_task_definition(inner, input),
        "ListTaskDefinitions" => list_task_definitions(inner, input),
        "CreateService" => service::create(inner, input),
        "DescribeServices" => describe_services(inner, input),
        "UpdateService" => service::update(inner, input),
        "DeleteService" => service::delete(inner, input),
        "CreateTaskSet" => create_task_set(inner, input),
        "DescribeTaskSets" => describe_task_sets(inner, input),
        "UpdateServicePrimaryTaskSet" => update_primary(inner, input),
        "DeleteTaskSet" => delete_task_set(inner, input),
        "ListTasks" => list_tasks(inner, input),
        "DescribeTasks" => describe_tasks(inner, input),
        other => Err(ApiError::unknown_operation("ecs", other)),
    }
}

fn texts<'v>(input: &'v Value, name: &str) -> Vec<&'v str> {
    input.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn missing(arn: &str) -> Value {
    json!({"arn": arn, "reason": "MISSING"})
}

#[expect(clippy::unnecessary_wraps, reason = "like every operation")]
fn create_cluster(inner: &Inner, input: &Value) -> Answer {
    let name = text(input, "clusterName").unwrap_or("default");
    let cluster = json!({
        "clusterArn": arn("ecs", &format!("cluster/{name}")),
        "clusterName": name,
        "status": "ACTIVE",
        "settings": input.get("settings").cloned().unwrap_or_else(|| json!([])),
        "capacityProviders": input.get("capacityProviders").cloned().unwrap_or_else(|| json!([])),
        "defaultCapacityProviderStrategy": input.get("defaultCapacityProviderStrategy").cloned().unwrap_or_else(|| json!([])),
        "tags": input.get("tags").cloned().unwrap_or_else(|| json!([])),
        "statistics": [],
    });
    // ECS answers a second creation with the cluster that is there.
    let kept = inner.lock().clusters.entry(name.to_owned()).or_insert(cluster).clone();
    Ok(json!({"cluster": kept}))
}

fn cluster_view(state: &State, name: &str) -> Option<Value> {
    let mut cluster = state.clusters.get(name)?.clone();
    let count = |status: &str| {
        state.tasks.values().filter(|task| task.key.cluster == name && task.last_status == status).count()
    };
    let services = state.services.keys().filter(|key| key.cluster == name).count();
    let counts = [
        ("runningTasksCount", count("RUNNING")),
        ("pendingTasksCount", count("PENDING")),
        ("activeServicesCount", services),
        ("registeredContainerInstancesCount", 0),
    ];
    cluster.as_object_mut()?.extend(counts.map(|(name, value)| (name.to_owned(), json!(value))));
    Some(cluster)
}

#[expect(clippy::unnecessary_wraps, reason = "like every operation")]
fn describe_clusters(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let mut asked = texts(input, "clusters");
    if asked.is_empty() {
        asked.push("default");
    }
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for given in asked {
        let name = given.rsplit('/').next().unwrap_or_default();
        match cluster_view(&state, name) {
            Some(cluster) => clusters.push(cluster),
            None => failures.push(missing(&arn("ecs", &format!("cluster/{name}")))),
        }
    }
    Ok(json!({"clusters": clusters, "failures": failures}))
}

fn delete_cluster(inner: &Inner, input: &Value) -> Answer {
    let mut state = inner.lock();
    let name = state.cluster_name(text(input, "cluster"))?;
    if state.services.keys().any(|key| key.cluster == name) {
        let message = "The Cluster cannot be deleted while Services are active.";
        return Err(ApiError::new("ClusterContainsServicesException", message));
    }
    let mut cluster = state.clusters.remove(&name).unwrap_or_default();
    if let Some(cluster) = cluster.as_object_mut() {
        cluster.insert("status".to_owned(), json!("INACTIVE"));
    }
    Ok(json!({"cluster": cluster}))
}

fn register_task_definition(inner: &Inner, input: &Value) -> Answer {
    let family = definition::check(input)?;
    let mut state = inner.lock();
    let revisions = state.definitions.entry(family.to_owned()).or_default();
    let mut kept = definition::complete(input, family, revisions.len() + 1);
    let tags = input.get("tags").cloned().unwrap_or_else(|| json!([]));
    let answer = json!({"taskDefinition": kept, "tags": tags});
    if let Some(kept) = kept.as_object_mut() {
        kept.insert("tags".to_owned(), tags);
    }
    revisions.push(kept);
    Ok(answer)
}

fn without_tags(definition: &Value) -> (Value, Value) {
    let mut definition = definition.clone();
    let tags =
        definition.as_object_mut().and_then(|object| object.remove("tags")).unwrap_or_else(|| json!([]));
    (definition, tags)
}

fn unable() -> ApiError {
    ApiError::new("ClientException", "Unable to describe task definition.")
}

fn describe_task_definition(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let found = state.definition(text(input, "taskDefinition").unwrap_or_default()).ok_or_else(unable)?;
    let (definition, tags) = without_tags(found);
    if texts(input, "include").contains(&"TAGS") {
        return Ok(json!({"taskDefinition": definition, "tags": tags}));
    }
    Ok(json!({"taskDefinition": definition}))
}

fn deregister_task_definition(inner: &Inner, input: &Value) -> Answer {
    let mut state = inner.lock();
    let name = text(input, "taskDefinition").unwrap_or_default();
    let found = state
        .definition(name)
        .and_then(|found| text(found, "taskDefinitionArn"))
        .ok_or_else(unable)?
        .to_owned();
    let mut all = state.definitions.values_mut().flatten();
    let kept =
        all.find(|item| text(item, "taskDefinitionArn") == Some(&found)).and_then(Value::as_object_mut);
    let kept = kept.ok_or_else(unable)?;
    kept.insert("status".to_owned(), json!("INACTIVE"));
    kept.insert("deregisteredAt".to_owned(), json!(super::epoch_seconds()));
    Ok(json!({"taskDefinition": without_tags(&Value::Object(kept.clone())).0}))
}

#[expect(clippy::unnecessary_wraps, reason = "like every operation")]
fn list_task_definitions(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let prefix = text(input, "familyPrefix");
    let status = text(input, "status").unwrap_or("ACTIVE");
    let families =
        state.definitions.iter().filter(|(family, _)| prefix.is_none_or(|prefix| *family == prefix));
    let mut arns: Vec<&str> = families
        .flat_map(|(_, revisions)| revisions)
        .filter(|item| text(item, "status") == Some(status))
        .filter_map(|item| text(item, "taskDefinitionArn"))
        .collect();
    if text(input, "sort") == Some("DESC") {
        arns.reverse();
    }
    Ok(json!({"taskDefinitionArns": arns}))
}

fn describe_services(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let cluster = text(input, "cluster");
    let name = state.cluster_name(cluster)?;
    let asked = texts(input, "services");
    if asked.is_empty() {
        return Err(invalid("Services cannot be empty."));
    }
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for given in asked {
        if let Ok(service) = state.service(cluster, given) {
            services.push(views::service(&state, &inner.balancer, service));
        } else {
            let short = given.rsplit('/').next().unwrap_or_default();
            failures.push(missing(&arn("ecs", &format!("service/{name}/{short}"))));
        }
    }
    Ok(json!({"services": services, "failures": failures}))
}

fn service_of(input: &Value) -> Result<(&str, &str), ApiError> {
    let service = text(input, "service").ok_or_else(|| invalid("service is required"))?;
    Ok((text(input, "cluster").unwrap_or("default"), service))
}

fn described_set(inner: &Inner, input: &Value, id: &str) -> Answer {
    let (cluster, name) = service_of(input)?;
    let state = inner.lock();
    let service = state.service(Some(cluster), name)?;
    let set = service.sets.iter().find(|set| set.id == set_id(id)).ok_or_else(no_task_set)?;
    Ok(json!({"taskSet": views::task_set(&state, &inner.balancer, service, set)}))
}

fn create_task_set(inner: &Arc<Inner>, input: &Value) -> Answer {
    let (cluster, name) = service_of(input)?;
    let definition = text(input, "taskDefinition").ok_or_else(|| invalid("taskDefinition is required"))?;
    let created = service::create_task_set(
        inner,
        &NewTaskSet {
            cluster: cluster.to_owned(),
            service: name.to_owned(),
            task_definition: definition.to_owned(),
            external_id: text(input, "externalId").map(str::to_owned),
            started_by: None,
            scale: input.pointer("/scale/value").and_then(Value::as_f64).unwrap_or(100.0),
            load_balancers: service::attachments(inner, input)?,
        },
    )?;
    described_set(inner, input, &created.id)
}

fn describe_task_sets(inner: &Inner, input: &Value) -> Answer {
    let (cluster, name) = service_of(input)?;
    let state = inner.lock();
    let service = state.service(Some(cluster), name)?;
    let asked: Vec<&str> = texts(input, "taskSets").into_iter().map(set_id).collect();
    let chosen = service.sets.iter().filter(|set| asked.is_empty() || asked.contains(&set.id.as_str()));
    let sets: Vec<Value> = chosen.map(|set| views::task_set(&state, &inner.balancer, service, set)).collect();
    let gone = asked.iter().filter(|id| !service.sets.iter().any(|set| set.id == **id));
    let failures: Vec<Value> = gone.map(|id| missing(id)).collect();
    Ok(json!({"taskSets": sets, "failures": failures}))
}

fn update_primary(inner: &Inner, input: &Value) -> Answer {
    let (cluster, name) = service_of(input)?;
    let id = text(input, "primaryTaskSet").ok_or_else(|| invalid("primaryTaskSet is required"))?;
    service::set_primary(inner, cluster, name, id)?;
    described_set(inner, input, id)
}

fn delete_task_set(inner: &Inner, input: &Value) -> Answer {
    let (cluster, name) = service_of(input)?;
    let id = text(input, "taskSet").ok_or_else(|| invalid("taskSet is required"))?;
    let force = input.get("force").and_then(Value::as_bool).unwrap_or(false);
    service::delete_task_set(inner, cluster, name, id, force)?;
    described_set(inner, input, id)
}

fn list_tasks(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let cluster = state.cluster_name(text(input, "cluster"))?;
    let service = text(input, "serviceName").map(|name| name.rsplit('/').next().unwrap_or_default());
    if let Some(name) = service {
        state.service(Some(&cluster), name)?;
    }
    let stopped = text(input, "desiredStatus") == Some("STOPPED");
    let started_by = text(input, "startedBy");
    let family = text(input, "family");
    let arns: Vec<&str> = (state.tasks.values())
        .filter(|task| task.key.cluster == cluster && task.wanted() != stopped)
        .filter(|task| service.is_none_or(|name| task.key.service == name))
        .filter(|task| started_by.is_none_or(|set| task.set_id == set))
        .filter(|task| family.is_none_or(|name| task.definition_arn.contains(&format!("/{name}:"))))
        .map(|task| task.arn.as_str())
        .collect();
    Ok(json!({"taskArns": arns}))
}

fn describe_tasks(inner: &Inner, input: &Value) -> Answer {
    let state = inner.lock();
    let cluster = state.cluster_name(text(input, "cluster"))?;
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for given in texts(input, "tasks") {
        let id = given.rsplit('/').next().unwrap_or_default();
        match state.tasks.get(id).filter(|task| task.key.cluster == cluster) {
            Some(task) => tasks.push(views::task(task)),
            None => failures.push(missing(&arn("ecs", &format!("task/{cluster}/{id}")))),
        }
    }
    Ok(json!({"tasks": tasks, "failures": failures}))
}
