//! Greenlight's decisions: what to upload, what to write, whether green may take traffic, what may be approved.
//!
//! Pure, total and deterministic. No async, files, environment, network, clock, randomness or printing: `clippy.toml` forbids
//! them, and `tests/dependencies.rs` keeps tokio and the AWS SDK out.

pub mod approval;
pub mod frontend;
pub mod hook;
pub mod ident;
pub mod report;
pub mod taskdef;
