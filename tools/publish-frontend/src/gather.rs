//! Gather: reads the build and the bucket, writes nothing.

pub mod bucket;
pub mod build;

use std::path::PathBuf;

use greenlight_core::frontend::{LocalFile, Observed};

use crate::error::PublishError;

/// Everything that the plan is made from.
pub struct Gathered {
    pub local: Vec<Found>,
    pub observed: Observed,
    /// ETag of the manifest object, for the conditional write.
    pub manifest_etag: Option<String>,
}

/// A file of the build and where it lies.
#[derive(Debug, Clone)]
pub struct Found {
    pub file: LocalFile,
    pub source: PathBuf,
}

/// Hashing and the bucket's requests overlap.
pub async fn gather(bucket: &bucket::Bucket, options: build::Options) -> Result<Gathered, PublishError> {
    let hashing = tokio::task::spawn_blocking(move || build::read(&options));
    let remote = bucket.observe();
    let (local, remote) = tokio::join!(hashing, remote);
    let local =
        local.map_err(|error| PublishError::Read { path: PathBuf::new(), source: error.into() })??;
    let (observed, manifest_etag) = remote?;
    Ok(Gathered { local, observed, manifest_etag })
}
