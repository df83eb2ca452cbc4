//! JSON that is safe on a terminal: the same value, with what would steer a terminal as `\u` escapes.

use std::fmt::Write as _;

use greenlight_core::report::printable;
use serde::Serialize;

/// One compact line.
pub fn line(value: &impl Serialize) -> String {
    // Every value here is a plain struct of strings and numbers, which cannot fail to serialise.
    let text = serde_json::to_string(value).unwrap_or_default();
    escape(&text) + "\n"
}

/// Such characters can only stand inside JSON strings, where an escape means the same.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_graphic() || c == ' ' || printable(c.encode_utf8(&mut [0; 4])).chars().eq([c]) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_stays_and_the_terminal_is_safe() {
        let evil = "a\u{1b}[2J\u{9b}31m\u{202e}b\n\u{7f}\u{e0041}é✓";
        let line = line(&serde_json::json!({ "message": evil }));
        assert!(!line.trim_end().chars().any(|c| printable(&c.to_string()) != c.to_string()), "{line:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap()["message"], evil);
    }
}
