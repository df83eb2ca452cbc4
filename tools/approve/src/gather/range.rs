//! The commits between production and what waits: from a checkout, or from what went through the pipeline.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use greenlight_core::approval::contents::{Passed, Range, RangeSource};
use greenlight_core::approval::dossier::Known;
use tokio::process::Command;

use super::contents::Between;
use super::executions::Execution;

/// git answers from its own files; longer means that something is wrong with them.
const GIT_TIMEOUT: Duration = Duration::from_secs(10);
/// More commits are not a release that somebody reads.
const MAX_COMMITS: usize = 5_000;
/// SHA-1 and SHA-256.
const SHA_CHARS: [usize; 2] = [40, 64];

pub async fn gather_range(checkout: Option<&Path>, between: &Between<'_>) -> Known<Range> {
    let missing = |why: String| Known::Missing { why };
    let live = match between.live {
        Known::Missing { why } => return missing(format!("what production has is not known: {why}")),
        Known::Known(live) => live,
    };
    let Some(commit) = between.commit.get() else { return missing("the commit is not known".to_owned()) };
    let Some(live_sha) = live.sha.as_deref() else {
        return missing("the commit that production has is not known".to_owned());
    };
    if live_sha == commit.sha {
        let (commits, taken_back) = (Vec::new(), Vec::new());
        return Known::Known(Range { source: RangeSource::Same, commits, taken_back });
    }
    if let Some(checkout) = checkout {
        match git_range(checkout, live_sha, &commit.sha).await {
            Ok((commits, taken_back)) => {
                return Known::Known(Range { source: RangeSource::Git, commits, taken_back });
            }
            Err(why) => tracing::warn!("the commits cannot be read from {}: {why}", checkout.display()),
        }
    }
    match executions_between(between.recent, &live.execution_id, &between.pending.execution_id) {
        Some((commits, taken_back)) => {
            Known::Known(Range { source: RangeSource::Executions, commits, taken_back })
        }
        None => missing("the execution in production is older than the pipeline's history".to_owned()),
    }
}

type Sides = (Vec<Passed>, Vec<Passed>);

/// `recent` is newest first. Production may also have the newer execution: a later commit is taken back then.
fn executions_between(recent: &[Execution], live: &str, ours: &str) -> Option<Sides> {
    let place = |id: &str| recent.iter().position(|execution| execution.id == id);
    let (live, ours) = (place(live)?, place(ours)?);
    let commits = |from: usize, to: usize| {
        let mut commits: Vec<Passed> = Vec::new();
        for execution in recent.get(from..to).unwrap_or_default() {
            let Some(sha) = execution.sha.clone() else { continue };
            if !commits.iter().any(|passed| passed.sha == sha) {
                let message = execution.message.as_deref().map(brief);
                commits.push(Passed { sha, message, ..Passed::default() });
            }
        }
        commits
    };
    Some(if ours < live { (commits(ours, live), Vec::new()) } else { (Vec::new(), commits(live, ours)) })
}

async fn git_range(checkout: &Path, live: &str, ours: &str) -> Result<Sides, String> {
    let is_sha = |text: &str| SHA_CHARS.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_sha(live) || !is_sha(ours) {
        return Err("these are not commits of git".to_owned());
    }
    Ok((log(checkout, live, ours).await?, log(checkout, ours, live).await?))
}

/// What `to` has and `from` has not, newest first.
async fn log(checkout: &Path, from: &str, to: &str) -> Result<Vec<Passed>, String> {
    let limit = (MAX_COMMITS + 1).to_string();
    let mut git = Command::new("git");
    // Whatever the checkout's configuration says: no program is started, nothing is fetched, nothing is written.
    git.arg("-C").arg(checkout).args(["-c", "log.showSignature=false", "-c", "core.fsmonitor=false"]);
    git.args(["--no-pager", "log", "-z", "--no-color", "--no-mailmap", "--encoding=UTF-8"]);
    git.args(["--format=%H%x00%an%x00%ae%x00%B", "--max-count", &limit]);
    git.args(["--end-of-options", &format!("{from}..{to}")]);
    git.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0");
    git.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(GIT_TIMEOUT, git.output()).await;
    let output = output.map_err(|_| "git does not answer".to_owned())?;
    let output = output.map_err(|error| format!("git cannot be run: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(said.lines().next().unwrap_or("git failed").to_owned());
    }
    let commits = commits(&String::from_utf8_lossy(&output.stdout));
    if commits.len() > MAX_COMMITS {
        return Err(format!("more than {MAX_COMMITS} commits"));
    }
    Ok(commits)
}

/// Four fields for each commit, each ended by a NUL, which no field can hold.
fn commits(output: &str) -> Vec<Passed> {
    let fields: Vec<&str> = output.split('\0').collect();
    let field = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let commit = |fields: &[&str]| {
        let [sha, author, mail, message] = fields else { return None };
        Some(Passed {
            sha: (*sha).to_owned(),
            author: field(author),
            author_id: field(mail),
            message: field(&brief(message)),
        })
    };
    fields.chunks_exact(4).filter_map(commit).collect()
}

/// The first line, and the trailers that name co-authors.
fn brief(message: &str) -> String {
    let mut lines = message.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    let is_trailer = |line: &&str| line.to_ascii_lowercase().starts_with("co-authored-by:");
    std::iter::once(first.as_str()).chain(lines.filter(is_trailer)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
#[path = "range_tests.rs"]
mod tests;
