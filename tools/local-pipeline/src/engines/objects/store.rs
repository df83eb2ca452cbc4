//! What is stored: buckets, objects, unfinished multipart uploads.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use md5::{Digest as _, Md5};
use s3s::dto::{Checksum, ChecksumType, ETag, Expires, ServerSideEncryption, StorageClass, Timestamp};
use s3s::{S3Error, S3Result, s3_error};

use super::checksum::{self, Algorithm};

#[derive(Default)]
pub struct Store {
    state: Mutex<State>,
}

#[derive(Default)]
pub struct State {
    pub buckets: BTreeMap<String, Bucket>,
    pub uploads: BTreeMap<String, Upload>,
    /// Upload id → `ETag` of the object that it became: completing twice answers the same, as S3 does.
    pub completed: BTreeMap<String, String>,
}

pub struct Bucket {
    pub created: SystemTime,
    pub objects: BTreeMap<String, Arc<Object>>,
}

#[derive(Clone)]
pub struct Object {
    pub body: Bytes,
    pub etag: String,
    pub last_modified: SystemTime,
    pub attributes: Attributes,
    pub checksum: Checksum,
}

/// The headers that are stored with an object.
#[derive(Clone, Default)]
pub struct Attributes {
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub expires: Option<Expires>,
    pub website_redirect_location: Option<String>,
    pub storage_class: Option<StorageClass>,
    pub metadata: HashMap<String, String>,
    pub encryption: Encryption,
}

#[derive(Clone)]
pub struct Encryption {
    pub algorithm: ServerSideEncryption,
    pub kms_key_id: Option<String>,
    pub bucket_key_enabled: Option<bool>,
}

pub struct Upload {
    pub bucket: String,
    pub key: String,
    pub attributes: Attributes,
    /// What the parts are checked with, and whether the object gets a checksum of the checksums.
    pub algorithm: Option<Algorithm>,
    pub full_object: bool,
    pub parts: BTreeMap<i32, Part>,
}

#[derive(Clone)]
pub struct Part {
    pub body: Bytes,
    pub etag: String,
    pub checksum: Checksum,
    pub last_modified: SystemTime,
}

impl Store {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub fn bucket(&self, name: &str) -> S3Result<&Bucket> {
        self.buckets.get(name).ok_or_else(no_such_bucket)
    }

    pub fn bucket_mut(&mut self, name: &str) -> S3Result<&mut Bucket> {
        self.buckets.get_mut(name).ok_or_else(no_such_bucket)
    }

    pub fn object(&self, bucket: &str, key: &str) -> S3Result<Arc<Object>> {
        let found = self.bucket(bucket)?.objects.get(key);
        found.cloned().ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))
    }

    pub fn upload(&mut self, bucket: &str, key: &str, id: &str) -> S3Result<&mut Upload> {
        self.uploads.get_mut(id).filter(|upload| upload.bucket == bucket && upload.key == key).ok_or_else(|| {
            s3_error!(
                NoSuchUpload,
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
            )
        })
    }
}

fn no_such_bucket() -> S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

impl Default for Bucket {
    fn default() -> Self {
        Self { created: whole_seconds(SystemTime::now()), objects: BTreeMap::new() }
    }
}

impl Default for Encryption {
    /// Since 2023 every object that asks for nothing is encrypted with S3's own keys.
    fn default() -> Self {
        Self {
            algorithm: ServerSideEncryption::from_static(ServerSideEncryption::AES256),
            kms_key_id: None,
            bucket_key_enabled: None,
        }
    }
}

impl Encryption {
    pub fn is_kms(&self) -> bool {
        self.algorithm.as_str().starts_with("aws:kms")
    }

    /// The `ETag` of `body` so encrypted: its MD5, except with KMS.
    pub fn etag(&self, body: &[u8]) -> String {
        if self.is_kms() { uuid::Uuid::new_v4().simple().to_string() } else { hex::encode(Md5::digest(body)) }
    }
}

impl Object {
    pub fn new(body: Bytes, attributes: Attributes) -> Self {
        let mut checksum = checksum::compute(Algorithm::Crc64Nvme, &body);
        checksum.checksum_type = Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT));
        Self::with_checksum(body, attributes, checksum)
    }

    pub fn with_checksum(body: Bytes, attributes: Attributes, checksum: Checksum) -> Self {
        let etag = attributes.encryption.etag(&body);
        Self { body, etag, last_modified: whole_seconds(SystemTime::now()), attributes, checksum }
    }

    pub fn e_tag(&self) -> ETag {
        ETag::Strong(self.etag.clone())
    }

    pub fn modified(&self) -> Timestamp {
        Timestamp::from(self.last_modified)
    }

    pub fn length(&self) -> i64 {
        length(&self.body)
    }
}

pub fn length(body: &Bytes) -> i64 {
    i64::try_from(body.len()).unwrap_or(i64::MAX)
}

/// S3 keeps times in whole seconds.
pub fn whole_seconds(time: SystemTime) -> SystemTime {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    UNIX_EPOCH + Duration::from_secs(seconds)
}
