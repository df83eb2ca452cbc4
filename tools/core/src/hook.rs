//! Decides whether the green task set may take traffic.
//!
//! From what was read: which lifecycle event runs and which task set is green ([`discover`]), whether the listener leads to it
//! ([`wiring`]), whether it is healthy ([`health`]), whether it runs the expected image ([`identity`]), whether its answers are as
//! they should be ([`check`]), also in numbers ([`burst`]) and beside blue's ([`compare`]), whether alarms are quiet ([`alarms`]),
//! and what that means ([`verdict`]). Nothing shown holds a secret ([`secrets`]). Everything that reads or sends is in the hook itself.

pub mod alarms;
pub mod burst;
pub mod check;
pub mod compare;
pub mod config;
pub mod definition;
pub mod discover;
pub mod event;
pub mod health;
pub mod identity;
pub mod model;
pub mod native;
pub mod progress;
pub mod secrets;
pub mod template;
pub mod verdict;
pub mod wiring;
