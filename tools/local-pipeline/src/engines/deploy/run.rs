//! The life of one deployment, from `BeforeInstall` to the end of blue, and the way back.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::state::{Deployment, Plan, Side};
use super::traffic::{self, Colours};
use super::{Inner, hooks};
use crate::api::ApiError;
use crate::engines::tasks::{Attachment, NewTaskSet, epoch_seconds};

/// How often task sets are looked at.
const POLL: Duration = Duration::from_millis(100);

/// Why a deployment ends early.
#[derive(Debug)]
pub(super) struct Failure {
    pub code: &'static str,
    pub message: String,
    pub stopped: bool,
}

fn ecs_failure(error: &ApiError) -> Failure {
    Failure {
        code: "ECS_UPDATE_ERROR",
        message: format!("The ECS service cannot be updated due to an unexpected error: {error}"),
        stopped: false,
    }
}

/// Runs the deployment to its end.
pub(super) async fn run(inner: Arc<Inner>, id: String) {
    let stop = inner.update(&id, |deployment| {
        deployment.status = "InProgress";
        deployment.started = Some(epoch_seconds());
        deployment.stop.clone()
    });
    let Some(stop) = stop else { return };
    inner.announce(&id, "START");
    // Everything that changes tasks or traffic does so between two points where it can be stopped, never across one.
    let result = tokio::select! {
        biased;
        () = stop.cancelled() => Err(Failure {
            code: "MANUAL_STOP",
            message: "The deployment was stopped".to_owned(),
            stopped: true,
        }),
        result = forward(&inner, &id) => result,
    };
    match result {
        Ok(()) => finish(&inner, &id, "Succeeded", "SUCCESS"),
        Err(failure) => {
            tracing::info!(deployment = id, code = failure.code, "{}", failure.message);
            back(&inner, &id, &failure).await;
            let (status, change) = if failure.stopped { ("Stopped", "STOP") } else { ("Failed", "FAILURE") };
            finish(&inner, &id, status, change);
        }
    }
}

fn finish(inner: &Inner, id: &str, status: &'static str, change: &str) {
    {
        let mut state = inner.lock();
        let Some(deployment) = state.deployments.get_mut(id) else { return };
        deployment.status = status;
        deployment.completed = Some(epoch_seconds());
        let (application, group) = (deployment.application.clone(), deployment.group.clone());
        let group = state.applications.get_mut(&application).and_then(|found| found.groups.get_mut(&group));
        if let (Some(group), "Succeeded") = (group, status) {
            group.last_successful = Some(id.to_owned());
        }
    }
    inner.announce(id, change);
    inner.bump();
}

fn begin(inner: &Inner, id: &str, event: &str) {
    inner.update(id, |deployment| deployment.begin(event));
}

fn succeed(inner: &Inner, id: &str, event: &str) {
    inner.update(id, |deployment| deployment.end(event, "Succeeded", None));
}

fn plan_of(inner: &Inner, id: &str) -> Result<Plan, Failure> {
    let state = inner.lock();
    state.deployment(id).map(|deployment| deployment.plan.clone()).map_err(|error| ecs_failure(&error))
}

async fn forward(inner: &Arc<Inner>, id: &str) -> Result<(), Failure> {
    let plan = plan_of(inner, id)?;
    let colours = traffic::colours(&inner.balancer, &plan)?;
    note_blue(inner, id, &plan, &colours)?;
    hooks::run(inner, id, "BeforeInstall").await?;
    begin(inner, id, "Install");
    install(inner, id, &plan, &colours).await?;
    succeed(inner, id, "Install");
    hooks::run(inner, id, "AfterInstall").await?;
    if plan.test.is_empty() {
        inner.update(id, |deployment| deployment.end("AllowTestTraffic", "Skipped", None));
    } else {
        begin(inner, id, "AllowTestTraffic");
        traffic::shift(&inner.balancer, &plan.test, &colours, 100)?;
        succeed(inner, id, "AllowTestTraffic");
    }
    hooks::run(inner, id, "AfterAllowTestTraffic").await?;
    ready(inner, id, &plan).await?;
    hooks::run(inner, id, "BeforeAllowTraffic").await?;
    begin(inner, id, "AllowTraffic");
    let steps =
        inner.lock().deployments.get(id).map(|deployment| deployment.steps.clone()).unwrap_or_default();
    for (percent, minutes) in steps {
        traffic::shift(&inner.balancer, &plan.production, &colours, percent)?;
        tokio::time::sleep(inner.settings().minute * minutes).await;
    }
    if let Some(green) = side(inner, id, |deployment| deployment.green.clone()) {
        let changed = inner.tasks.set_primary(&plan.cluster, &plan.service, &green.set_id);
        changed.map_err(|error| ecs_failure(&error))?;
    }
    succeed(inner, id, "AllowTraffic");
    hooks::run(inner, id, "AfterAllowTraffic").await?;
    terminate_blue(inner, id, &plan).await
}

fn side(inner: &Inner, id: &str, get: impl FnOnce(&Deployment) -> Option<Side>) -> Option<Side> {
    inner.lock().deployments.get(id).and_then(get)
}

