use super::*;
use crate::taskdef::json::parse;
use crate::taskdef::node::Place;
use crate::taskdef::rules;

fn base() -> serde_json::Value {
    serde_json::json!({
        "family": "app", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "executionRoleArn": "arn:aws:iam::123456789012:role/exec",
        "volumes": [{"name": "tmp"}],
        "containerDefinitions": [
            {"name": "web", "image": "app:1", "portMappings": [{"containerPort": 8000}],
             "environment": [{"name": "A", "value": "1"}], "secrets": [{"name": "S", "valueFrom": "/app/s"}],
             "dependsOn": [{"containerName": "side", "condition": "START"}]},
            {"name": "side", "image": "app:1", "essential": false},
        ],
    })
}

/// The rules that a definition breaks, with pointers.
fn broken(definition: &serde_json::Value) -> Vec<(&'static str, String)> {
    let mut findings = Findings::default();
    let model = Model::bundled().unwrap();
    validate(&parse(&definition.to_string(), 0).unwrap(), &model, &Policy::default(), &mut findings);
    findings.sort();
    findings.as_slice().iter().map(|finding| (finding.rule, finding.pointer.clone())).collect()
}

/// `base` with each pointer set to its value; a pointer may name a member that is not there yet.
fn changed(changes: &serde_json::Value) -> serde_json::Value {
    let mut definition = base();
    for (pointer, value) in changes.as_object().unwrap() {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match definition.pointer_mut(parent).unwrap() {
            serde_json::Value::Object(members) if value.is_null() => drop(members.shift_remove(key)),
            serde_json::Value::Object(members) => drop(members.insert(key.to_owned(), value.clone())),
            serde_json::Value::Array(items) => items.insert(key.parse().unwrap(), value.clone()),
            other => panic!("{pointer}: {other}"),
        }
    }
    definition
}

macro_rules! cases {
    ($($rule:literal $pointer:literal: $bad:tt, $good:tt;)*) => {
        vec![$(($rule, $pointer, serde_json::json!($bad), serde_json::json!($good))),*]
    };
}

#[test]
fn the_base_is_valid() {
    assert_eq!(broken(&base()), []);
}

/// Per rule: a change that breaks it, and the nearest change that does not.
#[test]
fn each_rule_refuses_its_mistake_and_lets_the_neighbour_pass() {
    let cases = task_cases().into_iter().chain(container_cases());
    for (rule, pointer, bad, good) in cases {
        assert!(rules::find(rule).is_some(), "{rule} is not in the catalogue");
        assert_eq!(broken(&changed(&bad)), [(rule, pointer.to_owned())], "{bad}");
        assert_eq!(broken(&changed(&good)), [], "{good}");
    }
}

type Case = (&'static str, &'static str, serde_json::Value, serde_json::Value);

