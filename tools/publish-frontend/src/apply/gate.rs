//! How many uploads run at a time: more while S3 keeps up, half as many when it throttles.

use std::cell::Cell;

/// Grows to this many times what it started with.
const GROWTH: usize = 4;

#[derive(Debug)]
pub struct Gate {
    limit: Cell<usize>,
    most: usize,
    /// Uploads done since the limit changed.
    done: Cell<usize>,
    /// Throttled answers seen so far, and how many uploads must end before the next ones count: those that were on their
    /// way when the limit was halved say nothing about the new limit.
    throttled: Cell<u64>,
    deaf: Cell<usize>,
}

impl Gate {
    pub fn new(start: usize) -> Self {
        let start = start.max(1);
        Self {
            limit: Cell::new(start),
            most: start.saturating_mul(GROWTH),
            done: Cell::new(0),
            throttled: Cell::new(0),
            deaf: Cell::new(0),
        }
    }

    pub fn limit(&self) -> usize {
        self.limit.get()
    }

    /// An upload ended; `throttled` counts all throttled answers of the run.
    pub fn completed(&self, throttled: u64) {
        let more = throttled > self.throttled.replace(throttled);
        if self.deaf.get() > 0 {
            self.deaf.set(self.deaf.get() - 1);
            return;
        }
        if more {
            self.deaf.set(self.limit.get());
            self.limit.set((self.limit.get() / 2).max(1));
            self.done.set(0);
            return;
        }
        self.done.set(self.done.get() + 1);
        // A whole round without complaint: a quarter more.
        if self.done.get() >= self.limit.get() {
            self.limit.set((self.limit.get() + self.limit.get().div_ceil(4)).min(self.most));
            self.done.set(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;

    #[test]
    fn grows_to_four_times_the_start() {
        let gate = Gate::new(64);
        (0..64).for_each(|_| gate.completed(0));
        assert_eq!(gate.limit(), 80);
        (0..10_000).for_each(|_| gate.completed(0));
        assert_eq!(gate.limit(), 256);
    }

    #[test]
    fn halves_once_for_what_was_in_flight() {
        let gate = Gate::new(64);
        (1..=64).for_each(|throttled| gate.completed(throttled));
        assert_eq!(gate.limit(), 32);
        gate.completed(64);
        gate.completed(65);
        assert_eq!(gate.limit(), 16);
        let gate = Gate::new(1);
        (1..=100).for_each(|throttled| gate.completed(throttled));
        assert_eq!(gate.limit(), 1);
    }
}
