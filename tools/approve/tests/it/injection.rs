//! Whatever others wrote, a terminal only ever gets our own colours and links.

use approve::decide::{Outcome, sentence};
use approve::show::{json, text};
use greenlight_core::approval::contents::{
    Contents, Deployment, Frontend, Image, Passed, Piece, Range, RangeSource, Setting, SettingChange,
    Settings,
};
use greenlight_core::approval::decision::{Block, blocks};
use greenlight_core::approval::dossier::{
    Commit, DisabledTransition, Dossier, Known, Live, Newer, Report, SCHEMA,
};
use greenlight_core::approval::freeze::{Freeze, Window};
use greenlight_core::approval::pending::{Change, Mode, Pending};
use greenlight_core::approval::policy::{FourEyes, Policy};
use greenlight_core::report::printable;
use jiff::Timestamp;
use serde_json::json;

use crate::terminal::{Terminal, without_a_terminal};
use crate::world::{World, git};

/// Clears the screen, sets the title, opens a link, colours by C1, reorders, hides, breaks the line.
const EVIL: [&str; 9] = [
    "\u{1b}[2J\u{1b}[31m",
    "\u{1b}]0;pwned\u{7}",
    "\u{1b}]8;;https://evil.example/\u{1b}\\click\u{1b}]8;;\u{1b}\\",
    "\u{9b}31m\u{9d}0;x\u{9c}",
    "\u{202e}desrever\u{202c}\u{2066}\u{2069}",
    "\u{200b}\u{200d}\u{feff}\u{ad}",
    "line\r\nApprove? [y/N] y\u{8}\u{b}\u{c}",
    "\u{e0041}\u{2028}\u{2029}\u{61c}",
    "\u{90}tmux;\u{1b}P\u{0}\u{7f}",
];

/// Our own sequences: colours, and links to what is safe.
fn own_removed(raw: &str) -> String {
    let mut out = String::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out.push_str(before);
        if let Some(colours) = after.strip_prefix('[') {
            let end = colours.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap();
            assert!(colours[end..].starts_with('m'), "not a colour: {:?}", &colours[..40.min(colours.len())]);
            rest = &colours[end + 1..];
        } else {
            let link = after.strip_prefix("]8;;").expect("neither a colour nor a link");
            let (url, tail) = link.split_once("\u{1b}\\").unwrap();
            assert!(url.is_empty() || url.starts_with("https://example.com/"), "{url:?}");
            rest = tail;
        }
    }
    out + rest
}

fn assert_safe(raw: &str) {
    for line in own_removed(raw).lines() {
        assert_eq!(printable(line), line);
    }
}

fn contents(evil: &str) -> Contents {
    let text = || evil.to_owned();
    let some = || Some(evil.to_owned());
    let passed = || Passed { sha: text(), author: some(), author_id: some(), message: some() };
    Contents {
        commits: Known::Known(Range {
            source: RangeSource::Git,
            commits: vec![passed()],
            taken_back: vec![passed()],
        }),
        deployments: Known::Known(vec![Deployment {
            action: text(),
            images: Known::Known(vec![
                Image { container: text(), image: text(), before: some() },
                Image { container: text(), image: format!("a@sha256:{evil}"), before: None },
            ]),
            task_definition: Known::Known(Settings {
                against: text(),
                changed: vec![Setting { path: text(), change: SettingChange::Added }],
            }),
        }]),
        frontend: Known::Known(Frontend {
            live: some(),
            added: vec![text()],
            changed: vec![text()],
            removed: vec![text()],
            bytes: 1,
        }),
    }
}

/// Every text that others can write is `evil`. No field is left out: a new one does not compile without being here.
fn dossier(evil: &str) -> Dossier {
    let text = || evil.to_owned();
    let some = || Some(evil.to_owned());
    Dossier {
        schema: SCHEMA,
        account: text(),
        caller: text(),
        region: text(),
        pipeline: text(),
        alias: some(),
        environment: some(),
        production: true,
        production_stage: text(),
        pending: Pending {
            stage: text(),
            action: text(),
            token: text(),
            action_execution_id: text(),
            execution_id: text(),
            since: None,
        },
        mode: Mode::Queued,
        trigger: some(),
        rollback_of: some(),
        expires: None,
        commit: Known::Known(Commit {
            sha: text(),
            author: some(),
            author_id: some(),
            message: some(),
            branch: some(),
            url: some(),
        }),
        live: Known::Known(Live { execution_id: text(), sha: some(), since: None, by_stage: false }),
        contents: contents(evil),
        custom_data: some(),
        link: some(),
        report: Report::Found {
            deployment_id: text(),
            verdict: text(),
            reason: some(),
            age_secs: None,
            belongs: false,
            passed: false,
            failed: vec![text()],
        },
        disabled: vec![DisabledTransition { stage: text(), reason: some(), by: some(), ahead: true }],
        newer: vec![Newer { execution_id: text(), sha: some(), inbound: true }],
    }
}

/// The same with everything missing, for a reason that others wrote.
fn missing(evil: &str) -> Dossier {
    let why = || evil.to_owned();
    let deployment = Deployment {
        action: why(),
        images: Known::Missing { why: why() },
        task_definition: Known::Missing { why: why() },
    };
    Dossier {
        commit: Known::Missing { why: why() },
        live: Known::Missing { why: why() },
        contents: Contents {
            commits: Known::Missing { why: why() },
            deployments: Known::Known(vec![deployment]),
            frontend: Known::Missing { why: why() },
        },
        report: Report::Missing { why: why() },
        ..dossier(evil)
    }
}

