//! The real program: the repository's own templates, findings, files, and ECR as local-pipeline's engine answers it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod corpus;
mod documentation;
mod findings;
mod gates;
mod odd_input;
mod online;
mod revisions;
mod support;
mod templates;
