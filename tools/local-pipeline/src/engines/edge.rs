//! CloudFront: distributions on real ports, with an edge cache that goes stale as CloudFront's does.
//!
//! One edge location. Not here: compression, TLS, query strings in the cache key, the `Expires` header of an origin.

mod api;
mod cache;
mod distribution;
mod invalidation;
mod operation;
mod origin;
mod page;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use distribution::Distribution;
pub use operation::operation;

use crate::engines::objects::Objects;
use crate::http::{Request, Response};
use crate::names::ACCOUNT_ID;

pub struct Edge {
    objects: Arc<Objects>,
    settings: Mutex<EdgeSettings>,
    distributions: Mutex<BTreeMap<String, Arc<Distribution>>>,
    stop: CancellationToken,
    /// Listeners end with the engine, even where nobody calls [`Edge::shutdown`].
    _stop_on_drop: DropGuard,
    tasks: TaskTracker,
}

/// What a distribution serves.
#[derive(Debug, Clone)]
pub struct DistributionSpec {
    /// Such as `E1TEST0000001`.
    pub id: String,
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The default behaviour's S3 bucket.
    pub bucket: String,
    /// Put before every key of the bucket: empty, or `/live`.
    pub origin_path: String,
    /// The origin of `/api/*`, such as the load balancer's `http://127.0.0.1:8080`.
    pub api_origin: Option<String>,
}

/// A distribution that answers.
#[derive(Debug, Clone)]
pub struct RunningDistribution {
    pub id: String,
    pub arn: String,
    /// `http://127.0.0.1:PORT`
    pub url: String,
}

/// Times and headers of distributions that are created from now on. The defaults are the managed policies `CachingOptimized`
/// (with a minimum TTL of 0) and `SecurityHeadersPolicy` plus a CSP; HSTS is left out because this is plain HTTP.
#[derive(Debug, Clone)]
pub struct EdgeSettings {
    pub default_ttl: Duration,
    pub max_ttl: Duration,
    /// How long an error of the S3 origin is served from the cache; CloudFront's default is 10 seconds.
    pub error_ttl: Duration,
    /// How long an invalidation is `InProgress`; the cache is purged when it completes.
    pub invalidation_delay: Duration,
    /// How long an HTTP origin may take to begin its answer; CloudFront's default is 30 seconds.
    pub origin_timeout: Duration,
    /// Response headers policy of the S3 behaviour.
    pub response_headers: Vec<(String, String)>,
}

impl Default for EdgeSettings {
    fn default() -> Self {
        // The policy under which frontend/e2e tests the pages.
        let csp = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; \
                   connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        let headers = [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("content-security-policy", csp),
        ];
        Self {
            default_ttl: Duration::from_hours(24),
            max_ttl: Duration::from_hours(24 * 365),
            error_ttl: Duration::from_secs(10),
            invalidation_delay: Duration::from_millis(300),
            origin_timeout: Duration::from_secs(30),
            response_headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    #[error("port {port} of 127.0.0.1 is not free")]
    Bind { port: u16, source: std::io::Error },
    #[error("there is a distribution {id} already")]
    Exists { id: String },
    #[error("{url} is not a URL of an origin")]
    Origin { url: String },
}

impl Edge {
    pub fn new(objects: Arc<Objects>) -> Arc<Self> {
        let stop = CancellationToken::new();
        Arc::new(Self {
            objects,
            settings: Mutex::default(),
            distributions: Mutex::default(),
            _stop_on_drop: stop.clone().drop_guard(),
            stop,
            tasks: TaskTracker::new(),
        })
    }

    /// Changes the settings of distributions that are created later.
    pub fn configure(&self, settings: EdgeSettings) {
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Binds the port and serves until [`Edge::shutdown`].
    pub async fn create_distribution(
        &self,
        spec: DistributionSpec,
    ) -> Result<RunningDistribution, EdgeError> {
        if self.distributions().contains_key(&spec.id) {
            return Err(EdgeError::Exists { id: spec.id });
        }
        let port = spec.port;
        let bind_error = |source| EdgeError::Bind { port, source };
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        let settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let running = RunningDistribution {
            id: spec.id.clone(),
            arn: format!("arn:aws:cloudfront::{ACCOUNT_ID}:distribution/{}", spec.id),
            url: format!("http://{address}"),
        };
        let distribution =
            Arc::new(Distribution::new(spec, running.clone(), settings, Arc::clone(&self.objects))?);
        self.tasks.spawn(Arc::clone(&distribution).serve(listener, self.stop.clone()));
        self.distributions().insert(running.id.clone(), distribution);
        Ok(running)
    }

    /// CloudFront's REST API, `/2020-05-31/…`.
    #[expect(clippy::unused_async, reason = "the gateway awaits every engine alike")]
    pub async fn handle_api(&self, request: Request) -> Response {
        api::handle(self, &request)
    }

    /// Closes every listener and connection.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn distributions(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Distribution>>> {
        self.distributions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn distribution(&self, id: &str) -> Option<Arc<Distribution>> {
        self.distributions().get(id).cloned()
    }
}
