use std::fs;

use local_pipeline::faults::Fault;
use local_pipeline::{Gateway, GatewaySettings, RunningGateway, client, names};
use serde_json::{Value, json};

use crate::support::{IMAGE, Ran, repository_templates, run_with};

/// Architectures, and the digests of their images' configurations.
const CONFIGS: [(&str, &str); 2] = [
    ("amd64", "sha256:9cd31762e7050165195c9469ccea41a23c079f2d0f51b5e9bf0c9d7842618b72"),
    ("arm64", "sha256:c21740f5cb55c7e3a2197b08ebd0ba12f673ff5aa9869bf892b0c85dcaf5c413"),
];

/// A call of a JSON service of the engines.
pub async fn call(gateway: &RunningGateway, service: &str, target: &str, input: Value) -> Value {
    client::call(gateway.url(), service, target, &input).await.unwrap_or_else(|error| panic!("{error}"))
}

/// The engines with everything that the templates for `test` name, and one image for two platforms, tagged `1`; the second value is
/// the digest of its index.
#[allow(clippy::too_many_lines, reason = "one resource after the other")]
pub async fn world(state: &std::path::Path) -> (RunningGateway, String) {
    let gateway = Gateway::start(GatewaySettings::in_process(state)).await.unwrap();
    let registry = &gateway.engines().registry;
    registry.create_repository("greenlight/backend", false);
    let mut entries = Vec::new();
    for (architecture, config) in CONFIGS {
        let text = format!("{{\"os\":\"linux\",\"architecture\":\"{architecture}\"}}");
        let upload = format!("{}/v2/greenlight/backend/blobs/uploads/?digest={config}", gateway.url());
        let answer = client::send("POST", &upload, &[], text).await.unwrap();
        assert_eq!(answer.status, 201);
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let manifest = json!({"schemaVersion": 2, "mediaType": media_type, "layers": [],
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 37}});
        let put = json!({"repositoryName": "greenlight/backend", "imageManifest": manifest.to_string(),
            "imageTag": architecture, "imageManifestMediaType": media_type});
        let put = registry.call("PutImage", &put).await.unwrap_or_else(|error| panic!("{error}"));
        entries.push(
            json!({"mediaType": media_type, "size": 1, "digest": put["image"]["imageId"]["imageDigest"],
            "platform": {"os": "linux", "architecture": architecture}}),
        );
    }
    let index = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": entries});
    let put = json!({"repositoryName": "greenlight/backend", "imageManifest": index.to_string(), "imageTag": "1",
        "imageManifestMediaType": "application/vnd.oci.image.index.v1+json"});
    let answer = registry.call("PutImage", &put).await.unwrap_or_else(|error| panic!("{error}"));
    let digest = answer["image"]["imageId"]["imageDigest"].as_str().unwrap().to_owned();
    let ecs = |operation: &str| format!("AmazonEC2ContainerServiceV20141113.{operation}");
    let deploy = |operation: &str| format!("CodeDeploy_20141006.{operation}");
    call(&gateway, "ecs", &ecs("CreateCluster"), json!({"clusterName": "greenlight-test"})).await;
    let (group, production, test) = balancer(&gateway).await;
    let first = json!({"family": "greenlight-test-backend", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "cpu": "256", "memory": "512", "containerDefinitions": [
            {"name": "web", "image": format!("{IMAGE}:bootstrap"), "portMappings": [{"containerPort": 8000}]}]});
    call(&gateway, "ecs", &ecs("RegisterTaskDefinition"), first).await;
    let service = json!({"cluster": "greenlight-test", "serviceName": "backend", "taskDefinition": "greenlight-test-backend",
        "desiredCount": 0, "launchType": "FARGATE", "deploymentController": {"type": "CODE_DEPLOY"},
        "loadBalancers": [{"targetGroupArn": group, "containerName": "web", "containerPort": 8000}]});
    call(&gateway, "ecs", &ecs("CreateService"), service).await;
    call(
        &gateway,
        "codedeploy",
        &deploy("CreateApplication"),
        json!({"applicationName": "greenlight-test", "computePlatform": "ECS"}),
    )
    .await;
    let deployment = json!({"applicationName": "greenlight-test", "deploymentGroupName": "backend",
        "serviceRoleArn": "arn:aws:iam::123456789012:role/codedeploy",
        "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "blueGreenDeploymentConfiguration": {
            "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 0},
            "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"}},
        "ecsServices": [{"clusterName": "greenlight-test", "serviceName": "backend"}],
        "loadBalancerInfo": {"targetGroupPairInfoList": [{"targetGroups": [{"name": "blue"}, {"name": "green"}],
            "prodTrafficRoute": {"listenerArns": [production]}, "testTrafficRoute": {"listenerArns": [test]}}]}});
    call(&gateway, "codedeploy", &deploy("CreateDeploymentGroup"), deployment).await;
    let function = local_pipeline::engines::functions::FunctionSpec {
        name: "greenlight-test-validate-deploy".to_owned(),
        program: state.join("never-started"),
        environment: std::collections::BTreeMap::new(),
        timeout: std::time::Duration::from_secs(1),
        memory_mb: 128,
    };
    gateway.engines().functions.create(function).unwrap_or_else(|_| panic!("the function was refused"));
    (gateway, digest)
}

