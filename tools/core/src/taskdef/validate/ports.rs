//! Port mappings against the network mode.

use std::collections::BTreeMap;

use super::{Container, Task};
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::node::{Node, Place, child};

pub fn check(task: &Task<'_>, findings: &mut Findings) {
    // Containers of one task share a network namespace with awsvpc and host.
    let shared = matches!(task.network_mode, "awsvpc" | "host");
    let mut seen: BTreeMap<(i64, &str), String> = BTreeMap::new();
    let mut taken: Vec<Taken<'_>> = Vec::new();
    let mut names: BTreeMap<&str, Place> = BTreeMap::new();
    let mut host_ports: BTreeMap<(i64, &str), &str> = BTreeMap::new();
    for container in &task.containers {
        if !shared {
            seen.clear();
            taken.clear();
        }
        ranges(task, container, &mut taken, findings);
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
            duplicate(container, mapping, &pointer, &mut seen, findings);
            name(task, mapping, &pointer, &mut names, findings);
            if task.network_mode == "bridge" {
                host_port(container, mapping, &pointer, &mut host_ports, findings);
            }
        }
    }
}

/// With bridge, fixed host ports are those of the instance, whatever the container.
fn host_port<'a>(
    container: &Container<'a>,
    mapping: &'a Node,
    pointer: &str,
    seen: &mut BTreeMap<(i64, &'a str), &'a str>,
    findings: &mut Findings,
) {
    let Some((port, node)) = mapping.int("hostPort").zip(mapping.get("hostPort")) else { return };
    let protocol = mapping.text("protocol").unwrap_or("tcp");
    if port == 0 {
        return;
    }
    if let Some(owner) = seen.insert((port, protocol), container.name) {
        let message =
            format!("host port {port}/{protocol} is already used by the container {}", quoted(owner));
        findings.add("TD-PORT-DUPLICATE", node.at, child(pointer, "hostPort"), message);
    }
}

fn mode(task: &Task<'_>, mapping: &Node, pointer: &str, findings: &mut Findings) {
    if mapping.as_object().is_some()
        && mapping.get("containerPort").is_none()
        && mapping.get("containerPortRange").is_none()
    {
        let message = "containerPort is missing; all that belongs to one port stands in one object";
        findings.add("TD-PORT", mapping.at, child(pointer, "containerPort"), message);
    }
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

/// Ranges in one container
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>, 2026-11).
const MAX_RANGES: usize = 100;

/// `FIRST-LAST`, both ports, the first below the last.
fn parse_range(text: &str) -> Option<(i64, i64)> {
    let (first, last) = text.split_once('-')?;
    let port =
        |text: &str| text.chars().all(|c| c.is_ascii_digit()).then(|| text.parse::<u16>().ok()).flatten();
    let (first, last) = (port(first)?, port(last)?);
    (first > 0 && first < last).then_some((first.into(), last.into()))
}

/// Ports that a container has taken: first, last, protocol, and whose they are.
type Taken<'a> = (i64, i64, &'a str, &'a str);

fn ranges<'a>(
    task: &Task<'_>,
    container: &Container<'a>,
    taken: &mut Vec<Taken<'a>>,
    findings: &mut Findings,
) {
    let mut count = 0;
    let pointer = child(&container.pointer, "portMappings");
    for (index, mapping) in container.node.items("portMappings").iter().enumerate() {
        let pointer = child(&pointer, &index.to_string());
        let protocol = mapping.text("protocol").unwrap_or("tcp");
        let single = mapping.int("containerPort").zip(mapping.get("containerPort"));
        let written = mapping.text("containerPortRange").zip(mapping.get("containerPortRange"));
        let (range, node, key) = match (single, written) {
            (_, Some((text, node))) => {
                count += 1;
                range(task, mapping, &pointer, findings);
                let Some(range) = parse_range(text) else { continue };
                (range, node, "containerPortRange")
            }
            (Some((port, node)), None) => ((port, port), node, "containerPort"),
            (None, None) => continue,
        };
        let overlap = taken
            .iter()
            .find(|(first, last, other, _)| *other == protocol && *first <= range.1 && range.0 <= *last);
        // Two equal single ports are TD-PORT-DUPLICATE.
        if let Some((first, last, _, owner)) =
            overlap.filter(|(first, last, ..)| first != last || range.0 != range.1)
        {
            let owner = if *owner == container.name { "the same container" } else { *owner };
            let ports = if first == last { first.to_string() } else { format!("{first}-{last}") };
            let message = format!("overlaps {ports}/{protocol} of {owner}");
            findings.add("TD-PORT-RANGE", node.at, child(&pointer, key), message);
        }
        taken.push((range.0, range.1, protocol, container.name));
    }
    if let Some(list) = container.node.get("portMappings")
        && count > MAX_RANGES
    {
        let message = format!("{count} port ranges; allowed {MAX_RANGES}");
        findings.add("TD-PORT-RANGE", list.at, pointer, message);
    }
}

fn range(task: &Task<'_>, mapping: &Node, pointer: &str, findings: &mut Findings) {
    let Some(node) = mapping.get("containerPortRange") else { return };
    let Some(text) = node.as_str() else { return };
    let mut report = |message: String| {
        findings.add("TD-PORT-RANGE", node.at, child(pointer, "containerPortRange"), message);
    };
    if parse_range(text).is_none() {
        report(format!("{} is not FIRST-LAST", quoted(text)));
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
            let message =
                format!("port {port}/{protocol} is already used by the container {}", quoted(owner));
            findings.add("TD-PORT-DUPLICATE", node.at, child(pointer, "containerPort"), message);
        }
        None => {
            seen.insert((port, protocol), container.name.to_owned());
        }
    }
}

/// `[a-z0-9_][a-z0-9_-]{0,63}`, unique in the task.
fn name<'a>(
    task: &Task<'_>,
    mapping: &'a Node,
    pointer: &str,
    names: &mut BTreeMap<&'a str, Place>,
    findings: &mut Findings,
) {
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
    if let Some(first) = names.get(text) {
        let first = task.policy.elsewhere(*first, node.at);
        let message = format!("the port name {} is there twice, first on {first}", quoted(text));
        findings.add("TD-DUPLICATE", node.at, child(pointer, "name"), message);
    } else {
        names.insert(text, node.at);
    }
}
