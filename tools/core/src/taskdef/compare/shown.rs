//! Values as a difference shows them.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::At;
use super::canonical::{is_named, item_name};

/// Digits of a hash: enough to see whether two values are the same, too few to say which.
const HASH_DIGITS: usize = 8;

/// One side of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Shown(Json);

/// The value, with those of environment variables replaced by length and hash.
pub(super) fn shown(value: &Json, at: &At, reveal: &BTreeSet<String>) -> Shown {
    Shown(masked(value, at, reveal))
}

fn masked(value: &Json, at: &At, reveal: &BTreeSet<String>) -> Json {
    match value {
        Json::Array(items) => {
            let named = is_named(&at.key);
            let one = |(index, item): (usize, &Json)| {
                let name = if named { item_name(&at.key, item) } else { None };
                masked(item, &at.item(index, name.as_deref()), reveal)
            };
            Json::Array(items.iter().enumerate().map(one).collect())
        }
        Json::Object(members) => Json::Object(
            members
                .iter()
                .map(|(key, value)| (key.clone(), masked(value, &at.member(key), reveal)))
                .collect(),
        ),
        Json::String(text) if is_hidden(at, reveal) => {
            let hash: String = hex::encode(Sha256::digest(text)).chars().take(HASH_DIGITS).collect();
            json!({"characters": text.chars().count(), "sha256": hash})
        }
        other => other.clone(),
    }
}

/// The value of a variable, or anything in an environment that has the wrong form.
fn is_hidden(at: &At, reveal: &BTreeSet<String>) -> bool {
    if !crate::taskdef::node::is_environment_value(&at.pointer) {
        return false;
    }
    !at.variable.as_ref().is_some_and(|name| reveal.contains(name))
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.0.as_object().filter(|members| members.len() == 2);
        let parts =
            hidden.and_then(|members| Some((members.get("characters")?, members.get("sha256")?.as_str()?)));
        match parts {
            Some((count, hash)) => write!(f, "({count} characters, sha256 {hash}…)"),
            None => write!(f, "{}", self.0),
        }
    }
}
