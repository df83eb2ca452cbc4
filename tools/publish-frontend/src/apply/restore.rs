//! Puts stored pages back.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::ByteStream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use greenlight_core::frontend::Class;
use greenlight_core::frontend::release::Record;
use greenlight_kit::AwsError;

use super::record::{self, Recorded};
use super::upload::PagesLive;
use crate::error::{Failed, InPhase as _, LiveState, PublishError};
use crate::gather::bucket::{Bucket, bare};

/// One after the other, in the order in which classes go live. Immutable files are there already.
pub async fn pages(bucket: &Bucket, back: &Record) -> Result<PagesLive, Failed> {
    let mut order: Vec<_> =
        back.manifest.files.iter().filter(|(_, entry)| entry.class != Class::Immutable).collect();
    order.sort_by_key(|(path, entry)| (entry.class, (*path).clone()));
    let mut etags = BTreeMap::new();
    for (path, entry) in order {
        let state = if etags.is_empty() { LiveState::Unchanged } else { LiveState::Partial };
        let body = back.bodies.get(path).and_then(|body| STANDARD.decode(body).ok());
        let body = body
            .ok_or_else(|| PublishError::NoRelease(back.manifest.release.clone()))
            .in_phase("pages", state)?;
        let request = bucket
            .s3
            .put_object()
            .bucket(bucket.name.as_str())
            .key(bucket.prefix.key(path))
            .content_type(&entry.headers.content_type)
            .cache_control(&entry.headers.cache_control)
            .body(ByteStream::from(body));
        let answer = request
            .send()
            .await
            .map_err(|error| AwsError::new("s3", "PutObject", &error))
            .in_phase("pages", state)?;
        etags.insert(path.clone(), bare(answer.e_tag()));
    }
    Ok(PagesLive::of_rollback(etags))
}

pub async fn record(
    bucket: &Bucket,
    next: Record,
    replaces: &str,
    _live: PagesLive,
) -> Result<Recorded, PublishError> {
    record::store(bucket, next, Some(replaces)).await
}
