//! How two definitions differ in what ECS would do: order, defaults and provenance do not count.
//!
//! Values of environment variables are part of the comparison and never of what is shown, unless somebody asks for one by name.

mod canonical;
mod shown;

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::node::child;
pub use canonical::canonical;
use canonical::item_name;
pub use shown::Shown;
use shown::shown;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// JSON pointer into the canonical form of the side that has it (the new one where both have), in which lists of named things are
    /// sorted.
    pub pointer: String,
    /// The same place in names: `containerDefinitions/web/environment/DB_URL/value`.
    pub path: String,
    pub before: Option<Shown>,
    pub after: Option<Shown>,
}

/// All differences between two canonical definitions, in the order of `after`. Values of the environment variables in `reveal` are
/// shown.
pub fn changes(before: &Json, after: &Json, reveal: &BTreeSet<String>) -> Vec<Change> {
    let mut walk = Walk { reveal, found: Vec::new() };
    walk.value(Some(before), Some(after), &At::default());
    walk.found
}

/// A place, in both spellings, and what is needed to know whether its value may be shown.
#[derive(Debug, Clone, Default)]
struct At {
    pointer: String,
    path: String,
    /// Name of the environment variable whose item this is in.
    variable: Option<String>,
    /// The key of the list or object that this stands in.
    key: String,
}

impl At {
    fn member(&self, key: &str) -> Self {
        Self {
            pointer: child(&self.pointer, key),
            path: if self.path.is_empty() { key.to_owned() } else { format!("{}/{key}", self.path) },
            variable: self.variable.clone(),
            key: key.to_owned(),
        }
    }

    fn item(&self, index: usize, name: Option<&str>) -> Self {
        let in_environment = self.key == "environment";
        Self {
            pointer: child(&self.pointer, &index.to_string()),
            path: format!("{}/{}", self.path, name.map_or_else(|| index.to_string(), str::to_owned)),
            variable: if in_environment { name.map(str::to_owned) } else { self.variable.clone() },
            key: self.key.clone(),
        }
    }
}

struct Walk<'a> {
    reveal: &'a BTreeSet<String>,
    found: Vec<Change>,
}

impl Walk<'_> {
    fn value(&mut self, before: Option<&Json>, after: Option<&Json>, at: &At) {
        match (before, after) {
            (Some(before), Some(after)) if before == after => {}
            (Some(Json::Object(before)), Some(Json::Object(after))) => self.object(before, after, at),
            (Some(Json::Array(before)), Some(Json::Array(after))) if canonical::is_named(&at.key) => {
                self.named(before, after, at);
            }
            (before, after) => {
                let show = |value: Option<&Json>| value.map(|value| shown(value, at, self.reveal));
                let change = Change {
                    pointer: at.pointer.clone(),
                    path: at.path.clone(),
                    before: show(before),
                    after: show(after),
                };
                self.found.push(change);
            }
        }
    }

    fn object(&mut self, before: &Map<String, Json>, after: &Map<String, Json>, at: &At) {
        for (key, value) in after {
            self.value(before.get(key), Some(value), &at.member(key));
        }
        for (key, value) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
            self.value(Some(value), None, &at.member(key));
        }
    }

    /// Items of a list are the same thing when they have the same name; several of one name are paired in order.
    fn named(&mut self, before: &[Json], after: &[Json], at: &At) {
        let mut left: Vec<(usize, &Json)> = before.iter().enumerate().collect();
        for (index, value) in after.iter().enumerate() {
            let name = item_name(&at.key, value);
            let same = left.iter().position(|(_, other)| item_name(&at.key, other) == name);
            let other = same.map(|place| left.remove(place).1);
            self.value(other, Some(value), &at.item(index, name.as_deref()));
        }
        for (index, value) in left {
            self.value(Some(value), None, &at.item(index, item_name(&at.key, value).as_deref()));
        }
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
