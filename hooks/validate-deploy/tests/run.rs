//! `validate-deploy run` and the other commands, as a build calls them: the real binary against a small server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::response::Html;
use axum::routing::get;

const VERSION: &str = "4f2a9c1d";

async fn validate(arguments: &[&str]) -> Output {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_validate-deploy"))
        .args(arguments)
        .env_clear()
        .output()
        .await
        .unwrap()
}

/// A released site of this version.
async fn site(version: &'static str) -> String {
    let page =
        move || async move { Html(format!("<html><meta name=\"release\" content=\"{version}\"></html>")) };
    let api = move || async move {
        ([("x-app-version", version)], axum::Json(serde_json::json!({"git_sha": version})))
    };
    let releases = || async { axum::Json(serde_json::json!({"items": []})) };
    let app = axum::Router::new()
        .route("/", get(page))
        .route("/api/version", get(api))
        .route("/api/releases", get(releases));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn the_smoke_stage() {
    let smoke = concat!(env!("CARGO_MANIFEST_DIR"), "/../../backend/deploy/smoke.toml");
    let url = site(VERSION).await;
    let arguments = ["run", "--url", &url, "--config", smoke, "--expect-version", VERSION];
    let output = validate(&arguments).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let junit = validate(&[arguments.as_slice(), &["--format", "junit"]].concat()).await;
    assert!(stdout(&junit).contains("tests=\"5\" failures=\"0\""), "{}", stdout(&junit));
    let output = validate(&arguments[..5]).await;
    assert_eq!(output.status.code(), Some(78), "smoke.toml needs --expect-version: {output:?}");
}

#[tokio::test]
async fn exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    let url = site(VERSION).await;
    let check = |expect: &str, interval_ms: u32| {
        format!(
            "[[check]]\nname = 'a'\npath = '/'\ninterval_ms = {interval_ms}\nattempts = 2\n[check.expect]\n{expect}\n"
        )
    };
    for (config, code) in [
        (check("status = 200", 1), 0),
        (check("body = 'nope'", 1), 1),
        (check("body = 'nope'", 60_000), 75),
        (check("bodi = 'nope'", 1), 78),
    ] {
        std::fs::write(&file, &config).unwrap();
        let path = file.to_str().unwrap();
        let output =
            validate(&["run", "--url", &url, "--config", path, "--timeout", "1", "--format", "json"]).await;
        assert_eq!(output.status.code(), Some(code), "{config}\n{output:?}");
        if code < 78 {
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(report["verdict"], if code == 0 { "Succeeded" } else { "Failed" });
        }
    }
}

#[tokio::test]
async fn explain_and_schema() {
    let output = validate(&["explain", "identity-mismatch"]).await;
    assert!(stdout(&output).starts_with("IDENTITY_MISMATCH\n"));
    assert_eq!(validate(&["explain", "NOPE"]).await.status.code(), Some(2));
    let iam: serde_json::Value =
        serde_json::from_slice(&validate(&["explain", "--iam"]).await.stdout).unwrap();
    assert!(iam.to_string().contains("codedeploy:PutLifecycleEventHookExecutionStatus"));
    let schema: serde_json::Value = serde_json::from_slice(&validate(&["schema"]).await.stdout).unwrap();
    assert!(schema["properties"]["check"].is_object());
}

/// A site behind which one of three instances is old, taken at random.
async fn mixed_site() -> String {
    let state = Arc::new(AtomicU64::new(0x9e37_79b9_7f4a_7c15));
    let version = move || {
        let state = Arc::clone(&state);
        async move {
            let mut x = state.load(Ordering::Relaxed);
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            state.store(x, Ordering::Relaxed);
            if x.is_multiple_of(3) { "old" } else { VERSION }
        }
    };
    serve(axum::Router::new().route("/version", get(version))).await
}

