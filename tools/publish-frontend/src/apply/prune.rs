//! Deletes what the plan says, and records of releases that are not kept. Only after everything else.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use greenlight_core::frontend::Plan;
use greenlight_kit::AwsError;

use super::record::Recorded;
use crate::error::PublishError;
use crate::gather::bucket::Bucket;

/// DeleteObjects takes this many (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>, 2026-11).
const MOST_KEYS: usize = 1_000;

pub async fn run(
    bucket: &Bucket,
    recorded: &Recorded,
    plan: &Plan,
    keep_releases: u64,
) -> Result<(), PublishError> {
    let site = plan.deletes.iter().map(|path| bucket.prefix.key(path));
    let oldest = recorded.0.sequence.saturating_sub(keep_releases);
    let stale = (oldest > 0).then(|| bucket.record_key(oldest));
    let keys: Vec<String> = site.chain(stale).collect();
    for keys in keys.chunks(MOST_KEYS) {
        delete(bucket, keys).await?;
    }
    Ok(())
}

async fn delete(bucket: &Bucket, keys: &[String]) -> Result<(), PublishError> {
    let identifiers =
        keys.iter().filter_map(|key| ObjectIdentifier::builder().key(key).build().ok()).collect();
    let Ok(batch) = Delete::builder().set_objects(Some(identifiers)).quiet(true).build() else {
        return Ok(());
    };
    let request = bucket.s3.delete_objects().bucket(bucket.name.as_str()).delete(batch);
    let answer = request.send().await.map_err(|error| AwsError::new("s3", "DeleteObject", &error))?;
    if let Some(first) = answer.errors().first() {
        let denied = first.code() == Some("AccessDenied");
        return Err(AwsError {
            service: "s3",
            operation: "DeleteObject",
            kind: if denied {
                greenlight_kit::AwsErrorKind::AccessDenied
            } else {
                greenlight_kit::AwsErrorKind::Unavailable
            },
            code: first.code().map(str::to_owned),
            message: format!("{}: {}", first.key().unwrap_or_default(), first.message().unwrap_or_default()),
            request_id: None,
            status: None,
        }
        .into());
    }
    Ok(())
}
