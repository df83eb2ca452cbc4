//! `/api/*`: forwarded to an HTTP origin, never cached.

use std::time::Duration;

use http::header::{CONNECTION, HOST, HeaderName, HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, Uri};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::page::{self, XCache};
use crate::http::{Body, BoxError, Response};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const HOP_BY_HOP: [HeaderName; 6] = [CONNECTION, KEEP_ALIVE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

pub struct HttpOrigin {
    authority: String,
    timeout: Duration,
    client: Client<HttpConnector, Body>,
}

impl HttpOrigin {
    /// `None` if the URL has no host.
    pub fn new(url: &str, timeout: Duration) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority()?.to_string();
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(Duration::from_secs(10)));
        connector.set_nodelay(true);
        Some(Self { authority, timeout, client: Client::builder(TokioExecutor::new()).build(connector) })
    }

    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// 502 where the origin cannot be reached, 504 where it does not answer in time.
    pub async fn forward(&self, request: http::Request<Incoming>, viewer: &str) -> Response {
        let request = match self.rewrite(request, viewer) {
            Ok(request) => request,
            Err(error) => {
                tracing::debug!(%error, "a request that cannot be forwarded");
                return page::error(400, "Bad request.");
            }
        };
        match tokio::time::timeout(self.timeout, self.client.request(request)).await {
            Ok(Ok(response)) => {
                let mut response =
                    response.map(|body| body.map_err(|error| Box::new(error) as BoxError).boxed_unsync());
                remove_hop_by_hop(response.headers_mut());
                let x_cache = if response.status().as_u16() < 400 { XCache::Miss } else { XCache::Error };
                page::stamp(&mut response, x_cache);
                response
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, origin = self.authority, "the origin cannot be reached");
                page::error(502, "CloudFront wasn't able to connect to the origin.")
            }
            Err(_) => page::error(
                504,
                "CloudFront attempted to establish a connection with the origin, but it did not answer in time.",
            ),
        }
    }

    fn rewrite(
        &self,
        request: http::Request<Incoming>,
        viewer: &str,
    ) -> Result<http::Request<Body>, BoxError> {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri =
            Uri::builder().scheme("http").authority(self.authority.as_str()).path_and_query(path).build()?;
        parts.version = http::Version::HTTP_11;
        let host = parts.headers.remove(HOST);
        remove_hop_by_hop(&mut parts.headers);
        parts.headers.insert(HOST, HeaderValue::from_str(&self.authority)?);
        let client = match parts.headers.get(FORWARDED_FOR).and_then(|value| value.to_str().ok()) {
            Some(before) => format!("{before}, {viewer}"),
            None => viewer.to_owned(),
        };
        parts.headers.insert(FORWARDED_FOR, HeaderValue::from_str(&client)?);
        parts.headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
        if let Some(host) = host {
            parts.headers.insert("x-forwarded-host", host);
        }
        parts.headers.insert("via", HeaderValue::from_static(page::VIA));
        let body = body.map_err(|error| Box::new(error) as BoxError).boxed_unsync();
        Ok(http::Request::from_parts(parts, body))
    }
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}
