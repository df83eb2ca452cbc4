//! For each rule about a task definition: a change that breaks it, at this pointer, and the nearest change that does not.

use serde_json::Value as Json;

pub type Case = (&'static str, &'static str, Json, Json);

macro_rules! cases {
    ($($rule:literal $pointer:literal: $bad:tt, $good:tt;)*) => {
        vec![$(($rule, $pointer, serde_json::json!($bad), serde_json::json!($good))),*]
    };
}

pub fn definition_cases() -> Vec<Case> {
    let mut all = first_cases();
    all.extend(further_cases());
    all
}

fn first_cases() -> Vec<Case> {
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
        "TD-PATTERN" "/tags/0/value": {"/tags": [{"key": "x", "value": "a#b"}]}, {"/tags": [{"key": "x", "value": "a@b é"}]};
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
        "TD-RANGE" "/containerDefinitions/0/resourceRequirements/0/sharingStrategy/nvidiaMps/memory": {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/resourceRequirements": [{"type": "GPU", "value": "1", "sharingStrategy": {"nvidiaMps": {"memory": 0}}}]}, {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/resourceRequirements": [{"type": "GPU", "value": "1", "sharingStrategy": {"nvidiaMps": {"memory": 1}}}]};
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

fn further_cases() -> Vec<Case> {
    cases! {
        "TD-TYPE" "/containerDefinitions/0/memory": {"/containerDefinitions/0/memory": "64"}, {"/containerDefinitions/0/memory": 64};
        "TD-ENUM" "/networkMode": {"/requiresCompatibilities": ["EC2"], "/networkMode": "awsvcp"}, {"/requiresCompatibilities": ["EC2"], "/networkMode": "awsvpc"};
        "TD-REQUIRED" "/family": {"/family": null}, {"/family": "app"};
        "TD-RANGE" "/containerDefinitions/0/stopTimeout": {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/stopTimeout": 2_147_483_648_i64}, {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/stopTimeout": 2_147_483_647};
        "TD-LENGTH" "/tags/0/key": {"/tags": [{"key": "", "value": "a"}]}, {"/tags": [{"key": "k", "value": "a"}]};
        "TD-PATTERN" "/tags/0/key": {"/tags": [{"key": "a\u{0301}", "value": "a"}]}, {"/tags": [{"key": "á 5", "value": "a"}]};
        "TD-VOLUME" "/volumes/0/name": {"/volumes/0": {"configuredAtLaunch": true}}, {"/volumes/0": {"name": "data", "configuredAtLaunch": true}};
        "TD-VOLUME" "/volumes/1/configuredAtLaunch": {"/volumes": [{"name": "a", "configuredAtLaunch": true}, {"name": "b", "configuredAtLaunch": true}]}, {"/volumes": [{"name": "a", "configuredAtLaunch": true}, {"name": "b", "configuredAtLaunch": false}]};
        "TD-VOLUME" "/volumes/0": {"/volumes": [{"name": "a", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}, "s3filesVolumeConfiguration": {"fileSystemArn": "x"}}]}, {"/volumes": [{"name": "a", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}, "host": {}}]};
        "TD-EFS" "/volumes/0/efsVolumeConfiguration/rootDirectory": {"/volumes": [{"name": "a", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "transitEncryption": "ENABLED", "rootDirectory": "/data", "authorizationConfig": {"accessPointId": "fsap-1"}}}]}, {"/volumes": [{"name": "a", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "transitEncryption": "ENABLED", "rootDirectory": "/", "authorizationConfig": {"accessPointId": "fsap-1"}}}]};
        "TD-EFS" "/volumes/0/s3filesVolumeConfiguration/rootDirectory": {"/volumes": [{"name": "a", "s3filesVolumeConfiguration": {"fileSystemArn": "x", "accessPointArn": "y", "rootDirectory": "/data"}}]}, {"/volumes": [{"name": "a", "s3filesVolumeConfiguration": {"fileSystemArn": "x", "rootDirectory": "/data"}}]};
        "TD-PROXY" "/proxyConfiguration": {"/requiresCompatibilities": ["EC2"], "/networkMode": "host", "/proxyConfiguration": {"containerName": "side", "properties": [{"name": "IgnoredUID", "value": "1"}, {"name": "AppPorts", "value": "80"}, {"name": "ProxyIngressPort", "value": "1"}, {"name": "ProxyEgressPort", "value": "2"}]}}, {"/proxyConfiguration": {"containerName": "side", "properties": [{"name": "IgnoredUID", "value": "1"}, {"name": "AppPorts", "value": "80"}, {"name": "ProxyIngressPort", "value": "1"}, {"name": "ProxyEgressPort", "value": "2"}, {"name": "EgressIgnoredIPs", "value": ""}]}};
        "TD-PROXY" "/proxyConfiguration/properties": {"/proxyConfiguration": {"containerName": "side", "properties": [{"name": "AppPorts", "value": "80"}, {"name": "ProxyIngressPort", "value": "1"}, {"name": "ProxyEgressPort", "value": "2"}]}}, {"/proxyConfiguration": {"containerName": "side", "properties": [{"name": "IgnoredGID", "value": "1"}, {"name": "AppPorts", "value": "80"}, {"name": "ProxyIngressPort", "value": "1"}, {"name": "ProxyEgressPort", "value": "2"}]}};
        "TD-REFERENCE" "/proxyConfiguration/containerName": {"/proxyConfiguration": {"containerName": "gone", "properties": [{"name": "IgnoredGID", "value": "1"}, {"name": "AppPorts", "value": "80"}, {"name": "ProxyIngressPort", "value": "1"}, {"name": "ProxyEgressPort", "value": "2"}]}}, {};
        "TD-REFERENCE" "/containerDefinitions/0/links/0": {"/requiresCompatibilities": ["EC2"], "/networkMode": "bridge", "/containerDefinitions/0/links": ["gone:x"]}, {"/requiresCompatibilities": ["EC2"], "/networkMode": "bridge", "/containerDefinitions/0/links": ["side:x"]};
        "TD-LINKS" "/containerDefinitions/0/links": {"/requiresCompatibilities": ["EC2"], "/networkMode": "host", "/containerDefinitions/0/links": ["side"]}, {"/requiresCompatibilities": ["EC2"], "/networkMode": "bridge", "/containerDefinitions/0/links": ["side"]};
        "TD-TRUSTED-EXECUTION" "/trustedExecutionConfiguration": {"/requiresCompatibilities": ["EC2"], "/trustedExecutionConfiguration": {"isolationMode": "SHARED"}}, {"/requiresCompatibilities": ["MANAGED_INSTANCES"], "/trustedExecutionConfiguration": {"isolationMode": "SHARED"}};
        "TD-TRUSTED-EXECUTION" "/trustedExecutionConfiguration/attestationPolicy": {"/requiresCompatibilities": ["MANAGED_INSTANCES"], "/trustedExecutionConfiguration": {"isolationMode": "CONFIDENTIAL_SANDBOX"}}, {"/requiresCompatibilities": ["MANAGED_INSTANCES"], "/trustedExecutionConfiguration": {"isolationMode": "CONFIDENTIAL_SANDBOX", "attestationPolicy": "eA=="}};
        "TD-IGNORED" "/ephemeralStorage": {"/requiresCompatibilities": ["EC2"], "/ephemeralStorage": {"sizeInGiB": 30}}, {"/ephemeralStorage": {"sizeInGiB": 30}};
        "TD-IGNORED" "/containerDefinitions/0/ulimits/0": {"/containerDefinitions/0/ulimits": [{"name": "nproc", "softLimit": 1, "hardLimit": 1}]}, {"/containerDefinitions/0/ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 1}]};
        "TD-IGNORED" "/containerDefinitions/0/linuxParameters/swappiness": {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/linuxParameters": {"swappiness": 5}}, {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/linuxParameters": {"swappiness": 5, "maxSwap": 9}};
        "TD-IGNORED" "/cpu": {"/requiresCompatibilities": ["EC2"], "/runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}, "/memory": null, "/containerDefinitions/0/memory": 64, "/containerDefinitions/1/memory": 64}, {"/requiresCompatibilities": ["EC2"], "/runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}, "/cpu": null, "/memory": null, "/containerDefinitions/0/memory": 64, "/containerDefinitions/1/memory": 64};
        "TD-LINUX" "/containerDefinitions/0/linuxParameters/swappiness": {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/linuxParameters": {"swappiness": 101, "maxSwap": 9}}, {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/linuxParameters": {"swappiness": 100, "maxSwap": 9}};
        "TD-LINUX" "/containerDefinitions/0/linuxParameters/capabilities/drop/0": {"/containerDefinitions/0/linuxParameters": {"capabilities": {"drop": ["CAP_CHOWN"]}}}, {"/containerDefinitions/0/linuxParameters": {"capabilities": {"drop": ["CHOWN"]}}};
        "TD-RESOURCE" "/containerDefinitions/0/resourceRequirements/0/value": {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/resourceRequirements": [{"type": "GPU", "value": "0"}]}, {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/resourceRequirements": [{"type": "GPU", "value": "ALL"}]};
        "TD-RESOURCE" "/containerDefinitions/0/resourceRequirements/0/value": {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/resourceRequirements": [{"type": "InferenceAccelerator", "value": "d"}]}, {"/requiresCompatibilities": ["EC2"], "/inferenceAccelerators": [{"deviceName": "d", "deviceType": "t"}], "/containerDefinitions/0/resourceRequirements": [{"type": "InferenceAccelerator", "value": "d"}]};
        "TD-RESOURCE" "/containerDefinitions/0/resourceRequirements/0/type": {"/requiresCompatibilities": ["EC2"], "/containerDefinitions/0/resourceRequirements": [{"type": "NeuronDevice", "value": "ALL"}]}, {"/requiresCompatibilities": ["MANAGED_INSTANCES"], "/containerDefinitions/0/resourceRequirements": [{"type": "NeuronDevice", "value": "ALL"}]};
        "TD-CREDENTIAL-SPEC" "/containerDefinitions/0/credentialSpecs/0": {"/containerDefinitions/0/credentialSpecs": ["arn:aws:s3:::b/k"]}, {"/containerDefinitions/0/credentialSpecs": ["credentialspec:arn:aws:s3:::b/k"]};
        "TD-SECRET-REF" "/containerDefinitions/0/repositoryCredentials/credentialsParameter": {"/containerDefinitions/0/repositoryCredentials": {"credentialsParameter": "arn:aws:ssm:eu-central-1:123456789012:parameter/a"}}, {"/containerDefinitions/0/repositoryCredentials": {"credentialsParameter": "registry/login"}};
        "TD-SECRET-REF" "/containerDefinitions/0/secrets/0/valueFrom": {"/containerDefinitions/0/secrets": [{"name": "S", "valueFrom": "/ssm/a"}]}, {"/containerDefinitions/0/secrets": [{"name": "S", "valueFrom": "/aws/reference/x"}]};
        "TD-SECRET-PARTIAL" "/containerDefinitions/0/secrets/0/valueFrom": {"/containerDefinitions/0/secrets": [{"name": "S", "valueFrom": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app/db"}]}, {"/containerDefinitions/0/secrets": [{"name": "S", "valueFrom": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app/db-a1B2c3"}]};
        "TD-VERSION-CONSISTENCY" "/containerDefinitions/0/versionConsistency": {"/containerDefinitions/0/versionConsistency": "disabled", "/containerDefinitions/0/image": "app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}, {"/containerDefinitions/0/versionConsistency": "disabled", "/containerDefinitions/0/image": "app:1"};
        "TD-IMAGE" "/containerDefinitions/0/image": {"/containerDefinitions/0/image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/a:1"}, {"/containerDefinitions/0/image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ab:1"};
        "TD-LOG" "/containerDefinitions/0/logConfiguration/logDriver": {"/requiresCompatibilities": ["MANAGED_INSTANCES"], "/containerDefinitions/0/logConfiguration": {"logDriver": "gelf"}}, {"/requiresCompatibilities": ["MANAGED_INSTANCES"], "/containerDefinitions/0/logConfiguration": {"logDriver": "json-file"}};
        "TD-FARGATE-FORBIDDEN" "/containerDefinitions/1/firelensConfiguration/options/config-file-type": {"/containerDefinitions/1/firelensConfiguration": {"type": "fluentbit", "options": {"config-file-type": "s3"}}}, {"/containerDefinitions/1/firelensConfiguration": {"type": "fluentbit", "options": {"config-file-type": "file"}}};
        "TD-FARGATE-FORBIDDEN" "/volumes/0/dockerVolumeConfiguration": {"/volumes/0/dockerVolumeConfiguration": {"scope": "task"}}, {"/volumes/0/host": {}};
        "TD-EXECUTION-ROLE" "/containerDefinitions/0/environmentFiles": {"/executionRoleArn": null, "/containerDefinitions/0/secrets": [], "/containerDefinitions/0/environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/x.env"}]}, {"/executionRoleArn": null, "/containerDefinitions/0/secrets": [], "/containerDefinitions/0/environmentFiles": []};
        "TD-PORT-RANGE" "/containerDefinitions/1/portMappings/1/containerPortRange": {"/containerDefinitions/1/portMappings": [{"containerPortRange": "20-30"}, {"containerPortRange": "30-40"}]}, {"/containerDefinitions/1/portMappings": [{"containerPortRange": "20-30"}, {"containerPortRange": "31-40"}]};
        "TD-PORT-DUPLICATE" "/containerDefinitions/1/portMappings/0/hostPort": {"/requiresCompatibilities": ["EC2"], "/networkMode": "bridge", "/containerDefinitions/0/portMappings": [{"containerPort": 80, "hostPort": 8080}], "/containerDefinitions/1/portMappings": [{"containerPort": 81, "hostPort": 8080}]}, {"/requiresCompatibilities": ["EC2"], "/networkMode": "bridge", "/containerDefinitions/0/portMappings": [{"containerPort": 80, "hostPort": 0}], "/containerDefinitions/1/portMappings": [{"containerPort": 81, "hostPort": 0}]};
        "TD-WINDOWS-FORBIDDEN" "/pidMode": {"/requiresCompatibilities": ["EC2"], "/runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}, "/cpu": null, "/memory": null, "/containerDefinitions/0/memory": 64, "/containerDefinitions/1/memory": 64, "/pidMode": "task"}, {"/requiresCompatibilities": ["EC2"], "/pidMode": "task"};
        "TD-HEALTH-CHECK" "/containerDefinitions/0/healthCheck/retries": {"/containerDefinitions/0/healthCheck": {"command": ["CMD", "x"], "retries": 11}}, {"/containerDefinitions/0/healthCheck": {"command": ["CMD", "x"], "retries": 10}};
        "TD-CONTAINER-CPU" "/cpu": {"/containerDefinitions/0/cpu": 2_147_483_647, "/containerDefinitions/1/cpu": 2_147_483_647}, {"/containerDefinitions/0/cpu": 1};
    }
}
