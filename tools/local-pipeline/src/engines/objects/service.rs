//! The operations of the S3 API on the store.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt as _;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Bucket as ListedBucket, Checksum, ChecksumMode,
    ChecksumType, CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CopyObjectInput,
    CopyObjectOutput, CopyObjectResult, CopySource, CreateBucketInput, CreateBucketOutput,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteBucketInput, DeleteBucketOutput,
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, ETag, GetObjectInput,
    GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput,
    ListBucketsOutput, ListObjectsV2Input, ListObjectsV2Output, ListPartsInput, ListPartsOutput,
    MetadataDirective, PutObjectInput, PutObjectOutput, StreamingBlob, Timestamp, UploadPartInput,
    UploadPartOutput,
};
use s3s::{S3, S3Error, S3Request, S3Response, S3Result, s3_error};

use super::RawBody;
use super::checksum::{self, Algorithm};
use super::condition::{self, ReadConditions};
use super::store::{Attributes, Bucket, Encryption, Object, Store, Upload};
use super::{delete, listing, multipart};
use crate::names::REGION;

pub struct ObjectService {
    pub store: Arc<Store>,
}

/// The stored headers of an upload; the three kinds of uploads have the same fields.
macro_rules! attributes {
    ($input:expr) => {
        Attributes {
            content_type: $input.content_type.take().or_else(|| Some("binary/octet-stream".to_owned())),
            cache_control: $input.cache_control.take(),
            content_disposition: $input.content_disposition.take(),
            content_encoding: $input.content_encoding.take().and_then(stored_encoding),
            content_language: $input.content_language.take(),
            expires: $input.expires.take(),
            website_redirect_location: $input.website_redirect_location.take(),
            storage_class: $input.storage_class.take(),
            metadata: $input.metadata.take().unwrap_or_default(),
            encryption: encryption!($input),
        }
    };
}

macro_rules! encryption {
    ($input:expr) => {
        match $input.server_side_encryption.take() {
            Some(algorithm) => Encryption {
                algorithm,
                kms_key_id: $input.ssekms_key_id.take(),
                bucket_key_enabled: $input.bucket_key_enabled,
            },
            None => Encryption::default(),
        }
    };
}

/// The answer to a read; `GetObject` and `HeadObject` have the same fields.
macro_rules! object_output {
    ($Output:ident, $object:expr, $checksum:expr, $range:expr) => {{
        let attributes = $object.attributes.clone();
        let checksum: Checksum = $checksum;
        $Output {
            accept_ranges: Some("bytes".to_owned()),
            content_range: $range,
            content_type: attributes.content_type,
            cache_control: attributes.cache_control,
            content_disposition: attributes.content_disposition,
            content_encoding: attributes.content_encoding,
            content_language: attributes.content_language,
            expires: attributes.expires,
            website_redirect_location: attributes.website_redirect_location,
            storage_class: attributes.storage_class,
            metadata: Some(attributes.metadata),
            e_tag: Some($object.e_tag()),
            last_modified: Some($object.modified()),
            server_side_encryption: Some(attributes.encryption.algorithm),
            ssekms_key_id: attributes.encryption.kms_key_id,
            bucket_key_enabled: attributes.encryption.bucket_key_enabled,
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            checksum_type: checksum.checksum_type,
            ..$Output::default()
        }
    }};
}

#[async_trait::async_trait]
impl S3 for ObjectService {
    async fn create_bucket(
        &self,
        req: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let input = req.input;
        let constraint =
            input.create_bucket_configuration.and_then(|configuration| configuration.location_constraint);
        let constraint = constraint.as_ref().map_or("unspecified", |constraint| constraint.as_str());
        if constraint != REGION {
            return Err(s3_error!(
                IllegalLocationConstraintException,
                "The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to."
            ));
        }
        let mut state = self.store.lock();
        if state.buckets.contains_key(&input.bucket) {
            return Err(s3_error!(
                BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it."
            ));
        }
        let location = Some(format!("/{}", input.bucket));
        state.buckets.insert(input.bucket, Bucket::default());
        Ok(S3Response::new(CreateBucketOutput { location }))
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.store.lock().bucket(&req.input.bucket)?;
        Ok(S3Response::new(HeadBucketOutput {
            bucket_region: Some(REGION.to_owned()),
            ..HeadBucketOutput::default()
        }))
    }

