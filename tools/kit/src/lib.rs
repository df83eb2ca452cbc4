//! The shell that the Greenlight tools share: AWS clients, common flags, failures and exit codes, terminal, logging.
//!
//! It must not decide anything about releases: decisions live in `greenlight-core`. What has only one caller stays with
//! that caller.

pub mod aws;
pub mod exit;
pub mod failure;
pub mod flags;
pub mod interrupt;
pub mod logging;
pub mod run;

pub use aws::{AwsError, AwsErrorKind, AwsFlags};
pub use exit::Exit;
pub use failure::Failure;
pub use flags::{CommonFlags, Format};
pub use interrupt::Interrupt;
pub use run::run;
