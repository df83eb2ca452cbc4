//! One distribution: its listener, its behaviours, its cache and its invalidations.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::cache::{Cache, Cached, Entry, Storing, storing};
use super::invalidation::{Accepted, Invalidation, Invalidations, PathPattern, decode};
use super::origin::HttpOrigin;
use super::page::{self, XCache};
use super::{DistributionSpec, EdgeError, EdgeSettings, RunningDistribution};
use crate::api::ApiError;
use crate::engines::objects::Objects;
use crate::http::Response;

const ROOT_OBJECT: &str = "/index.html";
const API_PREFIX: &str = "/api/";

pub struct Distribution {
    pub spec: DistributionSpec,
    pub running: RunningDistribution,
    settings: EdgeSettings,
    objects: Arc<Objects>,
    api: Option<HttpOrigin>,
    cache: Mutex<Cache>,
    invalidations: Mutex<Invalidations>,
    pub created: jiff::Timestamp,
}

impl Distribution {
    pub fn new(
        spec: DistributionSpec,
        running: RunningDistribution,
        settings: EdgeSettings,
        objects: Arc<Objects>,
    ) -> Result<Self, EdgeError> {
        let api = match &spec.api_origin {
            Some(url) => {
                let origin = HttpOrigin::new(url, settings.origin_timeout);
                Some(origin.ok_or_else(|| EdgeError::Origin { url: url.clone() })?)
            }
            None => None,
        };
        Ok(Self {
            spec,
            running,
            settings,
            objects,
            api,
            cache: Mutex::default(),
            invalidations: Mutex::default(),
            created: jiff::Timestamp::now(),
        })
    }

    pub fn api_authority(&self) -> Option<&str> {
        self.api.as_ref().map(HttpOrigin::authority)
    }

    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: CancellationToken) {
        let connections = TaskTracker::new();
        loop {
            let (stream, viewer) = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(_) => continue,
                },
                () = stop.cancelled() => break,
            };
            let _ = stream.set_nodelay(true);
            let (distribution, stop) = (Arc::clone(&self), stop.clone());
            connections.spawn(async move {
                let service = service_fn(move |request| {
                    let distribution = Arc::clone(&distribution);
                    async move { Ok::<_, Infallible>(distribution.answer(request, viewer).await) }
                });
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service);
                tokio::select! { _ = connection => {}, () = stop.cancelled() => {} }
            });
        }
        connections.close();
        connections.wait().await;
    }

    async fn answer(&self, request: http::Request<Incoming>, viewer: SocketAddr) -> Response {
        if let Some(api) = self.api.as_ref().filter(|_| request.uri().path().starts_with(API_PREFIX)) {
            return api.forward(request, &viewer.ip().to_string()).await;
        }
        let mut response = match *request.method() {
            Method::GET | Method::HEAD => {
                self.answer_from_bucket(request.uri().path(), request.headers(), request.method())
            }
            _ => page::error(
                403,
                "This distribution is not configured to allow the HTTP request method that was used for this request.",
            ),
        };
        for (name, value) in &self.settings.response_headers {
            page::set(response.headers_mut(), name, value);
        }
        response
    }

    /// The S3 behaviour: from the cache while fresh, then asked about with the entry's `ETag`.
    fn answer_from_bucket(&self, path: &str, headers: &HeaderMap, method: &Method) -> Response {
        let path = route(&decode(path));
        let (entry, x_cache) = self.lookup(&path);
        let mut response = match &entry.cached {
            Cached::Object(object) => page::object(object, headers, method),
            Cached::Missing => return page::missing(),
        };
        page::stamp(&mut response, x_cache);
        if x_cache != XCache::Miss && page::is_success(&response) {
            page::set(response.headers_mut(), "age", &entry.age().as_secs().to_string());
        }
        response
    }

    fn lookup(&self, path: &str) -> (Entry, XCache) {
        let mut cache = self.cache();
        let before = cache.get(path);
        if let Some(entry) = before.as_ref().filter(|entry| entry.is_fresh()) {
            return (entry.clone(), XCache::Hit);
        }
        let key = format!("{}{path}", self.spec.origin_path);
        let fetched = self.objects.get(&self.spec.bucket, key.trim_start_matches('/'));
        let unchanged = match (&before, &fetched) {
            (Some(Entry { cached: Cached::Object(known), .. }), Some(now)) => known.etag == now.etag,
            _ => false,
        };
        let (cached, storing) = match fetched {
            Some(object) => {
                let storing = storing(
                    object.cache_control.as_deref(),
                    self.settings.default_ttl,
                    self.settings.max_ttl,
                );
                (Cached::Object(object), storing)
            }
            None => (Cached::Missing, Storing::For(self.settings.error_ttl)),
        };
        let ttl = match storing {
            Storing::Never => {
                cache.remove(path);
                Duration::ZERO
            }
            Storing::For(ttl) => {
                cache.insert(path.to_owned(), cached.clone(), ttl);
                ttl
            }
        };
        let x_cache = if unchanged { XCache::RefreshHit } else { XCache::Miss };
        (Entry { cached, stored_at: tokio::time::Instant::now(), ttl }, x_cache)
    }

    /// Accepts a batch; the cache is purged when it completes, as the last edge location would be.
    pub fn invalidate(
        self: &Arc<Self>,
        caller_reference: String,
        paths: Vec<String>,
    ) -> Result<Invalidation, ApiError> {
        match self.invalidations().accept(caller_reference, paths, jiff::Timestamp::now())? {
            Accepted::Known(invalidation) => Ok(invalidation),
            Accepted::New(invalidation) => {
                let (distribution, started) = (Arc::clone(self), invalidation.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(distribution.settings.invalidation_delay).await;
                    let patterns: Vec<PathPattern> =
                        started.paths.iter().map(|path| PathPattern::new(path)).collect();
                    distribution.cache().purge(&patterns);
                    distribution.invalidations().complete(&started.id);
                });
                Ok(invalidation)
            }
        }
    }

    pub fn invalidations(&self) -> MutexGuard<'_, Invalidations> {
        self.invalidations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The viewer-request function and the default root object: a path without a file extension is a page of the application.
fn route(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.contains('.') { path.to_owned() } else { ROOT_OBJECT.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_are_routed() {
        for (path, expected) in [
            ("/", "/index.html"),
            ("/releases/abc", "/index.html"),
            ("/releases/", "/index.html"),
            ("/assets/index-4f2.js", "/assets/index-4f2.js"),
            ("/favicon.ico", "/favicon.ico"),
        ] {
            assert_eq!(route(path), expected, "{path}");
        }
    }
}