    async fn delete_bucket(
        &self,
        req: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        let mut state = self.store.lock();
        if !state.bucket(&req.input.bucket)?.objects.is_empty() {
            return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
        }
        state.buckets.remove(&req.input.bucket);
        Ok(S3Response::new(DeleteBucketOutput {}))
    }

    async fn list_buckets(
        &self,
        _req: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let state = self.store.lock();
        let buckets = state.buckets.iter().map(|(name, bucket)| ListedBucket {
            name: Some(name.clone()),
            creation_date: Some(Timestamp::from(bucket.created)),
            bucket_region: Some(REGION.to_owned()),
        });
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            ..ListBucketsOutput::default()
        }))
    }

    async fn put_object(&self, mut req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let body = read(req.input.body.take()).await?;
        let checksum = checksum::verify(&body, &req.headers, req.trailing_headers.as_ref())?;
        let mut input = req.input;
        let attributes = attributes!(input);
        let object = Object::with_checksum(body, attributes, checksum.clone());
        let e_tag = Some(object.e_tag());
        let encryption = object.attributes.encryption.clone();

        let mut state = self.store.lock();
        let bucket = state.bucket_mut(&input.bucket)?;
        let existing = bucket.objects.get(&input.key).map(AsRef::as_ref);
        condition::check_write(input.if_match.as_ref(), input.if_none_match.as_ref(), existing)?;
        bucket.objects.insert(input.key, Arc::new(object));
        Ok(S3Response::new(PutObjectOutput {
            e_tag,
            server_side_encryption: Some(encryption.algorithm),
            ssekms_key_id: encryption.kms_key_id,
            bucket_key_enabled: encryption.bucket_key_enabled,
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            checksum_type: checksum.checksum_type,
            ..PutObjectOutput::default()
        }))
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = req.input;
        refuse_part_number(input.part_number)?;
        let object = self.store.lock().object(&input.bucket, &input.key)?;
        let conditions = ReadConditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        };
        conditions.check(&object)?;
        let (body, range) = slice(&object, input.range)?;
        let checksum = visible_checksum(&object, input.checksum_mode.as_ref().filter(|_| range.is_none()));
        let mut output = object_output!(GetObjectOutput, object, checksum, range);
        output.content_length = i64::try_from(body.len()).ok();
        output.body = Some(StreamingBlob::from(s3s::Body::from(body)));
        Ok(S3Response::new(output))
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = req.input;
        refuse_part_number(input.part_number)?;
        let object = self.store.lock().object(&input.bucket, &input.key)?;
        let conditions = ReadConditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        };
        conditions.check(&object)?;
        let (body, range) = slice(&object, input.range)?;
        let checksum = visible_checksum(&object, input.checksum_mode.as_ref().filter(|_| range.is_none()));
        let mut output = object_output!(HeadObjectOutput, object, checksum, range);
        output.content_length = i64::try_from(body.len()).ok();
        Ok(S3Response::new(output))
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let mut input = req.input;
        let CopySource::Bucket { bucket, key, version_id: None } = &input.copy_source else {
            return Err(s3_error!(NotImplemented, "Only objects without versions are copied"));
        };
        let mut state = self.store.lock();
        let source = state.object(bucket, key)?;
        let conditions = ReadConditions {
            if_match: input.copy_source_if_match.take(),
            if_none_match: input.copy_source_if_none_match.take(),
            if_modified_since: input.copy_source_if_modified_since.take(),
            if_unmodified_since: input.copy_source_if_unmodified_since.take(),
        };
        conditions.check(&source).map_err(|_| condition::precondition_failed())?;
        let replaces = input
            .metadata_directive
            .as_ref()
            .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
        let in_place = **bucket == *input.bucket && **key == *input.key;
        if in_place && !replaces && input.storage_class.is_none() && input.server_side_encryption.is_none() {
            return Err(s3_error!(
                InvalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
            ));
        }
        let attributes = if replaces {
            attributes!(input)
        } else {
            let storage_class =
                input.storage_class.take().or_else(|| source.attributes.storage_class.clone());
            Attributes { encryption: encryption!(input), storage_class, ..source.attributes.clone() }
        };
        let algorithm =
            input.checksum_algorithm.as_ref().and_then(|algorithm| Algorithm::parse(algorithm.as_str()));
        let checksum = copied_checksum(&source, algorithm);
        let object = Object::with_checksum(source.body.clone(), attributes, checksum.clone());
        let result = CopyObjectResult {
            e_tag: Some(object.e_tag()),
            last_modified: Some(object.modified()),
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            checksum_type: checksum.checksum_type,
        };
        let encryption = object.attributes.encryption.clone();
        state.bucket_mut(&input.bucket)?.objects.insert(input.key, Arc::new(object));
        Ok(S3Response::new(CopyObjectOutput {
            copy_object_result: Some(result),
            server_side_encryption: Some(encryption.algorithm),
            ssekms_key_id: encryption.kms_key_id,
            ..CopyObjectOutput::default()
        }))
    }

    async fn delete_object(
        &self,
        req: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let input = req.input;
        let mut state = self.store.lock();
        let bucket = state.bucket_mut(&input.bucket)?;
        let existing = bucket.objects.get(&input.key).map(AsRef::as_ref);
        condition::check_write(input.if_match.as_ref(), None, existing)?;
        bucket.objects.remove(&input.key);
        let mut response = S3Response::new(DeleteObjectOutput::default());
        response.status = Some(http::StatusCode::NO_CONTENT);
        Ok(response)
    }

    async fn delete_objects(
        &self,
        req: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        if let Some(RawBody(body)) = req.extensions.get::<RawBody>() {
            checksum::verify(body, &req.headers, None)?;
        }
        let mut state = self.store.lock();
        let bucket = state.bucket_mut(&req.input.bucket)?;
        delete::delete(bucket, req.input.delete).map(S3Response::new)
    }

    async fn list_objects_v2(
        &self,
        req: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let state = self.store.lock();
        let bucket = state.bucket(&req.input.bucket)?;
        listing::list(bucket, req.input).map(S3Response::new)
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let mut input = req.input;
        let mut state = self.store.lock();
        state.bucket(&input.bucket)?;
        let algorithm =
            input.checksum_algorithm.as_ref().and_then(|algorithm| Algorithm::parse(algorithm.as_str()));
        let full_object =
            input.checksum_type.as_ref().map_or(algorithm == Some(Algorithm::Crc64Nvme), |kind| {
                kind.as_str() == ChecksumType::FULL_OBJECT
            });
        let attributes = attributes!(input);
        let encryption = attributes.encryption.clone();
        let upload_id = uuid::Uuid::new_v4().simple().to_string();
        let upload = Upload {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            attributes,
            algorithm,
            full_object,
            parts: std::collections::BTreeMap::new(),
        };
        state.uploads.insert(upload_id.clone(), upload);
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(upload_id),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: input.checksum_type,
            server_side_encryption: Some(encryption.algorithm),
            ssekms_key_id: encryption.kms_key_id,
            ..CreateMultipartUploadOutput::default()
        }))
    }

    async fn upload_part(
        &self,
        mut req: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let body = read(req.input.body.take()).await?;
        let checksum = checksum::verify(&body, &req.headers, req.trailing_headers.as_ref())?;
        let input = req.input;
        let mut state = self.store.lock();
        let upload = state.upload(&input.bucket, &input.key, &input.upload_id)?;
        let encryption = upload.attributes.encryption.clone();
        let etag = multipart::add_part(upload, input.part_number, body, checksum.clone())?;
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(ETag::Strong(etag)),
            server_side_encryption: Some(encryption.algorithm),
            ssekms_key_id: encryption.kms_key_id,
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            ..UploadPartOutput::default()
        }))
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = req.input;
        let completion = multipart::Completion {
            bucket: &input.bucket,
            key: &input.key,
            upload_id: &input.upload_id,
            parts: input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default(),
            if_match: input.if_match,
            if_none_match: input.if_none_match,
        };
        let object = multipart::complete(&mut self.store.lock(), &completion)?;
        let checksum = object.checksum.clone();
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(object.e_tag()),
            server_side_encryption: Some(object.attributes.encryption.algorithm.clone()),
            ssekms_key_id: object.attributes.encryption.kms_key_id.clone(),
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            checksum_type: checksum.checksum_type,
            ..CompleteMultipartUploadOutput::default()
        }))
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let input = req.input;
        let mut state = self.store.lock();
        state.upload(&input.bucket, &input.key, &input.upload_id)?;
        state.uploads.remove(&input.upload_id);
        let mut response = S3Response::new(AbortMultipartUploadOutput::default());
        response.status = Some(http::StatusCode::NO_CONTENT);
        Ok(response)
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        let input = req.input;
        let mut state = self.store.lock();
        let upload = state.upload(&input.bucket, &input.key, &input.upload_id)?;
        let output = multipart::list_parts(upload, input);
        Ok(S3Response::new(output))
    }
}

