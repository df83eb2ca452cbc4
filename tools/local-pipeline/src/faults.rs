//! Faults on request: throttling, 5xx, latency, a reset connection, by service and operation.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FaultKind {
    /// The call is answered with this error and never reaches the engine.
    Error { status: u16, code: String },
    /// The call is done after this delay.
    Latency { delay_ms: u64 },
    /// So many calls a second in each region, after a burst; the others are answered with `ThrottlingException`.
    Rate { per_second: u32, burst: u32 },
    /// The connection is closed without an answer; the engine never sees the call.
    Reset,
    /// The engine does the call, then the connection is closed without an answer.
    ResetAfter,
    /// No answer comes, and the connection stays open; the engine never sees the call.
    Hang,
    /// The engine does the call, but no answer comes, and the connection stays open.
    HangAfter,
}

/// One fault: where, what, after how many matching calls, how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Service of the credential scope; `*` for all.
    #[serde(default = "any")]
    pub service: String,
    /// Operation; `*` for all.
    #[serde(default = "any")]
    pub operation: String,
    /// Only calls whose path (with query) contains this text.
    #[serde(default)]
    pub path_contains: String,
    /// How many matching calls pass first.
    #[serde(default)]
    pub skip: u64,
    /// How many calls are hit; absent = all.
    #[serde(default)]
    pub times: Option<u64>,
    #[serde(flatten)]
    pub kind: FaultKind,
}

fn any() -> String {
    "*".to_owned()
}

impl Fault {
    /// `code` with `status` for every matching call.
    pub fn error(service: &str, operation: &str, status: u16, code: &str) -> Self {
        Self {
            service: service.to_owned(),
            operation: operation.to_owned(),
            path_contains: String::new(),
            skip: 0,
            times: None,
            kind: FaultKind::Error { status, code: code.to_owned() },
        }
    }

    fn matches(&self, service: &str, operation: &str, path: &str) -> bool {
        (self.service == "*" || self.service == service)
            && (self.operation == "*" || self.operation == operation)
            && path.contains(&self.path_contains)
    }
}

struct Active {
    fault: Fault,
    seen: u64,
    /// Region → what is left of its bucket, and since when.
    buckets: BTreeMap<String, (f64, Instant)>,
}

impl Active {
    /// Takes a call out of the region's bucket; `false` when it is empty.
    fn take(&mut self, region: &str, per_second: u32, burst: u32) -> bool {
        let now = Instant::now();
        let (left, since) = self.buckets.entry(region.to_owned()).or_insert((f64::from(burst), now));
        let refilled = now.duration_since(*since).as_secs_f64() * f64::from(per_second);
        (*left, *since) = ((*left + refilled).min(f64::from(burst)), now);
        let granted = *left >= 1.0;
        if granted {
            *left -= 1.0;
        }
        granted
    }
}

#[derive(Default)]
pub struct Faults {
    active: Mutex<Vec<Active>>,
}

impl Faults {
    pub fn add(&self, fault: Fault) {
        self.lock().push(Active { fault, seen: 0, buckets: BTreeMap::new() });
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    pub fn list(&self) -> Vec<Fault> {
        self.lock().iter().map(|active| active.fault.clone()).collect()
    }

    /// The first fault that hits this call, counted as one hit.
    pub fn hit(&self, service: &str, operation: &str, path: &str, region: &str) -> Option<FaultKind> {
        for active in self.lock().iter_mut() {
            if !active.fault.matches(service, operation, path) {
                continue;
            }
            active.seen += 1;
            let over = active.fault.times.is_some_and(|times| active.seen > active.fault.skip + times);
            if active.seen <= active.fault.skip || over {
                continue;
            }
            let kind = active.fault.kind.clone();
            if let FaultKind::Rate { per_second, burst } = kind
                && active.take(region, per_second, burst)
            {
                continue;
            }
            return Some(kind);
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Active>> {
        self.active.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skip_and_times() {
        let faults = Faults::default();
        faults.add(Fault { skip: 1, times: Some(2), ..Fault::error("s3", "PutObject", 503, "SlowDown") });
        let hits: Vec<bool> = (0..5).map(|_| faults.hit("s3", "PutObject", "/b/k", "").is_some()).collect();
        assert_eq!(hits, [false, true, true, false, false]);
        assert!(faults.hit("s3", "GetObject", "/b/k", "").is_none());
    }

    #[test]
    fn a_rate_is_per_region() {
        let faults = Faults::default();
        let kind = FaultKind::Rate { per_second: 1, burst: 2 };
        faults.add(Fault { kind, ..Fault::error("codepipeline", "*", 400, "") });
        let throttled = |region: &str| faults.hit("codepipeline", "GetPipelineState", "/", region).is_some();
        assert_eq!([throttled("a"), throttled("a"), throttled("a")], [false, false, true]);
        assert!(!throttled("b"));
    }
}
