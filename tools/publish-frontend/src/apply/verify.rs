//! A second look at the bucket.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use greenlight_core::frontend::{Class, Entry, Plan};
use greenlight_kit::AwsError;

use super::record::Recorded;
use crate::cli::Verify;
use crate::error::PublishError;
use crate::gather;
use crate::gather::bucket::Bucket;

const DOWNLOADS_AT_A_TIME: usize = 16;

/// How many files are as published; nothing where nobody asked.
pub async fn run(
    bucket: &Bucket,
    how: Verify,
    recorded: &Recorded,
    plan: &Plan,
) -> Result<Option<usize>, PublishError> {
    match how {
        Verify::None => Ok(None),
        Verify::List => list(bucket, recorded).await.map(Some),
        Verify::Get => {
            let listed = list(bucket, recorded).await?;
            get(bucket, recorded, plan).await?;
            Ok(Some(listed))
        }
    }
}

/// Every file of the manifest is there with its ETag.
async fn list(bucket: &Bucket, recorded: &Recorded) -> Result<usize, PublishError> {
    let objects = gather::objects(bucket, recorded.manifest()).await?;
    let files = &recorded.manifest().files;
    let wrong: Vec<String> = files
        .iter()
        .filter(|(path, entry)| objects.get(*path).is_none_or(|object| object.etag != entry.etag))
        .map(|(path, _)| path.clone())
        .collect();
    if wrong.is_empty() { Ok(files.len()) } else { Err(PublishError::Verify(wrong)) }
}

/// What this run uploaded, and every page, read back: bytes and headers.
async fn get(bucket: &Bucket, recorded: &Recorded, plan: &Plan) -> Result<(), PublishError> {
    let uploaded: BTreeSet<&str> = plan.uploads().map(|upload| upload.file.path.as_str()).collect();
    let files = recorded.manifest().files.iter();
    let wrong: Vec<Option<String>> = stream::iter(
        files.filter(|(path, entry)| entry.class != Class::Immutable || uploaded.contains(path.as_str())),
    )
    .map(|(path, entry)| async move {
        Ok::<_, PublishError>((!is_as_published(bucket, path, entry).await?).then(|| path.clone()))
    })
    .buffered(DOWNLOADS_AT_A_TIME)
    .try_collect()
    .await?;
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    if wrong.is_empty() { Ok(()) } else { Err(PublishError::Verify(wrong)) }
}

async fn is_as_published(bucket: &Bucket, path: &str, entry: &Entry) -> Result<bool, PublishError> {
    let request = bucket.s3.get_object().bucket(bucket.name.as_str()).key(bucket.prefix.key(path));
    let mut answer = request.send().await.map_err(|error| AwsError::new("s3", "GetObject", &error))?;
    let headers = (answer.content_type.as_deref(), answer.cache_control.as_deref());
    let expected = (Some(entry.headers.content_type.as_str()), Some(entry.headers.cache_control.as_str()));
    let headers_fit = headers == expected;
    let mut digest = gather::Digest::default();
    while let Some(piece) = answer.body.next().await {
        let piece =
            piece.map_err(|source| PublishError::Download { key: path.to_owned(), source: source.into() })?;
        digest.update(&piece);
    }
    Ok(headers_fit && digest.finish() == entry.sha256)
}
