//! The tool against local-pipeline's engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../../../local-pipeline/tests/support/blue_green.rs"]
#[allow(dead_code, reason = "shared between test programs")]
mod blue_green;
mod injection;
mod list;
mod login;
mod pty;
mod races;
mod release;
mod terminal;
mod world;
