//! Each AWS call denied, throttled, answered with 5xx, reset, slow, never answered.

use std::time::Duration;

use futures::StreamExt as _;
use local_pipeline::faults::{Fault, FaultKind};

use crate::front::{Must, Run, Seen, run};
use crate::stage::Stage;

/// Every call before the verdict.
const CALLS: [(&str, &str); 12] = [
    ("codedeploy", "GetDeployment"),
    ("codedeploy", "ListDeploymentTargets"),
    ("codedeploy", "GetDeploymentTarget"),
    ("ecs", "DescribeTaskSets"),
    ("ecs", "DescribeTaskDefinition"),
    ("elasticloadbalancing", "DescribeTargetGroups"),
    ("elasticloadbalancing", "DescribeListeners"),
    ("elasticloadbalancing", "DescribeLoadBalancers"),
    ("elasticloadbalancing", "DescribeRules"),
    ("elasticloadbalancing", "DescribeTargetHealth"),
    ("ssm", "GetParameter"),
    ("monitoring", "DescribeAlarms"),
];
/// Runs at the same time; most of their time is waiting.
const AT_ONCE: usize = 8;
/// Leaves the hook 3 s before its watchdog speaks.
const SHORT: Duration = Duration::from_secs(13);

fn fault(service: &str, operation: &str, times: Option<u64>, kind: FaultKind) -> Fault {
    Fault { times, kind, ..Fault::error(service, operation, 500, "InternalFailure") }
}

fn error(status: u16, code: &str) -> FaultKind {
    FaultKind::Error { status, code: code.to_owned() }
}

/// Name, fault, deadline, what must come of it.
fn faults(service: &str) -> Vec<(&'static str, Option<u64>, FaultKind, Duration, Must)> {
    let long = Duration::from_mins(2);
    let denied = if service == "elasticloadbalancing" { "AccessDenied" } else { "AccessDeniedException" };
    let throttled = if service == "elasticloadbalancing" { "Throttling" } else { "ThrottlingException" };
    vec![
        ("denied", None, error(403, denied), long, Must::Fail("AWS_DENIED")),
        ("throttled for good", None, error(400, throttled), long, Must::Fail("AWS_UNAVAILABLE")),
        ("throttled twice", Some(2), error(400, throttled), long, Must::Succeed),
        ("5xx for good", None, error(500, "InternalFailure"), long, Must::Fail("AWS_UNAVAILABLE")),
        ("5xx twice", Some(2), error(503, "ServiceUnavailable"), long, Must::Succeed),
        ("reset for good", None, FaultKind::Reset, long, Must::Fail("AWS_UNAVAILABLE")),
        ("reset once", Some(1), FaultKind::Reset, long, Must::Succeed),
        ("slow", Some(1), FaultKind::Latency { delay_ms: 1_500 }, long, Must::Succeed),
        ("never answered", None, FaultKind::Hang, SHORT, Must::Fail("OUT_OF_TIME")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_goes_wrong_in_every_way() {
    let stage = Stage::start().await;
    let mut cells = Vec::new();
    for (service, operation) in CALLS {
        for (name, times, kind, deadline, must) in faults(service) {
            let faults = vec![fault(service, operation, times, kind)];
            cells.push((format!("{operation} {name}"), Run { deadline, faults, ..Run::default() }, must));
        }
    }
    // The report's place does not decide anything: neither a verdict nor when it comes.
    for (name, times, kind, _, _) in faults("s3") {
        let faults = vec![fault("s3", "PutObject", times, kind)];
        cells.push((format!("PutObject {name}"), Run { faults, ..Run::default() }, Must::Succeed));
    }
    let count = cells.len();
    assert_eq!(count, 13 * 9);
    let stage = &stage;
    let done = futures::stream::iter(cells).map(|(name, cell, must)| async move {
        run(stage, cell).await.complaint(must).map(|complaint| format!("{name}: {complaint}"))
    });
    let complaints: Vec<String> = done.buffer_unordered(AT_ONCE).filter_map(async |it| it).collect().await;
    assert!(complaints.is_empty(), "{} of {count}:\n{}", complaints.len(), complaints.join("\n\n"));
}

fn put(times: Option<u64>, kind: FaultKind) -> Run {
    let operation = "PutLifecycleEventHookExecutionStatus";
    Run { faults: vec![fault("codedeploy", operation, times, kind)], ..Run::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdict_arrives_once_or_the_function_fails() {
    let stage = Stage::start().await;
    let stage = &stage;
    let unavailable = || error(503, "ServiceUnavailable");
    let cells = [
        ("denied", put(None, error(400, "AccessDeniedException")), Must::Error, 1),
        ("throttled for good", put(None, error(400, "ThrottlingException")), Must::Error, 6),
        ("throttled five times", put(Some(5), error(400, "ThrottlingException")), Must::Succeed, 6),
        ("5xx for good", put(None, unavailable()), Must::Error, 6),
        ("5xx twice", put(Some(2), unavailable()), Must::Succeed, 3),
        ("reset for good", put(None, FaultKind::Reset), Must::Error, 6),
        ("reset once", put(Some(1), FaultKind::Reset), Must::Succeed, 2),
        // CodeDeploy took it, and the answer was lost: the second try hears that it is there already.
        ("reset after it was taken", put(Some(1), FaultKind::ResetAfter), Must::Succeed, 2),
        ("slow", put(Some(1), FaultKind::Latency { delay_ms: 1_500 }), Must::Succeed, 1),
        ("never answered", put(None, FaultKind::Hang), Must::Error, 6),
        ("never answered once", put(Some(1), FaultKind::Hang), Must::Succeed, 2),
        (
            "an id that is not valid",
            put(None, error(400, "InvalidLifecycleEventHookExecutionIdException")),
            Must::Error,
            1,
        ),
        ("no such deployment", put(None, error(400, "DeploymentDoesNotExistException")), Must::Error, 1),
    ];
    let done = futures::stream::iter(cells).map(|(name, cell, must, tries)| async move {
        let seen: Seen = run(stage, cell).await;
        let wrong = (seen.put != tries).then(|| format!("{} tries instead of {tries}", seen.put));
        let statement =
            name != "denied" || seen.log.contains("codedeploy:PutLifecycleEventHookExecutionStatus");
        let wrong = wrong.or((!statement).then(|| "the missing statement is not said".to_owned()));
        let complaint = seen.complaint(must).or(wrong);
        complaint.map(|complaint| format!("{name}: {complaint}"))
    });
    let complaints: Vec<String> = done.buffer_unordered(AT_ONCE).filter_map(async |it| it).collect().await;
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_and_an_event_that_comes_twice() {
    let stage = Stage::start().await;
    let seen = run(&stage, Run { alarm: "ALARM", ..Run::default() }).await;
    assert_eq!(seen.complaint(Must::Fail("ALARM_RAISED")), None);
    // Both are judged while the event is in progress; CodeDeploy takes the first verdict, and the second event is done with that.
    let seen = run(&stage, Run { events: 2, ..Run::default() }).await;
    let answered: Vec<bool> = seen.answers.iter().map(Result::is_ok).collect();
    assert_eq!(
        (seen.accepted, answered, seen.put),
        (vec!["Succeeded".to_owned()], vec![true, true], 2),
        "{}",
        seen.log
    );
}
