//! Our own folder in the bucket, under the prefix: everything of ours that is not the site. Visitors must not reach it.

pub const FOLDER: &str = ".greenlight/";
/// The live release.
pub const MANIFEST: &str = "manifest.json";
pub const LOCK: &str = "lock.json";

/// The record of a release. Sequence numbers are padded, so that a listing is in their order.
pub fn record(sequence: u64) -> String {
    format!("releases/{sequence:010}.json")
}

/// Bytes that a rollback may need.
pub fn body(sha256: &str) -> String {
    format!("bodies/{sha256}")
}
