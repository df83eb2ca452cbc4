//! The plan: pure, total, deterministic.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::caching::{Class, Headers};
use super::invalidation;
use super::release::{Entry, LocalFile, Manifest, RemoteObject, Retired};

const DAY_S: i64 = 86_400;

/// What the site is to be.
#[derive(Debug, Clone)]
pub struct Desired {
    pub release: String,
    pub files: Vec<LocalFile>,
}

/// What it is.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    pub manifest: Option<Manifest>,
    /// Path without prefix → object; our own folder is left out.
    pub objects: BTreeMap<String, RemoteObject>,
}

/// What may be done about it.
#[derive(Debug, Clone)]
pub struct Policy {
    pub keep_releases: u64,
    pub keep_days: u32,
    pub max_delete: usize,
    /// Upload everything, and immutable names with other bytes too.
    pub force: bool,
    pub invalidate: Invalidate,
    /// Where visitors find the site below the distribution's root: empty, or ending in `/`.
    pub served_below: String,
    /// Now, in seconds since the epoch.
    pub now_s: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalidate {
    /// What changed and was there before.
    Auto,
    /// `/*`
    All,
    None,
}

/// Why a file is uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    New,
    ContentChanged {
        old_bytes: u64,
    },
    HeadersChanged {
        old: Headers,
    },
    /// The object is not the one that was uploaded: somebody changed it, or an earlier run was cut off.
    NotOurs,
    /// The object is gone.
    Missing,
    Forced,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub file: LocalFile,
    pub reason: Reason,
}

/// A file that stays although the release does not have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retained {
    pub path: String,
    /// Earliest time at which it may go, in seconds since the epoch.
    pub until_s: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub release: String,
    pub sequence: u64,
    /// Immutable files: they may go up while the old release is live.
    pub assets: Vec<Upload>,
    /// The others, in the order in which they go live.
    pub pages: Vec<Upload>,
    pub deletes: Vec<String>,
    pub retained: Vec<Retained>,
    pub invalidations: Vec<String>,
    /// Files that are live as they are, with what is known of them.
    pub unchanged: BTreeMap<String, Entry>,
    pub retired: BTreeMap<String, Retired>,
    /// Files that the live release has and this one does not.
    pub removed: usize,
    /// Files of an earlier release that come back as they were.
    pub restored: usize,
}

impl Plan {
    /// Nothing to write: the site is what it is to be.
    pub fn is_empty(&self) -> bool {
        self.uploads().next().is_none() && self.deletes.is_empty() && self.removed == 0 && self.restored == 0
    }

    pub fn uploads(&self) -> impl Iterator<Item = &Upload> {
        self.assets.iter().chain(&self.pages)
    }

    /// Tells this release's invalidation from every other one, and finds it again when a run is repeated.
    pub fn invalidation_reference(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(format!("{} {}\n", self.sequence, self.release));
        for upload in &self.pages {
            let file = &upload.file;
            digest.update(format!("{} {} {}\n", file.path, file.sha256, file.headers.fingerprint()));
        }
        digest.update(self.invalidations.join("\n"));
        hex::encode(digest.finalize())
    }

    pub fn upload_bytes(&self) -> u64 {
        self.uploads().map(|upload| upload.file.size_bytes).sum()
    }

    /// The manifest once every upload has its ETag.
    pub fn manifest(&self, etags: &BTreeMap<String, String>, now_s: i64) -> Manifest {
        let mut files = self.unchanged.clone();
        for upload in self.uploads() {
            let file = &upload.file;
            let etag = etags.get(&file.path).cloned().unwrap_or_default();
            files.insert(
                file.path.clone(),
                Entry {
                    size_bytes: file.size_bytes,
                    sha256: file.sha256.clone(),
                    etag,
                    headers: file.headers.clone(),
                    class: file.class,
                },
            );
        }
        Manifest {
            schema: super::release::SCHEMA.to_owned(),
            release: self.release.clone(),
            sequence: self.sequence,
            published_s: now_s,
            files,
            retired: self.retired.clone(),
        }
    }
}

/// A guard that refuses the plan; the message names what overrides it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("the build is empty")]
    EmptyBuild,
    #[error("the build has no index.html")]
    NoIndex,
    #[error("{} immutable file(s) have other bytes than in the live release: {}", .0.len(), .0.join(", "))]
    ImmutableChanged(Vec<String>),
    #[error("{count} files would be deleted, more than --max-delete {max}")]
    TooManyDeletes { count: usize, max: usize },
}

