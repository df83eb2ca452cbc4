//! What may happen between the look and the answer, against the pipeline engine.

use std::os::unix::fs::PermissionsExt as _;

use approve::decide::Outcome;
use approve::error::Error;
use approve::prompt::Answer;
use approve::show::text;
use greenlight_core::approval::decision::Block;
use greenlight_core::approval::freeze::{Freeze, Window};
use greenlight_core::approval::pending::Change;
use greenlight_core::report::printable;
use jiff::Timestamp;
use local_pipeline::faults::{Fault, FaultKind};
use serde_json::json;

use crate::world::{World, commit_prefix};

#[tokio::test]
async fn the_commit_lets_it_through_once() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    let outcome = world.decide(&gate, &dossier, async |question| {
        assert!(question.contains("first 4 characters of the commit"), "{question}");
        Answer::Line(commit_prefix(&dossier))
    });
    let Outcome::Approved { summary } = outcome.await.unwrap() else { panic!("not approved") };
    assert!(summary.contains("by bob · commit "), "{summary}");
    assert_eq!(world.puts(), 1);
    let run = world.approval().await;
    assert_eq!(
        (run["status"].as_str(), run["summary"].as_str()),
        (Some("Succeeded"), Some(summary.as_str()))
    );

    let audit = std::fs::read_to_string(world.audit_file()).unwrap();
    let events: Vec<serde_json::Value> =
        audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["sending", "taken"]);
    assert!(!audit.contains(&dossier.pending.token));
    assert_eq!(std::fs::metadata(world.audit_file()).unwrap().permissions().mode() & 0o777, 0o600);
    world.stop().await;
}

#[tokio::test]
async fn a_wrong_text_sends_nothing() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    for typed in ["y", "", "zzzz"] {
        let outcome = world.decide(&gate, &dossier, async |_| Answer::Line(typed.to_owned())).await.unwrap();
        assert_eq!(outcome, Outcome::Declined, "{typed}");
    }
    assert_eq!(world.decide(&gate, &dossier, async |_| Answer::Closed).await.unwrap(), Outcome::Declined);
    assert_eq!(world.puts(), 0);
    assert!(!world.audit_file().exists());
    world.stop().await;
}

#[tokio::test]
async fn somebody_else_answers_while_the_question_is_open() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    let outcome = world
        .decide(&gate, &dossier, async |_| {
            world.answer(&dossier, "Rejected").await;
            Answer::Line(commit_prefix(&dossier))
        })
        .await
        .unwrap();
    assert!(
        matches!(&outcome, Outcome::Changed(Change::Answered { status, by: Some(_) }) if status == "Failed"),
        "{outcome:?}"
    );
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

#[tokio::test]
async fn the_execution_is_stopped_while_the_question_is_open() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    let outcome = world
        .decide(&gate, &dossier, async |_| {
            let id = &dossier.pending.execution_id;
            world
                .call(
                    "StopPipelineExecution",
                    json!({"pipelineName": "greenlight", "pipelineExecutionId": id}),
                )
                .await;
            Answer::Line(commit_prefix(&dossier))
        })
        .await
        .unwrap();
    assert!(
        matches!(&outcome, Outcome::Changed(Change::Ended { status, .. }) if status == "Stopped"),
        "{outcome:?}"
    );
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

#[tokio::test]
async fn a_newer_execution_arrives_while_the_question_is_open() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    let outcome = world
        .decide(&gate, &dossier, async |_| {
            world.start_execution().await;
            world
                .until(|state| {
                    state["stageStates"][1]["inboundExecutions"].as_array().is_some_and(|all| !all.is_empty())
                })
                .await;
            Answer::Line(commit_prefix(&dossier))
        })
        .await
        .unwrap();
    assert!(
        matches!(&outcome, Outcome::Blocked { blocks } if matches!(blocks[..], [Block::NewerExecution { .. }])),
        "{outcome:?}"
    );
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

