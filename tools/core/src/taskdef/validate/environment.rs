//! Variables and secrets. Values of variables are never part of a message.

use super::task::duplicates;
use super::{Container, Task};
use crate::taskdef::finding::{Findings, quoted};
use crate::taskdef::node::Node;
use crate::taskdef::node::child;

const MAX_ENVIRONMENT_FILES: usize = 10;
/// Longest SSM parameter name with its path
/// (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>, 2026-11).
const MAX_PARAMETER_NAME: usize = 1011;
const MAX_PARAMETER_LEVELS: usize = 15;

pub fn check(task: &Task<'_>, findings: &mut Findings) {
    for container in &task.containers {
        for (list, what) in [("environment", "variable"), ("secrets", "secret")] {
            let pointer = child(&container.pointer, list);
            duplicates(task, container.node.items(list), &pointer, ("name", what), findings);
            for (pointer, item) in container.list(list) {
                if item.text("name").is_none_or(str::is_empty) {
                    findings.add(
                        "TD-ENV-NAME",
                        item.at,
                        child(&pointer, "name"),
                        format!("a {what} needs a name"),
                    );
                }
            }
        }
        clashes(task, container, findings);
        files(container, findings);
        for (pointer, secret) in container.list("secrets") {
            reference(secret, &pointer, findings);
        }
        let log = container.node.get("logConfiguration");
        let options = log.map_or(&[] as &[Node], |log| log.items("secretOptions"));
        let pointer = format!("{}/logConfiguration/secretOptions", container.pointer);
        duplicates(task, options, &pointer, ("name", "log secret"), findings);
        for (index, option) in options.iter().enumerate() {
            reference(option, &child(&pointer, &index.to_string()), findings);
        }
    }
}

fn reference(secret: &Node, pointer: &str, findings: &mut Findings) {
    let Some(node) = secret.get("valueFrom") else { return };
    let Some(text) = node.as_str() else { return };
    let pointer = child(pointer, "valueFrom");
    if let Err(why) = secret_reference(text) {
        findings.add("TD-SECRET-REF", node.at, pointer, format!("{} {why}", quoted(text)));
    } else if let ["arn", _, "secretsmanager", _, _, "secret", name, ..] =
        text.split(':').collect::<Vec<_>>().as_slice()
        && !has_random_suffix(name)
    {
        let message = "the ARN has no random suffix of six characters: Secrets Manager guesses, and fails where another name begins alike";
        findings.add("TD-SECRET-PARTIAL", node.at, pointer, message);
    }
}

/// `-` and six letters or digits, which Secrets Manager puts behind every name
/// (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html>, 2026-11).
fn has_random_suffix(name: &str) -> bool {
    name.rsplit_once('-')
        .is_some_and(|(_, end)| end.len() == 6 && end.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn clashes(task: &Task<'_>, container: &Container<'_>, findings: &mut Findings) {
    for (pointer, secret) in container.list("secrets") {
        let Some(node) = secret.get("name") else { continue };
        let variable =
            container.node.items("environment").iter().find(|item| item.text("name") == node.as_str());
        if let Some((variable, name)) = variable.zip(node.as_str()) {
            let place = task.policy.elsewhere(variable.at, node.at);
            let message = format!("{name} is also an environment variable, on {place}");
            findings.add("TD-ENV-CLASH", node.at, child(&pointer, "name"), message);
        }
    }
}

fn files(container: &Container<'_>, findings: &mut Findings) {
    let count = container.node.items("environmentFiles").len();
    if let Some(list) = container.node.get("environmentFiles")
        && count > MAX_ENVIRONMENT_FILES
    {
        let message = format!("{count} environment files; allowed {MAX_ENVIRONMENT_FILES}");
        findings.add("TD-ENV-FILE", list.at, child(&container.pointer, "environmentFiles"), message);
    }
    for (pointer, file) in container.list("environmentFiles") {
        if let Some(node) = file.get("value")
            && let Some(text) = node.as_str()
            && !is_environment_file(text)
        {
            findings.add(
                "TD-ENV-FILE",
                node.at,
                child(&pointer, "value"),
                "must be the ARN of an S3 object whose name ends with .env",
            );
        }
    }
}

/// `arn:PARTITION:s3:::BUCKET/KEY.env`
fn is_environment_file(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "s3", "", "", object] = parts.as_slice() else { return false };
    let Some((bucket, key)) = object.split_once('/') else { return false };
    partition.starts_with("aws")
        && !bucket.is_empty()
        && key.rsplit_once('.').is_some_and(|(name, end)| end == "env" && !name.ends_with('/'))
}

/// The forms of <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html> (2026-11).
pub fn secret_reference(text: &str) -> Result<(), &'static str> {
    if !text.starts_with("arn:") {
        return parameter_name(text);
    }
    let parts: Vec<&str> = text.split(':').collect();
    let [_, partition, service, region, account, resource @ ..] = parts.as_slice() else {
        return Err("is not a complete ARN");
    };
    if !partition.starts_with("aws")
        || region.is_empty()
        || account.len() != 12
        || !account.chars().all(|c| c.is_ascii_digit())
    {
        return Err("is not an ARN with a partition, a region and an account");
    }
    match (*service, resource) {
        ("ssm", [name]) => match name.strip_prefix("parameter/") {
            Some(name) if name.starts_with('/') => {
                Err("has two slashes after \"parameter\"; exactly one is right")
            }
            Some(name) => parameter_name(name),
            None => Err("names no parameter"),
        },
        ("secretsmanager", ["secret", name]) if !name.is_empty() => Ok(()),
        ("secretsmanager", ["secret", name, _, stage, version]) if !name.is_empty() => {
            if stage.is_empty() || version.is_empty() {
                Ok(())
            } else {
                Err("names a version stage and a version id; only one is possible")
            }
        }
        ("secretsmanager", ["secret", ..]) => {
            Err("needs all three of :json-key:version-stage:version-id, possibly empty, or none")
        }
        _ => Err("is neither an SSM parameter nor a Secrets Manager secret"),
    }
}

fn parameter_name(name: &str) -> Result<(), &'static str> {
    let path = name.strip_prefix('/').unwrap_or(name);
    if path.is_empty() || path.ends_with('/') || name.contains("//") {
        Err("is not a parameter name: a part of it is empty")
    } else if !path.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/".contains(c)) {
        Err("is not a parameter name: only letters, digits and _.-/ are allowed")
    } else if is_reserved(path) {
        Err("is not a parameter name of yours: names that begin with aws or ssm belong to AWS")
    } else if name.len() > MAX_PARAMETER_NAME || path.split('/').count() > MAX_PARAMETER_LEVELS {
        Err("is too long or too deep for a parameter name")
    } else {
        Ok(())
    }
}

/// Nobody can make a parameter whose name begins so; `/aws/…` are those that AWS publishes
/// (<https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html>, 2026-11).
fn is_reserved(path: &str) -> bool {
    let start = path.get(..3).unwrap_or_default();
    (start.eq_ignore_ascii_case("aws") || start.eq_ignore_ascii_case("ssm")) && !path.starts_with("aws/")
}
