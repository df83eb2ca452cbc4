//! Tags that say on a revision itself where it comes from. They are no part of what is compared.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::finding::Findings;
use super::node::{Node, Value};

/// Begins every tag of ours.
const PREFIX: &str = "greenlight:";
/// Longest value of a tag (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html>, 2026-11).
const MAX_TAG_VALUE: usize = 256;
/// Tags of one revision (the same page).
const MAX_TAGS: usize = 50;

/// Whether a tag is one of those that [`add`] writes.
pub fn is_ours(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// A digest of the input files, names and texts; the same for every kind of line end.
pub fn source_digest<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut hash = Sha256::new();
    for (name, text) in files {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        hash.update(format!("{name}\n{}\n", text.len()));
        hash.update(text);
    }
    format!("sha256:{}", hex::encode(hash.finalize()))
}

/// The variables that the tags are made of; the first that has a value.
pub const COMMIT_VARIABLES: [&str; 2] = ["GIT_SHA", "CODEBUILD_RESOLVED_SOURCE_VERSION"];
pub const EXECUTION_VARIABLES: [&str; 1] = ["PIPELINE_EXECUTION_ID"];

/// Adds the tags that can be known, the most telling first; those for which there is no room are left out, and that is reported. A
/// tag that the template sets itself stays.
pub fn add(
    definition: &mut Node,
    variables: &BTreeMap<String, String>,
    digest: &str,
    version: &str,
    findings: &mut Findings,
) {
    if definition.as_object().is_none() {
        return;
    }
    let first = |names: &[&str]| {
        names.iter().find_map(|name| variables.get(*name)).filter(|value| !value.is_empty()).cloned()
    };
    let tags = [
        ("git-sha", first(&COMMIT_VARIABLES)),
        ("pipeline-execution", first(&EXECUTION_VARIABLES)),
        ("source-digest", Some(digest.to_owned())),
        ("render-taskdef", Some(version.to_owned())),
    ];
    let at = definition.at;
    if definition.get("tags").is_none() {
        definition.set("tags", Node::new(at, Value::Array(Vec::new())));
    }
    let Some(Value::Array(list)) = definition.get_mut("tags").map(|node| &mut node.value) else { return };
    let mut left_out = Vec::new();
    for (name, value) in tags {
        let key = format!("{PREFIX}{name}");
        let known = list.iter().any(|tag| tag.text("key") == Some(key.as_str()));
        let Some(value) = value.filter(|_| !known) else { continue };
        if list.len() < MAX_TAGS {
            list.push(Node::from_json(at, &json!({"key": key, "value": sanitised(&value)})));
        } else {
            left_out.push(key);
        }
    }
    let own = list.len();
    if !left_out.is_empty() {
        let list = left_out.join(", ");
        let message = format!("{own} of at most {MAX_TAGS} tags are there; {list} left out");
        let at = definition.get("tags").map_or(at, |tags| tags.at);
        findings.add("TD-TAG-ROOM", at, "/tags", message);
    }
}

/// The part of AWS's tag characters that is plain ASCII.
fn sanitised(value: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c);
    value.chars().take(MAX_TAG_VALUE).map(|c| if keep(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_values_are_made_to_fit() {
        assert_eq!(sanitised("feat/ü #1\n"), "feat/_ _1_");
        assert_eq!(sanitised(&"x".repeat(300)).len(), 256);
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_counted() {
        let variables: BTreeMap<String, String> = [("GIT_SHA".to_owned(), "abc".to_owned())].into();
        for (own, written, left_out) in [(47, 50, 0), (48, 50, 1), (49, 50, 2), (50, 50, 3), (60, 60, 3)] {
            let tags: Vec<_> = (0..own).map(|n| json!({"key": format!("k{n}"), "value": ""})).collect();
            let mut node = Node::from_json(crate::taskdef::node::Place::default(), &json!({ "tags": tags }));
            let mut findings = Findings::default();
            add(&mut node, &variables, "d", "1", &mut findings);
            let told = findings
                .as_slice()
                .first()
                .map_or(0, |finding| finding.message.matches("greenlight:").count());
            assert_eq!(told, left_out, "{own}");
            assert_eq!(node.items("tags").len(), written, "{own}");
            // The commit is the last that goes.
            let commit = node.items("tags").iter().any(|tag| tag.text("key") == Some("greenlight:git-sha"));
            assert_eq!(commit, own < 50, "{own}");
        }
    }

    #[test]
    fn the_digest_does_not_see_line_ends() {
        let digest = |text: &str| source_digest([("a", text)]);
        assert_eq!(digest("x\r\ny\r\n"), digest("\u{feff}x\ny\n"));
        assert_ne!(digest("x"), digest("y"));
        // Moving a line from one file to the next is a change.
        assert_ne!(source_digest([("a", "x"), ("b", "")]), source_digest([("a", ""), ("b", "x")]));
    }
}
