//! Uploads: immutable files in parallel, then the barrier, then pages class by class.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::client::customize::CustomizableOperation;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::MetadataDirective;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::stream::{FuturesUnordered, StreamExt as _};
use greenlight_core::frontend::plan::Upload;
use greenlight_core::frontend::{LocalFile, Plan, own};
use greenlight_kit::{AwsError, Interrupt};

use super::gate::Gate;
use super::keep::copy_object;
use super::multipart;
use crate::error::PublishError;
use crate::gather::bucket::{Bucket, bare};
use crate::gather::{Body, Hashed};
use crate::journey::{Journey, LiveState};
use crate::meter::Meter;
use crate::progress::Progress;

/// Files that are on their way in memory, together. What goes beyond is read piece by piece, which costs less memory and
/// more time: a hop to another thread for each piece.
const IN_MEMORY_BYTES: u64 = 12 * 1024 * 1024;
/// A larger file is never read at once.
const READ_AT_ONCE_BYTES: u64 = 1024 * 1024;
/// The slowest upload that is waited for, beyond the usual time for an attempt.
const SLOWEST_BYTES_A_SECOND: u64 = 64 * 1024;
/// Smaller files need no time of their own.
const SMALL_BYTES: u64 = 1024 * 1024;

/// Proof that every immutable file of the release is in the bucket. Only [`Uploader::assets`] makes it.
pub struct AssetsLive(BTreeMap<String, String>);

/// Proof that every file of the release is live, with the ETags that S3 returned. Only [`Uploader::pages`] makes it.
pub struct PagesLive(BTreeMap<String, String>);

impl PagesLive {
    pub fn etags(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

pub struct Uploader<'a> {
    pub bucket: &'a Bucket,
    pub bodies: &'a BTreeMap<String, Body>,
    pub gate: Gate,
    /// Bytes of files that are in memory now.
    pub in_memory: Cell<u64>,
    pub interrupt: &'a Interrupt,
    pub journey: &'a Journey,
    pub meter: &'a Meter,
    pub progress: &'a Progress,
}

impl Uploader<'_> {
    /// Visitors see nothing of these yet: no live page names them.
    pub async fn assets(&self, plan: &Plan) -> Result<AssetsLive, PublishError> {
        let mut etags = BTreeMap::new();
        let stop = || self.interrupt.is_raised();
        self.all(&plan.assets, &mut etags, stop).await.map_err(|failures| failures.first)?;
        Ok(AssetsLive(etags))
    }

    /// Class after class, so that a page never names a file that is not there.
    pub async fn pages(&self, plan: &Plan, assets: AssetsLive) -> Result<PagesLive, PublishError> {
        let AssetsLive(mut etags) = assets;
        let before = etags.len();
        let mut rest = plan.pages.as_slice();
        while let Some(first) = rest.first() {
            let end = rest.iter().take_while(|upload| upload.file.class == first.file.class).count();
            let (class, tail) = rest.split_at(end);
            // Whatever happens to this process while they are on their way.
            self.journey.set_live(LiveState::Partial);
            if let Err(failures) = self.all(class, &mut etags, || false).await {
                if etags.len() == before && failures.all_refused {
                    self.journey.set_live(LiveState::Unchanged);
                }
                return Err(failures.first);
            }
            rest = tail;
        }
        Ok(PagesLive(etags))
    }

