//! What only Fargate asks for or forbids.

use serde::Deserialize;

use super::{Container, Task};
use crate::taskdef::finding::Findings;
use crate::taskdef::image::ImageRef;
use crate::taskdef::node::{Node, child};
use crate::taskdef::normalise::{cpu_units, memory_mib};

#[derive(Deserialize)]
struct Table {
    sizes: Vec<Size>,
}

#[derive(Deserialize)]
struct Size {
    cpu: i64,
    memory: Vec<Span>,
    linux_only: bool,
}

#[derive(Deserialize)]
struct Span {
    from: i64,
    to: i64,
    step: i64,
}

impl Size {
    fn offers(&self, memory: i64) -> bool {
        self.memory
            .iter()
            .any(|span| (span.from..=span.to).contains(&memory) && (memory - span.from) % span.step == 0)
    }

    fn list(&self) -> String {
        let span = |span: &Span| match (span.to - span.from) / span.step {
            0 => span.from.to_string(),
            1..=3 => (0..=(span.to - span.from) / span.step)
                .map(|n| (span.from + n * span.step).to_string())
                .collect::<Vec<_>>()
                .join(", "),
            _ => format!("{} to {} in steps of {}", span.from, span.to, span.step),
        };
        self.memory.iter().map(span).collect::<Vec<_>>().join(", ")
    }
}

pub fn check(task: &Task<'_>, findings: &mut Findings) {
    execution_role(task, findings);
    if !task.fargate {
        return;
    }
    size(task, findings);
    if task.network_mode != "awsvpc" {
        let at = task.node.get("networkMode").map_or(task.node.at, |node| node.at);
        findings.add("TD-FARGATE-NETWORK", at, "/networkMode", "Fargate needs \"networkMode\": \"awsvpc\"");
    }
    if let Some(storage) = task.node.get("ephemeralStorage") {
        super::bounds(storage, "/ephemeralStorage", "sizeInGiB", (21, 200), "TD-EPHEMERAL", findings);
    }
    for key in ["ipcMode", "inferenceAccelerators"] {
        forbid(task.node, "", key, findings);
    }
    if let Some(mode) = task.node.get("pidMode")
        && mode.as_str() == Some("host")
    {
        findings.add("TD-FARGATE-FORBIDDEN", mode.at, "/pidMode", "Fargate does not support pidMode host");
    }
    for (index, volume) in task.node.items("volumes").iter().enumerate() {
        let pointer = format!("/volumes/{index}");
        forbid(volume, &pointer, "dockerVolumeConfiguration", findings);
        if let Some(host) = volume.get("host") {
            forbid(host, &child(&pointer, "host"), "sourcePath", findings);
        }
    }
    task.containers.iter().for_each(|container| container_limits(container, findings));
}

fn size(task: &Task<'_>, findings: &mut Findings) {
    let (cpu, memory) = (task.node.get("cpu"), task.node.get("memory"));
    for (key, node) in [("cpu", cpu), ("memory", memory)] {
        if node.is_none() {
            findings.add(
                "TD-FARGATE-SIZE",
                task.node.at,
                child("", key),
                format!("Fargate needs {key:?} for the task"),
            );
        }
    }
    let Some((cpu, memory)) = cpu.zip(memory) else { return };
    let Some((cpu_text, memory_text)) = cpu.as_str().zip(memory.as_str()) else { return };
    let Ok(table) = serde_json::from_str::<Table>(include_str!("../../../data/fargate-sizes.json")) else {
        return;
    };
    let Some(size) = cpu_units(cpu_text).and_then(|units| table.sizes.iter().find(|size| size.cpu == units))
    else {
        let offered: Vec<String> = table.sizes.iter().map(|size| size.cpu.to_string()).collect();
        findings.add(
            "TD-FARGATE-SIZE",
            cpu.at,
            "/cpu",
            format!("{cpu_text:?} is not offered; allowed {}", offered.join(", ")),
        );
        return;
    };
    if size.linux_only && task.windows {
        findings.add(
            "TD-FARGATE-SIZE",
            cpu.at,
            "/cpu",
            format!("cpu {} is offered for Linux only", size.cpu),
        );
    }
    if let Some(mib) = memory_mib(memory_text)
        && !size.offers(mib)
    {
        let message = format!("{mib} MiB is not available with cpu {}; allowed {}", size.cpu, size.list());
        findings.add("TD-FARGATE-SIZE", memory.at, "/memory", message);
    }
}

