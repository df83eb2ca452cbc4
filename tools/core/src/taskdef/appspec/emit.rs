//! Writes the AppSpec as YAML: block style, members in canonical order, texts quoted unless they are plainly safe.

use std::fmt::Write as _;

use serde_json::Value as Json;

/// The whole file. `version` is written by hand, because a JSON number cannot keep its `.0`.
pub fn document(value: &Json) -> String {
    let mut out = String::from("version: 0.0\n");
    if let Some(members) = value.as_object() {
        for (key, value) in members {
            member(&mut out, 0, key, value);
        }
    }
    out
}

fn member(out: &mut String, indent: usize, key: &str, value: &Json) {
    let _ = write!(out, "{}:", scalar(key));
    match value {
        Json::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                let _ =
                    write!(out, "{}{}", if out.ends_with(':') { "\n" } else { "" }, " ".repeat(indent + 2));
                member(out, indent + 2, key, value);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            out.push('\n');
            for value in items {
                let _ = write!(out, "{}- ", " ".repeat(indent + 2));
                item(out, indent + 4, value);
            }
        }
        other => {
            let _ = writeln!(out, " {}", leaf(other));
        }
    }
}

fn item(out: &mut String, indent: usize, value: &Json) {
    match value.as_object().filter(|members| !members.is_empty()) {
        Some(members) => {
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push_str(&" ".repeat(indent));
                }
                member(out, indent, key, value);
            }
        }
        None => {
            let _ = writeln!(out, "{}", leaf(value));
        }
    }
}

fn leaf(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), scalar)
}

/// JSON's quoted strings are YAML's double-quoted ones.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '<')
        && text.ends_with(|c: char| c != ':')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./<>:".contains(c));
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .contains(&text.to_ascii_lowercase().as_str());
    if plain && !word { text.to_owned() } else { Json::String(text.to_owned()).to_string() }
}

#[cfg(test)]
mod tests {
    use crate::taskdef::yaml;

    #[test]
    fn what_is_written_reads_back_the_same() {
        let value = serde_json::json!({
            "Resources": [{"A b": {"Type": "AWS::ECS::Service", "List": ["yes", "1.4.0", "a: b", "é\"\n"], "Port": 80, "Empty": {}}, "Second": {"x": {"y": "z"}}}],
            "Hooks": [{"AfterInstall": "fn:1"}],
        });
        let mut back = yaml::parse(&super::document(&value), 0).unwrap().to_json();
        assert_eq!(back.as_object_mut().unwrap().remove("version"), Some(serde_json::json!(0.0)));
        assert_eq!(back, value);
    }
}
