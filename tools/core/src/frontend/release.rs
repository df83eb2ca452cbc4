//! What is remembered of a release, and what is seen of files on both sides.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::caching::{Class, Headers};

/// Version of the manifest's format.
pub const SCHEMA: &str = "greenlight-release/1";

/// A file of the build, or of a release that is put back.
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
    /// Whether the release's record holds the bytes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_record: bool,
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

/// A release in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    pub sequence: u64,
    pub release: String,
    /// Seconds since the epoch.
    pub published_s: i64,
    pub files: usize,
    /// The release whose files these are, where this one was a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<u64>,
}

impl Past {
    /// Sequence number of the release that these files were published with first.
    pub fn content(&self) -> u64 {
        self.restores.unwrap_or(self.sequence)
    }
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
    /// Releases whose records are kept, oldest first; the last one is this release.
    #[serde(default)]
    pub history: Vec<Past>,
    /// What of our own folder was to be deleted when this release went live. The next one tries again.
    #[serde(default)]
    pub dropped: Vec<String>,
    /// Bytes kept below `.greenlight/bodies/` by their SHA-256, with the last release that had them.
    #[serde(default)]
    pub bodies: BTreeMap<String, u64>,
}

impl Manifest {
    /// What the history says of this release.
    pub fn past(&self) -> Past {
        self.history.iter().rfind(|past| past.sequence == self.sequence).cloned().unwrap_or_else(|| Past {
            sequence: self.sequence,
            release: self.release.clone(),
            published_s: self.published_s,
            files: self.files.len(),
            restores: None,
        })
    }
}

/// A release that can be put back: `.greenlight/releases/SEQUENCE.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub manifest: Manifest,
    /// Bytes of the small files that are not immutable, base64.
    pub bodies: BTreeMap<String, String>,
}
