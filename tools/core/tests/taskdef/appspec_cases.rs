//! Rules about the AppSpec.

use greenlight_core::taskdef::appspec::{self, Mode};
use greenlight_core::taskdef::finding::Findings;
use greenlight_core::taskdef::{json, yaml};
use serde_json::json;

use crate::rules::{Outcome, broken_rules};

const SPEC: &str = "version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 8000
        PlatformVersion: LATEST
Hooks:
  - AfterAllowTestTraffic: check
";

/// What is found after one text of a valid AppSpec is replaced, with changes to the task definition.
fn with(from: &str, to: &str, changes: &[(&str, serde_json::Value)], mode: Mode) -> Vec<&'static str> {
    assert!(SPEC.contains(from), "{from}");
    let mut definition = json!({"requiresCompatibilities": ["FARGATE"], "cpu": "256", "containerDefinitions": [
        {"name": "web", "portMappings": [{"containerPort": 8000}]}, {"name": "log"}]});
    for (key, value) in changes {
        definition[*key] = value.clone();
    }
    let definition = json::parse(&definition.to_string(), 1).unwrap();
    let mut findings = Findings::default();
    appspec::read(&yaml::parse(&SPEC.replace(from, to), 0).unwrap(), &definition, mode, &mut findings);
    broken_rules(&findings)
}

fn spec(from: &str, to: &str) -> Vec<&'static str> {
    with(from, to, &[], Mode::Pipeline)
}

fn properties(yaml: &str, changes: &[(&str, serde_json::Value)]) -> Vec<&'static str> {
    with("        PlatformVersion: LATEST\n", &format!("        {yaml}\n"), changes, Mode::Pipeline)
}

