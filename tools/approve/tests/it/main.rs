//! The tool against local-pipeline's engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod pty;
mod races;
mod world;
