//! Large files in parts, each with the SHA-256 that the plan was made from.
//!
//! Parts of an upload that was cut off stay in the bucket, invisible, until a lifecycle rule ends them
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html>, 2026-11).

use std::path::Path;

use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use greenlight_core::frontend::LocalFile;
use greenlight_kit::AwsError;

use super::upload::with_time_for;
use crate::error::PublishError;
use crate::gather::bucket::{Bucket, bare};
use crate::gather::part_bytes;

const PARTS_AT_A_TIME: usize = 4;

/// Returns the ETag.
pub async fn upload(
    bucket: &Bucket,
    file: &LocalFile,
    source: &Path,
    part_sha256: &[[u8; 32]],
) -> Result<String, PublishError> {
    let encryption = bucket.encryption.clone();
    let key = bucket.prefix.key(&file.path);
    let request = bucket.s3.create_multipart_upload().bucket(bucket.name.as_str()).key(&key);
    let started = request
        .content_type(&file.headers.content_type)
        .cache_control(&file.headers.cache_control)
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .set_server_side_encryption(encryption.algorithm)
        .set_ssekms_key_id(encryption.kms_key_id)
        .send()
        .await
        .map_err(|error| AwsError::new("s3", "CreateMultipartUpload", &error))?;
    let upload = Upload { bucket, key, id: started.upload_id().unwrap_or_default().to_owned() };
    let result = upload.parts(file, source, part_sha256).await;
    if result.is_err() {
        upload.abort().await;
    }
    result
}

struct Upload<'a> {
    bucket: &'a Bucket,
    key: String,
    id: String,
}

impl Upload<'_> {
    async fn parts(
        &self,
        file: &LocalFile,
        source: &Path,
        part_sha256: &[[u8; 32]],
    ) -> Result<String, PublishError> {
        let size = part_bytes(file.size_bytes);
        let mut parts: Vec<CompletedPart> = stream::iter((0_u64..).zip(part_sha256))
            .map(|(index, sha256)| {
                let offset = index * size;
                self.part(source, index, offset, size.min(file.size_bytes - offset), sha256)
            })
            .buffer_unordered(PARTS_AT_A_TIME)
            .try_collect()
            .await?;
        parts.sort_by_key(CompletedPart::part_number);
        let request = self.bucket.s3.complete_multipart_upload().bucket(self.bucket.name.as_str());
        let answer = request
            .key(&self.key)
            .upload_id(&self.id)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
            .send()
            .await
            .map_err(|error| AwsError::new("s3", "CompleteMultipartUpload", &error))?;
        Ok(bare(answer.e_tag()))
    }

    async fn part(
        &self,
        source: &Path,
        index: u64,
        offset: u64,
        length: u64,
        sha256: &[u8; 32],
    ) -> Result<CompletedPart, PublishError> {
        let read_error =
            |error| PublishError::Read { path: source.to_owned(), source: std::io::Error::other(error) };
        let body = ByteStream::read_from().path(source).offset(offset).length(Length::Exact(length));
        let body = body.build().await.map_err(read_error)?;
        let (number, checksum) = (i32::try_from(index + 1).unwrap_or(i32::MAX), STANDARD.encode(sha256));
        let request = self.bucket.s3.upload_part().bucket(self.bucket.name.as_str()).key(&self.key);
        let request = request
            .upload_id(&self.id)
            .part_number(number)
            .checksum_sha256(&checksum)
            .body(body)
            .customize()
            .disable_payload_signing();
        let answer = with_time_for(length, self.bucket, request)
            .send()
            .await
            .map_err(|error| AwsError::new("s3", "UploadPart", &error))?;
        let part = CompletedPart::builder().part_number(number).checksum_sha256(checksum);
        Ok(part.set_e_tag(answer.e_tag).build())
    }

    async fn abort(&self) {
        let request = self.bucket.s3.abort_multipart_upload().bucket(self.bucket.name.as_str());
        if let Err(error) = request.key(&self.key).upload_id(&self.id).send().await {
            let error = AwsError::new("s3", "AbortMultipartUpload", &error);
            tracing::warn!(%error, "parts of {} stay until a lifecycle rule ends them", self.key);
        }
    }
}
