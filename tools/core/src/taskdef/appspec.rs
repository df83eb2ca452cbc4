//! The AppSpec of an ECS deployment, read as CodeDeploy reads it and written in one canonical form.
//!
//! Keys are accepted in any case. Container and port are taken from the task definition when it leaves no choice, and compared with it
//! otherwise. Form: <https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html> (2026-11).

mod emit;
mod hooks;
mod keys;
mod network;
mod platform;
mod target;

use serde_json::{Value as Json, json};

use super::finding::Findings;
use super::node::{Node, Place, Value, child};
use hooks::hooks;
use keys::canonical;
use network::optional;
pub use platform::names_fargate;
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
    /// Where the container is named, or would be.
    pub target_at: (Place, String),
    /// In the order in which they run.
    pub hooks: Vec<Hook>,
    document: Json,
}

/// One lifecycle hook and the Lambda function that it asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Hook {
    pub name: &'static str,
    pub function: String,
    pub at: Place,
    pub pointer: String,
}

/// Who puts the new revision into the AppSpec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// CodePipeline, where `<TASK_DEFINITION>` stands.
    #[default]
    Pipeline,
    /// Nobody else: an ARN with its revision may stand there.
    Direct,
}

impl AppSpec {
    /// The canonical file.
    pub fn to_yaml(&self) -> String {
        emit::document(&self.document)
    }
}

/// Reads a filled AppSpec and compares it with the task definition. None when a finding was added that leaves no usable AppSpec.
pub fn read(node: &Node, definition: &Node, mode: Mode, findings: &mut Findings) -> Option<AppSpec> {
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
    let revision = task_definition(&properties, &pointer, mode, findings);
    let target = target(&properties, definition, &pointer, findings);
    let mut written = json!({"TaskDefinition": revision});
    if let (Some((container, port)), Some(members)) = (&target, written.as_object_mut()) {
        members.insert("LoadBalancerInfo".into(), json!({"ContainerName": container, "ContainerPort": port}));
        optional(&properties, &pointer, members, findings);
    }
    let mut of_platform = Findings::default();
    platform::check(&properties, definition, &pointer, &mut of_platform);
    let hooks = hooks(&root, findings);
    // What speaks against a platform version leaves an AppSpec that can be written.
    let readable = findings.as_slice().len() == before
        && of_platform.as_slice().iter().all(|finding| finding.rule == "AS-PLATFORM");
    findings.extend(of_platform);
    let (container, port) = target.filter(|_| readable)?;
    let mut document = json!({"Resources": [{name: {"Type": SERVICE, "Properties": written}}]});
    if let (false, Some(members)) = (hooks.is_empty(), document.as_object_mut()) {
        members.insert("Hooks".into(), hooks.iter().map(|hook| json!({hook.name: hook.function})).collect());
    }
    let balancer = properties.get("LoadBalancerInfo");
    let target_at = (balancer.unwrap_or(&properties).at, child(&pointer, "LoadBalancerInfo"));
    Some(AppSpec { container, port, target_at, hooks, document })
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

/// What is written as `TaskDefinition`.
fn task_definition(properties: &Node, pointer: &str, mode: Mode, findings: &mut Findings) -> String {
    let Some(node) = properties.get("TaskDefinition") else { return TASK_DEFINITION.to_owned() };
    let text = node.as_str().unwrap_or_default();
    let problem = match mode {
        _ if text == TASK_DEFINITION => None,
        Mode::Direct if is_revision_arn(text) => None,
        Mode::Direct => Some("must be the ARN of a task definition with its revision, or <TASK_DEFINITION>"),
        Mode::Pipeline => Some(
            "must be <TASK_DEFINITION>: CodePipeline puts the new revision there, a fixed one would be deployed again",
        ),
    };
    if let Some(message) = problem {
        findings.add("AS-TASKDEF", node.at, child(pointer, "TaskDefinition"), message);
    }
    text.to_owned()
}

fn is_revision_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "ecs", region, account, family, revision] => {
            partition.starts_with("aws")
                && !region.is_empty()
                && account.len() == 12
                && family.starts_with("task-definition/")
                && revision.parse::<u32>().is_ok_and(|number| number > 0)
        }
        _ => false,
    }
}

#[cfg(test)]
#[path = "appspec_tests.rs"]
mod tests;
