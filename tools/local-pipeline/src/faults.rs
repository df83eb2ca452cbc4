//! Faults on request: throttling, 5xx, latency, a reset connection, by service and operation.

use std::sync::Mutex;

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FaultKind {
    /// The call is answered with this error and never reaches the engine.
    Error { status: u16, code: String },
    /// The call is done after this delay.
    Latency { delay_ms: u64 },
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

#[derive(Default)]
pub struct Faults {
    active: Mutex<Vec<(Fault, u64)>>,
}

impl Faults {
    pub fn add(&self, fault: Fault) {
        self.lock().push((fault, 0));
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    pub fn list(&self) -> Vec<Fault> {
        self.lock().iter().map(|(fault, _)| fault.clone()).collect()
    }

    /// The first fault that hits this call, counted as one hit.
    pub fn hit(&self, service: &str, operation: &str, path: &str) -> Option<FaultKind> {
        for (fault, seen) in self.lock().iter_mut() {
            if fault.matches(service, operation, path) {
                *seen += 1;
                let over = fault.times.is_some_and(|times| *seen > fault.skip + times);
                if *seen > fault.skip && !over {
                    return Some(fault.kind.clone());
                }
            }
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Fault, u64)>> {
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
        let hits: Vec<bool> = (0..5).map(|_| faults.hit("s3", "PutObject", "/b/k").is_some()).collect();
        assert_eq!(hits, [false, true, true, false, false]);
        assert!(faults.hit("s3", "GetObject", "/b/k").is_none());
    }
}
