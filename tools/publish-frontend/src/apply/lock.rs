//! The lock: one publisher at a time, by conditional writes of one object that its holder renews.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html> (2026-11)

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use greenlight_core::frontend::own;
use greenlight_kit::{AwsError, AwsErrorKind};
use serde::{Deserialize, Serialize};

use crate::error::PublishError;
use crate::gather::bucket::{Bucket, bare};

/// The lock is renewed this many times in its time to live, so that one renewal may fail.
const RENEWALS: u32 = 3;

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

/// Held until [`Lock::release`], or until it was not renewed in time.
pub struct Lock<'a> {
    bucket: &'a Bucket,
    id: String,
    release: String,
    ttl: Duration,
    etag: RefCell<String>,
    until_s: Cell<i64>,
}

pub async fn take<'a>(bucket: &'a Bucket, release: &str, ttl: Duration) -> Result<Lock<'a>, PublishError> {
    let lock = Lock {
        bucket,
        id: uuid::Uuid::new_v4().to_string(),
        release: release.to_owned(),
        ttl,
        etag: RefCell::default(),
        until_s: Cell::new(0),
    };
    if lock.put(None).await? {
        return Ok(lock);
    }
    // Somebody holds it, or held it when he died.
    let Some((held, etag)) = bucket.read_json::<Body>(&lock.key()).await? else {
        return Err(locked("another publisher", now_s()));
    };
    if held.id == lock.id {
        lock.until_s.set(held.until_s);
        lock.etag.replace(etag);
        return Ok(lock);
    }
    if held.until_s > now_s() {
        return Err(locked(&held.owner, held.until_s));
    }
    tracing::warn!(owner = held.owner, release = held.release, "taking over a lock that was not renewed");
    if lock.put(Some(&etag)).await? { Ok(lock) } else { Err(locked("another publisher", now_s())) }
}

impl Lock<'_> {
    /// Does `work` while the lock is renewed. Without the lock it stops at once: somebody else may be publishing.
    pub async fn hold<T>(
        &self,
        work: impl Future<Output = Result<T, PublishError>>,
    ) -> Result<T, PublishError> {
        tokio::select! {
            biased;
            done = work => done,
            lost = self.renew_for_ever() => Err(lost),
        }
    }

    /// Before the live site changes: the lock is still ours, also if this process was asleep.
    pub async fn check(&self) -> Result<(), PublishError> {
        if now_s() < self.until_s.get() - self.pause_s() { Ok(()) } else { self.renew().await }
    }

    /// Removes the lock if it is still ours.
    pub async fn release(self) {
        let etag = format!("\"{}\"", self.etag.borrow());
        let request = self.bucket.s3.delete_object().bucket(self.bucket.name.as_str()).key(self.key());
        if let Err(error) = request.if_match(etag).send().await {
            let error = AwsError::new("s3", "DeleteObject", &error);
            // Gone or somebody else's: the answer to our own delete may have been lost.
            if !matches!(error.kind, AwsErrorKind::Conflict | AwsErrorKind::NotFound) {
                tracing::warn!(%error, "the lock could not be removed; it ends by itself in {} s", self.ttl.as_secs());
            }
        }
    }

    async fn renew_for_ever(&self) -> PublishError {
        loop {
            tokio::time::sleep(self.ttl / RENEWALS).await;
            match self.renew().await {
                Ok(()) => tracing::debug!("lock renewed"),
                Err(error @ PublishError::LockLost) => return error,
                Err(error) if now_s() >= self.until_s.get() => {
                    tracing::warn!(%error, "the lock could not be renewed");
                    return PublishError::LockLost;
                }
                Err(error) => tracing::warn!(%error, "the lock could not be renewed; trying again"),
            }
        }
    }

    async fn renew(&self) -> Result<(), PublishError> {
        let etag = self.etag.borrow().clone();
        if self.put(Some(&etag)).await? {
            return Ok(());
        }
        // Where the answer to our own renewal was lost, its repetition meets what it wrote.
        match self.bucket.read_json::<Body>(&self.key()).await? {
            Some((held, etag)) if held.id == self.id => {
                self.until_s.set(held.until_s);
                self.etag.replace(etag);
                Ok(())
            }
            _ => Err(PublishError::LockLost),
        }
    }

    fn key(&self) -> String {
        self.bucket.own_key(own::LOCK)
    }

    fn pause_s(&self) -> i64 {
        i64::try_from((self.ttl / RENEWALS).as_secs()).unwrap_or(i64::MAX)
    }

    /// Whether the condition held: there is no lock, or the one with this ETag.
    async fn put(&self, replaces: Option<&str>) -> Result<bool, PublishError> {
        // The second that has begun does not count: the lock holds for its time to live at least.
        let until_s =
            now_s().saturating_add(i64::try_from(self.ttl.as_secs()).unwrap_or(i64::MAX)).saturating_add(1);
        let body = Body { id: self.id.clone(), owner: owner(), release: self.release.clone(), until_s };
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let request = self.bucket.put_object(&self.key());
        let request = request.content_type("application/json").body(ByteStream::from(bytes));
        let request = match replaces {
            Some(etag) => request.if_match(format!("\"{etag}\"")),
            None => request.if_none_match("*"),
        };
        match request.send().await {
            Ok(answer) => {
                self.until_s.set(until_s);
                self.etag.replace(bare(answer.e_tag()));
                Ok(true)
            }
            Err(error) => {
                let error = AwsError::new("s3", "PutObject", &error);
                // 404: the lock that was to be replaced is gone.
                let lost = error.kind == AwsErrorKind::Conflict
                    || (replaces.is_some() && error.code.as_deref() == Some("NoSuchKey"));
                if lost { Ok(false) } else { Err(error.into()) }
            }
        }
    }
}

fn now_s() -> i64 {
    jiff::Timestamp::now().as_second()
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
