//! Rules about the AppSpec.

use super::{Rule, error};

const STRUCTURE: &str =
    "https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure.html";
const RESOURCES: &str =
    "https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html";
const HOOKS: &str =
    "https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html";
const PLATFORM: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-linux-fargate.html";
const PIPELINE: &str =
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/tutorials-ecs-ecr-codedeploy.html";

pub const RULES: &[Rule] = &[
    error(
        "AS-VERSION",
        "wrong AppSpec version",
        "The only version is 0.0; CodeDeploy refuses every other.",
        STRUCTURE,
    ),
    error(
        "AS-KEY",
        "key that CodeDeploy does not know for ECS",
        "CodeDeploy ignores or refuses it; os, files and permissions belong to deployments on servers.",
        STRUCTURE,
    ),
    error(
        "AS-TYPE",
        "value of the wrong type",
        "CodeDeploy cannot read the AppSpec and the deployment fails before it starts.",
        STRUCTURE,
    ),
    error(
        "AS-RESOURCE",
        "not exactly one ECS service",
        "Resources lists exactly one entry of the type AWS::ECS::Service.",
        RESOURCES,
    ),
    error(
        "AS-TASKDEF",
        "the task definition must be a placeholder",
        "CodePipeline writes the new revision where <TASK_DEFINITION> stands. A literal ARN deploys that old revision again, and nobody notices.",
        PIPELINE,
    ),
    error(
        "AS-CONTAINER",
        "load balancer target that the task definition does not have",
        "ContainerName and ContainerPort must be a container of the task definition and one of its ports.",
        RESOURCES,
    ),
    error(
        "AS-NETWORK",
        "wrong network settings",
        "AwsvpcConfiguration needs 1 to 16 Subnets, 1 to 5 SecurityGroups and AssignPublicIp ENABLED or DISABLED, all or none.",
        RESOURCES,
    ),
    error(
        "AS-HOOK",
        "hook that CodeDeploy does not run",
        "Hooks name a Lambda function for BeforeInstall, AfterInstall, AfterAllowTestTraffic, BeforeAllowTraffic or AfterAllowTraffic, each at most once. A misspelt one would be skipped and nothing tested.",
        HOOKS,
    ),
    error(
        "AS-CAPACITY",
        "capacity provider strategy that ECS refuses",
        "At most 20 providers, each once; Base 0 to 100000 and above 0 for one at most; Weight 0 to 1000 and above 0 for one at least.",
        RESOURCES,
    ),
    error(
        "AS-PLATFORM",
        "platform version that does not fit the task definition",
        "PlatformVersion is LATEST or a version such as 1.4.0 and exists on Fargate only. Before 1.4.0 there was no EFS, no larger ephemeral storage, no task PID mode, no ARM64 and no 8 vCPU: CodeDeploy starts the deployment, then no task can be placed.",
        PLATFORM,
    ),
];
