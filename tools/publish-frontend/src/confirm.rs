//! `--confirm`: a person says yes before anything is written.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use greenlight_core::report::printable;
use greenlight_kit::Interrupt;

use crate::error::PublishError;

pub async fn ask(question: &str, interrupt: &Interrupt) -> Result<(), PublishError> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(PublishError::NoTerminal);
    }
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{} [y/N] ", printable(question));
    let _ = stderr.flush();
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        // A closed terminal is no yes.
        let _ = std::io::stdin().lock().read_line(&mut line);
        line
    });
    let answer = tokio::select! {
        () = interrupt.raised() => return Err(PublishError::Interrupted),
        answer = answer => answer.unwrap_or_default(),
    };
    if ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()) {
        Ok(())
    } else {
        Err(PublishError::NotConfirmed)
    }
}
