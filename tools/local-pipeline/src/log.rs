//! The request log: what was asked of AWS, in order, for tests and for people.

use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde::Serialize;

/// How many calls are kept; older ones are dropped.
const CAPACITY: usize = 50_000;

/// One call as the gateway saw it.
#[derive(Debug, Clone, Serialize)]
pub struct LoggedCall {
    /// Milliseconds since the gateway started.
    pub at_ms: u64,
    /// The service in the SigV4 credential scope, such as `s3`.
    pub service: String,
    /// AWS's name of the operation; for S3 and CloudFront derived from method and path.
    pub operation: String,
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The access key id of the caller.
    pub caller: Option<String>,
    pub status: u16,
    pub elapsed_ms: u64,
}

type Observer = dyn Fn(&LoggedCall) + Send + Sync;

pub struct RequestLog {
    started: Instant,
    calls: Mutex<std::collections::VecDeque<LoggedCall>>,
    observer: OnceLock<Box<Observer>>,
}

impl Default for RequestLog {
    fn default() -> Self {
        Self { started: Instant::now(), calls: Mutex::default(), observer: OnceLock::new() }
    }
}

impl RequestLog {
    pub fn since_start(&self) -> Duration {
        self.started.elapsed()
    }

    /// `observer` sees every call from now on: when it was done, before its answer is sent. There is one at most; whether this
    /// is it.
    pub fn observe(&self, observer: impl Fn(&LoggedCall) + Send + Sync + 'static) -> bool {
        self.observer.set(Box::new(observer)).is_ok()
    }

    pub fn push(&self, call: LoggedCall) {
        if let Some(observer) = self.observer.get() {
            observer(&call);
        }
        let mut calls = self.lock();
        if calls.len() == CAPACITY {
            calls.pop_front();
        }
        calls.push_back(call);
    }

    pub fn calls(&self) -> Vec<LoggedCall> {
        self.lock().iter().cloned().collect()
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, std::collections::VecDeque<LoggedCall>> {
        self.calls.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
