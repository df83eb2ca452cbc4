//! Keys in any case, as CodeDeploy takes them, brought to the documented spelling.

use indexmap::IndexMap;

use crate::taskdef::finding::Findings;
use crate::taskdef::node::{Member, Node, Value, child};

/// Sections of the AppSpec for EC2 and on-premises servers
/// (<https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure.html>, 2026-11).
const SERVER_KEYS: [&str; 4] = ["os", "files", "permissions", "file_exists_behavior"];

/// The object with its keys in canonical spelling and in the order of `known`; unknown keys are reported and left out.
pub fn canonical(node: &Node, pointer: &str, known: &[&str], findings: &mut Findings) -> Option<Node> {
    let Some(members) = node.as_object() else {
        findings.add("AS-TYPE", node.at, pointer, format!("must be an object, found {}", node.kind()));
        return None;
    };
    let mut found: IndexMap<String, Member> = IndexMap::new();
    for (key, member) in members {
        let Some(name) = known.iter().find(|name| name.eq_ignore_ascii_case(key)) else {
            if SERVER_KEYS.iter().any(|name| name.eq_ignore_ascii_case(key)) {
                let message = "belongs to deployments on servers, not to ECS";
                findings.add("AS-KEY", member.key_at, child(pointer, key), message);
                continue;
            }
            let mut likely = known
                .iter()
                .filter(|name| strsim::jaro_winkler(&name.to_lowercase(), &key.to_lowercase()) > 0.8);
            let guess = likely.next_back().map_or(String::new(), |name| format!(", did you mean {name}?"));
            findings.add("AS-KEY", member.key_at, child(pointer, key), format!("unknown key{guess}"));
            continue;
        };
        if found.contains_key(*name) {
            findings.add("AS-KEY", member.key_at, child(pointer, key), format!("{name} is there twice"));
        }
        found.insert((*name).to_owned(), member.clone());
    }
    found.sort_by_cached_key(|key, _| known.iter().position(|name| name == key));
    Some(Node::new(node.at, Value::Object(found)))
}
