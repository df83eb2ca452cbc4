//! Rollback: the stored pages of an earlier release go live again; its immutable files are still there.

use std::collections::BTreeMap;

use greenlight_core::frontend::release::{Record, Retired};
use greenlight_core::frontend::{Class, Entry, Manifest, invalidation};
use serde_json::json;

use crate::apply::invalidate::Cdn;
use crate::apply::{lock, restore};
use crate::cli::Target;
use crate::error::{Failed, InPhase as _, LiveState, PublishError};
use crate::gather::bucket::Bucket;

/// The live manifest with its ETag, and all records, oldest first.
pub struct History {
    pub live: Option<(Manifest, String)>,
    pub records: Vec<Record>,
}

pub async fn gather(bucket: &Bucket) -> Result<History, PublishError> {
    let (live, keys) = tokio::try_join!(bucket.manifest(), bucket.record_keys())?;
    let mut records = Vec::new();
    for key in keys {
        records.extend(bucket.record(&key).await?);
    }
    // A record is written before its manifest: one that is newer than the live release belongs to a run that was cut off.
    let newest = live.as_ref().map_or(0, |(manifest, _): &(Manifest, String)| manifest.sequence);
    records.retain(|record: &Record| record.manifest.sequence <= newest);
    Ok(History { live, records })
}

impl History {
    /// The newest record of `wanted`, or without a name of the release before the live one.
    pub fn find(&self, wanted: Option<&str>) -> Result<&Record, PublishError> {
        let live = self.live.as_ref().map(|(manifest, _)| manifest);
        let fits = |record: &&Record| match wanted {
            Some(wanted) => record.manifest.release == wanted,
            None => live.is_some_and(|live| {
                record.manifest.sequence < live.sequence && record.manifest.release != live.release
            }),
        };
        let name = || wanted.unwrap_or("before the live one").to_owned();
        self.records.iter().rev().find(fits).ok_or_else(|| PublishError::NoRelease(name()))
    }

    pub fn json(&self) -> serde_json::Value {
        let live = self.live.as_ref().map(|(manifest, _)| manifest.sequence);
        self.records
            .iter()
            .rev()
            .map(|record| {
                let manifest = &record.manifest;
                json!({
                    "release": manifest.release, "sequence": manifest.sequence, "published_s": manifest.published_s,
                    "files": manifest.files.len(), "live": live == Some(manifest.sequence),
                })
            })
            .collect()
    }
}

/// The manifest that follows the live one and has the files of `back`.
fn next(live: &Manifest, back: &Record, etags: &BTreeMap<String, String>, now_s: i64) -> Manifest {
    let sequence = live.sequence + 1;
    let files: BTreeMap<String, Entry> = back
        .manifest
        .files
        .iter()
        .map(|(path, entry)| {
            let etag = etags.get(path).unwrap_or(&entry.etag).clone();
            (path.clone(), Entry { etag, ..entry.clone() })
        })
        .collect();
    let newly = live.files.iter().map(|(path, entry)| {
        (path.clone(), Retired { entry: entry.clone(), since_sequence: sequence, since_s: now_s })
    });
    let retired = newly.chain(live.retired.clone()).filter(|(path, _)| !files.contains_key(path)).collect();
    Manifest {
        schema: back.manifest.schema.clone(),
        release: back.manifest.release.clone(),
        sequence,
        published_s: now_s,
        files,
        retired,
    }
}

pub async fn apply(
    bucket: &Bucket,
    cdn: &Cdn,
    target: &Target,
    served_below: &str,
    history: &History,
    back: &Record,
    now_s: i64,
) -> Result<(), Failed> {
    let Some((live, etag)) = &history.live else {
        return Err(PublishError::NoRelease(back.manifest.release.clone()))
            .in_phase("plan", LiveState::Unchanged);
    };
    let lock = lock::take(bucket, &back.manifest.release, target.lock_ttl, now_s)
        .await
        .in_phase("lock", LiveState::Unchanged)?;
    let result = async {
        let now_live = bucket.manifest().await.in_phase("lock", LiveState::Unchanged)?.map(|(_, etag)| etag);
        if now_live.as_ref() != Some(etag) {
            return Err(PublishError::Superseded).in_phase("lock", LiveState::Unchanged);
        }
        missing(bucket, back).await.in_phase("gather", LiveState::Unchanged)?;
        let pages = restore::pages(bucket, back).await?;
        let mutable = |manifest: &Manifest| -> Vec<String> {
            manifest
                .files
                .iter()
                .filter(|(_, entry)| entry.class != Class::Immutable)
                .map(|(path, _)| path.clone())
                .collect()
        };
        let (old, new) = (mutable(live), mutable(&back.manifest));
        let paths = invalidation::paths(served_below, old.iter().chain(&new).map(String::as_str));
        let release = format!("{} after {}", back.manifest.release, live.sequence);
        let invalidations =
            cdn.create(&pages, &release, &paths).await.in_phase("invalidate", LiveState::New)?;
        let manifest = next(live, back, pages.etags(), now_s);
        let record = Record { manifest, bodies: back.bodies.clone() };
        restore::record(bucket, record, etag, pages).await.in_phase("manifest", LiveState::New)?;
        if target.wait {
            cdn.wait(&invalidations, target.invalidation_timeout)
                .await
                .in_phase("invalidate", LiveState::New)?;
        }
        Ok(())
    }
    .await;
    // A lock that stays ends by itself.
    if let Err(error) = lock.release().await {
        tracing::warn!(%error, "the lock could not be removed; it ends by itself");
    }
    result
}

/// Every immutable file of the release must still be there.
async fn missing(bucket: &Bucket, back: &Record) -> Result<(), PublishError> {
    let objects = bucket.list().await?;
    let gone: Vec<String> = back
        .manifest
        .files
        .iter()
        .filter(|(path, entry)| {
            entry.class == Class::Immutable && objects.get(*path).is_none_or(|o| o.etag != entry.etag)
        })
        .map(|(path, _)| path.clone())
        .collect();
    if gone.is_empty() { Ok(()) } else { Err(PublishError::Verify(gone)) }
}
