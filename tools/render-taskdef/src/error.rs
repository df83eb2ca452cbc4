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
    #[error("{} {} malformed", .0.len(), if .0.len() == 1 { "file is" } else { "files are" })]
    Malformed(Vec<Malformed>),
    #[error("{}: {message}", .path.display())]
    VarFile { path: PathBuf, message: String },
    #[error("{}:{line}:{column}: {message}", .path.display())]
    Settings { path: PathBuf, line: usize, column: usize, message: String },
    #[error("{0} is larger than {1} bytes")]
    TooLarge(String, u64),
    #[error("{} and {} are both there; only one can be the template", .0.display(), .1.display())]
    Ambiguous(PathBuf, PathBuf),
    #[error("{0} does not exist")]
    NothingThere(String),
    #[error("AWS did not answer all questions within {0} s")]
    TimedOut(u64),
    #[error("AWS could not be asked about {count} of the things that --require-online wants confirmed")]
    NotConfirmed { count: usize, denied: bool },
    #[error(
        "the scan of {count} image{} could not be judged, and a gate that nobody could judge is not passed",
        if *.count == 1 { "" } else { "s" }
    )]
    NotJudged { count: usize, denied: bool },
    #[error("cannot read {}", .path.display())]
    ReadValues {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("stdout cannot be written{}", .lost.as_ref().map(|lost| format!("; registered is {lost}")).unwrap_or_default())]
    Stdout {
        /// What nobody would learn otherwise.
        lost: Option<String>,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is where the templates are; the rendered files would replace them", .0.display())]
    IntoTemplates(PathBuf),
    #[error("another run is writing into {}", .0.display())]
    Busy(PathBuf),
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

/// One file that cannot be read as what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl RenderError {
    const fn exit(&self) -> Exit {
        match self {
            Self::Read { .. }
            | Self::ReadValues { .. }
            | Self::Malformed(_)
            | Self::VarFile { .. }
            | Self::TooLarge(..)
            | Self::Ambiguous(..) => Exit::MalformedInput,
            Self::NothingThere(_) => Exit::Negative,
            Self::TimedOut(_) | Self::Busy(_) => Exit::TimedOut,
            Self::NotConfirmed { denied: true, .. } | Self::NotJudged { denied: true, .. } => Exit::Denied,
            Self::NotConfirmed { denied: false, .. } | Self::NotJudged { denied: false, .. } => {
                Exit::Unavailable
            }
            Self::Settings { .. } | Self::SettingsValue(_) | Self::Write { .. } | Self::Stdout { .. } => {
                Exit::Configuration
            }
            Self::Usage(_) | Self::NoRule(_) | Self::IntoTemplates(_) => Exit::Usage,
            Self::Model(_) => Exit::Internal,
        }
    }

    const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Read { .. } => Some("name the folder that holds the templates with --dir"),
            Self::NothingThere(_) => {
                Some("compare with --against latest, or check the names and the region in render.toml")
            }
            Self::TimedOut(_) => Some("run the command again, or give it longer with --online-timeout"),
            Self::NotConfirmed { .. } => Some(
                "what could not be checked is listed above; grant the read permissions or drop --require-online",
            ),
            Self::NotJudged { .. } => Some(
                "what could not be checked is listed above; grant the read permissions, run the command again, or drop --fail-on-findings",
            ),
            Self::ReadValues { .. } => Some("name the file that holds the values with --var-file"),
            Self::IntoTemplates(_) => Some("choose another folder with --out"),
            Self::Busy(_) => Some("wait for it, or give each run a folder of its own with --out"),
            Self::NoRule(_) => Some("`render-taskdef explain` lists all rules"),
            Self::Write { .. } => Some("choose a folder that you may write to with --out"),
            _ => None,
        }
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        let (exit, hint) = (error.exit(), error.hint());
        let failure = match &error {
            // One place for each file reads better than a chain of causes.
            RenderError::Malformed(files) => {
                let line =
                    |one: &Malformed| format!("{}:{}:{}: {}", one.file, one.line, one.column, one.message);
                Self::new(exit, files.iter().map(line).collect::<Vec<_>>().join("\nerror: "))
            }
            _ => Self::new(exit, error),
        };
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