    /// Uploads in parallel. After a failure nothing new starts; what is in flight ends, and its ETags are kept.
    async fn all(
        &self,
        uploads: &[Upload],
        etags: &mut BTreeMap<String, String>,
        stop: impl Fn() -> bool,
    ) -> Result<(), Failures> {
        let mut waiting = uploads.iter();
        let mut running = FuturesUnordered::new();
        let (mut first_error, mut all_refused) = (None, true);
        loop {
            while first_error.is_none() && running.len() < self.gate.limit() {
                if waiting.len() > 0 && stop() {
                    first_error = Some(PublishError::Interrupted);
                    break;
                }
                let Some(upload) = waiting.next() else { break };
                running.push(async move { (upload, self.one(&upload.file).await) });
            }
            let Some((upload, result)) = running.next().await else { break };
            // Its connection goes back to the pool before the next upload looks for one; otherwise that opens another.
            tokio::task::yield_now().await;
            self.gate.completed(self.meter.throttled());
            match result {
                Ok(etag) => {
                    self.progress.add(upload.file.size_bytes);
                    etags.insert(upload.file.path.clone(), etag);
                }
                Err(error) => {
                    all_refused &= is_refusal(&error);
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(()), |first| Err(Failures { first, all_refused }))
    }

    async fn one(&self, file: &LocalFile) -> Result<String, PublishError> {
        match self.bodies.get(&file.path) {
            Some(Body::File { source, part_sha256 }) => {
                let result = if part_sha256.is_empty() {
                    self.file(file, source).await
                } else {
                    multipart::upload(self.bucket, file, source, part_sha256).await
                };
                match result {
                    Err(PublishError::Aws(error)) => Err(explain(error, file, source).await),
                    result => result,
                }
            }
            Some(Body::Recorded(bytes)) => self.put(file, ByteStream::from(bytes.clone())).await,
            Some(Body::Kept { sha256 }) => self.restore(file, sha256).await,
            None => Err(PublishError::NoBody(file.path.clone())),
        }
    }

    async fn file(&self, file: &LocalFile, source: &Path) -> Result<String, PublishError> {
        let read_error = |error| PublishError::Read { path: source.to_owned(), source: error };
        let size = file.size_bytes;
        if size > READ_AT_ONCE_BYTES || self.in_memory.get() + size > IN_MEMORY_BYTES {
            let body = ByteStream::from_path(source).await;
            return self.put(file, body.map_err(|error| read_error(std::io::Error::other(error)))?).await;
        }
        let bytes = std::fs::read(source).map_err(read_error)?;
        self.in_memory.set(self.in_memory.get() + size);
        let result = self.put(file, ByteStream::from(bytes)).await;
        self.in_memory.set(self.in_memory.get() - size);
        result
    }

    /// One PUT with the SHA-256 that the plan was made from: S3 refuses other bytes
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>, 2026-11). It is signed with
    /// the headers, so the bytes need not be hashed once more for the signature.
    async fn put(&self, file: &LocalFile, body: ByteStream) -> Result<String, PublishError> {
        let sha256 = hex::decode(&file.sha256).unwrap_or_default();
        let request = self
            .bucket
            .put_object(&self.bucket.prefix.key(&file.path))
            .content_type(&file.headers.content_type)
            .cache_control(&file.headers.cache_control)
            .checksum_sha256(STANDARD.encode(sha256))
            .body(body)
            .customize()
            .disable_payload_signing();
        match with_time_for(file.size_bytes, self.bucket, request).send().await {
            Ok(answer) => Ok(bare(answer.e_tag())),
            Err(error) => Err(AwsError::new("s3", "PutObject", &error).into()),
        }
    }

    /// From the copy that was kept.
    async fn restore(&self, file: &LocalFile, sha256: &str) -> Result<String, PublishError> {
        let (from, to) = (self.bucket.own_key(&own::body(sha256)), self.bucket.prefix.key(&file.path));
        let request = copy_object(self.bucket, &from, &to)
            .metadata_directive(MetadataDirective::Replace)
            .content_type(&file.headers.content_type)
            .cache_control(&file.headers.cache_control);
        match request.send().await {
            Ok(answer) => Ok(bare(answer.copy_object_result().and_then(|result| result.e_tag()))),
            Err(error) => Err(AwsError::new("s3", "CopyObject", &error).into()),
        }
    }
}

/// What went wrong in one round of uploads.
struct Failures {
    first: PublishError,
    /// Nothing that failed can have been written.
    all_refused: bool,
}

/// Whether nothing was written for sure. An upload whose answer was lost may have been.
fn is_refusal(error: &PublishError) -> bool {
    match error {
        PublishError::Aws(error) => error.status.is_some_and(|status| status < 500),
        PublishError::Read { .. } | PublishError::ChangedWhileReading { .. } | PublishError::NoBody(_) => {
            true
        }
        _ => false,
    }
}

/// More time for an attempt to upload this many bytes, where the usual time may not do on a slow line.
pub(super) fn with_time_for<T, E, B>(
    size_bytes: u64,
    bucket: &Bucket,
    request: CustomizableOperation<T, E, B>,
) -> CustomizableOperation<T, E, B> {
    let usual = bucket.s3.config().timeout_config().filter(|_| size_bytes > SMALL_BYTES);
    let Some((usual, attempt)) = usual.and_then(|usual| Some((usual, usual.operation_attempt_timeout()?)))
    else {
        return request;
    };
    let more = Duration::from_secs(size_bytes / SLOWEST_BYTES_A_SECOND);
    let timeouts = usual.to_builder().operation_attempt_timeout(attempt + more).build();
    request.config_override(aws_sdk_s3::Config::builder().timeout_config(timeouts))
}

/// Whether the upload failed because the file is not the one of the plan any more.
async fn explain(error: AwsError, file: &LocalFile, source: &Path) -> PublishError {
    let path = source.to_owned();
    let now = tokio::task::spawn_blocking(move || Hashed::of(&path)).await;
    match now {
        Ok(Ok(now)) if now.sha256 == file.sha256 => error.into(),
        _ => PublishError::ChangedWhileReading { path: source.to_owned() },
    }
}
