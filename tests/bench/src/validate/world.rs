//! One good deployment of three tasks, as AWS describes it, and the target itself. The same for every hook.

use super::lambda::Request;

pub const EVENT: &str = r#"{"DeploymentId":"d-1","LifecycleEventHookExecutionId":"hook-1"}"#;
pub const PUT: &str = r#"{"lifecycleEventHookExecutionId":"hook-1"}"#;
/// What the target adds to every answer.
pub const HEADERS: &str = "x-app-image-digest: sha256:aaaa\r\n";
const GREEN: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/green/1";
const BLUE: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/blue/1";

/// Ten checks, after as many looks at the version as three targets ask for. No waiting between two looks at health: it would be all
/// that is measured.
pub fn environment(port: u16) -> Vec<(&'static str, String)> {
    let checks: String = (0..10)
        .map(|index| format!("[[check]]\nname = 'check {index}'\npath = '/api/{index}'\nexpect = {{ status = 200, json = [{{ pointer = '/status', equals = 'ok' }}] }}\n"))
        .collect();
    let config = format!(
        "[health]\npoll_ms = 0\n[identity]\npath = '/api/version'\nheader = 'X-App-Image-Digest'\n{checks}"
    );
    vec![
        ("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}")),
        ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")),
        ("AWS_LAMBDA_FUNCTION_NAME", "hook".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIATEST".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("VALIDATE_CONFIG", config),
        ("PATH", std::env::var("PATH").unwrap_or_default()),
    ]
}

pub fn answer(request: &Request, port: u16) -> String {
    let operation = request.target.as_deref().and_then(|target| target.rsplit('.').next());
    if let Some(operation) = operation {
        return json(operation);
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/") => {
            let action =
                request.body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default();
            xml(action, port)
        }
        ("GET", _) => r#"{"status":"ok"}"#.to_owned(),
        _ => String::new(),
    }
}

fn json(operation: &str) -> String {
    match operation {
        "GetDeployment" => r#"{"deploymentInfo":{"status":"InProgress","creator":"user","loadBalancerInfo":{"targetGroupPairInfoList":[{"targetGroups":[{"name":"blue"},{"name":"green"}],"prodTrafficRoute":{"listenerArns":["prod"]},"testTrafficRoute":{"listenerArns":["test"]}}]}}}"#.to_owned(),
        "ListDeploymentTargets" => r#"{"targetIds":["c:s"]}"#.to_owned(),
        "GetDeploymentTarget" => r#"{"deploymentTarget":{"deploymentTargetType":"ECSTarget","ecsTarget":{"lifecycleEvents":[{"lifecycleEventName":"AfterAllowTestTraffic","status":"InProgress"}],"taskSetsInfo":[{"identifer":"ecs-svc/1","taskSetLabel":"Blue","targetGroup":{"name":"blue"}},{"identifer":"ecs-svc/2","taskSetLabel":"Green","targetGroup":{"name":"green"}}]}}}"#.to_owned(),
        "DescribeTaskSets" => format!(r#"{{"taskSets":[{{"id":"ecs-svc/2","externalId":"d-1","taskDefinition":"td:2","computedDesiredCount":3,"runningCount":3,"pendingCount":0,"loadBalancers":[{{"targetGroupArn":"{GREEN}","containerName":"web","containerPort":8000}}]}}]}}"#),
        "DescribeTaskDefinition" => r#"{"taskDefinition":{"containerDefinitions":[{"name":"web","image":"registry/app@sha256:aaaa"}]}}"#.to_owned(),
        _ => "{}".to_owned(),
    }
}

fn xml(action: &str, port: u16) -> String {
    let group = |name: &str, arn: &str| {
        format!(
            "<member><TargetGroupName>{name}</TargetGroupName><TargetGroupArn>{arn}</TargetGroupArn></member>"
        )
    };
    let result = match action {
        "DescribeTargetGroups" => {
            format!("<TargetGroups>{}{}</TargetGroups>", group("blue", BLUE), group("green", GREEN))
        }
        "DescribeListeners" => format!(
            "<Listeners><member><ListenerArn>test</ListenerArn><LoadBalancerArn>lb</LoadBalancerArn><Port>{port}</Port><Protocol>HTTP</Protocol><DefaultActions><member><Type>forward</Type><TargetGroupArn>{GREEN}</TargetGroupArn></member></DefaultActions></member></Listeners>"
        ),
        "DescribeRules" => "<Rules/>".to_owned(),
        "DescribeLoadBalancers" => {
            "<LoadBalancers><member><DNSName>127.0.0.1</DNSName></member></LoadBalancers>".to_owned()
        }
        "DescribeTargetHealth" => {
            let one = "<member><Target><Id>10.0.0.1</Id><Port>8000</Port></Target><TargetHealth><State>healthy</State></TargetHealth></member>";
            format!("<TargetHealthDescriptions>{}</TargetHealthDescriptions>", one.repeat(3))
        }
        _ => String::new(),
    };
    let space = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";
    format!(
        "<{action}Response xmlns=\"{space}\"><{action}Result>{result}</{action}Result></{action}Response>"
    )
}
