//! One deployment as its hook sees it, on one port: Lambda's Runtime API, the AWS calls of the hook, and green itself.
//!
//! For what the engines do not have: listener rules, HTTPS, ECS's own deployments, deployments in odd states, defects of the hook. The
//! AWS calls themselves, and how they fail, are in `tests/engines`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::aws::{elb, json_call, xml};

pub const DIGEST: &str = "sha256:aaaa";
pub const SECRET: &str = "hunter2-hunter2";

/// What differs from test to test.
pub struct Scene {
    pub event: Value,
    pub deadline_ms: u64,
    pub config: Option<String>,
    pub environment: Vec<(&'static str, &'static str)>,
    /// Status of `AfterAllowTestTraffic`.
    pub lifecycle: &'static str,
    /// Error status and code of the first `PutLifecycleEventHookExecutionStatus` calls.
    pub put_errors: VecDeque<(u16, &'static str)>,
    /// Digest of each target, asked in turn.
    pub pool: Vec<&'static str>,
    pub targets: usize,
    /// Weight of blue at the test listener.
    pub blue_weight: u32,
    pub target_state: &'static str,
    /// For so long after the start, the listener leads to blue, and blue answers.
    pub flips_after: Duration,
    /// XML of the test listener's rules; the default action then leads elsewhere.
    pub rules: Option<String>,
    /// Only requests with this header reach green; others are answered by blue.
    pub needs_header: Option<(&'static str, &'static str)>,
    /// Another place than this server: protocol and port.
    pub listener: Option<(&'static str, u16)>,
    /// `creator` and `status` of the deployment.
    pub creator: &'static str,
    pub status: &'static str,
    /// `externalId` of green's task set.
    pub external_id: &'static str,
    /// So often CodeDeploy is asked for its target until it shows the lifecycle event as given.
    pub shows_after: usize,
    /// Of the service deployment that an ECS event names.
    pub rolls_back: bool,
    pub fails_open: bool,
    /// What the server does with the key that a check sends.
    pub echo: fn(&str) -> String,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            event: json!({"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook-1"}),
            deadline_ms: after(Duration::from_mins(1)),
            config: Some(config("status = 200")),
            environment: Vec::new(),
            lifecycle: "InProgress",
            put_errors: VecDeque::new(),
            pool: vec![DIGEST; 3],
            targets: 3,
            blue_weight: 0,
            target_state: "healthy",
            flips_after: Duration::ZERO,
            rules: None,
            needs_header: None,
            listener: None,
            creator: "user",
            status: "InProgress",
            external_id: "d-1",
            shows_after: 0,
            rolls_back: false,
            fails_open: false,
            echo: str::to_owned,
        }
    }
}

pub fn after(time: Duration) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from((now + time).as_millis()).unwrap()
}

/// A configuration with one check, which expects this.
pub fn config(expect: &str) -> String {
    format!(
        "report = 's3://reports/test'\n\
         [wiring]\nbudget_ms = 200\npoll_ms = 50\n[health]\nbudget_ms = 200\npoll_ms = 50\n\
         [identity]\npath = '/api/version'\nheader = 'X-App-Image-Digest'\nsettle_ms = 300\npoll_ms = 20\n\
         samples_per_target = 1\n\
         [[check]]\nname = 'echo'\npath = '/echo'\nattempts = 2\ninterval_ms = 10\n\
         headers = {{ X-Key = '${{secret:ssm:/key}}' }}\n[check.expect]\n{expect}\n"
    )
}

/// What became of it.
#[derive(Debug)]
pub struct Seen {
    /// What the function answered; `Err` for a function error; `None` if it answered nothing.
    pub answer: Option<Result<Value, Value>>,
    /// Verdicts that CodeDeploy was sent, refused ones too.
    pub puts: Vec<String>,
    pub report: Option<Value>,
    pub log: String,
}

pub struct World {
    pub scene: Mutex<Scene>,
    pub port: u16,
    pub puts: Mutex<Vec<String>>,
    report: Mutex<Option<Value>>,
    pub started: Instant,
    pub looks: Mutex<usize>,
    asked: Mutex<usize>,
    given: Mutex<bool>,
    answers: mpsc::UnboundedSender<Result<Value, Value>>,
}

