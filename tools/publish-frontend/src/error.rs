//! What can go wrong, what it means for the live site, and what to do about it.

use std::path::PathBuf;

use greenlight_core::frontend::PlanError;
use greenlight_core::frontend::caching::OverrideError;
use greenlight_core::frontend::rollback::RollbackError;
use greenlight_kit::{AwsError, Exit, Failure};

use crate::cli::config_file::ConfigError;
use crate::journey::{LiveState, Phase};

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{0} is not a folder")]
    NotAFolder(PathBuf),
    #[error("{0} is neither a file nor a folder")]
    NotAFile(PathBuf),
    #[error("{path} is a symbolic link that {why}")]
    Symlink { path: PathBuf, why: &'static str },
    #[error("{0} is not a file name that S3 and browsers can handle (it is not UTF-8)")]
    Name(PathBuf),
    #[error("{0} makes a key of more than 1,024 bytes")]
    LongKey(String),
    #[error("{page} needs {} file(s) that the build does not have: {}", .missing.len(), .missing.join(", "))]
    MissingReferences { page: String, missing: Vec<String> },
    #[error("the build failed before this (CODEBUILD_BUILD_SUCCEEDING=0)")]
    BuildFailed,
    #[error("{path} changed while it was published")]
    ChangedWhileReading { path: PathBuf },
    #[error(transparent)]
    Override(#[from] OverrideError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{glob:?} is not a glob")]
    Glob { glob: String, source: globset::Error },
    #[error("--prefix {prefix:?} does not lie below --origin-path {origin_path:?}")]
    OriginPath { prefix: String, origin_path: String },
    #[error("--sse-kms-key-id is for --sse aws:kms")]
    KmsKeyWithoutKms,
    #[error("--confirm asks on a terminal, and there is none")]
    NoTerminal,
    #[error("not confirmed")]
    NotConfirmed,
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Rollback(#[from] RollbackError),
    #[error("{owner} is publishing to this site (lock until {until})")]
    Locked { owner: String, until: String },
    #[error(
        "the lock was lost: this process was asleep, or the bucket could not be reached, for longer than --lock-ttl"
    )]
    LockLost,
    #[error("another release went live in the meantime; this one would undo it")]
    Superseded,
    #[error("{key} of the bucket is not what publish-frontend writes there")]
    Manifest { key: String, source: serde_json::Error },
    #[error("the record of release number {sequence} has no usable {path}")]
    Record { sequence: u64, path: String },
    #[error("{key} could not be read to its end")]
    Download { key: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("there are no bytes for {0}")]
    NoBody(String),
    #[error("{} file(s) in the bucket are not as published: {}", .0.len(), .0.join(", "))]
    Verify(Vec<String>),
    #[error("the invalidation {id} is not completed after {seconds} s")]
    InvalidationSlow { id: String, seconds: u64 },
    #[error("interrupted")]
    Interrupted,
    #[error("reading the build stopped: {0}")]
    Stopped(String),
    #[error(transparent)]
    Aws(#[from] AwsError),
}

impl PublishError {
    /// The exit status, and a name for programs.
    const fn class(&self) -> (Exit, &'static str) {
        match self {
            Self::Read { .. } => (Exit::MalformedInput, "read"),
            Self::NotAFolder(_) => (Exit::MalformedInput, "not-a-folder"),
            Self::NotAFile(_) => (Exit::MalformedInput, "not-a-file"),
            Self::Symlink { .. } => (Exit::MalformedInput, "symlink"),
            Self::Name(_) | Self::LongKey(_) => (Exit::MalformedInput, "name"),
            Self::Manifest { .. } | Self::Record { .. } => (Exit::MalformedInput, "manifest"),
            Self::MissingReferences { .. } => (Exit::Negative, "missing-references"),
            Self::BuildFailed => (Exit::Negative, "build-failed"),
            Self::ChangedWhileReading { .. } => (Exit::Negative, "changed-while-reading"),
            Self::Plan(_) => (Exit::Negative, "guard"),
            Self::Verify(_) => (Exit::Negative, "verify"),
            Self::NotConfirmed => (Exit::Negative, "not-confirmed"),
            Self::Locked { .. } => (Exit::Negative, "locked"),
            Self::LockLost => (Exit::Negative, "lock-lost"),
            Self::Superseded => (Exit::Negative, "superseded"),
            Self::Rollback(RollbackError::Gone { .. }) => (Exit::Negative, "gone"),
            Self::Rollback(RollbackError::Disturbed { .. }) => (Exit::Negative, "disturbed"),
            Self::Rollback(_) => (Exit::NothingToDo, "no-release"),
            Self::Override(_)
            | Self::Glob { .. }
            | Self::OriginPath { .. }
            | Self::NoTerminal
            | Self::KmsKeyWithoutKms => (Exit::Usage, "usage"),
            Self::Config(_) => (Exit::Configuration, "configuration"),
            Self::Download { .. } => (Exit::Unavailable, "download"),
            Self::InvalidationSlow { .. } => (Exit::TimedOut, "invalidation-slow"),
            Self::Interrupted => (Exit::Interrupted, "interrupted"),
            Self::NoBody(_) | Self::Stopped(_) => (Exit::Internal, "internal"),
            Self::Aws(error) => (error.exit(), "aws"),
        }
    }

    pub const fn code(&self) -> &'static str {
        self.class().1
    }

    fn hint(&self) -> String {
        let text = match self {
            Self::Aws(error) => return error.hint(),
            Self::Rollback(RollbackError::Disturbed { live, before }) => {
                let further = before.as_ref().map(|before| format!("; --to {before} goes back further"));
                return format!("--to {live} puts it right{}", further.unwrap_or_default());
            }
            Self::Read { .. }
            | Self::NotAFolder(_)
            | Self::Plan(PlanError::EmptyBuild | PlanError::NoIndex) => {
                "is --source the folder that the build wrote (dist, build), and may this user read it?"
            }
            Self::Symlink { .. } => "replace the link by the file, or leave it out with --exclude",
            Self::NotAFile(_) | Self::Name(_) | Self::LongKey(_) => {
                "remove or rename it, or leave it out with --exclude"
            }
            Self::MissingReferences { .. } => {
                "visitors would meet a broken page; build again, look at --exclude and the base path of the build, or name what others serve with --allow-missing"
            }
            Self::BuildFailed => "post_build also runs after a failed build; nothing was published",
            Self::ChangedWhileReading { .. } => {
                "nothing may write to the build folder while it is published; run again"
            }
            Self::Glob { .. } => "quote it: --exclude '**/*.map'",
            Self::Override(_) => "quote it: --cache-control '**/*.html=no-cache'",
            Self::KmsKeyWithoutKms => "say --sse aws:kms too",
            Self::Config(_) => "`publish-frontend publish --help` lists what can be set",
            Self::OriginPath { .. } => "visitors reach only what lies below the distribution's origin path",
            Self::NoTerminal => "leave --confirm out where nobody can answer",
            Self::NotConfirmed => "nothing was written",
            Self::Plan(PlanError::ImmutableChanged(_)) => {
                "browsers keep these for a year: give changed files new names, or pass --force if they are not in use"
            }
            Self::Plan(PlanError::TooManyDeletes { .. }) => {
                "look at the plan with --dry-run, then raise --max-delete"
            }
            Self::Rollback(RollbackError::Gone { .. }) => "build and publish that commit instead",
            Self::Rollback(_) => "`publish-frontend releases` lists what can be put back",
            Self::Locked { .. } => {
                "run again when it is done; a lock that is not renewed any more ends at that time"
            }
            Self::LockLost => "run the same command again; it is safe from any point",
            Self::Superseded => "look at `publish-frontend releases`; run again to publish over it",
            Self::Manifest { .. } => "restore the object, or remove it to publish everything again",
            Self::Record { .. } => {
                "somebody changed it; put another release back, or build and publish that commit"
            }
            Self::Download { .. } => "run the command again",
            Self::NoBody(_) | Self::Stopped(_) => "please report this as a bug",
            Self::Verify(_) => "somebody else writes to this bucket; run again to mend it",
            Self::InvalidationSlow { .. } => {
                "it goes on by itself; raise --invalidation-timeout to wait longer"
            }
            Self::Interrupted => "run the same command again to finish; it is safe from any point",
        };
        text.to_owned()
    }
}

/// An error with the phase in which it came and what it left.
#[derive(Debug, thiserror::Error)]
#[error("publishing stopped at {}; {}", .phase.name(), match .live_state {
    LiveState::Unchanged => "the live site is unchanged",
    LiveState::Partial => "the live site is partly switched, and every page has its files",
    LiveState::New => "the new release is live",
})]
pub struct Failed {
    pub phase: Phase,
    pub live_state: LiveState,
    #[source]
    pub source: Box<PublishError>,
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        let (exit, hint) = (failed.source.class().0, failed.source.hint());
        Self::new(exit, failed).hint(hint)
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        let (exit, hint) = (error.class().0, error.hint());
        Self::new(exit, error).hint(hint)
    }
}
