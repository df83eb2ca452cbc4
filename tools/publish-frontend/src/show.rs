//! Show: the plan and the result as data, for people and for programs.

mod document;
mod text;

use greenlight_core::frontend::Plan;

use crate::apply::Applied;
use crate::cli::Verify;
use crate::error::Failed;
use crate::gather::LeftOut;
use crate::journey::Journey;
use crate::meter::Meter;

pub use document::document;
pub use text::{plan as plan_text, result as result_text};

/// Where the site is.
pub struct Place<'a> {
    pub bucket: &'a str,
    /// Empty, or ending in `/`.
    pub prefix: &'a str,
    pub distribution_ids: &'a [String],
}

impl Place<'_> {
    fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }
}

/// A run as far as it came.
pub struct Run<'a> {
    pub place: Place<'a>,
    pub plan: Option<&'a Plan>,
    pub left_out: &'a [LeftOut],
    pub verify: Verify,
    pub journey: &'a Journey,
    pub meter: &'a Meter,
}

/// How it ended.
pub enum Outcome<'a> {
    DryRun,
    Applied(&'a Applied),
    Failed(&'a Failed),
}