/// Runs the real binary with one event and waits until it has answered, or until `stop` says that enough was seen.
pub async fn play(scene: Scene, stop: impl Fn(&[String]) -> bool) -> Seen {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (answers, mut answered) = mpsc::unbounded_channel();
    let (config, environment) = (scene.config.clone(), scene.environment.clone());
    let world = Arc::new(World {
        scene: Mutex::new(scene),
        port,
        puts: Mutex::default(),
        report: Mutex::default(),
        started: Instant::now(),
        looks: Mutex::default(),
        asked: Mutex::default(),
        given: Mutex::default(),
        answers,
    });
    let app = axum::Router::new().fallback(serve).with_state(Arc::clone(&world));
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_validate-deploy"));
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}"))
        .env("AWS_LAMBDA_FUNCTION_NAME", "validate-deploy")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
        .env("AWS_ACCESS_KEY_ID", "AKIATEST")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "eu-central-1")
        .envs(config.map(|config| ("VALIDATE_CONFIG", config)))
        .envs(environment)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let enough = async {
        while !stop(&world.puts.lock().unwrap()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let answer = tokio::select! {
        answer = answered.recv() => answer,
        () = enough => None,
        () = tokio::time::sleep(Duration::from_secs(30)) => None,
    };
    child.start_kill().unwrap();
    let output = child.wait_with_output().await.unwrap();
    server.abort();
    let log = [output.stdout, output.stderr].concat();
    let (puts, report) = (world.puts.lock().unwrap().clone(), world.report.lock().unwrap().clone());
    Seen { answer, puts, report, log: String::from_utf8_lossy(&log).into_owned() }
}

/// Until the function answers.
pub async fn run(scene: Scene) -> Seen {
    play(scene, |_| false).await
}

async fn serve(
    State(world): State<Arc<World>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next());
    if let Some(operation) = operation {
        return json_call(&world, operation, &serde_json::from_slice(&body).unwrap());
    }
    let path = uri.path();
    if let Some(rest) = path.strip_prefix("/2018-06-01/runtime/") {
        return runtime_api(&world, rest, &body).await;
    }
    if method == Method::POST && path == "/" {
        let form = String::from_utf8_lossy(&body).into_owned();
        let action = form.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap();
        return xml(action, &elb(&world, action, form.contains("prod")));
    }
    if method == Method::PUT {
        assert!(path == "/reports/test/d-1.json" || path == "/reports/test/e-1.json", "{path}");
        // The SDK may send the body in aws-chunked encoding: the document is what stands between the braces.
        let text = String::from_utf8_lossy(&body).into_owned();
        let document = &text[text.find('{').unwrap()..=text.rfind('}').unwrap()];
        *world.report.lock().unwrap() = Some(serde_json::from_str(document).unwrap());
        return StatusCode::OK.into_response();
    }
    let mut asked = world.asked.lock().unwrap();
    let scene = world.scene.lock().unwrap();
    let reaches =
        scene.needs_header.is_none_or(|(name, value)| headers.get(name).is_some_and(|it| it == value));
    let digest = if reaches && world.started.elapsed() >= scene.flips_after {
        *asked += 1;
        scene.pool[*asked % scene.pool.len()]
    } else {
        "sha256:b1ue"
    };
    let echo = headers.get("x-key").map_or(String::new(), |key| (scene.echo)(key.to_str().unwrap()));
    ([("x-app-image-digest", digest), ("x-echo", &echo)], echo.clone()).into_response()
}

async fn runtime_api(world: &World, path: &str, body: &[u8]) -> Response {
    if path == "invocation/next" {
        let first = !std::mem::replace(&mut *world.given.lock().unwrap(), true);
        if !first {
            std::future::pending::<()>().await;
        }
        let scene = world.scene.lock().unwrap();
        let deadline = scene.deadline_ms.to_string();
        let headers = [
            ("lambda-runtime-aws-request-id", "request-1"),
            ("lambda-runtime-deadline-ms", deadline.as_str()),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:f"),
        ];
        return (headers, scene.event.to_string()).into_response();
    }
    let value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let answer = if path.ends_with("/response") { Ok(value) } else { Err(value) };
    world.answers.send(answer).unwrap();
    StatusCode::ACCEPTED.into_response()
}
