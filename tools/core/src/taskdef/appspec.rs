//! The AppSpec of an ECS deployment, read as CodeDeploy reads it and written in one canonical form.
//!
//! Keys are accepted in any case. Container and port are taken from the task definition when it leaves no choice, and compared with it
//! otherwise. Form: <https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html> (2026-11).

mod emit;
mod hooks;
mod keys;
mod network;
mod target;

use serde_json::{Value as Json, json};

use super::finding::Findings;
use super::node::{Node, Value, child};
use hooks::hooks;
use keys::canonical;
use network::optional;
use target::target;

/// What CodePipeline replaces by the ARN of the revision that it registers.
pub const TASK_DEFINITION: &str = "<TASK_DEFINITION>";
const SERVICE: &str = "AWS::ECS::Service";

/// A checked AppSpec.
#[derive(Debug, Clone, PartialEq)]
pub struct AppSpec {
    /// The container that the load balancer sends traffic to.
    pub container: String,
    pub port: i64,
    document: Json,
}

impl AppSpec {
    /// The canonical file.
    pub fn to_yaml(&self) -> String {
        emit::document(&self.document)
    }
}

/// Reads a filled AppSpec and compares it with the task definition. None when a finding was added that leaves no usable AppSpec.
pub fn read(node: &Node, definition: &Node, findings: &mut Findings) -> Option<AppSpec> {
    let before = findings.as_slice().len();
    let root = canonical(node, "", &["version", "Resources", "Hooks"], findings)?;
    version(&root, findings);
    let (name, service) = resource(&root, findings)?;
    let pointer = child("/Resources/0", &name);
    let service = canonical(&service, &pointer, &["Type", "Properties"], findings)?;
    if service.text("Type") != Some(SERVICE) {
        let at = service.get("Type").map_or(service.at, |node| node.at);
        findings.add("AS-RESOURCE", at, child(&pointer, "Type"), format!("Type must be {SERVICE}"));
    }
    let Some(properties) = service.get("Properties") else {
        findings.add("AS-RESOURCE", service.at, child(&pointer, "Properties"), "Properties are missing");
        return None;
    };
    let pointer = child(&pointer, "Properties");
    let known = [
        "TaskDefinition",
        "LoadBalancerInfo",
        "PlatformVersion",
        "NetworkConfiguration",
        "CapacityProviderStrategy",
    ];
    let properties = canonical(properties, &pointer, &known, findings)?;
    task_definition(&properties, &pointer, findings);
    let target = target(&properties, definition, &pointer, findings);
    let mut written = json!({"TaskDefinition": TASK_DEFINITION});
    if let (Some((container, port)), Some(members)) = (&target, written.as_object_mut()) {
        members.insert("LoadBalancerInfo".into(), json!({"ContainerName": container, "ContainerPort": port}));
        optional(&properties, &pointer, members, findings);
    }
    let hooks = hooks(&root, findings);
    let (container, port) = target?;
    if findings.as_slice().len() > before {
        return None;
    }
    let mut document = json!({"Resources": [{name: {"Type": SERVICE, "Properties": written}}]});
    if let (false, Some(members)) = (hooks.is_empty(), document.as_object_mut()) {
        members.insert("Hooks".into(), Json::Array(hooks));
    }
    Some(AppSpec { container, port, document })
}

fn version(root: &Node, findings: &mut Findings) {
    let node = root.get("version");
    let zero = node.is_some_and(|node| match &node.value {
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text == "0.0",
        _ => false,
    });
    if !zero {
        let at = node.map_or(root.at, |node| node.at);
        findings.add("AS-VERSION", at, "/version", "version must be 0.0");
    }
}

fn resource(root: &Node, findings: &mut Findings) -> Option<(String, Node)> {
    let resources = root.get("Resources");
    let at = resources.map_or(root.at, |node| node.at);
    if let [one] = root.items("Resources")
        && let Some(members) = one.as_object()
        && let (1, Some((name, member))) = (members.len(), members.first())
    {
        return Some((name.clone(), member.node.clone()));
    }
    findings.add("AS-RESOURCE", at, "/Resources", "Resources must be a list with exactly one entry");
    None
}

fn task_definition(properties: &Node, pointer: &str, findings: &mut Findings) {
    if let Some(node) = properties.get("TaskDefinition")
        && node.as_str() != Some(TASK_DEFINITION)
    {
        let message = format!(
            "must be {TASK_DEFINITION}: CodePipeline puts the new revision there, a fixed one would be deployed again"
        );
        findings.add("AS-TASKDEF", node.at, child(pointer, "TaskDefinition"), message);
    }
}

#[cfg(test)]
#[path = "appspec_tests.rs"]
mod tests;
