//! Something that is over a fixed time after it began, for any number of waiters at once.
//!
//! Tokio's timers count whole milliseconds and are up to one late, which at two delays for each answer is an error of several
//! percent. Because the delay is the same for all, they end in the order in which they began: a thread that sleeps until the
//! first is due is enough, and it is late by some ten microseconds only.

use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

pub struct DelayLine {
    delay: Duration,
    waiters: Sender<(Instant, oneshot::Sender<()>)>,
}

impl DelayLine {
    pub fn new(delay: Duration) -> Self {
        let (waiters, line) = channel::<(Instant, oneshot::Sender<()>)>();
        std::thread::spawn(move || {
            for (due, waiter) in line {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                // Nobody waits any more where the connection was closed.
                let _ = waiter.send(());
            }
        });
        Self { delay, waiters }
    }

    /// Over when the delay has passed since `start`, which must be about now.
    pub fn since(&self, start: Instant) -> impl Future<Output = ()> + use<> {
        let (waiter, over) = oneshot::channel();
        if self.delay.is_zero() {
            let _ = waiter.send(());
        } else {
            let _ = self.waiters.send((start + self.delay, waiter));
        }
        async move {
            let _ = over.await;
        }
    }
}
