//! The dossier for people.

use anstyle::{AnsiColor, Style};
use greenlight_core::approval::decision::Block;
use greenlight_core::approval::dossier::{Commit, Dossier, Known, Report};
use greenlight_core::approval::policy::{FourEyes, Independence, Policy, deny_statement, independence};
use greenlight_core::approval::summary::human_secs;
use greenlight_core::report::printable;
use jiff::Timestamp;

use super::contents;
use super::link::link;

pub const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const STRONG: Style = Style::new().bold();
/// Characters of a commit that are shown; the full one is in the JSON form.
const SHA_CHARS: usize = 12;
/// Characters of any text of others that are shown: nobody pushes the question off the screen.
const MAX_CHARS: usize = 300;

/// What others wrote: nothing that steers a terminal, and not more than somebody reads.
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        None => printable(text),
        Some((end, _)) => {
            let more = text.get(end..).unwrap_or_default().chars().count();
            format!("{}… (and {more} more characters)", printable(text.get(..end).unwrap_or_default()))
        }
    }
}

/// Ends with a line feed. `links`: the terminal can open links.
pub fn dossier(dossier: &Dossier, blocks: &[Block], policy: &Policy, now: Timestamp, links: bool) -> String {
    let mut lines = vec![title(dossier)];
    let mut row = |name: &str, value: String| lines.push(format!("  {name:<13} {value}"));
    row("account", format!("{} as {}", shown(&dossier.account), shown(&dossier.caller)));
    row("region", shown(&dossier.region));
    row("execution", format!("{} ({})", shown(&dossier.pending.execution_id), dossier.mode.as_str()));
    if let Some(target) = &dossier.rollback_of {
        row("rollback", format!("this execution ROLLS BACK to execution {}", shown(target)));
    }
    row("trigger", dossier.trigger.as_deref().map_or_else(|| "not known".to_owned(), shown));
    row("waiting since", since(dossier.pending.since, now));
    row("expires in", expiry(dossier, now));
    for (name, value) in commit(&dossier.commit, links) {
        row(name, value);
    }
    row("live now", live(dossier));
    for (name, value) in contents::rows(&dossier.contents) {
        row(&name, value);
    }
    row("custom data", dossier.custom_data.as_deref().map_or_else(|| "none".to_owned(), shown));
    row("review link", dossier.link.as_deref().map_or_else(|| "none".to_owned(), |url| link(url, links)));
    row("report", report(&dossier.report));
    row("transitions", transitions(dossier));
    row("newer", newer(dossier));
    if let Some(text) = four_eyes(dossier, policy) {
        row("four eyes", text);
    }
    for block in blocks {
        lines.push(format!("  {BAD}BLOCKED{BAD:#}       {}", shown(&block.to_string())));
    }
    lines.join("\n") + "\n"
}

fn title(dossier: &Dossier) -> String {
    let environment =
        dossier.environment.as_deref().map_or_else(|| "environment not configured".to_owned(), shown);
    let kind = if dossier.production {
        format!("{BAD}PRODUCTION{BAD:#} ({environment})")
    } else {
        format!("not production ({environment})")
    };
    let alias =
        dossier.alias.as_deref().map(|alias| format!(" (alias {})", shown(alias))).unwrap_or_default();
    let gate = format!("{}/{}", shown(&dossier.pending.stage), shown(&dossier.pending.action));
    format!("{kind}  {STRONG}{}{STRONG:#}{alias}  {gate}", shown(&dossier.pipeline))
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

fn commit(commit: &Known<Commit>, links: bool) -> Vec<(&'static str, String)> {
    match commit {
        Known::Missing { why } => vec![("commit", format!("MISSING: {}", shown(why)))],
        Known::Known(commit) => {
            let author = match (&commit.author, &commit.author_id) {
                (Some(name), Some(id)) => format!("{} <{}>", shown(name), shown(id)),
                (Some(one), None) | (None, Some(one)) => shown(one),
                (None, None) => "MISSING: the source gives none".to_owned(),
            };
            let branch = commit.branch.as_deref().map(|name| format!(" of branch {}", shown(name)));
            let branch = branch.unwrap_or_default();
            vec![
                ("commit", format!("{STRONG}{}{STRONG:#}{branch}", sha(&commit.sha))),
                ("author", author),
                ("message", message(commit.message.as_deref())),
                ("link", commit.url.as_deref().map_or_else(|| "none".to_owned(), |url| link(url, links))),
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
        0 | 1 => shown(first),
        lines => format!("{} (and {} more lines)", shown(first), lines - 1),
    }
}

pub fn sha(sha: &str) -> String {
    printable(&sha.chars().take(SHA_CHARS).collect::<String>())
}

fn live(dossier: &Dossier) -> String {
    match &dossier.live {
        Known::Missing { why } => format!("MISSING: {}", shown(why)),
        Known::Known(live) => {
            let commit = live.sha.as_deref().map_or_else(|| "a commit that is not known".to_owned(), sha);
            let at = live.since.map(|at| format!(" since {at:.0}")).unwrap_or_default();
            let doubt = if live.by_stage {
                ""
            } else {
                "; guessed from the newest execution that succeeded as a whole"
            };
            format!("{commit}{at} (execution {}{doubt})", shown(&live.execution_id))
        }
    }
}

fn report(report: &Report) -> String {
    match report {
        Report::NotConfigured => "MISSING: no report location is configured".to_owned(),
        Report::Missing { why } => format!("{BAD}MISSING{BAD:#}: {}", shown(why)),
        Report::Found { deployment_id, verdict, reason, age_secs, belongs, passed, failed } => {
            let style = if *passed && *belongs { GOOD } else { BAD };
            let reason = reason.as_deref().map(|reason| format!(" ({})", shown(reason))).unwrap_or_default();
            let age = age_secs.map(|age| format!(", {} old", human_secs(age))).unwrap_or_default();
            let failed = if failed.is_empty() {
                String::new()
            } else {
                format!(", failed: {}", shown(&failed.join(", ")))
            };
            let whose = if *belongs { "of this execution" } else { "of ANOTHER execution" };
            format!(
                "{style}{}{style:#}{reason}{failed}{age}, {whose} (deployment {})",
                shown(verdict),
                shown(deployment_id)
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
            transition.reason.as_deref().map(|reason| format!(": {}", shown(reason))).unwrap_or_default();
        let by = transition.by.as_deref().map(|by| format!(" by {}", shown(by))).unwrap_or_default();
        format!("DISABLED into {}{by}{reason}", shown(&transition.stage))
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
        format!("{}{commit}{place}", shown(&newer.execution_id))
    };
    dossier.newer.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn four_eyes(dossier: &Dossier, policy: &Policy) -> Option<String> {
    if policy.four_eyes == FourEyes::Off {
        return None;
    }
    let pending = &dossier.pending;
    Some(match independence(&dossier.caller, dossier.commit.get(), &dossier.contents) {
        Independence::Different => "the author is somebody else".to_owned(),
        Independence::AuthorUnknown => "the author is not known".to_owned(),
        Independence::CallerUnknown { caller } => format!(
            "your session is called {}, which does not say who you are; set role_session_name in the profile",
            shown(&caller)
        ),
        Independence::Same { who, sha: written } => {
            let statement = deny_statement(
                &dossier.region,
                &dossier.account,
                &dossier.pipeline,
                &pending.stage,
                &pending.action,
            );
            let statement = printable(&statement.to_string());
            format!(
                "{BAD}{} WROTE COMMIT {}{BAD:#}; only IAM can enforce the rule: {statement}",
                shown(&who),
                sha(&written)
            )
        }
    })
}
