//! One environment: data, load balancer, service, hook, deployment group, site.

use serde_json::json;

use super::{PROJECT, WorldError, WorldSettings, artifact_bucket, call, element, image_repository, query};
use crate::client;
use crate::destination::Destination;
use crate::engines::build::Project;
use crate::engines::edge::DistributionSpec;
use crate::engines::functions::FunctionSpec;
use crate::gateway::RunningGateway;
use crate::names;
use crate::ports::EnvironmentPorts;

const ECS: &str = "AmazonEC2ContainerServiceV20141113";
const CODEDEPLOY: &str = "CodeDeploy_20141006";

/// Where an environment can be reached.
#[derive(Debug, Clone)]
pub struct Site {
    pub name: String,
    /// By CloudFront: frontend and API.
    pub url: String,
    /// The load balancer's production listener.
    pub api_url: String,
    pub(super) events: Destination,
}

pub async fn create(
    gateway: &RunningGateway,
    settings: &WorldSettings,
    name: &str,
    ports: EnvironmentPorts,
) -> Result<Site, WorldError> {
    let prefix = format!("{PROJECT}-{name}");
    let api_key = parameters(gateway, name).await?;
    table(gateway, &prefix).await?;
    roles(gateway, &prefix).await?;
    let balancer = load_balancer(gateway, &prefix, ports).await?;
    service(gateway, &prefix, name, &balancer).await?;
    hook(gateway, settings, &prefix, name)?;
    deployment_group(gateway, &prefix, &balancer).await?;
    let api_url = format!("http://127.0.0.1:{}", balancer.production_port);
    let bucket = format!("{prefix}-site-{}", names::ACCOUNT_ID);
    gateway.engines().objects.create_bucket(&bucket);
    let distribution = gateway
        .engines()
        .edge
        .create_distribution(DistributionSpec {
            id: format!("E{}LOCAL000001", name.to_uppercase()),
            port: ports.site,
            bucket: bucket.clone(),
            origin_path: String::new(),
            api_origin: Some(api_url.clone()),
        })
        .await
        .map_err(WorldError::create(format!("the distribution of {name}")))?;
    projects(gateway, &prefix, &bucket, &distribution.id, &distribution.url);
    let events = Destination { url: format!("{api_url}/api/events"), api_key };
    Ok(Site { name: name.to_owned(), url: distribution.url, api_url, events })
}

/// The application's secrets, of this run only. Returns the events key.
async fn parameters(gateway: &RunningGateway, environment: &str) -> Result<String, WorldError> {
    let mut values = Vec::new();
    for name in ["django-secret-key", "events-key"] {
        let value = uuid::Uuid::new_v4().to_string() + &uuid::Uuid::new_v4().simple().to_string();
        let path = format!("/{PROJECT}/{environment}/{name}");
        let input = json!({"Name": path, "Type": "SecureString", "Value": value, "Overwrite": true});
        call(gateway, &path, "ssm", "AmazonSSM.PutParameter", &input).await?;
        values.push(value);
    }
    Ok(values.pop().unwrap_or_default())
}

/// What tasks assume and log to. Nothing here uses them; `render-taskdef` looks whether they are there, as it does in AWS.
async fn roles(gateway: &RunningGateway, prefix: &str) -> Result<(), WorldError> {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]})
    .to_string();
    for role in ["execution", "task"] {
        let name = format!("{prefix}-backend-{role}");
        let form = [
            ("Action", "CreateRole"),
            ("Version", "2010-05-08"),
            ("RoleName", name.as_str()),
            ("AssumeRolePolicyDocument", trust.as_str()),
        ];
        client::query(gateway.url(), "iam", &form).await.map_err(WorldError::create(name.clone()))?;
    }
    let group = format!("/{PROJECT}/{}/backend", prefix.trim_start_matches(&format!("{PROJECT}-")));
    let input = json!({"logGroupName": group});
    call(gateway, &group, "logs", "Logs_20140328.CreateLogGroup", &input).await?;
    Ok(())
}

