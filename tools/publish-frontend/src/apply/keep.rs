//! Copies of objects that are about to be overwritten and that no record holds, for a rollback. S3 makes them; nothing is
//! downloaded.

use std::collections::BTreeSet;

use aws_sdk_s3::types::MetadataDirective;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use greenlight_core::frontend::bodies::Keep;
use greenlight_core::frontend::own;
use greenlight_kit::{AwsError, AwsErrorKind};

use crate::error::PublishError;
use crate::gather::bucket::Bucket;

const COPIES_AT_A_TIME: usize = 16;

/// Returns the SHA-256 of what is not there to be kept: a run that was cut off has overwritten it without a copy.
pub async fn copy(bucket: &Bucket, keeps: &[Keep]) -> Result<BTreeSet<String>, PublishError> {
    let kept = stream::iter(keeps).map(|keep| async move {
        let there = match &keep.etag {
            Some(etag) => one(bucket, keep, etag).await.map(|()| true)?,
            None => is_there(bucket, keep).await?,
        };
        Ok::<_, PublishError>((!there).then(|| keep.sha256.clone()))
    });
    let lost: Vec<Option<String>> = kept.buffer_unordered(COPIES_AT_A_TIME).try_collect().await?;
    Ok(lost.into_iter().flatten().collect())
}

async fn is_there(bucket: &Bucket, keep: &Keep) -> Result<bool, PublishError> {
    let key = bucket.own_key(&own::body(&keep.sha256));
    match bucket.s3.head_object().bucket(bucket.name.as_str()).key(key).send().await {
        Ok(_) => Ok(true),
        Err(error) => {
            let error = AwsError::new("s3", "HeadObject", &error);
            if error.status == Some(404) { Ok(false) } else { Err(error.into()) }
        }
    }
}

async fn one(bucket: &Bucket, keep: &Keep, etag: &str) -> Result<(), PublishError> {
    let from = bucket.prefix.key(&keep.path);
    let request = copy_object(bucket, &from, &bucket.own_key(&own::body(&keep.sha256)))
        .copy_source_if_match(format!("\"{etag}\""))
        .metadata_directive(MetadataDirective::Replace)
        .content_type("application/octet-stream")
        .cache_control("no-store");
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error) => {
            let error = AwsError::new("s3", "CopyObject", &error);
            // Not the object of the plan any more: somebody writes to the bucket beside us.
            if error.kind == AwsErrorKind::Conflict {
                Err(PublishError::Superseded)
            } else {
                Err(error.into())
            }
        }
    }
}

/// CopyObject within the bucket; the name of the source is sent URL-encoded
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>, 2026-11).
pub(super) fn copy_object(
    bucket: &Bucket,
    from: &str,
    to: &str,
) -> aws_sdk_s3::operation::copy_object::builders::CopyObjectFluentBuilder {
    let source: String = from
        .split('/')
        .map(|part| {
            percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC).to_string()
        })
        .collect::<Vec<_>>()
        .join("/");
    let encryption = bucket.encryption.clone();
    let request = bucket.s3.copy_object().bucket(bucket.name.as_str()).key(to);
    request
        .copy_source(format!("{}/{source}", bucket.name))
        .set_server_side_encryption(encryption.algorithm)
        .set_ssekms_key_id(encryption.kms_key_id)
}
