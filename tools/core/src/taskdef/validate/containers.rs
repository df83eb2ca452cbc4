//! Single containers: identity, image, memory, health check, mounts.

use super::compute::linux;
use super::environment::secret_reference;
use super::{Container, Task, bounds, is_name};
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::image::ImageRef;
use crate::taskdef::node::{Node, child};
use crate::taskdef::normalise::{cpu_units, memory_mib};

/// Least memory of a container, MiB
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>, 2026-11).
const MIN_MEMORY_MIB: i64 = 6;
const MAX_IGNORED_EXIT_CODES: usize = 50;

pub fn check(task: &Task<'_>, findings: &mut Findings) {
    for container in &task.containers {
        identity(task, container, findings);
        memory(task, container, findings);
        health_check(container, findings);
        linux(task, container, findings);
        credentials(container, findings);
        version_consistency(container, findings);
        restart(container, findings);
        forbidden(task, container, findings);
        ulimits(container, findings);
    }
    cpu_sum(task, findings);
    reserved_sum(task, findings);
}

/// Docker's limits; -1 is none (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html>, 2026-11).
fn ulimits(container: &Container<'_>, findings: &mut Findings) {
    let number =
        |limit: &Node, key: &str| Some(if limit.int(key)? == -1 { i64::MAX } else { limit.int(key)? });
    let shown = |limit: i64| if limit == i64::MAX { "unlimited".to_owned() } else { limit.to_string() };
    for (pointer, limit) in container.list("ulimits") {
        if let (Some(soft), Some(hard)) = (number(limit, "softLimit"), number(limit, "hardLimit"))
            && soft > hard
        {
            let message = format!("the soft limit {} is above the hard limit {}", shown(soft), shown(hard));
            findings.add("TD-ULIMIT", limit.at, pointer, message);
        }
    }
}

fn cpu_sum(task: &Task<'_>, findings: &mut Findings) {
    for container in &task.containers {
        if let Some(node) =
            container.node.get("cpu").filter(|node| node.as_i64().is_some_and(|units| units < 0))
        {
            findings.add(
                "TD-CONTAINER-CPU",
                node.at,
                child(&container.pointer, "cpu"),
                "cpu units are not negative",
            );
        }
    }
    let sum =
        task.containers.iter().filter_map(|container| container.node.int("cpu")).fold(0, i64::saturating_add);
    if let Some(cpu) = task.node.get("cpu")
        && let Some(units) = cpu.as_str().and_then(cpu_units)
        && sum > units
    {
        let message = format!("the containers ask for {sum} CPU units, the task has {units}");
        findings.add("TD-CONTAINER-CPU", cpu.at, "/cpu", message);
    }
}

/// Each reservation alone is compared in [`memory`].
fn reserved_sum(task: &Task<'_>, findings: &mut Findings) {
    let reserved: Vec<i64> =
        task.containers.iter().filter_map(|container| container.node.int("memoryReservation")).collect();
    let sum = reserved.iter().copied().fold(0, i64::saturating_add);
    if let Some(memory) = task.node.get("memory")
        && let Some(mib) = memory.as_str().and_then(memory_mib)
        && sum > mib
        && reserved.iter().all(|one| *one <= mib)
    {
        let message = format!("the containers reserve {sum} MiB together, the task has {mib}");
        findings.add("TD-MEMORY", memory.at, "/memory", message);
    }
}

