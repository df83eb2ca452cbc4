//! One input file, whatever its form: JSON with comments, or YAML.

use super::json::{self, SyntaxError};
use super::node::{Node, Place};
use super::yaml;

/// Largest input file. ECS takes 65536 bytes of compact JSON; comments and spaces may well multiply that.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Yaml,
}

impl Form {
    /// Decided by how the text begins and, where that leaves a choice, by the name. YAML that begins with a brace is tried as JSON
    /// first, because JSON indented with tabs is no YAML.
    pub fn of(name: &str, text: &str) -> Self {
        let named_json =
            name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("json"));
        let start = text.trim_start_matches('\u{feff}').trim_start();
        match start.chars().next() {
            Some('/') => Self::Json,
            Some('{' | '[') if named_json || json::parse(text, 0).is_ok() => Self::Json,
            None if named_json => Self::Json,
            _ => Self::Yaml,
        }
    }
}

/// Reads the text of the file `name`; places carry the index `file`.
pub fn parse(name: &str, text: &str, file: usize) -> Result<(Node, Form), SyntaxError> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        let at = Place { file, line: 1, column: 1, width: 1 };
        return Err(SyntaxError { at, message: "the file is empty".to_owned() });
    }
    let form = Form::of(name, text);
    let node = match form {
        Form::Json => json::parse(text, file)?,
        Form::Yaml => yaml::parse(text, file)?,
    };
    if node.as_object().is_none() {
        return Err(SyntaxError {
            at: node.at,
            message: format!("must be an object, found {}", node.kind()),
        });
    }
    Ok((node, form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_seen() {
        for (name, text, form) in [
            ("taskdef.json", "// x\n{}", Form::Json),
            ("taskdef.json", "\u{feff} {\"a\": 1,}", Form::Json),
            ("taskdef.json", "family: app\n", Form::Yaml),
            ("taskdef.json", "# note\nfamily: app\n", Form::Yaml),
            ("taskdef.yaml", "{family: app}", Form::Yaml),
            ("appspec.yaml", "{\n\t\"version\": 0.0\n}", Form::Json),
        ] {
            assert_eq!(parse(name, text, 0).map(|(_, form)| form), Ok(form), "{text}");
        }
    }

    #[test]
    fn what_is_no_document() {
        for (text, message) in [
            ("", "the file is empty"),
            (" \n\t\u{a0}", "the file is empty"),
            ("[1]", "must be an object, found a list"),
            ("just words", "must be an object, found a string"),
        ] {
            assert_eq!(parse("taskdef.json", text, 0).unwrap_err().message, message, "{text:?}");
        }
        assert!(parse("taskdef.json", "a: *gone\n", 0).is_err());
        let deep = "a: ".to_owned() + &"[".repeat(100_000);
        assert!(parse("taskdef.yaml", &deep, 0).is_err());
    }
}
