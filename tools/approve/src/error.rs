//! What ends the program early, and with which exit code.

use greenlight_core::report::printable;
use greenlight_kit::{AwsError, Exit, Failure};

use crate::audit::AuditError;
use crate::config::ConfigError;
use crate::names::NameError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("there is no terminal to ask on")]
    NoTerminal,
    #[error("--yes needs to know what it approves")]
    Blind,
    #[error("{flag} {value:?} is too short")]
    ShortReference { flag: &'static str, value: String },
    #[error("--{0} does not go with a command")]
    FlagWithCommand(&'static str),
    #[error("in pipeline {pipeline}, {stage}/{action} waits, but its execution cannot be found")]
    Unbound { pipeline: String, stage: String, action: String },
    #[error("pipeline {pipeline} has no stage {stage:?}")]
    NoStage { pipeline: String, stage: String },
    #[error("the answer was not recorded, so nothing was sent")]
    Audit(#[from] AuditError),
    #[error("it is not known whether AWS took the answer")]
    Unclear(#[source] AwsError),
    #[error("AWS did not take the answer")]
    NotTaken(#[source] AwsError),
    #[error("cannot ask")]
    Ask(#[source] std::io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Aws(error) => escaped(error).into(),
            Error::NotTaken(aws) => {
                let (exit, hint) = (aws.exit(), aws.hint());
                Self::new(exit, Error::NotTaken(escaped(aws))).hint(hint)
            }
            other => {
                let other = match other {
                    Error::Unclear(aws) => Error::Unclear(escaped(aws)),
                    other => other,
                };
                let (exit, hint) = describe(&other);
                let failure = Self::new(exit, other);
                if hint.is_empty() { failure } else { failure.hint(hint) }
            }
        }
    }
}

fn describe(error: &Error) -> (Exit, String) {
    match error {
        Error::Config(_) => {
            (Exit::Configuration, "see `approve --help` for where the file is looked for".into())
        }
        Error::Name(_) => {
            (Exit::Usage, "`approve list` shows what waits; aliases are in the configuration file".into())
        }
        Error::NoTerminal => (
            Exit::Usage,
            "in a script pass --yes with --execution ID or --commit SHA; `approve show` prints both".into(),
        ),
        Error::Blind => {
            (Exit::Usage, "add --execution ID or --commit SHA; `approve show` prints both".into())
        }
        Error::ShortReference { .. } => (Exit::Usage, "give at least 7 characters".into()),
        Error::FlagWithCommand(_) => (Exit::Usage, "run approve without a command to approve".into()),
        Error::NoStage { .. } => {
            (Exit::Configuration, "correct production_stage in the configuration file".into())
        }
        Error::Audit(_) => (Exit::Configuration, "choose another file with --audit FILE".into()),
        Error::Unclear(_) => (
            Exit::Unavailable,
            "look with `approve show` before you answer again; the audit record says what was sent".into(),
        ),
        Error::Unbound { .. } => {
            (Exit::Negative, "the pipeline is changing right now; run the command again".into())
        }
        Error::Ask(_) => (Exit::Internal, String::new()),
        Error::Aws(error) | Error::NotTaken(error) => (error.exit(), error.hint()),
    }
}

/// AWS's messages repeat what others wrote (names, reasons).
fn escaped(error: AwsError) -> AwsError {
    AwsError { message: printable(&error.message), ..error }
}

#[cfg(test)]
mod tests {
    use greenlight_kit::AwsErrorKind;

    use super::*;

    #[test]
    fn what_aws_repeats_is_escaped() {
        let aws = || AwsError {
            service: "codepipeline",
            operation: "PutApprovalResult",
            kind: AwsErrorKind::Refused,
            code: None,
            message: "no pipeline \u{1b}]0;x\u{7}\u{202e}".into(),
            request_id: None,
            status: None,
        };
        for error in [Error::Aws(aws()), Error::NotTaken(aws()), Error::Unclear(aws())] {
            let shown = Failure::from(error).render();
            for line in shown.lines() {
                assert_eq!(printable(line), line);
            }
        }
    }
}