/// The schema is described in `backend/README.md`.
async fn table(gateway: &RunningGateway, prefix: &str) -> Result<(), WorldError> {
    let attribute = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    let key = |hash: &str, range: &str| json!([{"AttributeName": hash, "KeyType": "HASH"}, {"AttributeName": range, "KeyType": "RANGE"}]);
    let name = format!("{prefix}-journal");
    let attributes = ["pk", "sk", "gsi1pk", "gsi1sk"].map(attribute);
    let input = json!({
        "TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": key("pk", "sk"),
        "AttributeDefinitions": attributes,
        "GlobalSecondaryIndexes": [
            {"IndexName": "gsi1", "KeySchema": key("gsi1pk", "gsi1sk"), "Projection": {"ProjectionType": "ALL"}},
        ],
    });
    call(gateway, &name, "dynamodb", "DynamoDB_20120810.CreateTable", &input).await?;
    let ttl = json!({
        "TableName": name,
        "TimeToLiveSpecification": {"Enabled": true, "AttributeName": "expires_at"},
    });
    call(gateway, &name, "dynamodb", "DynamoDB_20120810.UpdateTimeToLive", &ttl).await?;
    Ok(())
}

struct LoadBalancer {
    blue: String,
    production_listener: String,
    test_listener: String,
    production_port: String,
}

async fn load_balancer(
    gateway: &RunningGateway,
    prefix: &str,
    ports: EnvironmentPorts,
) -> Result<LoadBalancer, WorldError> {
    let what = format!("the load balancer {prefix}");
    let xml = query(gateway, &what, &[("Action", "CreateLoadBalancer"), ("Name", prefix)]).await?;
    let arn = element(&xml, "LoadBalancerArn");
    let mut groups = Vec::new();
    for colour in ["blue", "green"] {
        let name = format!("{prefix}-{colour}");
        let form = [
            ("Action", "CreateTargetGroup"),
            ("Name", name.as_str()),
            ("Protocol", "HTTP"),
            ("Port", "8000"),
            ("TargetType", "ip"),
            ("HealthCheckPath", "/api/health"),
            ("HealthCheckIntervalSeconds", "1"),
            ("HealthCheckTimeoutSeconds", "1"),
            ("HealthyThresholdCount", "2"),
            ("UnhealthyThresholdCount", "2"),
        ];
        groups.push(element(&query(gateway, &name, &form).await?, "TargetGroupArn"));
    }
    let blue = groups.first().cloned().unwrap_or_default();
    let mut listeners = Vec::new();
    for port in [ports.production, ports.test] {
        let port = port.to_string();
        let form = [
            ("Action", "CreateListener"),
            ("LoadBalancerArn", arn.as_str()),
            ("Protocol", "HTTP"),
            ("Port", port.as_str()),
            ("DefaultActions.member.1.Type", "forward"),
            ("DefaultActions.member.1.TargetGroupArn", blue.as_str()),
        ];
        let xml = query(gateway, &format!("the listener {port} of {prefix}"), &form).await?;
        listeners.push((element(&xml, "ListenerArn"), element(&xml, "Port")));
    }
    let mut listeners = listeners.into_iter();
    let (production_listener, production_port) = listeners.next().unwrap_or_default();
    let (test_listener, _) = listeners.next().unwrap_or_default();
    Ok(LoadBalancer { blue, production_listener, test_listener, production_port })
}

