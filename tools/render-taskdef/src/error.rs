//! What stops the tool before it can list findings.

use std::path::PathBuf;

use greenlight_kit::{Exit, Failure};

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("cannot read {}", .path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{file}:{line}:{column}: {message}")]
    Malformed { file: String, line: usize, column: usize, message: String },
    #[error("{}: {message}", .path.display())]
    VarFile { path: PathBuf, message: String },
    #[error("{}", .path.display())]
    Settings {
        path: PathBuf,
        #[source]
        source: Box<toml::de::Error>,
    },
    #[error("render.toml: {0}")]
    SettingsValue(String),
    #[error("{0}")]
    Usage(String),
    #[error("there is no rule {0}")]
    NoRule(String),
    #[error("the bundled service model is unreadable")]
    Model(#[source] serde_json::Error),
    #[error("cannot write {}; nothing was written", .path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

impl RenderError {
    const fn exit(&self) -> Exit {
        match self {
            Self::Read { .. } | Self::Malformed { .. } | Self::VarFile { .. } => Exit::MalformedInput,
            Self::Settings { .. } | Self::SettingsValue(_) | Self::Write { .. } => Exit::Configuration,
            Self::Usage(_) | Self::NoRule(_) => Exit::Usage,
            Self::Model(_) => Exit::Internal,
        }
    }

    const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Read { .. } => Some("name the folder that holds the templates with --dir"),
            Self::NoRule(_) => Some("`render-taskdef explain` lists all rules"),
            Self::Write { .. } => Some("choose a folder that you may write to with --out"),
            _ => None,
        }
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        let (exit, hint) = (error.exit(), error.hint());
        let failure = Self::new(exit, error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
