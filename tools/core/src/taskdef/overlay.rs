//! Lays the file of one environment over the common one.
//!
//! A JSON merge patch (RFC 7396) with one difference: lists of named things merge by their key, so that an overlay can change one
//! container or one variable. `null` deletes a member; `{"name": "X", "$delete": true}` deletes the item X of such a list.

use indexmap::IndexMap;

use super::node::{Member, Node, Value};

/// The member that, set to true in an item of a keyed list, deletes the item with the same key.
pub const DELETE: &str = "$delete";

/// Which members tell the items of a list apart; none when the list is replaced as a whole.
const fn identity(list: &str) -> Option<&'static [&'static str]> {
    match list.as_bytes() {
        b"containerDefinitions" | b"environment" | b"secrets" | b"volumes" | b"secretOptions" => {
            Some(&["name"])
        }
        b"mountPoints" => Some(&["sourceVolume", "containerPath"]),
        b"tags" => Some(&["key"]),
        b"portMappings" => Some(&["containerPort", "protocol"]),
        _ => None,
    }
}

/// Takes the definition out of a `{"taskDefinition": …}` wrapper, as `describe-task-definition` prints it, with its sibling `tags`.
pub fn unwrap(node: Node) -> Node {
    let Value::Object(mut members) = node.value else { return node };
    let wraps = members.get("taskDefinition").is_some_and(|member| member.node.as_object().is_some());
    let tags = members.get("tags").cloned();
    if !wraps || members.keys().any(|key| key != "taskDefinition" && key != "tags") {
        return Node { at: node.at, value: Value::Object(members) };
    }
    let Some(mut inner) = members.swap_remove("taskDefinition").map(|member| member.node) else {
        return Node { at: node.at, value: Value::Object(members) };
    };
    if let (Some(tags), None) = (tags, inner.get("tags")) {
        inner.set("tags", tags.node);
    }
    inner
}

/// `base` with `patch` laid over it. Every value keeps the place in the file that it came from.
pub fn merge(base: Node, patch: Node) -> Node {
    merge_at(base, patch, "")
}

fn merge_at(base: Node, patch: Node, key: &str) -> Node {
    match (base.value, patch.value) {
        (Value::Object(base_members), Value::Object(patch_members)) => {
            Node::new(base.at, Value::Object(merge_members(base_members, patch_members)))
        }
        (Value::Array(items), Value::Array(patches)) if identity(key).is_some() => {
            Node::new(base.at, Value::Array(merge_items(items, patches, identity(key).unwrap_or_default())))
        }
        (_, value) => Node::new(patch.at, value),
    }
}

fn merge_members(
    mut base: IndexMap<String, Member>,
    patch: IndexMap<String, Member>,
) -> IndexMap<String, Member> {
    for (key, member) in patch {
        if member.node.value == Value::Null {
            base.shift_remove(&key);
        } else if let Some(known) = base.get_mut(&key) {
            let before = std::mem::replace(&mut known.node, Node::new(member.key_at, Value::Null));
            // The key stands where the value is decided; a merged object keeps its first place.
            let merges = matches!(member.node.value, Value::Object(_)) || identity(&key).is_some();
            known.node = merge_at(before, member.node, &key);
            known.key_at = if merges { known.key_at } else { member.key_at };
        } else {
            base.insert(key, member);
        }
    }
    base
}

fn merge_items(mut items: Vec<Node>, patches: Vec<Node>, keys: &[&str]) -> Vec<Node> {
    for patch in patches {
        let wanted = identify(&patch, keys);
        let found = wanted
            .as_ref()
            .and_then(|id| items.iter().position(|item| identify(item, keys).as_ref() == Some(id)));
        let delete = patch.get(DELETE).and_then(Node::as_bool) == Some(true);
        match found {
            Some(index) if delete => drop(items.remove(index)),
            Some(index) => {
                if let Some(slot) = items.get_mut(index) {
                    let before = std::mem::replace(slot, Node::new(patch.at, Value::Null));
                    *slot = merge_at(before, patch, "");
                }
            }
            None => items.push(patch),
        }
    }
    items
}

/// What tells an item apart; `protocol` is tcp unless it says otherwise. None when the first key is missing.
fn identify(item: &Node, keys: &[&str]) -> Option<Vec<String>> {
    let mut id = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        match item.get(key).map(Node::to_json) {
            Some(value) => id.push(value.to_string()),
            None if index == 0 => return None,
            None if *key == "protocol" => id.push("\"tcp\"".to_owned()),
            None => id.push(String::new()),
        }
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taskdef::json::parse;

    fn merged(base: &str, patch: &str) -> Node {
        merge(parse(base, 0).unwrap(), parse(patch, 1).unwrap())
    }

    #[test]
    fn named_lists_merge_by_key_and_the_rest_is_replaced() {
        let node = merged(
            r#"{"cpu": "256", "containerDefinitions": [{"name": "web", "command": ["a", "b"],
                "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "portMappings": [{"containerPort": 80}]}], "tags": [{"key": "k", "value": "v"}]}"#,
            r#"{"cpu": null, "containerDefinitions": [{"name": "web", "command": ["c"],
                "environment": [{"name": "B", "value": "3"}, {"name": "A", "$delete": true}, {"name": "C", "value": ""}],
                "portMappings": [{"containerPort": 80, "protocol": "tcp", "name": "http"}]}], "tags": [{"key": "k", "value": "w"}]}"#,
        );
        assert_eq!(
            node.to_json(),
            serde_json::json!({"containerDefinitions": [{"name": "web", "command": ["c"],
            "environment": [{"name": "B", "value": "3"}, {"name": "C", "value": ""}],
            "portMappings": [{"containerPort": 80, "protocol": "tcp", "name": "http"}]}], "tags": [{"key": "k", "value": "w"}]})
        );
    }

    #[test]
    fn every_value_points_to_the_file_that_decides_it() {
        let node = merged("{\"cpu\": \"256\",\n \"memory\": \"512\"}", "{\n\n \"memory\": \"1024\"}");
        let place = |key: &str| {
            node.as_object()
                .unwrap()
                .get(key)
                .map(|m| (m.key_at.file, m.node.at.file, m.node.at.line))
                .unwrap()
        };
        assert_eq!((place("cpu"), place("memory")), ((0, 0, 1), (1, 1, 3)));
    }

    #[test]
    fn a_wrapper_is_taken_off_with_its_tags() {
        let node = unwrap(
            parse(r#"{"taskDefinition": {"family": "f"}, "tags": [{"key": "a", "value": "b"}]}"#, 0).unwrap(),
        );
        assert_eq!(node.to_json(), serde_json::json!({"family": "f", "tags": [{"key": "a", "value": "b"}]}));
        let other = unwrap(parse(r#"{"taskDefinition": {"family": "f"}, "x": 1}"#, 0).unwrap());
        assert!(other.get("taskDefinition").is_some());
    }
}
