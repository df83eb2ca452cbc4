//! The manifest and the record of the release.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aws_sdk_s3::primitives::ByteStream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use greenlight_core::frontend::{Manifest, Plan, own};
use greenlight_kit::AwsError;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::upload::PagesLive;
use crate::error::PublishError;
use crate::gather::bucket::Bucket;
use crate::gather::{Body, sha256_of};

/// Proof that the manifest names the release. Only this module makes it.
pub struct Recorded(Manifest);

impl Recorded {
    /// The release that was live before and stays so.
    pub fn already(manifest: Manifest) -> Self {
        Self(manifest)
    }

    pub fn manifest(&self) -> &Manifest {
        &self.0
    }
}

/// What went live.
pub struct Live<'a> {
    pub pages: PagesLive,
    /// SHA-256 of bytes that could not be kept for a rollback.
    pub lost: BTreeSet<String>,
    /// ETag of the manifest that the new one replaces.
    pub replaces: Option<&'a str>,
    pub now_s: i64,
}

/// Writes the record, then the manifest on condition that nobody else has written it.
pub async fn write(
    bucket: &Bucket,
    plan: &Plan,
    bodies: &BTreeMap<String, Body>,
    live: &Live<'_>,
) -> Result<Recorded, PublishError> {
    let bytes = ForRecord::of(plan, bodies);
    let manifest = plan.manifest(live.pages.etags(), |path| bytes.has(path), &live.lost, live.now_s);
    let record = bytes.json(&manifest)?;
    put(bucket, &bucket.own_key(&own::record(plan.sequence)), record, Condition::None).await?;
    let body = serde_json::to_vec(&manifest).unwrap_or_default();
    let condition = live.replaces.map_or(Condition::Absent, Condition::Is);
    match put(bucket, &bucket.own_key(own::MANIFEST), body, condition).await {
        // Where the answer to our own write was lost, its repetition meets what it wrote.
        Err(PublishError::Superseded) => match bucket.manifest().await? {
            Some((live, _)) if live == manifest => Ok(Recorded(manifest)),
            _ => Err(PublishError::Superseded),
        },
        result => result.map(|()| Recorded(manifest)),
    }
}

/// Where the bytes for the record are.
enum Source<'a> {
    File(&'a Path),
    Memory(&'a [u8]),
}

/// The bytes that the record holds. They are read one file after the other while the JSON is written, so that only the JSON
/// is ever in memory.
struct ForRecord<'a> {
    /// With the SHA-256 of the plan, which they must still have.
    bodies: BTreeMap<&'a str, (Source<'a>, &'a str)>,
    /// Why the JSON could not be written: serde has no place for an error of ours.
    failure: RefCell<Option<PublishError>>,
}

impl<'a> ForRecord<'a> {
    fn of(plan: &'a Plan, bodies: &'a BTreeMap<String, Body>) -> Self {
        let of_plan = plan.for_record.iter().filter_map(|(path, sha256)| {
            let source = match bodies.get(path)? {
                Body::File { source, .. } => Source::File(source),
                Body::Recorded(bytes) => Source::Memory(bytes),
                // Stays where it is kept.
                Body::Kept { .. } => return None,
            };
            Some((path.as_str(), (source, sha256.as_str())))
        });
        Self { bodies: of_plan.collect(), failure: RefCell::default() }
    }

    fn has(&self, path: &str) -> bool {
        self.bodies.contains_key(path)
    }

    /// A [`Record`](greenlight_core::frontend::release::Record).
    fn json(&self, manifest: &Manifest) -> Result<Vec<u8>, PublishError> {
        #[derive(Serialize)]
        struct Outgoing<'a> {
            manifest: &'a Manifest,
            bodies: &'a ForRecord<'a>,
        }
        let written = serde_json::to_vec(&Outgoing { manifest, bodies: self });
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(written.unwrap_or_default()),
        }
    }
}

impl Serialize for ForRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.bodies.len()))?;
        for (path, (source, sha256)) in &self.bodies {
            let text = encoded(source, sha256).map_err(|failure| {
                let error = serde::ser::Error::custom(&failure);
                self.failure.replace(Some(failure));
                error
            })?;
            map.serialize_entry(path, &text)?;
        }
        map.end()
    }
}

fn encoded(source: &Source<'_>, sha256: &str) -> Result<String, PublishError> {
    match source {
        Source::Memory(bytes) => Ok(STANDARD.encode(bytes)),
        Source::File(path) => {
            let bytes = std::fs::read(path)
                .map_err(|error| PublishError::Read { path: (*path).to_owned(), source: error })?;
            if sha256 == sha256_of(&bytes) {
                Ok(STANDARD.encode(bytes))
            } else {
                Err(PublishError::ChangedWhileReading { path: (*path).to_owned() })
            }
        }
    }
}

enum Condition<'a> {
    None,
    Absent,
    Is(&'a str),
}

async fn put(
    bucket: &Bucket,
    key: &str,
    body: Vec<u8>,
    condition: Condition<'_>,
) -> Result<(), PublishError> {
    let request = bucket
        .put_object(key)
        .content_type("application/json")
        .cache_control("no-store")
        .body(ByteStream::from(body));
    let request = match condition {
        Condition::None => request,
        Condition::Absent => request.if_none_match("*"),
        Condition::Is(etag) => request.if_match(format!("\"{etag}\"")),
    };
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error) => {
            let error = AwsError::new("s3", "PutObject", &error);
            // 404: the manifest that was to be replaced is gone.
            let lost = matches!(error.status, Some(409 | 412)) || error.code.as_deref() == Some("NoSuchKey");
            if lost { Err(PublishError::Superseded) } else { Err(error.into()) }
        }
    }
}
