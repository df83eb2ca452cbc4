//! The dossier for people.

use anstyle::{AnsiColor, Style};
use greenlight_core::approval::decision::Block;
use greenlight_core::approval::dossier::{Commit, Dossier, Known, Report};
use greenlight_core::approval::policy::{FourEyes, Independence, Policy, deny_statement, independence};
use greenlight_core::approval::summary::human_secs;
use greenlight_core::report::printable;
use jiff::Timestamp;

const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const STRONG: Style = Style::new().bold();
/// Characters of a commit that are shown; the full one is in the JSON form.
const SHA_CHARS: usize = 12;

/// Ends with a line feed.
pub fn dossier(dossier: &Dossier, blocks: &[Block], policy: Policy, now: Timestamp) -> String {
    let mut lines = vec![title(dossier)];
    let mut row = |name: &str, value: String| lines.push(format!("  {name:<13} {value}"));
    row("account", format!("{} as {}", printable(&dossier.account), printable(&dossier.caller)));
    row("region", printable(&dossier.region));
    row("execution", format!("{} ({})", printable(&dossier.pending.execution_id), dossier.mode.as_str()));
    if let Some(target) = &dossier.rollback_of {
        row("rollback", format!("this execution ROLLS BACK to execution {}", printable(target)));
    }
    row("trigger", dossier.trigger.as_deref().map_or_else(|| "not known".to_owned(), printable));
    row("waiting since", since(dossier.pending.since, now));
    row("expires in", expiry(dossier, now));
    for (name, value) in commit(&dossier.commit) {
        row(name, value);
    }
    row("live now", live(dossier));
    row("custom data", dossier.custom_data.as_deref().map_or_else(|| "none".to_owned(), printable));
    row("review link", dossier.link.as_deref().map_or_else(|| "none".to_owned(), printable));
    row("report", report(&dossier.report));
    row("transitions", transitions(dossier));
    row("newer", newer(dossier));
    if let Some(text) = four_eyes(dossier, policy) {
        row("four eyes", text);
    }
    for block in blocks {
        lines.push(format!("  {BAD}BLOCKED{BAD:#}       {}", printable(&block.to_string())));
    }
    lines.join("\n") + "\n"
}

fn title(dossier: &Dossier) -> String {
    let environment =
        dossier.environment.as_deref().map_or_else(|| "environment not configured".to_owned(), printable);
    let kind = if dossier.production {
        format!("{BAD}PRODUCTION{BAD:#} ({environment})")
    } else {
        format!("not production ({environment})")
    };
    let alias =
        dossier.alias.as_deref().map(|alias| format!(" (alias {})", printable(alias))).unwrap_or_default();
    let gate = format!("{}/{}", printable(&dossier.pending.stage), printable(&dossier.pending.action));
    format!("{kind}  {STRONG}{}{STRONG:#}{alias}  {gate}", printable(&dossier.pipeline))
}

fn since(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(
        || "not known".to_owned(),
        |at| format!("{at:.0} ({} ago)", human_secs(now.as_second() - at.as_second())),
    )
}

fn expiry(dossier: &Dossier, now: Timestamp) -> String {
    match (dossier.expires, dossier.seconds_left(now)) {
        (Some(at), Some(left)) if left > 0 => format!("{} (at {at:.0})", human_secs(left)),
        (Some(at), _) => format!("EXPIRED at {at:.0}"),
        (None, _) => "not known: AWS gives no start of the action".to_owned(),
    }
}

fn commit(commit: &Known<Commit>) -> Vec<(&'static str, String)> {
    match commit {
        Known::Missing { why } => vec![("commit", format!("MISSING: {}", printable(why)))],
        Known::Known(commit) => {
            let author = match (&commit.author, &commit.author_id) {
                (Some(name), Some(id)) => format!("{} <{}>", printable(name), printable(id)),
                (Some(one), None) | (None, Some(one)) => printable(one),
                (None, None) => "MISSING: the source gives none".to_owned(),
            };
            vec![
                ("commit", format!("{STRONG}{}{STRONG:#}", sha(&commit.sha))),
                ("author", author),
                ("message", message(commit.message.as_deref())),
                ("link", commit.url.as_deref().map_or_else(|| "none".to_owned(), printable)),
            ]
        }
    }
}

