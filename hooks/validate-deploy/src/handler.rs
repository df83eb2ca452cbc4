//! One event: parse, arm the watchdog, judge, report exactly once.

use std::sync::Arc;

use greenlight_core::hook::event::{self, CodeDeployEvent, HookEvent};
use greenlight_core::hook::verdict::Verdict;
use greenlight_kit::AwsFlags;
use serde_json::{Value, json};

use crate::error::HandlerError;
use crate::judge::{self, Outcome};
use crate::native;
use crate::record::{Audience, Record};
use crate::report::Reporter;
use crate::watchdog::{Deadline, Watchdog};

/// Answers an event. An error means that nobody was told: Lambda runs the event again.
pub async fn handle(event: &Value, deadline: Deadline) -> Result<Value, HandlerError> {
    match event::parse(event)? {
        HookEvent::CodeDeploy(ids) => Box::pin(codedeploy(ids, deadline)).await,
        HookEvent::EcsNative(event) => Ok(Box::pin(native::answer(&event, deadline)).await),
    }
}

async fn codedeploy(ids: CodeDeployEvent, deadline: Deadline) -> Result<Value, HandlerError> {
    let record = Arc::new(Record::new(Audience::Logs, Some(ids.deployment_id.clone())));
    let mut watchdog = Watchdog::arm(ids.clone(), deadline, Arc::clone(&record))?;
    let flags = AwsFlags::default();
    let outcome = tokio::select! {
        outcome = judge::judge(&ids.deployment_id, &flags, &record) => outcome,
        fired = watchdog.fired() => return fired.map(|()| answer(Verdict::Failed)),
    };
    let Outcome::Verdict { verdict, reason, message } = outcome else {
        watchdog.claim();
        return Ok(json!({"verdict": null, "message": "the lifecycle event is not in progress any more"}));
    };
    if !watchdog.claim() {
        return watchdog.fired().await.map(|()| answer(Verdict::Failed));
    }
    let report = record.report(verdict, reason, &message);
    let reporter = Reporter::load().await;
    reporter.announce(&report);
    // Stored first, so that whoever sees the verdict finds the report; the time for it is short and counted in the reserve.
    reporter.store(&report, record.location()).await;
    reporter.deliver(&ids, verdict, deadline.end).await?;
    Ok(answer(verdict))
}

fn answer(verdict: Verdict) -> Value {
    json!({"verdict": verdict})
}
