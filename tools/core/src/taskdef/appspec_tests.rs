use super::*;
use crate::taskdef::{json::parse, yaml};

const DEFINITION: &str = r#"{"containerDefinitions": [
    {"name": "web", "portMappings": [{"containerPort": 8000}]}, {"name": "log"}]}"#;

fn checked(spec: &str, definition: &str) -> (Option<AppSpec>, Vec<(String, String)>) {
    let mut findings = Findings::default();
    let spec =
        read(&yaml::parse(spec, 0).unwrap(), &parse(definition, 1).unwrap(), Mode::Pipeline, &mut findings);
    (spec, findings.as_slice().iter().map(|f| (f.rule.to_owned(), f.pointer.clone())).collect())
}

/// A valid AppSpec with one text replaced.
fn with(from: &str, to: &str) -> String {
    let good = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        TaskDefinition: <TASK_DEFINITION>\n        LoadBalancerInfo:\n          ContainerName: web\n          ContainerPort: 8000\nHooks:\n  - AfterAllowTestTraffic: check\n";
    assert!(good.contains(from), "{from}");
    good.replace(from, to)
}

#[test]
fn the_canonical_file() {
    let loose = "hooks:\n- afterallowtraffic: 'arn:aws:lambda:eu-central-1:123456789012:function:b'\n- AFTERINSTALL: a\nRESOURCES:\n- Svc:\n    properties:\n      platformversion: '1.4.0'\n      networkconfiguration: {awsvpcconfiguration: {subnets: [s-1], securitygroups: [g-1], assignpublicip: DISABLED}}\n    type: AWS::ECS::Service\nversion: '0.0'\n";
    let (spec, findings) = checked(loose, DEFINITION);
    assert_eq!(findings, []);
    let spec = spec.unwrap();
    assert_eq!((spec.container.as_str(), spec.port), ("web", 8000));
    insta::assert_snapshot!(spec.to_yaml(), @r#"
    version: 0.0
    Resources:
      - Svc:
          Type: AWS::ECS::Service
          Properties:
            TaskDefinition: <TASK_DEFINITION>
            LoadBalancerInfo:
              ContainerName: web
              ContainerPort: 8000
            PlatformVersion: "1.4.0"
            NetworkConfiguration:
              AwsvpcConfiguration:
                Subnets:
                  - s-1
                SecurityGroups:
                  - g-1
                AssignPublicIp: DISABLED
    Hooks:
      - AfterInstall: a
      - AfterAllowTraffic: arn:aws:lambda:eu-central-1:123456789012:function:b
    "#);
    // Written and read again it stays the same.
    let again = checked(&spec.to_yaml(), DEFINITION).0.unwrap();
    assert_eq!(again.to_yaml(), spec.to_yaml());
    let names: Vec<&str> = spec.hooks.iter().map(|hook| hook.name).collect();
    assert_eq!(names, ["AfterInstall", "AfterAllowTraffic"]);
}

#[test]
fn one_mistake_one_finding() {
    let properties = "/Resources/0/TargetService/Properties";
    let balancer = format!("{properties}/LoadBalancerInfo");
    for (from, to, rule, pointer) in [
        ("version: 0.0", "version: 1.0", "AS-VERSION", "/version".to_owned()),
        ("version: 0.0\n", "", "AS-VERSION", "/version".to_owned()),
        ("Hooks:", "os: linux\nHooks:", "AS-KEY", "/os".to_owned()),
        ("      Type:", "      Typ:", "AS-KEY", "/Resources/0/TargetService/Typ".to_owned()),
        ("ECS::Service", "EC2::Instance", "AS-RESOURCE", "/Resources/0/TargetService/Type".to_owned()),
        ("Hooks:", "  - Second: {}\nHooks:", "AS-RESOURCE", "/Resources".to_owned()),
        (
            "<TASK_DEFINITION>",
            "arn:aws:ecs:eu-central-1:123456789012:task-definition/x:1",
            "AS-TASKDEF",
            format!("{properties}/TaskDefinition"),
        ),
        ("ContainerName: web", "ContainerName: api", "AS-CONTAINER", format!("{balancer}/ContainerName")),
        ("ContainerPort: 8000", "ContainerPort: 80", "AS-CONTAINER", format!("{balancer}/ContainerPort")),
        ("ContainerName: web", "ContainerName: log", "AS-CONTAINER", format!("{balancer}/ContainerPort")),
        (
            "AfterAllowTestTraffic:",
            "AfterAllowTestTrafic:",
            "AS-HOOK",
            "/Hooks/0/AfterAllowTestTrafic".to_owned(),
        ),
        ("AfterAllowTestTraffic:", "Install:", "AS-HOOK", "/Hooks/0/Install".to_owned()),
        (
            ": check\n",
            ": check\n  - afterAllowTestTraffic: b\n",
            "AS-HOOK",
            "/Hooks/1/afterAllowTestTraffic".to_owned(),
        ),
        (": check", ": 'not a name'", "AS-HOOK", "/Hooks/0/AfterAllowTestTraffic".to_owned()),
        (
            ": check",
            ": arn:aws:sns:eu-central-1:123456789012:function:x",
            "AS-HOOK",
            "/Hooks/0/AfterAllowTestTraffic".to_owned(),
        ),
        (
            "        LoadBalancerInfo:",
            "        NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [a], SecurityGroups: [b], AssignPublicIp: yes please}}\n        LoadBalancerInfo:",
            "AS-NETWORK",
            format!("{properties}/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp"),
        ),
        (
            "        LoadBalancerInfo:",
            "        PlatformVersion: 14\n        LoadBalancerInfo:",
            "AS-TYPE",
            format!("{properties}/PlatformVersion"),
        ),
    ] {
        let (spec, findings) = checked(&with(from, to), DEFINITION);
        assert!(findings.contains(&(rule.to_owned(), pointer.clone())), "{to}: {findings:?}");
        assert!(
            findings.iter().all(|(found, _)| found == rule || *found == "AS-RESOURCE"),
            "{to}: {findings:?}"
        );
        assert_eq!(spec, None, "{to}");
    }
    assert_eq!(checked(&with("version", "version"), DEFINITION).1, []);
}

#[test]
fn container_and_port_are_filled_only_without_doubt() {
    let bare =
        with("        LoadBalancerInfo:\n          ContainerName: web\n          ContainerPort: 8000\n", "");
    assert_eq!(
        checked(&bare, DEFINITION).0.map(|spec| (spec.container, spec.port)),
        Some(("web".to_owned(), 8000))
    );
    let two = r#"{"containerDefinitions": [{"name": "a", "portMappings": [{"containerPort": 1}]}, {"name": "b", "portMappings": [{"containerPort": 2}]}]}"#;
    assert_eq!(checked(&bare, two).1[0].0, "AS-CONTAINER");
}
