//! End to end: releases on the local world, and the contracts between tools, buildspecs and architecture.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod architecture;
mod buildspecs;
mod cli_docs;
mod documents;
mod load;
mod world;
