//! Log configuration of the containers.

use super::Task;
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::node::{Node, child};

/// Where tasks may run, what that is called, and the drivers that it offers; EC2 and ECS Anywhere offer all of the model's
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html>, 2026-11).
const OFFERED: [(&str, &str, &[&str]); 2] = [
    ("FARGATE", "Fargate", &["awslogs", "splunk", "awsfirelens"]),
    ("MANAGED_INSTANCES", "Managed Instances", &["awslogs", "splunk", "awsfirelens", "json-file"]),
];

/// Options of awslogs: ECS's own
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html>, 2026-11) and those that the driver has besides
/// (<https://docs.docker.com/engine/logging/drivers/awslogs/>, 2026-11). ECS says "Log driver awslogs disallows options" to others.
const AWSLOGS_OPTIONS: [&str; 15] = [
    "awslogs-create-group",
    "awslogs-region",
    "awslogs-group",
    "awslogs-stream-prefix",
    "awslogs-datetime-format",
    "awslogs-multiline-pattern",
    "mode",
    "max-buffer-size",
    "awslogs-stream",
    "awslogs-endpoint",
    "awslogs-credentials-endpoint",
    "awslogs-format",
    "awslogs-force-flush-interval-seconds",
    "awslogs-max-buffered-events",
    "tag",
];
const SPLUNK_NEEDS: [&str; 2] = ["splunk-token", "splunk-url"];

pub fn check(task: &Task<'_>, findings: &mut Findings) {
    let router =
        task.containers.iter().any(|container| container.node.get("firelensConfiguration").is_some());
    for container in &task.containers {
        let Some(log) = container.node.get("logConfiguration") else { continue };
        let pointer = child(&container.pointer, "logConfiguration");
        let Some(driver) = log.text("logDriver") else { continue };
        let at = log.get("logDriver").map_or(log.at, |node| node.at);
        for (compatibility, name, drivers) in OFFERED {
            if task.compatibilities.contains(&compatibility) && !drivers.contains(&driver) {
                let message =
                    format!("{name} does not offer {}; allowed {}", quoted(driver), drivers.join(", "));
                findings.add("TD-LOG", at, child(&pointer, "logDriver"), message);
            }
        }
        match driver {
            "awslogs" => awslogs(task, log, &pointer, findings),
            "splunk" => needs("splunk", &SPLUNK_NEEDS, log, &pointer, findings),
            "awsfirelens" if !router => {
                let message = "awsfirelens needs a container with \"firelensConfiguration\"";
                findings.add("TD-REFERENCE", at, child(&pointer, "logDriver"), message);
            }
            _ => {}
        }
    }
}

/// Reports options that a driver cannot do without; a secret may hold one.
fn needs(driver: &str, keys: &[&str], log: &Node, pointer: &str, findings: &mut Findings) {
    let options = log.get("options");
    for key in keys {
        let node = options.and_then(|options| options.get(key));
        let secret = log.items("secretOptions").iter().any(|option| option.text("name") == Some(key));
        if !secret && node.is_none_or(|node| node.as_str() == Some("")) {
            let at = node.or(options).unwrap_or(log).at;
            findings.add(
                "TD-LOG",
                at,
                child(&child(pointer, "options"), key),
                format!("{driver} needs {key:?}"),
            );
        }
    }
}

fn awslogs(task: &Task<'_>, log: &Node, pointer: &str, findings: &mut Findings) {
    let mut needed = vec!["awslogs-group", "awslogs-region"];
    if task.fargate {
        needed.push("awslogs-stream-prefix");
    }
    needs("awslogs", &needed, log, pointer, findings);
    let Some(members) = log.get("options").and_then(Node::as_object) else { return };
    let pointer = child(pointer, "options");
    for (key, member) in members {
        let node = &member.node;
        let text = node.as_str().unwrap_or_default();
        let (at, message) = match key.as_str() {
            "awslogs-group" if !text.is_empty() && !is_log_group(text) => {
                (node.at, "a log group takes up to 512 letters, digits and .-_/#".to_owned())
            }
            "awslogs-create-group" if text != "true" => (
                node.at,
                format!("ECS takes \"true\" here and nothing else, not {}; leave it out", quoted(text)),
            ),
            "mode" if !matches!(text, "blocking" | "non-blocking") => {
                (node.at, format!("{} is neither blocking nor non-blocking", quoted(text)))
            }
            "awslogs-multiline-pattern" if members.contains_key("awslogs-datetime-format") => (
                member.key_at,
                "not beside awslogs-datetime-format; one of both says where a message begins".to_owned(),
            ),
            known if AWSLOGS_OPTIONS.contains(&known) => continue,
            _ => (member.key_at, format!("awslogs has no option {}", quoted(key))),
        };
        findings.add("TD-LOG", at, child(&pointer, key), message);
    }
}

fn is_log_group(name: &str) -> bool {
    name.len() <= 512 && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_/#".contains(c))
}
