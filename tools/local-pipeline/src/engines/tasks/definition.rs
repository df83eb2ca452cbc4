//! What `RegisterTaskDefinition` refuses and how it completes what it takes. No input or output.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::api::ApiError;

/// CPU units and the memory (MiB) that Fargate offers with them: smallest, largest, step.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html>, 2026-11.
const FARGATE_SIZES: [(u64, u64, u64, u64); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

fn client(message: impl Into<String>) -> ApiError {
    ApiError::new("ClientException", message)
}

/// The family, if ECS would take the definition.
pub(super) fn check(input: &Value) -> Result<&str, ApiError> {
    let family = input.get("family").and_then(Value::as_str).unwrap_or_default();
    if family.is_empty() {
        return Err(client("Family should not be null or empty."));
    }
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if family.len() > 255 || !family.chars().all(allowed) {
        return Err(client(
            "Invalid 'family'. Use only letters, numbers, hyphens and underscores, at most 255.",
        ));
    }
    let containers = input.get("containerDefinitions").and_then(Value::as_array);
    let containers = containers.filter(|all| !all.is_empty());
    let containers = containers.ok_or_else(|| client("Container definitions should not be empty."))?;
    let mut names = BTreeSet::new();
    let mut essential = false;
    for container in containers {
        let name = container.get("name").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() {
            return Err(client("Container.name should not be null or empty."));
        }
        if !names.insert(name) {
            return Err(client(format!("Container.name contains duplicate '{name}'.")));
        }
        if container.get("image").and_then(Value::as_str).unwrap_or_default().is_empty() {
            return Err(client("Container.image should not be null or empty."));
        }
        essential |= container.get("essential").and_then(Value::as_bool).unwrap_or(true);
        check_secrets(input, container)?;
    }
    if !essential {
        return Err(client("A task must have at least one essential container."));
    }
    check_fargate(input)?;
    Ok(family)
}

fn check_secrets(input: &Value, container: &Value) -> Result<(), ApiError> {
    let secrets = container.get("secrets").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if !secrets.is_empty() && input.get("executionRoleArn").and_then(Value::as_str).is_none() {
        return Err(client(
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
        ));
    }
    let variables =
        container.get("environment").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut names = BTreeSet::new();
    for item in variables.iter().chain(secrets) {
        let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
        if !names.insert(name)
            && secrets.iter().any(|secret| secret.get("name").and_then(Value::as_str) == Some(name))
        {
            let message = format!(
                "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '{name}'."
            );
            return Err(client(message));
        }
    }
    Ok(())
}

fn check_fargate(input: &Value) -> Result<(), ApiError> {
    let wanted = input.get("requiresCompatibilities").and_then(Value::as_array);
    if !wanted.is_some_and(|all| all.iter().any(|item| item == "FARGATE")) {
        return Ok(());
    }
    if input.get("networkMode").and_then(Value::as_str) != Some("awsvpc") {
        return Err(client("Fargate only supports network mode 'awsvpc'."));
    }
    let number = |name: &str| {
        let value = input
            .get(name)
            .ok_or_else(|| client(format!("Fargate requires that '{name}' be defined at the task level.")))?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.parse::<u64>().map_err(|_| client(format!("Invalid '{name}' setting for task.")))
    };
    let (cpu, memory) = (number("cpu")?, number("memory")?);
    let fits = FARGATE_SIZES.iter().any(|(size, low, high, step)| {
        *size == cpu && (*low..=*high).contains(&memory) && (memory.is_multiple_of(*step) || memory == *low)
    });
    if fits { Ok(()) } else { Err(client("No Fargate configuration exists for given values.")) }
}

/// The definition as ECS keeps and describes it.
pub(super) fn complete(input: &Value, family: &str, revision: usize) -> Value {
    let mut definition: Map<String, Value> = input.as_object().cloned().unwrap_or_default();
    definition.remove("tags");
    let containers = input.get("containerDefinitions").and_then(Value::as_array).into_iter().flatten();
    definition.insert("containerDefinitions".to_owned(), containers.map(complete_container).collect());
    let fargate =
        input.get("networkMode").and_then(Value::as_str) == Some("awsvpc") && input.get("cpu").is_some();
    let compatibilities = if fargate { json!(["EC2", "FARGATE"]) } else { json!(["EC2"]) };
    let short = format!("task-definition/{family}:{revision}");
    let fixed = [
        ("taskDefinitionArn", json!(crate::names::arn("ecs", &short))),
        ("revision", json!(revision)),
        ("status", json!("ACTIVE")),
        ("compatibilities", compatibilities),
        ("registeredAt", json!(super::epoch_seconds())),
        ("registeredBy", json!(format!("arn:aws:iam::{}:user/local", crate::names::ACCOUNT_ID))),
    ];
    definition.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
    for name in ["volumes", "placementConstraints", "requiresAttributes"] {
        definition.entry(name).or_insert_with(|| json!([]));
    }
    Value::Object(definition)
}

fn complete_container(container: &Value) -> Value {
    let mut container = container.as_object().cloned().unwrap_or_default();
    container.entry("cpu").or_insert_with(|| json!(0));
    container.entry("essential").or_insert_with(|| json!(true));
    for name in ["portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"] {
        container.entry(name).or_insert_with(|| json!([]));
    }
    if let Some(ports) = container.get_mut("portMappings").and_then(Value::as_array_mut) {
        for mapping in ports.iter_mut().filter_map(Value::as_object_mut) {
            let port = mapping.get("containerPort").cloned().unwrap_or_default();
            mapping.entry("hostPort").or_insert(port);
            mapping.entry("protocol").or_insert_with(|| json!("tcp"));
        }
    }
    Value::Object(container)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(input: &Value) -> String {
        check(input).map_or_else(|error| format!("{}: {}", error.code, error.message), |_| String::new())
    }

    #[test]
    fn refuses_what_ecs_refuses() {
        let web = json!({"name": "web", "image": "i"});
        assert!(message(&json!({})).contains("Family should not be null"));
        assert!(message(&json!({"family": "a b"})).contains("Invalid 'family'"));
        assert!(message(&json!({"family": "f", "containerDefinitions": []})).contains("should not be empty"));
        assert!(
            message(&json!({"family": "f", "containerDefinitions": [{"name": "web"}]}))
                .contains("Container.image")
        );
        assert!(message(&json!({"family": "f", "containerDefinitions": [web, web]})).contains("duplicate"));
        let fargate = |cpu: &str, memory: &str| {
            json!({"family": "f", "containerDefinitions": [web], "requiresCompatibilities": ["FARGATE"],
                   "networkMode": "awsvpc", "cpu": cpu, "memory": memory})
        };
        assert_eq!(message(&fargate("256", "512")), "");
        assert_eq!(
            message(&fargate("256", "4096")),
            "ClientException: No Fargate configuration exists for given values."
        );
        let secret = json!({"name": "web", "image": "i", "secrets": [{"name": "S", "valueFrom": "/s"}]});
        assert!(
            message(&json!({"family": "f", "containerDefinitions": [secret]})).contains("executionRoleArn")
        );
    }

    #[test]
    fn completes_containers() {
        let input = json!({"family": "f", "containerDefinitions": [{"name": "web", "image": "i", "portMappings": [{"containerPort": 8000}]}]});
        let definition = complete(&input, "f", 3);
        assert_eq!(
            definition["taskDefinitionArn"],
            "arn:aws:ecs:eu-central-1:123456789012:task-definition/f:3"
        );
        assert_eq!(definition["containerDefinitions"][0]["portMappings"][0]["hostPort"], 8000);
        assert_eq!(definition["containerDefinitions"][0]["essential"], true);
    }
}
