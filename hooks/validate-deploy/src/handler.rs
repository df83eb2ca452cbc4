//! One event: parse, arm the watchdog, judge, report exactly once.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use greenlight_core::hook::event::{self, CodeDeployEvent, HookEvent};
use greenlight_core::hook::verdict::{Phase, Verdict};
use greenlight_kit::AwsFlags;
use serde_json::{Value, json};

use crate::error::HandlerError;
use crate::judge::{self, Outcome};
use crate::native;
use crate::record::{Audience, Record, fault_point, millis, print_line};
use crate::report::Reporter;
use crate::watchdog::{Deadline, Watchdog};

/// How long log and report may hold up the verdict: a little longer than S3 may take.
const TELL_TIMEOUT: Duration = Duration::from_secs(3);

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
        watchdog.stand_down();
        return Ok(json!({"verdict": null, "message": "the lifecycle event is not in progress any more"}));
    };
    if !watchdog.claim(verdict) {
        return watchdog.fired().await.map(|()| answer(Verdict::Failed));
    }
    let started = Instant::now();
    let reporter = Reporter::load().await;
    // Stored first, so that whoever sees the verdict finds the report; neither a defect nor a hang there may hold it up.
    let tell = AssertUnwindSafe(async {
        fault_point(Phase::Report).await;
        let report = record.report(verdict, reason, &message);
        reporter.announce(&report);
        reporter.store(&report, record.location()).await;
    });
    if !matches!(tokio::time::timeout(TELL_TIMEOUT, tell.catch_unwind()).await, Ok(Ok(()))) {
        print_line(
            &json!({"level": "ERROR", "deployment_id": ids.deployment_id, "verdict": verdict, "reason": reason,
            "message": "the report could not be written; the verdict is delivered without it"}),
        );
    }
    let delivered = reporter.deliver(&ids, verdict, deadline.end).await;
    watchdog.stand_down();
    print_line(
        &json!({"level": if delivered.is_ok() { "INFO" } else { "ERROR" }, "deployment_id": ids.deployment_id,
        "phase": Phase::Report, "passed": delivered.is_ok(), "elapsed_ms": millis(started.elapsed())}),
    );
    delivered.map(|()| answer(verdict))
}

fn answer(verdict: Verdict) -> Value {
    json!({"verdict": verdict})
}
