//! What one run of the hook talks to: Lambda's Runtime API with a deadline of the test's choice, and AWS: the engines behind it, with
//! their fault injection. Only verdicts stay here, so that one waiting deployment serves many runs; and SSM and CloudWatch, which no
//! engine has, are answered here, with the same faults.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use local_pipeline::faults::{Fault, FaultKind};
use local_pipeline::names;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};

use crate::stage::{Stage, config};

pub const SECRET: &str = "hunter2-hunter2";
static CELLS: AtomicUsize = AtomicUsize::new(0);

/// One run.
pub struct Run {
    pub deadline: Duration,
    /// Instead of the usual one; `CELL` stands for this run's name.
    pub config: Option<String>,
    pub environment: Vec<(&'static str, String)>,
    pub faults: Vec<Fault>,
    /// How often the event comes.
    pub events: usize,
    pub alarm: &'static str,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            deadline: Duration::from_mins(2),
            config: None,
            environment: Vec::new(),
            faults: Vec::new(),
            events: 1,
            alarm: "OK",
        }
    }
}

/// What became of it.
#[derive(Debug)]
pub struct Seen {
    /// What the function answered to each event; `Err` is a function error. Fewer than events: the function said nothing.
    pub answers: Vec<Result<Value, Value>>,
    pub accepted: Vec<String>,
    /// Verdicts that reached CodeDeploy, accepted or not.
    pub put: usize,
    pub log: String,
}

struct Front {
    stage: Arc<Stage>,
    cell: String,
    deadline_ms: u64,
    alarm: &'static str,
    left: Mutex<usize>,
    accepted: Mutex<Vec<String>>,
    put: AtomicUsize,
    answers: mpsc::UnboundedSender<Result<Value, Value>>,
    never: Notify,
}

type Answer = Result<Response<Full<Bytes>>, &'static str>;

/// Runs the real binary until it has answered every event, or has said nothing for longer than its deadline.
#[allow(clippy::too_many_lines, reason = "one process, from its start to its end")]
pub async fn run(stage: &Arc<Stage>, run: Run) -> Seen {
    let cell = format!("cell{}e", CELLS.fetch_add(1, Ordering::Relaxed));
    for fault in &run.faults {
        let place = if fault.service == "s3" { format!("/{cell}") } else { cell.clone() };
        stage.gateway().faults().add(Fault { path_contains: place, ..fault.clone() });
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, mut answered) = mpsc::unbounded_channel();
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + run.deadline;
    let front = Arc::new(Front {
        stage: Arc::clone(stage),
        cell: cell.clone(),
        deadline_ms: u64::try_from(deadline.as_millis()).unwrap(),
        alarm: run.alarm,
        left: Mutex::new(run.events),
        accepted: Mutex::default(),
        put: AtomicUsize::new(0),
        answers: sender,
        never: Notify::new(),
    });
    let server = tokio::spawn(serve(Arc::clone(&front), listener));
    let text = run.config.map_or_else(|| config(&cell), |config| config.replace("CELL", &cell));
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_validate-deploy"));
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}"))
        .env("AWS_LAMBDA_FUNCTION_NAME", "validate-deploy")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
        .env("AWS_ENDPOINT_URL_S3", stage.gateway().url())
        .env("AWS_ACCESS_KEY_ID", names::ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", names::SECRET_ACCESS_KEY)
        .env("AWS_REGION", names::REGION)
        .env("VALIDATE_CONFIG", text)
        .envs(run.environment.iter().map(|(name, value)| (name, value.replace("CELL", &cell))))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let out = tokio::spawn(text_of(out));
    let err = tokio::spawn(text_of(err));
    let mut answers = Vec::new();
    let collect = async {
        while answers.len() < run.events {
            match answered.recv().await {
                Some(answer) => answers.push(answer),
                None => break,
            }
        }
    };
    let limit = run.deadline + Duration::from_secs(20);
    let _ = tokio::time::timeout(limit, collect).await;
    child.start_kill().unwrap();
    child.wait().await.unwrap();
    let log = [out.await.unwrap(), err.await.unwrap()].concat();
    server.abort();
    let accepted = front.accepted.lock().unwrap().clone();
    Seen { answers, accepted, put: front.put.load(Ordering::Relaxed), log }
}

async fn text_of(mut pipe: impl tokio::io::AsyncRead + Unpin) -> String {
    let mut text = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut pipe, &mut text).await.unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

async fn serve(front: Arc<Front>, listener: tokio::net::TcpListener) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let front = Arc::clone(&front);
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request| {
                let front = Arc::clone(&front);
                async move { front.answer(request).await }
            });
            // An error of the service closes the connection without an answer.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

#[allow(clippy::unnecessary_wraps, reason = "beside answers that are lost")]
fn text(status: u16, body: &Value) -> Answer {
    let body = Full::new(Bytes::from(body.to_string()));
    Ok(Response::builder().status(StatusCode::from_u16(status).unwrap()).body(body).unwrap())
}

