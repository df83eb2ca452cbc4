//! Rules about single containers.

use super::{Rule, error, warning};

const CONTAINER: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html";
const PORT: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html";
const SECRET: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html";
const DEPENDS: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html";
const HEALTH: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html";
const LOG: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html";
const SECRETS: &str = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html";
const LINUX: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html";
const RESOURCE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html";
const ULIMIT: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html";

pub const RULES: &[Rule] = &[
    error(
        "TD-CONTAINER-INCOMPLETE",
        "container without name or image",
        "ECS says \"Container.image should not be null or empty.\" or \"Container.name should not be null or empty.\".",
        CONTAINER,
    ),
    error(
        "TD-CONTAINER-CPU",
        "containers ask for more cpu than the task has",
        "The sum of the containers' cpu must not exceed the task's, and none is negative: \"The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.\".",
        CONTAINER,
    ),
    error(
        "TD-ENV-NAME",
        "variable without a name",
        "Names of variables and secrets must not be empty.",
        CONTAINER,
    ),
    error(
        "TD-ENV-CLASH",
        "name in both environment and secrets",
        "ECS says \"The secret name must be unique and not shared with any new or existing environment variables\".",
        CONTAINER,
    ),
    error(
        "TD-ENV-FILE",
        "environment file that ECS refuses",
        "At most 10 files, each the ARN of an S3 object whose name ends with .env.",
        CONTAINER,
    ),
    error(
        "TD-SECRET-REF",
        "not a reference to a secret",
        "valueFrom takes the name or ARN of an SSM parameter or the ARN of a Secrets Manager secret, optionally with :key:stage:version; credentialsParameter takes a secret of Secrets Manager. Tasks would fail to start with ResourceInitializationError.",
        SECRET,
    ),
    error(
        "TD-PORT",
        "port out of bounds",
        "Every port mapping has a containerPort or a range; ports are 1 to 65535 (host port 0 asks for a free one in bridge mode): \"Invalid 'containerPort' setting\".",
        PORT,
    ),
    error(
        "TD-PORT-MODE",
        "ports do not fit the network mode",
        "With awsvpc or host the host port is absent or equal to the container port; with none there are no port mappings: \"When networkMode=awsvpc, the host ports and container ports in port mappings must match\".",
        PORT,
    ),
    error(
        "TD-PORT-DUPLICATE",
        "port used twice",
        "The same port and protocol cannot be used twice in one container, nor in two containers that share a network namespace, nor can two containers in bridge mode have the same host port.",
        PORT,
    ),
    error(
        "TD-PORT-RANGE",
        "wrong container port range",
        "A range is FIRST-LAST, for bridge and awsvpc only, without hostPort or containerPort; at most 100 in a container, and none overlaps another port of it, nor of another container in the same network namespace.",
        PORT,
    ),
    error(
        "TD-DEPENDS",
        "dependency that cannot be met",
        "dependsOn names another container of the task; HEALTHY needs a health check there, and an essential container can be neither COMPLETE nor SUCCESS.",
        DEPENDS,
    ),
    error(
        "TD-DEPENDS-CYCLE",
        "dependencies form a circle",
        "Each waits for the other, so none of the containers would ever start and the task never runs.",
        DEPENDS,
    ),
    error(
        "TD-HEALTH-CHECK",
        "health check out of bounds",
        "The command begins with CMD or CMD-SHELL; interval 5 to 300, timeout 2 to 60, retries 1 to 10, startPeriod 0 to 300 seconds.",
        HEALTH,
    ),
    error(
        "TD-LOG",
        "log configuration that does not work",
        "awslogs needs awslogs-group and awslogs-region, on Fargate also awslogs-stream-prefix, takes \"true\" and nothing else for awslogs-create-group, and no unknown options (\"Log driver awslogs disallows options\"); splunk needs splunk-url and splunk-token, in options or secretOptions. Fargate offers awslogs, splunk and awsfirelens, Managed Instances json-file as well.",
        LOG,
    ),
    error(
        "TD-TIMEOUT",
        "timeout out of bounds",
        "On Fargate startTimeout and stopTimeout are 2 to 120 seconds.",
        CONTAINER,
    ),
    error(
        "TD-RESTART",
        "restart policy out of bounds",
        "At most 50 ignored exit codes; restartAttemptPeriod is 60 to 1800 seconds.",
        CONTAINER,
    ),
    error(
        "TD-ULIMIT",
        "soft limit above the hard one",
        "Docker refuses to start a container whose soft limit is above its hard limit; -1 is no limit.",
        ULIMIT,
    ),
    error(
        "TD-AWSVPC-FORBIDDEN",
        "parameter that awsvpc does not support",
        "hostname, links and extraHosts are not supported with network mode awsvpc.",
        CONTAINER,
    ),
    error(
        "TD-WINDOWS-FORBIDDEN",
        "parameter that Windows does not support",
        "Windows containers take no Linux parameters, user, read-only root file system, ulimits, DNS settings, links or shared namespaces, and on Fargate no EFS volumes.",
        CONTAINER,
    ),
    error(
        "TD-CREDENTIAL-SPEC",
        "not a reference to a credential spec",
        "At most one, as credentialspec:ARN or credentialspecdomainless:ARN, with the ARN of an SSM parameter or an S3 object.",
        CONTAINER,
    ),
    warning(
        "TD-SECRET-PARTIAL",
        "ARN of a secret without its random suffix",
        "Secrets Manager puts a hyphen and six characters behind every name. Without them it looks for a secret that begins so, and fails when a name itself ends with a hyphen and six characters.",
        SECRETS,
    ),
    warning(
        "TD-VERSION-CONSISTENCY",
        "version consistency disabled for a pinned image",
        "\"versionConsistency\": \"disabled\" keeps ECS from resolving a tag to a digest. An image that is named by digest has no tag to resolve.",
        CONTAINER,
    ),
    error(
        "TD-LINKS",
        "links outside of network mode bridge",
        "links connect containers in network mode bridge only.",
        CONTAINER,
    ),
    error(
        "TD-LINUX",
        "Linux parameter that Docker refuses",
        "swappiness is 0 to 100, and capabilities are those of the kernel, without the prefix CAP_.",
        LINUX,
    ),
    error(
        "TD-RESOURCE",
        "device requirement that cannot be met",
        "GPUs are counted, or ALL, or shared; NeuronDevice is ALL, on Managed Instances, for one container; InferenceAccelerator names a device of the definition.",
        RESOURCE,
    ),
];
