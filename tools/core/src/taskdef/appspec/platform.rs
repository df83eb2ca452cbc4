//! The platform version of Fargate against what the task definition needs.

use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::node::{Node, child};
use crate::taskdef::normalise::cpu_units;
use crate::taskdef::sizes::Sizes;

/// Most of what Fargate learned came with Linux platform version 1.4.0
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-linux-fargate.html>, 2026-11).
const COMPLETE: [u64; 3] = [1, 4, 0];

/// Whether an AppSpec, as it was read, runs its tasks on Fargate: only there are platform versions and these providers. A task
/// definition without `requiresCompatibilities` is checked for nothing by ECS, and fails when the tasks are started.
pub fn names_fargate(spec: &Node) -> bool {
    let services = member(spec, "Resources").and_then(Node::as_array).into_iter().flatten();
    let mut properties = services
        .filter_map(Node::as_object)
        .flat_map(|entry| entry.values())
        .filter_map(|service| member(&service.node, "Properties"));
    properties.any(|properties| {
        let mut providers =
            member(properties, "CapacityProviderStrategy").and_then(Node::as_array).into_iter().flatten();
        let provider =
            |item: &Node| member(item, "CapacityProvider").and_then(Node::as_str).map(str::to_owned);
        member(properties, "PlatformVersion").is_some()
            || providers.any(|item| matches!(provider(item).as_deref(), Some("FARGATE" | "FARGATE_SPOT")))
    })
}

/// A member whose key may be in any case.
fn member<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    let members = node.as_object()?;
    members.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, member)| &member.node)
}

pub fn check(properties: &Node, definition: &Node, pointer: &str, findings: &mut Findings) {
    let compatibilities = definition.items("requiresCompatibilities");
    let fargate = compatibilities.iter().any(|item| item.as_str() == Some("FARGATE"));
    let system =
        definition.get("runtimePlatform").and_then(|platform| platform.text("operatingSystemFamily"));
    let windows = system.is_some_and(|system| system.starts_with("WINDOWS"));
    if let Some(node) = properties.get("PlatformVersion") {
        let at = child(pointer, "PlatformVersion");
        match node.as_str().map(|text| (text, version(text))) {
            Some(("LATEST", _) | (_, Some(_))) if !fargate && !compatibilities.is_empty() => {
                findings.add(
                    "AS-PLATFORM",
                    node.at,
                    at,
                    "only Fargate has platform versions, and the task definition does not name it",
                );
            }
            Some(("LATEST", _)) => {}
            Some((text, Some(version))) if version < COMPLETE && !windows => {
                for need in needs(definition) {
                    findings.add(
                        "AS-PLATFORM",
                        node.at,
                        &at,
                        format!("{need} needs 1.4.0 or newer, not {text}"),
                    );
                }
            }
            Some((_, Some(_))) => {}
            Some((text, None)) => {
                let message = format!("{} is neither LATEST nor a version such as 1.4.0", quoted(text));
                findings.add("AS-PLATFORM", node.at, at, message);
            }
            None => findings.add("AS-TYPE", node.at, at, "must be a text such as \"LATEST\" or \"1.4.0\""),
        }
    }
    for (index, item) in properties.items("CapacityProviderStrategy").iter().enumerate() {
        let spot = item
            .as_object()
            .and_then(|members| members.values().find(|member| member.node.as_str() == Some("FARGATE_SPOT")));
        if let (true, Some(member)) = (windows, spot) {
            let at = format!("{pointer}/CapacityProviderStrategy/{index}");
            findings.add("AS-PLATFORM", member.node.at, at, "FARGATE_SPOT does not run Windows containers");
        }
    }
}

fn version(text: &str) -> Option<[u64; 3]> {
    let numbers: Vec<u64> = text
        .split('.')
        .map(|part| part.chars().all(|c| c.is_ascii_digit()).then(|| part.parse().ok()).flatten())
        .collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// What of a definition older platform versions do not have.
fn needs(definition: &Node) -> Vec<String> {
    let mut found = Vec::new();
    let units = definition.text("cpu").and_then(cpu_units);
    let table = Sizes::bundled().map(|table| table.sizes).unwrap_or_default();
    if let Some(size) = table.iter().find(|size| Some(size.cpu) == units && size.needs_1_4) {
        found.push(format!("cpu {}", size.cpu));
    }
    for key in ["ephemeralStorage", "pidMode"] {
        if definition.get(key).is_some() {
            found.push(key.to_owned());
        }
    }
    if definition.items("volumes").iter().any(|volume| volume.get("efsVolumeConfiguration").is_some()) {
        found.push("an EFS volume".to_owned());
    }
    let architecture =
        definition.get("runtimePlatform").and_then(|platform| platform.text("cpuArchitecture"));
    if architecture == Some("ARM64") {
        found.push("ARM64".to_owned());
    }
    for container in definition.items("containerDefinitions") {
        let parts = |secret: &Node| secret.text("valueFrom").map_or(0, |text| text.split(':').count());
        if container.items("secrets").iter().any(|secret| parts(secret) > 7) {
            let name = container.text("name").unwrap_or_default();
            found.push(format!("a secret of {} with a key, stage or version", quoted(name)));
        }
    }
    found
}
