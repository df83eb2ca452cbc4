//! The phases of a CodeDeploy hook, in order, up to a verdict. It reports nothing.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use aws_sdk_ecs::types::TaskDefinition;
use futures::FutureExt as _;
use greenlight_core::hook::config::Checked;
use greenlight_core::hook::definition::{self as diff, TaskDefinitionDiff};
use greenlight_core::hook::discover::{self, Green, Running, TargetFacts};
use greenlight_core::hook::health;
use greenlight_core::hook::template::{self, Variable};
use greenlight_core::hook::verdict::{Phase, ReasonCode, Verdict};
use greenlight_core::hook::wiring::{self, Wired};
use greenlight_kit::AwsFlags;
use url::Url;

use crate::config;
use crate::error::Stop;
use crate::gather::{Aws, definition};
use crate::probe::Probe;
use crate::record::Record;
use crate::runner;

/// How a run ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Verdict {
        verdict: Verdict,
        reason: ReasonCode,
        message: String,
    },
    /// The lifecycle event is not in progress any more: there is nothing to answer.
    AlreadyAnswered,
}

impl Outcome {
    pub fn passed() -> Self {
        Self::Verdict {
            verdict: Verdict::Succeeded,
            reason: ReasonCode::AllPassed,
            message: "every phase passed".to_owned(),
        }
    }

    pub fn failed(stop: Stop) -> Self {
        Self::Verdict { verdict: Verdict::Failed, reason: stop.reason, message: stop.message }
    }
}

/// Runs every phase. Whatever goes wrong, a panic included, is a verdict.
pub async fn judge(deployment_id: &str, flags: &AwsFlags, record: &Record) -> Outcome {
    match AssertUnwindSafe(Box::pin(phases(deployment_id, flags, record))).catch_unwind().await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(stop)) => Outcome::failed(stop),
        Err(panic) => Outcome::failed(Stop::new(ReasonCode::Panicked, panic_text(&*panic))),
    }
}

pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown panic").to_owned()
}

/// Green, and where it answers.
struct Found {
    green: Green,
    target: TargetFacts,
    green_arn: String,
    blue_arns: Vec<String>,
    base: Url,
    version: Option<String>,
}

async fn phases(deployment_id: &str, flags: &AwsFlags, record: &Record) -> Result<Outcome, Stop> {
    let (aws, mut checked) = record
        .phase(Phase::Config, async {
            let aws = Aws::load(flags).await;
            let mut checked = config::from_environment(&aws).await?;
            record.set_config(&checked.hash, checked.report.clone());
            config::resolve_secrets(&mut checked, &aws, record).await?;
            let detail = format!("{} checks, sha256 {}", checked.config.checks.len(), checked.hash);
            Ok(((aws, checked), detail))
        })
        .await?;
    let found = record.phase(Phase::Discover, discover(&aws, deployment_id, record)).await?;
    let Some(found) = found else { return Ok(Outcome::AlreadyAnswered) };
    if let Some(version) = &found.version {
        record.set_expected_version(version);
        checked.values.insert(Variable::Version, version.clone());
    }
    let headers = record.phase(Phase::Wiring, wire(&aws, &checked, &found)).await?;
    let targets = record.phase(Phase::Health, healthy(&aws, &checked, &found)).await?;
    let host = checked
        .config
        .target
        .host
        .as_deref()
        .map(|host| template::render(host, &checked.values))
        .transpose()?;
    let probe = Probe::new(found.base.clone(), headers, host.as_deref())
        .map_err(|error| Stop::new(ReasonCode::ConfigInvalid, format!("target.host: {error}")))?;
    test(&probe, &checked, targets, record).await?;
    Ok(Outcome::passed())
}

/// Identity and checks.
pub async fn test(probe: &Probe, checked: &Checked, targets: usize, record: &Record) -> Result<(), Stop> {
    if let Some(identity) = &checked.config.identity {
        record.phase(Phase::Identity, runner::identity(probe, identity, &checked.values, targets)).await?;
    }
    let checks = runner::checks(probe, &checked.config.checks, checked.values.clone(), record);
    record.phase(Phase::Checks, checks).await
}

