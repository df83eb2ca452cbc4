//! Conditional requests, with the codes that S3 documents for them.
//!
//! Writes happen under one lock, so the 409 `ConditionalRequestConflict` of a race between two uploads cannot occur here; a
//! fault can bring it.

use http::{HeaderMap, HeaderValue};
use s3s::dto::{ETagCondition, Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::store::Object;

/// The conditions of a read.
#[expect(clippy::struct_field_names, reason = "the names of the headers")]
pub struct ReadConditions {
    pub if_match: Option<ETagCondition>,
    pub if_none_match: Option<ETagCondition>,
    pub if_modified_since: Option<Timestamp>,
    pub if_unmodified_since: Option<Timestamp>,
}

impl ReadConditions {
    /// `If-Match` takes precedence over `If-Unmodified-Since`, `If-None-Match` over `If-Modified-Since`.
    pub fn check(&self, object: &Object) -> S3Result<()> {
        let modified = object.modified();
        let unwanted = match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) => !matches(condition, object),
            (None, Some(since)) => modified > *since,
            (None, None) => false,
        };
        if unwanted {
            return Err(precondition_failed());
        }
        let unchanged = match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) => matches(condition, object),
            (None, Some(since)) => modified <= *since,
            (None, None) => false,
        };
        if unchanged { Err(not_modified(object)) } else { Ok(()) }
    }
}

/// The conditions of a write.
pub fn check_write(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
    existing: Option<&Object>,
) -> S3Result<()> {
    if let Some(condition) = if_none_match {
        if !condition.is_any() {
            return Err(s3_error!(
                NotImplemented,
                "A header you provided implies functionality that is not implemented"
            ));
        }
        if existing.is_some() {
            return Err(precondition_failed());
        }
    }
    if let Some(condition) = if_match {
        let object = existing.ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))?;
        if !matches(condition, object) {
            return Err(precondition_failed());
        }
    }
    Ok(())
}

fn matches(condition: &ETagCondition, object: &Object) -> bool {
    condition.is_any() || condition.as_etag().is_some_and(|etag| etag.value() == object.etag)
}

pub fn precondition_failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

/// 304 carries the headers that a cache refreshes its entry with.
fn not_modified(object: &Object) -> S3Error {
    let mut headers = HeaderMap::new();
    let mut modified = Vec::new();
    let formatted = object.modified().format(TimestampFormat::HttpDate, &mut modified).is_ok();
    let values = [
        ("etag", Some(format!("\"{}\"", object.etag))),
        ("cache-control", object.attributes.cache_control.clone()),
        ("last-modified", String::from_utf8(modified).ok().filter(|_| formatted)),
    ];
    for (name, value) in values {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    let mut error = S3Error::new(S3ErrorCode::NotModified);
    error.set_headers(headers);
    error
}
