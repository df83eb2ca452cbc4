//! The ECR engine and images built for it: ECR's API by the real SDK, the distribution API by plain HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/aws_client.rs"]
mod aws_client;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ecr::types::{ImageIdentifier, ImageTagMutability};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioExecutor;
use local_pipeline::Gateway;
use local_pipeline::gateway::{GatewaySettings, RunningGateway};
use local_pipeline::image::{BuildImage, BuiltImage, ImageError, build};
use sha2::{Digest as _, Sha256};

const REPOSITORY: &str = "greenlight/backend";
const URI: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/greenlight/backend";

struct World {
    gateway: RunningGateway,
    ecr: Client,
    state: tempfile::TempDir,
}

async fn world() -> World {
    let state = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(GatewaySettings::in_process(state.path())).await.unwrap();
    let ecr = Client::new(&aws_client::config(gateway.url()));
    let create = || {
        ecr.create_repository()
            .repository_name(REPOSITORY)
            .image_tag_mutability(ImageTagMutability::Immutable)
    };
    let created = create().send().await.unwrap();
    assert_eq!(created.repository().unwrap().repository_uri(), Some(URI));
    assert_eq!(code(&create().send().await.unwrap_err()), "RepositoryAlreadyExistsException");
    World { gateway, ecr, state }
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default()
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
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
}

