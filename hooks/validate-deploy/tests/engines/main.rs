//! The real binary against local-pipeline's engines: a real deployment waits at `AfterAllowTestTraffic`, and every AWS call of the hook
//! goes wrong in every way.
//!
//! The invariant of every cell: one verdict is accepted, or the function fails; never silence, and Succeeded only where every check
//! passed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../../../../tools/local-pipeline/tests/support/blue_green.rs"]
#[allow(dead_code, reason = "shared between test programs")]
mod blue_green;
mod calls;
mod configuration;
mod deployments;
mod front;
mod stage;