impl Front {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| "the request ended")?.to_bytes();
        if let Some(rest) = parts.uri.path().strip_prefix("/2018-06-01/runtime/") {
            return self.runtime_api(rest, &body).await;
        }
        let target =
            parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (service, operation) = match target.rsplit_once('.') {
            Some(("AmazonSSM", operation)) => ("ssm", operation),
            Some(("GraniteServiceVersion20100801", operation)) => ("monitoring", operation),
            Some((_, "PutLifecycleEventHookExecutionStatus")) => {
                return self.put(&serde_json::from_slice(&body).unwrap()).await;
            }
            _ => return self.forward(parts, body).await,
        };
        let good = match operation {
            "GetParameter" => json!({"Parameter": {"Name": "/key", "Value": SECRET, "Type": "SecureString"}}),
            "DescribeAlarms" => json!({"MetricAlarms": [
                {"AlarmName": "errors", "StateValue": self.alarm, "StateReason": "as the test says"}]}),
            other => panic!("unexpected call {other}"),
        };
        let fault = self.stage.gateway().faults().hit(service, operation, &self.cell, names::REGION);
        self.faulty(fault, || text(200, &good)).await
    }

    /// What the engines' gateway does with a fault.
    async fn faulty(&self, fault: Option<FaultKind>, answer: impl FnOnce() -> Answer) -> Answer {
        match fault {
            None => answer(),
            Some(FaultKind::Error { status, code }) => {
                text(status, &json!({"__type": code, "message": "no"}))
            }
            Some(FaultKind::Latency { delay_ms }) => {
                tokio::time::sleep(Duration::from_millis(delay_ms)).await;
                answer()
            }
            Some(FaultKind::Rate { .. }) => {
                text(400, &json!({"__type": "ThrottlingException", "message": "Rate exceeded"}))
            }
            Some(FaultKind::Reset) => Err("reset"),
            Some(FaultKind::ResetAfter) => answer().and(Err("reset after the call")),
            Some(FaultKind::Hang | FaultKind::HangAfter) => {
                self.never.notified().await;
                Err("never")
            }
        }
    }

    async fn put(&self, input: &Value) -> Answer {
        self.put.fetch_add(1, Ordering::Relaxed);
        let ids = ["deploymentId", "lifecycleEventHookExecutionId"].map(|name| input[name].clone());
        let event = &self.stage.event;
        assert_eq!(ids, ["DeploymentId", "LifecycleEventHookExecutionId"].map(|name| event[name].clone()));
        let operation = "PutLifecycleEventHookExecutionStatus";
        let fault = self.stage.gateway().faults().hit("codedeploy", operation, &self.cell, names::REGION);
        let accept = || {
            let mut accepted = self.accepted.lock().unwrap();
            if !accepted.is_empty() {
                let code = "LifecycleEventAlreadyCompletedException";
                return text(400, &json!({"__type": code, "message": "already completed"}));
            }
            accepted.push(input["status"].as_str().unwrap().to_owned());
            text(200, &json!({"lifecycleEventHookExecutionId": ids[1]}))
        };
        self.faulty(fault, accept).await
    }

    async fn forward(&self, parts: http::request::Parts, body: Bytes) -> Answer {
        let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let mut request = Request::builder().method(parts.method).uri(format!(
            "{}{}?{}",
            self.stage.gateway().url(),
            parts.uri.path(),
            self.cell
        ));
        for (name, value) in &parts.headers {
            if name != http::header::HOST {
                request = request.header(name, value);
            }
        }
        let answer = client.request(request.body(Full::new(body)).unwrap()).await.map_err(|_| "reset")?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|_| "reset")?.to_bytes();
        Ok(Response::from_parts(parts, Full::new(body)))
    }

    async fn runtime_api(&self, path: &str, body: &[u8]) -> Answer {
        if path == "invocation/next" {
            let left = {
                let mut left = self.left.lock().unwrap();
                let now = *left;
                *left = now.saturating_sub(1);
                now
            };
            if left == 0 {
                self.never.notified().await;
            }
            let response = Response::builder()
                .header("lambda-runtime-aws-request-id", format!("request-{left}"))
                .header("lambda-runtime-deadline-ms", self.deadline_ms)
                .header(
                    "lambda-runtime-invoked-function-arn",
                    "arn:aws:lambda:eu-central-1:123456789012:function:f",
                )
                .body(Full::new(Bytes::from(self.stage.event.to_string())));
            return Ok(response.unwrap());
        }
        let value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let answer = if path.ends_with("/response") { Ok(value) } else { Err(value) };
        let _ = self.answers.send(answer);
        text(202, &json!({}))
    }
}

/// What a run must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Must {
    Succeed,
    /// Failed, with this in the log.
    Fail(&'static str),
    /// No verdict is accepted, and the function fails.
    Error,
}

impl Seen {
    /// What is wrong, if anything is.
    pub fn complaint(&self, must: Must) -> Option<String> {
        let verdict = |word: &str| {
            self.accepted == [word]
                && self.answers.len() == 1
                && self.answers[0].as_ref().is_ok_and(|it| it["verdict"] == word)
        };
        let right = match must {
            Must::Succeed => verdict("Succeeded"),
            Must::Fail(reason) => verdict("Failed") && self.log.contains(reason),
            Must::Error => self.accepted.is_empty() && self.answers.len() == 1 && self.answers[0].is_err(),
        };
        let leaks = [SECRET, "aHVudGVyMi1odW50ZXIy"].iter().any(|secret| self.log.contains(secret));
        (!right || leaks).then(|| {
            format!(
                "must {must:?}, leaks {leaks}; accepted {:?}, answers {:?}\n{}",
                self.accepted, self.answers, self.log
            )
        })
    }
}