#[tokio::test]
async fn a_replaced_token_and_an_expired_approval_are_named() {
    let world = World::start("QUEUED").await;
    let (gate, dossier) = world.waiting().await;
    let mut replaced = dossier.clone();
    replaced.pending.token = "00000000-0000-0000-0000-000000000000".to_owned();
    let ask = async |_: String| Answer::Line(commit_prefix(&dossier));
    assert_eq!(world.decide(&gate, &replaced, ask).await.unwrap(), Outcome::Changed(Change::Token));

    let mut expired = dossier.clone();
    expired.expires = Some(Timestamp::UNIX_EPOCH);
    let at = Timestamp::UNIX_EPOCH;
    assert!(matches!(world.decide(&gate, &expired, ask).await.unwrap(), Outcome::Blocked { .. }));
    let overridden = world.decide_all_the_same(&gate, &expired, ask).await.unwrap();
    assert_eq!(overridden, Outcome::Changed(Change::Expired { at }));
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_read_back_and_never_repeated() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    let fault = |kind| Fault { kind, ..Fault::error("codepipeline", "PutApprovalResult", 500, "") };
    let ask = async |_: String| Answer::Line(commit_prefix(&dossier));

    world.faults().add(fault(FaultKind::Reset));
    let lost = world.decide(&gate, &dossier, ask).await;
    assert!(matches!(lost, Err(Error::Unclear(_))), "{lost:?}");
    assert_eq!(world.puts(), 1);
    assert_eq!(world.approval().await["status"], "InProgress");

    world.faults().clear();
    world.faults().add(fault(FaultKind::ResetAfter));
    let arrived = world.decide(&gate, &dossier, ask).await.unwrap();
    assert!(matches!(arrived, Outcome::Approved { .. }), "{arrived:?}");
    assert_eq!(world.puts(), 2);
    assert_eq!(world.approval().await["status"], "Succeeded");
    world.stop().await;
}

#[tokio::test]
async fn what_others_wrote_does_not_steer_the_terminal() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    assert!(dossier.commit.get().unwrap().message.as_deref().unwrap().contains('\u{1b}'));
    assert!(dossier.custom_data.as_deref().unwrap().contains('\u{9b}'));
    let shown = text::dossier(&dossier, &[], &gate.target.policy, Timestamp::now(), true);
    let plain = anstream::adapter::strip_str(&shown).to_string();
    for line in plain.lines() {
        assert_eq!(printable(line), line);
    }
    assert!(plain.contains("ship it \\u{1b}]0;pwned\\u{7}"), "{plain}");
    world.stop().await;
}

#[tokio::test]
async fn it_is_superseded_while_the_question_is_open() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    let ours = dossier.pending.execution_id.clone();
    let mut newer = String::new();
    let outcome = world
        .decide(&gate, &dossier, async |_| {
            newer = world.start_execution().await;
            world.gateway.engines().pipeline.supersede("greenlight", &ours).unwrap();
            Answer::Line(commit_prefix(&dossier))
        })
        .await
        .unwrap();
    assert_eq!(
        outcome,
        Outcome::Changed(Change::Superseded { execution_id: ours.clone(), by: Some(newer.clone()) })
    );
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

