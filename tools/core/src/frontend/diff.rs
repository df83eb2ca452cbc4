//! Why a file is uploaded, or that it is live as it is.

use super::caching::Headers;
use super::release::{Entry, LocalFile, RemoteObject};

/// Why a file is uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    New,
    ContentChanged {
        old_bytes: u64,
    },
    HeadersChanged {
        old: Headers,
    },
    /// The object is not the one that was uploaded: somebody changed it, or an earlier run was cut off.
    NotOurs,
    /// The object is gone.
    Missing,
    Forced,
}

/// The entry of a file that is live as it is, or why it must be uploaded.
pub(super) fn reason(
    file: &LocalFile,
    entry: Option<&Entry>,
    object: Option<&RemoteObject>,
    force: bool,
) -> Result<Entry, Reason> {
    match (entry, object) {
        (None, None) => Err(Reason::New),
        (Some(_), None) => Err(Reason::Missing),
        (None, Some(_)) => Err(Reason::NotOurs),
        _ if force => Err(Reason::Forced),
        (Some(entry), Some(_)) if entry.sha256 != file.sha256 => {
            Err(Reason::ContentChanged { old_bytes: entry.size_bytes })
        }
        (Some(entry), Some(object)) if entry.etag != object.etag => Err(Reason::NotOurs),
        (Some(entry), Some(_)) if entry.headers != file.headers => {
            Err(Reason::HeadersChanged { old: entry.headers.clone() })
        }
        (Some(entry), Some(_)) => Ok(Entry { class: file.class, ..entry.clone() }),
    }
}
