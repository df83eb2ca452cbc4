//! Single containers: identity, image, memory, health check, mounts.

use super::{Container, Policy, Task, bounds, is_name};
use crate::taskdef::finding::Findings;
use crate::taskdef::image::ImageRef;
use crate::taskdef::node::{Node, child};
use crate::taskdef::normalise::{cpu_units, memory_mib};

/// Least memory of a container, MiB
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>, 2026-11).
const MIN_MEMORY_MIB: i64 = 6;
const MAX_IGNORED_EXIT_CODES: usize = 50;

pub fn check(task: &Task<'_>, policy: &Policy, findings: &mut Findings) {
    for container in &task.containers {
        identity(container, policy, findings);
        memory(task, container, findings);
        health_check(container, findings);
        mounts(task, container, findings);
        restart(container, findings);
        forbidden(task, container, findings);
        for (pointer, limit) in container.list("ulimits") {
            if let (Some(soft), Some(hard)) = (limit.int("softLimit"), limit.int("hardLimit"))
                && soft > hard
            {
                findings.add(
                    "TD-ULIMIT",
                    limit.at,
                    pointer,
                    format!("the soft limit {soft} is above the hard limit {hard}"),
                );
            }
        }
    }
    let sum: i64 = task.containers.iter().filter_map(|container| container.node.int("cpu")).sum();
    if let Some(cpu) = task.node.get("cpu")
        && let Some(units) = cpu.as_str().and_then(cpu_units)
        && sum > units
    {
        findings.add(
            "TD-CONTAINER-CPU",
            cpu.at,
            "/cpu",
            format!("the containers ask for {sum} CPU units, the task has {units}"),
        );
    }
}

fn identity(container: &Container<'_>, policy: &Policy, findings: &mut Findings) {
    for key in ["name", "image"] {
        let node = container.node.get(key);
        if node.is_none_or(|node| node.as_str() == Some("")) {
            let at = node.map_or(container.node.at, |node| node.at);
            findings.add(
                "TD-CONTAINER-INCOMPLETE",
                at,
                child(&container.pointer, key),
                format!("every container needs {key:?}"),
            );
        }
    }
    if let Some(name) = container.node.get("name")
        && name.as_str().is_some_and(|text| !text.is_empty() && !is_name(text))
    {
        let message = "a container's name takes 1 to 255 letters, digits, '_' and '-'";
        findings.add("TD-NAME", name.at, child(&container.pointer, "name"), message);
    }
    if let Some(image) = container.node.get("image")
        && let Some(text) = image.as_str().filter(|text| !text.is_empty())
        && !policy.placeholder_images.iter().any(|placeholder| placeholder == text)
        && let Err(error) = text.parse::<ImageRef>()
    {
        findings.add(
            "TD-IMAGE",
            image.at,
            child(&container.pointer, "image"),
            format!("{text:?} is not an image: {error}"),
        );
    }
}

fn memory(task: &Task<'_>, container: &Container<'_>, findings: &mut Findings) {
    let (hard, soft) = (container.node.get("memory"), container.node.get("memoryReservation"));
    let task_memory = task.node.text("memory").and_then(memory_mib);
    let mut report = |node: &Node, key: &str, message: String| {
        findings.add("TD-MEMORY", node.at, child(&container.pointer, key), message);
    };
    for (key, node) in [("memory", hard), ("memoryReservation", soft)] {
        let Some((node, mib)) = node.and_then(|node| Some((node, node.as_i64()?))) else { continue };
        if mib < MIN_MEMORY_MIB {
            report(node, key, format!("{mib} MiB; a container needs at least {MIN_MEMORY_MIB}"));
        }
        if let Some(most) = task_memory.filter(|most| mib > *most) {
            report(node, key, format!("{mib} MiB is more than the task's {most}"));
        }
    }
    match (hard, soft) {
        (Some(hard), Some(soft)) => {
            if let Some((limit, reserved)) = hard.as_i64().zip(soft.as_i64())
                && limit <= reserved
            {
                report(
                    soft,
                    "memoryReservation",
                    format!("the reservation {reserved} must be below the limit {limit}"),
                );
            }
        }
        (None, None) if task.node.get("memory").is_none() => {
            let message =
                "at least one of \"memory\" or \"memoryReservation\" is needed, because the task has none";
            report(container.node, "memory", message.to_owned());
        }
        _ => {}
    }
}

