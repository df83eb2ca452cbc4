//! The manifest and the record of the release.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::primitives::ByteStream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use greenlight_core::frontend::release::Record;
use greenlight_core::frontend::{Manifest, Plan, own};
use greenlight_kit::AwsError;

use super::upload::PagesLive;
use crate::error::PublishError;
use crate::gather::bucket::Bucket;
use crate::gather::{Body, sha256_of};

/// Proof that the manifest names the release. Only this module makes it.
pub struct Recorded(Manifest);

impl Recorded {
    /// The release that was live before and stays so.
    pub fn already(manifest: Manifest) -> Self {
        Self(manifest)
    }

    pub fn manifest(&self) -> &Manifest {
        &self.0
    }
}

/// What went live.
pub struct Live<'a> {
    pub pages: PagesLive,
    /// SHA-256 of bytes that could not be kept for a rollback.
    pub lost: BTreeSet<String>,
    /// ETag of the manifest that the new one replaces.
    pub replaces: Option<&'a str>,
    pub now_s: i64,
}

/// Writes the record, then the manifest on condition that nobody else has written it.
pub async fn write(
    bucket: &Bucket,
    plan: &Plan,
    bodies: &BTreeMap<String, Body>,
    live: &Live<'_>,
) -> Result<Recorded, PublishError> {
    let in_record = for_record(plan, bodies)?;
    let manifest =
        plan.manifest(live.pages.etags(), |path| in_record.contains_key(path), &live.lost, live.now_s);
    let body = serde_json::to_vec(&manifest).unwrap_or_default();
    let record = Record { manifest, bodies: in_record };
    let key = bucket.own_key(&own::record(plan.sequence));
    put(bucket, &key, serde_json::to_vec(&record).unwrap_or_default(), Condition::None).await?;
    let condition = live.replaces.map_or(Condition::Absent, Condition::Is);
    match put(bucket, &bucket.own_key(own::MANIFEST), body, condition).await {
        // Where the answer to our own write was lost, its repetition meets what it wrote.
        Err(PublishError::Superseded) => match bucket.manifest().await? {
            Some((live, _)) if live == record.manifest => Ok(Recorded(record.manifest)),
            _ => Err(PublishError::Superseded),
        },
        result => result.map(|()| Recorded(record.manifest)),
    }
}

/// The bytes that the record holds, base64. They are read once more, and must be those of the plan.
fn for_record(
    plan: &Plan,
    bodies: &BTreeMap<String, Body>,
) -> Result<BTreeMap<String, String>, PublishError> {
    let mut in_record = BTreeMap::new();
    for (path, sha256) in &plan.for_record {
        let text = match bodies.get(path) {
            Some(Body::File { source, .. }) => {
                let bytes = std::fs::read(source)
                    .map_err(|error| PublishError::Read { path: source.clone(), source: error })?;
                if *sha256 != sha256_of(&bytes) {
                    return Err(PublishError::ChangedWhileReading { path: source.clone() });
                }
                STANDARD.encode(bytes)
            }
            Some(Body::Recorded(bytes)) => STANDARD.encode(bytes),
            // Stays where it is kept.
            Some(Body::Kept { .. }) | None => continue,
        };
        in_record.insert(path.clone(), text);
    }
    Ok(in_record)
}

enum Condition<'a> {
    None,
    Absent,
    Is(&'a str),
}

async fn put(
    bucket: &Bucket,
    key: &str,
    body: Vec<u8>,
    condition: Condition<'_>,
) -> Result<(), PublishError> {
    let request = bucket
        .put_object(key)
        .content_type("application/json")
        .cache_control("no-store")
        .body(ByteStream::from(body));
    let request = match condition {
        Condition::None => request,
        Condition::Absent => request.if_none_match("*"),
        Condition::Is(etag) => request.if_match(format!("\"{etag}\"")),
    };
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error) => {
            let error = AwsError::new("s3", "PutObject", &error);
            // 404: the manifest that was to be replaced is gone.
            let lost = matches!(error.status, Some(409 | 412)) || error.code.as_deref() == Some("NoSuchKey");
            if lost { Err(PublishError::Superseded) } else { Err(error.into()) }
        }
    }
}
