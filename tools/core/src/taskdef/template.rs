//! Fills `${…}` in the values of a parsed document; raw text is never touched, so no value can change the structure.
//!
//! Forms: `${NAME}`, `${NAME:-default}`, `$$` for one dollar, `${image:CONTAINER}`, `${ssm:/path}`, and, as a whole value,
//! `${int:NAME}`, `${bool:NAME}`, `${json:NAME}`. A dollar before anything else stands for itself. A default may hold references.
//! Keys are not filled; a reference in one is reported.

mod text;

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Findings, quoted};
use super::json;
use super::node::{Node, Place, Value, child, is_environment_value};
use text::{Kind, Leftover, Malformed, Piece, Reference, leftover, split};

/// Where a text stands that is no part of a document and whose value is never shown.
const NOWHERE: &str = "/environment/0/value";

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
    /// AWS was not asked or did not answer: why.
    Unknown(String),
}

/// What a template refers to in AWS, to be gathered before it can be filled.
pub fn parameters(node: &Node) -> BTreeSet<String> {
    let of_parameter = |reference: &Reference| reference.kind == Kind::Parameter;
    references(node).into_iter().filter(of_parameter).map(|reference| reference.name).collect()
}

/// The variables that a template names, in whatever form.
pub fn variables(node: &Node) -> BTreeSet<String> {
    let of_variable = |reference: &Reference| !matches!(reference.kind, Kind::Parameter | Kind::Image);
    references(node).into_iter().filter(of_variable).map(|reference| reference.name).collect()
}

fn references(node: &Node) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut visit = vec![node];
    while let Some(node) = visit.pop() {
        match &node.value {
            Value::Array(items) => visit.extend(items),
            Value::Object(members) => visit.extend(members.values().map(|member| &member.node)),
            Value::String(text) => {
                let mut pieces = split(text).unwrap_or_default();
                while let Some(piece) = pieces.pop() {
                    if let Piece::Reference(reference) = piece {
                        pieces.extend(reference.default.clone().unwrap_or_default());
                        found.push(reference);
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
    walk(&mut node, NOWHERE, &values, &mut findings);
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
                let at = child(pointer, key);
                if key.contains("${") || leftover(key, &at, &values.placeholders).is_some() {
                    let message = "a key is never filled, so this one would reach ECS as it stands";
                    findings.add("TD-PLACEHOLDER", member.key_at, &at, message);
                }
                walk(&mut member.node, &at, values, findings);
            }
        }
        Value::String(text) if text.contains(['$', '<', '{']) => {
            let hidden = is_environment_value(pointer);
            let mut fill = Fill { at: node.at, pointer, hidden, values, findings };
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
    /// No part of the text may appear in a message.
    hidden: bool,
    values: &'a Values,
    findings: &'a mut Findings,
}

impl Fill<'_> {
    /// The value of one text; none when there is none that could be written.
    fn whole(&mut self, text: &str) -> Option<Value> {
        let pieces = match split(text) {
            Ok(pieces) => pieces,
            Err(malformed) => {
                self.malformed(&malformed);
                return None;
            }
        };
        if let [Piece::Reference(reference)] = pieces.as_slice()
            && let Kind::Int | Kind::Bool | Kind::Json = reference.kind
        {
            let raw = self.lookup(reference)?;
            return self.typed(reference, &raw);
        }
        self.joined(&pieces).map(Value::String)
    }

    /// The pieces filled and put together; none when one of them has no value.
    fn joined(&mut self, pieces: &[Piece]) -> Option<String> {
        let mut out = String::new();
        let mut complete = true;
        for piece in pieces {
            match piece {
                Piece::Text(literal) => {
                    // It stays as it is: whoever waives the finding wants exactly this text, and the rest of it filled.
                    if let Some(left) = leftover(literal, self.pointer, &self.values.placeholders) {
                        self.left_over(&left);
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
        complete.then_some(out)
    }

    fn text_of(&mut self, reference: &Reference) -> Option<String> {
        if let Kind::Int | Kind::Bool | Kind::Json = reference.kind {
            let message = format!(
                "${{{}{}}} must be the whole value, not a part of it",
                reference.kind.prefix(),
                reference.name
            );
            self.report("TD-TEMPLATE-SYNTAX", message);
            return None;
        }
        self.lookup(reference)
    }

    fn lookup(&mut self, reference: &Reference) -> Option<String> {
        match self.value_of(reference) {
            Ok(value) => Some(value),
            // A default stands in for what is not there, and never for what is there and must not be used, or could not be asked.
            Err(("TD-UNDEFINED" | "TD-SSM-MISSING", _)) if reference.default.is_some() => {
                self.joined(reference.default.as_deref().unwrap_or_default())
            }
            Err((rule, message)) => {
                self.report(rule, message);
                None
            }
        }
    }

    fn value_of(&self, reference: &Reference) -> Result<String, (&'static str, String)> {
        let name = &reference.name;
        match reference.kind {
            Kind::Image => self.values.images.get(name).cloned().ok_or_else(|| {
                let message = format!(
                    "no image is given for the container {name:?}: pass --image {name}=REPOSITORY:TAG"
                );
                ("TD-UNDEFINED", message)
            }),
            Kind::Parameter => match self.values.parameters.get(name) {
                Some(Parameter::Plain(text)) => Ok(text.clone()),
                Some(Parameter::Secure) => {
                    let message = format!("{name} is a SecureString: name it under \"secrets\" instead");
                    Err(("TD-SSM-SECURE", message))
                }
                Some(Parameter::Unknown(why)) => {
                    Err(("TD-SSM-OFFLINE", format!("{name} can only be read from AWS: {why}")))
                }
                Some(Parameter::Missing) | None => {
                    Err(("TD-SSM-MISSING", format!("there is no SSM parameter {name}")))
                }
            },
            Kind::Text | Kind::Int | Kind::Bool | Kind::Json => {
                // As in shells, an empty value gives way to a default.
                let value = self.values.variables.get(name);
                value.filter(|value| reference.default.is_none() || !value.is_empty()).cloned().ok_or_else(
                    || {
                        let message =
                            format!("{name} is not defined: pass --var {name}=… or allow it in render.toml");
                        ("TD-UNDEFINED", message)
                    },
                )
            }
        }
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

    fn malformed(&mut self, malformed: &Malformed) {
        let message = if self.hidden {
            format!("a \"${{…}}\" {}", malformed.why)
        } else {
            format!("{} {}", quoted(&malformed.source), malformed.why)
        };
        self.report("TD-TEMPLATE-SYNTAX", message);
    }

    fn left_over(&mut self, left: &Leftover) {
        let message = match left {
            Leftover::Braces => {
                "\"{{\" is left over from another template language; write ${NAME}".to_owned()
            }
            Leftover::Placeholder(_) if self.hidden => {
                "a placeholder in angle brackets is declared nowhere; nobody would fill it in".to_owned()
            }
            Leftover::Placeholder(name) => {
                format!("the placeholder <{name}> is declared nowhere; nobody would fill it in")
            }
        };
        self.report("TD-PLACEHOLDER", message);
    }

    fn report(&mut self, rule: &'static str, message: String) {
        self.findings.add(rule, self.at, self.pointer, message);
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
