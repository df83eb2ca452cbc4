//! How it looks. Everything that others wrote goes through `printable` here.

pub mod contents;
pub mod json;
pub mod link;
pub mod text;

use std::io::Write as _;

/// Data for stdout. A closed pipe is the reader's decision.
pub fn out(text: &str) {
    let mut stdout = anstream::stdout();
    let _ = stdout.write_all(text.as_bytes());
    let _ = stdout.flush();
}

/// Everything else, on stderr.
pub fn say(text: &str) {
    let mut stderr = anstream::stderr();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}
