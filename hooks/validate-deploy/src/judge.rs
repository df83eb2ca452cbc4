//! The phases of a CodeDeploy hook, in order, up to a verdict. It reports nothing; what needs no CodeDeploy is in [`trial`].

pub mod trial;

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use aws_sdk_ecs::types::TaskDefinition;
use futures::FutureExt as _;
use greenlight_core::hook::config::Checked;
use greenlight_core::hook::definition::{self as diff, TaskDefinitionDiff};
use greenlight_core::hook::discover::{self, DiscoverError, Green, Running, Stage, TargetFacts};
use greenlight_core::hook::health;
use greenlight_core::hook::template::Variable;
use greenlight_core::hook::verdict::{Phase, ReasonCode, Verdict};
use greenlight_core::hook::wiring::{self, Pair, Wired};
use greenlight_kit::AwsFlags;
use url::Url;

use crate::config;
use crate::error::Stop;
use crate::gather::{Aws, DeploymentFacts, definition};
use crate::probe::Probe;
use crate::record::Record;
use trial::{Blue, Under, base_url, planned};

/// How long CodeDeploy may take to show the lifecycle event that it calls for.
const SHOW_BUDGET: Duration = Duration::from_secs(10);
const SHOW_POLL: Duration = Duration::from_secs(1);

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
    stage: Stage,
    green: Green,
    target: TargetFacts,
    green_arn: String,
    blue_arns: Vec<String>,
    base: Url,
    dns_name: String,
    version: Option<String>,
}

impl Found {
    fn pair(&self) -> Pair<'_> {
        Pair { green: &self.green_arn, blue: &self.blue_arns }
    }
}

async fn phases(deployment_id: &str, flags: &AwsFlags, record: &Record) -> Result<Outcome, Stop> {
    let (aws, mut checked, ca) = record
        .phase(Phase::Config, async {
            let aws = Aws::load(flags).await;
            let mut checked = config::gather(None, &aws).await?;
            record.set_config(&checked.hash, checked.report.clone());
            config::resolve_secrets(&mut checked, &aws, record).await?;
            let ca = config::certificates(&checked, &aws).await?;
            let detail = format!("{} checks, sha256 {}", checked.config.checks.len(), checked.hash);
            Ok(((aws, checked, ca), detail))
        })
        .await?;
    let found = record.phase(Phase::Discover, discover(&aws, deployment_id, record)).await?;
    let Some(found) = found else { return Ok(Outcome::AlreadyAnswered) };
    if let Some(version) = &found.version {
        record.set_expected_version(version);
        checked.values.insert(Variable::Version, version.clone());
    }
    let host = config::host(&checked)?;
    let headers = record.phase(Phase::Wiring, wire(&aws, &checked, &found, host.as_deref())).await?;
    let targets = record.phase(Phase::Health, healthy(&aws, &checked, &found)).await?;
    let probe = Probe::new(found.base.clone(), headers, host.as_deref(), ca.as_deref())?;
    let blue = blue(&aws, &checked, &found, host.as_deref()).await?;
    let served_at =
        Some((found.green.listener_arn.clone(), found.green_arn.clone(), found.blue_arns.clone()));
    let under = Under {
        checked: &checked,
        targets,
        blue,
        dns_name: &found.dns_name,
        host: host.as_deref(),
        ca: ca.as_deref(),
        served_at,
    };
    trial::run(&probe, &under, Some(&aws), record).await?;
    Ok(Outcome::passed())
}

/// What CodeDeploy and ECS say, once CodeDeploy shows which lifecycle event runs; nothing for an event that has been answered before.
async fn discover(aws: &Aws, deployment_id: &str, record: &Record) -> Result<(Option<Found>, String), Stop> {
    let until = Instant::now() + SHOW_BUDGET;
    loop {
        let deployment = aws.gather_deployment(deployment_id).await?;
        let target = aws.gather_target(deployment_id).await?;
        let running =
            target.as_ref().map_or(Ok(Running::NotYet), |target| discover::running(&target.lifecycle))?;
        let late = Instant::now() >= until;
        match (target, running) {
            (Some(target), Running::Hook(stage)) => {
                record.set_lifecycle_event(stage.as_str());
                return green(aws, (deployment_id, &deployment), stage, target, record).await;
            }
            // An event of a deployment that is over, or whose hook has its verdict, is a repeated one.
            (_, Running::Answered) if deployment.over || late => return Ok(answered()),
            _ if deployment.over => return Ok(answered()),
            (None, _) if late => {
                let message = "the deployment has no ECS target".to_owned();
                return Err(Stop::new(ReasonCode::GreenUnclear, message));
            }
            _ if late => return Err(DiscoverError::NothingRuns.into()),
            _ => tokio::time::sleep(SHOW_POLL).await,
        }
    }
}

