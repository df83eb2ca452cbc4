//! Releases on the local world, with the real programs and the real buildspecs.

use std::process::Command;
use std::time::Duration;

use greenlight_testkit::{Checkout, World, program, project_root};
use serde_json::Value;

use crate::load::{Visitors, get};

/// Added to the API: everything but health and version fails, so only the hook's checks can see it.
const BROKEN_API: &str = r#"

_working = application


def application(environ, start_response):
    if environ["PATH_INFO"].startswith("/api/releases"):
        start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
        return [b"broken on purpose"]
    return _working(environ, start_response)
"#;

async fn json(url: &str, path: &str) -> Value {
    serde_json::from_str(&get(url, path).await.unwrap_or_else(|error| panic!("{url}: {error}"))).unwrap()
}

/// The site serves this commit: frontend, page and API.
async fn assert_serves(world: &World, site: &str, commit: &str) {
    let url = world.site(site).url;
    assert_eq!(json(&url, "/version.json").await["git_sha"], commit, "{site} frontend");
    assert!(get(&url, "/").await.unwrap().contains(commit), "{site} page");
    let version = json(&url, "/api/version").await;
    assert_eq!(version["git_sha"], commit, "{site} API");
    assert_eq!(version["environment"], site);
    assert!(version["image_digest"].as_str().unwrap().starts_with("sha256:"), "{version}");
}