fn identity(task: &Task<'_>, container: &Container<'_>, findings: &mut Findings) {
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
        && !task.policy.placeholder_images.iter().any(|placeholder| placeholder == text)
        && let Err(error) = text.parse::<ImageRef>()
    {
        findings.add(
            "TD-IMAGE",
            image.at,
            child(&container.pointer, "image"),
            format!("{} is not an image: {error}", quoted(text)),
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
                // AWS's pages say "greater than"; ECS takes equal amounts, which many definitions have.
                && limit < reserved
            {
                let message = format!("the reservation {reserved} is above the limit {limit}");
                report(soft, "memoryReservation", message);
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

const MAX_CREDENTIAL_SPECS: usize = 1;

/// Credentials of a private registry, and Active Directory's.
fn credentials(container: &Container<'_>, findings: &mut Findings) {
    if let Some(node) =
        container.node.get("repositoryCredentials").and_then(|node| node.get("credentialsParameter"))
        && let Some(text) = node.as_str()
        && let Err(why) = registry_secret(text)
    {
        let pointer = child(&child(&container.pointer, "repositoryCredentials"), "credentialsParameter");
        findings.add("TD-SECRET-REF", node.at, pointer, format!("{} {why}", quoted(text)));
    }
    let specs = container.node.items("credentialSpecs");
    if let Some(list) = container.node.get("credentialSpecs")
        && specs.len() > MAX_CREDENTIAL_SPECS
    {
        let message = format!("{} credential specs; allowed {MAX_CREDENTIAL_SPECS}", specs.len());
        findings.add("TD-CREDENTIAL-SPEC", list.at, child(&container.pointer, "credentialSpecs"), message);
    }
    for (pointer, spec) in container.list("credentialSpecs") {
        let Some(text) = spec.as_str() else { continue };
        let arn =
            text.strip_prefix("credentialspec:").or_else(|| text.strip_prefix("credentialspecdomainless:"));
        let arn = arn.map(|arn| arn.split(':').collect::<Vec<_>>()).unwrap_or_default();
        if !matches!(arn.as_slice(), ["arn", partition, "ssm" | "s3", _, _, _, ..] if partition.starts_with("aws"))
        {
            let message = "must be credentialspec:ARN or credentialspecdomainless:ARN, with the ARN of an SSM parameter or S3 object";
            findings.add("TD-CREDENTIAL-SPEC", spec.at, pointer, message);
        }
    }
}

/// A Secrets Manager secret by ARN or, in the same region, by name.
fn registry_secret(text: &str) -> Result<(), &'static str> {
    if text.starts_with("arn:") {
        return match text.split(':').nth(2) {
            Some("secretsmanager") => secret_reference(text),
            _ => Err("is not the ARN of a Secrets Manager secret"),
        };
    }
    let fits = (1..=512).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c));
    if fits { Ok(()) } else { Err("is not the name of a Secrets Manager secret") }
}

/// With a digest there is nothing left to resolve: `disabled` beside it suggests an effect that it does not have.
fn version_consistency(container: &Container<'_>, findings: &mut Findings) {
    let pinned = container.node.text("image").is_some_and(|image| image.contains('@'));
    if let Some(node) = container.node.get("versionConsistency")
        && pinned
        && node.as_str() == Some("disabled")
    {
        let message = "the image is named by digest, so there is no tag whose resolution could be disabled";
        findings.add(
            "TD-VERSION-CONSISTENCY",
            node.at,
            child(&container.pointer, "versionConsistency"),
            message,
        );
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
    if matches!(task.network_mode, "host" | "none")
        && let Some(links) = container.node.get("links").filter(|_| !container.node.items("links").is_empty())
    {
        let message = format!("links need network mode bridge, not {}", task.network_mode);
        findings.add("TD-LINKS", links.at, child(&container.pointer, "links"), message);
    }
    for (pointer, link) in container.list("links") {
        let target = link.as_str().map(|text| text.split(':').next().unwrap_or_default());
        if let Some(name) = target.filter(|name| task.container(name).is_none()) {
            let message = format!("there is no container {}", quoted(name));
            findings.add("TD-REFERENCE", link.at, pointer, message);
        }
    }
    let lists = [
        ("TD-AWSVPC-FORBIDDEN", "network mode awsvpc", awsvpc),
        ("TD-WINDOWS-FORBIDDEN", "Windows", windows),
    ];
    for (rule, what, keys) in lists {
        for key in keys {
            let Some(member) = container.node.as_object().and_then(|members| members.get(*key)) else {
                continue;
            };
            let nothing =
                member.node.as_array().is_some_and(Vec::is_empty) || member.node.as_bool() == Some(false);
            if !nothing {
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
