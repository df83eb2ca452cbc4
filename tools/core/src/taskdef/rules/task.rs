//! Rules about the task definition as a whole.

use super::{Rule, error, warning};

const REGISTER: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html";
const FARGATE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html";
const TAG: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html";
const EXECUTION_ROLE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html";
const VOLUME: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html";
const PROXY: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html";
const PARAMETERS: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html";
const EFS: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html";

pub const RULES: &[Rule] = &[
    error(
        "TD-UNKNOWN-KEY",
        "key that ECS does not know",
        "ECS or the tool before it drops or refuses unknown keys, so a misspelt limit silently does not apply. --allow-key POINTER lets a key pass that is newer than the bundled model.",
        REGISTER,
    ),
    error(
        "TD-TYPE",
        "value of the wrong type",
        "ECS refuses the request with a ClientException or SerializationException.",
        REGISTER,
    ),
    error(
        "TD-ENUM",
        "value that is not one of the allowed ones",
        "ECS refuses values outside of the list in its service model.",
        REGISTER,
    ),
    error(
        "TD-REQUIRED",
        "required member is missing",
        "ECS's service model requires this member and the request is refused without it.",
        REGISTER,
    ),
    error(
        "TD-RANGE",
        "number out of bounds",
        "ECS states bounds for this number and refuses what lies outside.",
        REGISTER,
    ),
    error(
        "TD-NAME",
        "name with characters that are not allowed",
        "Families, containers and volumes take 1 to 255 letters, digits, '_' and '-'; port names take lower case. ECS says \"Family contains invalid characters.\" or \"Container.name contains invalid characters.\".",
        REGISTER,
    ),
    error(
        "TD-DUPLICATE",
        "name used twice",
        "ECS refuses \"Duplicate secret names found\" and, for others, silently takes one of both; Docker refuses a \"Duplicate mount point\".",
        REGISTER,
    ),
    error(
        "TD-CONTAINERS",
        "no container, or too many",
        "A task definition holds 1 to 10 containers.",
        QUOTAS,
    ),
    error(
        "TD-ESSENTIAL",
        "no essential container",
        "At least one container must be essential; \"essential\" is true unless it says false.",
        REGISTER,
    ),
    error(
        "TD-SIZE",
        "definition too large",
        "ECS refuses more than 65536 bytes: \"Actual length: 'N'. Max allowed length is '65536' bytes.\".",
        QUOTAS,
    ),
    warning(
        "TD-SIZE-NEAR",
        "definition close to the size limit",
        "More than 90 % of ECS's 65536 bytes are used; the next variables may not fit.",
        QUOTAS,
    ),
    error(
        "TD-TAG",
        "tag that AWS refuses",
        "A tag has a key. Keys that begin with aws: (in any case) are reserved for AWS, and ECS refuses them.",
        TAG,
    ),
    warning(
        "TD-TAG-ROOM",
        "no room for the tags that say where a revision comes from",
        "A revision has at most 50 tags. Those that name commit, pipeline execution, sources and tool are left out as far as they do not fit, the commit last; --no-provenance leaves them all out.",
        TAG,
    ),
    error(
        "TD-CPU",
        "not an amount of CPU",
        "Task cpu is a number of CPU units or a text such as \".5 vCPU\", 128 to 196608 units.",
        REGISTER,
    ),
    error(
        "TD-MEMORY",
        "memory does not add up",
        "Memory is in MiB, at least 6 per container; a container's limit must not exceed the task's, its reservation not its limit, and all reservations together not the task's memory (\"The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.\"); without task memory each container needs one of both. AWS's page says that the limit is greater than the reservation; ECS takes equal amounts.",
        REGISTER,
    ),
    error(
        "TD-FARGATE-SIZE",
        "combination of cpu and memory that Fargate does not offer",
        "ECS says \"No Fargate configuration exists for given values\" when the task definition is registered.",
        FARGATE,
    ),
    error(
        "TD-FARGATE-NETWORK",
        "Fargate needs awsvpc",
        "ECS says \"Fargate only supports network mode 'awsvpc'.\".",
        FARGATE,
    ),
    error(
        "TD-FARGATE-FORBIDDEN",
        "parameter that Fargate does not support",
        "ECS refuses the definition, or ignores the parameter on Fargate, which is worse. Without requiresCompatibilities it asks nothing, and no task starts: where the AppSpec has a platform version or a Fargate capacity provider, or the service runs on Fargate, the rules for Fargate hold all the same.",
        FARGATE,
    ),
    error(
        "TD-EXECUTION-ROLE",
        "execution role is missing",
        "Pulling from ECR or logging to CloudWatch on Fargate, and container secrets anywhere, are done with the execution role: \"When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.\".",
        EXECUTION_ROLE,
    ),
    error(
        "TD-ROLE-ARN",
        "not the ARN of a role",
        "Roles are named as arn:aws:iam::ACCOUNT:role/NAME; the task role may also be a name.",
        REGISTER,
    ),
    error(
        "TD-EPHEMERAL",
        "ephemeral storage out of bounds",
        "Fargate offers 21 to 200 GiB of ephemeral storage.",
        FARGATE,
    ),
    error(
        "TD-PLATFORM",
        "platform combination that does not exist",
        "ARM64 is offered for Linux only, and Fargate runs Windows Server 2019 and 2022 only.",
        FARGATE,
    ),
    error(
        "TD-PLACEMENT",
        "placement constraints",
        "At most 10 placement constraints, and none on Fargate.",
        REGISTER,
    ),
    error(
        "TD-REFERENCE",
        "refers to something that does not exist",
        "A mount point names a volume; volumesFrom, links and the proxy name a container; awsfirelens needs a FireLens router in the same definition.",
        REGISTER,
    ),
    error(
        "TD-EFS",
        "EFS settings that contradict each other",
        "IAM authorization and access points need transit encryption; with an access point the root directory is \"/\" or absent.",
        EFS,
    ),
    error(
        "TD-LENGTH",
        "too short, too long, or too many",
        "ECS's service model states how many characters or items this may have, such as 50 tags, and the request is refused otherwise.",
        REGISTER,
    ),
    error(
        "TD-PATTERN",
        "characters that are not allowed",
        "ECS's service model states a pattern for this text, such as that of tags, and the request is refused when it does not match.",
        TAG,
    ),
    error(
        "TD-VOLUME",
        "volume that is not exactly one thing",
        "A volume has one kind of configuration. One volume of a definition can be configured at launch, and then says nothing else. EFS, S3 Files and volumes configured at launch need a name.",
        VOLUME,
    ),
    error(
        "TD-PROXY",
        "proxy configuration that does not work",
        "App Mesh's proxy needs network mode awsvpc and the properties AppPorts, ProxyIngressPort, ProxyEgressPort, and IgnoredUID or IgnoredGID.",
        PROXY,
    ),
    error(
        "TD-TRUSTED-EXECUTION",
        "trusted execution that does not exist",
        "Trusted execution is offered on Managed Instances only; CONFIDENTIAL_SANDBOX needs an attestation policy, and nothing else takes one.",
        REGISTER,
    ),
    warning(
        "TD-IGNORED",
        "setting without effect",
        "ECS takes this and does nothing with it, so what it promises does not hold: ulimits but nofile on Fargate, ephemeralStorage elsewhere, cpu and memory of a task with Windows containers, swappiness without maxSwap.",
        PARAMETERS,
    ),
];
