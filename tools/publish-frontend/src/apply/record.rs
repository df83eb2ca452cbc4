//! The manifest and the record of the release.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::ByteStream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use greenlight_core::frontend::release::Record;
use greenlight_core::frontend::{Class, Manifest, Plan};
use greenlight_kit::AwsError;

use super::upload::PagesLive;
use crate::error::PublishError;
use crate::gather::Found;
use crate::gather::bucket::Bucket;

/// Proof that the manifest names the release. Only this module makes it.
pub struct Recorded(pub Manifest);

/// Writes the record, then the manifest on condition that nobody else has written it.
pub async fn write(
    bucket: &Bucket,
    plan: &Plan,
    found: &[Found],
    pages: PagesLive,
    replaces: Option<&str>,
    now_s: i64,
) -> Result<Recorded, PublishError> {
    let manifest = plan.manifest(pages.etags(), now_s);
    let mut bodies = BTreeMap::new();
    for found in found.iter().filter(|found| found.file.class != Class::Immutable) {
        let bytes = std::fs::read(&found.source)
            .map_err(|source| PublishError::Read { path: found.source.clone(), source })?;
        bodies.insert(found.file.path.clone(), STANDARD.encode(bytes));
    }
    store(bucket, Record { manifest, bodies }, replaces).await
}

pub(super) async fn store(
    bucket: &Bucket,
    record: Record,
    replaces: Option<&str>,
) -> Result<Recorded, PublishError> {
    let key = bucket.record_key(record.manifest.sequence);
    put(bucket, &key, serde_json::to_vec(&record).unwrap_or_default(), Condition::None).await?;
    let condition = replaces.map_or(Condition::Absent, Condition::Is);
    let body = serde_json::to_vec(&record.manifest).unwrap_or_default();
    let written = put(bucket, &bucket.manifest_key(), body, condition).await;
    if matches!(written, Err(PublishError::Superseded)) {
        // Where the answer to our own write was lost, its repetition meets what it wrote.
        let live = bucket.manifest().await?;
        return if live.is_some_and(|(live, _)| live == record.manifest) {
            Ok(Recorded(record.manifest))
        } else {
            Err(PublishError::Superseded)
        };
    }
    written?;
    Ok(Recorded(record.manifest))
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
        .s3
        .put_object()
        .bucket(bucket.name.as_str())
        .key(key)
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
            if error.status == Some(412) { Err(PublishError::Superseded) } else { Err(error.into()) }
        }
    }
}
