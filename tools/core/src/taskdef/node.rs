//! A JSON value of which every part knows where it was written.

use indexmap::IndexMap;
use serde_json::Number;

/// A place in one of the input files. Line and column count from 1, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Index into [`crate::taskdef::excerpt::Sources`].
    pub file: usize,
    pub line: usize,
    pub column: usize,
    /// Characters that belong to it on that line; at least 1.
    pub width: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub at: Place,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Node>),
    Object(IndexMap<String, Member>),
}

/// One entry of an object: where its key stands, and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub key_at: Place,
    pub node: Node,
}

static NO_ITEMS: &[Node] = &[];

impl Node {
    pub const fn new(at: Place, value: Value) -> Self {
        Self { at, value }
    }

    pub fn string(at: Place, text: impl Into<String>) -> Self {
        Self { at, value: Value::String(text.into()) }
    }

    pub const fn as_object(&self) -> Option<&IndexMap<String, Member>> {
        match &self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    pub const fn as_object_mut(&mut self) -> Option<&mut IndexMap<String, Member>> {
        match &mut self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key).map(|member| &member.node)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.as_object_mut()?.get_mut(key).map(|member| &mut member.node)
    }

    /// Replaces or adds a member; a new one takes `at` as its place.
    pub fn set(&mut self, key: &str, node: Self) {
        let at = node.at;
        if let Some(members) = self.as_object_mut() {
            match members.get_mut(key) {
                Some(member) => member.node = node,
                None => {
                    members.insert(key.to_owned(), Member { key_at: at, node });
                }
            }
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_i64(&self) -> Option<i64> {
        match &self.value {
            Value::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    pub const fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    pub const fn as_array(&self) -> Option<&Vec<Self>> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Items of the list `key`; none when it is absent or no list.
    pub fn items(&self, key: &str) -> &[Self] {
        self.get(key).and_then(Self::as_array).map_or(NO_ITEMS, Vec::as_slice)
    }

    /// The text of the member `key`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    pub fn int(&self, key: &str) -> Option<i64> {
        self.get(key)?.as_i64()
    }

    /// What kind of JSON value this is, for messages.
    pub const fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// The plain JSON value, without places. Member order is kept.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(flag) => serde_json::Value::Bool(*flag),
            Value::Number(number) => serde_json::Value::Number(number.clone()),
            Value::String(text) => serde_json::Value::String(text.clone()),
            Value::Array(items) => serde_json::Value::Array(items.iter().map(Self::to_json).collect()),
            Value::Object(members) => serde_json::Value::Object(
                members.iter().map(|(key, member)| (key.clone(), member.node.to_json())).collect(),
            ),
        }
    }

    /// Builds a node from plain JSON; everything in it stands at `at`.
    pub fn from_json(at: Place, value: &serde_json::Value) -> Self {
        let value = match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(*flag),
            serde_json::Value::Number(number) => Value::Number(number.clone()),
            serde_json::Value::String(text) => Value::String(text.clone()),
            serde_json::Value::Array(items) => {
                Value::Array(items.iter().map(|item| Self::from_json(at, item)).collect())
            }
            serde_json::Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, value)| {
                        (key.clone(), Member { key_at: at, node: Self::from_json(at, value) })
                    })
                    .collect(),
            ),
        };
        Self { at, value }
    }
}

/// Appends one segment to a JSON pointer (RFC 6901).
pub fn child(pointer: &str, segment: &str) -> String {
    format!("{pointer}/{}", segment.replace('~', "~0").replace('/', "~1"))
}

/// Whether `pointer` lies in a container's environment and is not the name of a variable: such a value is never shown. Where the
/// environment has the wrong form, everything in it counts as a value.
pub fn is_environment_value(pointer: &str) -> bool {
    let parts: Vec<&str> = pointer.split('/').collect();
    let Some(at) = parts.iter().position(|part| part.eq_ignore_ascii_case("environment")) else {
        return false;
    };
    match parts.get(at + 1..).unwrap_or_default() {
        [index, "name"] => index.parse::<usize>().is_err(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_environment_value;

    #[test]
    fn what_is_hidden() {
        for hidden in [
            "environment/0/value",
            "environment/DB_PASSWORD",
            "environment/name",
            "environment/0",
            "Environment/0/valeu",
        ] {
            assert!(is_environment_value(&format!("/containerDefinitions/0/{hidden}")), "{hidden}");
        }
        for shown in ["environment/0/name", "environmentFiles/0/value", "secrets/0/valueFrom", "image"] {
            assert!(!is_environment_value(&format!("/containerDefinitions/0/{shown}")), "{shown}");
        }
    }
}
