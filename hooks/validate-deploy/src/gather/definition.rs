//! A task definition as settings that can be compared, and the image that its container runs.

use std::fmt::Display;

use aws_sdk_ecs::types::{ContainerDefinition, CpuArchitecture, NetworkMode, OsFamily, TaskDefinition};
use greenlight_core::hook::definition::{Setting, Settings};
use greenlight_kit::AwsError;

use super::{Aws, ECS};

impl Aws {
    pub async fn gather_task_definition(&self, name: &str) -> Result<Option<TaskDefinition>, AwsError> {
        let output = self.ecs.describe_task_definition().task_definition(name).send().await;
        let output = output.map_err(|error| AwsError::new(ECS, "DescribeTaskDefinition", &error))?;
        Ok(output.task_definition)
    }
}

/// The image of one container of a task definition; of the only one, where no name is given.
pub fn image<'a>(definition: &'a TaskDefinition, container: Option<&str>) -> Option<&'a str> {
    let containers = definition.container_definitions();
    let found = match (container, containers) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(name), all) => all.iter().find(|container| container.name() == Some(name)),
    };
    found.and_then(ContainerDefinition::image)
}

/// What a release may change and a person wants to know of.
pub fn settings(definition: &TaskDefinition) -> Settings {
    let mut settings = Settings::new();
    let mut put = |path: &str, value: Option<&str>| show(&mut settings, path.to_owned(), value);
    put("cpu", definition.cpu());
    put("memory", definition.memory());
    put("taskRoleArn", definition.task_role_arn());
    put("executionRoleArn", definition.execution_role_arn());
    put("networkMode", definition.network_mode().map(NetworkMode::as_str));
    if let Some(platform) = definition.runtime_platform() {
        put("runtimePlatform.cpuArchitecture", platform.cpu_architecture().map(CpuArchitecture::as_str));
        put(
            "runtimePlatform.operatingSystemFamily",
            platform.operating_system_family().map(OsFamily::as_str),
        );
    }
    for volume in definition.volumes() {
        put(&format!("volumes.{}", volume.name().unwrap_or_default()), Some("there"));
    }
    for container in definition.container_definitions() {
        container_settings(&mut settings, container);
    }
    settings
}

fn container_settings(settings: &mut Settings, container: &ContainerDefinition) {
    let prefix = format!("containers.{}", container.name().unwrap_or_default());
    let mut put =
        |name: &str, value: Option<String>| show(settings, format!("{prefix}.{name}"), value.as_deref());
    put("image", container.image().map(str::to_owned));
    put("cpu", Some(container.cpu()).filter(|cpu| *cpu != 0).as_ref().map(text));
    put("memory", container.memory().as_ref().map(text));
    put("memoryReservation", container.memory_reservation().as_ref().map(text));
    put("essential", container.essential().as_ref().map(text));
    put("user", container.user().map(str::to_owned));
    put("workingDirectory", container.working_directory().map(str::to_owned));
    put("readonlyRootFilesystem", container.readonly_root_filesystem().as_ref().map(text));
    put("stopTimeout", container.stop_timeout().as_ref().map(text));
    put("entryPoint", words(container.entry_point()));
    put("command", words(container.command()));
    put("healthCheck.command", container.health_check().and_then(|check| words(check.command())));
    put("logDriver", container.log_configuration().map(|log| log.log_driver().as_str().to_owned()));
    for mapping in container.port_mappings() {
        let port = mapping.container_port().unwrap_or_default();
        put(&format!("portMappings.{port}"), mapping.protocol().map(|protocol| protocol.as_str().to_owned()));
    }
    for secret in container.secrets() {
        put(&format!("secrets.{}", secret.name()), Some(secret.value_from().to_owned()));
    }
    for variable in container.environment() {
        let path = format!("{prefix}.environment.{}", variable.name().unwrap_or_default());
        settings.insert(path, Setting::Hidden(variable.value().unwrap_or_default().to_owned()));
    }
}

fn show(settings: &mut Settings, path: String, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        settings.insert(path, Setting::Shown(value.to_owned()));
    }
}

fn text(value: &impl Display) -> String {
    value.to_string()
}

fn words(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(" "))
}