/// A load balancer with its target groups; blue's ARN and those of both listeners.
async fn balancer(gateway: &RunningGateway) -> (String, String, String) {
    let query = async |form: &[(&str, &str)], element: &str| {
        let xml = client::query(gateway.url(), "elasticloadbalancing", form).await.unwrap();
        let found = xml.split(&format!("<{element}>")).nth(1).and_then(|rest| rest.split('<').next());
        found.unwrap_or_else(|| panic!("{xml}")).to_owned()
    };
    let name = |name| {
        [
            ("Action", "CreateTargetGroup"),
            ("Name", name),
            ("Protocol", "HTTP"),
            ("Port", "8000"),
            ("TargetType", "ip"),
        ]
    };
    let blue = query(&name("blue"), "TargetGroupArn").await;
    query(&name("green"), "TargetGroupArn").await;
    let balancer = query(&[("Action", "CreateLoadBalancer"), ("Name", "web")], "LoadBalancerArn").await;
    let listener = [
        ("Action", "CreateListener"),
        ("LoadBalancerArn", &balancer),
        ("Protocol", "HTTP"),
        ("Port", "0"),
        ("DefaultActions.member.1.Type", "forward"),
        ("DefaultActions.member.1.TargetGroupArn", &blue),
    ];
    let production = query(&listener, "ListenerArn").await;
    let test = query(&listener, "ListenerArn").await;
    (blue, production, test)
}

