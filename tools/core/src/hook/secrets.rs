//! Keeps secrets out of everything that is shown: as they are, and as servers and formats echo them.
//!
//! A secret is found character by character, where each character may stand as itself, percent-encoded (RFC 3986, once or twice),
//! as an escape of JSON or of Rust's debug format, or as an HTML character reference; and as a whole in base64 (either alphabet,
//! at any of the three alignments inside a longer encoded text) or hexadecimal. What a server cuts out of the middle of a secret is
//! not found: nothing can tell it from any other text.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What stands in the place of a secret.
pub const MASK: &str = "***";
/// Encoded forms that are shorter would hit innocent text.
const MIN_ENCODED_CHARS: usize = 4;
/// The longest form of one ASCII character is `%25XX`, `\u{XX}` or `&#xXX;`: 6 or 7 characters; of others up to 4 bytes of 5 each.
const MAX_FORM_CHARS: usize = 20;

/// Replaces secrets. Without any, texts stay as they are.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// Longest first, so that one secret inside another leaves nothing behind.
    needles: Vec<Vec<char>>,
}

impl Redactor {
    /// Redacts this text from now on.
    pub fn add(&mut self, secret: &str) {
        for text in [secret, secret.trim()] {
            self.push(text, 1);
        }
        let secret = secret.trim().as_bytes();
        for encoded in [hex::encode(secret), hex::encode_upper(secret)] {
            self.push(&encoded, MIN_ENCODED_CHARS);
        }
        for alignment in 0..3 {
            self.push(&inner(&STANDARD_NO_PAD, secret, alignment), MIN_ENCODED_CHARS);
            self.push(&inner(&URL_SAFE_NO_PAD, secret, alignment), MIN_ENCODED_CHARS);
        }
        self.needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        self.needles.dedup();
    }

    fn push(&mut self, text: &str, min_chars: usize) {
        let needle: Vec<char> = text.chars().collect();
        if needle.len() >= min_chars && !self.needles.contains(&needle) {
            self.needles.push(needle);
        }
    }

    /// The text without any secret.
    pub fn apply(&self, text: &str) -> String {
        if self.needles.is_empty() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let found = self.needles.iter().find_map(|needle| match_at(rest, needle));
            let taken = found.unwrap_or(first.len_utf8());
            if found.is_some() {
                out.push_str(MASK);
            } else {
                out.push(first);
            }
            rest = rest.get(taken..).unwrap_or_default();
        }
        out
    }

    /// The beginning of a text, without any secret: no secret is cut into a piece that would not be found.
    pub fn beginning(&self, text: &str, chars: usize) -> String {
        let longest = self.needles.first().map_or(0, Vec::len);
        let window: String = text.chars().take(chars + longest * MAX_FORM_CHARS).collect();
        let clean = self.apply(&window);
        let short: String = clean.chars().take(chars).collect();
        let dots = if short.len() < clean.len() || window.len() < text.len() { "…" } else { "" };
        format!("{short}{dots}")
    }
}

/// The part of an encoding that depends on the secret alone, when `alignment` other bytes stand before it in a longer text.
fn inner(engine: &impl base64::Engine, secret: &[u8], alignment: usize) -> String {
    let mut padded = vec![0; alignment];
    padded.extend_from_slice(secret);
    let encoded = engine.encode(&padded);
    // 8 bits per byte, 6 per character: characters that share bits with a neighbour are not the secret's alone.
    let first = (alignment * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    encoded.get(first..last).unwrap_or_default().to_owned()
}

/// How many bytes of `text` the needle takes at its beginning, in whatever forms its characters stand.
fn match_at(text: &str, needle: &[char]) -> Option<usize> {
    let mut ends = vec![0];
    for &c in needle {
        let mut next: Vec<usize> = Vec::new();
        for end in ends {
            let rest = text.get(end..).unwrap_or_default();
            next.extend(forms(rest, c).into_iter().map(|length| end + length));
        }
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return None;
        }
        ends = next;
    }
    ends.last().copied()
}

/// Lengths in bytes of every form of `c` that `rest` begins with.
fn forms(rest: &str, c: char) -> Vec<usize> {
    let mut lengths = Vec::new();
    if rest.starts_with(c) {
        lengths.push(c.len_utf8());
    }
    match rest.as_bytes().first() {
        Some(b'%') => lengths.extend(percent(rest, c)),
        Some(b'+') if c == ' ' => lengths.push(1),
        Some(b'\\') => lengths.extend(escape(rest, c)),
        Some(b'&') => lengths.extend(reference(rest, c)),
        _ => {}
    }
    lengths
}

fn percent(rest: &str, c: char) -> Option<usize> {
    let mut buffer = [0; 4];
    let mut length = 0;
    for byte in c.encode_utf8(&mut buffer).bytes() {
        let here = rest.get(length..)?.strip_prefix('%')?;
        let (digits, taken) = match here.strip_prefix("25") {
            // `%25` is the percent sign itself, unless two digits of another byte follow.
            Some(inner) if byte != b'%' || is_hex(inner, byte) => (inner, 5),
            _ => (here, 3),
        };
        if !is_hex(digits, byte) {
            return None;
        }
        length += taken;
    }
    Some(length)
}

