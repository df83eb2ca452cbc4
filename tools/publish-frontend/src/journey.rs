//! Where a run is: its phase, what visitors get should it end now, and how long each phase took.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::error::{Failed, PublishError};

/// In the order in which they come. The names are part of the JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Preflight,
    Gather,
    Plan,
    Lock,
    Assets,
    Pages,
    Invalidate,
    Manifest,
    Wait,
    Verify,
    Prune,
}

impl Phase {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Gather => "gather",
            Self::Plan => "plan",
            Self::Lock => "lock",
            Self::Assets => "assets",
            Self::Pages => "pages",
            Self::Invalidate => "invalidate",
            Self::Manifest => "manifest",
            Self::Wait => "wait",
            Self::Verify => "verify",
            Self::Prune => "prune",
        }
    }
}

/// What visitors get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LiveState {
    /// The release before, untouched.
    Unchanged,
    /// Pages of both releases; every one of them has all its files.
    Partial,
    /// The new release.
    New,
}

/// One run on its way through the phases.
pub struct Journey {
    phase: Cell<Phase>,
    live: Cell<LiveState>,
    entered: Cell<Instant>,
    spent: RefCell<BTreeMap<Phase, Duration>>,
}

impl Default for Journey {
    fn default() -> Self {
        Self {
            phase: Cell::new(Phase::Preflight),
            live: Cell::new(LiveState::Unchanged),
            entered: Cell::new(Instant::now()),
            spent: RefCell::default(),
        }
    }
}

impl Journey {
    pub fn enter(&self, phase: Phase) {
        tracing::debug!(phase = phase.name(), "next phase");
        self.note_time();
        self.phase.set(phase);
    }

    pub fn set_live(&self, live: LiveState) {
        self.live.set(live);
    }

    /// The error with what it means for visitors.
    pub fn failed(&self, error: PublishError) -> Failed {
        Failed { phase: self.phase.get(), live_state: self.live.get(), source: Box::new(error) }
    }

    /// Time spent in each phase until now.
    pub fn spent(&self) -> BTreeMap<Phase, Duration> {
        self.note_time();
        self.spent.borrow().clone()
    }

    fn note_time(&self) {
        let now = Instant::now();
        let elapsed = now.duration_since(self.entered.replace(now));
        *self.spent.borrow_mut().entry(self.phase.get()).or_default() += elapsed;
    }
}
