//! What the engines do not have, with answers as AWS gives them: IAM, logs, secrets, scans, links to layers.

use std::sync::Arc;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use greenlight_core::taskdef::online::{Platform, Scan, SecretName};
use greenlight_core::taskdef::pin::ImageAnswer;

use super::*;

/// What a request must contain (target and body together), and the answer: status and body.
type Exchange = (&'static str, u16, String);

/// Answers the first exchange that fits, on the HTTP level, so that the SDK's own reading of answers and errors is tested too. What
/// nothing fits is refused in a way that no test expects.
#[derive(Debug, Clone)]
struct Canned(Arc<Vec<Exchange>>);

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let asked = format!("{target} {body}");
        let found = self.0.iter().find(|(needle, _, _)| asked.contains(needle));
        let (status, body) = found.map_or((418, asked), |(_, status, body)| (*status, body.clone()));
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
    }
}

fn aws(exchanges: &[(&'static str, u16, &str)]) -> SdkConfig {
    let exchanges =
        exchanges.iter().map(|(needle, status, body)| (*needle, *status, (*body).to_owned())).collect();
    let canned = Canned(Arc::new(exchanges));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(canned.clone())))
        .build()
}

/// Refusals in the JSON protocols, and what each becomes.
const REFUSALS: [(u16, &str, Obstacle); 4] = [
    (400, "AccessDeniedException", Obstacle::Denied),
    (400, "ExpiredTokenException", Obstacle::Credentials),
    (400, "ThrottlingException", Obstacle::Throttled),
    (400, "ValidationException", Obstacle::Refused),
];

fn refusal(code: &str) -> String {
    format!("{{\"__type\":\"{code}\",\"message\":\"no\"}}")
}

fn obstacle<T: std::fmt::Debug>(answer: Answer<T>) -> Obstacle {
    match answer {
        Answer::Unknown(unknown) => unknown.obstacle,
        other => panic!("{other:?}"),
    }
}

const ROLE: &str = "arn:aws:iam::123456789012:role/path/exec";

fn iam(status: u16, body: &str) -> aws_sdk_iam::Client {
    aws_sdk_iam::Client::new(&aws(&[("Action=GetRole&Version=2010-05-08&RoleName=exec", status, body)]))
}

fn role(arn: &str, policy: &str) -> aws_sdk_iam::Client {
    let policy = policy.replace('"', "%22").replace(' ', "%20");
    let body = format!(
        "<GetRoleResponse><GetRoleResult><Role><Path>/path/</Path><RoleName>exec</RoleName><RoleId>A</RoleId><Arn>{arn}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>{policy}</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>"
    );
    iam(200, &body)
}

#[tokio::test]
async fn roles_are_found_missing_elsewhere_or_unknown() {
    use greenlight_core::taskdef::online::RoleFacts;
    let trust = r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
    let found = roles::ask(&role(ROLE, trust), ROLE, None).await;
    assert_eq!(found, Answer::Found(RoleFacts { trusts_ecs_tasks: true }));
    let found = roles::ask(&role(ROLE, "{}"), ROLE, None).await;
    assert_eq!(found, Answer::Found(RoleFacts { trusts_ecs_tasks: false }));
    // A role of this name in another account, or under another path, is not this role.
    let other = role("arn:aws:iam::999999999999:role/path/exec", trust);
    assert_eq!(obstacle(roles::ask(&other, ROLE, None).await), Obstacle::OtherAccount);
    let other = role("arn:aws:iam::123456789012:role/exec", trust);
    assert_eq!(roles::ask(&other, ROLE, None).await, Answer::Missing);
    assert_eq!(obstacle(roles::ask(&other, ROLE, Some("999999999999")).await), Obstacle::OtherAccount);
    for (status, code, wanted) in [
        (404, "NoSuchEntity", None),
        (403, "AccessDenied", Some(Obstacle::Denied)),
        (400, "Throttling", Some(Obstacle::Throttled)),
        (403, "ExpiredToken", Some(Obstacle::Credentials)),
        (500, "InternalFailure", Some(Obstacle::Unavailable)),
    ] {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
        );
        match (roles::ask(&iam(status, &body), ROLE, None).await, wanted) {
            (answer, None) => assert_eq!(answer, Answer::Missing),
            (answer, Some(wanted)) => assert_eq!(obstacle(answer), wanted, "{code}"),
        }
    }
}

