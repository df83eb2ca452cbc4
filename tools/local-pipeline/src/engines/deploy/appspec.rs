//! The AppSpec of an ECS deployment, YAML or JSON. No input or output.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The lifecycle events that may have a hook.
const HOOKS: [&str; 5] =
    ["BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AppSpec {
    pub task_definition: String,
    pub container: String,
    pub port: u16,
    /// Lambda function by lifecycle event.
    pub hooks: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "Resources", default)]
    resources: Vec<Resource>,
    #[serde(rename = "Hooks", default)]
    hooks: Option<Vec<BTreeMap<String, Value>>>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "TargetService")]
    target: Target,
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "Type", default)]
    kind: String,
    #[serde(rename = "Properties")]
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    task_definition: String,
    load_balancer_info: LoadBalancerInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LoadBalancerInfo {
    container_name: String,
    container_port: u16,
}

/// The error is a sentence for `InvalidRevisionException`.
pub(super) fn parse(content: &str) -> Result<AppSpec, String> {
    let document: Document = if content.trim_start().starts_with('{') {
        serde_json::from_str(content).map_err(|error| format!("The AppSpec is not valid: {error}"))?
    } else {
        serde_saphyr::from_str(content).map_err(|error| format!("The AppSpec is not valid: {error}"))?
    };
    let [resource] = document.resources.as_slice() else {
        return Err("The AppSpec must have exactly one resource, TargetService".to_owned());
    };
    if resource.target.kind != "AWS::ECS::Service" {
        return Err(format!(
            "The AppSpec's resource type is '{}', not AWS::ECS::Service",
            resource.target.kind
        ));
    }
    let properties = &resource.target.properties;
    if properties.task_definition.starts_with('<') {
        return Err(format!(
            "The AppSpec's TaskDefinition is the placeholder {}",
            properties.task_definition
        ));
    }
    let mut hooks = BTreeMap::new();
    for (event, function) in document.hooks.into_iter().flatten().flatten() {
        if !HOOKS.contains(&event.as_str()) {
            return Err(format!(
                "The AppSpec has a hook for '{event}'; ECS deployments have {}",
                HOOKS.join(", ")
            ));
        }
        let function = function.as_str().filter(|name| !name.is_empty());
        let function = function.ok_or_else(|| format!("The AppSpec's hook {event} names no function"))?;
        hooks.insert(event, function.to_owned());
    }
    Ok(AppSpec {
        task_definition: properties.task_definition.clone(),
        container: properties.load_balancer_info.container_name.clone(),
        port: properties.load_balancer_info.container_port,
        hooks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = r#"
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "arn:aws:ecs:eu-central-1:123456789012:task-definition/f:1"
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 8000
Hooks:
  - AfterAllowTestTraffic: validate
"#;

    #[test]
    fn yaml_and_json_are_the_same() {
        let spec = parse(YAML).unwrap();
        assert_eq!((spec.container.as_str(), spec.port), ("web", 8000));
        assert_eq!(spec.hooks["AfterAllowTestTraffic"], "validate");
        let json = r#"{"version":0.0,"Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{"TaskDefinition":"arn:aws:ecs:eu-central-1:123456789012:task-definition/f:1","LoadBalancerInfo":{"ContainerName":"web","ContainerPort":8000}}}}],"Hooks":[{"AfterAllowTestTraffic":"validate"}]}"#;
        assert_eq!(parse(json).unwrap(), spec);
    }

    #[test]
    fn refusals() {
        assert!(parse("Resources: []").unwrap_err().contains("exactly one resource"));
        assert!(
            parse(&YAML.replace("AfterAllowTestTraffic", "AfterEverything"))
                .unwrap_err()
                .contains("AfterEverything")
        );
        assert!(
            parse(
                &YAML.replace(
                    "arn:aws:ecs:eu-central-1:123456789012:task-definition/f:1",
                    "<TASK_DEFINITION>"
                )
            )
            .unwrap_err()
            .contains("placeholder")
        );
        assert!(
            parse(&YAML.replace("AWS::ECS::Service", "AWS::Lambda::Function"))
                .unwrap_err()
                .contains("not AWS::ECS::Service")
        );
    }
}
