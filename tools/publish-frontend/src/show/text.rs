//! For people: one sorted line a change, then totals; then what came of it.

use std::fmt::Write as _;
use std::time::Duration;

use greenlight_core::frontend::invalidation::{DOLLARS_A_PATH, FREE_PATHS_A_MONTH};
use greenlight_core::frontend::plan::{Delete, Upload, Why};
use greenlight_core::frontend::{Plan, Reason};
use greenlight_core::report::printable;

use super::{Outcome, Run};
use crate::gather::{LeftOut, WhyLeftOut};

/// What would be done.
pub fn plan(plan: &Plan, left_out: &[LeftOut], distributions: usize) -> String {
    let mut lines: Vec<(&str, String)> = Vec::new();
    lines.extend(plan.uploads().map(|one| (one.file.path.as_str(), upload(one))));
    lines.extend(plan.deletes.iter().map(|one| (one.path.as_str(), delete(one))));
    lines.extend(plan.retained.iter().map(|kept| {
        let until = jiff::Timestamp::from_second(kept.until_s).unwrap_or_default().strftime("%Y-%m-%d");
        (kept.path.as_str(), format!("r {}  (retained until {until})", printable(&kept.path)))
    }));
    lines.extend(left_out.iter().filter_map(|one| Some((one.path.as_str(), refused(one)?))));
    lines.sort();
    let mut out: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
    for path in &plan.invalidations {
        let _ = writeln!(out, "i {path}");
    }
    let _ = writeln!(
        out,
        "{} to upload ({}), {} unchanged, {} retained, {} to delete{}",
        plan.uploads().count(),
        bytes(plan.upload_bytes()),
        plan.unchanged.len(),
        plan.retained.len(),
        plan.deletes.len(),
        invalidations(plan.invalidations.len() * distributions),
    );
    out
}

/// What a month's free paths do not cover is paid for by the path.
fn invalidations(paths: usize) -> String {
    if paths == 0 {
        return String::new();
    }
    format!(
        ", {paths} {} to invalidate (the first {FREE_PATHS_A_MONTH} a month are free, then ${DOLLARS_A_PATH} each)",
        if paths == 1 { "path" } else { "paths" }
    )
}

fn upload(upload: &Upload) -> String {
    let file = &upload.file;
    let (path, size) = (printable(&file.path), bytes(file.size_bytes));
    match &upload.reason {
        Reason::New => format!("+ {path}  {size}"),
        Reason::ContentChanged { old_bytes } => format!("~ {path}  {} → {size}", bytes(*old_bytes)),
        Reason::HeadersChanged { old } => {
            let new = &file.headers;
            let pairs = [(&old.content_type, &new.content_type), (&old.cache_control, &new.cache_control)];
            let changes: Vec<String> = pairs
                .into_iter()
                .filter(|(old, new)| old != new)
                .map(|(old, new)| format!("{} → {}", printable(old), printable(new)))
                .collect();
            format!("m {path}  ({})", changes.join("; "))
        }
        Reason::NotOurs => format!("~ {path}  {size} (the bucket has another object)"),
        Reason::Missing => format!("+ {path}  {size} (missing in the bucket)"),
        Reason::Forced => format!("~ {path}  {size} (forced)"),
    }
}

fn delete(delete: &Delete) -> String {
    let path = printable(&delete.path);
    match delete.why {
        Why::Expired => format!("- {path}"),
        Why::Unknown => format!("- {path}  (not of any release)"),
    }
}

/// What somebody should know of; source maps and what was excluded on purpose only count.
fn refused(left_out: &LeftOut) -> Option<String> {
    match left_out.why {
        WhyLeftOut::Secret => {
            Some(format!("! {}  (refused: such files hold secrets)", printable(&left_out.path)))
        }
        WhyLeftOut::Reserved => {
            Some(format!("! {}  (refused: the name of our own folder)", printable(&left_out.path)))
        }
        WhyLeftOut::Leftover | WhyLeftOut::SourceMap | WhyLeftOut::Excluded => None,
    }
}

/// What came of it, in one line.
pub fn result(run: &Run<'_>, outcome: &Outcome<'_>) -> String {
    let place = run.place.url();
    let spent: Duration = run.journey.spent().values().sum();
    let effort =
        format!("{} requests, {:.1} s", run.meter.requests().values().sum::<u64>(), spent.as_secs_f64());
    match (outcome, run.plan) {
        (Outcome::DryRun, _) => format!("dry run: nothing was written ({effort})\n"),
        (Outcome::Applied(applied), Some(plan)) => {
            let verified =
                applied.verified.map(|files| format!(", {files} files verified")).unwrap_or_default();
            if plan.is_empty() {
                format!("nothing to do: {place} is what it is to be ({effort})\n")
            } else if !plan.is_release() {
                format!(
                    "no new release: {} old files deleted at {place} ({effort}{verified})\n",
                    plan.deletes.len()
                )
            } else if plan.restores.is_some() {
                format!(
                    "release {} is live again at {place} ({effort}{verified})\n",
                    printable(&plan.release)
                )
            } else {
                format!("release {} is live at {place} ({effort}{verified})\n", printable(&plan.release))
            }
        }
        (Outcome::Applied(_) | Outcome::Failed(_), _) => String::new(),
    }
}

/// A size for people.
fn bytes(size: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    for (unit, factor) in UNITS {
        if size >= factor {
            let tenths = size / (factor / 10);
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{size} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (size, text) in
            [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (1_250_000, "1.2 MB"), (3_000_000_000, "3.0 GB")]
        {
            assert_eq!(bytes(size), text);
        }
    }

    #[test]
    fn paths_cost_something() {
        assert_eq!(invalidations(0), "");
        assert_eq!(
            invalidations(2),
            ", 2 paths to invalidate (the first 1000 a month are free, then $0.005 each)"
        );
    }
}