fn is_hex(digits: &str, byte: u8) -> bool {
    digits.get(..2).is_some_and(|digits| u8::from_str_radix(digits, 16) == Ok(byte))
}

/// `\"`, `\n`, `\u0041` (with surrogates), `\u{41}`, `\x41`.
fn escape(rest: &str, c: char) -> Option<usize> {
    let after = rest.get(1..)?;
    let short = match c {
        '"' | '\\' | '/' | '\'' => Some(c),
        '\n' => Some('n'),
        '\t' => Some('t'),
        '\r' => Some('r'),
        _ => None,
    };
    if short.is_some_and(|short| after.starts_with(short)) {
        return Some(2);
    }
    if let Some(braced) = after.strip_prefix("u{") {
        let (digits, _) = braced.split_once('}')?;
        return (u32::from_str_radix(digits, 16) == Ok(u32::from(c))).then_some(4 + digits.len());
    }
    if after.starts_with('x') && u32::from_str_radix(after.get(1..3)?, 16) == Ok(u32::from(c)) {
        return Some(4);
    }
    let mut buffer = [0; 2];
    let mut length = 0;
    for unit in &*c.encode_utf16(&mut buffer) {
        let digits = rest.get(length..)?.strip_prefix("\\u")?.get(..4)?;
        if u16::from_str_radix(digits, 16) != Ok(*unit) {
            return None;
        }
        length += 6;
    }
    Some(length)
}

/// `&amp;`, `&#38;`, `&#x26;`
fn reference(rest: &str, c: char) -> Option<usize> {
    let (name, _) = rest.get(1..)?.split_once(';')?;
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    let named = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    };
    (named == Some(c) || number == Some(u32::from(c))).then_some(name.len() + 2)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    const SECRET: &str = "p/ä ss+\"w<rd&=%1";

    fn redactor(secret: &str) -> Redactor {
        let mut redactor = Redactor::default();
        redactor.add(secret);
        redactor
    }

    #[test]
    fn every_form_is_found() {
        let bytes: String = SECRET.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let twice = bytes.replace('%', "%25");
        let html: String = SECRET.chars().map(|c| format!("&#{};", u32::from(c))).collect();
        let unicode: String = SECRET.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
        for text in [
            SECRET.to_owned(),
            "p%2F%C3%A4%20ss%2B%22w%3Crd%26%3D%251".to_owned(),
            "p%2f%c3%a4+ss%2B%22w%3crd%26=%251".to_owned(),
            bytes,
            twice,
            html,
            unicode,
            serde_json::to_string(SECRET).unwrap().trim_matches('"').to_owned(),
            "p/ä ss+&quot;w&lt;rd&amp;=%1".to_owned(),
            format!("{SECRET:?}").trim_matches('"').to_owned(),
            hex::encode(SECRET),
            STANDARD_NO_PAD.encode(SECRET),
            URL_SAFE_NO_PAD.encode(SECRET),
        ] {
            let shown = redactor(SECRET).apply(&format!("a {text} b"));
            assert!(
                shown.starts_with("a ***") && shown.ends_with(" b") && shown.len() <= 12,
                "{text} → {shown}"
            );
        }
    }

    #[test]
    fn inside_longer_base64() {
        let secret = "correct-horse-battery";
        for before in ["", "u", "us", "use", "user"] {
            for after in ["", ":", ":x", ":xyz"] {
                let encoded = STANDARD_NO_PAD.encode(format!("{before}{secret}{after}"));
                let shown = redactor(secret).apply(&encoded);
                assert!(shown.contains(MASK) && shown.len() < 20, "{before}…{after}: {shown}");
                let url = percent_encoding::utf8_percent_encode(&encoded, percent_encoding::NON_ALPHANUMERIC);
                assert!(redactor(secret).apply(&url.to_string()).contains(MASK));
            }
        }
    }

    #[test]
    fn other_text_stays() {
        let mut both = redactor("abc");
        both.add("abcdef");
        both.add("");
        assert_eq!(both.apply("x abcdef abc y %41 \\u0041 &amp; ü"), "x *** *** y %41 \\u0041 &amp; ü");
        assert_eq!(Redactor::default().apply("anything"), "anything");
    }

    #[test]
    fn a_cut_leaves_no_piece() {
        let redactor = redactor("hunter2-hunter2");
        for before in 0..40 {
            let text = format!("{}hunter2-hunter2 and more {}", "x".repeat(before), "y".repeat(400));
            let shown = redactor.beginning(&text, 20);
            assert!(!shown.contains("hunt"), "{shown}");
            assert!(shown.ends_with('…'));
        }
        assert_eq!(redactor.beginning("short", 20), "short");
    }

    proptest::proptest! {
        #[test]
        fn any_secret_any_place(before in "\\PC{0,20}", secret in "[!-~]{6,30}", after in "\\PC{0,20}") {
            let text = format!("{before}{secret}{after}");
            proptest::prop_assert!(!redactor(&secret).apply(&text).contains(&secret));
        }
    }
}
