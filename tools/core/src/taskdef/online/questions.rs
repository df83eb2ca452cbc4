//! What is worth asking AWS about a filled definition.

use std::collections::BTreeSet;

use super::{Deployment, Obstacle, Skipped};
use crate::taskdef::appspec::Hook;
use crate::taskdef::node::Node;
use crate::taskdef::validate::secret_reference;

/// A secret as `valueFrom` or `credentialsParameter` names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretName {
    /// The parameter store: name or ARN, with the region that an ARN names.
    Parameter { name: String, region: Option<String> },
    /// Secrets Manager: name, or ARN without key, stage and version.
    Secret { id: String, region: Option<String> },
}

impl SecretName {
    /// None when the text is no reference; that has been reported.
    pub fn parse(text: &str) -> Option<Self> {
        secret_reference(text).ok()?;
        let parts: Vec<&str> = text.split(':').collect();
        Some(match parts.as_slice() {
            ["arn", _, "ssm", region, ..] => {
                Self::Parameter { name: text.to_owned(), region: Some((*region).to_owned()) }
            }
            ["arn", _, "secretsmanager", region, _, _, _, ..] => {
                let id = parts.get(..7).unwrap_or_default().join(":");
                Self::Secret { id, region: Some((*region).to_owned()) }
            }
            _ => Self::Parameter { name: text.to_owned(), region: None },
        })
    }

    /// The credentials of a registry, which are always a secret of Secrets Manager.
    pub fn of_registry(text: &str) -> Option<Self> {
        if text.starts_with("arn:") {
            return Self::parse(text).filter(|name| matches!(name, Self::Secret { .. }));
        }
        Some(Self::Secret { id: text.to_owned(), region: None })
    }

    pub fn written(&self) -> &str {
        match self {
            Self::Parameter { name, .. } => name,
            Self::Secret { id, .. } => id,
        }
    }

    pub fn region(&self) -> Option<&str> {
        match self {
            Self::Parameter { region, .. } | Self::Secret { region, .. } => region.as_deref(),
        }
    }

    /// The account that an ARN names.
    pub fn account(&self) -> Option<&str> {
        self.written().strip_prefix("arn:")?.split(':').nth(3)
    }
}

/// A log group and the region that it must be in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogGroup {
    pub region: String,
    pub name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Questions {
    pub secrets: BTreeSet<SecretName>,
    pub log_groups: BTreeSet<LogGroup>,
    pub roles: BTreeSet<String>,
    pub functions: BTreeSet<String>,
    /// Cluster and service.
    pub service: Option<(String, String)>,
    /// Application and deployment group.
    pub group: Option<(String, String)>,
    pub family: Option<String>,
}

impl Questions {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Everything that the definition, the hooks and render.toml refer to. Without a section in render.toml nobody said which account
/// and region this is for, and nothing is asked; [`unasked`] says so.
pub fn questions(definition: &Node, hooks: &[Hook], deployment: &Deployment) -> Questions {
    let pair = |a: &Option<(String, _)>, b: &Option<(String, _)>| Some((a.clone()?.0, b.clone()?.0));
    let service = pair(&deployment.cluster, &deployment.service);
    let group = pair(&deployment.application, &deployment.deployment_group);
    if deployment.region.is_none() && service.is_none() && group.is_none() {
        return Questions::default();
    }
    let family = definition.text("family").filter(|family| is_plain(family)).map(str::to_owned);
    Questions { service, group, family, ..referred(definition, hooks, deployment) }
}

/// What the files refer to and nobody may ask about, because nobody said in which region.
pub fn unasked(definition: &Node, hooks: &[Hook], deployment: &Deployment) -> Vec<Skipped> {
    if !questions(definition, hooks, deployment).is_empty() {
        return Vec::new();
    }
    let found = referred(definition, hooks, deployment);
    let secrets = found.secrets.iter().map(|name| format!("secret {}", name.written()));
    let groups = found.log_groups.iter().map(|group| format!("log group {}", group.name));
    let roles = found.roles.iter().map(|role| format!("role {role}"));
    let functions = found.functions.iter().map(|function| format!("hook function {function}"));
    let detail = "render.toml names no region for this environment";
    secrets
        .chain(groups)
        .chain(roles)
        .chain(functions)
        .map(|what| Skipped { what, obstacle: Obstacle::NotAsked, detail: detail.to_owned(), gated: false })
        .collect()
}

fn referred(definition: &Node, hooks: &[Hook], deployment: &Deployment) -> Questions {
    let roles = ["executionRoleArn", "taskRoleArn"].into_iter().filter_map(|key| definition.text(key));
    let functions = hooks.iter().map(|hook| hook.function.clone());
    let mut found = Questions {
        roles: roles.filter(|role| is_plain(role)).map(str::to_owned).collect(),
        functions: functions.filter(|function| is_plain(function)).collect(),
        ..Questions::default()
    };
    for container in definition.items("containerDefinitions") {
        found.secrets.extend(secrets(container).filter_map(|(_, _, name)| name));
        found.log_groups.extend(log_group(container, deployment).map(|(_, group)| group));
    }
    found
}

/// Not a reference that could not be filled.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains("${")
}

/// Every secret of a container: its node, its pointer below the container, and its name.
pub(super) fn secrets(container: &Node) -> impl Iterator<Item = (&Node, String, Option<SecretName>)> {
    let log = container.get("logConfiguration");
    let options = log.map_or(&[] as &[Node], |log| log.items("secretOptions"));
    let lists = [("secrets", container.items("secrets")), ("logConfiguration/secretOptions", options)];
    let listed = lists.into_iter().flat_map(|(list, items)| {
        items.iter().enumerate().filter_map(move |(index, item)| {
            let node = item.get("valueFrom")?;
            Some((node, format!("{list}/{index}/valueFrom"), SecretName::parse(node.as_str()?)))
        })
    });
    let credentials =
        container.get("repositoryCredentials").and_then(|node| node.get("credentialsParameter"));
    let registry = credentials.into_iter().filter_map(|node| {
        let pointer = "repositoryCredentials/credentialsParameter".to_owned();
        Some((node, pointer, SecretName::of_registry(node.as_str()?)))
    });
    listed.chain(registry)
}

/// The log group that must be there when a container starts: none when the driver makes it.
pub(super) fn log_group<'a>(container: &'a Node, deployment: &Deployment) -> Option<(&'a Node, LogGroup)> {
    let log = container.get("logConfiguration").filter(|log| log.text("logDriver") == Some("awslogs"))?;
    let options = log.get("options")?;
    if options.text("awslogs-create-group") == Some("true") {
        return None;
    }
    let node = options.get("awslogs-group")?;
    let name = node.as_str().filter(|name| is_plain(name))?.to_owned();
    let region =
        options.text("awslogs-region").or(deployment.region.as_deref()).filter(|text| is_plain(text))?;
    Some((node, LogGroup { region: region.to_owned(), name }))
}
