//! One approval from the look at it to the answer: show, ask, look again, record, send.

use std::io::IsTerminal as _;
use std::time::Duration;

use greenlight_core::approval::decision::{Block, Challenge, blocks};
use greenlight_core::approval::dossier::{Dossier, Report};
use greenlight_core::approval::pending::Change;
use greenlight_core::approval::policy::caller_name;
use greenlight_core::approval::summary::summary;
use greenlight_core::report::printable;
use greenlight_kit::{Exit, Format};
use jiff::Timestamp;
use serde::Serialize;

use crate::apply::{Sent, Verdict, apply_answer};
use crate::audit::{Audit, Record, SCHEMA as AUDIT_SCHEMA};
use crate::error::Error;
use crate::gather::dossier::Gate;
use crate::prompt::{Answer, question};
use crate::recheck::{Second, recheck};
use crate::show::{self, json, text};

pub const SCHEMA: &str = "approve-decision/1";

/// What the person wants, apart from the approval itself.
#[derive(Debug, Clone)]
pub struct Wish {
    pub verdict: Verdict,
    pub message: Option<String>,
    /// Do not ask.
    pub yes: bool,
    pub override_why: Option<String>,
    /// Pause between two looks when the state must be read back.
    pub pause: Duration,
    pub format: Format,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    Approved { summary: String },
    Rejected { summary: String },
    Declined,
    Interrupted,
    Blocked { blocks: Vec<Block> },
    Changed(Change),
}

impl Outcome {
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Approved { .. } => Exit::Done,
            Self::Interrupted => Exit::Interrupted,
            Self::Rejected { .. } | Self::Declined | Self::Blocked { .. } | Self::Changed(_) => {
                Exit::Negative
            }
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    #[serde(flatten)]
    outcome: &'a Outcome,
    dossier: &'a Dossier,
}

/// Shows, asks, makes sure, answers. `ask` is not called with `--yes`.
pub async fn decide(
    gate: &Gate,
    dossier: &Dossier,
    wish: &Wish,
    audit: &Audit,
    ask: impl AsyncFnOnce(String) -> std::io::Result<Answer>,
) -> Result<Outcome, Error> {
    let policy = &gate.target.policy;
    let found = match wish.verdict {
        Verdict::Approved => blocks(dossier, policy, Timestamp::now()),
        // Nothing stands against stopping a release.
        Verdict::Rejected => Vec::new(),
    };
    let links = std::io::stderr().is_terminal();
    show::say(&text::dossier(dossier, &found, policy, Timestamp::now(), links));
    if !found.is_empty() && wish.override_why.is_none() {
        return Ok(Outcome::Blocked { blocks: found });
    }
    if !wish.yes {
        let challenge = match wish.verdict {
            Verdict::Approved => Challenge::of(dossier),
            Verdict::Rejected => Challenge::YesNo,
        };
        match ask(question(&challenge, verb(wish.verdict))).await.map_err(Error::Ask)? {
            Answer::Line(line) if challenge.accepts(&line) => {}
            Answer::Line(_) | Answer::Closed => return Ok(Outcome::Declined),
            Answer::Interrupted => return Ok(Outcome::Interrupted),
        }
    }
    send(gate, dossier, wish, audit, &found).await
}

async fn send(
    gate: &Gate,
    dossier: &Dossier,
    wish: &Wish,
    audit: &Audit,
    overridden: &[Block],
) -> Result<Outcome, Error> {
    let accepted = (wish.verdict == Verdict::Approved).then_some(overridden);
    let confirmed = match recheck(gate, dossier, &gate.target.policy, accepted, Timestamp::now).await? {
        Second::Same(confirmed) => confirmed,
        Second::Changed(change) => return Ok(Outcome::Changed(change)),
        Second::Blocked(blocks) => return Ok(Outcome::Blocked { blocks }),
    };
    let text = summary_of(dossier, wish);
    let record = |event| Record {
        schema: AUDIT_SCHEMA,
        at: Timestamp::now(),
        event,
        verdict: wish.verdict,
        summary: &text,
        override_why: wish.override_why.as_deref(),
        overridden,
        dossier,
    };
    audit.write(&record("sending"))?;
    let sent =
        apply_answer(&gate.session, &gate.target.pipeline, confirmed, wish.verdict, &text, wish.pause).await;
    let event = match &sent {
        Ok(Sent::Taken | Sent::TakenAfterReadBack) => "taken",
        Ok(Sent::Changed(_)) => "changed",
        Err(Error::Unclear(_)) => "unclear",
        Err(_) => "refused",
    };
    // The answer is out: a full disk must not hide how it ended.
    if let Err(error) = audit.write(&record(event)) {
        tracing::error!(%error, "the outcome is not in the audit record");
    }
    Ok(match (sent?, wish.verdict) {
        (Sent::Changed(change), _) => Outcome::Changed(change),
        (_, Verdict::Approved) => Outcome::Approved { summary: text },
        (_, Verdict::Rejected) => Outcome::Rejected { summary: text },
    })
}

const fn verb(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "Approve",
        Verdict::Rejected => "Reject",
    }
}

fn summary_of(dossier: &Dossier, wish: &Wish) -> String {
    let report = match &dossier.report {
        Report::NotConfigured => "not configured",
        Report::Missing { .. } => "missing",
        Report::Found { belongs: false, .. } => "of another execution",
        Report::Found { verdict, .. } => verdict,
    };
    let mut facts = vec![
        ("by", caller_name(&dossier.caller)),
        ("commit", dossier.sha().unwrap_or("not known")),
        ("report", report),
    ];
    if let (Some(why), Verdict::Approved) = (&wish.override_why, wish.verdict) {
        facts.push(("override", why));
    }
    summary(wish.message.as_deref().unwrap_or_default(), &facts)
}

/// The result on stdout, and on stderr what to do about a negative one.
pub fn tell(dossier: &Dossier, outcome: &Outcome, format: Format) {
    match format {
        Format::Json => show::out(&json::line(&Line { schema: SCHEMA, outcome, dossier })),
        Format::Text => show::out(&format!("{}\n", sentence(dossier, outcome))),
    }
    if let Outcome::Blocked { blocks } = outcome {
        for block in blocks {
            show::say(&format!("blocked: {}\n", printable(&block.to_string())));
        }
        show::say("\nhint: --override WHY approves all the same; the reason is recorded\n");
    }
}

/// One line, safe for a terminal.
pub fn sentence(dossier: &Dossier, outcome: &Outcome) -> String {
    let pending = &dossier.pending;
    let gate = format!(
        "{} {}/{}",
        printable(&dossier.pipeline),
        printable(&pending.stage),
        printable(&pending.action)
    );
    let commit = dossier.sha().map_or_else(|| "not known".to_owned(), text::sha);
    let what = format!("{gate}: commit {commit}, execution {}", printable(&pending.execution_id));
    match outcome {
        Outcome::Approved { .. } => format!("approved {what}"),
        Outcome::Rejected { .. } => format!("rejected {what}"),
        Outcome::Declined => format!("not answered {what}"),
        Outcome::Interrupted => format!("interrupted, nothing was sent: {what}"),
        Outcome::Blocked { .. } => format!("blocked, nothing was sent: {what}"),
        Outcome::Changed(change) => {
            format!(
                "changed, the answer does not count: {}; shown was {what}",
                printable(&change.to_string())
            )
        }
    }
}
