//! Defects of the hook itself, in every phase: a panic, an await that never ends, a thread that is blocked.

use std::time::Duration;

use futures::StreamExt as _;
use serde_json::json;

use crate::world::{Scene, Seen, after, config, play};

const PHASES: [&str; 11] = [
    "config", "discover", "wiring", "health", "identity", "checks", "burst", "compare", "recheck", "alarms",
    "report",
];
/// The watchdog speaks after one second.
const SHORT: Duration = Duration::from_secs(11);

fn scene(defect: &'static str, phase: &'static str, left: Duration) -> Scene {
    let all = format!(
        "{}\n[burst]\npath = '/echo'\nrequests = 4\n[compare]\npaths = ['/echo']\nsamples = 2\n[alarms]\nnames = ['errors']\n",
        config("status = 200")
    );
    Scene {
        config: Some(all),
        environment: vec![(defect, phase)],
        deadline_ms: after(left),
        ..Scene::default()
    }
}

/// Exactly one verdict, and which; whether the function answered.
fn complaint(seen: &Seen, word: &str, reason: &str, answers: bool) -> Option<String> {
    let answered = seen.answer.as_ref().is_some_and(|it| it.as_ref().is_ok_and(|it| it["verdict"] == word));
    let right = seen.puts == [word] && seen.log.contains(reason) && answered == answers;
    (!right).then(|| format!("{word} {reason} {answers}: {:?} {:?}\n{}", seen.puts, seen.answer, seen.log))
}

async fn each(
    defect: &'static str,
    left: Duration,
    expected: impl Fn(&str) -> (&'static str, &'static str, bool),
) {
    let runs = futures::stream::iter(PHASES).map(|phase| {
        let (word, reason, answers) = expected(phase);
        async move {
            // A blocked thread answers nothing: Lambda ends it, and the verdict is there by then.
            let seen = play(scene(defect, phase, left), |puts| !answers && !puts.is_empty()).await;
            complaint(&seen, word, reason, answers).map(|why| format!("{defect} in {phase}: {why}"))
        }
    });
    let complaints: Vec<String> = runs.buffer_unordered(5).filter_map(async |it| it).collect().await;
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[tokio::test]
async fn a_panic_in_any_phase_is_reported() {
    // A defect of the report changes no verdict: every check has passed.
    let expected = |phase: &str| match phase {
        "report" => ("Succeeded", "could not be written", true),
        _ => ("Failed", "PANICKED", true),
    };
    each("VALIDATE_DEPLOY_TEST_PANIC", Duration::from_mins(1), expected).await;
}

#[tokio::test]
async fn an_await_that_never_ends_is_reported() {
    let expected = |phase: &str| match phase {
        "report" => ("Succeeded", "could not be written", true),
        _ => ("Failed", "OUT_OF_TIME", true),
    };
    // Long enough for the phases before; the report's own limit is 3 s.
    each("VALIDATE_DEPLOY_TEST_HANG", Duration::from_secs(14), expected).await;
}

#[tokio::test]
async fn a_blocked_thread_is_reported() {
    // The watchdog's log line comes after its verdict, so it may not be there yet.
    let expected = |phase: &str| match phase {
        // The verdict was decided, and the watchdog delivers it.
        "report" => ("Succeeded", "", false),
        _ => ("Failed", "", false),
    };
    each("VALIDATE_DEPLOY_TEST_BLOCK", Duration::from_secs(14), expected).await;
}

#[tokio::test]
async fn every_phase_runs_when_nothing_is_wrong() {
    let seen = play(scene("VALIDATE_DEPLOY_TEST_NONE", "", SHORT + Duration::from_secs(49)), |_| false).await;
    assert_eq!(complaint(&seen, "Succeeded", "ALL_PASSED", true), None);
    let report = seen.report.unwrap();
    let phases: Vec<&str> =
        report["phases"].as_array().unwrap().iter().map(|it| it["phase"].as_str().unwrap()).collect();
    assert_eq!(
        phases,
        [
            "config", "discover", "wiring", "health", "identity", "checks", "burst", "compare", "recheck",
            "alarms"
        ]
    );
    assert_eq!(report["verdict"], json!("Succeeded"));
}
