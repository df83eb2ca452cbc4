//! The program against the S3 and CloudFront engines of local-pipeline, and against moto: happy, with faults, killed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "tests"
)]

mod bucket_state;
mod command_line;
mod files;
mod kill;
mod moto;
mod publishers;
mod release;
mod retention;
mod rollback;
mod site;
mod sixty_files;