fn answered() -> (Option<Found>, String) {
    (None, "no hook is in progress: it has been answered before".to_owned())
}

async fn green(
    aws: &Aws,
    (deployment_id, deployment): (&str, &DeploymentFacts),
    stage: Stage,
    target: TargetFacts,
    record: &Record,
) -> Result<(Option<Found>, String), Stop> {
    let unclear = |message: String| Stop::new(ReasonCode::GreenUnclear, message);
    let (cluster, service) = discover::cluster_and_service(&target.target_id)?;
    let task_sets = aws.gather_task_sets(cluster, service).await?;
    let green = discover::green(stage, deployment_id, &target, &task_sets, &deployment.pairs);
    let green = green.map_err(|error| {
        if deployment.rollback {
            unclear(format!("{error}; CodeDeploy made this deployment to undo another one"))
        } else {
            error.into()
        }
    })?;
    let mut names = vec![green.target_group.clone()];
    names.extend(green.blue_target_groups.iter().cloned());
    let groups = aws.gather_target_groups(&names).await?;
    let arn = |name: &String| {
        let found = groups.iter().find(|(known, _)| known == name).map(|(_, arn)| arn.clone());
        found.ok_or_else(|| unclear(format!("target group {name} does not exist")))
    };
    let green_arn = arn(&green.target_group)?;
    let blue_arns = green.blue_target_groups.iter().map(arn).collect::<Result<_, _>>()?;
    let (base, dns_name) = base_url(aws, &green.listener_arn).await?;
    record.set_url(base.as_str());
    let definition = aws.gather_task_definition(&green.task_definition).await?;
    let image = definition.as_ref().and_then(|found| definition::image(found, green.container.as_deref()));
    let version = image.and_then(discover::image_version).map(str::to_owned);
    if let Some(definition) = &definition {
        let live = discover::live_task_definition(&target, &task_sets);
        record.set_task_definition(compare(aws, live, (&green.task_definition, definition)).await);
    }
    let undo = if deployment.rollback { " (a roll-back)" } else { "" };
    let detail = format!("{}{undo}: green is {} behind {base}", stage.as_str(), green.task_set_id);
    Ok((Some(Found { stage, green, target, green_arn, blue_arns, base, dns_name, version }), detail))
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
    host: Option<&str>,
) -> Result<(BTreeMap<String, String>, String), Stop> {
    let limits = &checked.config.wiring;
    let traffic = planned(checked, &found.dns_name, host);
    let until = Instant::now() + Duration::from_millis(limits.budget_ms);
    loop {
        let routes = aws.gather_routes(&found.green.listener_arn).await?;
        let reason = match wiring::decide(&routes, found.pair(), &traffic) {
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

/// Where blue answers the visitors, where it is to be compared with.
async fn blue(aws: &Aws, checked: &Checked, found: &Found, host: Option<&str>) -> Result<Blue, Stop> {
    if checked.config.compare.is_none() {
        return Ok(Blue::Unknown);
    }
    let (Some(listener), [blue]) = (&found.green.blue_listener_arn, found.blue_arns.as_slice()) else {
        return Ok(if found.stage == Stage::AfterAllowTraffic { Blue::Unknown } else { Blue::Absent });
    };
    let (base, dns_name) = base_url(aws, listener).await?;
    let routes = aws.gather_routes(listener).await?;
    // The other way round: production must lead to blue alone, or blue's answers are not blue's.
    let pair = Pair { green: blue, blue: std::slice::from_ref(&found.green_arn) };
    match wiring::decide(&routes, pair, &planned(checked, &dns_name, host)) {
        Wired::ToGreen { headers } => Ok(Blue::At { base, headers }),
        Wired::NotYet { reason } => {
            let message = format!("production does not lead to blue alone (read green for blue): {reason}");
            Err(Stop::new(ReasonCode::CompareFailed, message))
        }
    }
}
