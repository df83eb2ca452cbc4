//! `validate-deploy run` and the other commands, as a build calls them: the real binary against a small server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::process::Output;

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
