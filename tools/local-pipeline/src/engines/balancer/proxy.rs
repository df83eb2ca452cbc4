//! A listener's port: every request goes to one healthy target and its answer is streamed back.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::Inner;
use super::client::{exchange, stream};
use super::state::Route;
use crate::http::{BoxError, Response, response};

/// AWS's default idle timeout: a target that says nothing for so long gets its client a 504.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// Headers that concern one connection only.
const HOP_BY_HOP: [HeaderName; 6] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Serves until aborted; the connections end with it.
pub(super) async fn serve(inner: Arc<Inner>, listener_arn: String, protocol: String, socket: TcpListener) {
    let port = socket.local_addr().map(|address| address.port()).unwrap_or_default();
    let listener = Arc::new(Front { inner, listener_arn, proto: protocol.to_lowercase(), port });
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept() => match accepted {
                Ok((connection, peer)) => {
                    // Without it, small answers wait for the peer's delayed acknowledgement.
                    if let Err(error) = connection.set_nodelay(true) {
                        tracing::debug!(%error, "TCP_NODELAY");
                    }
                    let front = Arc::clone(&listener);
                    let service = hyper::service::service_fn(move |request| {
                        let front = Arc::clone(&front);
                        async move { Ok::<_, Infallible>(front.answer(peer, request).await) }
                    });
                    connections.spawn(async move {
                        let server = hyper::server::conn::http1::Builder::new();
                        if let Err(error) = server.serve_connection(TokioIo::new(connection), service).await {
                            tracing::debug!(%error, "client connection ended");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, port, "a listener could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

struct Front {
    inner: Arc<Inner>,
    listener_arn: String,
    proto: String,
    port: u16,
}

impl Front {
    async fn answer(&self, peer: SocketAddr, request: http::Request<Incoming>) -> Response {
        let route = self.inner.lock().route(&self.listener_arn);
        let (group_arn, id, port, generation) = match route {
            Route::NoTarget => return page(503, "Service Temporarily Unavailable"),
            Route::Fixed { status, content_type, body } => return response(status, &content_type, body),
            Route::Target { group_arn, id, port, generation } => (group_arn, id, port, generation),
        };
        let in_flight =
            InFlight { inner: Arc::clone(&self.inner), group_arn, id: id.clone(), port, generation };
        let (mut parts, body) = request.into_parts();
        self.add_headers(&mut parts.headers, peer);
        // A target is spoken to as an origin server, whatever form the client's request line had.
        if let Some(path) = parts.uri.path_and_query().cloned() {
            parts.uri = path.into();
        }
        parts.version = http::Version::HTTP_11;
        let request = http::Request::from_parts(parts, stream(body));
        match tokio::time::timeout(IDLE_TIMEOUT, exchange(&id, port, request)).await {
            Err(_) => page(504, "Gateway Time-out"),
            Ok(Err(error)) => {
                tracing::debug!(%error, id, port, "target did not answer");
                page(502, "Bad Gateway")
            }
            Ok(Ok(answer)) => {
                let (mut parts, body) = answer.into_parts();
                remove_hop_by_hop(&mut parts.headers);
                parts.version = http::Version::HTTP_11;
                let body = Guarded { body, _in_flight: in_flight };
                Response::from_parts(parts, body.boxed_unsync())
            }
        }
    }

    fn add_headers(&self, headers: &mut HeaderMap, peer: SocketAddr) {
        remove_hop_by_hop(headers);
        let client = peer.ip().to_string();
        let name = HeaderName::from_static("x-forwarded-for");
        let chain = match headers.get(&name).and_then(|value| value.to_str().ok()) {
            Some(before) => format!("{before}, {client}"),
            None => client,
        };
        let root = uuid::Uuid::new_v4().simple().to_string();
        let seconds = jiff::Timestamp::now().as_second();
        let trace = format!("Root=1-{seconds:08x}-{}", root.get(..24).unwrap_or_default());
        let mut set = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("x-forwarded-for", chain);
        set("x-forwarded-proto", self.proto.clone());
        set("x-forwarded-port", self.port.to_string());
        set("x-amzn-trace-id", trace);
    }
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    headers.remove("keep-alive");
}

/// An error page as a load balancer answers it.
fn page(status: u16, title: &str) -> Response {
    let body = format!(
        "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    let mut page = response(status, "text/html", body);
    page.headers_mut().insert(header::SERVER, HeaderValue::from_static("awselb/2.0"));
    page
}

/// Counts a request as in flight on its target until dropped.
struct InFlight {
    inner: Arc<Inner>,
    group_arn: String,
    id: String,
    port: u16,
    generation: u64,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.inner.lock().finished(&self.group_arn, &self.id, self.port, self.generation);
        self.inner.bump();
    }
}

/// The answer's body; the request is over when it is.
struct Guarded {
    body: Incoming,
    _in_flight: InFlight,
}

impl http_body::Body for Guarded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.body).poll_frame(context).map(|frame| frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