/// Runs the program against the engines, with the templates of this repository for `test`.
pub async fn tool(gateway: &RunningGateway, dir: &std::path::Path, command: &str, extra: &[&str]) -> Ran {
    let (url, dir) = (gateway.url().to_owned(), dir.to_owned());
    let templates = repository_templates();
    let mut args = vec![command.to_owned(), "--dir".to_owned(), templates.display().to_string()];
    args.extend(["--env", "test", "--var", "GIT_SHA=abc"].map(str::to_owned));
    args.extend(extra.iter().map(|&word| word.to_owned()));
    tokio::task::spawn_blocking(move || {
        let environment = [
            ("AWS_ENDPOINT_URL", url.as_str()),
            ("AWS_ACCESS_KEY_ID", names::ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", names::SECRET_ACCESS_KEY),
            ("AWS_REGION", names::REGION),
            // The engines have no IAM, logs, SSM: without retries that is found out at once.
            ("AWS_MAX_ATTEMPTS", "1"),
        ];
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        run_with(&dir, &args, &environment)
    })
    .await
    .unwrap()
}

async fn render(gateway: &RunningGateway, dir: &std::path::Path, image: &str) -> Ran {
    tool(gateway, dir, "render", &["--image", &format!("web={image}"), "--out", "files"]).await
}

#[tokio::test]
async fn a_tag_is_pinned_to_the_digest_that_ecr_has() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, digest) = world(scratch.path()).await;
    let ran = render(&gateway, scratch.path(), &format!("{IMAGE}:1")).await;
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(scratch.path().join("files").join(name)).unwrap()).unwrap()
    };
    let pinned = format!("{IMAGE}@{digest}");
    let (taskdef, detail) = (read("taskdef.json"), read("imageDetail.json"));
    let web = &taskdef["containerDefinitions"][0];
    assert_eq!(web["image"], pinned);
    assert!(web["environment"].as_array().unwrap().contains(&json!({"name": "IMAGE", "value": pinned})));
    assert_eq!(
        (&detail["ImageURI"], &detail["ImageTags"], &detail["ImageDigest"]),
        (&json!(pinned), &json!(["1"]), &json!(digest))
    );
    // A digest is looked up as well: it may have been deleted.
    assert_eq!(render(&gateway, scratch.path(), &pinned).await.code, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn an_image_that_ecr_does_not_have_is_a_finding() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, _) = world(scratch.path()).await;
    for image in [
        format!("{IMAGE}:2"),
        IMAGE.replace("backend", "other"),
        format!("{IMAGE}@{}", crate::support::DIGEST),
    ] {
        let ran = render(&gateway, scratch.path(), &image).await;
        assert_eq!(ran.code, 1, "{image}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("error[TD-IMAGE-MISSING] taskdef.json:"), "{}", ran.stdout);
        assert!(!scratch.path().join("files").exists());
    }
    gateway.stop().await;
}

#[tokio::test]
async fn what_aws_refuses_has_its_own_exit_code() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, _) = world(scratch.path()).await;
    for (status, code, exit) in [
        (400, "AccessDeniedException", 77),
        (400, "ExpiredTokenException", 77),
        (400, "ThrottlingException", 69),
    ] {
        gateway.faults().add(Fault::error("ecr", "DescribeImages", status, code));
        let ran = render(&gateway, scratch.path(), &format!("{IMAGE}:1")).await;
        assert_eq!(ran.code, exit, "{code}: {}", ran.stderr);
        assert!(ran.stderr.contains(code) && ran.stderr.contains("hint: "), "{}", ran.stderr);
        assert!(!scratch.path().join("files").exists());
        gateway.faults().clear();
    }
    gateway.stop().await;
}

/// Each question to the engines, refused in three ways: none becomes "missing", and --require-online says how it failed.
#[tokio::test]
async fn each_call_can_be_denied_throttled_or_missing() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, digest) = world(scratch.path()).await;
    let image = format!("web={IMAGE}@{digest}");
    let calls = [
        ("ecr", "DescribeImages", "image "),
        ("ecs", "DescribeServices", "service: "),
        ("ecs", "DescribeTaskDefinition", "latest revision: "),
        ("codedeploy", "GetDeploymentGroup", "deployment group: "),
        ("lambda", "*", "hook function "),
        ("logs", "DescribeLogGroups", "log group "),
        ("ssm", "GetParameters", "secret "),
    ];
    for (code, status, word) in [
        ("AccessDeniedException", 400, "denied"),
        ("ThrottlingException", 400, "throttled"),
        ("InternalFailure", 500, "unavailable"),
    ] {
        for (service, operation, _) in calls {
            gateway.faults().add(Fault::error(service, operation, status, code));
        }
        let ran = tool(&gateway, scratch.path(), "check", &["--image", &image]).await;
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        for (_, _, what) in calls {
            let line = format!("not checked ({word}): {what}");
            assert!(ran.stdout.contains(&line), "{line}: {}{}", ran.stdout, ran.stderr);
        }
        gateway.faults().clear();
    }
    gateway.faults().add(Fault::error("ecr", "BatchGetImage", 400, "AccessDeniedException"));
    let ran = tool(&gateway, scratch.path(), "check", &["--image", &image]).await;
    assert!(ran.stdout.contains("not checked (denied): platforms of "), "{}", ran.stdout);
    gateway.faults().clear();
    gateway.faults().add(Fault::error("*", "*", 400, "AccessDeniedException"));
    let ran =
        tool(&gateway, scratch.path(), "render", &["--image", &image, "--require-online", "--out", "files"])
            .await;
    assert_eq!((ran.code, scratch.path().join("files").exists()), (77, false), "{}", ran.stderr);
    gateway.faults().clear();
    gateway.faults().add(Fault::error("*", "*", 503, "ServiceUnavailable"));
    let ran = tool(&gateway, scratch.path(), "check", &["--image", &image, "--require-online"]).await;
    assert_eq!(ran.code, 69, "{}", ran.stderr);
    gateway.stop().await;
}

