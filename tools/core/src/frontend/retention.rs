//! How long the bucket keeps what the live release does not have: files for pages that are still open, records for a rollback.

use std::collections::{BTreeMap, BTreeSet};

use super::caching::Class;
use super::plan::{Delete, Desired, Observed, Plan, Policy, Retained, Why};
use super::release::{Manifest, Past, Retired};

const DAY_S: i64 = 86_400;

/// The releases that stay: the newest one of each content, for the newest `keep` contents. Oldest first, with the sequence
/// numbers of those that go.
pub(super) fn history(manifest: Option<&Manifest>, next: Option<Past>, keep: u64) -> (Vec<Past>, Vec<u64>) {
    let all = manifest.into_iter().flat_map(|manifest| manifest.history.clone()).chain(next);
    let mut all: Vec<Past> = all.collect();
    all.sort_by_key(|past| std::cmp::Reverse(past.sequence));
    let mut contents = BTreeSet::new();
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    for past in all {
        let room = u64::try_from(contents.len()).unwrap_or(u64::MAX) < keep;
        if room && contents.insert(past.content()) {
            kept.push(past);
        } else {
            dropped.push(past.sequence);
        }
    }
    kept.reverse();
    (kept, dropped)
}

/// Decides over what earlier releases had and this one does not. What no manifest of ours names is never touched, unless
/// the policy says so. Returns the paths among the deletes that CloudFront may hold copies of under a name that is used again.
pub(super) fn retire(
    desired: &Desired,
    observed: &Observed,
    policy: &Policy,
    plan: &mut Plan,
) -> Vec<String> {
    let wanted: BTreeSet<&str> = desired.files.iter().map(|file| file.path.as_str()).collect();
    let oldest_kept = plan.history.first().map_or(plan.sequence, |past| past.sequence);
    let known = observed.manifest.iter().flat_map(|manifest| {
        let newly = manifest.files.iter().map(|(path, entry)| {
            (path, Retired { entry: entry.clone(), since_sequence: plan.sequence, since_s: policy.now_s })
        });
        newly.chain(manifest.retired.iter().map(|(path, retired)| (path, retired.clone())))
    });
    let known: BTreeMap<&String, Retired> =
        known.filter(|(path, _)| !wanted.contains(path.as_str())).collect();
    let mut stale = Vec::new();
    for (path, retired) in known {
        // A key that somebody else has replaced is not ours any more.
        if observed.objects.get(path).is_none_or(|object| object.etag != retired.entry.etag) {
            continue;
        }
        let until_s = retired.since_s.saturating_add(i64::from(policy.keep_days) * DAY_S);
        // Every release that can be put back is younger than the last one with this file.
        if oldest_kept >= retired.since_sequence && policy.now_s >= until_s {
            plan.deletes.push(Delete { path: path.clone(), why: Why::Expired });
            if retired.entry.class != Class::Immutable {
                stale.push(path.clone());
            }
        } else {
            plan.retained.push(Retained { path: path.clone(), until_s });
        }
        // Deleted ones too: if the delete fails, the next release still knows that they are ours.
        plan.retired.insert(path.clone(), retired);
    }
    if policy.delete_unknown {
        let unknown = observed
            .objects
            .keys()
            .filter(|path| !wanted.contains(path.as_str()) && !plan.retired.contains_key(*path));
        for path in unknown {
            plan.deletes.push(Delete { path: path.clone(), why: Why::Unknown });
            stale.push(path.clone());
        }
        plan.deletes.sort_by(|a, b| a.path.cmp(&b.path));
    }
    stale
}
