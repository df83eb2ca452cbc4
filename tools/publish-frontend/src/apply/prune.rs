//! Deletes what the plan says, and what of our own folder no kept release needs. Only after everything else.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use greenlight_core::frontend::{Class, Plan};
use greenlight_kit::{AwsError, AwsErrorKind};

use super::record::Recorded;
use crate::error::PublishError;
use crate::gather::bucket::Bucket;

/// DeleteObjects takes this many (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>, 2026-11).
const MOST_KEYS: usize = 1_000;

pub async fn run(bucket: &Bucket, _recorded: &Recorded, plan: &Plan) -> Result<(), PublishError> {
    // Pages first: what is deleted last is what they reference.
    let is_page = |path: &str| matches!(Class::of(path, false), Class::Html | Class::Entry);
    let (pages, files): (Vec<_>, Vec<_>) = plan.deletes.iter().partition(|delete| is_page(&delete.path));
    let pages: Vec<String> = pages.into_iter().map(|delete| bucket.prefix.key(&delete.path)).collect();
    let files = files.into_iter().map(|delete| bucket.prefix.key(&delete.path));
    let files: Vec<String> = files.chain(plan.expired.iter().map(|name| bucket.own_key(name))).collect();
    for keys in pages.chunks(MOST_KEYS).chain(files.chunks(MOST_KEYS)) {
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
    let answer = request.send().await.map_err(|error| AwsError::new("s3", "DeleteObjects", &error))?;
    if let Some(first) = answer.errors().first() {
        let denied = first.code() == Some("AccessDenied");
        return Err(AwsError {
            service: "s3",
            operation: "DeleteObjects",
            kind: if denied { AwsErrorKind::AccessDenied } else { AwsErrorKind::Unavailable },
            code: first.code().map(str::to_owned),
            message: format!("{}: {}", first.key().unwrap_or_default(), first.message().unwrap_or_default()),
            request_id: None,
            status: None,
        }
        .into());
    }
    Ok(())
}
