//! What is remembered of a release, and what is seen of files on both sides.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::caching::{Class, Headers};

/// Version of the manifest's format.
pub const SCHEMA: &str = "greenlight-release/1";

/// A file of the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    /// Path on the site, without a leading slash.
    pub path: String,
    pub size_bytes: u64,
    /// Lowercase hex.
    pub sha256: String,
    pub class: Class,
    pub headers: Headers,
}

/// An object as ListObjectsV2 shows it, its key without the prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteObject {
    pub size_bytes: u64,
    /// Without quotes.
    pub etag: String,
}

/// A file of a release, as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub size_bytes: u64,
    pub sha256: String,
    /// As S3 returned it: under KMS or multipart it is no MD5, so it is only ever compared with itself.
    pub etag: String,
    pub headers: Headers,
    pub class: Class,
}

impl Entry {
    /// Whether this is the file, bytes and headers.
    pub fn is(&self, file: &LocalFile) -> bool {
        self.sha256 == file.sha256 && self.headers == file.headers
    }
}

/// A file that an earlier release had and the live one does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    pub entry: Entry,
    /// Sequence number of the first release without it.
    pub since_sequence: u64,
    /// When that release went live, in seconds since the epoch.
    pub since_s: i64,
}

/// The live release: `.greenlight/manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub schema: String,
    /// What the release is called: the commit, or a digest of the content.
    pub release: String,
    /// Counts releases of this site.
    pub sequence: u64,
    /// Seconds since the epoch.
    pub published_s: i64,
    pub files: BTreeMap<String, Entry>,
    #[serde(default)]
    pub retired: BTreeMap<String, Retired>,
}

/// A release that can be put back: `.greenlight/releases/SEQUENCE.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub manifest: Manifest,
    /// Bodies of the files that are not immutable, base64.
    pub bodies: BTreeMap<String, String>,
}
