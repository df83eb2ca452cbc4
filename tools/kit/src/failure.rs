//! How a program says that it failed: `error: …`, `  caused by: …`, a blank line, `hint: …`.

use std::error::Error;
use std::fmt::Write as _;

use crate::exit::Exit;

/// An error on its way to the person, with the exit code that it means and what to do next.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub error: Box<dyn Error + Send + Sync>,
    pub hint: Option<String>,
}

impl Failure {
    pub fn new(exit: Exit, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit, error: error.into(), hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The whole message as printed on stderr, ending with a line feed.
    pub fn render(&self) -> String {
        let mut out = format!("error: {}\n", self.error);
        let mut previous = self.error.to_string();
        let mut source = self.error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // A transparent wrapper repeats its source; saying it twice helps nobody.
            if text != previous {
                let _ = writeln!(out, "  caused by: {text}");
            }
            previous = text;
            source = cause.source();
        }
        if let Some(hint) = &self.hint {
            let _ = write!(out, "\nhint: {hint}\n");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read the build folder")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn renders_causes_and_hint() {
        let failure = Failure::new(Exit::MalformedInput, Outer(std::io::Error::other("disk on fire")))
            .hint("run `npm run build` first");
        assert_eq!(
            failure.render(),
            "error: cannot read the build folder\n  caused by: disk on fire\n\nhint: run `npm run build` first\n"
        );
    }
}