#[tokio::test]
async fn what_is_missing_is_found_in_the_file_that_names_it() {
    let scratch = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(GatewaySettings::in_process(scratch.path())).await.unwrap();
    let ran = tool(&gateway, scratch.path(), "check", &["--image", &format!("web={IMAGE}:1")]).await;
    assert_eq!(ran.code, 1);
    for line in [
        "error[DP-SERVICE] render.toml:7:11: there is no service \"backend\"",
        "error[DP-GROUP] render.toml:9:20: there is no deployment group \"backend\"",
        "error[TD-IMAGE-MISSING] taskdef.json:15:16 ",
        "error[DP-HOOK] appspec.yaml:14:28 /Hooks/0/AfterAllowTestTraffic: there is no Lambda function",
    ] {
        assert!(ran.stdout.contains(line), "{line}\n{}", ran.stdout);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_slow_aws_has_its_own_exit_code() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, digest) = world(scratch.path()).await;
    let kind = local_pipeline::faults::FaultKind::Latency { delay_ms: 20_000 };
    gateway.faults().add(Fault { kind, ..Fault::error("ecs", "*", 0, "") });
    let image = format!("web={IMAGE}@{digest}");
    let ran = tool(&gateway, scratch.path(), "check", &["--image", &image, "--online-timeout", "1"]).await;
    assert_eq!(ran.code, 75, "{}", ran.stderr);
    assert!(ran.stderr.contains("within 1 s") && ran.stderr.contains("hint: "), "{}", ran.stderr);
    gateway.stop().await;
}

/// With a second for each answer, a dozen questions take little more than the longest chain of them.
#[tokio::test]
async fn questions_wait_for_the_slowest_and_not_for_each_other() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, digest) = world(scratch.path()).await;
    let delay_ms = 1_000;
    let kind = local_pipeline::faults::FaultKind::Latency { delay_ms };
    gateway.faults().add(Fault { kind, ..Fault::error("*", "*", 0, "") });
    gateway.log().clear();
    let before = std::time::Instant::now();
    let ran = tool(&gateway, scratch.path(), "check", &["--image", &format!("web={IMAGE}@{digest}")]).await;
    let took = before.elapsed();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let questions = u32::try_from(gateway.log().calls().len()).unwrap();
    assert!(questions >= 10, "{questions}");
    let one_after_the_other = questions * std::time::Duration::from_millis(delay_ms);
    assert!(took < one_after_the_other / 2, "{questions} questions took {took:?}");
    gateway.stop().await;
}

/// An image for one platform says so in its configuration, to which ECR gives a link.
#[tokio::test]
async fn an_image_for_another_processor_is_a_finding() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, _) = world(scratch.path()).await;
    assert_eq!(render(&gateway, scratch.path(), &format!("{IMAGE}:amd64")).await.code, 0);
    let ran = render(&gateway, scratch.path(), &format!("{IMAGE}:arm64")).await;
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let finding = "the task runs on linux/amd64, the image is built for linux/arm64";
    assert!(
        ran.stdout.contains("error[TD-IMAGE-PLATFORM]") && ran.stdout.contains(finding),
        "{}",
        ran.stdout
    );
    gateway.faults().add(Fault::error("ecr", "GetDownloadUrlForLayer", 400, "AccessDeniedException"));
    let ran = render(&gateway, scratch.path(), &format!("{IMAGE}:arm64")).await;
    assert!(ran.code == 0 && ran.stdout.contains("not checked (denied): platforms of "), "{}", ran.stdout);
    gateway.stop().await;
}
