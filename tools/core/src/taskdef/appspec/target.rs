//! Which container and port take the traffic.

use super::keys::canonical;
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::node::{Node, Value, child};

/// Container and port of the load balancer: as written, or the only ones that there are.
pub fn target(
    properties: &Node,
    definition: &Node,
    pointer: &str,
    findings: &mut Findings,
) -> Option<(String, i64)> {
    let pointer = child(pointer, "LoadBalancerInfo");
    let empty = Node::new(properties.at, Value::Object(indexmap::IndexMap::default()));
    let written = properties.get("LoadBalancerInfo").unwrap_or(&empty);
    let written = canonical(written, &pointer, &["ContainerName", "ContainerPort"], findings)?;
    let containers = definition.items("containerDefinitions");
    let found = match written.get("ContainerName") {
        Some(node) => named(node, containers).map_err(|message| (node, message)),
        None => only_one_with_ports(containers).map_err(|message| (&written, message)),
    };
    let container = match found {
        Ok(container) => container,
        Err((node, message)) => {
            findings.add("AS-CONTAINER", node.at, child(&pointer, "ContainerName"), message);
            return None;
        }
    };
    let name = container.text("name")?.to_owned();
    let offered = ports(container);
    let message = match (written.get("ContainerPort"), offered.as_slice()) {
        (Some(node), _) if node.as_i64().is_some_and(|port| offered.contains(&port)) => {
            return Some((name, node.as_i64()?));
        }
        (None, [port]) => return Some((name, *port)),
        (_, []) => format!("the container {} has no port mappings", quoted(&name)),
        (Some(node), _) if node.as_i64().is_none() => {
            format!(
                "ContainerPort must be a number, found {}; {} has {}",
                node.kind(),
                quoted(&name),
                list(&offered)
            )
        }
        (Some(_), _) => format!("the container {} has only {}", quoted(&name), list(&offered)),
        (None, _) => format!("must say which port of {}; it has {}", quoted(&name), list(&offered)),
    };
    let at = written.get("ContainerPort").unwrap_or(&written).at;
    findings.add("AS-CONTAINER", at, child(&pointer, "ContainerPort"), message);
    None
}

fn list(ports: &[i64]) -> String {
    let numbers = ports.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    format!("the port{} {numbers}", if ports.len() == 1 { "" } else { "s" })
}

fn ports(container: &Node) -> Vec<i64> {
    container.items("portMappings").iter().filter_map(|mapping| mapping.int("containerPort")).collect()
}

fn named<'a>(wanted: &Node, containers: &'a [Node]) -> Result<&'a Node, String> {
    let found =
        wanted.as_str().and_then(|name| containers.iter().find(|item| item.text("name") == Some(name)));
    found.ok_or_else(|| {
        let names: Vec<&str> = containers.iter().filter_map(|container| container.text("name")).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        format!("the task definition has no such container; it has {names}")
    })
}

fn only_one_with_ports(containers: &[Node]) -> Result<&Node, String> {
    let mut with_ports = containers.iter().filter(|container| !ports(container).is_empty());
    match (with_ports.next(), with_ports.next()) {
        (Some(one), None) => Ok(one),
        _ => Err("must say which container, because not exactly one has ports".to_owned()),
    }
}
