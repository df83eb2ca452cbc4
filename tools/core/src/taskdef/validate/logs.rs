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
            "awsfirelens" if !router => {
                let message = "awsfirelens needs a container with \"firelensConfiguration\"";
                findings.add("TD-REFERENCE", at, child(&pointer, "logDriver"), message);
            }
            _ => {}
        }
    }
}

fn awslogs(task: &Task<'_>, log: &Node, pointer: &str, findings: &mut Findings) {
    let options = log.get("options");
    let mut needed = vec!["awslogs-group", "awslogs-region"];
    if task.fargate {
        needed.push("awslogs-stream-prefix");
    }
    for key in needed {
        let node = options.and_then(|options| options.get(key));
        if node.is_none_or(|node| node.as_str() == Some("")) {
            let at = node.or(options).unwrap_or(log).at;
            findings.add(
                "TD-LOG",
                at,
                child(&child(pointer, "options"), key),
                format!("awslogs needs {key:?}"),
            );
        }
    }
    if let Some(node) = options.and_then(|options| options.get("awslogs-group"))
        && let Some(name) = node.as_str().filter(|name| !name.is_empty())
        && (name.len() > 512 || !name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_/#".contains(c)))
    {
        let message = "a log group takes up to 512 letters, digits and .-_/#";
        findings.add("TD-LOG", node.at, child(&child(pointer, "options"), "awslogs-group"), message);
    }
}
