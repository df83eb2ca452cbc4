//! The report that `validate-deploy` left about the deployment of this execution in the test environment.

use greenlight_core::approval::dossier::Report;
use greenlight_core::approval::pending::{ActionRun, Pending};
use greenlight_kit::{AwsError, AwsErrorKind};
use jiff::Timestamp;
use serde_json::Value;

use super::{Definition, convert};
use crate::config::ReportLocation;
use crate::session::Session;

/// The only form of report that is understood.
const SCHEMA: &str = "validate-deploy/1";
/// A report is a few kilobytes; more is not a report.
const MAX_BYTES: i64 = 1_000_000;

pub async fn gather_report(
    session: &Session,
    location: Option<&ReportLocation>,
    deployment_id: Option<&str>,
    now: Timestamp,
) -> Report {
    let Some(location) = location else { return Report::NotConfigured };
    let missing = |why: String| Report::Missing { why };
    let Some(deployment_id) = deployment_id else {
        return missing("this execution has no CodeDeploy deployment before the approval".to_owned());
    };
    let key = location.key(deployment_id);
    let place = format!("s3://{}/{key}", location.bucket);
    let output = match session.objects.get_object().bucket(location.bucket.as_str()).key(&key).send().await {
        Ok(output) => output,
        Err(error) => {
            let error = AwsError::new("s3", "GetObject", &error);
            return missing(match error.kind {
                AwsErrorKind::NotFound => format!("there is no {place}"),
                _ => format!("{place} cannot be read: {error}"),
            });
        }
    };
    if output.content_length().is_some_and(|length| length > MAX_BYTES) {
        return missing(format!("{place} is too large to be a report"));
    }
    let written = convert::timestamp(output.last_modified());
    match output.body.collect().await {
        Ok(body) => {
            parse(&body.into_bytes(), deployment_id, written.map(|at| now.as_second() - at.as_second()))
                .unwrap_or_else(|why| missing(format!("{place} {why}")))
        }
        Err(error) => missing(format!("{place} cannot be read: {error}")),
    }
}

/// The newest deployment that this execution made before it came to the approval.
pub fn deployment_before(definition: &Definition, pending: &Pending, runs: &[ActionRun]) -> Option<String> {
    let gate = definition.position(&pending.stage)?;
    let before = |run: &&ActionRun| definition.position(&run.stage).is_some_and(|stage| stage < gate);
    runs.iter()
        .filter(|run| run.execution_id == pending.execution_id && run.category == "Deploy")
        .filter(|run| run.provider.starts_with("CodeDeploy"))
        .filter(before)
        .max_by_key(|run| run.started)
        .and_then(|run| run.external_id.clone())
}

fn parse(body: &[u8], deployment_id: &str, age_secs: Option<i64>) -> Result<Report, String> {
    let report: Value = serde_json::from_slice(body).map_err(|error| format!("is not JSON: {error}"))?;
    let text = |name: &str| report.get(name).and_then(Value::as_str);
    match text("schema") {
        Some(SCHEMA) => {}
        Some(other) => return Err(format!("has the unknown schema {other:?}")),
        None => return Err(format!("is not a {SCHEMA} report")),
    }
    let verdict = text("verdict").ok_or("has no verdict")?;
    let reason = report.get("reason").filter(|reason| !reason.is_null());
    Ok(Report::Found {
        deployment_id: text("deployment_id").unwrap_or("(unnamed)").to_owned(),
        belongs: text("deployment_id") == Some(deployment_id),
        passed: ["passed", "succeeded"].iter().any(|word| verdict.eq_ignore_ascii_case(word)),
        verdict: verdict.to_owned(),
        reason: reason.map(|reason| reason.as_str().map_or_else(|| reason.to_string(), str::to_owned)),
        age_secs,
        failed: failed(&report),
    })
}

/// Names of phases and checks that did not pass.
fn failed(report: &Value) -> Vec<String> {
    let of = |list: &str, name: &str| -> Vec<String> {
        let items = report.get(list).and_then(Value::as_array).into_iter().flatten();
        let failed = items.filter(|item| item.get("passed").and_then(Value::as_bool) == Some(false));
        failed.filter_map(|item| item.get(name)?.as_str().map(str::to_owned)).collect()
    };
    let checks = of("checks", "name");
    // A failed check also fails the phase of the checks, which says less.
    let phases = of("phases", "phase").into_iter().filter(|phase| checks.is_empty() || phase != "checks");
    phases.chain(checks.iter().cloned()).collect()
}

/// Reason and message of the report about a deployment, for whoever watches it fail.
pub async fn gather_reason(
    session: &Session,
    location: &ReportLocation,
    deployment_id: &str,
) -> Option<String> {
    let key = location.key(deployment_id);
    let output = session.objects.get_object().bucket(location.bucket.as_str()).key(&key).send().await.ok()?;
    if output.content_length().is_some_and(|length| length > MAX_BYTES) {
        return None;
    }
    let report: Value = serde_json::from_slice(&output.body.collect().await.ok()?.into_bytes()).ok()?;
    let text = |name: &str| report.get(name).and_then(Value::as_str);
    if text("deployment_id") != Some(deployment_id) {
        return None;
    }
    Some(format!("{}: {}", text("reason")?, text("message").unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_report_of_this_deployment_counts() {
        let of = |json: &str| parse(json.as_bytes(), "d-1", Some(5));
        let good =
            of(r#"{"schema":"validate-deploy/1","verdict":"Succeeded","reason":null,"deployment_id":"d-1"}"#);
        assert!(
            matches!(good, Ok(Report::Found { passed: true, belongs: true, reason: None, .. })),
            "{good:?}"
        );
        let other = of(r#"{"schema":"validate-deploy/1","verdict":"passed","deployment_id":"d-2"}"#);
        assert!(matches!(other, Ok(Report::Found { belongs: false, .. })));
        let failed = of(
            r#"{"schema":"validate-deploy/1","verdict":"Failed","reason":"CHECK_FAILED","deployment_id":"d-1",
                "phases":[{"phase":"health","passed":true},{"phase":"checks","passed":false}],
                "checks":[{"name":"login","passed":false},{"name":"home","passed":true}]}"#,
        );
        assert!(
            matches!(failed, Ok(Report::Found { passed: false, reason: Some(reason), failed, .. }) if reason == "CHECK_FAILED" && failed == ["login"])
        );
        for bad in [
            "",
            "[]",
            r#"{"verdict":"passed"}"#,
            r#"{"schema":"validate-deploy/2","verdict":"passed"}"#,
            r#"{"schema":"validate-deploy/1"}"#,
        ] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
