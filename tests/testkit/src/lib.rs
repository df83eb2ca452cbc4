//! What tests of several crates need: the programs, scratch checkouts, the local world as a program, moto.
//!
//! Test code: it panics with a message instead of returning errors.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    reason = "test code"
)]

mod checkout;
mod moto;
mod programs;
mod world;

pub use checkout::Checkout;
pub use moto::Moto;
pub use programs::{program, project_root};
pub use world::{Ran, World};
