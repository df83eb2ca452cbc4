//! Rules about templates and about what AWS is asked while they are filled.

use super::{Rule, error, warning};

const SSM: &str = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html";
const DEFINITION: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html";
const PIPELINE: &str =
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html";
const DESCRIBE: &str = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html";

pub const RULES: &[Rule] = &[
    error(
        "TD-TEMPLATE-SYNTAX",
        "malformed reference",
        "A \"${…}\" has no closing brace, an unknown form or no valid name, or defaults nested more than eight deep. Write \"$$\" for a dollar sign that is meant as one.",
        PIPELINE,
    ),
    error(
        "TD-TEMPLATE-TYPE",
        "value does not have the type that the reference asks for",
        "${int:NAME}, ${bool:NAME} and ${json:NAME} turn a variable into a number, a boolean or JSON; the variable's text is none.",
        PIPELINE,
    ),
    error(
        "TD-UNDEFINED",
        "undefined variable or image",
        "The template uses a name that no --var, --var-file, --image, render.toml or allowed environment variable defines.",
        PIPELINE,
    ),
    error(
        "TD-PLACEHOLDER",
        "placeholder that nobody fills",
        "A \"{{…}}\" or \"<NAME>\", or a \"${…}\" in a key, would reach ECS as it stands. CodePipeline fills only the placeholders of its Image<N>ContainerName; declare those with --placeholder.",
        PIPELINE,
    ),
    error(
        "TD-SSM-SECURE",
        "secret parameter used as plain text",
        "A SecureString must not be written into a task definition, where everybody who may read it sees it. Name it under \"secrets\".",
        SSM,
    ),
    error(
        "TD-SSM-MISSING",
        "no such SSM parameter",
        "${ssm:/path} names a parameter that does not exist in this account and region.",
        SSM,
    ),
    error(
        "TD-SSM-OFFLINE",
        "an SSM parameter is needed but AWS did not say what it is",
        "${ssm:/path} is read from AWS while rendering; --offline forbids that, and a call that is denied or throttled gives nothing. A default stands in for a parameter that is not there, and for nothing else: it would hide that.",
        SSM,
    ),
    error(
        "TD-IMAGE",
        "not an image reference",
        "ECS refuses it with \"Container.image contains invalid characters.\" or \"should be 255 characters or less\", or every start of a task fails with CannotPullContainerError.",
        DEFINITION,
    ),
    error(
        "TD-IMAGE-MISSING",
        "the image is not in ECR",
        "The repository, tag or digest does not exist. Tasks would fail to start with CannotPullContainerError until the deployment times out.",
        DESCRIBE,
    ),
    error(
        "TD-IMAGE-STATUS",
        "the image cannot be pulled now",
        "ECR has archived the image. It must be activated before a task can pull it.",
        DESCRIBE,
    ),
    error(
        "TD-IMAGE-OFFLINE",
        "a tag cannot be pinned without asking ECR",
        "A tag can move between the render and the start of a task. Give a digest, drop --offline, or say --images as-is.",
        DESCRIBE,
    ),
    warning(
        "TD-IMAGE-UNPINNED",
        "image named by a tag",
        "Only private ECR images are resolved to digests. Anyone who can push to that registry can change what runs; name the image by digest.",
        DEFINITION,
    ),
    error(
        "TD-PLACEHOLDER-COUNT",
        "more placeholders than CodePipeline fills",
        "The action CodeDeployToECS has Image1 to Image4. Name the image of a fifth container by its digest.",
        PIPELINE,
    ),
];
