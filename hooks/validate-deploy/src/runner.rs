//! The phases that need nothing but a URL: identity and checks. The hook and `validate-deploy run` share them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use greenlight_core::hook::check::{self, Answer};
use greenlight_core::hook::identity::{Identity, Observed, Step};
use greenlight_core::hook::model::{self, Capture, Check};
use greenlight_core::hook::progress::{Limits, Next, Progress};
use greenlight_core::hook::secrets::Redactor;
use greenlight_core::hook::template::{self, Values, Variable};
use greenlight_core::hook::verdict::{AttemptRecord, CheckRecord, ReasonCode};
use greenlight_core::report::printable;

use crate::error::Stop;
use crate::probe::{Probe, ProbeRequest};
use crate::record::{Record, millis};

/// The version that every answer must carry that carries one at all: the header of identity.
#[derive(Debug, Clone)]
pub struct Served {
    header: String,
    expected: String,
}

impl Served {
    /// Nothing where identity stands in the body, which the answers of checks do not have.
    pub fn of(identity: Option<&model::Identity>, values: &Values) -> Result<Option<Self>, Stop> {
        let Some((identity, header)) = identity.and_then(|it| Some((it, it.header.clone()?))) else {
            return Ok(None);
        };
        Ok(Some(Self { header, expected: template::render(&identity.expect, values)? }))
    }

    /// An answer of another version says nothing about green, however right it is.
    pub fn wrong(&self, answer: &Answer, secrets: &Redactor) -> Option<String> {
        let found = answer.header(&self.header).filter(|found| *found != self.expected)?;
        let found = printable(&secrets.beginning(found, 120));
        Some(format!("version {found} answered, expected {}", self.expected))
    }
}

/// Asks until every target has been seen with the expected version. Returns how many answers that took.
pub async fn identity(
    probe: &Probe,
    config: &model::Identity,
    values: &Values,
    targets: usize,
) -> Result<(u64, String), Stop> {
    let expected = template::render(&config.expect, values)?;
    let request = ProbeRequest {
        method: "GET".to_owned(),
        path: template::render(&config.path, values)?,
        timeout: Duration::from_millis(config.timeout_ms),
        ..ProbeRequest::default()
    };
    let place = Capture {
        header: config.header.clone(),
        json: config.json.clone(),
        regex: config.regex.clone(),
        secret: false,
    };
    let started = Instant::now();
    let settle = Duration::from_millis(config.settle_ms);
    let mut identity = Identity::new(expected.clone(), targets, config.samples_per_target);
    loop {
        let observed = match probe.send(&request).await {
            Ok(answer) => match check::capture(&place, &answer) {
                Some(version) => Observed::Version(version),
                None => Observed::NoVersion { status: answer.status },
            },
            Err(error) => Observed::Unreachable { message: error.0 },
        };
        match identity.observe(observed, started.elapsed() >= settle) {
            Step::Again => {}
            Step::Wait => tokio::time::sleep(Duration::from_millis(config.poll_ms)).await,
            Step::Holds => {
                let row = identity.row();
                return Ok((row, format!("{row} answers in a row carried {expected}")));
            }
            Step::Mismatch { observed } => {
                return Err(Stop::new(
                    ReasonCode::IdentityMismatch,
                    format!("{} answered {observed}, expected {expected}", request.path),
                ));
            }
            Step::Unreachable { message } => {
                return Err(Stop::new(
                    ReasonCode::IdentityUnreachable,
                    format!("{}: {message}", request.path),
                ));
            }
        }
    }
}

/// Runs every check, in order. All of them run, so that a report shows everything that is wrong; the first failure is the reason.
pub async fn checks(
    probe: &Probe,
    checks: &[Check],
    values: &mut Values,
    served: Option<&Served>,
    record: &Record,
) -> Result<((), String), Stop> {
    let mut first = None;
    for check in checks {
        let outcome = one(probe, check, values, served, record).await;
        if let Err(stop) = outcome {
            first.get_or_insert(stop);
        }
    }
    match first {
        Some(stop) => Err(stop),
        None => Ok(((), format!("{} checks passed", checks.len()))),
    }
}