fn side_of(inner: &Inner, set_id: &str, group_arn: &str) -> Side {
    let group_name = inner.balancer.target_group_name(group_arn).unwrap_or_default();
    Side { set_id: set_id.to_owned(), group_arn: group_arn.to_owned(), group_name }
}

fn note_blue(inner: &Inner, id: &str, plan: &Plan, colours: &Colours) -> Result<(), Failure> {
    let service = inner
        .tasks
        .service(&plan.cluster, &plan.service)
        .map_err(|error| Failure { code: "INVALID_ECS_SERVICE", ..ecs_failure(&error) })?;
    if service.controller == "ECS" {
        return Err(Failure {
            code: "INVALID_ECS_SERVICE",
            message: "The ECS service must use the CODE_DEPLOY deployment controller".to_owned(),
            stopped: false,
        });
    }
    let blue = service
        .primary()
        .map(|set| side_of(inner, &set.id, set.group_arn.as_deref().unwrap_or(&colours.blue_arn)));
    inner.update(id, |deployment| deployment.blue = blue);
    Ok(())
}

async fn install(inner: &Inner, id: &str, plan: &Plan, colours: &Colours) -> Result<(), Failure> {
    remove_leftovers(inner, plan).await?;
    // A target group that no listener names is not health-checked; weight 0 makes green known and sends it nothing.
    traffic::shift(&inner.balancer, &plan.production, colours, 0)?;
    traffic::shift(&inner.balancer, &plan.test, colours, 0)?;
    let appspec = inner
        .lock()
        .deployment(id)
        .map(|found| found.appspec.clone())
        .map_err(|error| ecs_failure(&error))?;
    let new = NewTaskSet {
        cluster: plan.cluster.clone(),
        service: plan.service.clone(),
        task_definition: appspec.task_definition,
        external_id: Some(id.to_owned()),
        started_by: Some("CODE_DEPLOY".to_owned()),
        scale: 100.0,
        load_balancers: vec![Attachment {
            group_arn: colours.green_arn.clone(),
            container: appspec.container,
            port: appspec.port,
        }],
    };
    let green = inner.tasks.create_task_set(&new).map_err(|error| ecs_failure(&error))?;
    inner.update(id, |deployment| deployment.green = Some(side_of(inner, &green.id, &colours.green_arn)));
    let limit = inner.settings().install_timeout;
    let deadline = Instant::now() + limit;
    loop {
        let set = inner
            .tasks
            .task_set(&plan.cluster, &plan.service, &green.id)
            .map_err(|error| ecs_failure(&error))?;
        if set.steady {
            return Ok(());
        }
        let minutes = limit.as_secs().div_ceil(60);
        let late = Instant::now() >= deadline;
        if late || set.gave_up.is_some() {
            let why = match set.gave_up {
                Some(reason) => format!("The replacement task set cannot start its tasks: {reason}"),
                None => format!(
                    "The deployment timed out while waiting for the replacement task set to become healthy. This time out period is {minutes} minutes."
                ),
            };
            return Err(Failure { code: "HEALTH_CONSTRAINTS", message: why, stopped: false });
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Task sets that are neither primary nor this deployment's: of a deployment that was not rolled back.
async fn remove_leftovers(inner: &Inner, plan: &Plan) -> Result<(), Failure> {
    let service = inner.tasks.service(&plan.cluster, &plan.service).map_err(|error| ecs_failure(&error))?;
    for set in service.task_sets.iter().filter(|set| set.status != "PRIMARY") {
        remove_set(inner, plan, &set.id).await;
    }
    Ok(())
}

/// Drains a task set and waits until it is gone.
async fn remove_set(inner: &Inner, plan: &Plan, set_id: &str) {
    if let Err(error) = inner.tasks.delete_task_set(&plan.cluster, &plan.service, set_id, true) {
        tracing::debug!(%error, set_id, "task set is gone");
        return;
    }
    let deadline = Instant::now() + inner.settings().drain_timeout;
    while inner.tasks.task_set(&plan.cluster, &plan.service, set_id).is_ok() && Instant::now() < deadline {
        tokio::time::sleep(POLL).await;
    }
}

/// Waits for `ContinueDeployment` where the group wants it.
async fn ready(inner: &Inner, id: &str, plan: &Plan) -> Result<(), Failure> {
    let Some(minutes) = plan.ready_minutes else { return Ok(()) };
    inner.update(id, |deployment| deployment.status = "Ready");
    inner.announce(id, "READY");
    if continued(inner, id, "READY_WAIT", minutes).await {
        inner.update(id, |deployment| deployment.status = "InProgress");
        return Ok(());
    }
    let message = "The deployment was not continued in time".to_owned();
    Err(Failure { code: "TIMEOUT", message, stopped: true })
}

/// Whether `ContinueDeployment` came within `minutes`.
async fn continued(inner: &Inner, id: &str, wait: &'static str, minutes: u32) -> bool {
    let mut changes = inner.changed.subscribe();
    let called = async {
        loop {
            changes.borrow_and_update();
            let done = inner.lock().deployments.get(id).is_some_and(|found| found.continued.contains(wait));
            if done || changes.changed().await.is_err() {
                return done;
            }
        }
    };
    tokio::time::timeout(inner.settings().minute * minutes, called).await.unwrap_or(false)
}

async fn terminate_blue(inner: &Inner, id: &str, plan: &Plan) -> Result<(), Failure> {
    let Some(blue) = side(inner, id, |deployment| deployment.blue.clone()) else { return Ok(()) };
    inner.update(id, |deployment| deployment.termination_started = true);
    continued(inner, id, "TERMINATION_WAIT", plan.termination_minutes).await;
    remove_set(inner, plan, &blue.set_id).await;
    Ok(())
}

/// After a failure or stop: what was in progress failed, the rest is skipped, and blue gets everything back if so configured.
async fn back(inner: &Inner, id: &str, failure: &Failure) {
    let rollback = inner.update(id, |deployment| {
        for (name, pending) in unfinished(deployment) {
            let reason = (!pending).then(|| failure.message.clone());
            deployment.end(name, if pending { "Skipped" } else { "Failed" }, reason);
        }
        deployment.error = Some((failure.code.to_owned(), failure.message.clone()));
        let configured = |event: &str| deployment.plan.rollback_on.contains(event);
        if failure.stopped {
            deployment.stop_with_rollback.unwrap_or_else(|| configured("DEPLOYMENT_STOP_ON_REQUEST"))
        } else {
            configured("DEPLOYMENT_FAILURE")
        }
    });
    if rollback == Some(true) {
        roll_back(inner, id).await;
    }
}

/// The events that are not over, and whether they have not begun.
fn unfinished(deployment: &Deployment) -> Vec<(&'static str, bool)> {
    let events = deployment.events.iter().filter(|event| matches!(event.status, "Pending" | "InProgress"));
    events.map(|event| (event.name, event.status == "Pending")).collect()
}

async fn roll_back(inner: &Inner, id: &str) {
    let sides = inner
        .lock()
        .deployments
        .get(id)
        .map(|found| (found.plan.clone(), found.blue.clone(), found.green.clone()));
    let Some((plan, blue, Some(green))) = sides else { return };
    let other = plan.target_groups.iter().filter_map(|name| inner.balancer.target_group_arn(name).ok());
    let blue_arn = other.into_iter().find(|arn| *arn != green.group_arn).unwrap_or_default();
    let colours = Colours { blue_arn, green_arn: green.group_arn.clone() };
    let mut problems = Vec::new();
    for listeners in [&plan.production, &plan.test] {
        problems.extend(
            traffic::shift(&inner.balancer, listeners, &colours, 0).err().map(|failure| failure.message),
        );
    }
    if let Some(blue) = &blue
        && let Err(error) = inner.tasks.set_primary(&plan.cluster, &plan.service, &blue.set_id)
    {
        problems.push(error.to_string());
    }
    // Green goes only when nothing is sent to it any more.
    if problems.is_empty() {
        remove_set(inner, &plan, &green.set_id).await;
    } else {
        tracing::warn!(
            deployment = id,
            problems = problems.join("; "),
            "roll-back is incomplete; green is left"
        );
    }
    record_rollback(inner, id, &problems);
}

/// AWS makes a deployment of its own for the roll-back; so it is seen here, too.
fn record_rollback(inner: &Inner, id: &str, problems: &[String]) {
    let mut state = inner.lock();
    let rollback_id = super::state::new_id();
    let Some(deployment) = state.deployments.get_mut(id) else { return };
    let message = if problems.is_empty() {
        format!("Deployment {id} was rolled back; all traffic goes to the original task set.")
    } else {
        format!("Rolling back deployment {id} failed: {}", problems.join("; "))
    };
    deployment.rollback = Some(serde_json::json!({
        "rollbackDeploymentId": rollback_id,
        "rollbackMessage": message,
    }));
    let now = epoch_seconds();
    let record = Deployment {
        id: rollback_id,
        application: deployment.application.clone(),
        group: deployment.group.clone(),
        group_id: deployment.group_id.clone(),
        group_info: deployment.group_info.clone(),
        plan: deployment.plan.clone(),
        config: deployment.config.clone(),
        steps: Vec::new(),
        appspec: deployment.appspec.clone(),
        revision: deployment.revision.clone(),
        description: Some(format!("Roll-back of {id}")),
        creator: "codeDeployRollback",
        status: if problems.is_empty() { "Succeeded" } else { "Failed" },
        error: None,
        rollback: Some(serde_json::json!({"rollbackTriggeringDeploymentId": id, "rollbackMessage": message})),
        created: now,
        started: Some(now),
        completed: Some(now),
        termination_started: false,
        events: Vec::new(),
        hooks: std::collections::BTreeMap::new(),
        blue: deployment.blue.clone(),
        green: None,
        stop: tokio_util::sync::CancellationToken::new(),
        stop_with_rollback: None,
        continued: std::collections::BTreeSet::new(),
    };
    state.add(record);
}
