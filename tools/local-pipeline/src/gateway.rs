//! One endpoint for every AWS service: routes to the engine that owns the call, or to the emulator.
//!
//! Keeps the request log and injects faults. It must not know what an operation does.

mod control;
mod forward;
mod route;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::engines::{EngineSettings, Engines};
use crate::faults::{FaultKind, Faults};
use crate::http::{BoxError, Response, buffer};
use crate::log::{LoggedCall, RequestLog};

/// Where the gateway listens, where its engines work, and what is behind it.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    /// `127.0.0.1:0` takes a free port.
    pub listen: SocketAddr,
    /// Work folder of the engines.
    pub state: PathBuf,
    /// A general AWS emulator for everything that no engine owns.
    pub emulator_url: Option<String>,
    /// What builds find in their environment besides CodeBuild's own variables.
    pub build_environment: BTreeMap<String, String>,
}

impl GatewaySettings {
    /// A free port of 127.0.0.1 and no emulator: what tests use.
    pub fn in_process(state: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            state: state.into(),
            emulator_url: None,
            build_environment: BTreeMap::new(),
        }
    }
}

/// The gateway before it runs.
pub struct Gateway;

impl Gateway {
    /// Binds the port, starts the engines and serves until [`RunningGateway::stop`].
    pub async fn start(settings: GatewaySettings) -> std::io::Result<RunningGateway> {
        let listener = TcpListener::bind(settings.listen).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let engines = Engines::start(&EngineSettings {
            state: settings.state,
            endpoint_url: url.clone(),
            build_environment: settings.build_environment,
        });
        let shared = Arc::new(Shared {
            engines,
            log: RequestLog::default(),
            faults: Faults::default(),
            emulator: settings.emulator_url.map(forward::Emulator::new),
        });
        let stop = CancellationToken::new();
        let connections = TaskTracker::new();
        tokio::spawn(accept(listener, Arc::clone(&shared), stop.clone(), connections.clone()));
        Ok(RunningGateway { url, shared, stop, connections })
    }
}

pub struct RunningGateway {
    url: String,
    shared: Arc<Shared>,
    stop: CancellationToken,
    connections: TaskTracker,
}

impl RunningGateway {
    /// What clients take as `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn engines(&self) -> &Engines {
        &self.shared.engines
    }

    pub fn log(&self) -> &RequestLog {
        &self.shared.log
    }

    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Ends every process that the engines started, then the server.
    pub async fn stop(self) {
        self.shared.engines.shutdown().await;
        self.stop.cancel();
        self.connections.close();
        self.connections.wait().await;
    }
}

pub(crate) struct Shared {
    engines: Engines,
    log: RequestLog,
    faults: Faults,
    emulator: Option<forward::Emulator>,
}

async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    stop: CancellationToken,
    connections: TaskTracker,
) {
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => continue,
            },
            () = stop.cancelled() => return,
        };
        let _ = stream.set_nodelay(true);
        let (shared, stop) = (Arc::clone(&shared), stop.clone());
        connections.spawn(async move {
            let service = service_fn(move |request| serve(Arc::clone(&shared), request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            // A client that goes away mid-answer is its own business.
            tokio::select! { _ = connection => {}, () = stop.cancelled() => {} }
        });
    }
}

/// Answers one call. An error closes the connection without an answer, which is how a reset is made.
async fn serve(shared: Arc<Shared>, request: http::Request<Incoming>) -> Result<Response, BoxError> {
    let request = buffer(request).await?;
    if request.uri().path().starts_with(control::PREFIX) {
        return Ok(control::handle(&shared, &request));
    }
    let started = Instant::now();
    let at_ms = millis(shared.log.since_start());
    let call = route::Call::of(&request);
    let (method, path) = (request.method().to_string(), path_and_query(&request));
    let fault = shared.faults.hit(&call.service, &call.operation, &path, &call.region);
    let hangs = matches!(fault, Some(FaultKind::Hang | FaultKind::HangAfter));
    let result = match fault {
        Some(FaultKind::Error { status, code }) => Ok(route::error_response(&call, status, &code)),
        // Never handed out: it becomes an error where its bucket is empty.
        Some(FaultKind::Rate { .. }) => Ok(route::error_response(&call, 400, "ThrottlingException")),
        Some(FaultKind::Reset | FaultKind::Hang) => Err("no answer by fault injection".into()),
        Some(FaultKind::ResetAfter | FaultKind::HangAfter) => {
            route::dispatch(&shared, &call, request).await;
            Err("no answer by fault injection after the call".into())
        }
        Some(FaultKind::Latency { delay_ms }) => {
            tokio::time::sleep(std::time::Duration::from_millis(delay_ms)).await;
            Ok(route::dispatch(&shared, &call, request).await)
        }
        None => Ok(route::dispatch(&shared, &call, request).await),
    };
    shared.log.push(LoggedCall {
        at_ms,
        service: call.service,
        operation: call.operation,
        method,
        path,
        caller: call.caller,
        status: result.as_ref().map_or(0, |response| response.status().as_u16()),
        elapsed_ms: millis(started.elapsed()),
    });
    if hangs {
        // Until the client or the gateway closes the connection.
        std::future::pending::<()>().await;
    }
    result
}

fn path_and_query(request: &crate::http::Request) -> String {
    request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
