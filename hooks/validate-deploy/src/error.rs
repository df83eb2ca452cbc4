//! Why a run stops, and why a verdict could not be delivered.

use greenlight_core::hook::discover::DiscoverError;
use greenlight_core::hook::event::EventError;
use greenlight_core::hook::native::NativeError;
use greenlight_core::hook::template::TemplateError;
use greenlight_core::hook::verdict::ReasonCode;
use greenlight_kit::{AwsError, AwsErrorKind};

use crate::probe::ProbeError;

/// The verdict is Failed, and this is why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", .reason.as_str())]
pub struct Stop {
    pub reason: ReasonCode,
    pub message: String,
}

impl Stop {
    pub fn new(reason: ReasonCode, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}

impl From<AwsError> for Stop {
    fn from(error: AwsError) -> Self {
        let reason = match error.kind {
            AwsErrorKind::AccessDenied | AwsErrorKind::Credentials => ReasonCode::AwsDenied,
            _ => ReasonCode::AwsUnavailable,
        };
        Self::new(reason, format!("{error}; {}", error.hint()))
    }
}

impl From<DiscoverError> for Stop {
    fn from(error: DiscoverError) -> Self {
        let reason = match error {
            DiscoverError::NotTestable { .. } => ReasonCode::NotTestable,
            _ => ReasonCode::GreenUnclear,
        };
        Self::new(reason, error.to_string())
    }
}

impl From<NativeError> for Stop {
    fn from(error: NativeError) -> Self {
        Self::new(ReasonCode::GreenUnclear, error.to_string())
    }
}

impl From<ProbeError> for Stop {
    /// A probe that cannot be made: the host or the certificates of the configuration are wrong.
    fn from(error: ProbeError) -> Self {
        Self::new(ReasonCode::ConfigInvalid, error.0)
    }
}

impl From<TemplateError> for Stop {
    fn from(error: TemplateError) -> Self {
        Self::new(ReasonCode::ConfigInvalid, error.to_string())
    }
}

/// The function fails, so that Lambda runs the event again.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    #[error(transparent)]
    Event(#[from] EventError),
    #[error("the watchdog's thread could not be started")]
    Thread(#[source] std::io::Error),
    #[error("the verdict could not be delivered: {error}{}", .statement.as_ref().map(|text| format!("; the function's role needs this statement: {text}")).unwrap_or_default())]
    Deliver { error: Box<AwsError>, statement: Option<String> },
    #[error("the watchdog ended without a result")]
    Watchdog,
}
