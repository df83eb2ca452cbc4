//! The form in which definitions are compared: without defaults, without provenance, named things in order of their names.

use serde_json::{Map, Value as Json, json};

use crate::taskdef::finding::pointer_matches;
use crate::taskdef::node::child;
use crate::taskdef::provenance;

/// What tells the items of a list apart; the order of such a list means nothing to ECS.
const NAMED: [(&str, &[&str]); 15] = [
    ("containerDefinitions", &["name"]),
    ("environment", &["name"]),
    ("secrets", &["name"]),
    ("secretOptions", &["name"]),
    ("volumes", &["name"]),
    ("tags", &["key"]),
    ("portMappings", &["containerPort", "containerPortRange", "protocol"]),
    ("mountPoints", &["containerPath", "sourceVolume"]),
    ("volumesFrom", &["sourceContainer"]),
    ("dependsOn", &["containerName"]),
    ("ulimits", &["name"]),
    ("systemControls", &["namespace"]),
    ("extraHosts", &["hostname", "ipAddress"]),
    ("properties", &["name"]),
    ("inferenceAccelerators", &["deviceName"]),
];
/// Lists of plain texts whose order means nothing.
const SETS: [&str; 4] = ["requiresCompatibilities", "add", "drop", "permissions"];

/// What ECS assumes or writes itself where nothing is said
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html>, 2026-11). `*` is one segment.
fn defaults() -> [(&'static str, Json); 25] {
    [
        ("/networkMode", json!("bridge")),
        ("/enableFaultInjection", json!(false)),
        ("/runtimePlatform/cpuArchitecture", json!("X86_64")),
        ("/runtimePlatform/operatingSystemFamily", json!("LINUX")),
        ("/containerDefinitions/*/cpu", json!(0)),
        ("/containerDefinitions/*/essential", json!(true)),
        ("/containerDefinitions/*/disableNetworking", json!(false)),
        ("/containerDefinitions/*/interactive", json!(false)),
        ("/containerDefinitions/*/privileged", json!(false)),
        ("/containerDefinitions/*/pseudoTerminal", json!(false)),
        ("/containerDefinitions/*/readonlyRootFilesystem", json!(false)),
        ("/containerDefinitions/*/versionConsistency", json!("enabled")),
        ("/containerDefinitions/*/portMappings/*/protocol", json!("tcp")),
        ("/containerDefinitions/*/portMappings/*/hostPort", json!(0)),
        ("/containerDefinitions/*/mountPoints/*/readOnly", json!(false)),
        ("/containerDefinitions/*/volumesFrom/*/readOnly", json!(false)),
        ("/containerDefinitions/*/healthCheck/interval", json!(30)),
        ("/containerDefinitions/*/healthCheck/timeout", json!(5)),
        ("/containerDefinitions/*/healthCheck/retries", json!(3)),
        ("/containerDefinitions/*/healthCheck/startPeriod", json!(0)),
        ("/containerDefinitions/*/restartPolicy/restartAttemptPeriod", json!(300)),
        ("/containerDefinitions/*/linuxParameters/initProcessEnabled", json!(false)),
        ("/volumes/*/efsVolumeConfiguration/rootDirectory", json!("/")),
        ("/volumes/*/efsVolumeConfiguration/transitEncryption", json!("DISABLED")),
        ("/volumes/*/configuredAtLaunch", json!(false)),
    ]
}

/// The comparable form of a normalised definition.
pub fn canonical(definition: &Json) -> Json {
    let mut value = definition.clone();
    let shared = matches!(value.get("networkMode").and_then(Json::as_str), Some("awsvpc" | "host"));
    if let Some(tags) = value.get_mut("tags").and_then(Json::as_array_mut) {
        tags.retain(|tag| {
            let key = tag.get("key").and_then(Json::as_str).unwrap_or_default();
            // Nobody but AWS sets or removes the latter, such as CloudFormation's.
            !provenance::is_ours(key) && !key.to_ascii_lowercase().starts_with("aws:")
        });
    }
    reduce(&mut value, "", "", shared, &defaults());
    value
}

/// Drops defaults and what is empty, from the leaves up, and puts named things in order.
fn reduce(value: &mut Json, pointer: &str, key: &str, shared: bool, defaults: &[(&str, Json)]) {
    match value {
        Json::Object(members) => {
            if shared && key == "portMappings" && members.get("hostPort") == members.get("containerPort") {
                members.shift_remove("hostPort");
            }
            for (key, member) in members.iter_mut() {
                reduce(member, &child(pointer, key), key, shared, defaults);
            }
            members.retain(|key, member| {
                let at = child(pointer, key);
                let default = defaults
                    .iter()
                    .any(|(pattern, default)| default == member && pointer_matches(pattern, &at));
                // An empty FireLens or repository configuration would be refused; empty here always means "nothing said".
                !default && !is_empty(member)
            });
            let sorted: std::collections::BTreeMap<String, Json> =
                std::mem::take(members).into_iter().collect();
            *members = sorted.into_iter().collect::<Map<_, _>>();
        }
        Json::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                reduce(item, &child(pointer, &index.to_string()), key, shared, defaults);
            }
            if is_named(key) {
                items.sort_by_cached_key(|item| item_name(key, item));
            } else if SETS.contains(&key) {
                items.sort_by_cached_key(ToString::to_string);
            }
        }
        _ => {}
    }
}

/// Empty lists and objects say nothing; an empty text may.
fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Whether the items of the list `key` have names.
pub fn is_named(key: &str) -> bool {
    NAMED.iter().any(|(list, _)| *list == key)
}

/// The name of an item of the list `key`.
pub fn item_name(key: &str, item: &Json) -> Option<String> {
    let (_, members) = NAMED.iter().find(|(list, _)| *list == key)?;
    let texts = members.iter().filter_map(|member| item.get(member)).map(|value| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    });
    let name = texts.collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}
