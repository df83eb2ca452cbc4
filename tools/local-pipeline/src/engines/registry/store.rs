//! Repositories: blobs, manifests and tags.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::reference::ImageReference;
use crate::api::ApiError;
use crate::names::ACCOUNT_ID;

pub type Repositories = BTreeMap<String, Repository>;

pub struct Repository {
    pub created: Timestamp,
    pub immutable_tags: bool,
    pub blobs: BTreeMap<String, Bytes>,
    pub manifests: BTreeMap<String, Manifest>,
    pub tags: BTreeMap<String, String>,
    pub uploads: BTreeMap<String, BytesMut>,
}

pub struct Manifest {
    pub body: Bytes,
    pub media_type: String,
    pub pushed: Timestamp,
}

/// Why a manifest is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The bytes are no manifest.
    Invalid(String),
    /// It names a blob that was not uploaded.
    BlobUnknown(String),
    /// The tag is immutable and names another image.
    TagExists { tag: String, digest: String },
    /// The bytes have another digest than the name says.
    Digest,
}

impl Repository {
    pub fn new(immutable_tags: bool) -> Self {
        Self {
            created: Timestamp::now(),
            immutable_tags,
            blobs: BTreeMap::new(),
            manifests: BTreeMap::new(),
            tags: BTreeMap::new(),
            uploads: BTreeMap::new(),
        }
    }

    /// Digest of what the reference names: by digest, else by tag, else `latest`.
    pub fn resolve(&self, reference: &ImageReference) -> Option<&str> {
        if let Some(digest) = &reference.digest {
            return self.manifests.get_key_value(digest).map(|(digest, _)| digest.as_str());
        }
        self.tags.get(reference.tag.as_deref().unwrap_or("latest")).map(String::as_str)
    }

    /// Stores a manifest under its digest and, if given, a tag. The same tag for the same image again is fine.
    pub fn put_manifest(
        &mut self,
        body: &Bytes,
        media_type: Option<&str>,
        name: &str,
    ) -> Result<String, Refused> {
        let digest = digest(body);
        let tag = if name.starts_with("sha256:") {
            if name != digest {
                return Err(Refused::Digest);
            }
            None
        } else {
            Some(name)
        };
        let manifest: Value =
            serde_json::from_slice(body).map_err(|error| Refused::Invalid(error.to_string()))?;
        let media_type = manifest
            .get("mediaType")
            .and_then(Value::as_str)
            .or(media_type)
            .unwrap_or("application/vnd.oci.image.manifest.v1+json");
        let media_type = media_type.to_owned();
        self.check_references(&manifest)?;
        if let Some(tag) = tag {
            let before = self.tags.get(tag);
            if self.immutable_tags && before.is_some_and(|before| *before != digest) {
                return Err(Refused::TagExists {
                    tag: tag.to_owned(),
                    digest: before.cloned().unwrap_or_default(),
                });
            }
            self.tags.insert(tag.to_owned(), digest.clone());
        }
        self.manifests.entry(digest.clone()).or_insert_with(|| Manifest {
            body: body.clone(),
            media_type,
            pushed: Timestamp::now(),
        });
        Ok(digest)
    }

    fn check_references(&self, manifest: &Value) -> Result<(), Refused> {
        let list = |name: &str| manifest.get(name).and_then(Value::as_array).into_iter().flatten();
        let digest_of = |descriptor: &Value| {
            descriptor.get("digest").and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        if manifest.get("schemaVersion").and_then(Value::as_u64) != Some(2) {
            return Err(Refused::Invalid("schemaVersion is not 2".to_owned()));
        }
        for child in list("manifests").map(digest_of) {
            if !self.manifests.contains_key(&child) {
                return Err(Refused::BlobUnknown(child));
            }
        }
        for blob in manifest.get("config").into_iter().chain(list("layers")).map(digest_of) {
            if !self.blobs.contains_key(&blob) {
                return Err(Refused::BlobUnknown(blob));
            }
        }
        Ok(())
    }

    /// The tags of a manifest, in order.
    pub fn tags_of(&self, digest: &str) -> Vec<&str> {
        self.tags.iter().filter(|(_, tagged)| *tagged == digest).map(|(tag, _)| tag.as_str()).collect()
    }
}

pub fn repository<'a>(repositories: &'a Repositories, name: &str) -> Result<&'a Repository, ApiError> {
    repositories.get(name).ok_or_else(|| not_found(name))
}

pub fn repository_mut<'a>(
    repositories: &'a mut Repositories,
    name: &str,
) -> Result<&'a mut Repository, ApiError> {
    repositories.get_mut(name).ok_or_else(|| not_found(name))
}

fn not_found(name: &str) -> ApiError {
    ApiError::new(
        "RepositoryNotFoundException",
        format!("The repository with name '{name}' does not exist in the registry with id '{ACCOUNT_ID}'"),
    )
}

/// `sha256:…`
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}
