//! The CloudFront engine: viewers by plain HTTP, the API by the real SDK.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/aws_client.rs"]
mod aws_client;

use std::time::Duration;

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioExecutor;
use local_pipeline::Gateway;
use local_pipeline::engines::edge::{DistributionSpec, EdgeSettings};
use local_pipeline::engines::objects::ObjectHeaders;
use local_pipeline::gateway::{GatewaySettings, RunningGateway};

const BUCKET: &str = "greenlight-test-site-123456789012";
const ID: &str = "E1TEST0000001";

struct World {
    gateway: RunningGateway,
    cloudfront: Client,
    url: String,
    _state: tempfile::TempDir,
}

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    fn x_cache(&self) -> &str {
        self.header("x-cache").strip_suffix(" from cloudfront").unwrap()
    }
}

async fn world(api_origin: Option<String>) -> World {
    let state = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(GatewaySettings::in_process(state.path())).await.unwrap();
    let edge = &gateway.engines().edge;
    edge.configure(EdgeSettings {
        error_ttl: Duration::ZERO,
        origin_timeout: Duration::from_millis(200),
        ..EdgeSettings::default()
    });
    let spec = DistributionSpec {
        id: ID.into(),
        port: 0,
        bucket: BUCKET.into(),
        origin_path: String::new(),
        api_origin,
    };
    let url = edge.create_distribution(spec).await.unwrap().url;
    let cloudfront = Client::new(&aws_client::config(gateway.url()));
    World { gateway, cloudfront, url, _state: state }
}

impl World {
    fn put(&self, key: &str, body: &str, cache_control: &str) {
        let headers = ObjectHeaders {
            content_type: Some("text/html".into()),
            cache_control: Some(cache_control.into()),
            ..ObjectHeaders::default()
        };
        self.gateway.engines().objects.put_with(
            BUCKET,
            key,
            Bytes::copy_from_slice(body.as_bytes()),
            headers,
        );
    }

