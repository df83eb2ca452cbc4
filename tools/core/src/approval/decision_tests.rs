use super::*;
use crate::approval::contents::{Contents, Piece};
use crate::approval::dossier::{Commit, DisabledTransition, Known, Newer, SCHEMA};
use crate::approval::freeze::{Freeze, Window};
use crate::approval::pending::{Mode, Pending};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn dossier() -> Dossier {
    Dossier {
        schema: SCHEMA,
        account: "123456789012".into(),
        caller: "arn:aws:sts::123456789012:assumed-role/Release/bob@example.com".into(),
        region: "eu-central-1".into(),
        pipeline: "greenlight".into(),
        alias: None,
        environment: Some("prod".into()),
        production: true,
        production_stage: "Prod".into(),
        pending: Pending {
            stage: "Approve".into(),
            action: "Approve".into(),
            token: "secret-token".into(),
            action_execution_id: "a1".into(),
            execution_id: "11111111-2222-3333-4444-555555555555".into(),
            since: Some(at(0)),
        },
        mode: Mode::Superseded,
        trigger: None,
        rollback_of: None,
        expires: Some(at(10_000)),
        commit: Known::Known(Commit {
            sha: "c0ffee1234".into(),
            author_id: Some("alice@example.com".into()),
            ..Commit::default()
        }),
        live: Known::Missing { why: "nothing yet".into() },
        contents: Contents {
            commits: Known::Missing { why: "nothing is live".into() },
            deployments: Known::Missing { why: "no deploy action".into() },
            frontend: Known::Missing { why: "not configured".into() },
        },
        custom_data: None,
        link: None,
        report: Report::Found {
            deployment_id: "d-1".into(),
            verdict: "passed".into(),
            reason: None,
            age_secs: Some(60),
            belongs: true,
            passed: true,
            failed: Vec::new(),
        },
        disabled: Vec::new(),
        newer: Vec::new(),
    }
}

fn found(dossier: &Dossier, four_eyes: FourEyes, now: i64) -> Vec<Block> {
    blocks(dossier, &Policy { four_eyes, ..Policy::default() }, at(now))
}

#[test]
fn a_clean_approval_has_no_blocks() {
    assert_eq!(found(&dossier(), FourEyes::Deny, 100), []);
    assert_eq!(found(&Dossier { report: Report::NotConfigured, ..dossier() }, FourEyes::Off, 100), []);
}

#[test]
fn reports_block() {
    let missing = Dossier { report: Report::Missing { why: "no deployment".into() }, ..dossier() };
    assert_eq!(found(&missing, FourEyes::Off, 100), [Block::ReportMissing { why: "no deployment".into() }]);
    let report = |belongs, passed| Report::Found {
        deployment_id: "d-9".into(),
        verdict: "failed".into(),
        reason: Some("identity".into()),
        age_secs: None,
        belongs,
        passed,
        failed: vec!["identity".into()],
    };
    let failed = Dossier { report: report(true, false), ..dossier() };
    assert!(matches!(found(&failed, FourEyes::Off, 100)[..], [Block::ReportFailed { .. }]));
    // A green report of another execution is worth as little as a red one.
    let other = Dossier { report: report(false, true), ..dossier() };
    assert!(matches!(found(&other, FourEyes::Off, 100)[..], [Block::ReportOfAnotherExecution { .. }]));
}

#[test]
fn only_what_is_in_the_way_blocks() {
    let newer = |inbound| Newer { execution_id: "e2".into(), sha: None, inbound };
    let transition =
        |ahead| DisabledTransition { stage: "Prod".into(), reason: Some("freeze".into()), by: None, ahead };
    let harmless = Dossier { newer: vec![newer(false)], disabled: vec![transition(false)], ..dossier() };
    assert_eq!(found(&harmless, FourEyes::Off, 100), []);
    let blocked = Dossier { newer: vec![newer(true)], disabled: vec![transition(true)], ..dossier() };
    assert_eq!(
        found(&blocked, FourEyes::Off, 9_900),
        [
            Block::NewerExecution { execution_id: "e2".into() },
            Block::TransitionDisabled { stage: "Prod".into(), reason: Some("freeze".into()) },
            Block::ExpiresSoon { left_secs: 100 },
        ]
    );
}

#[test]
fn four_eyes_blocks_only_when_it_denies() {
    let own = Dossier { caller: "arn:aws:iam::123456789012:user/alice@example.com".into(), ..dossier() };
    assert_eq!(found(&own, FourEyes::Warn, 100), []);
    assert_eq!(
        found(&own, FourEyes::Deny, 100),
        [Block::OwnCommit { who: "alice@example.com".into(), sha: "c0ffee1234".into() }]
    );
    let unknown = Dossier { commit: Known::Missing { why: "no variables".into() }, ..dossier() };
    assert_eq!(found(&unknown, FourEyes::Deny, 100), [Block::AuthorUnknown]);
}

#[test]
fn freezes_and_required_pieces_block() {
    let freeze = Freeze { why: "holidays".into(), window: Window::Dated { from: at(50), until: at(200) } };
    let policy = Policy {
        freezes: vec![freeze],
        require: vec![Piece::Report, Piece::Frontend],
        four_eyes: FourEyes::Off,
    };
    assert_eq!(
        blocks(&dossier(), &policy, at(100)),
        [
            Block::Freeze { why: "holidays".into(), until: at(200) },
            Block::PieceMissing { piece: Piece::Frontend, why: "not configured".into() },
        ]
    );
    assert_eq!(blocks(&dossier(), &policy, at(200)).len(), 1);
    let unreported = Dossier { report: Report::NotConfigured, ..dossier() };
    assert!(matches!(blocks(&unreported, &policy, at(300))[..], [Block::ReportMissing { .. }, _]));
}

#[test]
fn a_caller_without_a_name_is_denied() {
    let caller = "arn:aws:sts::123456789012:assumed-role/Release/botocore-session-1".to_owned();
    let dossier = Dossier { caller, ..dossier() };
    assert!(matches!(found(&dossier, FourEyes::Deny, 100)[..], [Block::CallerUnknown { .. }]));
    assert_eq!(found(&dossier, FourEyes::Warn, 100), []);
}

#[test]
fn production_asks_for_the_commit() {
    let challenge = Challenge::of(&dossier());
    assert_eq!(challenge, Challenge::Commit("c0ff".into()));
    assert!(challenge.accepts(" C0FF\n"));
    for no in ["y", "yes", "", "c0f", "c0ffe", "c0ffee1234"] {
        assert!(!challenge.accepts(no), "{no}");
    }
    let unknown = Dossier { commit: Known::Missing { why: String::new() }, ..dossier() };
    assert_eq!(Challenge::of(&unknown), Challenge::Execution("1111".into()));
    let test = Challenge::of(&Dossier { production: false, ..dossier() });
    assert!(test.accepts("Y") && test.accepts("yes") && !test.accepts("") && !test.accepts("yep"));
}

#[test]
fn references_are_long_enough() {
    assert!(refers_to("c0ffee1", "c0ffee1234"));
    assert!(refers_to("C0FFEE1234", "c0ffee1234"));
    assert!(!refers_to("c0ffee", "c0ffee1234"));
    assert!(!refers_to("c0ffee12345", "c0ffee1234"));
    assert!(!refers_to("c0ffee2", "c0ffee1234"));
}

#[test]
fn the_token_is_not_in_the_json_form() {
    let json = serde_json::to_string(&dossier()).unwrap();
    assert!(json.contains("\"execution_id\":\"11111111-2222-3333-4444-555555555555\""), "{json}");
    assert!(!json.contains("secret-token"), "{json}");
}
