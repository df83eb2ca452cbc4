//! What may be approved: which execution a token belongs to, what stands against letting it through, what is said about it.
//!
//! It must not read anything: `approve` gathers, this module decides.

pub mod contents;
pub mod decision;
pub mod dossier;
pub mod freeze;
pub mod lifecycle;
pub mod pending;
pub mod policy;
pub mod progress;
pub mod summary;
