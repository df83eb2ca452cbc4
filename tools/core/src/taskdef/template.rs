//! Fills `${…}` in the values of a parsed document; raw text is never touched, so no value can change the structure.
//!
//! Forms: `${NAME}`, `${NAME:-default}`, `$$` for one dollar, `${image:CONTAINER}`, `${ssm:/path}`, and, as a whole value,
//! `${int:NAME}`, `${bool:NAME}`, `${json:NAME}`. A dollar before anything else stands for itself.

mod text;

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Findings;
use super::json;
use super::node::{Node, Place, Value, child};
use text::{Kind, Piece, Reference, leftover, split};

/// What `${…}` stands for.
#[derive(Debug, Clone, Default)]
pub struct Values {
    pub variables: BTreeMap<String, String>,
    /// Container name to image reference.
    pub images: BTreeMap<String, String>,
    pub parameters: BTreeMap<String, Parameter>,
    /// Texts in angle brackets that CodePipeline fills in later.
    pub placeholders: BTreeSet<String>,
}

/// One SSM parameter as found; its text is there only when it may stand in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    Plain(String),
    /// A `SecureString` was found: it belongs in `secrets`.
    Secure,
    Missing,
    /// AWS was not asked (`--offline`).
    NotAsked,
}

/// What a template refers to in AWS, to be gathered before it can be filled.
pub fn parameters(node: &Node) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut visit = vec![node];
    while let Some(node) = visit.pop() {
        match &node.value {
            Value::Array(items) => visit.extend(items),
            Value::Object(members) => visit.extend(members.values().map(|member| &member.node)),
            Value::String(text) => {
                for piece in split(text).unwrap_or_default() {
                    if let Piece::Reference(Reference { kind: Kind::Parameter, name, .. }) = piece {
                        found.insert(name);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// Fills the whole document. Everything that is undefined is reported, not just the first.
pub fn substitute(node: &mut Node, values: &Values, findings: &mut Findings) {
    walk(node, "", values, findings);
}

/// Fills one text that stands in no document, such as a variable of `render.toml`. `Err` names what is undefined or malformed.
pub fn substitute_text(text: &str, variables: &BTreeMap<String, String>) -> Result<String, String> {
    let values = Values { variables: variables.clone(), ..Values::default() };
    let mut findings = Findings::default();
    let mut node = Node::string(Place::default(), text);
    walk(&mut node, "", &values, &mut findings);
    match (findings.as_slice().first(), node.as_str()) {
        (None, Some(filled)) => Ok(filled.to_owned()),
        (Some(finding), _) => Err(finding.message.clone()),
        (None, None) => Err("only text is possible here".to_owned()),
    }
}

fn walk(node: &mut Node, pointer: &str, values: &Values, findings: &mut Findings) {
    match &mut node.value {
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                walk(item, &child(pointer, &index.to_string()), values, findings);
            }
        }
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                walk(&mut member.node, &child(pointer, key), values, findings);
            }
        }
        Value::String(text) if text.contains(['$', '<', '{']) => {
            let mut fill = Fill { at: node.at, pointer, values, findings };
            if let Some(value) = fill.whole(&text.clone()) {
                node.value = value;
            }
        }
        _ => {}
    }
}

struct Fill<'a> {
    at: Place,
    pointer: &'a str,
    values: &'a Values,
    findings: &'a mut Findings,
}

impl Fill<'_> {
    /// The value of one text; none when something was found wrong with it.
    fn whole(&mut self, text: &str) -> Option<Value> {
        let pieces = match split(text) {
            Ok(pieces) => pieces,
            Err(message) => {
                self.report("TD-TEMPLATE-SYNTAX", message);
                return None;
            }
        };
        if let [Piece::Reference(reference)] = pieces.as_slice()
            && let Kind::Int | Kind::Bool | Kind::Json = reference.kind
        {
            let raw = self.lookup(reference)?;
            return self.typed(reference, &raw);
        }
        let mut out = String::new();
        let mut complete = true;
        for piece in &pieces {
            match piece {
                Piece::Text(literal) => {
                    if let Some(message) = leftover(literal, self.pointer, &self.values.placeholders) {
                        self.report("TD-PLACEHOLDER", message);
                        complete = false;
                    }
                    out.push_str(literal);
                }
                Piece::Dollar => out.push('$'),
                Piece::Reference(reference) => match self.text_of(reference) {
                    Some(value) => out.push_str(&value),
                    None => complete = false,
                },
            }
        }
        complete.then_some(Value::String(out))
    }

    fn text_of(&mut self, reference: &Reference) -> Option<String> {
        if let Kind::Int | Kind::Bool | Kind::Json = reference.kind {
            self.report(
                "TD-TEMPLATE-SYNTAX",
                format!("${{{}}} must be the whole value, not a part of it", reference.source),
            );
            return None;
        }
        self.lookup(reference)
    }

    fn lookup(&mut self, reference: &Reference) -> Option<String> {
        let name = &reference.name;
        let (found, missing) = match reference.kind {
            Kind::Image => (
                self.values.images.get(name).cloned(),
                (
                    "TD-UNDEFINED",
                    format!(
                        "no image is given for the container {name:?}: pass --image {name}=REPOSITORY:TAG"
                    ),
                ),
            ),
            Kind::Parameter => match self.values.parameters.get(name) {
                Some(Parameter::Plain(text)) => (Some(text.clone()), ("", String::new())),
                Some(Parameter::Secure) => (
                    None,
                    ("TD-SSM-SECURE", format!("{name} is a SecureString: name it under \"secrets\" instead")),
                ),
                Some(Parameter::NotAsked) => (
                    None,
                    ("TD-SSM-OFFLINE", format!("{name} can only be read from AWS; run without --offline")),
                ),
                Some(Parameter::Missing) | None => {
                    (None, ("TD-SSM-MISSING", format!("there is no SSM parameter {name}")))
                }
            },
            Kind::Text | Kind::Int | Kind::Bool | Kind::Json => {
                let value = self
                    .values
                    .variables
                    .get(name)
                    .filter(|value| reference.default.is_none() || !value.is_empty());
                (
                    value.cloned(),
                    (
                        "TD-UNDEFINED",
                        format!("{name} is not defined: pass --var {name}=… or allow it in render.toml"),
                    ),
                )
            }
        };
        let found = found.or_else(|| reference.default.clone());
        if found.is_none() {
            self.report(missing.0, missing.1);
        }
        found
    }

    fn typed(&mut self, reference: &Reference, raw: &str) -> Option<Value> {
        let value = match reference.kind {
            Kind::Int => raw.trim().parse::<i64>().ok().map(|number| Value::Number(number.into())),
            Kind::Bool => raw.trim().parse::<bool>().ok().map(Value::Bool),
            _ => json::parse(raw, self.at.file)
                .ok()
                .map(|node| Node::from_json(self.at, &node.to_json()).value),
        };
        if value.is_none() {
            let wanted = reference.kind.wanted();
            self.report("TD-TEMPLATE-TYPE", format!("the value of {} is not {wanted}", reference.name));
        }
        value
    }

    fn report(&mut self, rule: &'static str, message: String) {
        self.findings.add(rule, self.at, self.pointer, message);
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