fn policy(evil: &str) -> Policy {
    let window = Window::Dated { from: Timestamp::UNIX_EPOCH, until: Timestamp::MAX };
    Policy {
        four_eyes: FourEyes::Deny,
        freezes: vec![Freeze { why: evil.to_owned(), window }],
        require: vec![Piece::Commits, Piece::Image, Piece::TaskDefinition, Piece::Frontend],
    }
}

#[test]
fn no_field_of_what_is_shown_reaches_the_terminal_as_it_is() {
    for evil in EVIL {
        for dossier in [dossier(evil), missing(evil)] {
            let policy = policy(evil);
            let found = blocks(&dossier, &policy, Timestamp::UNIX_EPOCH);
            assert!(found.len() >= 5, "{found:?}");
            let shown = text::dossier(&dossier, &found, &policy, Timestamp::UNIX_EPOCH, true);
            assert_safe(&shown);
            // And it is there: escaped, not left out.
            assert!(shown.contains("\\u{"), "{shown}");
            let line = json::line(&dossier);
            assert_eq!(printable(line.trim_end()), line.trim_end());
        }
    }
}

#[test]
fn no_outcome_reaches_the_terminal_as_it_is() {
    for evil in EVIL {
        let text = || evil.to_owned();
        let changes = [
            Change::Answered { status: text(), by: Some(text()) },
            Change::Expired { at: Timestamp::UNIX_EPOCH },
            Change::Superseded { execution_id: text(), by: Some(text()) },
            Change::Ended { execution_id: text(), status: text() },
            Change::Execution { shown: text(), now: text() },
            Change::ActionExecution { shown: text(), now: text() },
            Change::Renamed { pipeline: text() },
            Change::Production { shown: text(), now: text() },
        ];
        let mut outcomes: Vec<Outcome> = changes.into_iter().map(Outcome::Changed).collect();
        outcomes.push(Outcome::Blocked { blocks: vec![Block::ReportMissing { why: text() }] });
        outcomes.extend([Outcome::Approved { summary: text() }, Outcome::Declined, Outcome::Interrupted]);
        for outcome in outcomes {
            let line = sentence(&dossier(evil), &outcome);
            assert_eq!(printable(&line), line);
        }
    }
}

#[test]
fn long_texts_do_not_push_the_question_off_the_screen() {
    let shown = text::shown(&"x".repeat(100_000));
    assert!(shown.chars().count() < 350 && shown.ends_with("99700 more characters)"), "{shown}");
    let long = dossier(&"y".repeat(100_000));
    let shown = text::dossier(&long, &[], &Policy::default(), Timestamp::UNIX_EPOCH, false);
    assert!(shown.len() < 20_000, "{}", shown.len());
}

/// Author, message and branch of a real commit, custom data and link of the action, through the real binary.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_repository_cannot_steer_the_terminal() {
    let world = World::empty("SUPERSEDED").await;
    let repository = world.path().join("repository");
    let branch = "rel\u{202e}ease";
    git(&repository, &["checkout", "-q", "-b", branch]);
    let author = format!("--author=Eve{}x{} <eve@example.com>", EVIL[1], EVIL[4]);
    let message = format!("fix {}{}{}", EVIL[0], EVIL[2], EVIL[3]);
    git(&repository, &["commit", "-q", "--allow-empty", &author, "-m", &message]);
    world.configure(branch, json!({"CustomData": EVIL.concat().replace('\0', ""), "ExternalEntityLink": "https://example.com/\u{1b}]0;x\u{7}"})).await;
    world.start_execution().await;
    world.until_waiting(1).await;

    let mut terminal = Terminal::run(&world.gateway, world.path(), &["-p", "greenlight"]);
    terminal.until("characters of the commit:").await;
    assert_safe(&terminal.raw());
    let screen = terminal.text();
    assert!(screen.contains("Eve\\u{1b}]0;pwned") && screen.contains("rel\\u{202e}ease"), "{screen}");
    terminal.type_in("\u{3}");
    terminal.exit().await;

    for arguments in [&["show", "-p", "greenlight"][..], &["list"], &["show", "--format", "json"]] {
        let (_, stdout, stderr) = without_a_terminal(&world.gateway, world.path(), arguments).await;
        for line in stdout.lines().chain(stderr.lines()) {
            assert_eq!(printable(line), line, "{arguments:?}");
        }
    }
    world.stop().await;
}

/// A link that is safe can be opened on a terminal, and is only text elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_for_terminals() {
    let world = World::start("SUPERSEDED").await;
    let link = "\u{1b}]8;;https://example.com/\u{1b}\\https://example.com/\u{1b}]8;;\u{1b}\\";
    let mut terminal = Terminal::run(&world.gateway, world.path(), &["show", "-p", "greenlight"]);
    terminal.exit().await;
    terminal.until("review link").await;
    terminal.until("four eyes").await;
    assert!(terminal.raw().contains(link), "{:?}", terminal.raw());
    let (_, stdout, _) =
        without_a_terminal(&world.gateway, world.path(), &["show", "-p", "greenlight"]).await;
    assert!(stdout.contains("https://example.com/") && !stdout.contains('\u{1b}'), "{stdout}");
    world.stop().await;
}
