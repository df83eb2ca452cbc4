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
        written.insert("PlatformVersion".into(), version.to_json());
    }
    if let Some(network) = properties.get("NetworkConfiguration")
        && let Some(checked) = awsvpc(network, &child(pointer, "NetworkConfiguration"), findings)
    {
        written.insert("NetworkConfiguration".into(), json!({"AwsvpcConfiguration": checked.to_json()}));
    }
    let items = capacity(properties, pointer, findings);
    if !items.is_empty() {
        written.insert("CapacityProviderStrategy".into(), Json::Array(items));
    }
}

/// Capacity providers of one strategy, and what they may weigh
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html>, 2026-11).
const MAX_PROVIDERS: usize = 20;
const BASE: (i64, i64) = (0, 100_000);
const WEIGHT: (i64, i64) = (0, 1000);

fn capacity(properties: &Node, pointer: &str, findings: &mut Findings) -> Vec<Json> {
    let pointer = child(pointer, "CapacityProviderStrategy");
    let Some(list) = properties.get("CapacityProviderStrategy") else { return Vec::new() };
    let Some(entries) = list.as_array().filter(|entries| !entries.is_empty()) else {
        findings.add("AS-CAPACITY", list.at, pointer, "must be a list of capacity providers");
        return Vec::new();
    };
    let mut items: Vec<Node> = Vec::new();
    for (index, item) in entries.iter().enumerate() {
        let at = format!("{pointer}/{index}");
        let Some(item) = canonical(item, &at, &["CapacityProvider", "Base", "Weight"], findings) else {
            continue;
        };
        match item.text("CapacityProvider").filter(|name| !name.is_empty()) {
            None => findings.add("AS-CAPACITY", item.at, &at, "CapacityProvider is missing"),
            Some(name) if items.iter().any(|known| known.text("CapacityProvider") == Some(name)) => {
                findings.add("AS-CAPACITY", item.at, &at, format!("{name} is there twice"));
            }
            Some(_) => {}
        }
        for (key, (low, high)) in [("Base", BASE), ("Weight", WEIGHT)] {
            if let Some(node) = item.get(key)
                && !node.as_i64().is_some_and(|number| (low..=high).contains(&number))
            {
                findings.add(
                    "AS-CAPACITY",
                    node.at,
                    child(&at, key),
                    format!("{key} is a number from {low} to {high}"),
                );
            }
        }
        items.push(item);
    }
    let positive =
        |key: &str| items.iter().filter(|item| item.int(key).is_some_and(|number| number > 0)).count();
    if items.len() > MAX_PROVIDERS {
        let message = format!("{} capacity providers; allowed {MAX_PROVIDERS}", items.len());
        findings.add("AS-CAPACITY", list.at, &pointer, message);
    }
    if positive("Base") > 1 {
        findings.add("AS-CAPACITY", list.at, &pointer, "only one capacity provider can have a Base");
    }
    // With a single provider, ECS takes a missing weight as 1; among several, 0 means that it is not used.
    let single = |item: &Node| item.get("Weight").is_none();
    if positive("Weight") == 0 && !(items.len() == 1 && items.iter().all(single)) && !items.is_empty() {
        findings.add("AS-CAPACITY", list.at, &pointer, "at least one Weight must be above 0");
    }
    items.iter().map(Node::to_json).collect()
}

fn awsvpc(network: &Node, pointer: &str, findings: &mut Findings) -> Option<Node> {
    let network = canonical(network, pointer, &["AwsvpcConfiguration"], findings)?;
    let pointer = child(pointer, "AwsvpcConfiguration");
    let Some(inner) = network.get("AwsvpcConfiguration") else {
        findings.add("AS-NETWORK", network.at, pointer, "AwsvpcConfiguration is missing");
        return None;
    };
    let inner = canonical(inner, &pointer, &["Subnets", "SecurityGroups", "AssignPublicIp"], findings)?;
    for (key, most) in [("Subnets", 16), ("SecurityGroups", 5)] {
        let texts = inner.items(key).iter().all(|item| item.as_str().is_some_and(|text| !text.is_empty()));
        if !texts || !(1..=most).contains(&inner.items(key).len()) {
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
