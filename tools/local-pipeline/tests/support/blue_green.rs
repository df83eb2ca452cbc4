//! A service behind a load balancer with production and test listeners, whose tasks are small Python servers.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use local_pipeline::engines::deploy::DeploySettings;
use local_pipeline::engines::functions::FunctionSpec;
use local_pipeline::engines::registry::ImageConfig;
use local_pipeline::engines::tasks::TaskLimits;
use local_pipeline::gateway::{GatewaySettings, RunningGateway};
use local_pipeline::{Gateway, Query};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Serves its version; `HEALTH` is the status of `/health`, and `EXIT` ends it at once.
const SERVER: &str = r#"
import http.server, os, socketserver, sys
if "EXIT" in os.environ:
    print("no reason to live", flush=True)
    sys.exit(int(os.environ["EXIT"]))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = int(os.environ.get("HEALTH", "200")) if self.path == "/health" else 200
        if self.path == "/env":
            body = "\n".join(f"{k}={v}" for k, v in sorted(os.environ.items()))
        elif self.path == "/headers":
            body = str(self.headers)
        else:
            body = os.environ.get("VERSION", "")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())
    def log_message(self, *arguments):
        pass
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128
Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"#;

pub const CLUSTER: &str = "greenlight-test";
pub const SERVICE: &str = "backend";
pub const APPLICATION: &str = "greenlight-test";
pub const GROUP: &str = "backend";
pub const IMAGE: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/greenlight/backend:server";

pub struct World {
    pub gateway: RunningGateway,
    pub state: tempfile::TempDir,
    pub blue: String,
    pub green: String,
    pub production: String,
    pub test: String,
}

impl World {
    pub async fn start() -> Self {
        let state = tempfile::tempdir().unwrap();
        let gateway = Gateway::start(GatewaySettings::in_process(state.path())).await.unwrap();
        let engines = gateway.engines();
        engines.tasks.set_limits(TaskLimits {
            backoff: Duration::from_millis(50),
            stop_timeout: Duration::from_secs(2),
            ..TaskLimits::default()
        });
        let rootfs = state.path().join("server");
        std::fs::create_dir_all(rootfs.join("app")).unwrap();
        std::fs::write(rootfs.join("app/server.py"), SERVER).unwrap();
        let config = ImageConfig {
            digest: format!("sha256:{}", "1".repeat(64)),
            command: vec!["python".to_owned(), "/app/server.py".to_owned()],
            environment: vec!["PYTHONPATH=/app".to_owned(), "PYTHONDONTWRITEBYTECODE=1".to_owned()],
            working_dir: "/app".to_owned(),
            ..ImageConfig::default()
        };
        engines.tasks.use_folder(IMAGE, rootfs, config);
        let mut world = Self {
            blue: String::new(),
            green: String::new(),
            production: String::new(),
            test: String::new(),
            gateway,
            state,
        };
        world.balancer().await;
        world
    }

    async fn query(&self, body: &str) -> String {
        self.gateway.engines().balancer.call(&Query::parse(body.as_bytes())).await.unwrap()
    }

    async fn balancer(&mut self) {
        let lb =
            element(&self.query("Action=CreateLoadBalancer&Name=greenlight-test").await, "LoadBalancerArn");
        for colour in ["blue", "green"] {
            let xml = self
                .query(&format!(
                    "Action=CreateTargetGroup&Name=greenlight-test-{colour}&TargetType=ip&Port=8000&HealthCheckPath=/health\
                     &HealthCheckIntervalSeconds=1&HealthCheckTimeoutSeconds=1&HealthyThresholdCount=2"
                ))
                .await;
            let arn = element(&xml, "TargetGroupArn");
            if colour == "blue" { self.blue = arn } else { self.green = arn }
        }
        let blue = &self.blue;
        let listen = format!(
            "Action=CreateListener&LoadBalancerArn={lb}&Port=0&Protocol=HTTP&DefaultActions.member.1.Type=forward\
             &DefaultActions.member.1.TargetGroupArn={blue}"
        );
        self.production = element(&self.query(&listen).await, "ListenerArn");
        self.test = element(&self.query(&listen).await, "ListenerArn");
    }

    /// Registers a task definition with these environment variables.
    pub fn definition(&self, image: &str, environment: &[(&str, &str)]) -> String {
        let environment: Vec<Value> =
            environment.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        let definition = json!({"family": "greenlight-test-backend", "containerDefinitions": [{
            "name": "web", "image": image, "environment": environment, "portMappings": [{"containerPort": 8000}],
        }]});
        self.gateway.engines().tasks.register_task_definition(&definition).unwrap()
    }

