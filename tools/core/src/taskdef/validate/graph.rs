//! Start order: `dependsOn` must name containers that can reach the wanted condition, and must not go in circles.

use std::collections::{BTreeMap, BTreeSet};

use super::{Container, Task};
use crate::taskdef::finding::Findings;
use crate::taskdef::node::child;

pub fn check(task: &Task<'_>, findings: &mut Findings) {
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for container in &task.containers {
        for (pointer, dependency) in container.list("dependsOn") {
            let Some(node) = dependency.get("containerName") else { continue };
            let Some(name) = node.as_str() else { continue };
            edges.entry(container.name).or_default().push(name);
            let problem = match task.container(name) {
                None => Some(format!("there is no container {name:?}")),
                Some(_) if name == container.name => Some("a container cannot wait for itself".to_owned()),
                Some(target) => {
                    unreachable_condition(target, dependency.text("condition").unwrap_or_default())
                }
            };
            if let Some(message) = problem {
                findings.add("TD-DEPENDS", node.at, child(&pointer, "containerName"), message);
            }
        }
    }
    cycles(task, &edges, findings);
}

fn unreachable_condition(target: &Container<'_>, condition: &str) -> Option<String> {
    match condition {
        "HEALTHY" if target.node.get("healthCheck").is_none() => {
            Some(format!("{:?} has no health check, so it never gets HEALTHY", target.name))
        }
        "COMPLETE" | "SUCCESS" if target.essential() => Some(format!(
            "{:?} is essential: when it ends the task stops, so nothing can wait for {condition}",
            target.name
        )),
        _ => None,
    }
}

/// Reports each circle once, at the container of it that stands first.
fn cycles(task: &Task<'_>, edges: &BTreeMap<&str, Vec<&str>>, findings: &mut Findings) {
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    for container in &task.containers {
        if reported.contains(container.name) {
            continue;
        }
        if let Some(circle) = circle_through(container.name, edges).filter(|circle| circle.len() > 1) {
            reported.extend(&circle);
            let at = container.node.get("dependsOn").map_or(container.node.at, |node| node.at);
            let message = format!("{} → {}: none of them would start", circle.join(" → "), container.name);
            findings.add("TD-DEPENDS-CYCLE", at, child(&container.pointer, "dependsOn"), message);
        }
    }
}

/// The shortest way from a container back to itself.
fn circle_through<'a>(start: &'a str, edges: &BTreeMap<&'a str, Vec<&'a str>>) -> Option<Vec<&'a str>> {
    let mut seen = BTreeSet::from([start]);
    let mut ways = vec![vec![start]];
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in way.last().and_then(|last| edges.get(last)).into_iter().flatten() {
                if *next == start {
                    return Some(way);
                }
                if seen.insert(next) {
                    longer.push(way.iter().chain([next]).copied().collect::<Vec<_>>());
                }
            }
        }
        ways = longer;
    }
    None
}
