//! What only Fargate asks for or forbids.

use super::{Container, Task};
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::image::ImageRef;
use crate::taskdef::node::{Node, child};
use crate::taskdef::normalise::{cpu_units, memory_mib};
use crate::taskdef::sizes::{Size, Sizes};

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
        forbid(volume, &pointer, "fsxWindowsFileServerVolumeConfiguration", findings);
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
    let Ok(table) = Sizes::bundled() else { return };
    let offered: Vec<&Size> = table.sizes.iter().chain(&task.policy.fargate_sizes).collect();
    let rows: Vec<&Size> = match cpu_units(cpu_text) {
        Some(units) => offered.iter().copied().filter(|size| size.cpu == units).collect(),
        None => Vec::new(),
    };
    let Some(size) = rows.first() else {
        let list = offered.iter().map(|size| size.cpu.to_string()).collect::<Vec<_>>().join(", ");
        let message = format!("{} is not offered; allowed {list}", quoted(cpu_text));
        findings.add("TD-FARGATE-SIZE", cpu.at, "/cpu", message);
        return;
    };
    if task.windows && rows.iter().all(|size| size.linux_only) {
        let message = format!("cpu {} is offered for Linux only", size.cpu);
        findings.add("TD-FARGATE-SIZE", cpu.at, "/cpu", message);
    }
    if let Some(mib) = memory_mib(memory_text)
        && !rows.iter().any(|size| size.offers(mib))
    {
        let list = rows.iter().map(|size| size.list()).collect::<Vec<_>>().join(", ");
        let message = format!("{mib} MiB is not available with cpu {}; allowed {list}", size.cpu);
        findings.add("TD-FARGATE-SIZE", memory.at, "/memory", message);
    }
}

/// The execution role pulls from ECR and writes logs on Fargate, and reads secrets everywhere
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>, 2026-11).
fn execution_role(task: &Task<'_>, findings: &mut Findings) {
    if task.node.get("executionRoleArn").is_some() {
        return;
    }
    for container in &task.containers {
        let Some((at, key, what)) = needs_execution_role(task, container) else { continue };
        let message = format!("{what} \"executionRoleArn\", which is missing");
        findings.add("TD-EXECUTION-ROLE", at.at, format!("{}/{key}", container.pointer), message);
    }
}

/// The first thing of a container for which ECS uses the execution role: where, its key, and what it does.
fn needs_execution_role<'a>(
    task: &Task<'_>,
    container: &Container<'a>,
) -> Option<(&'a Node, &'static str, &'static str)> {
    let list = |key: &str| container.node.get(key).filter(|_| !container.node.items(key).is_empty());
    let log = container.node.get("logConfiguration");
    if let Some(secrets) = list("secrets") {
        return Some((secrets, "secrets", "container secrets are read with"));
    }
    if let Some(options) = log
        .and_then(|log| log.get("secretOptions"))
        .filter(|node| node.as_array().is_none_or(|all| !all.is_empty()))
    {
        return Some((options, "logConfiguration/secretOptions", "log secrets are read with"));
    }
    if let Some(credentials) = container.node.get("repositoryCredentials") {
        return Some((credentials, "repositoryCredentials", "the registry's credentials are read with"));
    }
    if let Some(files) = list("environmentFiles") {
        return Some((files, "environmentFiles", "environment files are read with"));
    }
    if let Some(log) = log.filter(|log| task.fargate && log.text("logDriver") == Some("awslogs")) {
        return Some((log, "logConfiguration", "awslogs on Fargate needs"));
    }
    let image = container.node.get("image").filter(|_| task.fargate)?;
    let from_ecr = image.as_str()?.parse::<ImageRef>().ok()?.ecr().is_some();
    from_ecr.then_some((image, "image", "pulling from ECR on Fargate needs"))
}

fn container_limits(container: &Container<'_>, findings: &mut Findings) {
    let (node, pointer) = (container.node, &container.pointer);
    for key in ["links", "dockerSecurityOptions", "dnsServers", "dnsSearchDomains"] {
        forbid(node, pointer, key, findings);
    }
    let switches = [
        ("privileged", "Fargate does not run privileged containers"),
        ("disableNetworking", "Fargate does not run containers without network"),
    ];
    for (key, message) in switches {
        if let Some(switch) = node.get(key)
            && switch.as_bool() == Some(true)
        {
            findings.add("TD-FARGATE-FORBIDDEN", switch.at, child(pointer, key), message);
        }
    }
    for key in ["startTimeout", "stopTimeout"] {
        super::bounds(node, pointer, key, (2, 120), "TD-TIMEOUT", findings);
    }
    for (at, item) in container.list("resourceRequirements") {
        // Inference accelerators are refused as a whole, above; Neuron devices have a rule of their own.
        if item.text("type") == Some("GPU") {
            findings.add("TD-FARGATE-FORBIDDEN", item.at, at, "Fargate has no GPUs");
        }
    }
    let options = node.get("firelensConfiguration").and_then(|config| config.get("options"));
    if let Some(kind) = options.and_then(|options| options.get("config-file-type"))
        && kind.as_str() == Some("s3")
    {
        let at = format!("{pointer}/firelensConfiguration/options/config-file-type");
        findings.add(
            "TD-FARGATE-FORBIDDEN",
            kind.at,
            at,
            "Fargate reads FireLens configuration from files only",
        );
    }
    for (at, limit) in container.list("ulimits") {
        if limit.text("name").is_some_and(|name| name != "nofile") {
            findings.add("TD-IGNORED", limit.at, at, "Fargate changes no limit but nofile");
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
