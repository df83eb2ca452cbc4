//! Multipart uploads: parts are kept until they are completed in order, or aborted.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use md5::{Digest as _, Md5};
use s3s::dto::{
    Checksum, CompletedPart, ETag, ETagCondition, ListPartsInput, ListPartsOutput, Part as ListedPart,
    Timestamp,
};
use s3s::{S3Result, s3_error};

use super::checksum::{self, Algorithm};
use super::condition;
use super::store::{Object, Part, State, Upload, length, whole_seconds};

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html> (2026-11)
const MIN_PART_BYTES: usize = 5 * 1024 * 1024;
const MAX_PART_NUMBER: i32 = 10_000;
const MAX_PARTS: i32 = 1000;

pub struct Completion<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    pub upload_id: &'a str,
    pub parts: Vec<CompletedPart>,
    pub if_match: Option<ETagCondition>,
    pub if_none_match: Option<ETagCondition>,
}

/// The part's `ETag`.
pub fn add_part(upload: &mut Upload, number: i32, body: Bytes, checksum: Checksum) -> S3Result<String> {
    if !(1..=MAX_PART_NUMBER).contains(&number) {
        return Err(s3_error!(
            InvalidArgument,
            "Part number must be an integer between 1 and 10000, inclusive"
        ));
    }
    let etag = upload.attributes.encryption.etag(&body);
    let part = Part { body, etag: etag.clone(), checksum, last_modified: whole_seconds(SystemTime::now()) };
    upload.parts.insert(number, part);
    Ok(etag)
}

/// Puts the parts together under the key. Completing once more answers the same.
pub fn complete(state: &mut State, request: &Completion<'_>) -> S3Result<Arc<Object>> {
    if let Some(etag) = state.completed.get(request.upload_id) {
        let object = state.object(request.bucket, request.key)?;
        if object.etag == *etag {
            return Ok(object);
        }
    }
    let upload = state.upload(request.bucket, request.key, request.upload_id)?;
    let parts = chosen_parts(upload, &request.parts)?;
    let object = Arc::new(assemble(upload, &parts));
    let bucket = state.bucket_mut(request.bucket)?;
    let existing = bucket.objects.get(request.key).map(AsRef::as_ref);
    condition::check_write(request.if_match.as_ref(), request.if_none_match.as_ref(), existing)?;
    bucket.objects.insert(request.key.to_owned(), Arc::clone(&object));
    state.uploads.remove(request.upload_id);
    state.completed.insert(request.upload_id.to_owned(), object.etag.clone());
    Ok(object)
}

fn chosen_parts(upload: &Upload, wanted: &[CompletedPart]) -> S3Result<Vec<Part>> {
    if wanted.is_empty() {
        return Err(s3_error!(MalformedXML, "You must specify at least one part"));
    }
    let numbers = || wanted.iter().map(|part| part.part_number.unwrap_or_default());
    if numbers().zip(numbers().skip(1)).any(|(left, right)| left >= right) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ));
    }
    let mut parts = Vec::new();
    for (index, (number, wanted_part)) in numbers().zip(wanted).enumerate() {
        let part = upload.parts.get(&number).filter(|part| {
            wanted_part.e_tag.as_ref().is_none_or(|etag| etag.value() == part.etag)
                && upload.algorithm.is_none_or(|algorithm| {
                    let sent = completed_value(wanted_part, algorithm);
                    sent.is_none() || sent == checksum::value(&part.checksum, algorithm)
                })
        });
        let Some(part) = part else {
            return Err(s3_error!(
                InvalidPart,
                "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
            ));
        };
        if index + 1 < wanted.len() && part.body.len() < MIN_PART_BYTES {
            return Err(s3_error!(
                EntityTooSmall,
                "Your proposed upload is smaller than the minimum allowed size"
            ));
        }
        parts.push(part.clone());
    }
    Ok(parts)
}

fn completed_value(part: &CompletedPart, algorithm: Algorithm) -> Option<&str> {
    match algorithm {
        Algorithm::Crc32 => part.checksum_crc32.as_deref(),
        Algorithm::Crc32c => part.checksum_crc32c.as_deref(),
        Algorithm::Crc64Nvme => part.checksum_crc64nvme.as_deref(),
        Algorithm::Sha1 => part.checksum_sha1.as_deref(),
        Algorithm::Sha256 => part.checksum_sha256.as_deref(),
    }
}

fn assemble(upload: &Upload, parts: &[Part]) -> Object {
    let mut body = BytesMut::with_capacity(parts.iter().map(|part| part.body.len()).sum());
    let mut digests = Md5::new();
    for part in parts {
        body.extend_from_slice(&part.body);
        digests.update(hex::decode(&part.etag).unwrap_or_default());
    }
    let body = body.freeze();
    let checksum = match upload.algorithm {
        Some(algorithm) => {
            checksum::of_parts(algorithm, upload.full_object, &body, parts.iter().map(|part| &part.checksum))
        }
        None => checksum::of_parts(Algorithm::Crc64Nvme, true, &body, std::iter::empty()),
    };
    let mut object = Object::with_checksum(body, upload.attributes.clone(), checksum);
    object.etag = format!("{}-{}", hex::encode(digests.finalize()), parts.len());
    object
}

pub fn list_parts(upload: &Upload, input: ListPartsInput) -> ListPartsOutput {
    let marker = input.part_number_marker.unwrap_or_default();
    let max_parts = input.max_parts.unwrap_or(MAX_PARTS).clamp(0, MAX_PARTS);
    let mut parts: Vec<ListedPart> = Vec::new();
    let mut truncated = false;
    for (number, part) in upload.parts.range(marker.saturating_add(1)..) {
        if i32::try_from(parts.len()).unwrap_or(i32::MAX) >= max_parts {
            truncated = true;
            break;
        }
        let checksum = part.checksum.clone();
        parts.push(ListedPart {
            part_number: Some(*number),
            e_tag: Some(ETag::Strong(part.etag.clone())),
            last_modified: Some(Timestamp::from(part.last_modified)),
            size: Some(length(&part.body)),
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
        });
    }
    ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        max_parts: Some(max_parts),
        part_number_marker: Some(marker),
        next_part_number_marker: parts.last().filter(|_| truncated).and_then(|part| part.part_number),
        is_truncated: Some(truncated),
        parts: Some(parts),
        ..ListPartsOutput::default()
    }
}