/// What to do so that the site becomes `desired`.
pub fn plan(desired: &Desired, observed: &Observed, policy: &Policy) -> Result<Plan, PlanError> {
    guard_build(desired)?;
    let known = observed.manifest.as_ref();
    let mut changed_assets = Vec::new();
    let mut plan = Plan {
        release: desired.release.clone(),
        sequence: known.map_or(1, |manifest| manifest.sequence + 1),
        assets: Vec::new(),
        pages: Vec::new(),
        deletes: Vec::new(),
        retained: Vec::new(),
        invalidations: Vec::new(),
        unchanged: BTreeMap::new(),
        retired: BTreeMap::new(),
        removed: 0,
        restored: 0,
    };
    for file in &desired.files {
        let live = known.and_then(|manifest| manifest.files.get(&file.path));
        let entry =
            live.or_else(|| known.and_then(|m| m.retired.get(&file.path)).map(|retired| &retired.entry));
        if file.class == Class::Immutable && entry.is_some_and(|entry| entry.sha256 != file.sha256) {
            changed_assets.push(file.path.clone());
        }
        match reason(file, entry, observed.objects.get(&file.path), policy.force) {
            Ok(entry) => {
                plan.restored += usize::from(live.is_none());
                plan.unchanged.insert(file.path.clone(), entry);
            }
            Err(reason) => {
                let upload = Upload { file: file.clone(), reason };
                let phase = if file.class == Class::Immutable { &mut plan.assets } else { &mut plan.pages };
                phase.push(upload);
            }
        }
    }
    if !changed_assets.is_empty() && !policy.force {
        return Err(PlanError::ImmutableChanged(changed_assets));
    }
    // Largest first: the slowest upload starts first.
    plan.assets.sort_by(|a, b| {
        b.file.size_bytes.cmp(&a.file.size_bytes).then_with(|| a.file.path.cmp(&b.file.path))
    });
    plan.pages.sort_by(|a, b| a.file.class.cmp(&b.file.class).then_with(|| a.file.path.cmp(&b.file.path)));
    if let Some(manifest) = known {
        let wanted: BTreeSet<&str> = desired.files.iter().map(|file| file.path.as_str()).collect();
        plan.removed = manifest.files.keys().filter(|path| !wanted.contains(path.as_str())).count();
        // Without a change this is the live release again, not another one.
        if plan.is_empty() {
            plan.sequence = manifest.sequence;
        }
        retire(manifest, &wanted, observed, policy, &mut plan);
    }
    if plan.deletes.len() > policy.max_delete {
        return Err(PlanError::TooManyDeletes { count: plan.deletes.len(), max: policy.max_delete });
    }
    plan.invalidations = invalidations(observed, policy, &plan);
    Ok(plan)
}

fn guard_build(desired: &Desired) -> Result<(), PlanError> {
    if desired.files.is_empty() {
        return Err(PlanError::EmptyBuild);
    }
    if !desired.files.iter().any(|file| file.class == Class::Entry) {
        return Err(PlanError::NoIndex);
    }
    Ok(())
}

/// The entry of a file that is live as it is, or why it must be uploaded.
fn reason(
    file: &LocalFile,
    entry: Option<&Entry>,
    object: Option<&RemoteObject>,
    force: bool,
) -> Result<Entry, Reason> {
    match (entry, object) {
        (None, None) => Err(Reason::New),
        (Some(_), None) => Err(Reason::Missing),
        (None, Some(_)) => Err(Reason::NotOurs),
        _ if force => Err(Reason::Forced),
        (Some(entry), Some(_)) if entry.sha256 != file.sha256 => {
            Err(Reason::ContentChanged { old_bytes: entry.size_bytes })
        }
        (Some(entry), Some(object)) if entry.etag != object.etag => Err(Reason::NotOurs),
        (Some(entry), Some(_)) if entry.headers != file.headers => {
            Err(Reason::HeadersChanged { old: entry.headers.clone() })
        }
        (Some(entry), Some(_)) => Ok(Entry { class: file.class, ..entry.clone() }),
    }
}

/// Decides over what earlier releases had and this one does not. What no manifest of ours names is never touched.
fn retire(
    manifest: &Manifest,
    wanted: &BTreeSet<&str>,
    observed: &Observed,
    policy: &Policy,
    plan: &mut Plan,
) {
    let newly = manifest.files.iter().map(|(path, entry)| {
        let retired = Retired { entry: entry.clone(), since_sequence: plan.sequence, since_s: policy.now_s };
        (path.clone(), retired)
    });
    let all: BTreeMap<String, Retired> = newly.chain(manifest.retired.clone()).collect();
    for (path, retired) in all {
        if wanted.contains(path.as_str()) {
            continue;
        }
        let until_s = retired.since_s + i64::from(policy.keep_days) * DAY_S;
        // The releases without it, this one among them.
        let releases = (plan.sequence + 1).saturating_sub(retired.since_sequence);
        // A key that somebody else has replaced is not ours any more.
        let ours = observed.objects.get(&path).is_some_and(|object| object.etag == retired.entry.etag);
        if !ours {
            continue;
        }
        if releases >= policy.keep_releases && policy.now_s >= until_s {
            plan.deletes.push(path.clone());
        } else {
            plan.retained.push(Retained { path: path.clone(), until_s });
        }
        // Deleted ones too: if the delete fails, the next release still knows that they are ours.
        plan.retired.insert(path, retired);
    }
}

fn invalidations(observed: &Observed, policy: &Policy, plan: &Plan) -> Vec<String> {
    let existed = |path: &str| observed.objects.contains_key(path);
    // A path that gave 404 may be cached as such, but nothing that was live referenced it.
    let changed = plan.uploads().map(|upload| upload.file.path.as_str()).filter(|path| existed(path));
    match policy.invalidate {
        Invalidate::None => Vec::new(),
        Invalidate::All if plan.is_empty() => Vec::new(),
        Invalidate::All => vec!["/*".to_owned()],
        Invalidate::Auto => {
            let all: Vec<&str> = changed.chain(plan.deletes.iter().map(String::as_str)).collect();
            if all.is_empty() { Vec::new() } else { invalidation::paths(&policy.served_below, all) }
        }
    }
}
