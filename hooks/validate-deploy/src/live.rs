//! A table of what has been done and what is being done, for somebody who watches a terminal. It decides nothing.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use greenlight_core::hook::verdict::{CheckRecord, Phase, PhaseRecord};
use greenlight_core::report::printable;
use indicatif::{ProgressBar, ProgressStyle};

use crate::show;

/// How often the running phase's time is drawn.
const TICK: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub struct Live {
    bar: ProgressBar,
    checks: Mutex<usize>,
}

impl Live {
    /// Nothing where stderr is no terminal.
    pub fn on_a_terminal() -> Option<Self> {
        let bar = ProgressBar::new_spinner();
        if bar.is_hidden() {
            return None;
        }
        let style = ProgressStyle::with_template("{spinner} {elapsed:>4}  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(TICK);
        Some(Self { bar, checks: Mutex::new(0) })
    }

    pub fn begin(&self, phase: Phase) {
        *self.checks.lock().unwrap_or_else(PoisonError::into_inner) = 0;
        self.bar.set_message(phase.as_str());
    }

    pub fn check(&self, check: &CheckRecord) {
        let mut count = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        self.bar.println(show::check_line(check));
        self.bar.set_message(format!("checks ({count} done, last: {})", printable(&check.name)));
    }

    pub fn end(&self, entry: &PhaseRecord) {
        self.bar.println(show::phase_line(entry));
    }

    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
