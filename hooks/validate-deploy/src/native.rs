//! ECS's own blue/green deployments: the verdict is the function's answer.
//!
//! ECS rolls back when the function fails or answers nothing, so there is no watchdog; the time limit only makes the reason readable.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use greenlight_core::hook::event::{EcsNativeEvent, NativeStep, native_step};
use greenlight_core::hook::template::{self, Variable};
use greenlight_core::hook::verdict::{Phase, ReasonCode, Verdict};
use greenlight_kit::AwsFlags;
use serde_json::{Value, json};
use url::Url;

use crate::config;
use crate::error::Stop;
use crate::gather::Aws;
use crate::judge::{Outcome, panic_text, test};
use crate::probe::Probe;
use crate::record::{Audience, Record};
use crate::report::Reporter;
use crate::watchdog::Deadline;

/// Judges and answers `{"hookStatus": …}`.
pub async fn answer(event: &EcsNativeEvent, deadline: Deadline) -> Value {
    let record = Record::new(Audience::Logs, Some(event.execution_id.clone()));
    record.set_lifecycle_event(&event.stage);
    let work = AssertUnwindSafe(Box::pin(judge(event, &record))).catch_unwind();
    let outcome = match tokio::time::timeout_at(deadline.fire.into(), work).await {
        Ok(Ok(Ok(()))) => Outcome::passed(),
        Ok(Ok(Err(stop))) => Outcome::failed(stop),
        Ok(Err(panic)) => Outcome::failed(Stop::new(ReasonCode::Panicked, panic_text(&*panic))),
        Err(_) => Outcome::failed(Stop::new(ReasonCode::OutOfTime, "ran out of time")),
    };
    let (verdict, reason, message) = match outcome {
        Outcome::Verdict { verdict, reason, message } => (verdict, reason, message),
        Outcome::AlreadyAnswered => (Verdict::Succeeded, ReasonCode::AllPassed, String::new()),
    };
    let report = record.report(verdict, reason, &message);
    let reporter = Reporter::load().await;
    reporter.announce(&report);
    reporter.store(&report, record.location()).await;
    let status = if verdict == Verdict::Succeeded { "SUCCEEDED" } else { "FAILED" };
    json!({"hookStatus": status, "hookDetails": {"reason": report.reason, "message": report.message}})
}

async fn judge(event: &EcsNativeEvent, record: &Record) -> Result<(), Stop> {
    match native_step(event) {
        NativeStep::Test => {}
        NativeStep::NothingToTest => return Ok(()),
        NativeStep::WrongStage => {
            let message =
                format!("stage {} cannot be tested; attach the hook to POST_TEST_TRAFFIC_SHIFT", event.stage);
            return Err(Stop::new(ReasonCode::StageUnknown, message));
        }
    }
    let (aws, mut checked) = record
        .phase(Phase::Config, async {
            let aws = Aws::load(&AwsFlags::default()).await;
            let mut checked = config::from_environment(&aws).await?;
            record.set_config(&checked.hash, checked.report.clone());
            config::resolve_secrets(&mut checked, &aws, record).await?;
            let detail = format!("sha256 {}", checked.hash);
            Ok(((aws, checked), detail))
        })
        .await?;
    let invalid = |message: String| Stop::new(ReasonCode::ConfigInvalid, message);
    let url = checked.config.target.url.as_deref();
    let url = url.ok_or_else(|| invalid("target.url is needed for ECS deployment hooks".to_owned()))?;
    let url = template::render(url, &checked.values)?;
    let base = Url::parse(&url).map_err(|error| invalid(format!("target.url: {error}")))?;
    record.set_url(base.as_str());
    if let Some(arn) = &event.target_revision_arn {
        let digest = record
            .phase(Phase::Discover, async {
                let digest = aws.gather_revision_digest(arn).await?;
                let detail = digest.clone().unwrap_or_else(|| "the revision has no image digest".to_owned());
                Ok((digest, detail))
            })
            .await?;
        if let Some(digest) = digest {
            record.set_expected_version(&digest);
            checked.values.insert(Variable::Version, digest);
        }
    }
    let host = checked
        .config
        .target
        .host
        .as_deref()
        .map(|host| template::render(host, &checked.values))
        .transpose()?;
    let probe = Probe::new(base, std::collections::BTreeMap::new(), host.as_deref());
    let probe = probe.map_err(|error| invalid(format!("target.host: {error}")))?;
    test(&probe, &checked, 1, record).await
}
