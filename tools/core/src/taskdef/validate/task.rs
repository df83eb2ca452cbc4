//! The definition as a whole: names, limits, tags, roles, volumes.

use std::collections::BTreeMap;

use super::{Task, is_name};
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::node::{Node, Place, child};
use crate::taskdef::normalise::{cpu_units, memory_mib};

/// Bytes of compact JSON that ECS takes
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>, 2026-11).
const MAX_SIZE_BYTES: usize = 65_536;
const MAX_CONTAINERS: usize = 10;
const MAX_PLACEMENT_CONSTRAINTS: usize = 10;

pub fn check(task: &Task<'_>, findings: &mut Findings) {
    names(task, findings);
    size(task, findings);
    tags(task, findings);
    amounts(task, findings);
    roles(task.node, findings);
    ignored(task, findings);
    let constraints = task.node.items("placementConstraints").len();
    if let Some(node) = task.node.get("placementConstraints")
        && (constraints > MAX_PLACEMENT_CONSTRAINTS || (task.fargate && constraints > 0))
    {
        let most = if task.fargate { 0 } else { MAX_PLACEMENT_CONSTRAINTS };
        findings.add(
            "TD-PLACEMENT",
            node.at,
            "/placementConstraints",
            format!("{constraints} placement constraints; allowed {most}"),
        );
    }
}

fn names(task: &Task<'_>, findings: &mut Findings) {
    if let Some(family) = task.node.get("family")
        && family.as_str().is_some_and(|text| !is_name(text))
    {
        findings.add("TD-NAME", family.at, "/family", "a family takes 1 to 255 letters, digits, '_' and '-'");
    }
    let count = task.containers.len();
    if let Some(list) = task.node.get("containerDefinitions")
        && list.as_array().is_some()
        && !(1..=MAX_CONTAINERS).contains(&count)
    {
        findings.add(
            "TD-CONTAINERS",
            list.at,
            "/containerDefinitions",
            format!("{count} containers; allowed 1 to {MAX_CONTAINERS}"),
        );
    }
    if count > 0 && !task.containers.iter().any(super::Container::essential) {
        let at = task.node.get("containerDefinitions").map_or(task.node.at, |node| node.at);
        findings.add("TD-ESSENTIAL", at, "/containerDefinitions", "at least one container must be essential");
    }
    let containers = task.node.items("containerDefinitions");
    duplicates(task, containers, "/containerDefinitions", ("name", "container"), findings);
    duplicates(task, task.node.items("volumes"), "/volumes", ("name", "volume"), findings);
}

/// Reports items of a list whose `key` was there before; `what` they are called.
pub fn duplicates(
    task: &Task<'_>,
    items: &[Node],
    pointer: &str,
    (key, what): (&str, &str),
    findings: &mut Findings,
) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let Some(node) = item.get(key) else { continue };
        let Some(name) = node.as_str() else { continue };
        if let Some(first) = seen.get(name) {
            let first = task.policy.elsewhere(*first, node.at);
            let message = format!("the {what} {} is there twice, first on {first}", quoted(name));
            findings.add("TD-DUPLICATE", node.at, format!("{pointer}/{index}/{key}"), message);
        } else {
            seen.insert(name, node.at);
        }
    }
}

fn size(task: &Task<'_>, findings: &mut Findings) {
    let bytes = task.node.to_json().to_string().len();
    if bytes > MAX_SIZE_BYTES {
        findings.add(
            "TD-SIZE",
            task.node.at,
            "",
            format!("{bytes} bytes; at most {MAX_SIZE_BYTES} are allowed"),
        );
    } else if bytes > MAX_SIZE_BYTES / 10 * 9 {
        findings.add("TD-SIZE-NEAR", task.node.at, "", format!("{bytes} of at most {MAX_SIZE_BYTES} bytes"));
    }
}

/// Characters, lengths and the number of tags are in the service model; what is left is what AWS keeps for itself.
fn tags(task: &Task<'_>, findings: &mut Findings) {
    let tags = task.node.items("tags");
    duplicates(task, tags, "/tags", ("key", "tag"), findings);
    for (index, tag) in tags.iter().enumerate() {
        if tag.as_object().is_some() && tag.get("key").is_none() {
            findings.add("TD-TAG", tag.at, format!("/tags/{index}/key"), "a tag needs a key");
        }
        if let Some(node) = tag.get("key")
            && node.as_str().is_some_and(|text| text.to_lowercase().starts_with("aws:"))
        {
            let pointer = format!("/tags/{index}/key");
            findings.add("TD-TAG", node.at, pointer, "keys that begin with aws: belong to AWS");
        }
    }
}

fn amounts(task: &Task<'_>, findings: &mut Findings) {
    if let Some(node) = task.node.get("cpu")
        && let Some(text) = node.as_str()
        && !task.fargate
        && !cpu_units(text).is_some_and(|units| (128..=196_608).contains(&units))
    {
        findings.add(
            "TD-CPU",
            node.at,
            "/cpu",
            format!("{} is not 128 to 196608 CPU units nor a text such as \".5 vCPU\"", quoted(text)),
        );
    }
    if let Some(node) = task.node.get("memory")
        && let Some(text) = node.as_str()
        && memory_mib(text).is_none()
    {
        findings.add(
            "TD-MEMORY",
            node.at,
            "/memory",
            format!("{} is not a number of MiB nor a text such as \"1 GB\"", quoted(text)),
        );
    }
}

fn roles(definition: &Node, findings: &mut Findings) {
    for key in ["executionRoleArn", "taskRoleArn"] {
        let Some(node) = definition.get(key) else { continue };
        let Some(text) = node.as_str() else { continue };
        let short = key == "taskRoleArn" && is_role_name(text);
        if !short && !is_role_arn(text) {
            findings.add(
                "TD-ROLE-ARN",
                node.at,
                child("", key),
                format!("{} is not arn:aws:iam::ACCOUNT:role/NAME", quoted(text)),
            );
        }
    }
}

fn is_role_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
}

fn is_role_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (arn, partition, service, region, account, resource) =
        (next(), next(), next(), next(), next(), next());
    let name = resource.strip_prefix("role/").map(|path| path.rsplit('/').next().unwrap_or_default());
    arn == "arn"
        && partition.starts_with("aws")
        && service == "iam"
        && region.is_empty()
        && account.len() == 12
        && account.chars().all(|c| c.is_ascii_digit())
        && name.is_some_and(is_role_name)
}

/// Settings that ECS takes and that then do nothing.
fn ignored(task: &Task<'_>, findings: &mut Findings) {
    if let (false, Some(storage)) = (task.fargate, task.node.get("ephemeralStorage")) {
        let message =
            "only Fargate has ephemeral storage to enlarge; \"requiresCompatibilities\" does not name it";
        findings.add("TD-IGNORED", storage.at, "/ephemeralStorage", message);
    }
    if task.windows && !task.fargate {
        for key in ["cpu", "memory"] {
            if let Some(node) = task.node.get(key) {
                let message = "ECS ignores cpu and memory of a task with Windows containers; set them for each container";
                findings.add("TD-IGNORED", node.at, child("", key), message);
            }
        }
    }
}