/// The whole body; a signature or framing error inside a chunked upload keeps its own code.
async fn read(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    let chunks: Vec<Bytes> = body.try_collect().await.map_err(|error| match error.downcast::<S3Error>() {
        Ok(error) => *error,
        Err(error) => {
            let mut answer = s3_error!(IncompleteBody, "The request body terminated unexpectedly");
            answer.set_source(error);
            answer
        }
    })?;
    if let [only] = chunks.as_slice() {
        return Ok(only.clone());
    }
    let mut whole = BytesMut::with_capacity(chunks.iter().map(Bytes::len).sum());
    for chunk in &chunks {
        whole.extend_from_slice(chunk);
    }
    Ok(whole.freeze())
}

/// `aws-chunked` is how the body came, not how it is stored.
fn stored_encoding(sent: String) -> Option<String> {
    if !sent.contains("aws-chunked") {
        return Some(sent);
    }
    let kept: Vec<&str> = sent
        .split(',')
        .map(str::trim)
        .filter(|encoding| *encoding != "aws-chunked" && !encoding.is_empty())
        .collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

fn slice(object: &Object, range: Option<s3s::dto::Range>) -> S3Result<(Bytes, Option<String>)> {
    let length = object.body.len();
    let Some(range) = range else { return Ok((object.body.clone(), None)) };
    let range = range.check(length as u64)?;
    let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else {
        return Err(s3_error!(InvalidRange, "The requested range is not satisfiable"));
    };
    Ok((object.body.slice(start..end), Some(format!("bytes {start}-{}/{length}", end.saturating_sub(1)))))
}

/// Checksums are answered only where they were asked for.
fn visible_checksum(object: &Object, mode: Option<&ChecksumMode>) -> Checksum {
    match mode {
        Some(mode) if mode.as_str() == ChecksumMode::ENABLED => object.checksum.clone(),
        _ => Checksum::default(),
    }
}

/// A copy keeps the source's checksum unless another is asked for; it is always of the whole object.
fn copied_checksum(source: &Object, wanted: Option<Algorithm>) -> Checksum {
    let kept =
        source.checksum.checksum_type.as_ref().is_some_and(|kind| kind.as_str() == ChecksumType::FULL_OBJECT);
    if wanted.is_none() && kept {
        return source.checksum.clone();
    }
    checksum::of_parts(wanted.unwrap_or(Algorithm::Crc64Nvme), true, &source.body, std::iter::empty())
}

fn refuse_part_number(part_number: Option<i32>) -> S3Result<()> {
    match part_number {
        None => Ok(()),
        Some(_) => Err(s3_error!(NotImplemented, "Reading one part of an object is not implemented")),
    }
}
