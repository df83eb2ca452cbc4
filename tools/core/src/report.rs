//! Text that is safe to show: what people outside wrote (commit messages, links, file names) must not steer a terminal.

/// Replaces every character that a terminal would act on, or that reorders or hides text, by its escape.
///
/// Tab and line feed are escaped too: a value stays on its line.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Control characters, bidirectional controls (UAX #9), zero-width and tag characters, line and paragraph separators.
const fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn terminal_sequences_are_inert() {
        assert_eq!(printable("fix \u{1b}[31mred\u{7}"), "fix \\u{1b}[31mred\\u{7}");
        assert_eq!(printable("a\u{202e}b\nc"), "a\\u{202e}b\\u{a}c");
        assert_eq!(printable("Zürich ✓ 日本"), "Zürich ✓ 日本");
    }
}
