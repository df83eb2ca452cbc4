//! The promise: once both ids have arrived, exactly one verdict is accepted, or the function fails.
//!
//! The real binary runs under a Runtime API of its own and is given every fault that a hook may meet.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod aws;
mod defects;
mod native;
mod secrets;
mod tls;
mod traffic;
mod world;

use std::time::Duration;

use serde_json::{Value, json};
use world::{Scene, Seen, after, config, run};

fn verdict(seen: &Seen) -> (&[String], Option<&Value>) {
    let answer = seen.answer.as_ref().and_then(|answer| answer.as_ref().ok());
    (&seen.puts, answer.map(|answer| &answer["verdict"]))
}

fn assert_failed(seen: &Seen, reason: &str) {
    assert_eq!(verdict(seen), (["Failed".to_owned()].as_slice(), Some(&json!("Failed"))), "{}", seen.log);
    assert!(seen.log.contains(reason), "{reason} is not in\n{}", seen.log);
}

#[tokio::test]
async fn a_good_deployment_passes() {
    let seen = run(Scene::default()).await;
    assert_eq!(
        verdict(&seen),
        (["Succeeded".to_owned()].as_slice(), Some(&json!("Succeeded"))),
        "{}",
        seen.log
    );
    let report = seen.report.unwrap();
    assert_eq!(report["schema"], "validate-deploy/1");
    assert_eq!(report["expected_version"], world::DIGEST);
    assert_eq!(report["lifecycle_event"], "AfterAllowTestTraffic");
    let phases: Vec<&str> =
        report["phases"].as_array().unwrap().iter().map(|phase| phase["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["config", "discover", "wiring", "health", "identity", "checks", "recheck"]);
    assert!(seen.log.contains("CloudWatchMetrics"));
}

#[tokio::test]
async fn waiting_too_long_is_reported_and_answered() {
    let config = config("status = 200").replace("budget_ms = 200", "budget_ms = 900000");
    let deadline_ms = after(Duration::from_secs(11));
    let scene = Scene { config: Some(config), deadline_ms, target_state: "initial", ..Scene::default() };
    let seen = run(scene).await;
    assert_failed(&seen, "OUT_OF_TIME");
    assert_eq!(seen.puts.len(), 1);
}

#[tokio::test]
async fn a_bad_or_missing_configuration_is_reported() {
    for config in [None, Some("nonsense = 1".to_owned()), Some("report = '${env:NOT_SET}'".to_owned())] {
        assert_failed(&run(Scene { config, ..Scene::default() }).await, "CONFIG_INVALID");
    }
}

#[tokio::test]
async fn an_event_without_ids_is_a_function_error() {
    for event in [json!({"DeploymentId": "d-1"}), json!({}), json!(1)] {
        let seen = run(Scene { event, ..Scene::default() }).await;
        assert!(seen.answer.unwrap().is_err());
        assert!(seen.puts.is_empty());
    }
}

#[tokio::test]
async fn a_repeated_event_changes_nothing() {
    for (lifecycle, status) in [
        ("Succeeded", "Succeeded"),
        ("Failed", "Failed"),
        ("Succeeded", "InProgress"),
        ("Pending", "Stopped"),
    ] {
        let seen = run(Scene { lifecycle, status, ..Scene::default() }).await;
        assert_eq!(verdict(&seen), ([].as_slice(), Some(&Value::Null)), "{}", seen.log);
        assert_eq!(seen.report, None, "the first report stays");
    }
}

/// CodeDeploy may call before its own API shows the event: that is no repeated event, and saying nothing would hang the deployment.
#[tokio::test]
async fn an_event_that_is_shown_late_is_judged_and_one_that_is_never_shown_is_refused() {
    let seen = run(Scene { shows_after: 2, ..Scene::default() }).await;
    assert_eq!(verdict(&seen).1, Some(&json!("Succeeded")), "{}", seen.log);
    let seen = run(Scene { lifecycle: "Pending", ..Scene::default() }).await;
    assert_failed(&seen, "GREEN_UNCLEAR");
}

#[tokio::test]
async fn deadlines_that_are_none() {
    // In 1970, as some emulators send it; a second ago.
    for deadline_ms in [300_000, after(Duration::ZERO) - 1_000] {
        let seen = run(Scene { deadline_ms, ..Scene::default() }).await;
        assert_eq!(verdict(&seen).1, Some(&json!("Succeeded")), "{}", seen.log);
    }
}

#[tokio::test]
async fn too_little_time_to_test_is_refused_at_once() {
    assert_failed(
        &run(Scene { deadline_ms: after(Duration::from_secs(5)), ..Scene::default() }).await,
        "OUT_OF_TIME",
    );
}

/// A deployment that undoes another one is judged like every other one: only what was tested passes.
#[tokio::test]
async fn rollback_deployments() {
    let creator = "codeDeployRollback";
    let seen = run(Scene { creator, ..Scene::default() }).await;
    assert_eq!(
        verdict(&seen),
        (["Succeeded".to_owned()].as_slice(), Some(&json!("Succeeded"))),
        "{}",
        seen.log
    );
    let seen = run(Scene { creator, external_id: "d-0", ..Scene::default() }).await;
    assert_failed(&seen, "GREEN_UNCLEAR");
    assert!(seen.log.contains("to undo another one"), "{}", seen.log);
}

#[tokio::test]
async fn the_report_is_one_json_line_per_phase_and_one_metric() {
    let seen = run(Scene::default()).await;
    let lines: Vec<Value> = seen.log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let phases: Vec<&str> = lines.iter().filter_map(|line| line["phase"].as_str()).collect();
    assert_eq!(phases, ["config", "discover", "wiring", "health", "identity", "checks", "recheck", "report"]);
    let metrics: Vec<&Value> = lines.iter().filter(|line| line.get("_aws").is_some()).collect();
    assert_eq!(metrics.len(), 1);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html (2026-11)
    let directive = &metrics[0]["_aws"]["CloudWatchMetrics"][0];
    for metric in directive["Metrics"].as_array().unwrap() {
        assert!(metrics[0][metric["Name"].as_str().unwrap()].is_number(), "{metric}");
    }
    for dimension in directive["Dimensions"][0].as_array().unwrap() {
        assert!(metrics[0][dimension.as_str().unwrap()].is_string(), "{dimension}");
    }
    assert_eq!((&metrics[0]["Succeeded"], &metrics[0]["Failed"]), (&json!(1), &json!(0)));
}
