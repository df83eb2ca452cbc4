//! The shape of a task definition as ECS's public service model gives it: unknown keys, types, enums, required members.
//!
//! The model is data (`data/ecs-taskdef-model.json`, made by `data/update-model.py`); no field name stands in this code.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;
use serde_json::Number;

use super::finding::{Findings, pointer_matches, quoted};
use super::node::{Node, Value, child, is_environment_value};
use super::overlay;

/// Below this likeness (0 to 1) a guess would confuse more than help.
const LIKELY: f64 = 0.75;

/// The pattern of tags. No other is compiled for most definitions, and its classes of letters are large: tags of plain characters, as
/// most are, need no expression.
const TAG_PATTERN: &str = r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)";

/// What of [`TAG_PATTERN`] is ASCII.
const fn is_plain_tag_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
}

#[derive(Debug, Deserialize)]
pub struct Model {
    /// Version of botocore that the model was taken from.
    pub botocore: String,
    pub date: String,
    /// Members that ECS answers with and does not take back.
    pub read_only: Vec<String>,
    pub request: Shape,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Shape {
    Structure {
        members: BTreeMap<String, Self>,
        #[serde(default)]
        required: Vec<String>,
    },
    List {
        item: Box<Self>,
        min: Option<i64>,
        max: Option<i64>,
    },
    Map {
        value: Box<Self>,
    },
    String {
        #[serde(default, rename = "enum")]
        allowed: Vec<String>,
        min: Option<i64>,
        max: Option<i64>,
        pattern: Option<String>,
    },
    /// 32 bits.
    Integer {
        min: Option<i64>,
        max: Option<i64>,
    },
    /// 64 bits.
    Long {
        min: Option<i64>,
        max: Option<i64>,
    },
    Number,
    Boolean,
}

impl Model {
    /// The model that this program carries.
    pub fn bundled() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("../../data/ecs-taskdef-model.json"))
    }

    /// Compares the whole definition with the model. Keys whose pointer is in `allowed` may be unknown.
    pub fn check(&self, definition: &Node, allowed: &[String], findings: &mut Findings) {
        Check { allowed, findings, patterns: BTreeMap::new() }.node(definition, &self.request, "");
    }
}

impl Shape {
    const fn wanted(&self) -> &'static str {
        match self {
            Self::Structure { .. } | Self::Map { .. } => "an object",
            Self::List { .. } => "a list",
            Self::String { .. } => "a string",
            Self::Integer { .. } | Self::Long { .. } => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
        }
    }
}

struct Check<'a> {
    allowed: &'a [String],
    findings: &'a mut Findings,
    /// Compiled on first use: most definitions need none but the tags'.
    patterns: BTreeMap<String, Option<Regex>>,
}

