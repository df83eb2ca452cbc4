//! Links that a terminal can open (OSC 8), made only of what cannot do anything else.

use std::fmt::Write as _;

use super::text::shown;

/// Longer than any link that somebody wants to follow.
const MAX_BYTES: usize = 2_000;

/// The URL as text; on a terminal that wants it, also as a link to exactly that text.
pub fn link(url: &str, on_terminal: bool) -> String {
    let text = shown(url);
    if !on_terminal || !is_safe(url) {
        return text;
    }
    let mut out = String::new();
    let _ = write!(out, "\u{1b}]8;;{url}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\");
    out
}

/// Only the web, only visible ASCII, nobody's name before the host.
fn is_safe(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty()
            && !host.contains('@')
            && url.len() <= MAX_BYTES
            && url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
            && shown(url) == url
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_links_are_links() {
        let good = "https://github.com/acme/app/commit/c0ffee";
        assert_eq!(link(good, true), format!("\u{1b}]8;;{good}\u{1b}\\{good}\u{1b}]8;;\u{1b}\\"));
        assert_eq!(link(good, false), good);
        for bad in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://github.com@evil.example/",
            "https://evil.example/\u{1b}]8;;x",
            "https://ex\u{430}mple.com/",
            "https://a b/",
            "https://",
            "https://example.com/\u{7}",
        ] {
            assert!(!link(bad, true).contains("\u{1b}]8"), "{bad}");
        }
        assert!(!link(&format!("https://a/{}", "x".repeat(3_000)), true).contains('\u{1b}'));
    }
}
