//! The lock: one publisher at a time, by conditional writes of one object.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html> (2026-11)

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use greenlight_kit::{AwsError, AwsErrorKind};
use serde::{Deserialize, Serialize};

use crate::error::PublishError;
use crate::gather::bucket::{Bucket, bare};

#[derive(Debug, Serialize, Deserialize)]
struct Body {
    /// Of this run: tells a lost answer to our own write from somebody else's lock.
    #[serde(default)]
    id: String,
    owner: String,
    release: String,
    /// Seconds since the epoch.
    until_s: i64,
}

/// Held until [`Lock::release`] or its time is over.
pub struct Lock<'a> {
    bucket: &'a Bucket,
    etag: String,
}

pub async fn take<'a>(
    bucket: &'a Bucket,
    release: &str,
    ttl: Duration,
    now_s: i64,
) -> Result<Lock<'a>, PublishError> {
    let until_s = now_s.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX));
    let body =
        Body { id: uuid::Uuid::new_v4().to_string(), owner: owner(), release: release.to_owned(), until_s };
    if let Some(etag) = put(bucket, &body, None).await? {
        return Ok(Lock { bucket, etag });
    }
    // Somebody holds it, or held it when he died.
    let Some((held, etag)) = bucket.read_json::<Body>(&key(bucket)).await? else {
        return Err(locked("another publisher", now_s));
    };
    if held.id == body.id {
        return Ok(Lock { bucket, etag });
    }
    if held.until_s > now_s {
        return Err(locked(&held.owner, held.until_s));
    }
    match put(bucket, &body, Some(&etag)).await? {
        Some(etag) => Ok(Lock { bucket, etag }),
        None => Err(locked("another publisher", now_s)),
    }
}

impl Lock<'_> {
    /// Removes the lock if it is still ours.
    pub async fn release(self) -> Result<(), PublishError> {
        let key = key(self.bucket);
        let held = self.bucket.read_json::<Body>(&key).await?;
        if held.is_some_and(|(_, etag)| etag == self.etag) {
            let request = self.bucket.s3.delete_object().bucket(self.bucket.name.as_str()).key(key);
            request.send().await.map_err(|error| AwsError::new("s3", "DeleteObject", &error))?;
        }
        Ok(())
    }
}

fn key(bucket: &Bucket) -> String {
    bucket.own_key("lock.json")
}

/// The new ETag, or nothing where the condition failed.
async fn put(bucket: &Bucket, body: &Body, replaces: Option<&str>) -> Result<Option<String>, PublishError> {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let request = bucket
        .s3
        .put_object()
        .bucket(bucket.name.as_str())
        .key(key(bucket))
        .content_type("application/json")
        .body(ByteStream::from(bytes));
    let request = match replaces {
        Some(etag) => request.if_match(format!("\"{etag}\"")),
        None => request.if_none_match("*"),
    };
    match request.send().await {
        Ok(answer) => Ok(Some(bare(answer.e_tag()))),
        Err(error) => {
            let error = AwsError::new("s3", "PutObject", &error);
            if error.kind == AwsErrorKind::Conflict || error.status == Some(412) {
                Ok(None)
            } else {
                Err(error.into())
            }
        }
    }
}

fn locked(owner: &str, until_s: i64) -> PublishError {
    let until =
        jiff::Timestamp::from_second(until_s).map_or_else(|_| until_s.to_string(), |time| time.to_string());
    PublishError::Locked { owner: owner.to_owned(), until }
}

/// The build in CodeBuild, else user and process.
fn owner() -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    variable("CODEBUILD_BUILD_ID").unwrap_or_else(|| {
        let user = variable("USER").unwrap_or_else(|| "somebody".to_owned());
        let host = variable("HOSTNAME").map(|host| format!("@{host}")).unwrap_or_default();
        format!("{user}{host} (process {})", std::process::id())
    })
}