impl World {
    async fn oci(&self, method: &str, path: &str, body: impl Into<Bytes>) -> Answer {
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        let uri = format!("{}{path}", self.gateway.url());
        let request = http::Request::builder().method(method).uri(uri).body(Full::new(body.into())).unwrap();
        let (parts, body) = client.request(request).await.unwrap().into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// An application with one dependency, and a stand-in for Python that counts how often pip runs.
    fn application(&self) -> BuildImage {
        let context = self.state.path().join("backend");
        for (path, text) in [
            ("manage.py", "print('hi')"),
            ("journal/api.py", "x = 1"),
            ("tests/test_api.py", "y = 1"),
            (".dockerignore", "tests\nDockerfile\n.dockerignore\n"),
            ("requirements.txt", "dep==1.0 --hash=sha256:00\n"),
            (
                "Dockerfile",
                "FROM python:3.13-slim AS deps\nCOPY requirements.txt .\nRUN pip install --require-hashes --target /opt/deps -r requirements.txt\n\
                 FROM python:3.13-slim\nCOPY --from=deps /opt/deps /opt/deps\nCOPY . /app\nENV PYTHONPATH=/opt/deps:/app\nWORKDIR /app\n\
                 USER 10001\nEXPOSE 8000\nCMD [\"python\", \"manage.py\"]\n",
            ),
        ] {
            let path = context.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let python = self.state.path().join("python");
        let script = "#!/bin/sh\nif [ \"$1\" = -c ]; then echo 3.13; exit; fi\necho run >> \"$(dirname \"$0\")/pip-runs\"\n\
                      while [ \"$1\" != --target ]; do shift; done\nmkdir -p \"$2/dep\"\necho 'z = 1' > \"$2/dep/__init__.py\"\n";
        fs::write(&python, script).unwrap();
        fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
        BuildImage {
            dockerfile: context.join("Dockerfile"),
            requirements: context.join("requirements.txt"),
            context,
            push: format!("{URI}:1"),
            endpoint_url: self.gateway.url().to_owned(),
            python,
            cache: Some(self.state.path().join("cache")),
        }
    }

    async fn build(&self) -> BuiltImage {
        build(self.application()).await.unwrap()
    }

    fn pip_runs(&self) -> usize {
        fs::read_to_string(self.state.path().join("pip-runs")).unwrap_or_default().lines().count()
    }
}

fn read(folder: &Path, path: &str) -> Option<String> {
    fs::read_to_string(folder.join(path)).ok()
}

#[tokio::test]
async fn an_image_is_built_pushed_described_and_unpacked() {
    let world = world().await;
    let built = world.build().await;
    assert_eq!(built.reference, format!("{URI}:1"));

    let id = ImageIdentifier::builder().image_tag("1").build();
    let described =
        world.ecr.describe_images().repository_name(REPOSITORY).image_ids(id.clone()).send().await.unwrap();
    let detail = &described.image_details()[0];
    assert_eq!(detail.image_digest(), Some(built.digest.as_str()));
    assert_eq!(detail.image_tags(), ["1"]);
    assert!(detail.image_size_in_bytes().unwrap() > 0);
    let by_digest = ImageIdentifier::builder().image_digest(&built.digest).build();
    let got =
        world.ecr.batch_get_image().repository_name(REPOSITORY).image_ids(by_digest).send().await.unwrap();
    assert_eq!(digest(got.images()[0].image_manifest().unwrap().as_bytes()), built.digest);

    let manifest: serde_json::Value =
        serde_json::from_str(got.images()[0].image_manifest().unwrap()).unwrap();
    let layer = manifest["config"]["digest"].as_str().unwrap();
    let link = world.ecr.get_download_url_for_layer().repository_name(REPOSITORY).layer_digest(layer);
    let url = link.send().await.unwrap().download_url.unwrap();
    let config = world.oci("GET", url.strip_prefix(world.gateway.url()).unwrap(), "").await;
    assert_eq!((config.status, digest(config.body.as_bytes()).as_str()), (200, layer));

    let folder = world.state.path().join("unpacked");
    let registry = &world.gateway.engines().registry;
    let config = registry.unpack(&format!("{URI}@{}", built.digest), &folder).unwrap();
    assert_eq!(config.command, ["python", "manage.py"]);
    assert_eq!(config.environment, ["PYTHONPATH=/opt/deps:/app"]);
    assert_eq!((config.working_dir.as_str(), config.digest.as_str()), ("/app", built.digest.as_str()));
    assert_eq!(read(&folder, "app/journal/api.py").as_deref(), Some("x = 1"));
    assert_eq!(read(&folder, "opt/deps/dep/__init__.py").as_deref(), Some("z = 1\n"));
    assert!(!folder.join("app/tests").exists() && !folder.join("app/Dockerfile").exists());
    world.gateway.stop().await;
}

#[tokio::test]
async fn the_same_input_is_the_same_image_and_immutable_tags_hold() {
    let world = world().await;
    let first = world.build().await;
    let request = world.application();
    fs::set_permissions(request.context.join("manage.py"), fs::Permissions::from_mode(0o600)).unwrap();
    let again = build(request).await.unwrap();
    assert_eq!(first.digest, again.digest);
    assert_eq!(world.pip_runs(), 1);

    let mut request = world.application();
    fs::write(request.context.join("manage.py"), "print('new')").unwrap();
    let error = build(request.clone()).await.unwrap_err();
    let ImageError::Refused { status, message, .. } = error else { panic!("{error}") };
    assert!(status == 400 && message.contains("TAG_INVALID"), "{message}");
    request.push = format!("{URI}:2");
    assert_ne!(build(request).await.unwrap().digest, first.digest);
    assert_eq!(world.gateway.engines().registry.resolve(&format!("{URI}:1")).unwrap(), first.digest);
    world.gateway.stop().await;
}

#[tokio::test]
async fn errors_of_ecr() {
    let world = world().await;
    let describe = |name: &str| {
        let id = ImageIdentifier::builder().image_tag("absent").build();
        world.ecr.describe_images().repository_name(name).image_ids(id).send()
    };
    assert_eq!(code(&describe("nobody").await.unwrap_err()), "RepositoryNotFoundException");
    assert_eq!(code(&describe(REPOSITORY).await.unwrap_err()), "ImageNotFoundException");
    let id = ImageIdentifier::builder().image_tag("absent").build();
    let got = world.ecr.batch_get_image().repository_name(REPOSITORY).image_ids(id).send().await.unwrap();
    assert_eq!(got.failures()[0].image_id().unwrap().image_tag(), Some("absent"));
    let link =
        world.ecr.get_download_url_for_layer().repository_name(REPOSITORY).layer_digest(digest(b"absent"));
    assert_eq!(code(&link.send().await.unwrap_err()), "LayersNotFoundException");
    let token = world.ecr.get_authorization_token().send().await.unwrap();
    assert!(token.authorization_data()[0].authorization_token().is_some());
    let repositories = world.ecr.describe_repositories().send().await.unwrap();
    assert_eq!(repositories.repositories()[0].image_tag_mutability(), Some(&ImageTagMutability::Immutable));
    world.gateway.stop().await;
}

#[tokio::test]
async fn the_distribution_api() {
    let world = world().await;
    assert_eq!(world.oci("GET", "/v2/", "").await.status, 200);
    let start = world.oci("POST", "/v2/greenlight/backend/blobs/uploads/", "").await;
    assert_eq!(start.status, 202);
    let location = start.header("location").to_owned();
    assert_eq!(world.oci("PATCH", &location, "{\"a\"").await.header("range"), "0-3");
    assert_eq!(world.oci("PATCH", &location, ":").await.status, 202);
    let wrong = format!("{location}?digest={}", digest(b"other"));
    let blob = digest(b"{\"a\":1}");
    assert_eq!(world.oci("PUT", &format!("{location}?digest={blob}"), "1}").await.status, 201);
    assert_eq!(world.oci("PUT", &wrong, "x").await.status, 404);
    let whole = format!("/v2/greenlight/backend/blobs/uploads/?digest={}", digest(b"other"));
    let refused = world.oci("POST", &whole, "x").await;
    assert!(refused.status == 400 && refused.body.contains("DIGEST_INVALID"));
    assert_eq!(world.oci("POST", &whole, "other").await.status, 201);
    assert_eq!(world.oci("GET", &format!("/v2/greenlight/backend/blobs/{blob}"), "").await.body, "{\"a\":1}");
    let head = world.oci("HEAD", &format!("/v2/greenlight/backend/blobs/{blob}"), "").await;
    assert_eq!((head.status, head.header("content-length")), (200, "7"));

    let manifest = |config: &str| {
        format!("{{\"schemaVersion\":2,\"config\":{{\"digest\":\"{config}\"}},\"layers\":[]}}")
    };
    let unknown = world.oci("PUT", "/v2/greenlight/backend/manifests/a", manifest(&digest(b"nowhere"))).await;
    assert!(unknown.status == 404 && unknown.body.contains("MANIFEST_BLOB_UNKNOWN"));
    let first = manifest(&blob);
    let put = world.oci("PUT", "/v2/greenlight/backend/manifests/a", first.clone()).await;
    assert_eq!((put.status, put.header("docker-content-digest")), (201, digest(first.as_bytes()).as_str()));
    assert_eq!(world.oci("PUT", "/v2/greenlight/backend/manifests/a", first.clone()).await.status, 201);
    let other = world.oci("PUT", "/v2/greenlight/backend/manifests/a", manifest(&digest(b"other"))).await;
    assert!(other.status == 400 && other.body.contains("TAG_INVALID"));
    assert_eq!(world.oci("GET", "/v2/greenlight/backend/manifests/a", "").await.body, first);
    assert_eq!(world.oci("GET", "/v2/greenlight/backend/manifests/b", "").await.status, 404);
    assert!(world.oci("GET", "/v2/nobody/manifests/a", "").await.body.contains("NAME_UNKNOWN"));
    assert_eq!(
        world.oci("GET", "/v2/greenlight/backend/tags/list", "").await.body,
        "{\"name\":\"greenlight/backend\",\"tags\":[\"a\"]}"
    );
    world.gateway.stop().await;
}