    async fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[]).await
    }

    async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = client.request(request.body(Full::new(Bytes::new())).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    async fn invalidate(&self, reference: &str, paths: &[&str]) -> Result<String, String> {
        let paths = Paths::builder()
            .quantity(i32::try_from(paths.len()).unwrap())
            .set_items(Some(paths.iter().map(|path| (*path).to_owned()).collect()))
            .build()
            .unwrap();
        let batch = InvalidationBatch::builder().paths(paths).caller_reference(reference).build().unwrap();
        match self.cloudfront.create_invalidation().distribution_id(ID).invalidation_batch(batch).send().await
        {
            Ok(created) => Ok(created.invalidation().unwrap().id().to_owned()),
            Err(error) => Err(code(&error)),
        }
    }

    async fn status(&self, id: &str) -> String {
        let answer = self.cloudfront.get_invalidation().distribution_id(ID).id(id).send().await.unwrap();
        answer.invalidation().unwrap().status().to_owned()
    }

    async fn completed(&self, id: &str) {
        while self.status(id).await != "Completed" {
            tokio::task::yield_now().await;
        }
    }
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_cache_goes_stale_until_it_is_invalidated() {
    let world = world(None).await;
    world.put("index.html", "old", "public, max-age=3600");
    let first = world.get("/").await;
    assert_eq!((first.status, first.x_cache(), first.body.as_str()), (200, "Miss", "old"));
    assert_eq!(first.header("x-content-type-options"), "nosniff");
    assert!(first.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(first.header("strict-transport-security"), "");

    world.put("index.html", "new", "public, max-age=3600");
    let second = world.get("/releases/abc").await;
    assert_eq!((second.x_cache(), second.body.as_str()), ("Hit", "old"));
    assert_eq!(second.header("age"), "0");

    let id = world.invalidate("one", &["/other", "/index.html"]).await.unwrap();
    assert_eq!(world.status(&id).await, "InProgress");
    assert_eq!(world.get("/").await.body, "old");
    world.completed(&id).await;
    let third = world.get("/").await;
    assert_eq!((third.x_cache(), third.body.as_str()), ("Miss", "new"));
    world.gateway.stop().await;
}

#[tokio::test]
async fn no_cache_is_revalidated_and_no_store_never_kept() {
    let world = world(None).await;
    world.put("index.html", "1", "no-cache");
    assert_eq!(world.get("/").await.x_cache(), "Miss");
    assert_eq!(world.get("/").await.x_cache(), "RefreshHit");
    world.put("index.html", "2", "no-cache");
    let changed = world.get("/").await;
    assert_eq!((changed.x_cache(), changed.body.as_str()), ("Miss", "2"));
    world.put("secret.txt", "1", "no-store");
    assert_eq!(world.get("/secret.txt").await.x_cache(), "Miss");
    assert_eq!(world.get("/secret.txt").await.x_cache(), "Miss");
    world.gateway.stop().await;
}

#[tokio::test]
async fn a_missing_chunk_is_a_404_and_never_the_page() {
    let world = world(None).await;
    world.put("index.html", "page", "no-cache");
    let missing = world.get("/assets/index-gone.js").await;
    assert_eq!((missing.status, missing.x_cache()), (404, "Error"));
    assert!(missing.body.contains("NoSuchKey"));
    assert_eq!(world.get("/settings/profile").await.body, "page");
    assert_eq!(world.request("POST", "/", &[]).await.status, 403);
    world.put("assets/über uns.js", "x", "max-age=60");
    assert_eq!(world.get("/assets/%C3%BCber%20uns.js").await.body, "x");
    world.gateway.stop().await;
}

#[tokio::test]
async fn errors_are_cached_as_long_as_cloudfront_does() {
    let world = world(None).await;
    let edge = &world.gateway.engines().edge;
    edge.configure(EdgeSettings::default());
    let spec = DistributionSpec {
        id: "E2".into(),
        port: 0,
        bucket: BUCKET.into(),
        origin_path: "/live".into(),
        api_origin: None,
    };
    let url = edge.create_distribution(spec).await.unwrap().url;
    let world = World { url, ..world };
    assert_eq!(world.get("/late.js").await.status, 404);
    world.put("live/late.js", "x", "max-age=60");
    assert_eq!(world.get("/late.js").await.status, 404);
    world.put("live/early.js", "y", "max-age=60");
    assert_eq!(world.get("/early.js").await.body, "y");
    world.gateway.stop().await;
}

#[tokio::test]
async fn ranges_conditions_and_head() {
    let world = world(None).await;
    world.put("a.txt", "0123456789", "max-age=60");
    let whole = world.get("/a.txt").await;
    let part = world.request("GET", "/a.txt", &[("range", "bytes=2-4")]).await;
    assert_eq!((part.status, part.body.as_str(), part.header("content-range")), (206, "234", "bytes 2-4/10"));
    let unchanged = world.request("GET", "/a.txt", &[("if-none-match", whole.header("etag"))]).await;
    assert_eq!((unchanged.status, unchanged.body.as_str(), unchanged.x_cache()), (304, "", "Hit"));
    let since = world.request("GET", "/a.txt", &[("if-modified-since", whole.header("last-modified"))]).await;
    assert_eq!(since.status, 304);
    let head = world.request("HEAD", "/a.txt", &[]).await;
    assert_eq!((head.status, head.body.as_str(), head.header("content-length")), (200, "", "10"));
    assert_eq!(world.request("GET", "/a.txt", &[("range", "bytes=99-")]).await.status, 416);
    world.gateway.stop().await;
}

#[tokio::test]
async fn caller_references_and_limits() {
    let world = world(None).await;
    let id = world.invalidate("ref", &["/a", "/b"]).await.unwrap();
    assert_eq!(world.invalidate("ref", &["/b", "/a"]).await.unwrap(), id);
    assert_eq!(world.invalidate("ref", &["/c"]).await.unwrap_err(), "InvalidArgument");
    assert_eq!(world.invalidate("bad", &["no-slash"]).await.unwrap_err(), "InvalidArgument");
    let wildcards: Vec<String> = (0..16).map(|index| format!("/{index}/*")).collect();
    let wildcards: Vec<&str> = wildcards.iter().map(String::as_str).collect();
    assert_eq!(world.invalidate("many", &wildcards).await.unwrap_err(), "TooManyInvalidationsInProgress");
    let other = world.invalidate("all", &["/*"]).await.unwrap();
    let list = world.cloudfront.list_invalidations().distribution_id(ID).max_items(1).send().await.unwrap();
    let list = list.invalidation_list().unwrap();
    assert_eq!((list.quantity(), list.is_truncated(), list.items()[0].id()), (1, true, other.as_str()));
    let next = list.next_marker().unwrap();
    let list = world.cloudfront.list_invalidations().distribution_id(ID).marker(next).send().await.unwrap();
    assert_eq!(list.invalidation_list().unwrap().items()[0].id(), id);
    world.gateway.stop().await;
}

#[tokio::test]
async fn distributions_by_the_api() {
    let world = world(Some("http://127.0.0.1:9".into())).await;
    let answer = world.cloudfront.get_distribution().id(ID).send().await.unwrap();
    let distribution = answer.distribution().unwrap();
    assert_eq!(distribution.status(), "Deployed");
    assert_eq!(format!("http://{}", distribution.domain_name()), world.url);
    let config = world.cloudfront.get_distribution_config().id(ID).send().await.unwrap();
    assert!(config.e_tag().is_some());
    let origins = config.distribution_config().unwrap().origins().unwrap().items();
    assert_eq!(origins[0].domain_name(), format!("{BUCKET}.s3.eu-central-1.amazonaws.com"));
    assert_eq!(origins.len(), 2);
    let error = world.cloudfront.get_distribution().id("EABSENT").send().await.unwrap_err();
    assert_eq!(code(&error), "NoSuchDistribution");
    let error =
        world.cloudfront.get_invalidation().distribution_id(ID).id("IABSENT").send().await.unwrap_err();
    assert_eq!(code(&error), "NoSuchInvalidation");
    world.gateway.stop().await;
}

/// Answers with what it was asked, or never.
async fn api_server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let echo = |request: axum::extract::Request| async move {
        let header = |name: &str| {
            request.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        format!(
            "{} {} | {} | {} | {}",
            request.method(),
            request.uri(),
            header("x-forwarded-for"),
            header("x-forwarded-host"),
            header("via")
        )
    };
    let router = axum::Router::new()
        .route("/api/never", axum::routing::get(std::future::pending::<()>))
        .fallback(echo);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn the_api_is_forwarded_and_never_cached() {
    let world = world(Some(api_server().await)).await;
    let host = world.url.trim_start_matches("http://").to_owned();
    for _ in 0..2 {
        let answer = world.request("DELETE", "/api/releases?page=2", &[]).await;
        assert_eq!((answer.status, answer.x_cache()), (200, "Miss"));
        assert!(
            answer.body.starts_with(&format!("DELETE /api/releases?page=2 | 127.0.0.1 | {host} | 1.1 ")),
            "{}",
            answer.body
        );
    }
    assert_eq!(world.get("/api/never").await.status, 504);
    world.gateway.stop().await;
}

#[tokio::test]
async fn an_origin_that_is_away_is_a_502() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let world = world(Some(format!("http://{free}"))).await;
    let answer = world.get("/api/version").await;
    assert_eq!((answer.status, answer.x_cache()), (502, "Error"));
    world.gateway.engines().edge.shutdown().await;
    assert!(tokio::net::TcpStream::connect(world.url.trim_start_matches("http://")).await.is_err());
    world.gateway.stop().await;
}
