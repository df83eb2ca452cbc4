//! One HTTP request on a connection of its own, so that each goes through the load balancer anew.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use greenlight_core::hook::check::Answer;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::Url;

use crate::record::millis;

/// Longest body that is read.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// No usable answer: connection, TLS, timeout, or a body that is too long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProbeError(pub String);

#[derive(Debug, Clone, Default)]
pub struct ProbeRequest {
    pub method: String,
    /// Path and query.
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    pub timeout: Duration,
}

/// The client for everything that is not an AWS SDK's.
pub type WebClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// `name` must be on the certificate, instead of the URL's host; `ca` (PEM) may sign it, instead of the public authorities. Every
/// request has a connection of its own.
pub fn web_client(name: Option<&str>, ca: Option<&str>) -> Result<WebClient, ProbeError> {
    let builder = HttpsConnectorBuilder::new();
    let builder = match ca {
        Some(pem) => builder.with_tls_config(trusting(pem)?),
        None => builder.with_webpki_roots(),
    };
    let builder = builder.https_or_http();
    let builder = match name {
        Some(name) => {
            let name = rustls::pki_types::ServerName::try_from(name.to_owned())
                .map_err(|error| ProbeError(format!("{name}: {error}")))?;
            builder.with_server_name_resolver(FixedServerNameResolver::new(name))
        }
        None => builder,
    };
    let connector = builder.enable_http1().build();
    Ok(Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .retry_canceled_requests(false)
        .build(connector))
}

fn trusting(pem: &str) -> Result<rustls::ClientConfig, ProbeError> {
    let invalid = |error: &dyn Error| ProbeError(format!("target.ca: {}", chain(error)));
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| invalid(&error))?;
        roots.add(certificate).map_err(|error| invalid(&error))?;
    }
    if roots.is_empty() {
        return Err(ProbeError("target.ca holds no certificate in PEM form".to_owned()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(config.map_err(|error| invalid(&error))?.with_root_certificates(roots).with_no_client_auth())
}

/// Where requests go, and as whom.
#[derive(Debug, Clone)]
pub struct Probe {
    client: WebClient,
    base: Url,
    /// Sent with every request, unless the request has its own.
    headers: BTreeMap<String, String>,
}

impl Probe {
    /// `host` is the `Host` header and the name that the certificate must carry; without it, the base URL's host is.
    pub fn new(
        base: Url,
        mut headers: BTreeMap<String, String>,
        host: Option<&str>,
        ca: Option<&str>,
    ) -> Result<Self, ProbeError> {
        if let Some(host) = host {
            headers.insert("host".to_owned(), host.to_owned());
        }
        let name = headers.get("host").map(|host| host.split(':').next().unwrap_or_default());
        let client = web_client(name, ca)?;
        Ok(Self { client, base, headers })
    }

    pub async fn send(&self, request: &ProbeRequest) -> Result<Answer, ProbeError> {
        match tokio::time::timeout(request.timeout, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(ProbeError(format!("no answer within {} ms", request.timeout.as_millis()))),
        }
    }

    async fn exchange(&self, request: &ProbeRequest) -> Result<Answer, ProbeError> {
        let base = self.base.as_str().trim_end_matches('/');
        let mut builder = http::Request::builder()
            .method(request.method.as_str())
            .uri(format!("{base}{}", request.path))
            .header("user-agent", concat!("validate-deploy/", env!("CARGO_PKG_VERSION")))
            .header("connection", "close");
        let own = |name: &str| request.headers.keys().any(|own| own.eq_ignore_ascii_case(name));
        for (name, value) in self.headers.iter().filter(|(name, _)| !own(name)).chain(&request.headers) {
            builder = builder.header(name, value);
        }
        let message = builder.body(Full::new(Bytes::from(request.body.clone())));
        let message = message.map_err(|error| ProbeError(chain(&error)))?;
        let started = Instant::now();
        let response = self.client.request(message).await.map_err(|error| ProbeError(chain(&error)))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_BODY_BYTES).collect().await;
        let body =
            body.map_err(|error| ProbeError(format!("the body could not be read: {}", chain(&*error))))?;
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts
                .headers
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), text(value)))
                .collect(),
            body: body.to_bytes().to_vec(),
            elapsed_ms: millis(started.elapsed()),
        })
    }
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