async fn discover(aws: &Aws, deployment_id: &str, record: &Record) -> Result<(Option<Found>, String), Stop> {
    let unclear = |message: String| Stop::new(ReasonCode::GreenUnclear, message);
    let pairs = aws.gather_pairs(deployment_id).await?;
    let target = aws.gather_target(deployment_id).await?;
    let target = target.ok_or_else(|| unclear("the deployment has no ECS target".to_owned()))?;
    let stage = match discover::running(&target.lifecycle)? {
        Running::Hook(stage) => stage,
        Running::Nothing => {
            return Ok((None, "no hook is in progress: it has been answered before".to_owned()));
        }
    };
    record.set_lifecycle_event(stage.as_str());
    let (cluster, service) = discover::cluster_and_service(&target.target_id)?;
    let task_sets = aws.gather_task_sets(cluster, service).await?;
    let green = discover::green(stage, deployment_id, &target, &task_sets, &pairs)?;
    let mut names = vec![green.target_group.clone()];
    names.extend(green.blue_target_groups.iter().cloned());
    let groups = aws.gather_target_groups(&names).await?;
    let arn = |name: &String| {
        let found = groups.iter().find(|(known, _)| known == name).map(|(_, arn)| arn.clone());
        found.ok_or_else(|| unclear(format!("target group {name} does not exist")))
    };
    let green_arn = arn(&green.target_group)?;
    let blue_arns = green.blue_target_groups.iter().map(arn).collect::<Result<_, _>>()?;
    let listener = aws.gather_listener(&green.listener_arn).await?;
    let listener =
        listener.ok_or_else(|| unclear(format!("listener {} does not exist", green.listener_arn)))?;
    let dns_name = aws.gather_dns_name(&listener.load_balancer_arn).await?;
    let dns_name = dns_name.ok_or_else(|| unclear("the load balancer has no DNS name".to_owned()))?;
    let text = format!("{}://{dns_name}:{}", listener.protocol.to_ascii_lowercase(), listener.port);
    let base = Url::parse(&text).map_err(|error| unclear(format!("{text}: {error}")))?;
    record.set_url(base.as_str());
    let definition = aws.gather_task_definition(&green.task_definition).await?;
    let image = definition.as_ref().and_then(|found| definition::image(found, green.container.as_deref()));
    let version = image.and_then(discover::image_version).map(str::to_owned);
    if let Some(definition) = &definition {
        let live = discover::live_task_definition(&target, &task_sets);
        record.set_task_definition(compare(aws, live, (&green.task_definition, definition)).await);
    }
    let detail = format!("{}: green is {} behind {text}", stage.as_str(), green.task_set_id);
    Ok((Some(Found { green, target, green_arn, blue_arns, base, version }), detail))
}

/// What green changes in the task definition that is live. One that cannot be read is left out: it decides nothing.
async fn compare(
    aws: &Aws,
    live: Option<&str>,
    (green_name, green): (&str, &TaskDefinition),
) -> TaskDefinitionDiff {
    let live_settings = match live {
        Some(name) => {
            aws.gather_task_definition(name).await.ok().flatten().as_ref().map(definition::settings)
        }
        None => None,
    };
    diff::diff(live.zip(live_settings.as_ref()), (green_name, &definition::settings(green)))
}

async fn wire(
    aws: &Aws,
    checked: &Checked,
    found: &Found,
) -> Result<(std::collections::BTreeMap<String, String>, String), Stop> {
    let limits = &checked.config.wiring;
    let until = Instant::now() + Duration::from_millis(limits.budget_ms);
    loop {
        let routes = aws.gather_routes(&found.green.listener_arn).await?;
        let reason = match wiring::decide(&routes, &found.green_arn, &found.blue_arns) {
            Wired::ToGreen { headers } => {
                return Ok((headers, "the listener leads to green alone".to_owned()));
            }
            Wired::NotYet { reason } => reason,
        };
        if Instant::now() >= until {
            return Err(Stop::new(ReasonCode::NotWired, reason));
        }
        tokio::time::sleep(Duration::from_millis(limits.poll_ms)).await;
    }
}

/// Two polls in a row must find green healthy: one alone may fall between two failing health checks.
async fn healthy(aws: &Aws, checked: &Checked, found: &Found) -> Result<(usize, String), Stop> {
    let limits = &checked.config.health;
    let until = Instant::now() + Duration::from_millis(limits.budget_ms);
    let service = discover::cluster_and_service(&found.target.target_id)?;
    let mut before = false;
    loop {
        let poll = aws.gather_health(service, &found.green.task_set_id, &found.green_arn).await?;
        let reason = match health::decide(&poll) {
            Ok(targets) if before => return Ok((targets, format!("{targets} targets are healthy"))),
            Ok(_) => {
                before = true;
                "green was healthy in one poll only".to_owned()
            }
            Err(reason) => {
                before = false;
                reason
            }
        };
        if Instant::now() >= until {
            return Err(Stop::new(ReasonCode::Unhealthy, reason));
        }
        tokio::time::sleep(Duration::from_millis(limits.poll_ms)).await;
    }
}
