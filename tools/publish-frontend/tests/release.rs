//! The program against the S3 and CloudFront engines, happy and with faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use local_pipeline::engines::edge::DistributionSpec;
use local_pipeline::faults::{Fault, FaultKind};
use local_pipeline::{Gateway, GatewaySettings, RunningGateway, client, names};
use serde_json::Value;

const BUCKET: &str = "test-site";
const DISTRIBUTION: &str = "E1TEST000000001";

struct Site {
    gateway: RunningGateway,
    url: String,
    build: tempfile::TempDir,
    _state: tempfile::TempDir,
}

impl Site {
    async fn new() -> Self {
        let state = tempfile::tempdir().unwrap();
        let gateway = Gateway::start(GatewaySettings::in_process(state.path())).await.unwrap();
        gateway.engines().objects.create_bucket(BUCKET);
        let spec = DistributionSpec {
            id: DISTRIBUTION.into(),
            port: 0,
            bucket: BUCKET.into(),
            origin_path: String::new(),
            api_origin: None,
        };
        let url = gateway.engines().edge.create_distribution(spec).await.unwrap().url;
        let site = Self { gateway, url, build: tempfile::tempdir().unwrap(), _state: state };
        site.write("index.html", "<script type=module src=/assets/app-1111aaaa.js></script>one");
        site.write("assets/app-1111aaaa.js", "one");
        site.write("assets/app-1111aaaa.js.map", "{}");
        site.write("robots.txt", "User-agent: *");
        site.write(".env.production", "SECRET=1");
        site
    }

