//! The lifecycle hooks: which Lambda function CodeDeploy asks when.

use super::Hook;
use crate::taskdef::finding::Findings;
use crate::taskdef::node::{Member, Node, child};

/// Hooks in the order in which CodeDeploy runs them
/// (<https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html>, 2026-11).
const HOOKS: [&str; 5] =
    ["BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"];

/// Events at which CodeDeploy works itself and asks nobody.
const NOT_SCRIPTABLE: [&str; 3] = ["Install", "AllowTestTraffic", "AllowTraffic"];

/// The hooks in the order in which they run.
pub fn hooks(root: &Node, findings: &mut Findings) -> Vec<Hook> {
    let mut found: Vec<(usize, Hook)> = Vec::new();
    if let Some(node) = root.get("Hooks")
        && node.as_array().is_none()
    {
        findings.add("AS-TYPE", node.at, "/Hooks", "Hooks must be a list");
    }
    for (index, item) in root.items("Hooks").iter().enumerate() {
        let pointer = format!("/Hooks/{index}");
        let Some(members) = item.as_object().filter(|members| members.len() == 1) else {
            findings.add("AS-HOOK", item.at, &pointer, "each entry names one hook and one Lambda function");
            continue;
        };
        for (key, Member { key_at, node }) in members {
            let place = HOOKS.iter().position(|hook| hook.eq_ignore_ascii_case(key));
            let at = child(&pointer, key);
            let Some((order, hook)) = place.and_then(|at| Some((at, *HOOKS.get(at)?))) else {
                let own = NOT_SCRIPTABLE.iter().find(|name| name.eq_ignore_ascii_case(key));
                let why = own
                    .map_or("not a hook".to_owned(), |name| format!("no function can be called at {name}"));
                findings.add("AS-HOOK", *key_at, at, format!("{why}; known are {}", HOOKS.join(", ")));
                continue;
            };
            if found.iter().any(|(_, known)| known.name == hook) {
                findings.add("AS-HOOK", *key_at, at.clone(), format!("{hook} is there twice"));
            }
            match node.as_str().filter(|text| is_function(text)) {
                Some(function) => {
                    let function = function.to_owned();
                    found.push((order, Hook { name: hook, function, at: node.at, pointer: at }));
                }
                None => {
                    findings.add("AS-HOOK", node.at, at, "must be the name or the ARN of a Lambda function");
                }
            }
        }
    }
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, hook)| hook).collect()
}

/// A Lambda function's name, with an alias or version at most, or its ARN
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html>, 2026-11).
fn is_function(text: &str) -> bool {
    let name = match text.strip_prefix("arn:") {
        Some(arn) => match arn.splitn(5, ':').collect::<Vec<_>>().as_slice() {
            [partition, "lambda", _, _, name] if partition.starts_with("aws") => {
                name.strip_prefix("function:")
            }
            _ => None,
        },
        None => Some(text),
    };
    name.is_some_and(|name| {
        let (name, qualifier) = name.split_once(':').unwrap_or((name, "1"));
        let word = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        };
        name.len() <= 64 && word(name) && (qualifier == "$LATEST" || word(qualifier))
    })
}
