//! Reports Failed when the time runs out, whatever the rest of the program does.
//!
//! It has its own OS thread, its own small runtime and its own client, so neither a hung await nor a blocked thread stops it. One
//! lock decides who speaks. When the main path has a verdict but does not get it delivered, the watchdog delivers that same verdict:
//! CodeDeploy takes the first one, and both are the same.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
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
    /// The watchdog delivers what the main path has decided and not delivered.
    pub take_over: Instant,
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
        let reserve = reserve(remaining);
        Self {
            fire: now + remaining.saturating_sub(reserve),
            take_over: now + remaining.saturating_sub(reserve / 2),
            end: now + remaining,
        }
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
    /// The main path has this verdict and is delivering it.
    Main(Verdict),
    /// Nothing is left to say.
    Done,
    Watchdog,
}

/// What the watchdog has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Duty {
    OutOfTime,
    Deliver(Verdict),
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
                if let Some(duty) = shared.wait(&deadline) {
                    // The main path may be gone or blocked; then nobody takes the result.
                    let _ = sender.send(act(duty, &ids, deadline, &record));
                }
            })
            .map_err(HandlerError::Thread)?;
        Ok(Self { gate, result })
    }

    /// Takes the right to report for the main path. `false`: the watchdog was first.
    pub fn claim(&self, verdict: Verdict) -> bool {
        let mut turn = self.gate.turn();
        if *turn == Turn::Open {
            *turn = Turn::Main(verdict);
            self.gate.changed.notify_all();
        }
        *turn != Turn::Watchdog
    }

    /// Nothing is left to say: the verdict is delivered, or it cannot be and the function fails.
    pub fn stand_down(&self) {
        let mut turn = self.gate.turn();
        if *turn != Turn::Watchdog {
            *turn = Turn::Done;
            self.gate.changed.notify_all();
        }
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
        self.stand_down();
    }
}

impl Gate {
    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is the watchdog's turn; nothing when everything has been said without it.
    fn wait(&self, deadline: &Deadline) -> Option<Duty> {
        let mut turn = self.turn();
        loop {
            let until = match *turn {
                Turn::Open => deadline.fire,
                Turn::Main(_) => deadline.take_over,
                Turn::Done | Turn::Watchdog => return None,
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let now = *turn;
                return Some(if let Turn::Main(verdict) = now {
                    Duty::Deliver(verdict)
                } else {
                    *turn = Turn::Watchdog;
                    Duty::OutOfTime
                });
            }
            turn = match self.changed.wait_timeout(turn, left) {
                Ok((turn, _)) => turn,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }
}

fn act(duty: Duty, ids: &CodeDeployEvent, deadline: Deadline, record: &Record) -> Result<(), HandlerError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(HandlerError::Thread)?;
    runtime.block_on(async {
        let reporter = Reporter::load().await;
        let verdict = match duty {
            Duty::Deliver(verdict) => return reporter.deliver(ids, verdict, deadline.end).await,
            Duty::OutOfTime => Verdict::Failed,
        };
        let report = record.report(verdict, ReasonCode::OutOfTime, "ran out of time");
        // The verdict first: there is little time, and the report may not fit into it.
        let delivered = reporter.deliver(ids, verdict, deadline.end).await;
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
        let deadline = Deadline::after(Duration::from_mins(15));
        assert!(deadline.fire < deadline.take_over && deadline.take_over < deadline.end);
        // Less time than the reserve: at once.
        let deadline = Deadline::after(Duration::from_secs(5));
        assert!(deadline.fire <= Instant::now());
    }

    fn watchdog() -> (Watchdog, Arc<Gate>) {
        let gate = Arc::new(Gate { turn: Mutex::new(Turn::Open), changed: Condvar::new() });
        let (_sender, result) = oneshot::channel();
        (Watchdog { gate: Arc::clone(&gate), result }, gate)
    }

    fn now() -> Deadline {
        let now = Instant::now();
        Deadline { fire: now, take_over: now, end: now }
    }

    #[test]
    fn only_one_decides() {
        for _ in 0..200 {
            let (watchdog, gate) = watchdog();
            let other = thread::spawn(move || gate.wait(&now()));
            let main = watchdog.claim(Verdict::Succeeded);
            let duty = other.join().unwrap();
            // Either the watchdog was first and says Failed, or it helps to deliver what the main path decided.
            assert_eq!(duty, Some(if main { Duty::Deliver(Verdict::Succeeded) } else { Duty::OutOfTime }));
        }
    }

    #[test]
    fn a_verdict_that_was_delivered_is_not_delivered_again() {
        let (watchdog, gate) = watchdog();
        assert!(watchdog.claim(Verdict::Failed));
        watchdog.stand_down();
        assert_eq!(gate.wait(&now()), None);
        let (watchdog, gate) = self::watchdog();
        drop(watchdog);
        assert_eq!(gate.wait(&now()), None, "the function has failed, and Lambda runs it again");
    }
}
