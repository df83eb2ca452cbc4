//! Reads: template files and values from this machine, and from AWS what the checks ask for. Changes nothing.

pub mod aws;
mod files;

pub use files::inputs;
