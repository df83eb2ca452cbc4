//! ECS's own blue/green deployments: every stage, waiting by being called again, roll-backs.

use serde_json::{Value, json};

use crate::world::{Scene, Seen, config, run};

fn event(stage: &str, test: &Value, production: &Value, details: &Value) -> Value {
    json!({"executionId": "e-1", "lifecycleStage": stage, "resourceArn": "arn:sd", "hookDetails": details,
        "executionDetails": {"serviceArn": "arn:s", "targetServiceRevisionArn": "green",
            "testTrafficWeights": test, "productionTrafficWeights": production}})
}

fn at(stage: &str, details: &Value) -> Value {
    event(stage, &json!({}), &json!({}), details)
}

const STAGE: &str = "POST_TEST_TRAFFIC_SHIFT";

/// Waits long enough for a busy machine.
fn patient() -> String {
    config("status = 200").replace("budget_ms = 200", "budget_ms = 60000")
}

async fn answer(scene: Scene) -> (Value, Seen) {
    let seen = run(scene).await;
    let answer = seen.answer.clone().unwrap().unwrap();
    assert!(seen.puts.is_empty(), "CodeDeploy has no part in it");
    (answer, seen)
}

/// Calls as ECS does, with what the last answer said, until it is no `IN_PROGRESS`.
async fn called_until_done(make: impl Fn(&Value) -> Scene) -> (Value, usize) {
    let mut details = json!({"mine": "stays"});
    for calls in 1..10 {
        let (answer, _) = answer(make(&details)).await;
        for (key, value) in answer["hookDetails"].as_object().unwrap() {
            details[key] = value.clone();
        }
        if answer["hookStatus"] != "IN_PROGRESS" {
            return (answer, calls);
        }
        assert!(answer["callBackDelay"].as_u64().unwrap() >= 1, "{answer}");
    }
    panic!("it never ended");
}

#[tokio::test]
async fn green_is_found_by_its_revision_and_waited_for() {
    let (answer, calls) = called_until_done(|details| Scene {
        event: at(STAGE, details),
        config: Some(patient()),
        ..Scene::default()
    })
    .await;
    // Healthy in one look is not enough: the second call passes.
    assert_eq!((&answer["hookStatus"], calls), (&json!("SUCCEEDED"), 2), "{answer}");
}

#[tokio::test]
async fn what_is_wrong_is_waited_for_and_then_refused() {
    for (scene, reason) in [
        (|| Scene { target_state: "unhealthy", ..Scene::default() }, "UNHEALTHY"),
        (|| Scene { blue_weight: 1, ..Scene::default() }, "NOT_WIRED"),
    ] as [(fn() -> Scene, &str); 2]
    {
        let mut late = json!({"validate-deploy": {"stage": STAGE, "since_ms": 1, "healthy": false}});
        let (answer, _) = answer(Scene { event: at(STAGE, &late), ..scene() }).await;
        assert_eq!(
            (&answer["hookStatus"], &answer["hookDetails"]["reason"]),
            (&json!("FAILED"), &json!(reason))
        );
        late["validate-deploy"]["stage"] = json!("PRE_PRODUCTION_TRAFFIC_SHIFT");
        let (answer, _) =
            self::answer(Scene { event: at(STAGE, &late), config: Some(patient()), ..scene() }).await;
        assert_eq!(answer["hookStatus"], "IN_PROGRESS", "the time of another stage does not count");
    }
}

#[tokio::test]
async fn a_wrong_version_is_refused() {
    let mut pool = vec![crate::world::DIGEST; 3];
    pool[1] = "sha256:0ld";
    let (answer, _) = called_until_done(|details| Scene {
        event: at(STAGE, details),
        config: Some(patient()),
        pool: pool.clone(),
        ..Scene::default()
    })
    .await;
    assert_eq!(answer["hookDetails"]["reason"], "IDENTITY_MISMATCH");
}

#[tokio::test]
async fn a_rollback_has_nothing_to_test_and_is_checked_to_be_one() {
    let zero = json!({"green": 0, "blue": 100});
    for stage in ["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"] {
        for (rolls_back, status) in [(true, "SUCCEEDED"), (false, "FAILED")] {
            let event = event(stage, &zero, &zero, &Value::Null);
            let (answer, seen) = answer(Scene { event, rolls_back, ..Scene::default() }).await;
            assert_eq!(answer["hookStatus"], status, "{}", seen.log);
        }
    }
}

#[tokio::test]
async fn stages_at_which_nothing_can_be_tested_are_refused() {
    for stage in ["RECONCILE_SERVICE", "PRE_SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "SOMETHING_NEW"]
    {
        let (answer, _) = answer(Scene { event: at(stage, &Value::Null), ..Scene::default() }).await;
        assert_eq!(
            (&answer["hookStatus"], &answer["hookDetails"]["reason"]),
            (&json!("FAILED"), &json!("STAGE_UNKNOWN"))
        );
    }
}

#[tokio::test]
async fn the_configuration_of_the_hook_wins_and_its_url_needs_no_load_balancer() {
    let inline = "[target]\nurl = 'http://127.0.0.1:1'\n[[check]]\nname = 'a'\npath = '/'\nconnection_attempts = 1\n\
        expect = { status = 200 }\n";
    let (answer, seen) =
        answer(Scene { event: at(STAGE, &json!({"config": inline})), ..Scene::default() }).await;
    assert_eq!(answer["hookDetails"]["reason"], "CHECK_UNREACHABLE", "{}", seen.log);
    let (answer, _) =
        self::answer(Scene { event: at(STAGE, &json!({"config": "nonsense"})), ..Scene::default() }).await;
    assert_eq!(answer["hookDetails"]["reason"], "CONFIG_INVALID");
}

#[tokio::test]
async fn a_gate_that_fails_open_is_warned_of() {
    let seen = run(Scene { event: at(STAGE, &Value::Null), fails_open: true, ..Scene::default() }).await;
    assert!(seen.log.contains("action CONTINUE"), "{}", seen.log);
}

#[tokio::test]
async fn a_defect_is_an_answer() {
    for phase in ["config", "discover", "wiring", "health"] {
        let environment = vec![("VALIDATE_DEPLOY_TEST_PANIC", phase)];
        let config = Some(config("status = 200"));
        let (answer, _) =
            answer(Scene { event: at(STAGE, &Value::Null), config, environment, ..Scene::default() }).await;
        assert_eq!(
            (&answer["hookStatus"], &answer["hookDetails"]["reason"]),
            (&json!("FAILED"), &json!("PANICKED"))
        );
    }
}
