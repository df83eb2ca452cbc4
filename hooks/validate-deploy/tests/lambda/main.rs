//! The promise: once both ids have arrived, exactly one verdict is accepted, or the function fails.
//!
//! The real binary runs under a Runtime API of its own and is given every fault that a hook may meet.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod aws;
mod world;

use std::time::Duration;

use serde_json::{Value, json};
use world::{SECRET, Scene, Seen, after, config, play, run};

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
    assert_eq!(phases, ["config", "discover", "wiring", "health", "identity", "checks"]);
    assert!(seen.log.contains("CloudWatchMetrics"));
}

#[tokio::test]
async fn a_panic_in_any_phase_is_reported() {
    for phase in ["config", "discover", "wiring", "health", "identity", "checks"] {
        let environment = vec![("VALIDATE_DEPLOY_TEST_PANIC", phase)];
        assert_failed(&run(Scene { environment, ..Scene::default() }).await, "PANICKED");
    }
}

#[tokio::test]
async fn a_blocked_thread_is_reported_in_time() {
    let scene = Scene {
        environment: vec![("VALIDATE_DEPLOY_TEST_HANG", "health")],
        deadline_ms: after(Duration::from_secs(11)),
        ..Scene::default()
    };
    let seen = play(scene, |puts| !puts.is_empty()).await;
    assert_eq!(verdict(&seen), (["Failed".to_owned()].as_slice(), None), "{}", seen.log);
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
async fn reporting_is_retried_on_what_may_pass() {
    let put_errors = [(500, "InternalFailure"), (400, "ThrottlingException")].into();
    let seen = run(Scene { put_errors, ..Scene::default() }).await;
    assert_eq!((seen.puts.len(), verdict(&seen).1), (3, Some(&json!("Succeeded"))), "{}", seen.log);
}

#[tokio::test]
async fn an_answer_that_is_there_already_is_enough() {
    let put_errors = [(400, "LifecycleEventAlreadyCompletedException")].into();
    let seen = run(Scene { put_errors, ..Scene::default() }).await;
    assert_eq!((seen.puts.len(), verdict(&seen).1), (1, Some(&json!("Succeeded"))), "{}", seen.log);
}

#[tokio::test]
async fn a_verdict_that_cannot_be_delivered_is_a_function_error() {
    let seen = run(Scene { put_errors: [(400, "AccessDeniedException")].into(), ..Scene::default() }).await;
    let error = seen.answer.unwrap().unwrap_err().to_string();
    assert_eq!(seen.puts.len(), 1, "a missing permission does not come by asking again");
    assert!(error.contains("codedeploy:PutLifecycleEventHookExecutionStatus"), "{error}");
    let seen = run(Scene { put_errors: [(503, "ServiceUnavailable"); 6].into(), ..Scene::default() }).await;
    assert_eq!((seen.puts.len(), seen.answer.unwrap().is_err()), (6, true));
}

#[tokio::test]
async fn a_repeated_event_changes_nothing() {
    for lifecycle in ["Succeeded", "Failed"] {
        let seen = run(Scene { lifecycle, ..Scene::default() }).await;
        assert_eq!(verdict(&seen), ([].as_slice(), Some(&Value::Null)), "{}", seen.log);
        assert_eq!(seen.report, None, "the first report stays");
    }
}

#[tokio::test]
async fn a_deadline_in_1970_is_no_deadline() {
    let seen = run(Scene { deadline_ms: 300_000, ..Scene::default() }).await;
    assert_eq!(verdict(&seen).1, Some(&json!("Succeeded")), "{}", seen.log);
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
async fn one_old_task_of_three_is_always_refused() {
    for old in 0..3 {
        let mut pool = vec![world::DIGEST; 3];
        pool[old] = "sha256:0ld";
        assert_failed(&run(Scene { pool, ..Scene::default() }).await, "IDENTITY_MISMATCH");
    }
}

#[tokio::test]
async fn what_is_not_green_is_refused() {
    assert_failed(&run(Scene { blue_weight: 1, ..Scene::default() }).await, "NOT_WIRED");
    assert_failed(&run(Scene { target_state: "unhealthy", ..Scene::default() }).await, "UNHEALTHY");
}

#[tokio::test]
async fn a_failed_check_is_refused_and_secrets_stay_secret() {
    let seen = run(Scene { config: Some(config("body = 'something else'")), ..Scene::default() }).await;
    assert_failed(&seen, "CHECK_FAILED");
    let report = seen.report.unwrap();
    assert_eq!(report["checks"][0]["wrong"], 2);
    assert!(report.to_string().contains("***") && !report.to_string().contains(SECRET), "{report}");
    assert!(!seen.log.contains(SECRET), "{}", seen.log);
}

#[tokio::test]
async fn ecs_events_are_answered() {
    let event = |stage: &str, weight: u32| {
        json!({"executionId": "e-1", "lifecycleStage": stage, "resourceArn": "arn:sd", "executionDetails": {
            "targetServiceRevisionArn": "green", "testTrafficWeights": {"green": weight}}})
    };
    for (event, status) in [
        (event("TEST_TRAFFIC_SHIFT", 0), "SUCCEEDED"),
        (event("PRE_SCALE_UP", 100), "FAILED"),
        // The configuration has no target.url.
        (event("POST_TEST_TRAFFIC_SHIFT", 100), "FAILED"),
    ] {
        let config = Some("[[check]]\nname = 'a'\npath = '/'\nexpect = { status = 200 }".to_owned());
        let seen = run(Scene { event, config, ..Scene::default() }).await;
        assert_eq!(seen.answer.unwrap().unwrap()["hookStatus"], status, "{}", seen.log);
        assert!(seen.puts.is_empty());
    }
}