impl Check<'_> {
    fn node(&mut self, node: &Node, shape: &Shape, pointer: &str) {
        match (shape, &node.value) {
            (Shape::Structure { members, required }, Value::Object(_)) => {
                self.structure(node, members, required, pointer);
            }
            (Shape::List { item, min, max }, Value::Array(items)) => {
                self.length(node, items.len(), "items", (*min, *max), pointer);
                for (index, value) in items.iter().enumerate() {
                    self.node(value, item, &child(pointer, &index.to_string()));
                }
            }
            (Shape::Map { value }, Value::Object(members)) => {
                for (key, member) in members {
                    self.node(&member.node, value, &child(pointer, key));
                }
            }
            (Shape::String { allowed, min, max, pattern }, Value::String(text)) => {
                self.choice(node, allowed, text, pointer);
                self.length(node, text.chars().count(), "characters", (*min, *max), pointer);
                if let Some(pattern) = pattern {
                    self.pattern(node, pattern, text, pointer);
                }
            }
            (Shape::Integer { min, max }, Value::Number(number)) => {
                let bounds = (min.unwrap_or(i32::MIN.into()), max.unwrap_or(i32::MAX.into()));
                self.integer(node, number, bounds, pointer);
            }
            (Shape::Long { min, max }, Value::Number(number)) => {
                self.integer(node, number, (min.unwrap_or(i64::MIN), max.unwrap_or(i64::MAX)), pointer);
            }
            (Shape::Number, Value::Number(_)) | (Shape::Boolean, Value::Bool(_)) => {}
            _ => self.wrong_type(node, shape, pointer),
        }
    }

    fn wrong_type(&mut self, node: &Node, shape: &Shape, pointer: &str) {
        let quote = match &node.value {
            Value::String(text)
                if !is_environment_value(pointer) && !matches!(shape, Shape::String { .. }) =>
            {
                format!(" {}", quoted(text))
            }
            _ => String::new(),
        };
        let message = format!("must be {}, found {}{quote}", shape.wanted(), node.kind());
        self.findings.add("TD-TYPE", node.at, pointer, message);
    }

    fn integer(&mut self, node: &Node, number: &Number, (min, max): (i64, i64), pointer: &str) {
        // Beyond 64 bits a JSON reader has only a float left; it is still a number that is too large.
        let whole = number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|n| n.abs() >= 1e15);
        let place = node.at;
        match number.as_i64() {
            Some(n) if (min..=max).contains(&n) => {}
            None if !whole => {
                self.findings.add("TD-TYPE", place, pointer, format!("must be an integer, found {number}"));
            }
            _ => {
                let high = if max == i64::from(i32::MAX) { String::new() } else { max.to_string() };
                let low = if min == i64::from(i32::MIN) { String::new() } else { min.to_string() };
                let message = if low.is_empty() && high.is_empty() {
                    format!("{number} does not fit into 32 bits")
                } else {
                    format!("{number} is outside {low}..{high}")
                };
                self.findings.add("TD-RANGE", place, pointer, message);
            }
        }
    }

    fn length(
        &mut self,
        node: &Node,
        length: usize,
        what: &str,
        (min, max): (Option<i64>, Option<i64>),
        pointer: &str,
    ) {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let (low, high) = (min.unwrap_or(0), max.unwrap_or(i64::MAX));
        if !(low..=high).contains(&length) {
            let message = format!("{length} {what}; allowed {low} to {high}");
            self.findings.add("TD-LENGTH", node.at, pointer, message);
        }
    }

    fn pattern(&mut self, node: &Node, pattern: &str, text: &str, pointer: &str) {
        if pattern == TAG_PATTERN && text.chars().all(is_plain_tag_character) {
            return;
        }
        if !self.patterns.contains_key(pattern) {
            self.patterns.insert(pattern.to_owned(), Regex::new(&format!("^(?:{pattern})$")).ok());
        }
        let regex = self.patterns.get(pattern).and_then(Option::as_ref);
        if regex.is_some_and(|regex| !regex.is_match(text)) {
            let message = format!("{} does not match {pattern}", quoted(text));
            self.findings.add("TD-PATTERN", node.at, pointer, message);
        }
    }

    fn structure(
        &mut self,
        node: &Node,
        known: &BTreeMap<String, Shape>,
        required: &[String],
        pointer: &str,
    ) {
        let Some(members) = node.as_object() else { return };
        for (key, member) in members {
            let at = child(pointer, key);
            if let Some(shape) = known.get(key) {
                self.node(&member.node, shape, &at);
            } else if !self.allowed.iter().any(|pattern| pointer_matches(pattern, &at)) {
                let guess = nearest(key, known.keys())
                    .map_or(String::new(), |name| format!(", did you mean {name:?}?"));
                let message = if key == overlay::DELETE {
                    // The overlay would have taken it away with the item.
                    "nothing was deleted: no item of this list has these keys, or the value is not true"
                        .to_owned()
                } else {
                    format!("unknown key{guess}")
                };
                self.findings.add("TD-UNKNOWN-KEY", member.key_at, at, message);
            }
        }
        for name in required.iter().filter(|name| !members.contains_key(*name)) {
            self.findings.add("TD-REQUIRED", node.at, child(pointer, name), format!("{name:?} is required"));
        }
    }

    fn choice(&mut self, node: &Node, allowed: &[String], text: &str, pointer: &str) {
        if allowed.is_empty() || allowed.iter().any(|value| value == text) {
            return;
        }
        let guess =
            nearest(text, allowed.iter()).map_or(String::new(), |value| format!(", did you mean {value:?}?"));
        let list = allowed.join(", ");
        self.findings.add(
            "TD-ENUM",
            node.at,
            pointer,
            format!("{} is not one of {list}{guess}", quoted(text)),
        );
    }
}

fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k String>) -> Option<&'k String> {
    let lower = word.to_lowercase();
    known
        .map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= LIKELY)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