async fn serve(app: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn write(folder: &tempfile::TempDir, text: &str) -> String {
    let file = folder.path().join("c.toml");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// What a client with retries passes every time.
#[tokio::test]
async fn a_mixed_pool_fails_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let config = write(
        &folder,
        "[identity]\npath = '/version'\nregex = '(.+)'\nsettle_ms = 100\npoll_ms = 1\n\
         [[check]]\nname = 'a'\npath = '/version'\nattempts = 30\ninterval_ms = 1\nexpect = { body = '${version}' }\n",
    );
    let url = mixed_site().await;
    for attempt in 0..30 {
        let output =
            validate(&["run", "--url", &url, "--config", &config, "--expect-version", VERSION]).await;
        assert_eq!(output.status.code(), Some(1), "{attempt}: {}", stdout(&output));
        assert!(stdout(&output).contains("IDENTITY_MISMATCH"), "{attempt}: {}", stdout(&output));
    }
}

#[tokio::test]
async fn burst_and_compare_against_any_site() {
    let json = |body: &'static str| move || async move { ([("content-type", "application/json")], body) };
    let flaky = Arc::new(AtomicU64::new(0));
    let flaky = move || {
        let count = flaky.fetch_add(1, Ordering::Relaxed);
        async move { axum::http::StatusCode::from_u16(if count % 10 == 9 { 503 } else { 200 }).unwrap() }
    };
    let green =
        serve(axum::Router::new().route("/a", get(json(r#"{"id":1,"new":2}"#))).route("/flaky", get(flaky)))
            .await;
    let same = serve(axum::Router::new().route("/a", get(json(r#"{"id":9}"#)))).await;
    let more = serve(axum::Router::new().route("/a", get(json(r#"{"id":9,"gone":true}"#)))).await;
    let check = "[[check]]\nname = 'a'\npath = '/a'\nexpect = { status = 200 }\n";
    let folder = tempfile::tempdir().unwrap();
    for (text, code, part) in [
        ("[burst]\npath = '/a'\nrequests = 50\nmax_p99_ms = 5000\n".to_owned(), 0, "50 requests, 0 errors"),
        ("[burst]\npath = '/flaky'\nrequests = 50\n".to_owned(), 1, "10.00 % of the requests failed"),
        (
            "[burst]\npath = '/flaky'\nrequests = 50\nmax_error_rate = 0.1\n".to_owned(),
            0,
            "50 requests, 5 errors",
        ),
        (format!("[compare]\npaths = ['/a']\nurl = '{same}'\n"), 0, "1 paths answer as blue's do"),
        (format!("[compare]\npaths = ['/a']\nurl = '{more}'\n"), 1, "/gone is missing in green"),
        (
            "[compare]\npaths = ['/a']\nurl = 'http://127.0.0.1:1'\n".to_owned(),
            1,
            "requests to blue got no answer",
        ),
        ("[compare]\npaths = ['/a']\n".to_owned(), 78, "say it in compare.url"),
    ] {
        let config = write(&folder, &format!("{check}{text}"));
        let output = validate(&["run", "--url", &green, "--config", &config]).await;
        assert_eq!(output.status.code(), Some(code), "{text}{output:?}");
        assert!(stdout(&output).contains(part), "{text}{}", stdout(&output));
    }
}

#[tokio::test]
async fn a_policy_for_one_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let config = write(
        &folder,
        "report = 's3://my-reports/test'\n[[check]]\nname = 'a'\npath = '/'\nheaders = { K = '${secret:ssm:/app/key}' }\n\
         expect = { status = 200 }\n",
    );
    let policy = stdout(&validate(&["explain", "--iam", "--config", &config]).await);
    for part in [
        "arn:aws:s3:::my-reports/test/*",
        "arn:aws:ssm:REGION:ACCOUNT:parameter/app/key",
        "deploymentgroup:APPLICATION/GROUP",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(!policy.contains("cloudwatch") && !policy.contains("s3:GetObject"), "{policy}");
    // Only what has no resources in IAM's sense is allowed for every resource.
    let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    for statement in policy["Statement"].as_array().unwrap().iter().filter(|it| it["Resource"] == "*") {
        for action in statement["Action"].as_array().unwrap() {
            let action = action.as_str().unwrap();
            assert!(
                action.starts_with("elasticloadbalancing:Describe") || action == "ecs:DescribeTaskDefinition",
                "{action}"
            );
        }
    }
    assert_eq!(validate(&["explain", "--config", &config]).await.status.code(), Some(2));
}

#[tokio::test]
async fn a_password_in_the_url_is_refused_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let config = write(&folder, "[[check]]\nname = 'a'\npath = '/'\nexpect = { status = 200 }\n");
    let output = validate(&["run", "--url", "http://me:s3cr3t@127.0.0.1:1", "--config", &config]).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(!format!("{output:?}").contains("s3cr3t"), "{output:?}");
}

/// What somebody at a terminal sees while it runs, and in the end.
#[test]
fn a_live_table_on_a_terminal() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let url = runtime.block_on(site(VERSION));
    let folder = tempfile::tempdir().unwrap();
    let config = write(
        &folder,
        "[[check]]\nname = 'the page'\npath = '/'\nconsecutive = 3\ninterval_ms = 400\nexpect = { status = 200 }\n",
    );
    let size = portable_pty::PtySize { rows: 24, cols: 100, pixel_width: 0, pixel_height: 0 };
    let pair = portable_pty::native_pty_system().openpty(size).unwrap();
    let mut command = portable_pty::CommandBuilder::new(env!("CARGO_BIN_EXE_validate-deploy"));
    command.env("TERM", "xterm");
    command.args(["run", "--url", &url, "--config", &config]);
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut screen = vt100::Parser::new(24.try_into().unwrap(), 100.try_into().unwrap(), 0);
    let (mut live, mut buffer) = (false, [0; 4096]);
    while let Ok(count) = std::io::Read::read(&mut reader, &mut buffer) {
        if count == 0 {
            break;
        }
        screen.process(&buffer[..count]);
        let shown = screen.screen().contents();
        live |= shown.contains("checks") && !shown.contains("ALL_PASSED");
    }
    assert!(child.wait().unwrap().success());
    let end = screen.screen().contents();
    assert!(live, "nothing was shown while it ran: {end}");
    assert!(end.contains("the page (3 tries") && end.contains("Succeeded  ALL_PASSED"), "{end}");
}