pub fn appspec_cases() -> Vec<Outcome> {
    let arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/x:1";
    let network = |rest: &str| {
        properties(&format!("NetworkConfiguration: {{AwsvpcConfiguration: {{Subnets: [a], {rest}}}}}"), &[])
    };
    let providers = |list: &str| properties(&format!("CapacityProviderStrategy: [{list}]"), &[]);
    let windows = [("runtimePlatform", json!({"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}))];
    vec![
        ("AS-VERSION", spec("0.0", "1.0"), spec("0.0", "'0.0'")),
        ("AS-VERSION", spec("version: 0.0\n", ""), spec("version:", "VERSION:")),
        ("AS-KEY", spec("Hooks:", "os: linux\nHooks:"), spec("Hooks:", "hooks:")),
        (
            "AS-KEY",
            spec("LATEST", "LATEST\n        platformversion: LATEST"),
            spec("PlatformVersion", "platformversion"),
        ),
        ("AS-TYPE", spec("LATEST", "14"), spec("LATEST", "'1.4.0'")),
        (
            "AS-TYPE",
            spec("  - AfterAllowTestTraffic: check\n", "  AfterAllowTestTraffic: check\n"),
            spec("Hooks:\n  - AfterAllowTestTraffic: check\n", ""),
        ),
        ("AS-RESOURCE", spec("Hooks:", "  - Second: {}\nHooks:"), spec("TargetService", "Second")),
        ("AS-RESOURCE", spec("ECS::Service", "EC2::Instance"), spec("Type:", "type:")),
        ("AS-TASKDEF", spec("<TASK_DEFINITION>", arn), with("<TASK_DEFINITION>", arn, &[], Mode::Direct)),
        (
            "AS-TASKDEF",
            with("<TASK_DEFINITION>", "x:1", &[], Mode::Direct),
            spec("        TaskDefinition: <TASK_DEFINITION>\n", ""),
        ),
        (
            "AS-CONTAINER",
            spec("ContainerName: web", "ContainerName: log"),
            spec("          ContainerName: web\n", ""),
        ),
        ("AS-CONTAINER", spec("8000", "80"), spec("          ContainerPort: 8000\n", "")),
        (
            "AS-NETWORK",
            network("SecurityGroups: [b], AssignPublicIp: maybe"),
            network("SecurityGroups: [b], AssignPublicIp: ENABLED"),
        ),
        (
            "AS-NETWORK",
            network("SecurityGroups: [1, 2, 3, 4, 5, 6], AssignPublicIp: ENABLED"),
            network("SecurityGroups: ['1', '2', '3', '4', '5'], AssignPublicIp: ENABLED"),
        ),
        ("AS-NETWORK", properties("NetworkConfiguration: {}", &[]), spec("LATEST", "LATEST")),
        (
            "AS-CAPACITY",
            providers("{CapacityProvider: A, Base: 1, Weight: 1}, {CapacityProvider: B, Base: 1}"),
            providers("{CapacityProvider: A, Base: 1, Weight: 1}, {CapacityProvider: B, Base: 0}"),
        ),
        (
            "AS-CAPACITY",
            providers("{CapacityProvider: A, Weight: 0}, {CapacityProvider: B}"),
            providers("{CapacityProvider: A, Weight: 1}, {CapacityProvider: B}"),
        ),
        (
            "AS-CAPACITY",
            providers("{CapacityProvider: A, Weight: 1001}"),
            providers("{CapacityProvider: A, Weight: 1000}"),
        ),
        (
            "AS-CAPACITY",
            providers("{CapacityProvider: A}, {CapacityProvider: A, Weight: 1}"),
            providers("{capacityprovider: A}"),
        ),
        ("AS-CAPACITY", providers("{CapacityProvider: A, Weight: 0}"), providers("{CapacityProvider: A}")),
        ("AS-CONTAINER", spec("8000", "'8000'"), spec("8000", "8000")),
        ("AS-PLATFORM", spec("LATEST", "newest"), spec("LATEST", "1.4.0")),
        (
            "AS-PLATFORM",
            properties("PlatformVersion: '1.3.0'", &[("cpu", json!("8192"))]),
            properties("PlatformVersion: '1.4.0'", &[("cpu", json!("8192"))]),
        ),
        (
            "AS-PLATFORM",
            with("LATEST", "LATEST", &[("requiresCompatibilities", json!(["EC2"]))], Mode::Pipeline),
            properties("", &[("requiresCompatibilities", json!(["EC2"]))]),
        ),
        (
            "AS-PLATFORM",
            properties("CapacityProviderStrategy: [{CapacityProvider: FARGATE_SPOT}]", &windows),
            properties("CapacityProviderStrategy: [{CapacityProvider: FARGATE}]", &windows),
        ),
        (
            "AS-HOOK",
            spec("AfterAllowTestTraffic:", "AfterAllowTestTrafic:"),
            spec("AfterAllowTestTraffic:", "afterallowtesttraffic:"),
        ),
        (
            "AS-HOOK",
            spec("AfterAllowTestTraffic:", "Install:"),
            spec("AfterAllowTestTraffic:", "AfterInstall:"),
        ),
        (
            "AS-HOOK",
            spec(": check\n", ": check\n  - afterAllowTestTraffic: b\n"),
            spec(": check\n", ": check\n  - AfterInstall: b\n"),
        ),
        (
            "AS-HOOK",
            spec(": check", ": 'not a name'"),
            spec(": check", ": 'arn:aws:lambda:eu-central-1:123456789012:function:check:live'"),
        ),
    ]
}

#[test]
fn an_appspec_can_say_that_it_is_for_fargate() {
    let names = |properties: &str| {
        let text = format!("version: 0.0\nresources:\n- S:\n    properties: {{{properties}}}\n");
        appspec::names_fargate(&yaml::parse(&text, 0).unwrap())
    };
    for fargate in [
        "platformversion: LATEST",
        "CapacityProviderStrategy: [{CapacityProvider: own}, {capacityprovider: FARGATE_SPOT}]",
    ] {
        assert!(names(fargate), "{fargate}");
    }
    assert!(!names("CapacityProviderStrategy: [{CapacityProvider: own}]") && !names(""));
    assert!(!appspec::names_fargate(&yaml::parse("Resources: {a: 1}", 0).unwrap()));
}

/// A platform version that is thought not to fit can be waived; then there must be something to write.
#[test]
fn only_the_platform_leaves_an_appspec_that_can_be_written() {
    let definition = r#"{"requiresCompatibilities": ["EC2"], "containerDefinitions": [
        {"name": "web", "portMappings": [{"containerPort": 8000}]}]}"#;
    let definition = json::parse(definition, 1).unwrap();
    let read = |text: &str| {
        let mut findings = Findings::default();
        let spec = appspec::read(&yaml::parse(text, 0).unwrap(), &definition, Mode::Pipeline, &mut findings);
        (spec.is_some(), broken_rules(&findings))
    };
    assert_eq!(read(SPEC), (true, vec!["AS-PLATFORM"]));
    assert_eq!(read(&SPEC.replace("check", "'no name'")), (false, vec!["AS-HOOK", "AS-PLATFORM"]));
}
