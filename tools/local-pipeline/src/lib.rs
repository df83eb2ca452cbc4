//! The whole pipeline on one machine: one AWS endpoint in front of engines that really do what the services do.
//!
//! Tests start the engines that they need in process; the program `local-pipeline` puts a general emulator behind them.
//! What differs from AWS is listed in `doc/local-pipeline.md`.

pub mod api;
pub mod cli;
pub mod client;
pub mod commands;
pub mod daemon;
pub mod destination;
pub mod emulator;
pub mod engines;
pub mod faults;
pub mod gateway;
pub mod http;
pub mod image;
pub mod log;
pub mod names;
pub mod ports;
pub mod preflight;
pub mod snapshot;
pub mod world;

pub use api::{ApiError, Query};
pub use engines::Engines;
pub use gateway::{Gateway, GatewaySettings, RunningGateway};
