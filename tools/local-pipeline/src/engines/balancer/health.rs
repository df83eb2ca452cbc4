//! Health checks of one target, for as long as it is registered.

use std::sync::Weak;
use std::time::Duration;

use http_body_util::BodyExt as _;
use tokio::time::Instant;

use super::Inner;
use super::client::exchange;
use super::state::{HealthCheck, HealthState};
use crate::http::full;

/// How often a target is probed before its first success, and whether its group came into use.
const FIRST_PROBES: Duration = Duration::from_millis(250);

pub(super) struct Subject {
    pub group_arn: String,
    pub id: String,
    pub port: u16,
    pub generation: u64,
}

/// Probes the target until it is deregistered.
pub(super) async fn watch(inner: Weak<Inner>, subject: Subject) {
    loop {
        let Some((check, in_use)) = inner.upgrade().and_then(|inner| due(&inner, &subject)) else { return };
        let mut pause = FIRST_PROBES;
        if in_use {
            let outcome = probe(&subject, &check).await;
            let Some(inner) = inner.upgrade() else { return };
            let state = record(&inner, &subject, &check, outcome);
            if state.is_some_and(|state| state != HealthState::Initial) {
                pause = check.interval;
            } else {
                pause = pause.min(check.interval);
            }
        }
        tokio::time::sleep(pause).await;
    }
}

fn due(inner: &Inner, subject: &Subject) -> Option<(HealthCheck, bool)> {
    let state = inner.lock();
    let group = state.groups.get(&subject.group_arn)?;
    let target = group.target(&subject.id, subject.port)?;
    let current = target.generation == subject.generation && !target.draining;
    current.then(|| (group.check.clone(), state.in_use(&subject.group_arn)))
}

fn record(
    inner: &Inner,
    subject: &Subject,
    check: &HealthCheck,
    outcome: Result<(), (&str, String)>,
) -> Option<HealthState> {
    let (before, after) = {
        let mut state = inner.lock();
        let target = state.groups.get_mut(&subject.group_arn)?.target_mut(&subject.id, subject.port)?;
        let before = target.state;
        if target.generation == subject.generation {
            target.record(check, outcome, Instant::now());
        }
        (before, target.state)
    };
    if before != after {
        tracing::debug!(
            group = subject.group_arn,
            port = subject.port,
            state = after.as_str(),
            "target health changed"
        );
        inner.bump();
    }
    Some(after)
}

async fn probe(subject: &Subject, check: &HealthCheck) -> Result<(), (&'static str, String)> {
    let failed = || ("Target.FailedHealthChecks", "Health checks failed".to_owned());
    let port = check.port.unwrap_or(subject.port);
    let request = http::Request::get(check.path.as_str())
        .header(http::header::HOST, format!("{}:{port}", subject.id))
        .header(http::header::USER_AGENT, "ELB-HealthChecker/2.0")
        .header(http::header::CONNECTION, "close")
        .body(full(""))
        .map_err(|_| failed())?;
    let answer = async {
        let response = exchange(&subject.id, port, request).await?;
        let status = response.status().as_u16();
        response.into_body().collect().await?;
        Ok::<u16, crate::http::BoxError>(status)
    };
    match tokio::time::timeout(check.timeout, answer).await {
        Err(_) => Err(("Target.Timeout", "Request timed out".to_owned())),
        Ok(Err(_)) => Err(failed()),
        Ok(Ok(status)) if check.accepts(status) => Ok(()),
        Ok(Ok(status)) => {
            Err(("Target.ResponseCodeMismatch", format!("Health checks failed with these codes: [{status}]")))
        }
    }
}
