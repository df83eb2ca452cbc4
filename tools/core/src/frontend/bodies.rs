//! Which bytes a rollback will need, and where they are kept: small files that change under their name in the release's
//! record, others as a copy that S3 makes before they are overwritten.

use std::collections::{BTreeMap, BTreeSet};

use super::caching::Class;
use super::plan::{Observed, Upload};
use super::release::{Entry, LocalFile, Manifest};

/// A larger file is not put into the record.
pub const LARGEST_IN_RECORD_BYTES: u64 = 256 * 1024;
/// All bytes in a record together, before base64.
pub const MOST_IN_RECORD_BYTES: u64 = 8 * 1024 * 1024;
/// CopyObject takes no larger objects (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>, 2026-11).
const LARGEST_COPY_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// Bytes that a rollback will need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    pub path: String,
    pub sha256: String,
    /// Of the object that is copied; another one is not. Nothing where the object is already another one: a run that was cut
    /// off may have made the copy before it overwrote the object.
    pub etag: Option<String>,
}

/// The files whose bytes go into the record, with their SHA-256: smallest first, as long as there is room.
pub(super) fn for_record(files: &[LocalFile]) -> BTreeMap<String, String> {
    let mut small: Vec<&LocalFile> = files
        .iter()
        .filter(|file| file.class != Class::Immutable && file.size_bytes <= LARGEST_IN_RECORD_BYTES)
        .collect();
    small.sort_by(|a, b| a.size_bytes.cmp(&b.size_bytes).then_with(|| a.path.cmp(&b.path)));
    let mut room = MOST_IN_RECORD_BYTES;
    let mut chosen = BTreeMap::new();
    for file in small {
        let Some(left) = room.checked_sub(file.size_bytes) else { break };
        room = left;
        chosen.insert(file.path.clone(), file.sha256.clone());
    }
    chosen
}

/// What to copy before `uploads` overwrite it.
pub(super) fn to_keep<'a>(
    manifest: &Manifest,
    observed: &Observed,
    uploads: impl Iterator<Item = &'a Upload>,
) -> Vec<Keep> {
    let mut seen = BTreeSet::new();
    let known = |path: &str| -> Option<&Entry> {
        manifest.files.get(path).or_else(|| manifest.retired.get(path).map(|retired| &retired.entry))
    };
    let mut keeps: Vec<Keep> = uploads
        .filter_map(|upload| {
            let path = &upload.file.path;
            let entry =
                known(path).filter(|entry| !entry.in_record && entry.size_bytes <= LARGEST_COPY_BYTES)?;
            if manifest.bodies.contains_key(&entry.sha256) {
                return None;
            }
            let ours = observed.objects.get(path).is_some_and(|object| object.etag == entry.etag);
            let etag = ours.then(|| entry.etag.clone());
            Some(Keep { path: path.clone(), sha256: entry.sha256.clone(), etag })
        })
        .collect();
    // The same bytes are kept once, from where they still are.
    keeps.sort_by_key(|keep| keep.etag.is_none());
    keeps.retain(|keep| seen.insert(keep.sha256.clone()));
    keeps
}

/// The kept bodies after this release, and those that no kept release needs any more.
pub(super) fn retain(
    manifest: &Manifest,
    keeps: &[Keep],
    oldest_kept: u64,
) -> (BTreeMap<String, u64>, Vec<String>) {
    let live: BTreeSet<&str> = manifest.files.values().map(|entry| entry.sha256.as_str()).collect();
    let mut all = manifest.bodies.clone();
    for (sha256, last) in &mut all {
        if live.contains(sha256.as_str()) {
            *last = manifest.sequence;
        }
    }
    all.extend(keeps.iter().map(|keep| (keep.sha256.clone(), manifest.sequence)));
    let (kept, unneeded): (BTreeMap<_, _>, BTreeMap<_, _>) =
        all.into_iter().partition(|(_, last)| *last >= oldest_kept);
    (kept, unneeded.into_keys().collect())
}
