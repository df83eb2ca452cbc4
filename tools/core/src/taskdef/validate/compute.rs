//! On what the tasks run: platform, isolation, proxy, devices.

use super::{Container, Task};
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::node::{Node, child};

/// Operating systems of Fargate
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html>, 2026-11).
const FARGATE_SYSTEMS: [&str; 5] = [
    "LINUX",
    "WINDOWS_SERVER_2019_FULL",
    "WINDOWS_SERVER_2019_CORE",
    "WINDOWS_SERVER_2022_FULL",
    "WINDOWS_SERVER_2022_CORE",
];
/// Properties that App Mesh's proxy must have a value for; the `EgressIgnored…` ones may be empty
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html>, 2026-11).
const PROXY_PROPERTIES: [&str; 3] = ["AppPorts", "ProxyIngressPort", "ProxyEgressPort"];

pub fn check(task: &Task<'_>, findings: &mut Findings) {
    platform(task, findings);
    trusted_execution(task, findings);
    if let Some(proxy) = task.node.get("proxyConfiguration") {
        check_proxy(task, proxy, findings);
    }
    let mut neuron = None;
    for container in &task.containers {
        for (pointer, requirement) in container.list("resourceRequirements") {
            if let Err((key, message)) = check_device(task, requirement) {
                let at = requirement.get(key).unwrap_or(requirement).at;
                findings.add("TD-RESOURCE", at, child(&pointer, key), message);
            } else if requirement.text("type") == Some("NeuronDevice")
                && neuron.replace(container.name).is_some()
            {
                let message = "only one container of a task can have Neuron devices";
                findings.add("TD-RESOURCE", requirement.at, pointer, message);
            }
        }
    }
}

fn platform(task: &Task<'_>, findings: &mut Findings) {
    for key in ["pidMode", "ipcMode"] {
        // What Fargate forbids whatever the system is said there.
        let said = |node: &&Node| task.fargate && (key == "ipcMode" || node.as_str() == Some("host"));
        if let Some(node) = task.node.get(key).filter(|node| task.windows && !said(node)) {
            let message = format!("Windows does not support {key}");
            findings.add("TD-WINDOWS-FORBIDDEN", node.at, child("", key), message);
        }
    }
    // The same list as AWS Batch states for its jobs on Fargate
    // (<https://docs.aws.amazon.com/batch/latest/APIReference/API_RuntimePlatform.html>, 2026-11).
    for (index, volume) in task.node.items("volumes").iter().enumerate() {
        if let Some(efs) = volume.get("efsVolumeConfiguration").filter(|_| task.windows && task.fargate) {
            let pointer = format!("/volumes/{index}/efsVolumeConfiguration");
            let message = "Windows containers on Fargate cannot mount EFS file systems";
            findings.add("TD-WINDOWS-FORBIDDEN", efs.at, pointer, message);
        }
    }
    let Some(platform) = task.node.get("runtimePlatform") else { return };
    if task.windows && platform.text("cpuArchitecture") == Some("ARM64") {
        findings.add("TD-PLATFORM", platform.at, "/runtimePlatform", "ARM64 is offered for Linux only");
    }
    let family = platform.text("operatingSystemFamily").unwrap_or("LINUX");
    if task.fargate && !FARGATE_SYSTEMS.contains(&family) {
        let message = format!("Fargate does not run {}", quoted(family));
        findings.add("TD-PLATFORM", platform.at, "/runtimePlatform", message);
    }
}

fn trusted_execution(task: &Task<'_>, findings: &mut Findings) {
    let Some(config) = task.node.get("trustedExecutionConfiguration") else { return };
    let pointer = "/trustedExecutionConfiguration";
    let others = task.compatibilities.iter().any(|name| *name != "MANAGED_INSTANCES");
    if others || task.compatibilities.is_empty() {
        let message = "trusted execution needs \"requiresCompatibilities\": [\"MANAGED_INSTANCES\"]";
        findings.add("TD-TRUSTED-EXECUTION", config.at, pointer, message);
    }
    let confidential = config.text("isolationMode") == Some("CONFIDENTIAL_SANDBOX");
    let policy = config.get("attestationPolicy");
    let message = match (confidential, policy) {
        (true, None) => "CONFIDENTIAL_SANDBOX needs an attestationPolicy",
        (false, Some(_)) => "only CONFIDENTIAL_SANDBOX takes an attestationPolicy",
        _ => return,
    };
    let at = policy.unwrap_or(config).at;
    findings.add("TD-TRUSTED-EXECUTION", at, child(pointer, "attestationPolicy"), message);
}

