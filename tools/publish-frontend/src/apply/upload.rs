//! Uploads: immutable files in parallel, then the barrier, then pages class by class.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::ByteStream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::stream::{self, StreamExt as _};
use greenlight_core::frontend::Plan;
use greenlight_core::frontend::plan::Upload;
use greenlight_kit::{AwsError, Interrupt};

use crate::error::{Failed, InPhase as _, LiveState, PublishError};
use crate::gather::Found;
use crate::gather::bucket::{Bucket, bare};

/// Proof that every immutable file of the release is in the bucket. Only [`Uploader::assets`] makes it.
pub struct AssetsLive(BTreeMap<String, String>);

/// Proof that every file of the release is live, with the ETags that S3 returned. Only [`Uploader::pages`] makes it.
pub struct PagesLive(BTreeMap<String, String>);

impl PagesLive {
    pub fn etags(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// For a rollback, whose files were uploaded by the releases before.
    pub(super) fn of_rollback(etags: BTreeMap<String, String>) -> Self {
        Self(etags)
    }
}

pub struct Uploader<'a> {
    pub bucket: &'a Bucket,
    pub found: &'a [Found],
    pub concurrency: usize,
    pub interrupt: &'a Interrupt,
}

impl Uploader<'_> {
    /// Visitors see nothing of these yet: no live page names them.
    pub async fn assets(&self, plan: &Plan) -> Result<AssetsLive, PublishError> {
        let mut etags = BTreeMap::new();
        self.all(&plan.assets, &mut etags).await?;
        Ok(AssetsLive(etags))
    }

    /// Class after class, so that a page never names a file that is not there.
    pub async fn pages(&self, plan: &Plan, assets: AssetsLive) -> Result<PagesLive, Failed> {
        let AssetsLive(mut etags) = assets;
        let before = etags.len();
        let mut rest = plan.pages.as_slice();
        while let Some(first) = rest.first() {
            let end = rest.iter().take_while(|upload| upload.file.class == first.file.class).count();
            let (class, tail) = rest.split_at(end);
            let result = self.all(class, &mut etags).await;
            // A page whose answer was lost may be live.
            let refused = matches!(&result, Err(PublishError::Aws(error)) if error.status.is_some_and(|status| status < 500));
            let state =
                if etags.len() == before && refused { LiveState::Unchanged } else { LiveState::Partial };
            result.in_phase("pages", state)?;
            rest = tail;
        }
        Ok(PagesLive(etags))
    }

    /// Uploads in parallel. After a failure nothing new starts; what is in flight ends, and its ETags are kept.
    async fn all(
        &self,
        uploads: &[Upload],
        etags: &mut BTreeMap<String, String>,
    ) -> Result<(), PublishError> {
        let stop = std::cell::Cell::new(false);
        let mut running = stream::iter(uploads)
            .map(|upload| {
                let stop = &stop;
                async move {
                    if stop.get() || self.interrupt.is_raised() {
                        return Err(PublishError::Interrupted);
                    }
                    Ok((upload.file.path.clone(), self.one(upload).await?))
                }
            })
            .buffer_unordered(self.concurrency);
        let mut first_error = None;
        while let Some(result) = running.next().await {
            match result {
                Ok((path, etag)) => {
                    etags.insert(path, etag);
                }
                Err(error) => {
                    stop.set(true);
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    /// One PUT with the SHA-256 that the plan was made from: S3 refuses other bytes.
    async fn one(&self, upload: &Upload) -> Result<String, PublishError> {
        let file = &upload.file;
        let Some(found) = super::source(self.found, &file.path) else {
            return Err(PublishError::Name(file.path.clone().into()));
        };
        let body = ByteStream::from_path(&found.source).await.map_err(|error| PublishError::Read {
            path: found.source.clone(),
            source: std::io::Error::other(error),
        })?;
        let sha256 = hex::decode(&file.sha256).unwrap_or_default();
        let result = self
            .bucket
            .s3
            .put_object()
            .bucket(self.bucket.name.as_str())
            .key(self.bucket.prefix.key(&file.path))
            .content_type(&file.headers.content_type)
            .cache_control(&file.headers.cache_control)
            .checksum_sha256(STANDARD.encode(sha256))
            .body(body)
            .send()
            .await;
        match result {
            Ok(answer) => Ok(bare(answer.e_tag())),
            Err(error) => {
                let error = AwsError::new("s3", "PutObject", &error);
                let changed = matches!(
                    error.code.as_deref(),
                    Some("BadDigest" | "InvalidDigest" | "XAmzContentChecksumMismatch")
                );
                if changed {
                    return Err(PublishError::ChangedWhileReading { path: found.source.clone() });
                }
                Err(error.into())
            }
        }
    }
}
