//! How often the pipeline is looked at: slower while nothing happens, never in step with others.

use std::time::Duration;

/// Pauses grow to this many times the first one (5 s → 20 s).
const GROWTH_LIMIT: u32 = 4;

#[derive(Debug, Clone)]
pub struct Pace {
    first: Duration,
    next: Duration,
}

impl Pace {
    pub const fn new(first: Duration) -> Self {
        Self { first, next: first }
    }

    /// Something happened: look often again.
    pub const fn reset(&mut self) {
        self.next = self.first;
    }

    pub async fn pause(&mut self) {
        let spread = 0.75 + fastrand::f64() / 2.0;
        let pause = self.next.mul_f64(spread);
        self.next = (self.next * 3 / 2).min(self.first * GROWTH_LIMIT);
        tokio::time::sleep(pause).await;
    }

    pub const fn first(&self) -> Duration {
        self.first
    }
}
