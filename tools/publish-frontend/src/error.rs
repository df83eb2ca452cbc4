//! What can go wrong, and what it means for the live site.

use std::path::PathBuf;

use greenlight_core::frontend::PlanError;
use greenlight_core::frontend::caching::OverrideError;
use greenlight_kit::{AwsError, Exit, Failure};
use serde::Serialize;

/// What visitors get after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LiveState {
    /// The release before, untouched.
    Unchanged,
    /// Pages of both releases; every one of them has all its files.
    Partial,
    /// The new release.
    New,
}

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} is a symbolic link that {why}")]
    Symlink { path: PathBuf, why: &'static str },
    #[error("{0} is not a file name that S3 and browsers can handle (it is not UTF-8)")]
    Name(PathBuf),
    #[error("{page} needs {} file(s) that the build does not have: {}", .missing.len(), .missing.join(", "))]
    MissingReferences { page: String, missing: Vec<String> },
    #[error("the build failed before this (CODEBUILD_BUILD_SUCCEEDING=0)")]
    BuildFailed,
    #[error("{path} changed while it was published")]
    ChangedWhileReading { path: PathBuf },
    #[error(transparent)]
    Override(#[from] OverrideError),
    #[error("{glob:?} is not a glob")]
    Glob { glob: String, source: globset::Error },
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error("{owner} is publishing to this site (lock until {until})")]
    Locked { owner: String, until: String },
    #[error("another release went live in the meantime; this one would undo it")]
    Superseded,
    #[error("{key} of the bucket is not a manifest of publish-frontend")]
    Manifest { key: String, source: serde_json::Error },
    #[error("there is no release {0} to put back")]
    NoRelease(String),
    #[error("{} file(s) in the bucket are not as published: {}", .0.len(), .0.join(", "))]
    Verify(Vec<String>),
    #[error("the invalidation {id} is not completed after {seconds} s")]
    InvalidationSlow { id: String, seconds: u64 },
    #[error("interrupted")]
    Interrupted,
    #[error(transparent)]
    Aws(#[from] AwsError),
}

impl PublishError {
    fn exit(&self) -> Exit {
        match self {
            Self::Read { .. } | Self::Symlink { .. } | Self::Name(_) | Self::Manifest { .. } => {
                Exit::MalformedInput
            }
            Self::MissingReferences { .. } | Self::BuildFailed | Self::Plan(_) | Self::Verify(_) => {
                Exit::Negative
            }
            Self::Locked { .. } | Self::Superseded | Self::ChangedWhileReading { .. } => Exit::Negative,
            Self::Override(_) | Self::Glob { .. } => Exit::Usage,
            Self::NoRelease(_) => Exit::NothingToDo,
            Self::InvalidationSlow { .. } => Exit::TimedOut,
            Self::Interrupted => Exit::Interrupted,
            Self::Aws(error) => error.exit(),
        }
    }

    /// A name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "read",
            Self::Symlink { .. } => "symlink",
            Self::Name(_) => "name",
            Self::MissingReferences { .. } => "missing-references",
            Self::BuildFailed => "build-failed",
            Self::ChangedWhileReading { .. } => "changed-while-reading",
            Self::Override(_) | Self::Glob { .. } => "usage",
            Self::Plan(_) => "guard",
            Self::Locked { .. } => "locked",
            Self::Superseded => "superseded",
            Self::Manifest { .. } => "manifest",
            Self::NoRelease(_) => "no-release",
            Self::Verify(_) => "verify",
            Self::InvalidationSlow { .. } => "invalidation-slow",
            Self::Interrupted => "interrupted",
            Self::Aws(_) => "aws",
        }
    }

    fn hint(&self) -> String {
        match self {
            Self::Read { .. } => "is --source the folder that the build wrote?".into(),
            Self::Symlink { .. } => "replace the link by the file, or leave it out with --exclude".into(),
            Self::Name(_) => "rename the file, or leave it out with --exclude".into(),
            Self::MissingReferences { .. } => "visitors would meet a broken page; build again, or look at --exclude".into(),
            Self::BuildFailed => "post_build also runs after a failed build; nothing was published".into(),
            Self::ChangedWhileReading { .. } => "nothing may write to the build folder while it is published; run again".into(),
            Self::Override(_) | Self::Glob { .. } => "quote it: --cache-control '**/*.html=no-cache'".into(),
            Self::Plan(PlanError::EmptyBuild | PlanError::NoIndex) => {
                "is --source the folder that the build wrote (dist, build)?".into()
            }
            Self::Plan(PlanError::ImmutableChanged(_)) => {
                "browsers keep these for a year: give changed files new names, or pass --force if they are not in use".into()
            }
            Self::Plan(PlanError::TooManyDeletes { .. }) => "look at the plan with --dry-run, then raise --max-delete".into(),
            Self::Locked { .. } => "run again when it is done; a lock of a publisher that died ends by itself".into(),
            Self::Superseded => "look at `publish-frontend releases`; run again to publish over it".into(),
            Self::Manifest { .. } => "restore the object, or remove it to publish everything again".into(),
            Self::NoRelease(_) => "`publish-frontend releases` lists what can be put back".into(),
            Self::Verify(_) => "somebody else writes to this bucket; run again to mend it".into(),
            Self::InvalidationSlow { .. } => "it goes on by itself; raise --invalidation-timeout to wait longer".into(),
            Self::Interrupted => "run the same command again to finish; it is safe from any point".into(),
            Self::Aws(error) => error.hint(),
        }
    }
}

/// An error with the phase in which it came and what it left.
#[derive(Debug, thiserror::Error)]
#[error("publishing stopped at {phase}; {}", match .live_state {
    LiveState::Unchanged => "the live site is unchanged",
    LiveState::Partial => "the live site is partly switched, and every page has its files",
    LiveState::New => "the new release is live",
})]
pub struct Failed {
    pub phase: &'static str,
    pub live_state: LiveState,
    #[source]
    pub source: Box<PublishError>,
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        let (exit, hint) = (failed.source.exit(), failed.source.hint());
        Self::new(exit, failed).hint(hint)
    }
}

/// Puts the phase and the live state to an error.
pub trait InPhase<T> {
    fn in_phase(self, phase: &'static str, live_state: LiveState) -> Result<T, Failed>;
}

impl<T, E: Into<PublishError>> InPhase<T> for Result<T, E> {
    fn in_phase(self, phase: &'static str, live_state: LiveState) -> Result<T, Failed> {
        self.map_err(|error| Failed { phase, live_state, source: Box::new(error.into()) })
    }
}
