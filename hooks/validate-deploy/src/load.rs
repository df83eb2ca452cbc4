//! The phases that send many requests: burst, and compare with blue.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use greenlight_core::hook::burst::{self, Shot};
use greenlight_core::hook::compare::{self, Samples};
use greenlight_core::hook::model::{Burst, Compare};
use greenlight_core::hook::template::{self, Values};
use greenlight_core::hook::verdict::ReasonCode;

use crate::error::Stop;
use crate::probe::{Probe, ProbeRequest};
use crate::record::{Record, millis};
use crate::runner::{Served, rendered};

/// Many requests at once.
pub async fn burst(
    probe: &Probe,
    limits: &Burst,
    values: &Values,
    served: Option<&Served>,
    record: &Record,
) -> Result<((), String), Stop> {
    let request = ProbeRequest {
        method: "GET".to_owned(),
        path: template::render(&limits.path, values)?,
        headers: rendered(&limits.headers, values)?,
        body: Vec::new(),
        timeout: Duration::from_millis(limits.timeout_ms),
    };
    let secrets = record.secrets();
    let shot = || async {
        let started = Instant::now();
        let answer = probe.send(&request).await;
        let error = match &answer {
            Err(error) => Some(error.0.clone()),
            Ok(answer) if answer.status != limits.status => Some(format!("status is {}", answer.status)),
            Ok(answer) => served.and_then(|served| served.wrong(answer, &secrets)),
        };
        Shot { elapsed_ms: millis(started.elapsed()), error }
    };
    let concurrency = usize::try_from(limits.concurrency).unwrap_or(usize::MAX);
    let shots: Vec<Shot> = futures::stream::iter(0..limits.requests)
        .map(|_| shot())
        .buffer_unordered(concurrency)
        .collect()
        .await;
    let summary = burst::decide(limits, &shots);
    if summary.wrong.is_empty() {
        return Ok(((), summary.text));
    }
    Err(Stop::new(ReasonCode::BurstFailed, format!("{} ({})", summary.wrong.join("; "), summary.text)))
}

/// The same requests to blue and to green, in turn, so that whatever else happens happens to both.
pub async fn compare(
    (blue, green): (&Probe, &Probe),
    limits: &Compare,
    values: &Values,
    served: Option<&Served>,
    record: &Record,
) -> Result<((), String), Stop> {
    let headers = rendered(&limits.headers, values)?;
    let secrets = record.secrets();
    let mut wrong = Vec::new();
    for path in &limits.paths {
        let request = ProbeRequest {
            method: "GET".to_owned(),
            path: template::render(path, values)?,
            headers: headers.clone(),
            body: Vec::new(),
            timeout: Duration::from_millis(limits.timeout_ms),
        };
        let (mut was, mut is) = (Samples::default(), Samples::default());
        for _ in 0..limits.samples {
            for (probe, samples) in [(blue, &mut was), (green, &mut is)] {
                match probe.send(&request).await {
                    Ok(answer) => samples.answers.push(answer),
                    Err(error) => samples.errors.push(error.0),
                }
            }
            // A comparison of blue with blue finds no difference.
            if let Some(mismatch) =
                is.answers.last().and_then(|answer| served.and_then(|served| served.wrong(answer, &secrets)))
            {
                return Err(Stop::new(ReasonCode::CompareFailed, format!("{path}: {mismatch}")));
            }
        }
        wrong.extend(compare::decide(limits, path, &was, &is));
    }
    if wrong.is_empty() {
        return Ok(((), format!("{} paths answer as blue's do", limits.paths.len())));
    }
    Err(Stop::new(ReasonCode::CompareFailed, wrong.join("; ")))
}