/// The service begins with a revision whose image does not exist yet; the first release brings one that does.
async fn service(
    gateway: &RunningGateway,
    prefix: &str,
    environment: &str,
    balancer: &LoadBalancer,
) -> Result<(), WorldError> {
    let family = format!("{prefix}-backend");
    let ecs = |operation: &str| format!("{ECS}.{operation}");
    call(gateway, prefix, "ecs", &ecs("CreateCluster"), &json!({"clusterName": prefix})).await?;
    let bootstrap = json!({
        "family": family, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "containerDefinitions": [{
            "name": "web", "image": format!("{}:bootstrap", image_repository()), "essential": true,
            "portMappings": [{"containerPort": 8000, "protocol": "tcp"}],
        }],
    });
    call(gateway, &family, "ecs", &ecs("RegisterTaskDefinition"), &bootstrap).await?;
    let desired = if environment == "prod" { 2 } else { 1 };
    let service = json!({
        "cluster": prefix, "serviceName": "backend", "taskDefinition": family, "desiredCount": desired,
        "launchType": "FARGATE", "healthCheckGracePeriodSeconds": 60, "deploymentController": {"type": "CODE_DEPLOY"},
        "loadBalancers": [{"targetGroupArn": balancer.blue, "containerName": "web", "containerPort": 8000}],
    });
    call(gateway, &format!("the service of {prefix}"), "ecs", &ecs("CreateService"), &service).await?;
    Ok(())
}

fn hook(
    gateway: &RunningGateway,
    settings: &WorldSettings,
    prefix: &str,
    environment: &str,
) -> Result<(), WorldError> {
    let path = settings.checkout.join("backend/deploy/validate.toml");
    let config = std::fs::read_to_string(&path)
        .map_err(|source| WorldError::Read { path: path.display().to_string(), source })?;
    let report = format!("s3://{}/reports/{environment}", artifact_bucket());
    let variables =
        [("VALIDATE_CONFIG", config), ("REPORT_LOCATION", report), ("ENVIRONMENT", environment.to_owned())];
    let function = FunctionSpec {
        name: format!("{prefix}-validate-deploy"),
        program: settings.hook.clone(),
        environment: variables.map(|(name, value)| (name.to_owned(), value)).into(),
        timeout: std::time::Duration::from_mins(15),
        memory_mb: 128,
    };
    gateway
        .engines()
        .functions
        .create(function)
        .map_err(WorldError::create(format!("the function {prefix}-validate-deploy")))?;
    Ok(())
}

async fn deployment_group(
    gateway: &RunningGateway,
    prefix: &str,
    balancer: &LoadBalancer,
) -> Result<(), WorldError> {
    let target = |operation: &str| format!("{CODEDEPLOY}.{operation}");
    let application = json!({"applicationName": prefix, "computePlatform": "ECS"});
    call(gateway, prefix, "codedeploy", &target("CreateApplication"), &application).await?;
    let group = json!({
        "applicationName": prefix, "deploymentGroupName": "backend",
        "serviceRoleArn": format!("arn:aws:iam::{}:role/{prefix}-codedeploy", names::ACCOUNT_ID),
        "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "autoRollbackConfiguration": {"enabled": true, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]},
        "blueGreenDeploymentConfiguration": {
            "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 0},
            "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
        },
        "ecsServices": [{"clusterName": prefix, "serviceName": "backend"}],
        "loadBalancerInfo": {"targetGroupPairInfoList": [{
            "targetGroups": [{"name": format!("{prefix}-blue")}, {"name": format!("{prefix}-green")}],
            "prodTrafficRoute": {"listenerArns": [balancer.production_listener]},
            "testTrafficRoute": {"listenerArns": [balancer.test_listener]},
        }]},
    });
    let what = format!("the deployment group of {prefix}");
    call(gateway, &what, "codedeploy", &target("CreateDeploymentGroup"), &group).await?;
    Ok(())
}

fn projects(gateway: &RunningGateway, prefix: &str, bucket: &str, distribution: &str, url: &str) {
    let project = |name: &str, buildspec: &str, variables: &[(&str, &str)]| Project {
        name: format!("{prefix}-{name}"),
        buildspec: format!("buildspecs/{buildspec}.yml"),
        environment: variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        timeout_minutes: 15,
    };
    let build = &gateway.engines().build;
    build.create_project(project(
        "publish",
        "publish-frontend",
        &[("PUBLISH_FRONTEND_BUCKET", bucket), ("PUBLISH_FRONTEND_DISTRIBUTION_ID", distribution)],
    ));
    build.create_project(project("smoke", "smoke", &[("SITE_URL", url)]));
}
