//! Reports Failed when the time runs out, whatever the rest of the program does.
//!
//! It has its own OS thread, its own small runtime and its own client, so neither a hung await nor a blocked thread stops it. One
//! lock decides who speaks: the main path or the watchdog, never both.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use greenlight_core::hook::event::CodeDeployEvent;
use greenlight_core::hook::verdict::{ReasonCode, Verdict};
use tokio::sync::oneshot;

use crate::error::HandlerError;
use crate::record::{Record, millis};
use crate::report::Reporter;

/// Shortest time that is kept for the report.
const MIN_RESERVE: Duration = Duration::from_secs(10);
/// Lambda's longest timeout (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>, 2026-11): what is assumed when
/// the deadline is not a time to come, as some emulators send it.
const UNKNOWN_DEADLINE: Duration = Duration::from_mins(15);

/// When to stop, and when the function itself will be stopped.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    /// The watchdog fires.
    pub fire: Instant,
    /// The function ends.
    pub end: Instant,
}

impl Deadline {
    /// From the deadline that Lambda gives, in milliseconds since 1970.
    pub fn from_lambda(deadline_ms: u64) -> Self {
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis);
        Self::after(remaining(deadline_ms, now_ms))
    }

    pub fn after(remaining: Duration) -> Self {
        let now = Instant::now();
        Self { fire: now + remaining.saturating_sub(reserve(remaining)), end: now + remaining }
    }
}

fn remaining(deadline_ms: u64, now_ms: u64) -> Duration {
    match deadline_ms.checked_sub(now_ms) {
        Some(left) if left > 0 => Duration::from_millis(left),
        _ => UNKNOWN_DEADLINE,
    }
}

/// 5 % of the time, at least 10 s.
fn reserve(remaining: Duration) -> Duration {
    (remaining / 20).max(MIN_RESERVE)
}

/// Who may speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Open,
    Main,
    Watchdog,
}

#[derive(Debug)]
struct Gate {
    turn: Mutex<Turn>,
    changed: Condvar,
}

pub struct Watchdog {
    gate: Arc<Gate>,
    result: oneshot::Receiver<Result<(), HandlerError>>,
}

impl Watchdog {
    /// Starts the thread.
    pub fn arm(ids: CodeDeployEvent, deadline: Deadline, record: Arc<Record>) -> Result<Self, HandlerError> {
        let gate = Arc::new(Gate { turn: Mutex::new(Turn::Open), changed: Condvar::new() });
        let (sender, result) = oneshot::channel();
        let shared = Arc::clone(&gate);
        thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || {
                if shared.wait_until(deadline.fire) {
                    // The main path may be gone or blocked; then nobody takes the result.
                    let _ = sender.send(fire(&ids, deadline, &record));
                }
            })
            .map_err(HandlerError::Thread)?;
        Ok(Self { gate, result })
    }

    /// Takes the right to report for the main path. `false`: the watchdog was first.
    pub fn claim(&self) -> bool {
        let mut turn = self.gate.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if *turn == Turn::Open {
            *turn = Turn::Main;
            self.gate.changed.notify_all();
        }
        *turn == Turn::Main
    }

    /// Returns when the watchdog has fired and reported; never, when it has been disarmed.
    pub async fn fired(&mut self) -> Result<(), HandlerError> {
        match (&mut self.result).await {
            Ok(result) => result,
            Err(_) => Err(HandlerError::Watchdog),
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.claim();
    }
}

impl Gate {
    /// Waits until `fire`, or until the main path has spoken. `true`: it is the watchdog's turn.
    fn wait_until(&self, fire: Instant) -> bool {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        while *turn == Turn::Open {
            let left = fire.saturating_duration_since(Instant::now());
            if left.is_zero() {
                *turn = Turn::Watchdog;
                break;
            }
            turn = match self.changed.wait_timeout(turn, left) {
                Ok((turn, _)) => turn,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        *turn == Turn::Watchdog
    }
}

fn fire(ids: &CodeDeployEvent, deadline: Deadline, record: &Record) -> Result<(), HandlerError> {
    let report = record.report(Verdict::Failed, ReasonCode::OutOfTime, "ran out of time");
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(HandlerError::Thread)?;
    runtime.block_on(async {
        let reporter = Reporter::load().await;
        // The verdict first: there is little time, and the report may not fit into it.
        let delivered = reporter.deliver(ids, Verdict::Failed, deadline.end).await;
        reporter.announce(&report);
        reporter.store(&report, record.location()).await;
        delivered
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines() {
        assert_eq!(remaining(10_000, 4_000), Duration::from_secs(6));
        for past in [0, 3_999, 4_000] {
            assert_eq!(remaining(past, 4_000), UNKNOWN_DEADLINE);
        }
        assert_eq!(reserve(Duration::from_mins(1)), MIN_RESERVE);
        assert_eq!(reserve(Duration::from_mins(15)), Duration::from_secs(45));
    }

    #[test]
    fn only_one_speaks() {
        for _ in 0..200 {
            let gate = Arc::new(Gate { turn: Mutex::new(Turn::Open), changed: Condvar::new() });
            let (_sender, result) = oneshot::channel();
            let watchdog = Watchdog { gate: Arc::clone(&gate), result };
            let other = thread::spawn(move || gate.wait_until(Instant::now()));
            let main = watchdog.claim();
            assert_ne!(main, other.join().unwrap(), "exactly one of the two may report");
        }
    }
}
