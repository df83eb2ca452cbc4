//! The summary that goes to AWS with the answer, and durations for people.

use crate::report::printable;

/// Longest summary of an approval, in UTF-16 units
/// (<https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ApprovalResult.html>, 2026-11).
pub const MAX_SUMMARY_UNITS: usize = 512;

const ELLIPSIS: char = '…';

/// `message · by caller · commit sha · report verdict`. The message is cut first: who and what must survive.
pub fn summary(message: &str, facts: &[(&str, &str)]) -> String {
    let facts: Vec<String> = facts.iter().map(|(key, value)| format!("{key} {}", printable(value))).collect();
    let facts = cut(&facts.join(" · "), MAX_SUMMARY_UNITS);
    let message = printable(message);
    if message.is_empty() {
        return facts;
    }
    let separator = " · ";
    let room = MAX_SUMMARY_UNITS.saturating_sub(units(&facts) + units(separator));
    match cut(&message, room) {
        message if message.is_empty() => facts,
        message => format!("{message}{separator}{facts}"),
    }
}

/// At most `limit` UTF-16 units of `text`, cut between characters, never after a joiner.
pub fn cut(text: &str, limit: usize) -> String {
    if units(text) <= limit {
        return text.to_owned();
    }
    let Some(room) = limit.checked_sub(ELLIPSIS.len_utf16()) else { return String::new() };
    let mut out = String::new();
    let mut used = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next_if(|c| used + c.len_utf16() <= room) {
        used += c.len_utf16();
        out.push(c);
    }
    // The next character belongs to the last one (an accent, a variation, a joined emoji): take the whole of it away.
    if rest.peek().is_some_and(|c| is_continuation(*c)) {
        while out.pop().is_some_and(is_continuation) {}
    }
    while out.ends_with(JOINER) {
        out.pop();
        out.pop();
    }
    out.push(ELLIPSIS);
    out
}

const JOINER: char = '\u{200d}';

const fn is_continuation(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | JOINER | '\u{fe00}'..='\u{fe0f}' | '\u{20d0}'..='\u{20ff}' | '\u{1f3fb}'..='\u{1f3ff}')
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// `3 d 4 h`, `2 h 5 min`, `40 s`: the two largest units.
pub fn human_secs(secs: i64) -> String {
    let sign = if secs < 0 { "-" } else { "" };
    let secs = secs.unsigned_abs();
    let parts = [("d", secs / 86_400), ("h", secs / 3_600 % 24), ("min", secs / 60 % 60), ("s", secs % 60)];
    let first = parts.iter().position(|(_, value)| *value > 0).unwrap_or(3);
    let shown = parts.iter().skip(first).take(2).filter(|(_, value)| *value > 0);
    let text = shown.map(|(unit, value)| format!("{value} {unit}")).collect::<Vec<_>>().join(" ");
    if text.is_empty() { "0 s".to_owned() } else { format!("{sign}{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_survive_a_long_message() {
        let text = summary(&"🚀".repeat(400), &[("by", "alice"), ("commit", "c0ffee"), ("report", "passed")]);
        assert!(units(&text) <= MAX_SUMMARY_UNITS);
        assert!(text.ends_with("… · by alice · commit c0ffee · report passed"), "{text}");
        assert_eq!(summary("", &[("by", "alice")]), "by alice");
        assert_eq!(summary("ok\u{1b}[2J", &[("by", "a")]), "ok\\u{1b}[2J · by a");
    }

    #[test]
    fn cuts_on_whole_characters() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        // Each rocket is two units.
        assert_eq!(cut("🚀🚀🚀", 4), "🚀…");
        assert_eq!(cut("xe\u{301}yz", 3), "x…");
        assert_eq!(cut("a👩\u{200d}🚀b", 5), "a…");
        assert_eq!(cut("ab", 0), "");
    }

    #[test]
    fn durations() {
        for (secs, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (3_600, "1 h"),
            (7_500, "2 h 5 min"),
            (273_600, "3 d 4 h"),
            (-90, "-1 min 30 s"),
        ] {
            assert_eq!(human_secs(secs), text);
        }
    }
}
