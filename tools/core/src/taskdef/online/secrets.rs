//! What a task reads when it starts: secrets, log groups, roles.

use super::questions::{log_group, secrets};
use super::{Answer, Deployment, Online, RoleFacts, SecretFacts};
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::node::Node;

pub(super) fn judge(definition: &Node, deployment: &Deployment, online: &Online, findings: &mut Findings) {
    for (index, container) in definition.items("containerDefinitions").iter().enumerate() {
        let base = format!("/containerDefinitions/{index}");
        for (node, pointer, name) in secrets(container) {
            let Some(name) = name else { continue };
            let message = match online.secrets.get(&name) {
                Some(Answer::Missing) => format!("there is no {}", quoted(name.written())),
                Some(Answer::Found(SecretFacts { deleted: true })) => {
                    format!("{} is scheduled for deletion", quoted(name.written()))
                }
                _ => continue,
            };
            findings.add("TD-SECRET-MISSING", node.at, format!("{base}/{pointer}"), message);
        }
        if let Some((node, group)) = log_group(container, deployment)
            && online.log_groups.get(&group) == Some(&Answer::Missing)
        {
            let message = format!("there is no log group {} in {}", quoted(&group.name), group.region);
            let pointer = format!("{base}/logConfiguration/options/awslogs-group");
            findings.add("TD-LOG-GROUP-MISSING", node.at, pointer, message);
        }
    }
    for key in ["executionRoleArn", "taskRoleArn"] {
        let Some(node) = definition.get(key) else { continue };
        let (rule, message) = match node.as_str().and_then(|role| online.roles.get(role)) {
            Some(Answer::Missing) => ("TD-ROLE-MISSING", "there is no such role"),
            Some(Answer::Found(RoleFacts { trusts_ecs_tasks: false })) => {
                ("TD-ROLE-TRUST", "the role's trust policy does not let ecs-tasks.amazonaws.com assume it")
            }
            _ => continue,
        };
        findings.add(rule, node.at, format!("/{key}"), message);
    }
}