#[tokio::test]
async fn the_token_is_replaced_or_the_time_is_over_while_the_question_is_open() {
    let world = World::start("QUEUED").await;
    let pipeline = &world.gateway.engines().pipeline;
    let (gate, dossier) = world.waiting().await;
    let outcome = world.decide(&gate, &dossier, async |_| {
        pipeline.replace_token("greenlight", &dossier.pending.execution_id).unwrap();
        Answer::Line(commit_prefix(&dossier))
    });
    assert_eq!(outcome.await.unwrap(), Outcome::Changed(Change::Token));

    let (gate, dossier) = world.waiting().await;
    let outcome = world.decide(&gate, &dossier, async |_| {
        pipeline.expire("greenlight", &dossier.pending.execution_id).unwrap();
        Answer::Line(commit_prefix(&dossier))
    });
    let outcome = outcome.await.unwrap();
    assert!(
        matches!(&outcome, Outcome::Changed(Change::Answered { status, .. }) if status == "Failed"),
        "{outcome:?}"
    );
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

/// A pipeline is renamed by making another one and deleting this.
#[tokio::test]
async fn the_pipeline_is_renamed_while_the_question_is_open() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    let outcome = world.decide(&gate, &dossier, async |_| {
        world.call("DeletePipeline", json!({"name": "greenlight"})).await;
        Answer::Line(commit_prefix(&dossier))
    });
    let renamed = Outcome::Changed(Change::Renamed { pipeline: "greenlight".into() });
    assert_eq!(outcome.await.unwrap(), renamed);
    assert_eq!(world.puts(), 0);

    // A new one of the same name knows nothing of the old one's executions.
    world.create("SUPERSEDED").await;
    world.start_execution().await;
    world.until_waiting(1).await;
    let outcome = world.decide(&gate, &dossier, async |_| Answer::Line(commit_prefix(&dossier))).await;
    assert_eq!(outcome.unwrap(), renamed);
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

/// Both looked, both were sure, both send: one counts, and the other one is told who was faster.
#[tokio::test]
async fn two_engineers_answer_at_once() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    world.faults().add(Fault {
        kind: FaultKind::Latency { delay_ms: 500 },
        ..Fault::error("codepipeline", "PutApprovalResult", 0, "")
    });
    let ask = async |_: String| Answer::Line(commit_prefix(&dossier));
    let (one, other) = tokio::join!(world.decide(&gate, &dossier, ask), world.decide(&gate, &dossier, ask));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(world.puts(), 2, "both passed the second look");
    let approved =
        [&one, &other].iter().filter(|outcome| matches!(outcome, Outcome::Approved { .. })).count();
    let told = [&one, &other]
        .iter()
        .filter(|outcome| matches!(outcome, Outcome::Changed(Change::Answered { by: Some(_), .. })))
        .count();
    assert_eq!((approved, told), (1, 1), "{one:?} {other:?}");
    let audit = std::fs::read_to_string(world.audit_file()).unwrap();
    let events: Vec<serde_json::Value> =
        audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["changed", "sending", "sending", "taken"]);
    world.stop().await;
}

/// Another execution reached production meanwhile: what was shown as the difference is no longer what happens.
#[tokio::test]
async fn production_changes_while_the_question_is_open() {
    let world = World::start("QUEUED").await;
    let (_, first) = world.waiting().await;
    world.answer(&first, "Approved").await;
    let second = world.start_execution().await;
    world.until_waiting(1).await;
    let (gate, dossier) = world.waiting().await;
    assert_eq!(dossier.pending.execution_id, second);
    let outcome = world.decide(&gate, &dossier, async |_| {
        world.release().await;
        world.until(|state| state["stageStates"][2]["latestExecution"]["status"] == "Succeeded").await;
        Answer::Line(commit_prefix(&dossier))
    });
    assert_eq!(
        outcome.await.unwrap(),
        Outcome::Changed(Change::Production { shown: "none".into(), now: first.pending.execution_id })
    );
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_recorded_is_not_sent() {
    let world = World::start("SUPERSEDED").await;
    let (gate, dossier) = world.waiting().await;
    std::fs::create_dir_all(world.audit_file()).unwrap();
    let sent = world.decide(&gate, &dossier, async |_| Answer::Line(commit_prefix(&dossier))).await;
    assert!(matches!(sent, Err(Error::Audit(_))), "{sent:?}");
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

#[tokio::test]
async fn a_freeze_blocks_until_there_is_a_reason() {
    let world = World::start("SUPERSEDED").await;
    let (mut gate, dossier) = world.waiting().await;
    let until = Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let window = Window::Dated { from: Timestamp::UNIX_EPOCH, until };
    gate.target.policy.freezes = vec![Freeze { why: "holidays".into(), window }];
    let ask = async |_: String| Answer::Line(commit_prefix(&dossier));
    let blocked = world.decide(&gate, &dossier, ask).await.unwrap();
    assert!(
        matches!(&blocked, Outcome::Blocked { blocks } if matches!(blocks[..], [Block::Freeze { .. }])),
        "{blocked:?}"
    );
    assert_eq!(world.puts(), 0);
    let Outcome::Approved { summary } = world.decide_all_the_same(&gate, &dossier, ask).await.unwrap() else {
        panic!("not approved")
    };
    assert!(summary.contains("override it is urgent"), "{summary}");
    let audit = std::fs::read_to_string(world.audit_file()).unwrap();
    let first: serde_json::Value = serde_json::from_str(audit.lines().next().unwrap()).unwrap();
    assert_eq!(first["overridden"][0]["block"], "freeze");
    assert_eq!(first["override_why"], "it is urgent");
    world.stop().await;
}
