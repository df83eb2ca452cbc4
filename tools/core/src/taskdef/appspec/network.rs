//! What an AppSpec may say besides: platform version, network, capacity providers.

use serde_json::{Value as Json, json};

use super::keys::canonical;
use crate::taskdef::finding::Findings;
use crate::taskdef::node::{Node, child};

/// Checks the optional members of `Properties` and adds them to what is written.
pub fn optional(
    properties: &Node,
    pointer: &str,
    written: &mut serde_json::Map<String, Json>,
    findings: &mut Findings,
) {
    if let Some(version) = properties.get("PlatformVersion") {
        if version.as_str().is_none_or(str::is_empty) {
            findings.add(
                "AS-TYPE",
                version.at,
                child(pointer, "PlatformVersion"),
                "must be a text such as \"LATEST\" or \"1.4.0\"",
            );
        }
        written.insert("PlatformVersion".into(), version.to_json());
    }
    if let Some(network) = properties.get("NetworkConfiguration")
        && let Some(checked) = awsvpc(network, &child(pointer, "NetworkConfiguration"), findings)
    {
        written.insert("NetworkConfiguration".into(), json!({"AwsvpcConfiguration": checked.to_json()}));
    }
    let mut items = Vec::new();
    for (index, item) in properties.items("CapacityProviderStrategy").iter().enumerate() {
        let at = format!("{pointer}/CapacityProviderStrategy/{index}");
        if let Some(item) = canonical(item, &at, &["CapacityProvider", "Base", "Weight"], findings) {
            if item.text("CapacityProvider").is_none() {
                findings.add("AS-NETWORK", item.at, &at, "CapacityProvider is missing");
            }
            items.push(item.to_json());
        }
    }
    if !items.is_empty() {
        written.insert("CapacityProviderStrategy".into(), Json::Array(items));
    }
}

fn awsvpc(network: &Node, pointer: &str, findings: &mut Findings) -> Option<Node> {
    let network = canonical(network, pointer, &["AwsvpcConfiguration"], findings)?;
    let pointer = child(pointer, "AwsvpcConfiguration");
    let inner = canonical(
        network.get("AwsvpcConfiguration")?,
        &pointer,
        &["Subnets", "SecurityGroups", "AssignPublicIp"],
        findings,
    )?;
    for (key, most) in [("Subnets", 16), ("SecurityGroups", 5)] {
        if !(1..=most).contains(&inner.items(key).len()) {
            let at = inner.get(key).map_or(inner.at, |node| node.at);
            findings.add(
                "AS-NETWORK",
                at,
                child(&pointer, key),
                format!("{key} must be a list of 1 to {most}"),
            );
        }
    }
    if !matches!(inner.text("AssignPublicIp"), Some("ENABLED" | "DISABLED")) {
        let at = inner.get("AssignPublicIp").map_or(inner.at, |node| node.at);
        findings.add(
            "AS-NETWORK",
            at,
            child(&pointer, "AssignPublicIp"),
            "AssignPublicIp must be ENABLED or DISABLED",
        );
    }
    Some(inner)
}
