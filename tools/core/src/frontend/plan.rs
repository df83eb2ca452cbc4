//! The plan: pure, total, deterministic.

use std::collections::{BTreeMap, BTreeSet};

use super::bodies::{self, Keep};
use super::caching::Class;
use super::diff::{Reason, reason};
use super::invalidation;
use super::own;
use super::release::{Entry, LocalFile, Manifest, Past, RemoteObject, Retired};
use super::retention;

/// What the site is to be.
#[derive(Debug, Clone)]
pub struct Desired {
    pub release: String,
    pub files: Vec<LocalFile>,
    /// The release whose files these are, where it is a rollback.
    pub restores: Option<u64>,
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
    /// At least 1.
    pub keep_releases: u64,
    pub keep_days: u32,
    pub max_delete: usize,
    /// Upload everything.
    pub force: bool,
    /// Take other bytes under an immutable name.
    pub change_immutable: bool,
    /// Delete what no release of ours has.
    pub delete_unknown: bool,
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
    /// The whole site.
    All,
    None,
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
pub struct Delete {
    pub path: String,
    pub why: Why,
}

/// Why a file is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It was ours, no kept release has it, and its days are over.
    Expired,
    /// No release of ours had it, and the policy does not keep such files.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub release: String,
    pub sequence: u64,
    pub restores: Option<u64>,
    /// Copies that are made before anything is overwritten.
    pub keeps: Vec<Keep>,
    /// Immutable files: they may go up while the old release is live.
    pub assets: Vec<Upload>,
    /// The others, in the order in which they go live.
    pub pages: Vec<Upload>,
    pub deletes: Vec<Delete>,
    pub retained: Vec<Retained>,
    pub invalidations: Vec<String>,
    /// Files that are live as they are, with what is known of them.
    pub unchanged: BTreeMap<String, Entry>,
    /// Files whose bytes go into the release's record, with their SHA-256.
    pub for_record: BTreeMap<String, String>,
    /// Records and bodies in our own folder that no kept release needs.
    pub expired: Vec<String>,
    /// Files that the live release has and this one does not.
    pub removed: usize,
    /// Files of an earlier release that come back as they were.
    pub restored: usize,
    pub(super) retired: BTreeMap<String, Retired>,
    pub(super) history: Vec<Past>,
    dropped: Vec<String>,
    bodies: BTreeMap<String, u64>,
}

impl Plan {
    /// Nothing to write: the site is what it is to be.
    pub fn is_empty(&self) -> bool {
        !self.is_release() && self.deletes.is_empty()
    }

    /// Whether the site changes for its visitors. Otherwise there is at most something to delete.
    pub fn is_release(&self) -> bool {
        self.uploads().next().is_some() || self.removed > 0 || self.restored > 0
    }

    pub fn uploads(&self) -> impl Iterator<Item = &Upload> {
        self.assets.iter().chain(&self.pages)
    }

    pub fn upload_bytes(&self) -> u64 {
        self.uploads().map(|upload| upload.file.size_bytes).sum()
    }

