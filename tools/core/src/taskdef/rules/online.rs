//! Rules about what AWS answers.

use super::{Rule, error, warning};

const BATCH_GET: &str = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html";
const SCAN: &str = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html";
const SECRET: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html";
const LOGS: &str = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html";
const EXECUTION_ROLE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html";
const TASK_ROLE: &str = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html";
const BLUE_GREEN: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html";
const CONFIGURATIONS: &str =
    "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html";
const HOOKS: &str =
    "https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html";

pub const RULES: &[Rule] = &[
    error(
        "TD-IMAGE-PLATFORM",
        "the image is not built for the task's platform",
        "An image for another architecture or operating system is pulled and then fails to start with \"exec format error\" or CannotPullContainerError. Without runtimePlatform, Fargate runs X86_64 and Linux.",
        BATCH_GET,
    ),
    error(
        "TD-SCAN-FINDINGS",
        "the scan found more than --fail-on-findings lets through",
        "ECR's scan of the image that would run (of its platform, when it is built for several) counts more findings of a severity than the gate allows.",
        SCAN,
    ),
    error(
        "TD-SCAN-MISSING",
        "there is no complete scan that --fail-on-findings could judge",
        "A gate that nobody could check must not be passed. Scan on push, and wait until the scan is complete. What CodePipeline puts in the place of a placeholder is judged when --image names it; a scan that AWS does not let the caller see ends the run with exit 77 or 69.",
        SCAN,
    ),
    error(
        "TD-SECRET-MISSING",
        "no such secret or parameter",
        "Every start of a task would fail with \"ResourceInitializationError: unable to pull secrets or registry auth\" until the deployment times out.",
        SECRET,
    ),
    error(
        "TD-LOG-GROUP-MISSING",
        "no such log group",
        "The awslogs driver does not make log groups unless awslogs-create-group says so: the container fails to start with \"failed to initialize logging driver\".",
        LOGS,
    ),
    error(
        "TD-ROLE-MISSING",
        "no such role",
        "ECS says \"Role is not valid\" when the revision is registered or its tasks are started.",
        EXECUTION_ROLE,
    ),
    error(
        "TD-ROLE-TRUST",
        "the role cannot be assumed by ECS tasks",
        "The trust policy must allow sts:AssumeRole to ecs-tasks.amazonaws.com: \"ECS was unable to assume the role\".",
        TASK_ROLE,
    ),
    warning(
        "TD-REVISIONS",
        "family close to the limit of revisions",
        "A family has at most 1,000,000 revisions, deregistered ones included; then a new family is needed.",
        QUOTAS,
    ),
    error(
        "DP-SERVICE",
        "no such service, or not an active one",
        "CodeDeploy deploys to the service that render.toml names; without it the deployment fails before it starts.",
        BLUE_GREEN,
    ),
    error(
        "DP-CONTROLLER",
        "service that CodeDeploy does not deploy",
        "Only a service with the deployment controller CODE_DEPLOY takes CodeDeploy's deployments: \"Invalid deployment controller\".",
        BLUE_GREEN,
    ),
    error(
        "DP-LOAD-BALANCER",
        "container and port are not those of the service",
        "The service's load balancer sends traffic to one container and port. CodeDeploy refuses others when it creates the new task set.",
        BLUE_GREEN,
    ),
    error(
        "DP-GROUP",
        "no such deployment group",
        "CodePipeline hands the files to the application and deployment group that render.toml names.",
        BLUE_GREEN,
    ),
    error(
        "DP-GROUP-SERVICE",
        "deployment group of another service",
        "The files would be deployed to a service that they were not written for.",
        BLUE_GREEN,
    ),
    warning(
        "DP-TEST-LISTENER",
        "test hook without test traffic",
        "AfterAllowTestTraffic runs after the test listener sends its traffic to the new task set. Without a test listener there is nothing to test.",
        HOOKS,
    ),
    error(
        "DP-NLB-CONFIG",
        "deployment configuration that a Network Load Balancer does not support",
        "Canary and linear shifting need an Application Load Balancer; with a Network Load Balancer only CodeDeployDefault.ECSAllAtOnce works.",
        CONFIGURATIONS,
    ),
    error(
        "DP-HOOK",
        "no such Lambda function",
        "A hook whose function does not exist fails its lifecycle event, and the deployment is rolled back.",
        HOOKS,
    ),
];