async fn one(
    probe: &Probe,
    check: &Check,
    values: &mut Values,
    served: Option<&Served>,
    record: &Record,
) -> Result<(), Stop> {
    let started = Instant::now();
    let limits = Limits {
        attempts: check.attempts,
        connection_attempts: check.connection_attempts,
        consecutive: check.consecutive,
    };
    let mut progress = Progress::new(limits);
    let mut attempts = Vec::new();
    let failure = match request(check, values) {
        Err(stop) => Some(stop),
        Ok(request) => loop {
            let tried = attempt(probe, check, &request, values, (served, record)).await?;
            let (next, reason, attempt) = tried.count(&mut progress);
            let why = attempt.wrong.join("; ");
            attempts.push(attempt);
            match next {
                Next::Passed => break None,
                Next::Failed => break Some(Stop::new(reason, format!("{}: {why}", check.name))),
                Next::Again => tokio::time::sleep(Duration::from_millis(check.interval_ms)).await,
            }
        },
    };
    if let (Some(stop), true) = (&failure, attempts.is_empty()) {
        attempts.push(AttemptRecord { status: None, elapsed_ms: 0, wrong: vec![stop.message.clone()] });
    }
    record.push_check(CheckRecord {
        name: check.name.clone(),
        passed: failure.is_none(),
        elapsed_ms: millis(started.elapsed()),
        tries: progress.tries,
        wrong: progress.wrong,
        connection_errors: progress.connection_errors,
        attempts,
    });
    failure.map_or(Ok(()), Err)
}

/// One try: no answer, or an answer and what is wrong with it.
struct Tried {
    answered: bool,
    record: AttemptRecord,
}

impl Tried {
    fn count(self, progress: &mut Progress) -> (Next, ReasonCode, AttemptRecord) {
        let (next, reason) = match (self.answered, self.record.wrong.is_empty()) {
            (false, _) => (progress.connection_error(), ReasonCode::CheckUnreachable),
            (true, true) => (progress.right(), ReasonCode::CheckFailed),
            (true, false) => (progress.wrong(), ReasonCode::CheckFailed),
        };
        (next, reason, self.record)
    }
}

async fn attempt(
    probe: &Probe,
    check: &Check,
    request: &ProbeRequest,
    values: &mut Values,
    (served, record): (Option<&Served>, &Record),
) -> Result<Tried, Stop> {
    let started = Instant::now();
    let answer = match probe.send(request).await {
        Ok(answer) => answer,
        Err(error) => {
            let attempt =
                AttemptRecord { status: None, elapsed_ms: millis(started.elapsed()), wrong: vec![error.0] };
            return Ok(Tried { answered: false, record: attempt });
        }
    };
    // Before anything of the answer is shown: a token is a secret also in the answer that brings it.
    for place in check.capture.values().filter(|place| place.secret) {
        if let Some(value) = check::capture(place, &answer) {
            record.add_secret(&value);
        }
    }
    let secrets = record.secrets();
    let mut wrong = check::evaluate(&check.expect, &answer, values, &secrets)?;
    wrong.extend(served.and_then(|served| served.wrong(&answer, &secrets)));
    if wrong.is_empty() {
        wrong.extend(capture(check, &answer, values));
    }
    let attempt = AttemptRecord { status: Some(answer.status), elapsed_ms: answer.elapsed_ms, wrong };
    Ok(Tried { answered: true, record: attempt })
}

/// Keeps the values that later checks need; tells which are not in the answer.
fn capture(check: &Check, answer: &Answer, values: &mut Values) -> Vec<String> {
    let mut missing = Vec::new();
    for (name, place) in &check.capture {
        match check::capture(place, answer) {
            Some(value) => {
                values.insert(Variable::Capture(name.clone()), value);
            }
            None => missing.push(format!("the answer has no value for capture {name:?}")),
        }
    }
    missing
}

pub fn rendered(
    headers: &BTreeMap<String, String>,
    values: &Values,
) -> Result<BTreeMap<String, String>, Stop> {
    let render = |(name, value): (&String, &String)| Ok((name.clone(), template::render(value, values)?));
    headers.iter().map(render).collect()
}

fn request(check: &Check, values: &Values) -> Result<ProbeRequest, Stop> {
    let mut headers = rendered(&check.headers, values)?;
    let body = match (&check.body, &check.json) {
        (Some(text), _) => template::render(text, values)?,
        (None, Some(json)) => {
            if !headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
                headers.insert("content-type".to_owned(), "application/json".to_owned());
            }
            check::render_json(json, values)?.to_string()
        }
        (None, None) => String::new(),
    };
    Ok(ProbeRequest {
        method: check.method.clone(),
        path: template::render(&check.path, values)?,
        headers,
        body: body.into_bytes(),
        timeout: Duration::from_millis(check.timeout_ms),
    })
}