#[tokio::test]
async fn log_groups_are_found_by_their_whole_name() {
    let groups = |status: u16, body: &str| {
        aws_sdk_cloudwatchlogs::Client::new(&aws(&[(
            "DescribeLogGroups {\"logGroupNamePrefix\":\"/app\"}",
            status,
            body,
        )]))
    };
    let there = groups(200, r#"{"logGroups": [{"logGroupName": "/app"}, {"logGroupName": "/app/more"}]}"#);
    assert_eq!(logs::ask_client(&there, "/app").await, Answer::Found(()));
    let longer = groups(200, r#"{"logGroups": [{"logGroupName": "/app/more"}]}"#);
    assert_eq!(logs::ask_client(&longer, "/app").await, Answer::Missing);
    for (status, code, wanted) in REFUSALS {
        assert_eq!(
            obstacle(logs::ask_client(&groups(status, &refusal(code)), "/app").await),
            wanted,
            "{code}"
        );
    }
}

#[tokio::test]
async fn secrets_are_found_deleted_missing_or_unknown() {
    use greenlight_core::taskdef::online::SecretFacts;
    let client = |status: u16, body: &str| {
        aws_sdk_secretsmanager::Client::new(&aws(&[("DescribeSecret {\"SecretId\":\"a\"}", status, body)]))
    };
    let found = secrets::ask_secret(&client(200, r#"{"Name": "a"}"#), "a").await;
    assert_eq!(found, Answer::Found(SecretFacts { deleted: false }));
    let found = secrets::ask_secret(&client(200, r#"{"Name": "a", "DeletedDate": 1.0}"#), "a").await;
    assert_eq!(found, Answer::Found(SecretFacts { deleted: true }));
    let gone = client(400, &refusal("ResourceNotFoundException"));
    assert_eq!(secrets::ask_secret(&gone, "a").await, Answer::Missing);
    for (status, code, wanted) in REFUSALS {
        let client = client(status, &refusal(code));
        assert_eq!(obstacle(secrets::ask_secret(&client, "a").await), wanted, "{code}");
    }
}

#[tokio::test]
async fn parameters_are_asked_for_without_decryption() {
    let names = ["/a", "/b"].map(|name| SecretName::Parameter { name: name.to_owned(), region: None });
    let asked: Vec<&SecretName> = names.iter().collect();
    let client = |status: u16, body: &str| {
        aws_sdk_ssm::Client::new(&aws(&[("\"WithDecryption\":false", status, body)]))
    };
    let body = r#"{"Parameters": [{"Name": "/a", "Type": "SecureString", "Value": "AQIC"}], "InvalidParameters": ["/b"]}"#;
    let answers = secrets::ask_parameters(&client(200, body), &asked).await;
    assert!(matches!(answers[&names[0]], Answer::Found(_)));
    assert_eq!(answers[&names[1]], Answer::Missing);
    for (status, code, wanted) in REFUSALS {
        let mut answers = secrets::ask_parameters(&client(status, &refusal(code)), &asked).await;
        assert_eq!(obstacle(answers.remove(&names[1]).unwrap()), wanted, "{code}");
    }
}

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn described(status: &str) -> String {
    format!(r#"{{"imageDetails": [{{"imageDigest": "{DIGEST}", "imageStatus": "{status}"}}]}}"#)
}

fn manifest(manifest: &str) -> String {
    serde_json::json!({"images": [{"imageManifest": manifest}], "failures": []}).to_string()
}

async fn one(exchanges: &[(&'static str, u16, &str)], scans: bool) -> images::Answers {
    let client = aws_sdk_ecr::Client::new(&aws(exchanges));
    let image: ImageRef = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:1".parse().unwrap();
    let platform = Platform { os: "linux".to_owned(), architecture: "arm64".to_owned() };
    let wanted = Wanted { platform: Some(&platform), scans };
    images::one(&client, &image, &image.ecr().unwrap(), &wanted).await
}

#[tokio::test]
async fn the_scan_of_the_image_that_would_run_is_what_counts() {
    let index = manifest(
        r#"{"manifests": [{"digest": "sha256:aaaa", "platform": {"os": "linux", "architecture": "amd64"}},
            {"digest": "sha256:bbbb", "platform": {"os": "linux", "architecture": "arm64"}},
            {"digest": "sha256:cccc", "platform": {"os": "unknown", "architecture": "unknown"}}]}"#,
    );
    let scan = r#"{"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findingSeverityCounts": {"CRITICAL": 2}}}"#;
    let exchanges = [
        ("DescribeImages ", 200, &*described("ACTIVE")),
        ("BatchGetImage", 200, &index),
        ("\"sha256:bbbb\"", 200, scan),
    ];
    let answers = one(&exchanges, true).await;
    let Some(Answer::Found(platforms)) = &answers.platforms else { panic!("{answers:?}") };
    assert_eq!(platforms.len(), 2);
    assert_eq!(answers.scan, Some(Answer::Found(Scan::Complete([("critical".to_owned(), 2)].into()))));
}

#[tokio::test]
async fn a_scan_can_be_running_absent_or_forbidden() {
    let index = manifest(
        r#"{"manifests": [{"digest": "sha256:bbbb", "platform": {"os": "linux", "architecture": "arm64"}}]}"#,
    );
    let described = described("ACTIVE");
    let scanned = async |status: u16, body: &str| {
        let exchanges = [
            ("DescribeImages ", 200, described.as_str()),
            ("BatchGetImage", 200, &index),
            ("DescribeImageScanFindings", status, body),
        ];
        one(&exchanges, true).await.scan.unwrap()
    };
    let running = scanned(200, r#"{"imageScanStatus": {"status": "IN_PROGRESS"}}"#).await;
    assert_eq!(running, Answer::Found(Scan::Pending("IN_PROGRESS".to_owned())));
    assert_eq!(scanned(400, &refusal("ScanNotFoundException")).await, Answer::Missing);
    for (status, code, wanted) in REFUSALS {
        assert_eq!(obstacle(scanned(status, &refusal(code)).await), wanted, "{code}");
    }
    // An archived image is not looked into.
    let archived = self::described("ARCHIVED");
    let answers = one(&[("DescribeImages ", 200, &archived)], true).await;
    let found = (answers.image, answers.platforms, answers.scan);
    assert_eq!(found, (ImageAnswer::Inactive("ARCHIVED".to_owned()), None, None));
}

/// What the manifest would say decides what was scanned.
#[tokio::test]
async fn without_the_manifest_nobody_knows_which_scan_counts() {
    let described = described("ACTIVE");
    let denied = refusal("AccessDeniedException");
    let scan =
        r#"{"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findingSeverityCounts": {}}}"#;
    let exchanges = [
        ("DescribeImages ", 200, &*described),
        ("BatchGetImage", 400, &denied),
        ("DescribeImageScanFindings", 200, scan),
    ];
    assert_eq!(obstacle(one(&exchanges, true).await.scan.unwrap()), Obstacle::Denied);
}

/// On EC2 nobody says which of several images runs: the worst of them counts.
#[tokio::test]
async fn without_a_platform_every_image_of_an_index_is_judged() {
    let index = manifest(
        r#"{"manifests": [{"digest": "sha256:aaaa", "platform": {"os": "linux", "architecture": "amd64"}},
            {"digest": "sha256:bbbb", "platform": {"os": "linux", "architecture": "arm64"}}]}"#,
    );
    let scan = |counts: &str| {
        format!(
            r#"{{"imageScanStatus": {{"status": "COMPLETE"}}, "imageScanFindings": {{"findingSeverityCounts": {counts}}}}}"#
        )
    };
    let (first, second) = (scan(r#"{"CRITICAL": 1, "HIGH": 1}"#), scan(r#"{"HIGH": 4}"#));
    let described = described("ACTIVE");
    let exchanges = [
        ("DescribeImages ", 200, &*described),
        ("BatchGetImage", 200, &index),
        ("\"sha256:aaaa\"", 200, &*first),
        ("\"sha256:bbbb\"", 200, &*second),
    ];
    let client = aws_sdk_ecr::Client::new(&aws(&exchanges));
    let image: ImageRef = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:1".parse().unwrap();
    let wanted = Wanted { platform: None, scans: true };
    let answers = images::one(&client, &image, &image.ecr().unwrap(), &wanted).await;
    let worst = [("critical".to_owned(), 1), ("high".to_owned(), 4)].into();
    assert_eq!(answers.scan, Some(Answer::Found(Scan::Complete(worst))));
}

#[tokio::test]
async fn what_a_pull_through_cache_will_fetch_is_not_missing() {
    let gone = refusal("RepositoryNotFoundException");
    let asked = async |status: u16, rules: &str| {
        let exchanges = [("DescribeImages ", 400, &*gone), ("DescribePullThroughCacheRules", status, rules)];
        let client = aws_sdk_ecr::Client::new(&aws(&exchanges));
        let image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/docker-hub/library/nginx:1";
        let image: ImageRef = image.parse().unwrap();
        let wanted = Wanted { platform: None, scans: true };
        images::one(&client, &image, &image.ecr().unwrap(), &wanted).await.image
    };
    for prefix in ["docker-hub", "docker-hub/library", "ROOT"] {
        let rules = format!(r#"{{"pullThroughCacheRules": [{{"ecrRepositoryPrefix": "{prefix}"}}]}}"#);
        let ImageAnswer::Unknown(unknown) = asked(200, &rules).await else { panic!("{prefix}") };
        assert_eq!(unknown.obstacle, Obstacle::NotCached);
    }
    for (status, rules) in [
        (
            200,
            r#"{"pullThroughCacheRules": [{"ecrRepositoryPrefix": "docker"}, {"ecrRepositoryPrefix": "quay"}]}"#,
        ),
        (200, r#"{"pullThroughCacheRules": []}"#),
        (400, &*refusal("AccessDeniedException")),
    ] {
        assert_eq!(asked(status, rules).await, ImageAnswer::Missing, "{rules}");
    }
}

#[tokio::test]
async fn the_platform_of_a_single_image_is_in_its_configuration() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/config?signature=secret", listener.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await.unwrap();
        let body = r#"{"os": "linux", "architecture": "arm64"}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).await.unwrap();
    });
    let single = manifest(r#"{"config": {"digest": "sha256:cccc"}, "layers": []}"#);
    let described = described("ACTIVE");
    let platforms = async |link: &str| {
        let link = serde_json::json!({ "downloadUrl": link }).to_string();
        let exchanges = [
            ("DescribeImages ", 200, described.as_str()),
            ("BatchGetImage", 200, &single),
            ("\"layerDigest\":\"sha256:cccc\"", 200, &link),
        ];
        one(&exchanges, false).await.platforms.unwrap()
    };
    let arm = Platform { os: "linux".to_owned(), architecture: "arm64".to_owned() };
    assert_eq!(platforms(&url).await, Answer::Found(vec![arm]));
    // A link that leads nowhere is no platform, and it is not shown.
    let Answer::Unknown(unknown) = platforms("http://127.0.0.1:9/?signature=secret").await else {
        panic!("found")
    };
    assert!(unknown.obstacle == Obstacle::Unavailable && !unknown.detail.contains("secret"), "{unknown:?}");
}

#[tokio::test]
async fn a_group_with_a_network_load_balancer_is_recognised() {
    let group = serde_json::json!({"deploymentGroupInfo": {"deploymentConfigName": "CodeDeployDefault.ECSCanary10Percent5Minutes",
        "ecsServices": [{"clusterName": "c", "serviceName": "s"}],
        "loadBalancerInfo": {"targetGroupPairInfoList": [{"targetGroups": [{"name": "blue"}]}]}}})
    .to_string();
    let targets = "<DescribeTargetGroupsResponse><DescribeTargetGroupsResult><TargetGroups><member><TargetGroupName>blue</TargetGroupName><Protocol>TCP</Protocol></member></TargetGroups></DescribeTargetGroupsResult></DescribeTargetGroupsResponse>";
    let config = aws(&[("GetDeploymentGroup", 200, &group), ("Action=DescribeTargetGroups", 200, targets)]);
    let Answer::Found(facts) = deployment::group(&config, "a", "g").await else { panic!("not found") };
    assert_eq!((facts.network_balancer, facts.test_listener), (Some(true), false));
    let gone = aws(&[("GetDeploymentGroup", 400, &refusal("DeploymentGroupDoesNotExistException"))]);
    assert_eq!(deployment::group(&gone, "a", "g").await, Answer::Missing);
}