/// The execution role pulls from ECR and writes logs on Fargate, and reads secrets everywhere.
fn execution_role(task: &Task<'_>, findings: &mut Findings) {
    if task.node.get("executionRoleArn").is_some() {
        return;
    }
    for container in &task.containers {
        let log = container.node.get("logConfiguration");
        let from_ecr =
            container.node.text("image").and_then(|image| image.parse::<ImageRef>().ok()?.ecr()).is_some();
        let reason = if let Some(secrets) =
            container.node.get("secrets").filter(|_| !container.node.items("secrets").is_empty())
        {
            Some((
                secrets.at,
                "secrets",
                "container secrets are read with \"executionRoleArn\", which is missing",
            ))
        } else if let Some(secrets) = log.and_then(|log| log.get("secretOptions")) {
            Some((
                secrets.at,
                "logConfiguration/secretOptions",
                "log secrets are read with \"executionRoleArn\", which is missing",
            ))
        } else if let Some(log) = log.filter(|log| task.fargate && log.text("logDriver") == Some("awslogs")) {
            Some((log.at, "logConfiguration", "awslogs on Fargate needs \"executionRoleArn\""))
        } else {
            let image = container.node.get("image").filter(|_| task.fargate && from_ecr);
            image.map(|image| (image.at, "image", "pulling from ECR on Fargate needs \"executionRoleArn\""))
        };
        if let Some((at, key, message)) = reason {
            findings.add("TD-EXECUTION-ROLE", at, format!("{}/{key}", container.pointer), message);
        }
    }
}

fn container_limits(container: &Container<'_>, findings: &mut Findings) {
    let (node, pointer) = (container.node, &container.pointer);
    for key in ["links", "dockerSecurityOptions"] {
        forbid(node, pointer, key, findings);
    }
    if let Some(privileged) = node.get("privileged")
        && privileged.as_bool() == Some(true)
    {
        findings.add(
            "TD-FARGATE-FORBIDDEN",
            privileged.at,
            child(pointer, "privileged"),
            "Fargate does not run privileged containers",
        );
    }
    for key in ["startTimeout", "stopTimeout"] {
        super::bounds(node, pointer, key, (2, 120), "TD-TIMEOUT", findings);
    }
    for (at, item) in container.list("resourceRequirements") {
        if item.text("type") == Some("GPU") {
            findings.add("TD-FARGATE-FORBIDDEN", item.at, at, "Fargate has no GPUs");
        }
    }
    if let Some(linux) = node.get("linuxParameters") {
        let pointer = child(pointer, "linuxParameters");
        for key in ["devices", "sharedMemorySize", "maxSwap", "swappiness"] {
            forbid(linux, &pointer, key, findings);
        }
        let capabilities =
            linux.get("capabilities").map_or(&[] as &[Node], |capabilities| capabilities.items("add"));
        for (index, capability) in capabilities.iter().enumerate() {
            if capability.as_str() != Some("SYS_PTRACE") {
                let at = format!("{pointer}/capabilities/add/{index}");
                findings.add(
                    "TD-FARGATE-FORBIDDEN",
                    capability.at,
                    at,
                    "Fargate adds no capability but SYS_PTRACE",
                );
            }
        }
    }
}

fn forbid(node: &Node, pointer: &str, key: &str, findings: &mut Findings) {
    let Some(member) = node.as_object().and_then(|members| members.get(key)) else { return };
    if member.node.as_array().is_some_and(Vec::is_empty) {
        return;
    }
    findings.add(
        "TD-FARGATE-FORBIDDEN",
        member.key_at,
        child(pointer, key),
        format!("Fargate does not support {key}"),
    );
}