fn task_cases() -> Vec<Case> {
    cases! {
        "TD-UNKNOWN-KEY" "/memmory": {"/memmory": "512"}, {"/memory": "512"};
        "TD-NAME" "/family": {"/family": "a.b"}, {"/family": "a_b-C"};
        "TD-NAME" "/containerDefinitions/1/name": {"/containerDefinitions/0/dependsOn": [], "/containerDefinitions/1/name": "si de"}, {"/containerDefinitions/0/dependsOn": [], "/containerDefinitions/1/name": "si_de"};
        "TD-NAME" "/volumes/0/name": {"/volumes/0/name": "a/b"}, {"/volumes/0/name": "a-b"};
        "TD-NAME" "/containerDefinitions/0/portMappings/0/name": {"/containerDefinitions/0/portMappings/0/name": "Web"}, {"/containerDefinitions/0/portMappings/0/name": "web"};
        "TD-DUPLICATE" "/containerDefinitions/2/name": {"/containerDefinitions/2": {"name": "side", "image": "a"}}, {"/containerDefinitions/2": {"name": "other", "image": "a"}};
        "TD-DUPLICATE" "/volumes/1/name": {"/volumes/1": {"name": "tmp"}}, {"/volumes/1": {"name": "tmp2"}};
        "TD-DUPLICATE" "/containerDefinitions/0/environment/1/name": {"/containerDefinitions/0/environment/1": {"name": "A", "value": "2"}}, {"/containerDefinitions/0/environment/1": {"name": "B", "value": "2"}};
        "TD-DUPLICATE" "/containerDefinitions/0/secrets/1/name": {"/containerDefinitions/0/secrets/1": {"name": "S", "valueFrom": "t"}}, {"/containerDefinitions/0/secrets/1": {"name": "T", "valueFrom": "t"}};
        "TD-DUPLICATE" "/tags/1/key": {"/tags": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}, {"/tags": [{"key": "a", "value": "1"}, {"key": "A", "value": "2"}]};
        "TD-CONTAINERS" "/containerDefinitions": {"/containerDefinitions": []}, {};
        "TD-ESSENTIAL" "/containerDefinitions": {"/containerDefinitions/0/essential": false}, {"/containerDefinitions/0/essential": true};
        "TD-TAG" "/tags/0/key": {"/tags": [{"key": "AWS:x", "value": ""}]}, {"/tags": [{"key": "awsx", "value": ""}]};
        "TD-TAG" "/tags/0/value": {"/tags": [{"key": "x", "value": "a#b"}]}, {"/tags": [{"key": "x", "value": "a@b é"}]};
        "TD-FARGATE-SIZE" "/memory": {"/memory": "1536"}, {"/memory": "2048"};
        "TD-FARGATE-SIZE" "/memory": {"/cpu": "512", "/memory": "5120"}, {"/cpu": "512", "/memory": "4096"};
        "TD-FARGATE-SIZE" "/memory": {"/cpu": "8192", "/memory": "18432"}, {"/cpu": "8192", "/memory": "20480"};
        "TD-FARGATE-SIZE" "/cpu": {"/cpu": "300"}, {"/cpu": ".25 vCPU"};
        "TD-FARGATE-SIZE" "/cpu": {"/cpu": null}, {};
        "TD-CPU" "/cpu": {"/requiresCompatibilities": ["EC2"], "/cpu": "127"}, {"/requiresCompatibilities": ["EC2"], "/cpu": "128"};
        "TD-MEMORY" "/memory": {"/requiresCompatibilities": ["EC2"], "/memory": "1 mb"}, {"/requiresCompatibilities": ["EC2"], "/memory": "1 gb"};
        "TD-FARGATE-NETWORK" "/networkMode": {"/networkMode": "bridge"}, {"/networkMode": "awsvpc"};
        "TD-FARGATE-FORBIDDEN" "/pidMode": {"/pidMode": "host"}, {"/pidMode": "task"};
        "TD-FARGATE-FORBIDDEN" "/ipcMode": {"/ipcMode": "host"}, {};
        "TD-FARGATE-FORBIDDEN" "/volumes/0/host/sourcePath": {"/volumes/0/host": {"sourcePath": "/x"}}, {"/volumes/0/host": {}};
        "TD-FARGATE-FORBIDDEN" "/containerDefinitions/0/privileged": {"/containerDefinitions/0/privileged": true}, {"/containerDefinitions/0/privileged": false};
        "TD-FARGATE-FORBIDDEN" "/containerDefinitions/0/linuxParameters/swappiness": {"/containerDefinitions/0/linuxParameters": {"swappiness": 5}}, {"/containerDefinitions/0/linuxParameters": {"initProcessEnabled": true}};
        "TD-FARGATE-FORBIDDEN" "/containerDefinitions/0/linuxParameters/capabilities/add/0": {"/containerDefinitions/0/linuxParameters": {"capabilities": {"add": ["NET_ADMIN"]}}}, {"/containerDefinitions/0/linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}}};
        "TD-FARGATE-FORBIDDEN" "/containerDefinitions/0/resourceRequirements/0": {"/containerDefinitions/0/resourceRequirements": [{"type": "GPU", "value": "1"}]}, {"/containerDefinitions/0/resourceRequirements": []};
        "TD-EXECUTION-ROLE" "/containerDefinitions/0/secrets": {"/executionRoleArn": null}, {"/executionRoleArn": null, "/containerDefinitions/0/secrets": null};
        "TD-ROLE-ARN" "/executionRoleArn": {"/executionRoleArn": "exec"}, {"/executionRoleArn": "arn:aws-cn:iam::123456789012:role/path/exec"};
        "TD-ROLE-ARN" "/taskRoleArn": {"/taskRoleArn": "arn:aws:iam::1:role/x"}, {"/taskRoleArn": "short-name"};
        "TD-EPHEMERAL" "/ephemeralStorage/sizeInGiB": {"/ephemeralStorage": {"sizeInGiB": 20}}, {"/ephemeralStorage": {"sizeInGiB": 21}};
        "TD-PLATFORM" "/runtimePlatform": {"/runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2016_FULL"}, "/cpu": "1024", "/memory": "2048"}, {"/runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_FULL"}, "/cpu": "1024", "/memory": "2048"};
        "TD-PLACEMENT" "/placementConstraints": {"/placementConstraints": [{"type": "memberOf", "expression": "x"}]}, {"/placementConstraints": []};
        "TD-EFS" "/volumes/0/efsVolumeConfiguration": {"/volumes/0/efsVolumeConfiguration": {"fileSystemId": "fs-1", "authorizationConfig": {"iam": "ENABLED"}}}, {"/volumes/0/efsVolumeConfiguration": {"fileSystemId": "fs-1", "transitEncryption": "ENABLED", "authorizationConfig": {"iam": "ENABLED"}}};
        "TD-RANGE" "/containerDefinitions/0/resourceRequirements/0/sharingStrategy/nvidiaMps/memory": {"/containerDefinitions/0/resourceRequirements": [{"type": "InferenceAccelerator", "value": "x", "sharingStrategy": {"nvidiaMps": {"memory": 0}}}]}, {"/containerDefinitions/0/resourceRequirements": [{"type": "InferenceAccelerator", "value": "x", "sharingStrategy": {"nvidiaMps": {"memory": 1}}}]};
    }
}