fn check_proxy(task: &Task<'_>, proxy: &Node, findings: &mut Findings) {
    let pointer = "/proxyConfiguration";
    if task.network_mode != "awsvpc" {
        findings.add("TD-PROXY", proxy.at, pointer, "a proxy needs \"networkMode\": \"awsvpc\"");
    }
    if let Some(node) = proxy.get("containerName")
        && let Some(name) = node.as_str()
        && task.container(name).is_none()
    {
        let message = format!("there is no container {}", quoted(name));
        findings.add("TD-REFERENCE", node.at, child(pointer, "containerName"), message);
    }
    let value = |wanted: &str| {
        let mut all = proxy.items("properties").iter();
        all.find(|item| item.text("name") == Some(wanted))
            .and_then(|item| item.text("value"))
            .unwrap_or_default()
    };
    let mut missing: Vec<&str> = PROXY_PROPERTIES.into_iter().filter(|name| value(name).is_empty()).collect();
    if value("IgnoredUID").is_empty() && value("IgnoredGID").is_empty() {
        missing.push("IgnoredUID or IgnoredGID");
    }
    if !missing.is_empty() {
        let at = proxy.get("properties").unwrap_or(proxy).at;
        let message = format!("the proxy needs {}", missing.join(", "));
        findings.add("TD-PROXY", at, child(pointer, "properties"), message);
    }
}

/// What each type of `resourceRequirements` takes
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html>, 2026-11).
fn check_device(task: &Task<'_>, requirement: &Node) -> Result<(), (&'static str, String)> {
    let value = requirement.text("value");
    let refuse = |message: &str| Err(("value", message.to_owned()));
    match requirement.text("type") {
        Some("GPU") => match value {
            None if requirement.get("sharingStrategy").is_some() => Ok(()),
            Some("ALL") => Ok(()),
            Some(text) if text.parse::<u32>().is_ok_and(|number| number > 0) => Ok(()),
            _ => refuse("a GPU requirement takes a number of GPUs, ALL, or a sharingStrategy instead"),
        },
        Some("NeuronDevice") if task.compatibilities.iter().any(|name| *name != "MANAGED_INSTANCES") => {
            Err(("type", "Neuron devices are offered on Managed Instances only".to_owned()))
        }
        Some("NeuronDevice") if value != Some("ALL") => refuse("a Neuron requirement takes ALL"),
        Some("InferenceAccelerator") => {
            let mut devices = task.node.items("inferenceAccelerators").iter();
            match value {
                Some(name) if devices.any(|device| device.text("deviceName") == Some(name)) => Ok(()),
                _ => refuse("must name a deviceName of \"inferenceAccelerators\""),
            }
        }
        _ => Ok(()),
    }
}

/// Capabilities that Docker knows
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html>, 2026-11).
const CAPABILITIES: [&str; 38] = [
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "SYSLOG",
    "WAKE_ALARM",
];

/// Linux parameters that hold everywhere; what Fargate forbids besides is in `fargate`.
pub fn linux(task: &Task<'_>, container: &Container<'_>, findings: &mut Findings) {
    let Some(linux) = container.node.get("linuxParameters") else { return };
    let pointer = child(&container.pointer, "linuxParameters");
    super::bounds(linux, &pointer, "swappiness", (0, 100), "TD-LINUX", findings);
    // Fargate forbids both.
    if let (Some(swappiness), None, false) = (linux.get("swappiness"), linux.get("maxSwap"), task.fargate) {
        let message = "swappiness does nothing without maxSwap";
        findings.add("TD-IGNORED", swappiness.at, child(&pointer, "swappiness"), message);
    }
    let Some(capabilities) = linux.get("capabilities") else { return };
    for list in ["add", "drop"] {
        for (index, item) in capabilities.items(list).iter().enumerate() {
            if let Some(name) = item.as_str().filter(|name| !CAPABILITIES.contains(name)) {
                let message = format!("{} is not a capability", quoted(name));
                findings.add("TD-LINUX", item.at, format!("{pointer}/capabilities/{list}/{index}"), message);
            }
        }
    }
}
