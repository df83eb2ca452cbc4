//! The progress bar: bytes, rate and time left, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Redrawn at most this often a second.
const REDRAWS_HZ: u8 = 10;

pub struct Progress(ProgressBar);

impl Progress {
    /// `shown` where stderr is a terminal and nobody asked for silence; indicatif draws nothing elsewhere in any case.
    pub fn new(shown: bool) -> Self {
        let target =
            if shown { ProgressDrawTarget::stderr_with_hz(REDRAWS_HZ) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = "{bar:30} {decimal_bytes} of {decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left";
        bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    pub fn start(&self, bytes: u64) {
        self.0.set_length(bytes);
        self.0.reset();
        self.0.enable_steady_tick(Duration::from_millis(200));
    }

    pub fn add(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    /// Also where the run failed: what is printed next must not meet the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}
