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
    let list = offered.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let (node, message) = match (written.get("ContainerPort"), offered.as_slice()) {
        (Some(node), _) => match node.as_i64() {
            Some(port) if offered.contains(&port) => return Some((name, port)),
            _ => (node, format!("the container {} has only the ports {list}", quoted(&name))),
        },
        (None, [port]) => return Some((name, *port)),
        (None, _) => (&written, format!("must say which port of {}: {list}", quoted(&name))),
    };
    findings.add("AS-CONTAINER", node.at, child(&pointer, "ContainerPort"), message);
    None
}

fn ports(container: &Node) -> Vec<i64> {
    container.items("portMappings").iter().filter_map(|mapping| mapping.int("containerPort")).collect()
}

fn named<'a>(wanted: &Node, containers: &'a [Node]) -> Result<&'a Node, String> {
    let found =
        wanted.as_str().and_then(|name| containers.iter().find(|item| item.text("name") == Some(name)));
    found.ok_or_else(|| {
        let names: Vec<&str> = containers.iter().filter_map(|container| container.text("name")).collect();
        format!("the task definition has no such container, only {}", names.join(", "))
    })
}

fn only_one_with_ports(containers: &[Node]) -> Result<&Node, String> {
    let mut with_ports = containers.iter().filter(|container| !ports(container).is_empty());
    match (with_ports.next(), with_ports.next()) {
        (Some(one), None) => Ok(one),
        _ => Err("must say which container, because not exactly one has ports".to_owned()),
    }
}
