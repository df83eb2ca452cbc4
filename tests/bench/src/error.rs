//! What stops a benchmark.

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("cannot {what}")]
    Io { what: String, source: std::io::Error },
    #[error("the {0} process ended or said what is not understood")]
    Companion(&'static str),
    #[error("{tool} failed ({exit}) at: {scenario}\n{output}")]
    ToolFailed { tool: String, scenario: String, exit: String, output: String },
    #[error(
        "{tool} said that it was done, but {wrong} of {files} files are not in the bucket as they should be, such as {example}\n{output}"
    )]
    NotDone { tool: String, wrong: usize, files: usize, example: String, output: String },
    #[error("{} is missing: `make bench` builds and installs it", .0.display())]
    NotBuilt(PathBuf),
    #[error("approve found {found} approvals where {there} wait, or could not read everything\n{output}")]
    WrongRows { found: usize, there: usize, output: String },
    #[error("no tool is called {0:?}: there are {1}")]
    UnknownTool(String, String),
    #[error("{} has no line {marker:?}", .file.display())]
    NoMarker { file: PathBuf, marker: String },
}

impl BenchError {
    /// For `map_err`.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// The message with its causes.
    pub fn render(&self) -> String {
        let mut out = format!("error: {self}\n");
        let mut source = self.source();
        while let Some(cause) = source {
            let _ = writeln!(out, "  caused by: {cause}");
            source = cause.source();
        }
        out
    }
}
