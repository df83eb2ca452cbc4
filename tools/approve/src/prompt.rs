//! Asks the person at the terminal.

use std::io::{IsTerminal as _, stderr, stdin};

use greenlight_core::approval::decision::Challenge;
use greenlight_kit::Interrupt;

use crate::show;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Line(String),
    /// End of input.
    Closed,
    Interrupted,
}

/// Questions go to stderr, answers come from stdin: both must be the person's terminal.
pub fn is_possible() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

pub fn question(challenge: &Challenge, verb: &str) -> String {
    match challenge {
        Challenge::YesNo => format!("{verb}? [y/N] "),
        Challenge::Commit(text) => {
            format!("{verb}? Type the first {} characters of the commit: ", text.chars().count())
        }
        Challenge::Execution(text) => {
            format!(
                "{verb}? The commit is not known. Type the first {} characters of the execution: ",
                text.chars().count()
            )
        }
    }
}

pub async fn ask(question: &str, interrupt: &Interrupt) -> std::io::Result<Answer> {
    // What was typed or pasted before the question was readable is no answer to it.
    let _ = rustix::termios::tcflush(stdin(), rustix::termios::QueueSelector::IFlush);
    show::say(question);
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        stdin().read_line(&mut line).map(|count| (count > 0).then_some(line))
    });
    tokio::select! {
        line = read => Ok(line.map_err(std::io::Error::other)??.map_or(Answer::Closed, Answer::Line)),
        () = interrupt.raised() => {
            show::say("\n");
            Ok(Answer::Interrupted)
        }
    }
}
