//! Gather: the build folder and the bucket, both at the same time. Only reads.

pub mod bucket;
pub mod build;
mod hash;
mod left_out;
mod links;

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use greenlight_core::frontend::release::Record;
use greenlight_core::frontend::{LocalFile, Manifest, Observed, RemoteObject};

use crate::error::PublishError;
use bucket::Bucket;
pub use hash::{Digest, Hashed, part_bytes, sha256_of};
pub use left_out::{Choice, LeftOut, WhyLeftOut, globs};

/// Everything that the plan is made from.
pub struct Gathered {
    pub files: Vec<LocalFile>,
    /// Where the bytes of each path are.
    pub bodies: BTreeMap<String, Body>,
    /// Files of the build that are not published, and why.
    pub left_out: Vec<LeftOut>,
    pub observed: Observed,
    /// ETag of the manifest object, for the conditional write.
    pub manifest_etag: Option<String>,
}

/// Where the bytes of a file are.
#[derive(Debug, Clone)]
pub enum Body {
    /// In the build folder; the SHA-256 of each part where it is uploaded in several.
    File { source: PathBuf, part_sha256: Vec<[u8; 32]> },
    /// In the record of the release that is put back.
    Recorded(Bytes),
    /// In the bucket, kept for a rollback.
    Kept { sha256: String },
}

/// For a release of the build folder.
pub async fn of_build(bucket: &Bucket, options: build::Options) -> Result<Gathered, PublishError> {
    let delete_unknown = options.delete_unknown;
    let reading = tokio::task::spawn_blocking(move || build::read(&options));
    let remote = async { tokio::try_join!(bucket.manifest(), bucket.list_after_own()) };
    let (build, remote) = tokio::join!(reading, remote);
    // A build that cannot be published says so even where the bucket cannot be read.
    let build = build.map_err(|error| PublishError::Stopped(error.to_string()))??;
    let ((manifest, objects), files) = (remote?, build.files);
    let (manifest, manifest_etag) = manifest.unzip();
    let mut observed = Observed { manifest, objects };
    complete(bucket, &mut observed, files.iter().map(|file| file.path.as_str()), delete_unknown).await?;
    Ok(Gathered { files, bodies: build.bodies, left_out: build.left_out, observed, manifest_etag })
}

/// The site as it is, for a rollback.
pub async fn of_site(bucket: &Bucket) -> Result<(Observed, Option<String>), PublishError> {
    let (manifest, objects) = tokio::try_join!(bucket.manifest(), bucket.list_after_own())?;
    let (manifest, etag) = manifest.unzip();
    Ok((Observed { manifest, objects }, etag))
}

/// Adds the objects that the first listing left out, where they can matter: few sites have any.
pub async fn complete(
    bucket: &Bucket,
    observed: &mut Observed,
    mut paths: impl Iterator<Item = &str>,
    delete_unknown: bool,
) -> Result<(), PublishError> {
    let known = |manifest: &Manifest| {
        manifest.files.keys().chain(manifest.retired.keys()).any(|path| bucket::sorts_before_own(path))
    };
    if delete_unknown || paths.any(bucket::sorts_before_own) || observed.manifest.as_ref().is_some_and(known)
    {
        observed.objects.extend(bucket.list_before_own().await?);
    }
    Ok(())
}

/// The objects of a site with this manifest.
pub async fn objects(
    bucket: &Bucket,
    manifest: &Manifest,
) -> Result<BTreeMap<String, RemoteObject>, PublishError> {
    let mut observed = Observed { manifest: None, objects: bucket.list_after_own().await? };
    complete(bucket, &mut observed, manifest.files.keys().map(String::as_str), false).await?;
    Ok(observed.objects)
}

/// Where the bytes of a recorded release are.
pub fn recorded_bodies(record: &Record, live: &Manifest) -> Result<BTreeMap<String, Body>, PublishError> {
    let mut bodies = BTreeMap::new();
    for (path, entry) in &record.manifest.files {
        if let Some(text) = record.bodies.get(path) {
            let bytes =
                STANDARD.decode(text).ok().filter(|bytes| sha256_of(bytes) == entry.sha256).ok_or_else(
                    || PublishError::Record { sequence: record.manifest.sequence, path: path.clone() },
                )?;
            bodies.insert(path.clone(), Body::Recorded(bytes.into()));
        } else if live.bodies.contains_key(&entry.sha256) {
            bodies.insert(path.clone(), Body::Kept { sha256: entry.sha256.clone() });
        }
    }
    Ok(bodies)
}
