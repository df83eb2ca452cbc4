//! Port mappings against the network mode.

use std::collections::BTreeMap;

use super::{Container, Task};
use crate::taskdef::finding::Findings;
use crate::taskdef::node::{Node, child};

pub fn check(task: &Task<'_>, findings: &mut Findings) {
    // Containers of one task share a network namespace with awsvpc and host.
    let shared = matches!(task.network_mode, "awsvpc" | "host");
    let mut seen: BTreeMap<(i64, &str), String> = BTreeMap::new();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for container in &task.containers {
        if !shared {
            seen.clear();
        }
        let count = container.node.items("portMappings").len();
        if let Some(list) = container.node.get("portMappings")
            && task.network_mode == "none"
            && count > 0
        {
            let message = "network mode none allows no port mappings";
            findings.add("TD-PORT-MODE", list.at, child(&container.pointer, "portMappings"), message);
        }
        for (pointer, mapping) in container.list("portMappings") {
            mode(task, mapping, &pointer, findings);
            range(task, mapping, &pointer, findings);
            duplicate(container, mapping, &pointer, &mut seen, findings);
            name(mapping, &pointer, &mut names, findings);
        }
    }
}

fn mode(task: &Task<'_>, mapping: &Node, pointer: &str, findings: &mut Findings) {
    super::bounds(mapping, pointer, "containerPort", (1, 65_535), "TD-PORT", findings);
    super::bounds(mapping, pointer, "hostPort", (0, 65_535), "TD-PORT", findings);
    let (container, host) = (mapping.int("containerPort"), mapping.int("hostPort"));
    if let (Some(container), Some(host), Some(node)) = (container, host, mapping.get("hostPort"))
        && matches!(task.network_mode, "awsvpc" | "host")
        && host != container
        && (0..=65_535).contains(&host)
    {
        let message =
            format!("with network mode {} the host port is absent or {container}", task.network_mode);
        findings.add("TD-PORT-MODE", node.at, child(pointer, "hostPort"), message);
    }
}

fn range(task: &Task<'_>, mapping: &Node, pointer: &str, findings: &mut Findings) {
    let Some(node) = mapping.get("containerPortRange") else { return };
    let Some(text) = node.as_str() else { return };
    let mut report = |message: String| {
        findings.add("TD-PORT-RANGE", node.at, child(pointer, "containerPortRange"), message);
    };
    let ports = text
        .split_once('-')
        .and_then(|(first, last)| Some((first.parse::<u16>().ok()?, last.parse::<u16>().ok()?)));
    if !ports.is_some_and(|(first, last)| first > 0 && first < last) {
        report(format!("{text:?} is not FIRST-LAST"));
    }
    if !matches!(task.network_mode, "bridge" | "awsvpc") {
        report(format!("network mode {} allows no port ranges", task.network_mode));
    }
    if mapping.get("hostPort").is_some() || mapping.get("containerPort").is_some() {
        report("a range stands without containerPort and hostPort".to_owned());
    }
}

fn duplicate<'a>(
    container: &Container<'a>,
    mapping: &'a Node,
    pointer: &str,
    seen: &mut BTreeMap<(i64, &'a str), String>,
    findings: &mut Findings,
) {
    let Some((port, node)) = mapping.int("containerPort").zip(mapping.get("containerPort")) else { return };
    let protocol = mapping.text("protocol").unwrap_or("tcp");
    match seen.get(&(port, protocol)) {
        Some(owner) => {
            let message = format!("port {port}/{protocol} is already used by the container {owner:?}");
            findings.add("TD-PORT-DUPLICATE", node.at, child(pointer, "containerPort"), message);
        }
        None => {
            seen.insert((port, protocol), container.name.to_owned());
        }
    }
}

/// `[a-z0-9_][a-z0-9_-]{0,63}`, unique in the task.
fn name<'a>(mapping: &'a Node, pointer: &str, names: &mut BTreeMap<&'a str, usize>, findings: &mut Findings) {
    let Some(node) = mapping.get("name") else { return };
    let Some(text) = node.as_str() else { return };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !(1..=64).contains(&text.len())
        || !text.starts_with(plain)
        || !text.chars().all(|c| plain(c) || c == '-')
    {
        let message = "a port's name takes 1 to 64 of a-z, 0-9, '_' and '-', not beginning with '-'";
        findings.add("TD-NAME", node.at, child(pointer, "name"), message);
    }
    if let Some(line) = names.get(text) {
        let message = format!("the port name {text:?} is there twice, first on line {line}");
        findings.add("TD-DUPLICATE", node.at, child(pointer, "name"), message);
    } else {
        names.insert(text, node.at.line);
    }
}
