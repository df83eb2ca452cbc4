//! The shape of a task definition as ECS's public service model gives it: unknown keys, types, enums, required members.
//!
//! The model is data (`data/ecs-taskdef-model.json`, made by `data/update-model.py`); no field name stands in this code.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::finding::{Findings, pointer_matches};
use super::node::{Node, Value, child, is_environment_value};

/// Below this likeness (0 to 1) a guess would confuse more than help.
const LIKELY: f64 = 0.75;

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
    },
    Map {
        value: Box<Self>,
    },
    String {
        #[serde(default, rename = "enum")]
        allowed: Vec<String>,
    },
    Integer {
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
        Check { allowed, findings }.node(definition, &self.request, "");
    }
}

impl Shape {
    const fn wanted(&self) -> &'static str {
        match self {
            Self::Structure { .. } | Self::Map { .. } => "an object",
            Self::List { .. } => "a list",
            Self::String { .. } => "a string",
            Self::Integer { .. } => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
        }
    }
}

struct Check<'a> {
    allowed: &'a [String],
    findings: &'a mut Findings,
}

impl Check<'_> {
    fn node(&mut self, node: &Node, shape: &Shape, pointer: &str) {
        match (shape, &node.value) {
            (Shape::Structure { members, required }, Value::Object(_)) => {
                self.structure(node, members, required, pointer);
            }
            (Shape::List { item }, Value::Array(items)) => {
                for (index, value) in items.iter().enumerate() {
                    self.node(value, item, &child(pointer, &index.to_string()));
                }
            }
            (Shape::Map { value }, Value::Object(members)) => {
                for (key, member) in members {
                    self.node(&member.node, value, &child(pointer, key));
                }
            }
            (Shape::String { allowed }, Value::String(text)) => self.choice(node, allowed, text, pointer),
            (Shape::Integer { min, max }, Value::Number(number)) => match number.as_i64() {
                None => self.findings.add(
                    "TD-TYPE",
                    node.at,
                    pointer,
                    format!("must be an integer, found {number}"),
                ),
                Some(n) if min.is_some_and(|min| n < min) || max.is_some_and(|max| n > max) => {
                    let (low, high) = (
                        min.map_or(String::new(), |n| n.to_string()),
                        max.map_or(String::new(), |n| n.to_string()),
                    );
                    self.findings.add("TD-RANGE", node.at, pointer, format!("{n} is outside {low}..{high}"));
                }
                Some(_) => {}
            },
            (Shape::Number, Value::Number(_)) | (Shape::Boolean, Value::Bool(_)) => {}
            _ => {
                let quote = match &node.value {
                    Value::String(text)
                        if !is_environment_value(pointer) && !matches!(shape, Shape::String { .. }) =>
                    {
                        format!(" {text:?}")
                    }
                    _ => String::new(),
                };
                self.findings.add(
                    "TD-TYPE",
                    node.at,
                    pointer,
                    format!("must be {}, found {}{quote}", shape.wanted(), node.kind()),
                );
            }
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
                self.findings.add("TD-UNKNOWN-KEY", member.key_at, at, format!("unknown key{guess}"));
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
        self.findings.add("TD-ENUM", node.at, pointer, format!("{text:?} is not one of {list}{guess}"));
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
mod tests {
    use super::*;
    use crate::taskdef::json::parse;

    fn found(text: &str, allowed: &[&str]) -> Vec<(String, String, String)> {
        let mut findings = Findings::default();
        let allowed: Vec<String> = allowed.iter().map(|pattern| (*pattern).to_owned()).collect();
        Model::bundled().unwrap().check(&parse(text, 0).unwrap(), &allowed, &mut findings);
        findings
            .as_slice()
            .iter()
            .map(|f| (f.rule.to_owned(), f.pointer.clone(), f.message.clone()))
            .collect()
    }

    #[test]
    fn says_what_the_model_does_not_know() {
        for (text, rule, pointer, message) in [
            (
                r#"{"family": "f", "containerDefinitions": [{"memmory": 5}]}"#,
                "TD-UNKNOWN-KEY",
                "/containerDefinitions/0/memmory",
                "unknown key, did you mean \"memory\"?",
            ),
            (
                r#"{"family": "f", "containerDefinitions": [], "xyzzy": 5}"#,
                "TD-UNKNOWN-KEY",
                "/xyzzy",
                "unknown key",
            ),
            (r#"{"containerDefinitions": []}"#, "TD-REQUIRED", "/family", "\"family\" is required"),
            (
                r#"{"family": 5, "containerDefinitions": []}"#,
                "TD-TYPE",
                "/family",
                "must be a string, found a number",
            ),
            (
                r#"{"family": "f", "containerDefinitions": [{"cpu": "5"}]}"#,
                "TD-TYPE",
                "/containerDefinitions/0/cpu",
                "must be an integer, found a string \"5\"",
            ),
            (
                r#"{"family": "f", "containerDefinitions": [{"cpu": 1.5}]}"#,
                "TD-TYPE",
                "/containerDefinitions/0/cpu",
                "must be an integer, found 1.5",
            ),
            (
                r#"{"family": "f", "containerDefinitions": [], "networkMode": "awsvcp"}"#,
                "TD-ENUM",
                "/networkMode",
                "\"awsvcp\" is not one of bridge, host, awsvpc, none, did you mean \"awsvpc\"?",
            ),
        ] {
            assert_eq!(
                found(text, &[]),
                [(rule.to_owned(), pointer.to_owned(), message.to_owned())],
                "{text}"
            );
        }
    }

    #[test]
    fn a_key_that_a_person_allowed_passes() {
        let text = r#"{"family": "f", "containerDefinitions": [{"brandNew": 5}], "cpu": "256"}"#;
        assert_eq!(found(text, &["/containerDefinitions/*/brandNew"]), []);
        assert_eq!(found(text, &["/containerDefinitions/1/brandNew"]).len(), 1);
    }
}