/// The first line; how many more there are is said.
fn message(text: Option<&str>) -> String {
    let Some(text) = text else { return "MISSING: the source gives none".to_owned() };
    let text = text.trim_end();
    let first = text.lines().next().unwrap_or_default();
    match text.lines().count() {
        0 | 1 => printable(first),
        lines => format!("{} (and {} more lines)", printable(first), lines - 1),
    }
}

pub fn sha(sha: &str) -> String {
    printable(&sha.chars().take(SHA_CHARS).collect::<String>())
}

fn live(dossier: &Dossier) -> String {
    match &dossier.live {
        Known::Missing { why } => format!("MISSING: {}", printable(why)),
        Known::Known(live) => {
            let commit = live.sha.as_deref().map_or_else(|| "a commit that is not known".to_owned(), sha);
            let at = live.since.map(|at| format!(" since {at:.0}")).unwrap_or_default();
            let doubt = if live.by_stage {
                ""
            } else {
                "; guessed from the newest execution that succeeded as a whole"
            };
            format!("{commit}{at} (execution {}{doubt})", printable(&live.execution_id))
        }
    }
}

fn report(report: &Report) -> String {
    match report {
        Report::NotConfigured => "MISSING: no report location is configured".to_owned(),
        Report::Missing { why } => format!("{BAD}MISSING{BAD:#}: {}", printable(why)),
        Report::Found { deployment_id, verdict, reason, age_secs, belongs, passed } => {
            let style = if *passed && *belongs { GOOD } else { BAD };
            let reason =
                reason.as_deref().map(|reason| format!(" ({})", printable(reason))).unwrap_or_default();
            let age = age_secs.map(|age| format!(", {} old", human_secs(age))).unwrap_or_default();
            let whose = if *belongs { "of this execution" } else { "of ANOTHER execution" };
            format!(
                "{style}{}{style:#}{reason}{age}, {whose} (deployment {})",
                printable(verdict),
                printable(deployment_id)
            )
        }
    }
}

fn transitions(dossier: &Dossier) -> String {
    if dossier.disabled.is_empty() {
        return "all enabled".to_owned();
    }
    let one = |transition: &greenlight_core::approval::dossier::DisabledTransition| {
        let reason =
            transition.reason.as_deref().map(|reason| format!(": {}", printable(reason))).unwrap_or_default();
        let by = transition.by.as_deref().map(|by| format!(" by {}", printable(by))).unwrap_or_default();
        format!("DISABLED into {}{by}{reason}", printable(&transition.stage))
    };
    dossier.disabled.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn newer(dossier: &Dossier) -> String {
    if dossier.newer.is_empty() {
        return "no newer execution".to_owned();
    }
    let one = |newer: &greenlight_core::approval::dossier::Newer| {
        let commit = newer.sha.as_deref().map(|text| format!(" commit {}", sha(text))).unwrap_or_default();
        let place = if newer.inbound { " WAITS BEHIND THIS ONE" } else { " runs" };
        format!("{}{commit}{place}", printable(&newer.execution_id))
    };
    dossier.newer.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn four_eyes(dossier: &Dossier, policy: Policy) -> Option<String> {
    if policy.four_eyes == FourEyes::Off {
        return None;
    }
    let pending = &dossier.pending;
    Some(match independence(&dossier.caller, dossier.commit.get()) {
        Independence::Different => "the author is somebody else".to_owned(),
        Independence::Unknown => "the author is not known".to_owned(),
        Independence::Same { who } => {
            let statement = deny_statement(
                &dossier.region,
                &dossier.account,
                &dossier.pipeline,
                &pending.stage,
                &pending.action,
            );
            let statement = printable(&statement.to_string());
            format!("{} WROTE THIS COMMIT; only IAM can enforce the rule: {statement}", printable(&who))
        }
    })
}
