//! Copies of objects that are about to be overwritten and that no record holds, for a rollback. S3 makes them; nothing is
//! downloaded.

use aws_sdk_s3::types::MetadataDirective;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use greenlight_core::frontend::bodies::Keep;
use greenlight_core::frontend::own;
use greenlight_kit::{AwsError, AwsErrorKind};

use crate::error::PublishError;
use crate::gather::bucket::Bucket;

const COPIES_AT_A_TIME: usize = 16;

pub async fn copy(bucket: &Bucket, keeps: &[Keep]) -> Result<(), PublishError> {
    stream::iter(keeps).map(|keep| one(bucket, keep)).buffer_unordered(COPIES_AT_A_TIME).try_collect().await
}

async fn one(bucket: &Bucket, keep: &Keep) -> Result<(), PublishError> {
    let from = bucket.prefix.key(&keep.path);
    let request = copy_object(bucket, &from, &bucket.own_key(&own::body(&keep.sha256)))
        .copy_source_if_match(format!("\"{}\"", keep.etag))
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