fn health_check(container: &Container<'_>, findings: &mut Findings) {
    let Some(check) = container.node.get("healthCheck") else { return };
    let pointer = child(&container.pointer, "healthCheck");
    if let Some(command) = check.get("command") {
        let words = check.items("command");
        let first = words.first().and_then(Node::as_str);
        if command.as_array().is_some() && (!matches!(first, Some("CMD" | "CMD-SHELL")) || words.len() < 2) {
            let message = "the command begins with CMD or CMD-SHELL, followed by what is run";
            findings.add("TD-HEALTH-CHECK", command.at, child(&pointer, "command"), message);
        }
    }
    for (key, limits) in
        [("interval", (5, 300)), ("timeout", (2, 60)), ("retries", (1, 10)), ("startPeriod", (0, 300))]
    {
        bounds(check, &pointer, key, limits, "TD-HEALTH-CHECK", findings);
    }
}

fn mounts(task: &Task<'_>, container: &Container<'_>, findings: &mut Findings) {
    for (pointer, mount) in container.list("mountPoints") {
        if let Some(node) = mount.get("sourceVolume")
            && let Some(name) = node.as_str()
            && !task.node.items("volumes").iter().any(|volume| volume.text("name") == Some(name))
        {
            findings.add(
                "TD-REFERENCE",
                node.at,
                child(&pointer, "sourceVolume"),
                format!("there is no volume {name:?}"),
            );
        }
    }
    for (pointer, from) in container.list("volumesFrom") {
        if let Some(node) = from.get("sourceContainer")
            && let Some(name) = node.as_str()
            && task.container(name).is_none()
        {
            findings.add(
                "TD-REFERENCE",
                node.at,
                child(&pointer, "sourceContainer"),
                format!("there is no container {name:?}"),
            );
        }
    }
}

fn restart(container: &Container<'_>, findings: &mut Findings) {
    let Some(policy) = container.node.get("restartPolicy") else { return };
    let pointer = child(&container.pointer, "restartPolicy");
    bounds(policy, &pointer, "restartAttemptPeriod", (60, 1800), "TD-RESTART", findings);
    let codes = policy.items("ignoredExitCodes").len();
    if let Some(list) = policy.get("ignoredExitCodes")
        && codes > MAX_IGNORED_EXIT_CODES
    {
        let message = format!("{codes} exit codes; allowed {MAX_IGNORED_EXIT_CODES}");
        findings.add("TD-RESTART", list.at, child(&pointer, "ignoredExitCodes"), message);
    }
}

fn forbidden(task: &Task<'_>, container: &Container<'_>, findings: &mut Findings) {
    let awsvpc: &[&str] =
        if task.network_mode == "awsvpc" { &["hostname", "links", "extraHosts"] } else { &[] };
    let windows: &[&str] = &[
        "linuxParameters",
        "user",
        "privileged",
        "readonlyRootFilesystem",
        "ulimits",
        "dnsServers",
        "dnsSearchDomains",
        "extraHosts",
        "links",
        "disableNetworking",
    ];
    let windows = if task.windows { windows } else { &[] };
    let lists = [
        ("TD-AWSVPC-FORBIDDEN", "network mode awsvpc", awsvpc),
        ("TD-WINDOWS-FORBIDDEN", "Windows", windows),
    ];
    for (rule, what, keys) in lists {
        for key in keys {
            let Some(member) = container.node.as_object().and_then(|members| members.get(*key)) else {
                continue;
            };
            if !member.node.as_array().is_some_and(Vec::is_empty) {
                findings.add(
                    rule,
                    member.key_at,
                    child(&container.pointer, key),
                    format!("{what} does not support {key}"),
                );
            }
        }
    }
}
