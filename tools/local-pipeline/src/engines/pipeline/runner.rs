//! One execution on its way through the stages.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::json;

use super::action;
use super::declaration::{Declaration, ExecutionMode, Stage};
use super::record::Status;
use super::{Pipeline, PipelineState, now};

/// Runs an execution to its end. It keeps a stage until it may enter the next one's waiting line.
pub async fn run(engine: Arc<Pipeline>, pipeline: String, id: String) {
    let Ok(declaration) = engine.with(&pipeline, |state| Ok(state.declaration.clone())) else { return };
    publish_execution(&engine, &pipeline, &id, Status::InProgress);
    let mut ending = Status::Succeeded;
    for stage in &declaration.stages {
        match enter(&engine, &pipeline, &id, stage).await {
            Entry::Entered => {}
            Entry::Ended(status) => {
                ending = status;
                break;
            }
        }
        set_stage(&engine, &pipeline, &id, stage, Status::InProgress);
        let status = run_stage(&engine, &declaration, &id, stage).await;
        set_stage(&engine, &pipeline, &id, stage, status);
        leave(&engine, &pipeline, &id, stage);
        if status != Status::Succeeded {
            ending = status;
            break;
        }
    }
    let ended = engine.with_execution(&pipeline, &id, |execution| {
        if execution.status == Status::InProgress {
            execution.status = ending;
        }
        execution.status
    });
    if let Ok(status) = ended {
        publish_execution(&engine, &pipeline, &id, status);
    }
}

enum Entry {
    Entered,
    Ended(Status),
}

/// Waits at the stage's door. SUPERSEDED: a newer execution that arrives replaces the one that waits.
async fn enter(engine: &Pipeline, pipeline: &str, id: &str, stage: &Stage) -> Entry {
    loop {
        let step = engine.with(pipeline, |state| {
            // Registered before the state is looked at, so that no change is missed.
            let changed = Arc::clone(&state.changed).notified_owned();
            Ok((try_enter(state, id, stage), changed))
        });
        match step {
            Ok((Some(entry), _)) => return entry,
            Ok((None, changed)) => changed.await,
            Err(_) => return Entry::Ended(Status::Stopped),
        }
    }
}

fn try_enter(state: &mut PipelineState, id: &str, stage: &Stage) -> Option<Entry> {
    let status = state.execution_status(id)?;
    let mode = state.declaration.execution_mode;
    let door = state.doors.entry(stage.name.clone()).or_default();
    if status != Status::InProgress {
        door.waiting.retain(|waiting| waiting != id);
        return Some(Entry::Ended(status));
    }
    // Executions of a PARALLEL pipeline know nothing of each other; only a closed door holds them
    // (<https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html>, 2026-11).
    if mode == ExecutionMode::Parallel && door.disabled.is_none() {
        door.waiting.retain(|waiting| waiting != id);
        return Some(Entry::Entered);
    }
    if !door.waiting.iter().any(|waiting| waiting == id) {
        let replaced =
            if mode == ExecutionMode::Superseded { std::mem::take(&mut door.waiting) } else { Vec::new() };
        door.waiting.push(id.to_owned());
        for execution in state.executions.iter_mut().filter(|execution| replaced.contains(&execution.id)) {
            execution.status = Status::Superseded;
            execution.status_summary = format!("superseded by {id}");
        }
        state.changed.notify_waiters();
    }
    let door = state.doors.get_mut(&stage.name)?;
    if door.occupant.is_none()
        && door.disabled.is_none()
        && mode != ExecutionMode::Parallel
        && door.waiting.first().map(String::as_str) == Some(id)
    {
        door.waiting.remove(0);
        door.occupant = Some(id.to_owned());
        return Some(Entry::Entered);
    }
    None
}

fn leave(engine: &Pipeline, pipeline: &str, id: &str, stage: &Stage) {
    let _ = engine.with(pipeline, |state| {
        if let Some(door) = state.doors.get_mut(&stage.name)
            && door.occupant.as_deref() == Some(id)
        {
            door.occupant = None;
        }
        state.changed.notify_waiters();
        Ok(())
    });
}

async fn run_stage(engine: &Arc<Pipeline>, declaration: &Declaration, id: &str, stage: &Stage) -> Status {
    let mut orders: Vec<u32> = stage.actions.iter().map(|action| action.run_order).collect();
    orders.sort_unstable();
    orders.dedup();
    for order in orders {
        let group = stage.actions.iter().filter(|action| action.run_order == order);
        let runs = group.map(|action| action::run(engine, declaration, id, stage, action));
        let results = join_all(runs).await;
        let stopped =
            engine.with_execution(&declaration.name, id, |execution| execution.status != Status::InProgress);
        if stopped.unwrap_or(true) {
            return Status::Stopped;
        }
        if results.iter().any(|status| *status != Status::Succeeded) {
            return Status::Failed;
        }
    }
    Status::Succeeded
}

fn set_stage(engine: &Pipeline, pipeline: &str, id: &str, stage: &Stage, status: Status) {
    let _ = engine.with_execution(pipeline, id, |execution| {
        execution.stages.insert(stage.name.clone(), status);
        execution.updated = now();
    });
    engine.publish(
        "Stage",
        pipeline,
        &json!({"pipeline": pipeline, "execution-id": id, "stage": stage.name, "state": status.event(), "version": 1}),
    );
}

fn publish_execution(engine: &Pipeline, pipeline: &str, id: &str, status: Status) {
    engine.publish(
        "Pipeline",
        pipeline,
        &json!({"pipeline": pipeline, "execution-id": id, "state": status.event(), "version": 1}),
    );
}
