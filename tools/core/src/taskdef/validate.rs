//! Everything that ECS would refuse, or accept and fail on later, in a filled and normalised task definition.
//!
//! Each check states one rule and goes through the whole definition; none stops another.

mod compute;
mod containers;
mod environment;
mod fargate;
mod graph;
mod logs;
mod ports;
mod task;
mod volumes;

use super::finding::Findings;
use super::model::Model;
use super::node::{Node, Place, child};
use super::sizes::Size;

pub(super) use environment::secret_reference;

/// What the checks must know besides the definition.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Pointers of keys that may be unknown (`--allow-key`).
    pub allowed_keys: Vec<String>,
    /// Images that are placeholders for CodePipeline, with their angle brackets.
    pub placeholder_images: Vec<String>,
    /// Sizes that Fargate offers besides those of the bundled table.
    pub fargate_sizes: Vec<Size>,
    /// AppSpec or service say that the tasks run on Fargate; that decides where `requiresCompatibilities` does not.
    pub fargate: bool,
    /// Names of the input files by [`crate::taskdef::node::Place::file`], for messages about two places.
    pub files: Vec<String>,
}

impl Policy {
    /// How a message about something at `at` names another place.
    fn elsewhere(&self, other: Place, at: Place) -> String {
        match self.files.get(other.file).filter(|_| other.file != at.file) {
            Some(name) => format!("{name}:{}", other.line),
            None => format!("line {}", other.line),
        }
    }
}

/// Runs every check.
pub fn validate(definition: &Node, model: &Model, policy: &Policy, findings: &mut Findings) {
    model.check(definition, &policy.allowed_keys, findings);
    let task = Task::new(definition, policy);
    task::check(&task, findings);
    volumes::check(&task, findings);
    compute::check(&task, findings);
    fargate::check(&task, findings);
    containers::check(&task, findings);
    environment::check(&task, findings);
    ports::check(&task, findings);
    logs::check(&task, findings);
    graph::check(&task, findings);
}

/// The definition with what most checks ask for.
struct Task<'a> {
    node: &'a Node,
    policy: &'a Policy,
    fargate: bool,
    windows: bool,
    network_mode: &'a str,
    compatibilities: Vec<&'a str>,
    containers: Vec<Container<'a>>,
}

struct Container<'a> {
    node: &'a Node,
    pointer: String,
    /// Empty when it has none.
    name: &'a str,
}

impl<'a> Task<'a> {
    fn new(node: &'a Node, policy: &'a Policy) -> Self {
        let compatibilities: Vec<&str> =
            node.items("requiresCompatibilities").iter().filter_map(Node::as_str).collect();
        let family = node.get("runtimePlatform").and_then(|platform| platform.text("operatingSystemFamily"));
        let containers = node
            .items("containerDefinitions")
            .iter()
            .enumerate()
            .map(|(index, node)| Container {
                node,
                pointer: format!("/containerDefinitions/{index}"),
                name: node.text("name").unwrap_or_default(),
            })
            .collect();
        Self {
            node,
            policy,
            fargate: compatibilities.contains(&"FARGATE") || (compatibilities.is_empty() && policy.fargate),
            compatibilities,
            windows: family.is_some_and(|family| family.starts_with("WINDOWS")),
            network_mode: node.text("networkMode").unwrap_or("bridge"),
            containers,
        }
    }

    fn container(&self, name: &str) -> Option<&Container<'a>> {
        self.containers.iter().find(|container| container.name == name)
    }
}

impl Container<'_> {
    fn essential(&self) -> bool {
        self.node.get("essential").and_then(Node::as_bool).unwrap_or(true)
    }

    /// The items of a list with their pointers.
    fn list(&self, key: &str) -> impl Iterator<Item = (String, &Node)> {
        let pointer = child(&self.pointer, key);
        self.node
            .items(key)
            .iter()
            .enumerate()
            .map(move |(index, item)| (child(&pointer, &index.to_string()), item))
    }
}

/// `[A-Za-z0-9_-]{1,255}`: families, containers, volumes.
fn is_name(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// Reports the number `key` of `node` when it lies outside `low..=high`.
fn bounds(
    node: &Node,
    pointer: &str,
    key: &str,
    (low, high): (i64, i64),
    rule: &'static str,
    findings: &mut Findings,
) {
    if let (Some(number), Some(value)) = (node.int(key), node.get(key))
        && !(low..=high).contains(&number)
    {
        findings.add(
            rule,
            value.at,
            child(pointer, key),
            format!("{key} is {number}; allowed {low} to {high}"),
        );
    }
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
