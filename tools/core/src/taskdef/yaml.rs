//! YAML (or plain JSON) read into the same tree as task definitions, with the place of every value.
//!
//! Aliases and merge keys are resolved by the parser, which bounds depth and what they may expand to.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::json::SyntaxError;
use super::node::{Member, Node, Place, Value};

/// Reads one document. `file` is the index that its places carry.
pub fn parse(text: &str, file: usize) -> Result<Node, SyntaxError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match serde_saphyr::from_str::<Spanned<Tree>>(text) {
        Ok(tree) => Ok(node(tree, file)),
        Err(error) => {
            let at = error
                .location()
                .map_or(Place { file, line: 1, column: 1, width: 1 }, |at| place(at, file, 1));
            Err(SyntaxError { at, message: first_line(&error.to_string()) })
        }
    }
}

/// Without the reader's own prefix, which repeats the place.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let rest = line.strip_prefix("error: line ").and_then(|rest| Some(rest.split_once(": ")?.1));
    rest.unwrap_or(line).to_owned()
}

fn place(at: Location, file: usize, width: usize) -> Place {
    let number = |value: u64| usize::try_from(value).unwrap_or(1).max(1);
    Place { file, line: number(at.line()), column: number(at.column()), width: width.max(1) }
}

fn node(tree: Spanned<Tree>, file: usize) -> Node {
    let (width, value) = match tree.value {
        Tree::Null => (1, Value::Null),
        Tree::Bool(flag) => (1, Value::Bool(flag)),
        Tree::Number(number) => (number.to_string().chars().count(), Value::Number(number)),
        Tree::String(text) => (text.chars().take_while(|c| *c != '\n').count(), Value::String(text)),
        Tree::Array(items) => (1, Value::Array(items.into_iter().map(|item| node(item, file)).collect())),
        Tree::Object(members) => (
            1,
            Value::Object(
                members
                    .into_iter()
                    .map(|(key, value)| {
                        let key_at = place(key.referenced, file, key.value.chars().count());
                        (key.value, Member { key_at, node: node(value, file) })
                    })
                    .collect::<IndexMap<_, _>>(),
            ),
        ),
    };
    Node::new(place(tree.referenced, file, width), value)
}

/// Any YAML value. Not an untagged enum, because those lose the places.
enum Tree {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    String(String),
    Array(Vec<Spanned<Self>>),
    Object(Vec<(Spanned<String>, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_i128<E: serde::de::Error>(self, _: i128) -> Result<Tree, E> {
        Err(E::custom("this number is too large"))
    }

    fn visit_u128<E: serde::de::Error>(self, _: u128) -> Result<Tree, E> {
        Err(E::custom("this number is too large"))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Tree, E> {
        serde_json::Number::from_f64(value).map(Tree::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Tree::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut members: Vec<(Spanned<String>, Spanned<Tree>)> = Vec::new();
        while let Some((key, value)) = access.next_entry::<Spanned<String>, Spanned<Tree>>()? {
            if members.iter().any(|(known, _)| known.value == key.value) {
                return Err(A::Error::custom(format!("the key {:?} stands twice", key.value)));
            }
            members.push((key, value));
        }
        Ok(Tree::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn keeps_places_of_keys_and_values() {
        let node = parse("version: 0.0\nResources:\n  - Service:\n      Port: 8000\n", 1).unwrap();
        let service = node.items("Resources")[0].as_object().unwrap().get("Service").unwrap();
        assert_eq!((service.key_at.line, service.key_at.column, service.key_at.width), (3, 5, 7));
        let port = service.node.get("Port").unwrap();
        assert_eq!((port.at.file, port.at.line, port.at.column, port.as_i64()), (1, 4, 13, Some(8000)));
    }

    #[test]
    fn a_broken_document_names_its_line() {
        assert_eq!(parse("a: 1\nb: [1\n", 0).unwrap_err().at.file, 0);
        assert!(parse("a: 1\na: 2\n", 0).is_err());
    }
}
