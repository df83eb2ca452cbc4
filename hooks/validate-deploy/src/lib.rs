//! `validate-deploy`: decides whether the green task set may take traffic, and always says so.
//!
//! In Lambda it answers CodeDeploy's lifecycle hooks and ECS's deployment hooks; on a laptop and in a build it runs the same
//! checks against any URL. What it decides is in `greenlight_core::hook`; here is everything that reads, sends and waits.

pub mod cli;
pub mod command;
pub mod config;
pub mod error;
pub mod gather;
pub mod handler;
pub mod iam;
pub mod judge;
pub mod lambda;
mod live;
mod load;
pub mod native;
pub mod probe;
pub mod record;
pub mod report;
pub mod runner;
pub mod show;
pub mod watchdog;

pub use command::run;
