//! The service scheduler: one loop per task set that keeps as many tasks running as are wanted.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::state::{Ending, Service, ServiceKey, State, TaskRecord, TaskSet};
use super::{Inner, container, epoch_seconds};
use crate::engines::balancer::{Balancer, HealthState};

/// How often health and counts are looked at when nothing wakes the loop.
const TICK: Duration = Duration::from_millis(100);

/// Keeps the task set's tasks until the set is gone.
pub(super) async fn supervise(inner: Arc<Inner>, key: ServiceKey, set_id: String) {
    loop {
        let woken = inner.wake.notified();
        let Some(starts) = step(&inner, &key, &set_id) else { return };
        for id in starts {
            inner.spawn(container::run(Arc::clone(&inner), id));
        }
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// Records how a task ended.
pub(super) fn ended(inner: &Inner, id: &str, ending: Ending) {
    {
        let mut state = inner.lock();
        let Some(task) = state.tasks.get_mut(id) else { return };
        let limits = inner.limits();
        task.last_status = "STOPPED";
        task.stopped = Some(epoch_seconds());
        let by_itself = !task.stop.is_cancelled();
        let lived = task.started_at.map(|at| at.elapsed()).unwrap_or_default();
        let quick = !task.was_healthy || lived < limits.quick;
        let failed = by_itself || task.failed;
        let reason = task.stop_reason.clone().unwrap_or_else(|| ending.reason.clone());
        let exit = ending.exit_code.map(|code| format!(", exit code {code}")).unwrap_or_default();
        task.ending = Some(Ending { reason: reason.clone(), ..ending });
        let (key, set_id) = (task.key.clone(), task.set_id.clone());
        if let Some(service) = state.services.get_mut(&key) {
            service.event(&format!("has stopped 1 running tasks: (task {id}): {reason}{exit}."));
            if failed {
                service.failed(&set_id, quick, &format!("{reason}{exit}"), &limits);
            }
        }
    }
    inner.wake.notify_waiters();
}

impl Service {
    fn failed(&mut self, set_id: &str, quick: bool, reason: &str, limits: &super::TaskLimits) {
        let Some(set) = self.sets.iter_mut().find(|set| set.id == set_id) else { return };
        if !quick {
            set.failures = 0;
            return;
        }
        set.failures += 1;
        let doublings = set.failures.saturating_sub(1).min(6);
        set.next_start = Some(Instant::now() + limits.backoff * 2_u32.pow(doublings));
        if set.failures >= limits.quick_failures && set.gave_up.is_none() {
            set.gave_up = Some(reason.to_owned());
            let id = set.id.clone();
            self.event(&format!(
                "is unable to consistently start tasks successfully (taskSet {id}). Last failure: {reason}. No more tasks are started until the task set is replaced or the service is updated."
            ));
        }
    }
}

/// One look at the set: stops what is too much, says what to start. `None` when the set is gone.
fn step(inner: &Inner, key: &ServiceKey, set_id: &str) -> Option<Vec<String>> {
    let mut state = inner.lock();
    note_health(&mut state, &inner.balancer, key, set_id);
    let service = state.services.get(key)?;
    let set = service.sets.iter().find(|set| set.id == set_id)?;
    let desired = usize::try_from(service.computed_desired(set)).unwrap_or(usize::MAX);
    let (draining, may_start) = (set.status == "DRAINING", may_start(set));
    let definition_arn = set.definition_arn.clone();
    let wanted: Vec<String> =
        state.tasks_of(key, set_id).filter(|task| task.wanted()).map(|task| task.id.clone()).collect();
    let over = state.tasks_of(key, set_id).all(|task| task.last_status == "STOPPED");
    if draining && over {
        remove_set(&mut state, key, set_id);
        return None;
    }
    for id in wanted.iter().skip(desired) {
        if let Some(task) = state.tasks.get_mut(id) {
            task.stop_reason = Some(format!("Scaling activity initiated by (deployment {set_id})"));
            task.last_status = "DEPROVISIONING";
            task.stop.cancel();
        }
    }
    let mut starts = Vec::new();
    if may_start {
        for _ in wanted.len()..desired {
            let task = new_task(&state, key, set_id, &definition_arn)?;
            starts.push(task.id.clone());
            state.tasks.insert(task.id.clone(), task);
        }
    }
    note_steady(&mut state, &inner.balancer, key, set_id);
    if let (Some(service), false) = (state.services.get_mut(key), starts.is_empty()) {
        service.event(&format!("has started {} tasks: (task {}).", starts.len(), starts.join(") (task ")));
    }
    Some(starts)
}

fn may_start(set: &TaskSet) -> bool {
    set.gave_up.is_none() && set.next_start.is_none_or(|at| at <= Instant::now())
}

fn remove_set(state: &mut State, key: &ServiceKey, set_id: &str) {
    if let Some(service) = state.services.get_mut(key) {
        service.sets.retain(|set| set.id != set_id);
        service.event(&format!("(taskSet {set_id}) is gone."));
    }
}

fn new_task(state: &State, key: &ServiceKey, set_id: &str, definition_arn: &str) -> Option<TaskRecord> {
    let set = state.services.get(key)?.sets.iter().find(|set| set.id == set_id)?;
    let containers = state.definition(definition_arn)?.get("containerDefinitions")?.as_array()?;
    let name = |item: &serde_json::Value| Some(item.get("name")?.as_str()?.to_owned());
    let balanced = set.load_balancers.first().map(|attachment| attachment.container.as_str());
    let container =
        containers.iter().find(|item| balanced.is_some() && name(item).as_deref() == balanced).or_else(
            || containers.iter().find(|item| item.get("essential") == Some(&serde_json::Value::Bool(true))),
        )?;
    let id = uuid::Uuid::new_v4().simple().to_string();
    Some(TaskRecord {
        arn: crate::names::arn("ecs", &format!("task/{}/{id}", key.cluster)),
        id,
        key: key.clone(),
        set_id: set_id.to_owned(),
        definition_arn: definition_arn.to_owned(),
        container: name(container)?,
        image: container.get("image")?.as_str()?.to_owned(),
        image_digest: None,
        last_status: "PENDING",
        stop: CancellationToken::new(),
        stop_reason: None,
        failed: false,
        ending: None,
        port: None,
        was_healthy: false,
        created: epoch_seconds(),
        started: None,
        started_at: None,
        stopped: None,
    })
}

/// The health of a task's port in its target group.
fn health(balancer: &Balancer, group_arn: &str, port: Option<u16>) -> Option<(HealthState, String)> {
    let targets = balancer.target_health(group_arn).ok()?;
    let target = targets.into_iter().find(|target| Some(target.port) == port)?;
    Some((target.state, target.description))
}

/// Stops tasks whose target is unhealthy after the grace period, and remembers which ones were healthy.
fn note_health(state: &mut State, balancer: &Balancer, key: &ServiceKey, set_id: &str) {
    let Some(service) = state.services.get(key) else { return };
    let grace = service.grace;
    let Some(set) = service.sets.iter().find(|set| set.id == set_id) else { return };
    let groups: Vec<String> =
        set.load_balancers.iter().map(|attachment| attachment.group_arn.clone()).collect();
    let tasks = state.tasks.values_mut().filter(|task| task.key == *key && task.set_id == set_id);
    for task in tasks.filter(|task| task.last_status == "RUNNING" && task.wanted()) {
        let found: Vec<_> = groups.iter().map(|group| (group, health(balancer, group, task.port))).collect();
        let healthy =
            |state: &Option<(HealthState, String)>| matches!(state, Some((HealthState::Healthy, _)));
        task.was_healthy |= found.iter().all(|(_, state)| healthy(state));
        let settled = task.started_at.is_some_and(|at| at.elapsed() >= grace);
        for (group, state) in found {
            if let (Some((HealthState::Unhealthy, why)), true) = (state, settled) {
                task.stop_reason =
                    Some(format!("Task failed ELB health checks in (target-group {group}): {why}"));
                task.failed = true;
                task.last_status = "DEPROVISIONING";
                task.stop.cancel();
            }
        }
    }
}

/// Running and pending tasks, and whether the set is steady.
pub(super) fn counts(
    state: &State,
    balancer: &Balancer,
    service: &Service,
    set: &TaskSet,
) -> (u32, u32, bool) {
    let (mut running, mut pending, mut healthy, mut leaving) = (0, 0, true, false);
    for task in state.tasks_of(&service.key, &set.id) {
        match task.last_status {
            "RUNNING" => {
                running += 1;
                healthy &= set.load_balancers.iter().all(|attachment| {
                    matches!(
                        health(balancer, &attachment.group_arn, task.port),
                        Some((HealthState::Healthy, _))
                    )
                });
            }
            "PENDING" => pending += 1,
            "DEPROVISIONING" => leaving = true,
            _ => {}
        }
    }
    let steady = running == service.computed_desired(set) && pending == 0 && healthy && !leaving;
    (running, pending, steady)
}

/// Says once that the set is steady; the older sets of a rolling update then leave.
fn note_steady(state: &mut State, balancer: &Balancer, key: &ServiceKey, set_id: &str) {
    let Some(service) = state.services.get(key) else { return };
    let Some(set) = service.sets.iter().find(|set| set.id == set_id) else { return };
    let (_, _, steady) = counts(state, balancer, service, set);
    let Some(service) = state.services.get_mut(key) else { return };
    let rolling = service.controller == "ECS";
    let Some(set) = service.sets.iter_mut().find(|set| set.id == set_id) else { return };
    let newly = steady && !set.steady_before;
    set.steady_before = steady;
    let newest = set.status == "PRIMARY";
    if newly {
        service.event(&format!("(taskSet {set_id}) has reached a steady state."));
    }
    if newly && rolling && newest {
        for old in service.sets.iter_mut().filter(|set| set.id != set_id) {
            old.status = "DRAINING";
        }
    }
}
