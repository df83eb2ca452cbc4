//! ECS's own blue/green deployments: the verdict is the function's answer.
//!
//! ECS rolls back when the function fails or answers nothing, so there is no watchdog; the time limit only makes the reason readable.
//! Waiting for listener and health is ECS's: `IN_PROGRESS` makes it call again.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use greenlight_core::hook::config::Checked;
use greenlight_core::hook::event::{EcsNativeEvent, Listener, NativeStep, native_step};
use greenlight_core::hook::health::{self, Poll};
use greenlight_core::hook::native::{self, Memory, NativeGreen};
use greenlight_core::hook::template::{self, Variable};
use greenlight_core::hook::verdict::{Phase, ReasonCode, Verdict};
use greenlight_core::hook::wiring::{self, Pair, Wired};
use greenlight_kit::AwsFlags;
use serde_json::{Value, json};
use url::Url;

use crate::config;
use crate::error::Stop;
use crate::gather::{Aws, ServiceDeploymentFacts};
use crate::judge::panic_text;
use crate::judge::trial::{self, Blue, Under, base_url, planned};
use crate::probe::Probe;
use crate::record::{Audience, Record, print_line};
use crate::report::Reporter;
use crate::watchdog::Deadline;

/// How one call ends.
enum Step {
    Passed(&'static str),
    /// ECS must call again; this is the answer that says so.
    Again(Value),
}

/// Judges and answers `{"hookStatus": …}`.
pub async fn answer(event: &EcsNativeEvent, deadline: Deadline) -> Value {
    let record = Record::new(Audience::Logs, Some(event.execution_id.clone()));
    record.set_lifecycle_event(&event.stage);
    let work = AssertUnwindSafe(Box::pin(judge(event, &record))).catch_unwind();
    let outcome = match tokio::time::timeout_at(deadline.fire.into(), work).await {
        Ok(Ok(Ok(Step::Again(answer)))) => return answer,
        Ok(Ok(Ok(Step::Passed(message)))) => Ok(message),
        Ok(Ok(Err(stop))) => Err(stop),
        Ok(Err(panic)) => Err(Stop::new(ReasonCode::Panicked, panic_text(&*panic))),
        Err(_) => Err(Stop::new(ReasonCode::OutOfTime, "ran out of time")),
    };
    let report = match outcome {
        Ok(message) => record.report(Verdict::Succeeded, ReasonCode::AllPassed, message),
        Err(stop) => record.report(Verdict::Failed, stop.reason, &stop.message),
    };
    let reporter = Reporter::load().await;
    reporter.announce(&report);
    reporter.store(&report, record.location()).await;
    let status = if report.verdict == Verdict::Succeeded { "SUCCEEDED" } else { "FAILED" };
    json!({"hookStatus": status, "hookDetails": {"reason": report.reason, "message": report.message}})
}

async fn judge(event: &EcsNativeEvent, record: &Record) -> Result<Step, Stop> {
    let listener = match native_step(event) {
        NativeStep::Test(listener) => listener,
        NativeStep::NothingToTest => return rolled_back(event, record).await,
        NativeStep::WrongStage => return Err(wrong_stage(event)),
    };
    let (aws, mut checked, ca) = record.phase(Phase::Config, configured(event, record)).await?;
    let mut memory = Memory::of(&event.hook_details, &event.stage, now_ms());
    let found = record.phase(Phase::Discover, discover(&aws, event, &checked, listener)).await?;
    record.set_url(found.base.as_str());
    if let Some(digest) = &found.digest {
        record.set_expected_version(digest);
        checked.values.insert(Variable::Version, digest.clone());
    }
    let host = config::host(&checked)?;
    let (mut targets, mut served_at) = (1, None);
    let mut headers = std::collections::BTreeMap::new();
    if let Some(green) = &found.green {
        let route = (
            green.listener_arn.clone(),
            green.target_group_arn.clone(),
            green.blue_target_group_arns.clone(),
        );
        let wired =
            record.phase(Phase::Wiring, wired(&aws, &checked, &found, &route, host.as_deref())).await?;
        match wired {
            Ok(derived) => headers = derived,
            Err(reason) => return again(&memory, reason, ReasonCode::NotWired, &checked),
        }
        served_at = Some(route);
        let healthy = record.phase(Phase::Health, healthy(&aws, green, &found.deployment)).await?;
        match healthy {
            Ok(count) if memory.healthy => targets = count,
            Ok(_) => {
                memory.healthy = true;
                let reason = "green was healthy in one look only".to_owned();
                return again(&memory, reason, ReasonCode::Unhealthy, &checked);
            }
            Err(reason) => {
                memory.healthy = false;
                return again(&memory, reason, ReasonCode::Unhealthy, &checked);
            }
        }
    }
    let probe = Probe::new(found.base.clone(), headers, host.as_deref(), ca.as_deref())?;
    let under = Under {
        checked: &checked,
        targets,
        blue: Blue::Unknown,
        dns_name: &found.dns_name,
        host: host.as_deref(),
        ca: ca.as_deref(),
        served_at,
    };
    trial::run(&probe, &under, Some(&aws), record).await?;
    Ok(Step::Passed("every phase passed"))
}

fn wrong_stage(event: &EcsNativeEvent) -> Stop {
    let message =
        format!("stage {} cannot be tested; attach the hook to POST_TEST_TRAFFIC_SHIFT", event.stage);
    Stop::new(ReasonCode::StageUnknown, message)
}

type Configured = (Aws, Checked, Option<String>);

async fn configured(event: &EcsNativeEvent, record: &Record) -> Result<(Configured, String), Stop> {
    let aws = Aws::load(&AwsFlags::default()).await;
    let mut checked = config::gather(native::config_source(&event.hook_details), &aws).await?;
    record.set_config(&checked.hash, checked.report.clone());
    config::resolve_secrets(&mut checked, &aws, record).await?;
    let ca = config::certificates(&checked, &aws).await?;
    let detail = format!("sha256 {}", checked.hash);
    Ok(((aws, checked, ca), detail))
}

/// Green has no weight at a stage that shifts traffic: ECS goes back, and there is nothing to test. Where ECS can say that this is no
/// roll-back, it is not believed.
async fn rolled_back(event: &EcsNativeEvent, record: &Record) -> Result<Step, Stop> {
    let said = record
        .phase(Phase::Discover, async {
            let aws = Aws::load(&AwsFlags::default()).await;
            let said = match &event.resource_arn {
                Some(arn) => aws.gather_service_deployment(arn).await,
                None => Ok(None),
            };
            let detail = match &said {
                Ok(Some(found)) if found.rollback => "ECS rolls back".to_owned(),
                Ok(_) => "green has no weight".to_owned(),
                Err(error) => {
                    format!("green has no weight; whether this is a roll-back is not known: {error}")
                }
            };
            Ok((said, detail))
        })
        .await?;
    match said {
        Ok(Some(found)) if !found.rollback => Err(Stop::new(
            ReasonCode::StageUnknown,
            "green has no weight, and ECS does not roll back: there is nothing to test at this stage",
        )),
        _ => Ok(Step::Passed("a roll-back: green has no weight, so there is nothing to test")),
    }
}

struct Found {
    base: Url,
    dns_name: String,
    digest: Option<String>,
    /// Nothing where `target.url` says where green answers.
    green: Option<NativeGreen>,
    deployment: ServiceDeploymentFacts,
}

async fn discover(
    aws: &Aws,
    event: &EcsNativeEvent,
    checked: &Checked,
    listener: Listener,
) -> Result<(Found, String), Stop> {
    let unclear = |message: String| Stop::new(ReasonCode::GreenUnclear, message);
    let revision = match &event.target_revision_arn {
        Some(arn) => aws.gather_revision(arn).await?,
        None => None,
    };
    let revision =
        revision.ok_or_else(|| unclear("ECS does not name green's service revision".to_owned()))?;
    let deployment = match &event.resource_arn {
        Some(arn) => aws.gather_service_deployment(arn).await?,
        None => None,
    };
    let deployment = deployment.unwrap_or_default();
    let mut detail = revision.digest.clone().unwrap_or_else(|| "the revision has no image digest".to_owned());
    if deployment.fails_open {
        let warning = "a hook's timeoutConfiguration has action CONTINUE: when this function does not answer in time, ECS goes on";
        print_line(&json!({"level": "WARN", "deployment_id": event.execution_id, "message": warning}));
        detail = format!("{detail}; WARNING: {warning}");
    }
    if let Some(url) = &checked.config.target.url {
        let url = template::render(url, &checked.values)?;
        let base = Url::parse(&url)
            .map_err(|error| Stop::new(ReasonCode::ConfigInvalid, format!("target.url: {error}")))?;
        let dns_name = base.host_str().unwrap_or_default().to_owned();
        return Ok((Found { base, dns_name, digest: revision.digest, green: None, deployment }, detail));
    }
    let green = native::green(&revision, listener)?;
    let (base, dns_name) = base_url(aws, &green.listener_arn).await?;
    let detail = format!("{detail}; green is behind {base}");
    Ok((Found { base, dns_name, digest: revision.digest, green: Some(green), deployment }, detail))
}

/// One look: the headers that reach green, or why nothing does yet.
type Look<T> = Result<(Result<T, String>, String), Stop>;

async fn wired(
    aws: &Aws,
    checked: &Checked,
    found: &Found,
    (listener, green, blue): &(String, String, Vec<String>),
    host: Option<&str>,
) -> Look<std::collections::BTreeMap<String, String>> {
    let routes = aws.gather_routes(listener).await?;
    let traffic = planned(checked, &found.dns_name, host);
    Ok(match wiring::decide(&routes, Pair { green, blue }, &traffic) {
        Wired::ToGreen { headers } => (Ok(headers), "the listener leads to green alone".to_owned()),
        Wired::NotYet { reason } => (Err(reason.clone()), format!("not yet: {reason}")),
    })
}

async fn healthy(aws: &Aws, green: &NativeGreen, deployment: &ServiceDeploymentFacts) -> Look<usize> {
    let poll = Poll {
        desired: deployment.requested,
        running: deployment.running,
        pending: deployment.pending,
        targets: aws.gather_targets(&green.target_group_arn).await?,
    };
    Ok(match health::decide(&poll) {
        Ok(targets) => (Ok(targets), format!("{targets} targets are healthy")),
        Err(reason) => (Err(reason.clone()), format!("not yet: {reason}")),
    })
}

/// Asks ECS to call again, while there is time.
fn again(memory: &Memory, reason: String, late: ReasonCode, checked: &Checked) -> Result<Step, Stop> {
    let (wiring, health) = (&checked.config.wiring, &checked.config.health);
    let (budget_ms, poll_ms) = match late {
        ReasonCode::NotWired => (wiring.budget_ms, wiring.poll_ms),
        _ => (wiring.budget_ms.saturating_add(health.budget_ms), health.poll_ms),
    };
    if memory.waited_ms(now_ms()) >= budget_ms {
        return Err(Stop::new(late, reason));
    }
    Ok(Step::Again(memory.call_again(poll_ms, &reason)))
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