    /// The manifest once every upload has its ETag and the record holds the bytes of `in_record`. `lost` are the SHA-256 of
    /// bodies that could not be kept.
    pub fn manifest(
        &self,
        etags: &BTreeMap<String, String>,
        in_record: impl Fn(&str) -> bool,
        lost: &BTreeSet<String>,
        now_s: i64,
    ) -> Manifest {
        let uploaded = self.uploads().map(|Upload { file, .. }| {
            let entry = Entry {
                size_bytes: file.size_bytes,
                sha256: file.sha256.clone(),
                etag: etags.get(&file.path).cloned().unwrap_or_default(),
                headers: file.headers.clone(),
                class: file.class,
                in_record: false,
            };
            (file.path.clone(), entry)
        });
        let uploaded = uploaded.map(|(path, entry)| {
            let in_record = in_record(&path);
            (path, Entry { in_record, ..entry })
        });
        // Once in a release whose record does not hold it, a copy must be kept when it is overwritten, for that release.
        let unchanged = self.unchanged.iter().map(|(path, entry)| {
            let in_record = entry.in_record && in_record(path);
            (path.clone(), Entry { in_record, ..entry.clone() })
        });
        let files = unchanged.chain(uploaded).collect();
        let bodies = self.bodies.iter().filter(|(sha256, _)| !lost.contains(*sha256));
        let mut history = self.history.clone();
        if let Some(past) = history.last_mut() {
            past.published_s = now_s;
        }
        Manifest {
            schema: super::release::SCHEMA.to_owned(),
            release: self.release.clone(),
            sequence: self.sequence,
            published_s: now_s,
            files,
            retired: self.retired.clone(),
            history,
            dropped: self.dropped.clone(),
            bodies: bodies.map(|(sha256, last)| (sha256.clone(), *last)).collect(),
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
    #[error("{} immutable file(s) have other bytes than in a release that visitors may have: {}", .0.len(), .0.join(", "))]
    ImmutableChanged(Vec<String>),
    #[error("{count} files would be deleted, more than --max-delete {max}")]
    TooManyDeletes { count: usize, max: usize },
}

/// What to do so that the site becomes `desired`.
pub fn plan(desired: &Desired, observed: &Observed, policy: &Policy) -> Result<Plan, PlanError> {
    guard_build(desired)?;
    let known = observed.manifest.as_ref();
    let mut plan = compare(desired, observed, policy)?;
    // The same files once more are the live release again, not another one.
    plan.sequence = known.map_or(1, |manifest| manifest.sequence + u64::from(plan.is_release()));
    let next = plan.is_release().then(|| Past {
        sequence: plan.sequence,
        release: desired.release.clone(),
        published_s: policy.now_s,
        files: desired.files.len(),
        restores: desired.restores,
    });
    let (history, gone) = retention::history(known, next, policy.keep_releases);
    plan.history = history;
    let stale = retention::retire(desired, observed, policy, &mut plan);
    if plan.deletes.len() > policy.max_delete {
        return Err(PlanError::TooManyDeletes { count: plan.deletes.len(), max: policy.max_delete });
    }
    if let Some(manifest) = known.filter(|_| plan.is_release()) {
        let oldest_kept = plan.history.first().map_or(plan.sequence, |past| past.sequence);
        plan.keeps = bodies::to_keep(manifest, observed, plan.uploads());
        let (bodies, unneeded) = bodies::retain(manifest, &plan.keeps, oldest_kept);
        let records = gone.into_iter().map(own::record);
        plan.dropped = records.chain(unneeded.iter().map(|sha256| own::body(sha256))).collect();
        // What the release before could not delete is tried again.
        let again =
            manifest.dropped.iter().filter(|name| !bodies.keys().any(|sha256| **name == own::body(sha256)));
        plan.expired = again.chain(&plan.dropped).cloned().collect();
        plan.bodies = bodies;
    }
    plan.invalidations = invalidations(observed, policy, &plan, &stale);
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

/// What is uploaded and what stays, file by file.
fn compare(desired: &Desired, observed: &Observed, policy: &Policy) -> Result<Plan, PlanError> {
    let known = observed.manifest.as_ref();
    let mut plan = Plan {
        release: desired.release.clone(),
        sequence: 0,
        restores: desired.restores,
        keeps: Vec::new(),
        assets: Vec::new(),
        pages: Vec::new(),
        deletes: Vec::new(),
        retained: Vec::new(),
        invalidations: Vec::new(),
        unchanged: BTreeMap::new(),
        for_record: bodies::for_record(&desired.files),
        expired: Vec::new(),
        removed: 0,
        restored: 0,
        retired: BTreeMap::new(),
        history: Vec::new(),
        dropped: Vec::new(),
        bodies: BTreeMap::new(),
    };
    let mut changed_assets = Vec::new();
    for file in &desired.files {
        let live = known.and_then(|manifest| manifest.files.get(&file.path));
        let retired = known.and_then(|manifest| manifest.retired.get(&file.path));
        let entry = live.or(retired.map(|retired| &retired.entry));
        if file.class == Class::Immutable && entry.is_some_and(|entry| entry.sha256 != file.sha256) {
            changed_assets.push(file.path.clone());
        }
        match reason(file, entry, observed.objects.get(&file.path), policy.force) {
            Ok(entry) => {
                plan.restored += usize::from(live.is_none());
                plan.unchanged.insert(file.path.clone(), entry);
            }
            Err(reason) => {
                // Other bytes under an immutable name change the live site, so they go up with the pages, and first of them.
                let harmless =
                    file.class == Class::Immutable && entry.is_none_or(|entry| entry.sha256 == file.sha256);
                let phase = if harmless { &mut plan.assets } else { &mut plan.pages };
                phase.push(Upload { file: file.clone(), reason });
            }
        }
    }
    if !changed_assets.is_empty() && !policy.change_immutable {
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
    }
    Ok(plan)
}

/// `stale` are the deleted paths that may be in CloudFront's cache under a name that a page uses again. An immutable name is
/// not: whoever asks for it gets the bytes that it always had.
fn invalidations(observed: &Observed, policy: &Policy, plan: &Plan, stale: &[String]) -> Vec<String> {
    // A path that gave 404 may be cached as such, but nothing that was live referenced it.
    let was_there = |path: &String| {
        observed.objects.contains_key(path)
            || observed.manifest.as_ref().is_some_and(|manifest| manifest.files.contains_key(path))
    };
    let assets = plan.assets.iter().filter(|upload| upload.reason == Reason::NotOurs);
    let known = |upload: &&Upload| {
        let path = &upload.file.path;
        observed
            .manifest
            .as_ref()
            .is_some_and(|known| known.files.contains_key(path) || known.retired.contains_key(path))
    };
    // Of the immutable files only those that somebody else had changed.
    let changed = plan.pages.iter().chain(assets.filter(known)).map(|upload| &upload.file.path);
    let changed = changed.filter(|path| was_there(path)).map(String::as_str);
    match policy.invalidate {
        Invalidate::None => Vec::new(),
        Invalidate::All if plan.is_empty() => Vec::new(),
        Invalidate::All => vec![format!("/{}*", policy.served_below)],
        Invalidate::Auto => {
            invalidation::paths(&policy.served_below, changed.chain(stale.iter().map(String::as_str)))
        }
    }
}