/// The whole story on one world, because building it takes most of the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn world_releases_changes_and_stops_broken_ones() {
    let checkout = Checkout::of_project();
    let first = checkout.commit("first");
    let world = World::start(&checkout);

    // From nothing to prod.
    let ran = world.command(&checkout, &["run", "--auto-approve"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains(&world.site("prod").url), "{}", ran.stdout);
    assert_serves(&world, "test", &first).await;
    assert_serves(&world, "prod", &first).await;
    journal_knows(&world, &first).await;
    look_with_a_browser(&world, &first);

    // A release that nobody answers does not hold up the next one.
    let ran = world.command(&checkout, &["run"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("approve --pipeline prod"), "{}", ran.stdout);

    // A changed line in both halves, not committed; visitors notice nothing.
    checkout.append("backend/journal/__init__.py", "# changed\n");
    checkout.append("frontend/src/main.tsx", "\n// changed\n");
    let visitors = [Visitors::arrive(world.site("test").url), Visitors::arrive(world.site("prod").url)];
    let ran = world.command(&checkout, &["run", "--auto-approve"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for visitors in visitors {
        let (visits, failures) = visitors.leave().await;
        assert!(visits > 20, "{visits} visits");
        assert!(failures.is_empty(), "{} of {visits} visits failed: {failures:?}", failures.len());
    }
    let second = json(&world.site("prod").url, "/version.json").await["git_sha"].as_str().unwrap().to_owned();
    assert_ne!(second, first);
    assert_serves(&world, "test", &second).await;
    assert_serves(&world, "prod", &second).await;

    // A broken API: the hook stops it in test, and prod never changes.
    checkout.append("backend/config/wsgi.py", BROKEN_API);
    let visitors = [Visitors::arrive(world.site("test").url), Visitors::arrive(world.site("prod").url)];
    let ran = world.command(&checkout, &["run", "--auto-approve"]);
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("Test / Deploy") && ran.stderr.contains("AfterAllowTestTraffic"),
        "{}",
        ran.stderr
    );
    for visitors in visitors {
        let (visits, failures) = visitors.leave().await;
        assert!(failures.is_empty(), "{} of {visits} visits failed: {failures:?}", failures.len());
    }
    assert_serves(&world, "test", &second).await;
    assert_serves(&world, "prod", &second).await;

    // A failing phase: named with its command, nothing deployed.
    checkout.reset(&first);
    std::fs::write(checkout.file("frontend/src/main.tsx"), "this is not TypeScript {{{").unwrap();
    let ran = world.command(&checkout, &["run", "--auto-approve"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("Build / Frontend") && ran.stderr.contains("npm"), "{}", ran.stderr);
    assert_serves(&world, "test", &second).await;
    assert_serves(&world, "prod", &second).await;

    // The end: nothing is left.
    assert!(world.processes().len() >= 3, "world, emulator and tasks run: {:?}", world.processes());
    let ran = world.command(&checkout, &["down"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(world.processes(), Vec::<String>::new());
    let ran = world.command(&checkout, &["status"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
}

/// The journal has been told of its own release by the pipeline's events.
async fn journal_knows(world: &World, commit: &str) {
    let url = world.site("prod").url;
    let mut known = Value::Null;
    for _ in 0..100 {
        known = json(&url, "/api/environments").await;
        if let Some(release) = shipped_itself(&known, commit) {
            let detail = json(&url, &format!("/api/releases/{release}")).await;
            if reported(&detail) {
                return;
            }
            known = detail;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the journal does not know the release: {known}");
}

/// The release's id, once it is live in both environments, with the image that runs, its smoke tests and its approval.
fn shipped_itself(environments: &Value, commit: &str) -> Option<String> {
    let live: Vec<&Value> = environments["items"]
        .as_array()?
        .iter()
        .map(|item| &item["live"])
        .filter(|live| live["git_sha"] == commit)
        .collect();
    let [first, second] = live.as_slice() else { return None };
    for release in [first, second] {
        let digest = release["image_digest"].as_str()?;
        if !digest.starts_with("sha256:") || release["validation"]["verdict"] != "Succeeded" {
            return None;
        }
    }
    let approved =
        live.iter().any(|live| live["environment"] == "prod" && live["approval"]["status"] == "approved");
    if approved { first["id"].as_str().map(str::to_owned) } else { None }
}

/// Both environments' smoke-test reports are there, each with checks that passed.
fn reported(detail: &Value) -> bool {
    let reports = detail["reports"].as_array().map(Vec::as_slice).unwrap_or_default();
    let checked = |environment: &str| {
        reports.iter().any(|report| {
            let checks = report["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
            report["environment"] == environment
                && report["verdict"] == "Succeeded"
                && !checks.is_empty()
                && checks.iter().all(|check| check["passed"] == true)
        })
    };
    detail["approval"]["status"] == "approved" && checked("test") && checked("prod")
}

/// A real browser looks at the page. Without one the reason is printed and the rest of the test goes on.
fn look_with_a_browser(world: &World, commit: &str) {
    let chromium = std::env::var("CHROMIUM").unwrap_or_default();
    let script = project_root().join("frontend/e2e/journal.e2e.mjs");
    let modules = project_root().join("frontend/node_modules/playwright-core");
    assert!(modules.exists(), "run `buildspecs/scripts/install-npm frontend` first");
    let mut command = Command::new("node");
    command.arg(script).args(["--url", &world.site("prod").url, "--sha", commit, "--screenshot"]);
    command.arg(world.path().join("journal.png"));
    if !chromium.is_empty() {
        command.env("CHROMIUM", chromium);
    }
    let output = command.output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(0) => {}
        Some(3) if std::env::var_os("REQUIRE_BROWSER").is_none() => eprintln!("browser test skipped: {said}"),
        _ => panic!("{said}"),
    }
}

#[test]
fn world_says_what_is_missing_before_it_starts() {
    let state = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], taken: Option<&str>| {
        let mut command = Command::new(program("local-pipeline"));
        command.args(arguments).env("LOCAL_PIPELINE_STATE", state.path()).current_dir(project_root());
        if let Some(path) = taken {
            command.env("PATH", path);
        }
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, error) = run(&["up", "--free-ports", "--emulator", "/nowhere/ministack"], None);
    assert_eq!(code, Some(78), "{error}");
    assert!(error.contains("/nowhere/ministack is missing") && error.contains("make setup"), "{error}");
    let (code, error) = run(&["up", "--free-ports"], Some("/nowhere"));
    assert_eq!(code, Some(78), "{error}");
    assert!(error.contains("git is missing") && error.contains("hint: install git"), "{error}");
    assert!(std::fs::read_dir(state.path()).unwrap().next().is_none(), "nothing was started");
}
