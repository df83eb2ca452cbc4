//! The bucket: our manifest, and what lies there.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::types::ServerSideEncryption;
use greenlight_core::frontend::release::Record;
use greenlight_core::frontend::{Manifest, Prefix, RemoteObject, own};
use greenlight_core::ident::BucketName;
use greenlight_kit::AwsError;
use serde::de::DeserializeOwned;

use crate::error::PublishError;

/// The site's place in S3.
#[derive(Clone)]
pub struct Bucket {
    pub s3: Client,
    pub name: BucketName,
    pub prefix: Prefix,
    pub encryption: Encryption,
}

/// How S3 encrypts what is uploaded; nothing = as the bucket says.
#[derive(Debug, Clone, Default)]
pub struct Encryption {
    pub algorithm: Option<ServerSideEncryption>,
    pub kms_key_id: Option<String>,
}

impl Bucket {
    /// The key of something in our own folder.
    pub fn own_key(&self, name: &str) -> String {
        self.prefix.key(&format!("{}{name}", own::FOLDER))
    }

    /// Every upload in one request starts here.
    pub fn put_object(&self, key: &str) -> PutObjectFluentBuilder {
        let Encryption { algorithm, kms_key_id } = self.encryption.clone();
        let request = self.s3.put_object().bucket(self.name.as_str()).key(key);
        request.set_server_side_encryption(algorithm).set_ssekms_key_id(kms_key_id)
    }

    /// With the ETag of the manifest object.
    pub async fn manifest(&self) -> Result<Option<(Manifest, String)>, PublishError> {
        self.read_json(&self.own_key(own::MANIFEST)).await
    }

    pub async fn record(&self, sequence: u64) -> Result<Option<Record>, PublishError> {
        Ok(self.read_json(&self.own_key(&own::record(sequence))).await?.map(|(record, _)| record))
    }

    /// A JSON object of ours and its ETag, or nothing where there is none.
    pub async fn read_json<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<(T, String)>, PublishError> {
        let Some((bytes, etag)) = self.read(key).await? else { return Ok(None) };
        let value = serde_json::from_slice(&bytes)
            .map_err(|source| PublishError::Manifest { key: key.to_owned(), source })?;
        Ok(Some((value, etag)))
    }

    async fn read(&self, key: &str) -> Result<Option<(bytes::Bytes, String)>, PublishError> {
        let answer = match self.s3.get_object().bucket(self.name.as_str()).key(key).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let missing =
                    matches!(&error, SdkError::ServiceError(service) if service.err().is_no_such_key());
                return if missing { Ok(None) } else { Err(AwsError::new("s3", "GetObject", &error).into()) };
            }
        };
        let etag = bare(answer.e_tag());
        let body = answer
            .body
            .collect()
            .await
            .map_err(|source| PublishError::Download { key: key.to_owned(), source: source.into() })?;
        Ok(Some((body.into_bytes(), etag)))
    }

    /// Objects of the site that sort after our own folder: in one listing, without our own objects, nearly every site's all.
    pub async fn list_after_own(&self) -> Result<BTreeMap<String, RemoteObject>, PublishError> {
        // The name that follows every name in the folder: '0' is the character after '/'.
        let after = own::FOLDER.replace('/', "0");
        self.list(Some(self.prefix.key(&after)), |_| true).await
    }

    /// Objects of the site that sort before our own folder, such as `!.txt` and `.a`.
    pub async fn list_before_own(&self) -> Result<BTreeMap<String, RemoteObject>, PublishError> {
        self.list(None, sorts_before_own).await
    }

    /// As long as `wanted`, in the order of keys.
    async fn list(
        &self,
        after: Option<String>,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<String, RemoteObject>, PublishError> {
        let mut objects = BTreeMap::new();
        let request = self.s3.list_objects_v2().bucket(self.name.as_str()).prefix(self.prefix.as_str());
        let mut pages = request.set_start_after(after).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::new("s3", "ListObjectsV2", &error))?;
            for object in page.contents.unwrap_or_default() {
                let Some(path) = object.key.as_deref().and_then(|key| key.strip_prefix(self.prefix.as_str()))
                else {
                    continue;
                };
                if !wanted(path) {
                    return Ok(objects);
                }
                let size_bytes = object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
                let etag = bare(object.e_tag.as_deref());
                objects.insert(path.to_owned(), RemoteObject { size_bytes, etag });
            }
        }
        Ok(objects)
    }
}

/// Whether a listing that starts behind our own folder misses this path.
pub fn sorts_before_own(path: &str) -> bool {
    path < own::FOLDER
}

/// An ETag without its quotes.
pub fn bare(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}