fn container_cases() -> Vec<Case> {
    cases! {
        "TD-CONTAINER-INCOMPLETE" "/containerDefinitions/1/image": {"/containerDefinitions/1/image": ""}, {"/containerDefinitions/1/image": "a"};
        "TD-CONTAINER-CPU" "/cpu": {"/containerDefinitions/0/cpu": 200, "/containerDefinitions/1/cpu": 57}, {"/containerDefinitions/0/cpu": 200, "/containerDefinitions/1/cpu": 56};
        "TD-IMAGE" "/containerDefinitions/0/image": {"/containerDefinitions/0/image": "NOT A VALID IMAGE!!"}, {"/containerDefinitions/0/image": "valid/image"};
        "TD-IMAGE" "/containerDefinitions/0/image": {"/containerDefinitions/0/image": "app@sha256:v2"}, {"/containerDefinitions/0/image": "app:v2"};
        "TD-MEMORY" "/containerDefinitions/0/memory": {"/containerDefinitions/0/memory": 513}, {"/containerDefinitions/0/memory": 512};
        "TD-MEMORY" "/containerDefinitions/0/memory": {"/containerDefinitions/0/memory": 5}, {"/containerDefinitions/0/memory": 6};
        "TD-MEMORY" "/containerDefinitions/0/memoryReservation": {"/containerDefinitions/0/memory": 64, "/containerDefinitions/0/memoryReservation": 64}, {"/containerDefinitions/0/memory": 64, "/containerDefinitions/0/memoryReservation": 63};
        "TD-ENV-NAME" "/containerDefinitions/0/environment/1/name": {"/containerDefinitions/0/environment/1": {"value": "2"}}, {"/containerDefinitions/0/environment/1": {"name": "B", "value": ""}};
        "TD-ENV-CLASH" "/containerDefinitions/0/secrets/0/name": {"/containerDefinitions/0/secrets": [{"name": "A", "valueFrom": "t"}]}, {"/containerDefinitions/0/secrets": [{"name": "B", "valueFrom": "t"}]};
        "TD-ENV-FILE" "/containerDefinitions/0/environmentFiles/0/value": {"/containerDefinitions/0/environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/x.txt"}]}, {"/containerDefinitions/0/environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/x.env"}]};
        "TD-SECRET-REF" "/containerDefinitions/0/secrets/0/valueFrom": {"/containerDefinitions/0/secrets": [{"name": "S", "valueFrom": "arn:aws:ssm:eu-central-1:123456789012:parameter//a"}]}, {"/containerDefinitions/0/secrets": [{"name": "S", "valueFrom": "arn:aws:ssm:eu-central-1:123456789012:parameter/a"}]};
        "TD-SECRET-REF" "/containerDefinitions/0/secrets/0/valueFrom": {"/containerDefinitions/0/secrets": [{"name": "S", "valueFrom": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:a-123456:key"}]}, {"/containerDefinitions/0/secrets": [{"name": "S", "valueFrom": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:a-123456:key::"}]};
        "TD-SECRET-REF" "/containerDefinitions/0/secrets/0/valueFrom": {"/containerDefinitions/0/secrets": [{"name": "S", "valueFrom": "a b"}]}, {"/containerDefinitions/0/secrets": [{"name": "S", "valueFrom": "a.b"}]};
        "TD-PORT" "/containerDefinitions/0/portMappings/0/containerPort": {"/containerDefinitions/0/portMappings/0/containerPort": 65536}, {"/containerDefinitions/0/portMappings/0/containerPort": 65535};
        "TD-PORT-MODE" "/containerDefinitions/0/portMappings/0/hostPort": {"/containerDefinitions/0/portMappings/0/hostPort": 80}, {"/containerDefinitions/0/portMappings/0/hostPort": 8000};
        "TD-PORT-MODE" "/containerDefinitions/0/portMappings": {"/requiresCompatibilities": ["EC2"], "/networkMode": "none"}, {"/requiresCompatibilities": ["EC2"], "/networkMode": "none", "/containerDefinitions/0/portMappings": []};
        "TD-PORT-DUPLICATE" "/containerDefinitions/1/portMappings/0/containerPort": {"/containerDefinitions/1/portMappings": [{"containerPort": 8000}]}, {"/containerDefinitions/1/portMappings": [{"containerPort": 8000, "protocol": "udp"}]};
        "TD-PORT-RANGE" "/containerDefinitions/1/portMappings/0/containerPortRange": {"/containerDefinitions/1/portMappings": [{"containerPortRange": "20-20"}]}, {"/containerDefinitions/1/portMappings": [{"containerPortRange": "20-21"}]};
        "TD-DEPENDS" "/containerDefinitions/0/dependsOn/0/containerName": {"/containerDefinitions/0/dependsOn": [{"containerName": "gone", "condition": "START"}]}, {"/containerDefinitions/0/dependsOn": []};
        "TD-DEPENDS" "/containerDefinitions/0/dependsOn/0/containerName": {"/containerDefinitions/0/dependsOn/0/condition": "HEALTHY"}, {"/containerDefinitions/0/dependsOn/0/condition": "HEALTHY", "/containerDefinitions/1/healthCheck": {"command": ["CMD", "x"]}};
        "TD-DEPENDS" "/containerDefinitions/0/dependsOn/0/containerName": {"/containerDefinitions/0/dependsOn/0/condition": "SUCCESS", "/containerDefinitions/1/essential": true}, {"/containerDefinitions/0/dependsOn/0/condition": "SUCCESS"};
        "TD-DEPENDS-CYCLE" "/containerDefinitions/0/dependsOn": {"/containerDefinitions/1/dependsOn": [{"containerName": "web", "condition": "START"}]}, {"/containerDefinitions/1/dependsOn": []};
        "TD-HEALTH-CHECK" "/containerDefinitions/0/healthCheck/command": {"/containerDefinitions/0/healthCheck": {"command": ["curl", "x"]}}, {"/containerDefinitions/0/healthCheck": {"command": ["CMD-SHELL", "x"]}};
        "TD-HEALTH-CHECK" "/containerDefinitions/0/healthCheck/interval": {"/containerDefinitions/0/healthCheck": {"command": ["CMD", "x"], "interval": 4}}, {"/containerDefinitions/0/healthCheck": {"command": ["CMD", "x"], "interval": 5}};
        "TD-LOG" "/containerDefinitions/0/logConfiguration/options/awslogs-stream-prefix": {"/containerDefinitions/0/logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "r"}}}, {"/containerDefinitions/0/logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "p"}}};
        "TD-LOG" "/containerDefinitions/0/logConfiguration/logDriver": {"/containerDefinitions/0/logConfiguration": {"logDriver": "syslog"}}, {"/containerDefinitions/0/logConfiguration": {"logDriver": "splunk"}};
        "TD-REFERENCE" "/containerDefinitions/0/logConfiguration/logDriver": {"/containerDefinitions/0/logConfiguration": {"logDriver": "awsfirelens"}}, {"/containerDefinitions/0/logConfiguration": {"logDriver": "awsfirelens"}, "/containerDefinitions/1/firelensConfiguration": {"type": "fluentbit"}};
        "TD-REFERENCE" "/containerDefinitions/0/mountPoints/0/sourceVolume": {"/containerDefinitions/0/mountPoints": [{"sourceVolume": "gone", "containerPath": "/x"}]}, {"/containerDefinitions/0/mountPoints": [{"sourceVolume": "tmp", "containerPath": "/x"}]};
        "TD-REFERENCE" "/containerDefinitions/0/volumesFrom/0/sourceContainer": {"/containerDefinitions/0/volumesFrom": [{"sourceContainer": "gone"}]}, {"/containerDefinitions/0/volumesFrom": [{"sourceContainer": "side"}]};
        "TD-TIMEOUT" "/containerDefinitions/0/stopTimeout": {"/containerDefinitions/0/stopTimeout": 121}, {"/containerDefinitions/0/stopTimeout": 120};
        "TD-RESTART" "/containerDefinitions/0/restartPolicy/restartAttemptPeriod": {"/containerDefinitions/0/restartPolicy": {"enabled": true, "restartAttemptPeriod": 59}}, {"/containerDefinitions/0/restartPolicy": {"enabled": true, "restartAttemptPeriod": 60}};
        "TD-ULIMIT" "/containerDefinitions/0/ulimits/0": {"/containerDefinitions/0/ulimits": [{"name": "nofile", "softLimit": 2, "hardLimit": 1}]}, {"/containerDefinitions/0/ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 1}]};
        "TD-AWSVPC-FORBIDDEN" "/containerDefinitions/0/hostname": {"/containerDefinitions/0/hostname": "x"}, {"/requiresCompatibilities": ["EC2"], "/networkMode": "bridge", "/containerDefinitions/0/hostname": "x"};
        "TD-WINDOWS-FORBIDDEN" "/containerDefinitions/0/user": {"/runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}, "/cpu": "1024", "/memory": "2048", "/containerDefinitions/0/user": "x"}, {"/containerDefinitions/0/user": "x"};
    }
}

#[test]
fn the_size_limit_is_measured_in_bytes_of_compact_json() {
    let mut definition = base();
    let room = 65_536 - definition.to_string().len();
    definition["containerDefinitions"][0]["environment"][0]["value"] =
        serde_json::json!("x".repeat(room + 1));
    assert_eq!(broken(&definition), [("TD-SIZE-NEAR", String::new())]);
    definition["containerDefinitions"][0]["environment"][0]["value"] =
        serde_json::json!("x".repeat(room + 2));
    assert_eq!(broken(&definition), [("TD-SIZE", String::new())]);
}

#[test]
fn findings_come_in_the_order_of_the_file() {
    let mut findings = Findings::default();
    let text = "{\"family\": \"a b\",\n \"cpu\": \"1\",\n \"containerDefinitions\": []}";
    validate(&parse(text, 0).unwrap(), &Model::bundled().unwrap(), &Policy::default(), &mut findings);
    findings.sort();
    let places: Vec<Place> = findings.as_slice().iter().map(|finding| finding.place).collect();
    assert!(places.is_sorted() && places.len() == 3, "{places:?}");
}
