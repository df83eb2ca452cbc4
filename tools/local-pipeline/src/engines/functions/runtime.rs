//! The Runtime API of one process: `/2018-06-01/runtime/…` on a port of its own.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>, 2026-11.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};
use tokio::task::{AbortHandle, JoinSet};

use crate::http::{Request, Response, buffer, response};

/// What the process did.
#[derive(Debug)]
pub(super) enum Signal {
    /// It took the invocation.
    Taken,
    Response(Bytes),
    Error(Bytes),
    InitError(Bytes),
}

struct Pending {
    request_id: String,
    payload: Bytes,
    taken: bool,
}

struct Shared {
    function_arn: String,
    timeout: Duration,
    pending: Mutex<Option<Pending>>,
    offered: Notify,
    signals: mpsc::UnboundedSender<Signal>,
}

pub(super) struct RuntimeApi {
    pub port: u16,
    pub signals: mpsc::UnboundedReceiver<Signal>,
    shared: Arc<Shared>,
    server: AbortHandle,
}

impl RuntimeApi {
    pub async fn start(function_arn: &str, timeout: Duration) -> std::io::Result<Self> {
        let socket = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = socket.local_addr()?.port();
        let (sender, signals) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            function_arn: function_arn.to_owned(),
            timeout,
            pending: Mutex::default(),
            offered: Notify::new(),
            signals: sender,
        });
        let server = tokio::spawn(serve(Arc::clone(&shared), socket)).abort_handle();
        Ok(Self { port, signals, shared, server })
    }

    /// Puts an invocation where `next` finds it.
    pub fn offer(&self, request_id: &str, payload: Bytes) {
        let pending = Pending { request_id: request_id.to_owned(), payload, taken: false };
        *self.shared.lock() = Some(pending);
        self.shared.offered.notify_one();
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(shared: Arc<Shared>, socket: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept() => {
                let Ok((connection, _)) = accepted else { continue };
                let shared = Arc::clone(&shared);
                let service = hyper::service::service_fn(move |request| {
                    let shared = Arc::clone(&shared);
                    async move {
                        let answer = match buffer(request).await {
                            Ok(request) => shared.answer(request).await,
                            Err(error) => refuse(400, "InvalidRequest", &error.to_string()),
                        };
                        Ok::<_, Infallible>(answer)
                    }
                });
                connections.spawn(async move {
                    let server = hyper::server::conn::http1::Builder::new();
                    if let Err(error) = server.serve_connection(TokioIo::new(connection), service).await {
                        tracing::debug!(%error, "runtime connection ended");
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

fn refuse(status: u16, kind: &str, message: &str) -> Response {
    let body = serde_json::json!({"errorType": kind, "errorMessage": message});
    response(status, "application/json", body.to_string())
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: Request) -> Response {
        let path = request.uri().path().strip_prefix("/2018-06-01/runtime/").unwrap_or_default().to_owned();
        let parts: Vec<&str> = path.split('/').collect();
        match (request.method(), parts.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => {
                self.finish(id, Signal::Response(request.into_body()))
            }
            (&Method::POST, ["invocation", id, "error"]) => {
                self.finish(id, Signal::Error(request.into_body()))
            }
            (&Method::POST, ["init", "error"]) => self.send(Signal::InitError(request.into_body())),
            _ => refuse(404, "NotFound", "the Runtime API has no such path"),
        }
    }

    async fn next(&self) -> Response {
        loop {
            if let Some(answer) = self.take() {
                return answer;
            }
            self.offered.notified().await;
        }
    }

    fn take(&self) -> Option<Response> {
        let mut slot = self.lock();
        let pending = slot.as_mut().filter(|pending| !pending.taken)?;
        let mut answer = response(200, "application/json", pending.payload.clone());
        let deadline =
            jiff::Timestamp::now().as_millisecond() + i64::try_from(self.timeout.as_millis()).ok()?;
        let root = uuid::Uuid::new_v4().simple().to_string();
        let trace = format!("Root=1-{:08x}-{};Sampled=0", deadline / 1000, root.get(..24)?);
        let headers = [
            ("lambda-runtime-aws-request-id", pending.request_id.clone()),
            ("lambda-runtime-deadline-ms", deadline.to_string()),
            ("lambda-runtime-invoked-function-arn", self.function_arn.clone()),
            ("lambda-runtime-trace-id", trace),
        ];
        for (name, value) in headers {
            answer.headers_mut().insert(name, http::HeaderValue::from_str(&value).ok()?);
        }
        pending.taken = true;
        drop(slot);
        self.send(Signal::Taken);
        Some(answer)
    }

    fn finish(&self, id: &str, signal: Signal) -> Response {
        {
            let mut slot = self.lock();
            if slot.as_ref().is_none_or(|pending| pending.request_id != id || !pending.taken) {
                return refuse(400, "InvalidRequestID", "Invalid request ID");
            }
            *slot = None;
        }
        self.send(signal)
    }

    fn send(&self, signal: Signal) -> Response {
        if self.signals.send(signal).is_err() {
            tracing::debug!("nobody waits for this process any more");
        }
        response(202, "application/json", r#"{"status":"OK"}"#)
    }
}
