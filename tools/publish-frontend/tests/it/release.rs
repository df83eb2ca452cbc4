//! Releases: the first one, none, a change, refusals, failures and what is said of them.

use local_pipeline::faults::FaultKind;
use serde_json::Value;

use crate::site::{Site, error, failed, ok, text};

fn document(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

#[tokio::test(flavor = "multi_thread")]
async fn first_release_then_nothing_then_a_change() {
    let site = Site::new().await;
    let said = ok(&site.publish(&["--release-id", "one"]).await);
    assert!(said.contains("+ index.html") && said.contains("release one is live"), "{said}");
    assert!(said.contains("! .env.production  (refused: such files hold secrets)"), "{said}");
    assert!(!said.contains(".map"), "{said}");
    assert!(site.get("/").await.1.ends_with("one"));
    assert_eq!(site.get("/assets/app-1111aaaa.js").await, (200, "one".into()));
    assert!(site.object(".env.production").is_none() && site.object("assets/app-1111aaaa.js.map").is_none());

    // No change, fresh modification times: two requests for a site of one listing, and no write.
    site.write("robots.txt", "User-agent: *");
    site.gateway.log().clear();
    let said = ok(&site.publish(&["--release-id", "one"]).await);
    assert!(said.contains("nothing to do") && said.contains("2 requests"), "{said}");
    assert_eq!(site.operations().len(), 2, "{:?}", site.operations());

    // A change: the old chunk stays for pages that are open, the edge has forgotten the old page.
    site.second();
    site.gateway.log().clear();
    let said = ok(&site.publish(&["--release-id", "two"]).await);
    assert!(said.contains("r assets/app-1111aaaa.js") && said.contains("i /index.html"), "{said}");
    assert!(site.get("/").await.1.ends_with("two"));
    assert_eq!(site.get("/assets/app-1111aaaa.js").await.0, 200);
    assert_eq!(
        site.puts(),
        ["lock.json", "app-2222bbbb.js", "index.html", "0000000002.json", "manifest.json"]
    );
    assert!(site.object(".greenlight/lock.json").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_alone_are_a_change() {
    let site = Site::new().await;
    ok(&site.publish(&[]).await);
    let said = ok(&site.publish(&["--cache-control", "robots.txt=no-store"]).await);
    assert!(said.contains("m robots.txt  (public, max-age=300 → no-store)"), "{said}");
    let objects = &site.gateway.engines().objects;
    assert_eq!(
        objects.get(crate::site::BUCKET, "robots.txt").unwrap().cache_control.as_deref(),
        Some("no-store")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bytes_of_the_same_size_are_a_change() {
    let site = Site::new().await;
    ok(&site.publish(&[]).await);
    site.write("robots.txt", "user-AGENT: *");
    site.gateway.log().clear();
    ok(&site.publish(&[]).await);
    assert!(site.puts().contains(&"robots.txt".to_owned()), "{:?}", site.puts());
    assert_eq!(site.object("robots.txt").unwrap(), "user-AGENT: *");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing() {
    let site = Site::new().await;
    let output = site.publish(&["--dry-run", "--format", "json", "--release-id", "one"]).await;
    ok(&output);
    let mut document = document(&output);
    for phase in document["summary"]["ms"].as_object_mut().unwrap().values_mut() {
        *phase = 0.into();
    }
    insta::assert_json_snapshot!(document);
    assert!(site.writes().is_empty(), "{:?}", site.writes());
}

/// What is shown of a release with every kind of change.
#[tokio::test(flavor = "multi_thread")]
async fn the_plan_as_text() {
    let site = Site::new().await;
    site.write("gone.txt", "x");
    site.write("docs/b.html", "b");
    ok(&site.publish(&["--release-id", "one"]).await);
    let objects = &site.gateway.engines().objects;
    objects.delete(crate::site::BUCKET, "docs/b.html");
    site.second();
    site.remove("gone.txt");
    let output =
        site.publish(&["--dry-run", "--release-id", "two", "--cache-control", "robots.txt=no-store"]).await;
    let said = ok(&output);
    let today = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(30 * 24);
    let said = said.replace(&today.strftime("%Y-%m-%d").to_string(), "DATE");
    let (plan, result) = said.trim_end().rsplit_once('\n').unwrap();
    insta::assert_snapshot!(plan);
    assert!(result.starts_with("dry run: nothing was written (2 requests, "), "{result}");
}

/// One chunk is refused: what the peers answer with a broken site leaves everything as it was here.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_asset_leaves_the_live_site_alone() {
    let site = Site::new().await;
    ok(&site.publish(&["--release-id", "one"]).await);
    site.second();
    site.fault("PutObject", "app-2222bbbb.js", error(403, "AccessDenied"), None);
    let output = site.publish(&["--release-id", "two", "--format", "json"]).await;
    let said = failed(&output, 77);
    assert!(said.contains("needs the IAM action s3:PutObject"), "{said}");
    assert!(said.starts_with("error: publishing stopped at assets; the live site is unchanged\n"), "{said}");
    let document = document(&output);
    assert_eq!(document["error"]["live_state"], "unchanged");
    assert_eq!(document["error"]["phase"], "assets");
    assert!(site.get("/").await.1.ends_with("one"));
    assert_eq!(site.get("/assets/app-1111aaaa.js").await.0, 200);
    // The lock is gone, so the next run may start at once, and ends as if nothing had happened.
    site.gateway.faults().clear();
    ok(&site.publish(&["--release-id", "two"]).await);
    assert!(site.get("/").await.1.ends_with("two"));
}

/// Each way in which credentials and permissions fail says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_what_is_missing() {
    let site = Site::new().await;
    for (operation, code, status, hint) in [
        ("ListObjectsV2", "AccessDenied", 403, "s3:ListBucket"),
        ("GetObject", "AccessDenied", 403, "s3:GetObject"),
        ("ListObjectsV2", "ExpiredToken", 400, "aws sso login"),
        ("ListObjectsV2", "NoSuchBucket", 404, "check the name, the account and the region"),
    ] {
        site.fault(operation, "", error(status, code), None);
        let output = site.publish(&[]).await;
        let said = text(&output.stderr);
        assert!(said.contains(hint) && said.contains(code), "{code}: {said}");
        assert!(matches!(output.status.code(), Some(1 | 77)), "{code}");
        site.gateway.faults().clear();
    }
    let mut command = site.command(&["releases"]);
    command.env_remove("AWS_ACCESS_KEY_ID").env("AWS_EC2_METADATA_DISABLED", "true");
    let said = failed(&crate::site::output(command).await, 77);
    assert!(said.contains("no valid AWS credentials"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_invalidation_is_made_up_for() {
    let site = Site::new().await;
    ok(&site.publish(&["--release-id", "one"]).await);
    assert!(site.get("/").await.1.ends_with("one"));
    site.second();
    site.fault("CreateInvalidation", "", error(403, "AccessDenied"), None);
    let said = failed(&site.publish(&["--release-id", "two"]).await, 77);
    assert!(
        said.contains("the new release is live") && said.contains("cloudfront:CreateInvalidation"),
        "{said}"
    );
    site.gateway.faults().clear();
    ok(&site.publish(&["--release-id", "two"]).await);
    assert!(site.operations().iter().any(|operation| operation == "CreateInvalidation"));
    assert!(site.get("/").await.1.ends_with("two"));
}

/// Too many in progress is waited for, as long as --invalidation-timeout says.
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_cloudfront_is_waited_for() {
    let site = Site::new().await;
    ok(&site.publish(&[]).await);
    site.second();
    site.fault("CreateInvalidation", "", error(400, "TooManyInvalidationsInProgress"), Some(3));
    ok(&site.publish(&[]).await);
    site.write("index.html", "<script type=module src=/assets/app-2222bbbb.js></script>three");
    site.fault("CreateInvalidation", "", error(400, "TooManyInvalidationsInProgress"), None);
    let said = failed(&site.publish(&["--invalidation-timeout", "1"]).await, 1);
    assert!(said.contains("TooManyInvalidationsInProgress"), "{said}");
}

/// The edge is told of what changed and was there, once, whatever is repeated.
#[tokio::test(flavor = "multi_thread")]
async fn invalidations_follow_from_the_content() {
    let site = Site::new().await;
    site.fault("CreateInvalidation", "", FaultKind::ResetAfter, Some(1));
    let first: Value = document(&site.publish(&["--format", "json"]).await);
    assert_eq!(first["invalidations"].as_array().unwrap().len(), 0, "nothing was there before");
    site.second();
    site.write("new.html", "new");
    let second = document(&site.publish(&["--format", "json"]).await);
    assert_eq!(second["invalidation_paths"], serde_json::json!(["/", "/index.html"]));
    assert_eq!(second["invalidations"][0]["completed"], true);
    let all = document(&site.publish(&["--format", "json", "--invalidate", "all", "--force"]).await);
    assert_eq!(all["invalidation_paths"], serde_json::json!(["/*"]));
    let none = document(&site.publish(&["--format", "json", "--invalidate", "none", "--force"]).await);
    assert_eq!(none["invalidations"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_changed_is_put_right() {
    let site = Site::new().await;
    ok(&site.publish(&[]).await);
    let objects = &site.gateway.engines().objects;
    objects.put(crate::site::BUCKET, "robots.txt", "defaced".into());
    objects.delete(crate::site::BUCKET, "assets/app-1111aaaa.js");
    let said = ok(&site.publish(&["--verify", "get"]).await);
    assert!(said.contains("~ robots.txt  13 B (the bucket has another object)"), "{said}");
    assert!(said.contains("+ assets/app-1111aaaa.js  3 B (missing in the bucket)"), "{said}");
    assert_eq!(site.object("robots.txt").unwrap(), "User-agent: *");
}

/// A second look finds what a server lost or changed.
#[tokio::test(flavor = "multi_thread")]
async fn verification_finds_what_is_wrong() {
    let site = Site::new().await;
    // Denied: the object never came, but the answer says nothing of it. Here by a listing that fails.
    site.fault("ListObjectsV2", "", error(403, "AccessDenied"), None);
    let said = failed(&site.publish(&[]).await, 77);
    assert!(said.contains("stopped at gather"), "{said}");
    site.gateway.faults().clear();
    ok(&site.publish(&["--verify", "get"]).await);
    let calls = site.gateway.log().calls();
    let read: Vec<&str> = calls
        .iter()
        .filter(|call| call.operation == "GetObject" && !call.path.contains(".greenlight"))
        .map(|call| call.path.rsplit('/').next().unwrap().split('?').next().unwrap())
        .collect();
    assert_eq!(read.len(), 3, "{read:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_before_anything_is_sent() {
    let site = Site::new().await;
    site.remove("assets/app-1111aaaa.js");
    let said = failed(&site.publish(&[]).await, 1);
    assert!(said.contains("assets/app-1111aaaa.js"), "{said}");
    let said = failed(&site.run(&["--source", "/nowhere"]).await, 65);
    assert!(said.contains("is --source the folder that the build wrote"), "{said}");
    failed(&site.run(&["--source", "/tmp", "--bucket", "NOT_A_BUCKET"]).await, 2);
    site.remove("index.html");
    let said = failed(&site.publish(&[]).await, 1);
    assert!(said.contains("the build has no index.html"), "{said}");
    let mut command = site.command(&["--source", "/tmp"]);
    command.env("CODEBUILD_BUILD_SUCCEEDING", "0");
    let said = failed(&crate::site::output(command).await, 1);
    assert!(said.contains("the build failed before this"), "{said}");
    let said = failed(&site.publish(&["--prefix", "app", "--origin-path", "/ap"]).await, 2);
    assert!(said.contains("does not lie below"), "{said}");
    assert!(site.writes().is_empty(), "{:?}", site.writes());
}

/// Chunks keep their names, so other bytes under one are refused, also where only visitors of an older release have it.
#[tokio::test(flavor = "multi_thread")]
async fn immutable_names_keep_their_bytes() {
    let site = Site::new().await;
    ok(&site.publish(&[]).await);
    site.write("assets/app-1111aaaa.js", "other");
    let said = failed(&site.publish(&[]).await, 1);
    assert!(said.contains("assets/app-1111aaaa.js") && said.contains("--force"), "{said}");
    ok(&site.publish(&["--force"]).await);
    assert_eq!(site.object("assets/app-1111aaaa.js").unwrap(), "other");
}

/// Somebody's broken manifest is not guessed at.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_manifest_is_named() {
    let site = Site::new().await;
    site.gateway.engines().objects.put(crate::site::BUCKET, ".greenlight/manifest.json", "{".into());
    let said = failed(&site.publish(&[]).await, 65);
    assert!(
        said.contains(".greenlight/manifest.json of the bucket is not what publish-frontend writes there"),
        "{said}"
    );
    assert!(site.writes().is_empty());
}
