//! A second look at the bucket.

use super::record::Recorded;
use crate::error::PublishError;
use crate::gather::bucket::Bucket;

/// Every file of the manifest is there with its ETag. Returns how many.
pub async fn list(bucket: &Bucket, recorded: &Recorded) -> Result<usize, PublishError> {
    let objects = bucket.list().await?;
    let files = &recorded.0.files;
    let wrong: Vec<String> = files
        .iter()
        .filter(|(path, entry)| objects.get(*path).is_none_or(|object| object.etag != entry.etag))
        .map(|(path, _)| path.clone())
        .collect();
    if wrong.is_empty() { Ok(files.len()) } else { Err(PublishError::Verify(wrong)) }
}
