//! What has happened so far in one run. The watchdog reads it from its own thread, so a report can be written at any moment.

use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use greenlight_core::hook::config::ReportLocation;
use greenlight_core::hook::definition::TaskDefinitionDiff;
use greenlight_core::hook::secrets::Redactor;
use greenlight_core::hook::verdict::{
    CheckRecord, Phase, PhaseRecord, REPORT_SCHEMA, ReasonCode, Report, Verdict,
};
use serde_json::json;

use crate::error::Stop;
use crate::live::Live;

/// Who reads along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// CloudWatch Logs: one JSON line per phase on stdout.
    Logs,
    /// A person: one line per phase on stderr.
    Person,
}

#[derive(Debug, Default)]
struct State {
    deployment_id: Option<String>,
    lifecycle_event: Option<String>,
    expected_version: Option<String>,
    url: Option<String>,
    config_sha256: Option<String>,
    task_definition: Option<TaskDefinitionDiff>,
    location: Option<ReportLocation>,
    secrets: Redactor,
    current: Option<Phase>,
    phases: Vec<PhaseRecord>,
    checks: Vec<CheckRecord>,
}

#[derive(Debug)]
pub struct Record {
    audience: Audience,
    started: Instant,
    started_at: jiff::Timestamp,
    state: Mutex<State>,
    live: Option<Live>,
}

impl Record {
    pub fn new(audience: Audience, deployment_id: Option<String>) -> Self {
        let state = State { deployment_id, ..State::default() };
        Self {
            audience,
            started: Instant::now(),
            started_at: jiff::Timestamp::now(),
            state: Mutex::new(state),
            live: (audience == Audience::Person).then(Live::on_a_terminal).flatten(),
        }
    }

    /// Takes the live table away, so that the report can stand in its place.
    pub fn end_live(&self) {
        if let Some(live) = &self.live {
            live.clear();
        }
    }

    /// A panic of another thread leaves the record readable.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_config(&self, sha256: &str, location: Option<ReportLocation>) {
        let mut state = self.state();
        state.config_sha256 = Some(sha256.to_owned());
        state.location = location;
    }

    pub fn set_lifecycle_event(&self, name: &str) {
        self.state().lifecycle_event = Some(name.to_owned());
    }

    pub fn set_expected_version(&self, version: &str) {
        self.state().expected_version = Some(version.to_owned());
    }

    pub fn set_url(&self, url: &str) {
        self.state().url = Some(url.to_owned());
    }

    pub fn set_task_definition(&self, diff: TaskDefinitionDiff) {
        self.state().task_definition = Some(diff);
    }

    pub fn add_secret(&self, secret: &str) {
        self.state().secrets.add(secret);
    }

    /// What must not be shown, as of now.
    pub fn secrets(&self) -> Redactor {
        self.state().secrets.clone()
    }

    pub fn location(&self) -> Option<ReportLocation> {
        self.state().location.clone()
    }

    pub fn push_check(&self, mut check: CheckRecord) {
        let mut state = self.state();
        for wrong in check.attempts.iter_mut().flat_map(|attempt| &mut attempt.wrong) {
            *wrong = state.secrets.apply(wrong);
        }
        if let Some(live) = &self.live {
            live.check(&check);
        }
        state.checks.push(check);
    }

    /// Runs one phase and keeps how it went.
    pub async fn phase<T>(
        &self,
        phase: Phase,
        work: impl Future<Output = Result<(T, String), Stop>>,
    ) -> Result<T, Stop> {
        let work = Box::pin(work);
        self.state().current = Some(phase);
        if let Some(live) = &self.live {
            live.begin(phase);
        }
        let started = Instant::now();
        fault_point(phase).await;
        let result = work.await;
        let (passed, detail) = match &result {
            Ok((_, detail)) => (true, detail.clone()),
            Err(stop) => (false, stop.to_string()),
        };
        let mut state = self.state();
        let detail = state.secrets.apply(&detail);
        let entry = PhaseRecord { phase, elapsed_ms: millis(started.elapsed()), passed, detail };
        self.say(state.deployment_id.as_deref(), &entry);
        state.phases.push(entry);
        state.current = None;
        drop(state);
        result.map(|(value, _)| value)
    }

    fn say(&self, deployment_id: Option<&str>, entry: &PhaseRecord) {
        match self.audience {
            Audience::Logs => print_line(&json!({
                "level": if entry.passed { "INFO" } else { "ERROR" }, "deployment_id": deployment_id, "phase": entry.phase,
                "passed": entry.passed, "elapsed_ms": entry.elapsed_ms, "detail": entry.detail,
            })),
            Audience::Person if self.live.is_some() => {
                if let Some(live) = &self.live {
                    live.end(entry);
                }
            }
            Audience::Person => tracing::info!(
                phase = entry.phase.as_str(),
                passed = entry.passed,
                elapsed_ms = entry.elapsed_ms,
                "{}",
                entry.detail
            ),
        }
    }

    /// The report as of now.
    pub fn report(&self, verdict: Verdict, reason: ReasonCode, message: &str) -> Report {
        let state = self.state();
        let message = match state.current {
            Some(phase) => format!("{message} (in phase {})", phase.as_str()),
            None => message.to_owned(),
        };
        Report {
            schema: REPORT_SCHEMA.to_owned(),
            verdict,
            reason,
            message: state.secrets.apply(&message),
            deployment_id: state.deployment_id.clone(),
            lifecycle_event: state.lifecycle_event.clone(),
            expected_version: state.expected_version.clone(),
            url: state.url.clone(),
            config_sha256: state.config_sha256.clone(),
            task_definition: state.task_definition.clone(),
            started_at: self.started_at.to_string(),
            elapsed_ms: millis(self.started.elapsed()),
            phases: state.phases.clone(),
            checks: state.checks.clone(),
        }
    }
}

/// One JSON line on stdout, which CloudWatch Logs keeps.
pub fn print_line(value: &serde_json::Value) {
    // A closed stdout must not stop a verdict.
    let _ = writeln!(anstream::stdout(), "{value}");
}

pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Lets a test see what a defect does in a phase: `VALIDATE_DEPLOY_TEST_PANIC=PHASE` panics, `…_BLOCK=PHASE` blocks the thread,
/// `…_HANG=PHASE` waits for what never comes. Not in release builds.
///
/// # Panics
///
/// When it is asked to.
#[cfg(debug_assertions)]
pub async fn fault_point(phase: Phase) {
    let asked = |name: &str| std::env::var(name).is_ok_and(|wanted| wanted == phase.as_str());
    if asked("VALIDATE_DEPLOY_TEST_BLOCK") {
        std::thread::sleep(Duration::from_hours(1));
    }
    if asked("VALIDATE_DEPLOY_TEST_HANG") {
        std::future::pending::<()>().await;
    }
    assert!(!asked("VALIDATE_DEPLOY_TEST_PANIC"), "asked to panic in phase {}", phase.as_str());
}

#[cfg(not(debug_assertions))]
pub async fn fault_point(_phase: Phase) {}
