//! The bucket: our manifest, and what lies there.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use greenlight_core::frontend::release::Record;
use greenlight_core::frontend::{Manifest, OWN_FOLDER, Observed, Prefix, RemoteObject};
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
}

impl Bucket {
    pub fn own_key(&self, name: &str) -> String {
        self.prefix.key(&format!("{OWN_FOLDER}{name}"))
    }

    pub fn manifest_key(&self) -> String {
        self.own_key("manifest.json")
    }

    /// Sequence numbers are padded, so that listing them sorts them.
    pub fn record_key(&self, sequence: u64) -> String {
        self.own_key(&format!("releases/{sequence:010}.json"))
    }

    /// The manifest with its ETag, and every object of the site: both at the same time.
    pub async fn observe(&self) -> Result<(Observed, Option<String>), PublishError> {
        let (manifest, objects) = tokio::try_join!(self.manifest(), self.list())?;
        let (manifest, etag) = manifest.map_or((None, None), |(manifest, etag)| (Some(manifest), Some(etag)));
        Ok((Observed { manifest, objects }, etag))
    }

    pub async fn manifest(&self) -> Result<Option<(Manifest, String)>, PublishError> {
        self.read_json(&self.manifest_key()).await
    }

    pub async fn record(&self, key: &str) -> Result<Option<Record>, PublishError> {
        Ok(self.read_json(key).await?.map(|(record, _)| record))
    }

    /// A JSON object of ours and its ETag, or nothing where there is none.
    pub async fn read_json<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<(T, String)>, PublishError> {
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
            .map_err(|error| PublishError::Read { path: key.into(), source: std::io::Error::other(error) })?;
        let value = serde_json::from_slice(&body.into_bytes())
            .map_err(|source| PublishError::Manifest { key: key.to_owned(), source })?;
        Ok(Some((value, etag)))
    }

    /// Objects of the site, without our own folder.
    pub async fn list(&self) -> Result<BTreeMap<String, RemoteObject>, PublishError> {
        let all = self.list_below("").await?;
        Ok(all.into_iter().filter(|(path, _)| !path.starts_with(OWN_FOLDER)).collect())
    }

    /// Keys of the records of releases, oldest first.
    pub async fn record_keys(&self) -> Result<Vec<String>, PublishError> {
        let all = self.list_below(&format!("{OWN_FOLDER}releases/")).await?;
        Ok(all.into_keys().map(|path| self.prefix.key(&path)).collect())
    }

    async fn list_below(&self, folder: &str) -> Result<BTreeMap<String, RemoteObject>, PublishError> {
        let mut objects = BTreeMap::new();
        let request = self.s3.list_objects_v2().bucket(self.name.as_str()).prefix(self.prefix.key(folder));
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::new("s3", "ListBucket", &error))?;
            for object in page.contents() {
                let Some(path) = object.key().and_then(|key| key.strip_prefix(self.prefix.as_str())) else {
                    continue;
                };
                let size_bytes = object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
                objects.insert(path.to_owned(), RemoteObject { size_bytes, etag: bare(object.e_tag()) });
            }
        }
        Ok(objects)
    }
}

/// An ETag without its quotes.
pub fn bare(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}