    pub async fn ecs(&self, operation: &str, input: Value) -> Value {
        self.gateway.engines().tasks.call(operation, &input).await.unwrap()
    }

    pub async fn codedeploy(&self, operation: &str, input: Value) -> Value {
        self.gateway.engines().deploy.call(operation, &input).await.unwrap()
    }

    pub async fn service(&self, definition: &str, desired: u32) {
        self.ecs("CreateCluster", json!({"clusterName": CLUSTER})).await;
        let service = json!({
            "cluster": CLUSTER, "serviceName": SERVICE, "taskDefinition": definition, "desiredCount": desired,
            "deploymentController": {"type": "CODE_DEPLOY"},
            "loadBalancers": [{"targetGroupArn": self.blue, "containerName": "web", "containerPort": 8000}],
        });
        self.ecs("CreateService", service).await;
    }

    /// Application and deployment group; `rollback`: configured for failures and stops.
    pub async fn deployment_group(&self, rollback: bool, termination_minutes: u32) {
        self.codedeploy(
            "CreateApplication",
            json!({"applicationName": APPLICATION, "computePlatform": "ECS"}),
        )
        .await;
        let group = json!({
            "applicationName": APPLICATION, "deploymentGroupName": GROUP,
            "serviceRoleArn": "arn:aws:iam::123456789012:role/codedeploy",
            "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
            "ecsServices": [{"clusterName": CLUSTER, "serviceName": SERVICE}],
            "autoRollbackConfiguration": {
                "enabled": rollback, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]},
            "blueGreenDeploymentConfiguration": {"terminateBlueInstancesOnDeploymentSuccess": {
                "action": "TERMINATE", "terminationWaitTimeInMinutes": termination_minutes}},
            "loadBalancerInfo": {"targetGroupPairInfoList": [{
                "targetGroups": [{"name": "greenlight-test-blue"}, {"name": "greenlight-test-green"}],
                "prodTrafficRoute": {"listenerArns": [self.production]},
                "testTrafficRoute": {"listenerArns": [self.test]},
            }]},
        });
        self.codedeploy("CreateDeploymentGroup", group).await;
        self.gateway
            .engines()
            .deploy
            .set_settings(DeploySettings { minute: Duration::from_millis(100), ..DeploySettings::default() });
    }

    /// A deployment of a task definition, with a hook for `AfterAllowTestTraffic` if named.
    pub fn deployment(definition: &str, hook: Option<&str>) -> Value {
        let mut content = format!(
            "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        \
             TaskDefinition: {definition}\n        LoadBalancerInfo:\n          ContainerName: web\n          \
             ContainerPort: 8000\n"
        );
        if let Some(function) = hook {
            content.extend(["Hooks:\n  - AfterAllowTestTraffic: ", function, "\n"]);
        }
        json!({
            "applicationName": APPLICATION, "deploymentGroupName": GROUP,
            "revision": {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
        })
    }

    pub async fn deploy(&self, definition: &str, hook: Option<&str>) -> String {
        let created = self.codedeploy("CreateDeployment", Self::deployment(definition, hook)).await;
        created["deploymentId"].as_str().unwrap().to_owned()
    }

    /// A Lambda function that is this Python program.
    pub fn function(
        &self,
        name: &str,
        body: &str,
        environment: BTreeMap<String, String>,
        timeout: Duration,
    ) -> PathBuf {
        let program = self.state.path().join(format!("{name}.py"));
        std::fs::write(&program, format!("#!/usr/bin/env python3\n{body}")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let spec = FunctionSpec {
            name: name.to_owned(),
            program: program.clone(),
            environment,
            timeout,
            memory_mb: 128,
        };
        self.gateway.engines().functions.create(spec).unwrap();
        program
    }

    pub fn port(&self, listener: &str) -> u16 {
        self.gateway.engines().balancer.listener_port(listener).unwrap()
    }

    /// Waits until production answers with this body.
    pub async fn serves(&self, listener: &str, version: &str) {
        let port = self.port(listener);
        eventually(|| async move { get(port, "/").await == (200, version.to_owned()) }).await;
    }
}

pub fn element(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
    rest.split_once("</").unwrap().0.to_owned()
}

/// Status and body; status 0 when the connection failed.
pub async fn get(port: u16, path: &str) -> (u16, String) {
    let exchange = async {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).into_owned())
    };
    let Ok(answer) = exchange.await else { return (0, String::new()) };
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (status, body)
}

/// Asks again and again until it is so, at most a minute.
pub async fn eventually<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    while !holds().await {
        assert!(tokio::time::Instant::now() < deadline, "it never came to be");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