    /// The next release: another chunk, another page.
    fn second(&self) {
        std::fs::remove_file(self.build.path().join("assets/app-1111aaaa.js")).unwrap();
        self.write("assets/app-2222bbbb.js", "two");
        self.write("index.html", "<script type=module src=/assets/app-2222bbbb.js></script>two");
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.build.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_publish-frontend"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("HOME", self.build.path());
        command.env("AWS_ENDPOINT_URL", self.gateway.url()).env("AWS_REGION", names::REGION);
        command
            .env("AWS_ACCESS_KEY_ID", names::ACCESS_KEY_ID)
            .env("AWS_SECRET_ACCESS_KEY", names::SECRET_ACCESS_KEY);
        command.env("PUBLISH_FRONTEND_BUCKET", BUCKET).env("PUBLISH_FRONTEND_DISTRIBUTION_ID", DISTRIBUTION);
        command.args(arguments);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    async fn publish(&self, more: &[&str]) -> Output {
        let source = self.build.path().display().to_string();
        let mut arguments = vec!["publish", "--source", &source, "--wait", "--verify", "list"];
        arguments.extend(more);
        self.run(&arguments).await
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let answer = client::send("GET", &format!("{}{path}", self.url), &[], String::new()).await.unwrap();
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// Operations of S3 and CloudFront since the log was cleared.
    fn operations(&self) -> Vec<String> {
        self.gateway.log().calls().into_iter().map(|call| call.operation).collect()
    }

    fn writes(&self) -> Vec<String> {
        self.operations()
            .into_iter()
            .filter(|name| !(name.starts_with("Get") || name.starts_with("List") || name.starts_with("Head")))
            .collect()
    }

    fn fault(&self, operation: &str, path: &str, kind: FaultKind, times: Option<u64>) {
        let service = if operation.contains("Invalidation") { "cloudfront" } else { "s3" };
        self.gateway.faults().add(Fault {
            path_contains: path.into(),
            times,
            kind,
            ..Fault::error(service, operation, 500, "InternalError")
        });
    }
}

fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn error(status: u16, code: &str) -> FaultKind {
    FaultKind::Error { status, code: code.into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn first_release_then_nothing_then_a_change() {
    let site = Site::new().await;
    let said = ok(&site.publish(&["--release-id", "one"]).await);
    assert!(said.contains("+ index.html") && said.contains("release one is live"), "{said}");
    assert!(!said.contains(".env") && !said.contains(".map"), "{said}");
    assert!(site.get("/").await.1.ends_with("one"));
    assert_eq!(site.get("/assets/app-1111aaaa.js").await, (200, "one".into()));

    // No change, fresh modification times: three requests at most, and no write.
    site.write("robots.txt", "User-agent: *");
    site.gateway.log().clear();
    let said = ok(&site.publish(&["--release-id", "one"]).await);
    assert!(said.contains("nothing to do"), "{said}");
    assert!(site.operations().len() <= 3, "{:?}", site.operations());
    assert!(site.writes().is_empty(), "{:?}", site.writes());

    // A change: the old chunk stays for pages that are open, the edge has forgotten the old page.
    site.second();
    site.gateway.log().clear();
    let said = ok(&site.publish(&["--release-id", "two"]).await);
    assert!(said.contains("r assets/app-1111aaaa.js") && said.contains("i /index.html"), "{said}");
    assert!(site.get("/").await.1.ends_with("two"));
    assert_eq!(site.get("/assets/app-1111aaaa.js").await.0, 200);
    let puts: Vec<String> = site
        .gateway
        .log()
        .calls()
        .into_iter()
        .filter(|call| call.operation == "PutObject")
        .map(|call| call.path.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(puts, ["lock.json", "app-2222bbbb.js", "index.html", "0000000002.json", "manifest.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_alone_are_a_change() {
    let site = Site::new().await;
    ok(&site.publish(&[]).await);
    let said = ok(&site.publish(&["--cache-control", "robots.txt=no-store"]).await);
    assert!(said.contains("m robots.txt  (public, max-age=300 → no-store)"), "{said}");
    assert_eq!(
        site.gateway.engines().objects.get(BUCKET, "robots.txt").unwrap().cache_control.as_deref(),
        Some("no-store")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing() {
    let site = Site::new().await;
    let said = ok(&site.publish(&["--dry-run", "--format", "json"]).await);
    let document: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(document["schema"], "publish-frontend/1");
    assert_eq!(document["applied"], false);
    assert_eq!(document["summary"]["upload"], 3);
    assert!(site.writes().is_empty(), "{:?}", site.writes());
}

/// One chunk is refused: what the peers answer with a broken site leaves everything as it was here.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_asset_leaves_the_live_site_alone() {
    let site = Site::new().await;
    ok(&site.publish(&["--release-id", "one"]).await);
    site.second();
    site.fault("PutObject", "app-2222bbbb.js", error(403, "AccessDenied"), None);
    site.gateway.log().clear();
    let output = site.publish(&["--release-id", "two", "--format", "json"]).await;
    assert_eq!(output.status.code(), Some(77), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("s3:PutObject"), "{}", text(&output.stderr));
    let document: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    assert_eq!(document["error"]["live_state"], "unchanged");
    assert_eq!(document["error"]["phase"], "assets");
    assert!(site.get("/").await.1.ends_with("one"));
    assert_eq!(site.get("/assets/app-1111aaaa.js").await.0, 200);
    // The lock is gone, so the next run may start at once, and ends as if nothing had happened.
    site.gateway.faults().clear();
    ok(&site.publish(&["--release-id", "two"]).await);
    assert!(site.get("/").await.1.ends_with("two"));
}

/// Every write of a release fails once, in every way; the run after it completes, and no page is ever without its files.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_cut_off_anywhere_is_finished_by_the_next() {
    for (place, kind) in [
        ("lock.json", FaultKind::Reset),
        ("app-2222bbbb.js", error(503, "SlowDown")),
        ("index.html", error(403, "AccessDenied")),
        ("index.html", FaultKind::ResetAfter),
        ("manifest.json", error(403, "AccessDenied")),
        ("0000000002.json", error(403, "AccessDenied")),
    ] {
        let site = Site::new().await;
        ok(&site.publish(&["--release-id", "one"]).await);
        site.second();
        site.fault("PutObject", place, kind.clone(), Some(1));
        let first = site.publish(&["--release-id", "two"]).await;
        let page = site.get("/").await.1;
        let chunk = page.split("src=").nth(1).unwrap().split('>').next().unwrap().to_owned();
        assert_eq!(site.get(&chunk).await.0, 200, "{place} {kind:?}: {page}");
        if !first.status.success() {
            ok(&site.publish(&["--release-id", "two", "--lock-ttl", "1"]).await);
        }
        assert!(site.get("/").await.1.ends_with("two"), "{place} {kind:?}");
        let said = ok(&site.publish(&["--release-id", "two"]).await);
        assert!(said.contains("nothing to do"), "{place} {kind:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_invalidation_is_made_up_for() {
    let site = Site::new().await;
    ok(&site.publish(&["--release-id", "one"]).await);
    assert!(site.get("/").await.1.ends_with("one"));
    site.second();
    site.fault("CreateInvalidation", "", error(403, "AccessDenied"), None);
    let output = site.publish(&["--release-id", "two"]).await;
    assert_eq!(output.status.code(), Some(77), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("the new release is live"), "{}", text(&output.stderr));
    site.gateway.faults().clear();
    ok(&site.publish(&["--release-id", "two"]).await);
    assert!(site.operations().iter().any(|operation| operation == "CreateInvalidation"));
    assert!(site.get("/").await.1.ends_with("two"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_publisher_at_a_time() {
    let site = Site::new().await;
    let objects = &site.gateway.engines().objects;
    let lock = r#"{"owner":"build 7","release":"x","until_s":99999999999}"#;
    objects.put(BUCKET, ".greenlight/lock.json", lock.into());
    let output = site.publish(&[]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("build 7 is publishing"), "{}", text(&output.stderr));
    assert!(objects.get(BUCKET, "index.html").is_none());
    // Its holder died long ago.
    objects.put(BUCKET, ".greenlight/lock.json", lock.replace("99999999999", "1").into());
    ok(&site.publish(&[]).await);
    assert!(objects.get(BUCKET, ".greenlight/lock.json").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_restores_exactly_that_site() {
    let site = Site::new().await;
    ok(&site.publish(&["--release-id", "one"]).await);
    site.second();
    ok(&site.publish(&["--release-id", "two"]).await);
    let said = ok(&site.run(&["releases"]).await);
    assert!(said.contains("* ") && said.contains("  one  ") && said.contains("  two  "), "{said}");
    site.gateway.log().clear();
    let said = ok(&site.run(&["rollback", "--wait"]).await);
    assert!(said.contains("release one is live again"), "{said}");
    assert!(site.get("/").await.1.ends_with("one"));
    assert!(site.operations().len() < 20, "{:?}", site.operations());
    // And forward again, by name.
    ok(&site.run(&["rollback", "--to", "two", "--wait"]).await);
    assert!(site.get("/").await.1.ends_with("two"));
    let output = site.run(&["rollback", "--to", "nope"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_objects_and_sibling_prefixes_are_left_alone() {
    let site = Site::new().await;
    let objects = &site.gateway.engines().objects;
    for key in ["app2/index.html", "app/uploads/me.jpg"] {
        objects.put(BUCKET, key, "foreign".into());
    }
    for day in ["one", "two", "three"] {
        site.write("index.html", day);
        ok(&site
            .publish(&["--release-id", day, "--prefix", "app", "--keep-releases", "1", "--keep-days", "0"])
            .await);
    }
    assert_eq!(&objects.get(BUCKET, "app2/index.html").unwrap().body[..], b"foreign");
    assert_eq!(&objects.get(BUCKET, "app/uploads/me.jpg").unwrap().body[..], b"foreign");
    assert_eq!(&objects.get(BUCKET, "app/index.html").unwrap().body[..], b"three");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_before_anything_is_sent() {
    let site = Site::new().await;
    std::fs::remove_file(site.build.path().join("assets/app-1111aaaa.js")).unwrap();
    let output = site.publish(&[]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("assets/app-1111aaaa.js"), "{}", text(&output.stderr));
    let output = site.run(&["--source", "/nowhere"]).await;
    assert_eq!(output.status.code(), Some(65), "{}", text(&output.stderr));
    let output = site.run(&["--source", "/tmp", "--bucket", "NOT_A_BUCKET"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(site.writes().is_empty());
    assert!(Path::new("/tmp").exists());
}
