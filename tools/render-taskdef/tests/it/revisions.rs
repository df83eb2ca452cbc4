//! `diff` and `register` against the engines' ECS.

use local_pipeline::RunningGateway;
use local_pipeline::faults::Fault;
use serde_json::{Value, json};

use crate::online::{call, tool, world};
use crate::support::IMAGE;

async fn describe(gateway: &RunningGateway, name: &str) -> Value {
    let input = json!({"taskDefinition": name, "include": ["TAGS"]});
    call(gateway, "ecs", "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition", input).await
}

#[tokio::test]
async fn a_revision_is_registered_once() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, digest) = world(scratch.path()).await;
    let image = format!("web={IMAGE}@{digest}");
    let dry = tool(&gateway, scratch.path(), "register", &["--image", &image, "--dry-run"]).await;
    assert_eq!((dry.code, dry.stdout.as_str()), (0, ""), "{}", dry.stderr);
    let first = tool(&gateway, scratch.path(), "register", &["--image", &image]).await;
    assert_eq!(first.code, 0, "{}{}", first.stdout, first.stderr);
    let arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/greenlight-test-backend:2\n";
    assert_eq!(first.stdout, arn);
    // Another commit with the same content: only provenance differs, and the ARN is the same.
    let again =
        tool(&gateway, scratch.path(), "register", &["--image", &image, "--var", "GIT_SHA=def"]).await;
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    let described = describe(&gateway, "greenlight-test-backend").await;
    let environment = described["taskDefinition"]["containerDefinitions"][0]["environment"].to_string();
    // GIT_SHA is a variable of these templates, so that is a difference of what runs.
    assert!(environment.contains("def"));
    assert_eq!(again.stdout, arn.replace(":2\n", ":3\n"));
    let third = tool(
        &gateway,
        scratch.path(),
        "register",
        &["--image", &image, "--var", "GIT_SHA=def", "--var", "PIPELINE_EXECUTION_ID=x"],
    )
    .await;
    assert_eq!(third.stdout, again.stdout);
    assert!(third.stderr.contains("unchanged; nothing was registered"), "{}", third.stderr);
    let data = tool(
        &gateway,
        scratch.path(),
        "register",
        &["--image", &image, "--var", "GIT_SHA=def", "--format", "json"],
    )
    .await;
    assert_eq!(serde_json::from_str::<Value>(&data.stdout).unwrap()["registered"], false);
    gateway.stop().await;
}

#[tokio::test]
async fn a_definition_with_findings_is_not_registered() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, _) = world(scratch.path()).await;
    let ran = tool(&gateway, scratch.path(), "register", &["--image", &format!("web={IMAGE}:gone")]).await;
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let placeholder = ["--images", "placeholder", "--placeholder", "IMAGE1_NAME=web", "--image", "web=app:1"];
    assert_eq!(tool(&gateway, scratch.path(), "register", &placeholder).await.code, 2);
    assert_eq!(
        tool(&gateway, scratch.path(), "register", &["--offline", "--image", "web=app:1"]).await.code,
        2
    );
    assert_eq!(describe(&gateway, "greenlight-test-backend").await["taskDefinition"]["revision"], 1);
    gateway.stop().await;
}

#[tokio::test]
async fn ecs_refusals_have_their_exit_codes() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, digest) = world(scratch.path()).await;
    let image = format!("web={IMAGE}@{digest}");
    for (status, code, exit) in
        [(400, "AccessDeniedException", 77), (400, "ThrottlingException", 69), (400, "ClientException", 1)]
    {
        gateway.faults().add(Fault::error("ecs", "RegisterTaskDefinition", status, code));
        let ran = tool(&gateway, scratch.path(), "register", &["--image", &image]).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (exit, ""), "{code}: {}", ran.stderr);
        gateway.faults().clear();
    }
    gateway.stop().await;
}

#[tokio::test]
async fn differences_are_named_without_values() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, digest) = world(scratch.path()).await;
    let image = format!("web={IMAGE}@{digest}");
    let diff = |extra: &'static [&'static str]| {
        let image = image.clone();
        let (gateway, dir) = (&gateway, scratch.path());
        async move { tool(gateway, dir, "diff", &[&["--image", image.as_str()], extra].concat()).await }
    };
    let ran = diff(&["--against", "running", "--exit-code"]).await;
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    insta::assert_snapshot!("diff-running", ran.stdout.replace(&digest, "DIGEST"));
    assert!(!ran.stdout.contains("greenlight-test-journal"));
    let shown = diff(&["--show-env", "JOURNAL_TABLE"]).await;
    assert!(shown.stdout.contains("greenlight-test-journal") && shown.code == 0, "{}", shown.stdout);
    tool(&gateway, scratch.path(), "register", &["--image", &image]).await;
    let none = diff(&["--exit-code"]).await;
    assert_eq!(none.code, 0, "{}", none.stdout);
    assert!(none.stdout.starts_with("no difference to arn:aws:ecs:"), "{}", none.stdout);
    let old = diff(&["--against", "greenlight-test-backend:1", "--format", "json"]).await;
    let data: Value = serde_json::from_str(&old.stdout).unwrap();
    assert!(data["changes"].as_array().unwrap().iter().any(|change| change["path"] == "executionRoleArn"));
    let github = diff(&["--against", "greenlight-test-backend:1", "--format", "github"]).await;
    assert!(github.stdout.lines().all(|line| line.starts_with("::notice ")), "{}", github.stdout);
    let gone = diff(&["--against", "greenlight-test-backend:99"]).await;
    assert_eq!(gone.code, 1);
    assert!(gone.stderr.contains("greenlight-test-backend:99 does not exist"), "{}", gone.stderr);
    gateway.stop().await;
}
