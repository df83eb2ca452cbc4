use super::*;

pub(crate) fn run(execution: &str, action_execution: &str, status: RunStatus) -> ActionRun {
    ActionRun {
        execution_id: execution.into(),
        action_execution_id: action_execution.into(),
        stage: "Approve".into(),
        action: "Approve".into(),
        category: "Approval".into(),
        provider: "Manual".into(),
        status,
        started: None,
        updated: None,
        updated_by: Some("arn:aws:iam::123456789012:user/bob".into()),
        external_id: Some(format!("token-of-{action_execution}")),
        external_summary: None,
        configuration: BTreeMap::new(),
        variables: BTreeMap::new(),
        outputs: BTreeMap::new(),
    }
}

fn state(action_execution: &str, token: Option<&str>) -> ActionState {
    ActionState {
        stage: "Approve".into(),
        action: "Approve".into(),
        action_execution_id: action_execution.into(),
        status: RunStatus::InProgress,
        token: token.map(Into::into),
    }
}

fn at() -> Timestamp {
    Timestamp::from_second(1_000).unwrap()
}

#[test]
fn the_token_is_bound_by_the_action_execution() {
    let runs = [run("e2", "a2", RunStatus::InProgress), run("e1", "a1", RunStatus::InProgress)];
    let bound = bind(Mode::Superseded, &[state("a1", Some("t1"))], &runs);
    assert_eq!(bound.pending.len(), 1);
    assert_eq!((bound.pending[0].execution_id.as_str(), bound.pending[0].token.as_str()), ("e1", "t1"));
    assert!(bound.unbound.is_empty());
}

#[test]
fn a_token_without_its_execution_is_not_offered() {
    let bound = bind(Mode::Queued, &[state("a9", Some("t9"))], &[run("e1", "a1", RunStatus::InProgress)]);
    assert!(bound.pending.is_empty());
    assert_eq!(bound.unbound.len(), 1);
    // An action in progress without a token is no approval at all.
    assert_eq!(bind(Mode::Queued, &[state("a1", None)], &[]), Bound::default());
}

#[test]
fn parallel_tokens_come_from_the_action_executions() {
    let runs = [
        run("e2", "a2", RunStatus::InProgress),
        run("e1", "a1", RunStatus::InProgress),
        run("e0", "a0", RunStatus::Succeeded),
    ];
    let bound = bind(Mode::Parallel, &[state("a1", Some("stale"))], &runs);
    let tokens: Vec<_> = bound.pending.iter().map(|p| (p.execution_id.as_str(), p.token.as_str())).collect();
    assert_eq!(tokens, [("e2", "token-of-a2"), ("e1", "token-of-a1")]);
}

fn shown() -> Pending {
    run("e1", "a1", RunStatus::InProgress).with_token("t1")
}

fn recheck(pending: Vec<Pending>, run: Option<ActionRun>, status: &str) -> Recheck {
    Recheck { pending, run, execution_status: Some(status.into()), newer: Some("e2".into()), expires: None }
}

#[test]
fn the_same_approval_is_unchanged() {
    let now = recheck(vec![shown()], Some(run("e1", "a1", RunStatus::InProgress)), "InProgress");
    assert_eq!(change(&shown(), &now, at()), None);
}

#[test]
fn every_difference_is_named() {
    let waiting = || Some(run("e1", "a1", RunStatus::InProgress));
    let token = recheck(vec![Pending { token: "t2".into(), ..shown() }], waiting(), "InProgress");
    assert_eq!(change(&shown(), &token, at()), Some(Change::Token));

    let again =
        recheck(vec![Pending { action_execution_id: "a7".into(), ..shown() }], waiting(), "InProgress");
    assert!(
        matches!(change(&shown(), &again, at()), Some(Change::ActionExecution { now, .. }) if now == "a7")
    );

    let other = recheck(vec![Pending { execution_id: "e2".into(), ..shown() }], None, "InProgress");
    assert!(matches!(change(&shown(), &other, at()), Some(Change::Execution { now, .. }) if now == "e2"));

    let superseded = recheck(vec![], Some(run("e1", "a1", RunStatus::Abandoned)), "Superseded");
    assert_eq!(
        change(&shown(), &superseded, at()),
        Some(Change::Superseded { execution_id: "e1".into(), by: Some("e2".into()) })
    );

    let rejected = recheck(vec![], Some(run("e1", "a1", RunStatus::Failed)), "Failed");
    assert!(matches!(change(&shown(), &rejected, at()), Some(Change::Answered { by: Some(_), .. })));

    let stopped = recheck(vec![shown()], Some(run("e1", "a1", RunStatus::Abandoned)), "Stopped");
    assert!(
        matches!(change(&shown(), &stopped, at()), Some(Change::Ended { status, .. }) if status == "Stopped")
    );

    let gone = recheck(vec![], None, "InProgress");
    assert_eq!(change(&shown(), &gone, at()), Some(Change::Gone));

    let expired = Recheck { expires: Some(at()), ..recheck(vec![shown()], waiting(), "InProgress") };
    assert_eq!(change(&shown(), &expired, at()), Some(Change::Expired { at: at() }));
}
