//! YAML (or plain JSON) read into the same tree as task definitions, with the place of every value.
//!
//! Aliases and merge keys are resolved by the parser, which bounds depth and what they may expand to.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Error, Location, Spanned};

use super::finding::quoted;
use super::json::SyntaxError;
use super::node::{Member, Node, Place, Value};

/// What aliases may expand to. A file of a mebibyte has fewer values than that; what has more is a trick.
const MAX_NODES: usize = 100_000;

/// Reads one document. `file` is the index that its places carry.
pub fn parse(text: &str, file: usize) -> Result<Node, SyntaxError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let options = serde_saphyr::options! {
        // A tag such as CloudFormation's !Ref would leave its argument as if that were the value.
        reject_unsupported_tags: true,
        // An account id that begins with a zero is no number.
        leading_zero_numbers_as_strings: true,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_NODES },
        budget: serde_saphyr::budget! { max_nodes: MAX_NODES },
    };
    match serde_saphyr::from_str_with_options::<Spanned<Tree>>(text, options) {
        Ok(tree) => Ok(node(tree, file)),
        Err(error) => {
            let at = error
                .location()
                .map_or(Place { file, line: 1, column: 1, width: 1 }, |at| place(at, file, 1));
            Err(SyntaxError { at, message: message(&error) })
        }
    }
}

/// What is wrong, for whoever wrote the file; the reader speaks to whoever wrote the program.
fn message(error: &Error) -> String {
    match error.without_snippet() {
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            format!("the key {} stands twice in one object", quoted(key))
        }
        Error::DuplicateMappingKey { key: None, .. } => "a key stands twice in one object".to_owned(),
        Error::MultipleDocuments { .. } => "a second document begins here; one file holds one".to_owned(),
        Error::NullIntoString { .. } => "a key is empty; write it in quotes".to_owned(),
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias stands in what it stands for".to_owned()
        }
        Error::UnsupportedTag { tag, .. } => format!(
            "the tag {} means nothing here: YAML has no functions, write ${{NAME}} for a value from outside",
            quoted(tag)
        ),
        Error::UnknownAnchor { .. } => "this alias has no anchor".to_owned(),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            "too many values, or nested too deep, with what the aliases stand for".to_owned()
        }
        Error::AliasError { error, .. } => message(error),
        other => first_line(&other.to_string()),
    }
}

/// Without the place, which stands before the message.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let place = line.rsplit_once(" at line ");
    place
        .filter(|(_, at)| at.starts_with(|c: char| c.is_ascii_digit()))
        .map_or(line, |(rest, _)| rest)
        .to_owned()
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
                    .map(|(key, (at, value))| {
                        let key_at = place(at, file, key.chars().count());
                        (key, Member { key_at, node: node(value, file) })
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
    Object(IndexMap<String, (Location, Spanned<Self>)>),
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
        let mut members: IndexMap<String, (Location, Spanned<Tree>)> = IndexMap::new();
        while let Some((key, value)) = access.next_entry::<Spanned<String>, Spanned<Tree>>()? {
            if members.contains_key(&key.value) {
                return Err(A::Error::custom(format!("the key {:?} stands twice", key.value)));
            }
            members.insert(key.value, (key.referenced, value));
        }
        Ok(Tree::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

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

    #[test]
    fn messages_speak_to_the_author_of_the_file() {
        for (text, message) in [
            ("a: 1\na: 2\n", "the key \"a\" stands twice in one object"),
            ("a: !Ref DbHost\n", "the tag \"!Ref\" means nothing here"),
            ("a: !Sub '${X}'\n", "the tag \"!Sub\" means nothing here"),
            ("a: 1\n---\nb: 2\n", "a second document begins here"),
            ("a: *b\n", "this alias has no anchor"),
            ("a: [1\n", "unclosed bracket '['"),
            ("a: &a [*a]\n", "an alias stands in what it stands for"),
        ] {
            let found = parse(text, 0).unwrap_err().message;
            assert!(found.starts_with(message) && !found.contains(" at line "), "{text}: {found}");
        }
        for kept in ["a: !!str 5\n", "a: &x {b: 1}\nc: *x\n", "a: {<<: {b: 1}, c: 2}\n"] {
            parse(kept, 0).unwrap();
        }
    }

    #[test]
    fn an_account_with_a_leading_zero_stays_as_it_is() {
        let node = parse("a: 012345678901\nb: 0\nc: 0.5\n", 0).unwrap();
        assert_eq!(node.to_json(), serde_json::json!({"a": "012345678901", "b": 0, "c": 0.5}));
    }

    #[test]
    fn tricks_are_seen_before_they_cost_anything() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            let _ = writeln!(bomb, "a{level}: &a{level} [{aliases}]");
        }
        assert!(parse(&bomb, 0).unwrap_err().message.starts_with("too many values"));
        // Each key is looked up, not compared with all before it.
        let keys: String = (0..40_000).map(|n| format!("k{n}: {n}\n")).collect();
        assert_eq!(parse(&keys, 0).unwrap().as_object().unwrap().len(), 40_000);
    }
}
