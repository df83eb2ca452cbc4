//! What must hold before files are written: a gate is judged, or not passed.

use std::fs;

use local_pipeline::RunningGateway;
use local_pipeline::faults::Fault;
use serde_json::Value;

use crate::online::{tool, world};
use crate::support::{APPSPEC, DIGEST, IMAGE, Ran, definition, folder, run, run_with};

const GATE: [&str; 2] = ["--fail-on-findings", "critical=0"];
const PLACEHOLDER: [&str; 4] = ["--images", "placeholder", "--placeholder", "IMAGE1_NAME=web"];

async fn render(gateway: &RunningGateway, dir: &std::path::Path, image: &str, extra: &[&str]) -> Ran {
    let _ = fs::remove_dir_all(dir.join("files"));
    let image = format!("web={image}");
    let args = [&["--image", image.as_str(), "--out", "files"], extra].concat();
    tool(gateway, dir, "render", &args).await
}

/// Refused calls about scans and images, and the exit codes of a run with a gate.
#[tokio::test]
async fn a_scan_that_aws_does_not_show_does_not_pass_a_gate() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, digest) = world(scratch.path()).await;
    let pinned = format!("{IMAGE}@{digest}");
    for (code, exit) in [("AccessDeniedException", 77), ("ThrottlingException", 69)] {
        for operation in ["DescribeImageScanFindings", "DescribeImages", "BatchGetImage"] {
            for mode in [&[][..], &["--images", "as-is"], &PLACEHOLDER] {
                gateway.faults().add(Fault::error("ecr", operation, 400, code));
                let ran = render(&gateway, scratch.path(), &pinned, &[&GATE[..], mode].concat()).await;
                let what = format!("{code} {operation} {mode:?}: {}{}", ran.stdout, ran.stderr);
                assert_eq!((ran.code, scratch.path().join("files").exists()), (exit, false), "{what}");
                assert!(ran.stderr.contains("hint: ") && ran.stdout.contains("not checked ("), "{what}");
                gateway.faults().clear();
            }
        }
    }
    // Without a gate a scan is nobody's business.
    gateway.faults().add(Fault::error("ecr", "DescribeImageScanFindings", 400, "AccessDeniedException"));
    assert_eq!(render(&gateway, scratch.path(), &pinned, &[]).await.code, 0);
    gateway.faults().clear();
    // Never scanned, and nobody says what CodePipeline will put in.
    gateway.faults().add(Fault::error("ecr", "DescribeImageScanFindings", 400, "ScanNotFoundException"));
    for mode in [&[][..], &["--images", "as-is"], &PLACEHOLDER] {
        let ran = render(&gateway, scratch.path(), &pinned, &[&GATE[..], mode].concat()).await;
        assert!(ran.code == 1 && ran.stdout.contains("error[TD-SCAN-MISSING]"), "{mode:?} {}", ran.stdout);
    }
    let args = [&GATE[..], &PLACEHOLDER, &["--out", "files"]].concat();
    let ran = tool(&gateway, scratch.path(), "render", &args).await;
    assert!(ran.code == 1 && ran.stdout.contains("that no --image names"), "{}{}", ran.stdout, ran.stderr);
    gateway.stop().await;
}

/// The image that CodePipeline will put in is looked at as one that is written is.
#[tokio::test]
async fn what_a_placeholder_will_be_is_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, digest) = world(scratch.path()).await;
    let gone = render(&gateway, scratch.path(), &format!("{IMAGE}:gone"), &PLACEHOLDER).await;
    assert!(gone.code == 1 && gone.stdout.contains("error[TD-IMAGE-MISSING]"), "{}", gone.stdout);
    let other = render(&gateway, scratch.path(), &format!("{IMAGE}:arm64"), &PLACEHOLDER).await;
    assert!(other.code == 1 && other.stdout.contains("error[TD-IMAGE-PLATFORM]"), "{}", other.stdout);
    let ran = render(&gateway, scratch.path(), &format!("{IMAGE}:1"), &PLACEHOLDER).await;
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(scratch.path().join("files").join(name)).unwrap()).unwrap()
    };
    assert_eq!(read("taskdef.json")["containerDefinitions"][0]["image"], "<IMAGE1_NAME>");
    assert_eq!(read("imageDetail.json")["ImageURI"], format!("{IMAGE}@{digest}"));
    gateway.faults().add(Fault::error("ecr", "DescribeImages", 400, "AccessDeniedException"));
    let denied = render(&gateway, scratch.path(), &format!("{IMAGE}:1"), &PLACEHOLDER).await;
    assert_eq!((denied.code, scratch.path().join("files").exists()), (77, false), "{}", denied.stderr);
    gateway.stop().await;
}

/// "As is" is about the text in the file.
#[tokio::test]
async fn an_image_as_given_must_be_there_too() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, _) = world(scratch.path()).await;
    let as_is = ["--images", "as-is"];
    let gone = render(&gateway, scratch.path(), &format!("{IMAGE}:gone"), &as_is).await;
    assert!(gone.code == 1 && gone.stdout.contains("error[TD-IMAGE-MISSING]"), "{}", gone.stdout);
    let there = render(&gateway, scratch.path(), &format!("{IMAGE}:1"), &as_is).await;
    assert_eq!(there.code, 0, "{}", there.stdout);
    let taskdef = fs::read_to_string(scratch.path().join("files/taskdef.json")).unwrap();
    assert!(taskdef.contains(&format!("{IMAGE}:1\"")), "{taskdef}");
    gateway.stop().await;
}

/// Findings are worth having although AWS refuses what must be known.
#[tokio::test]
async fn all_findings_come_although_a_needed_answer_does_not() {
    let scratch = tempfile::tempdir().unwrap();
    let (gateway, _) = world(scratch.path()).await;
    let plain = definition("      \"memmory\": 5,\n");
    let with_parameter = definition("      \"memmory\": 5,\n      \"user\": \"${ssm:/who:-x}\",\n");
    let dir = folder(&[("appspec.yaml", APPSPEC), ("taskdef.json", &plain)]);
    let url = gateway.url().to_owned();
    let check = async |image: &str, extra: &[&str]| {
        let (dir, url) = (dir.path().to_owned(), url.clone());
        let image = format!("web={image}");
        let args = [&["check", "--dir", ".", "--image", image.as_str()], extra].concat();
        let args: Vec<String> = args.into_iter().map(str::to_owned).collect();
        tokio::task::spawn_blocking(move || {
            let environment = [
                ("AWS_ENDPOINT_URL", url.as_str()),
                ("AWS_ACCESS_KEY_ID", local_pipeline::names::ACCESS_KEY_ID),
                ("AWS_SECRET_ACCESS_KEY", local_pipeline::names::SECRET_ACCESS_KEY),
                ("AWS_REGION", local_pipeline::names::REGION),
                ("AWS_MAX_ATTEMPTS", "1"),
            ];
            run_with(&dir, &args.iter().map(String::as_str).collect::<Vec<_>>(), &environment)
        })
        .await
        .unwrap()
    };
    for (service, operation, taskdef) in
        [("ecr", "DescribeImages", &plain), ("ssm", "GetParameters", &with_parameter)]
    {
        fs::write(dir.path().join("taskdef.json"), taskdef).unwrap();
        gateway.faults().add(Fault::error(service, operation, 400, "AccessDeniedException"));
        let ran = check(&format!("{IMAGE}:1"), &[]).await;
        assert_eq!(ran.code, 77, "{operation}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("error[TD-UNKNOWN-KEY]"), "{operation}: {}", ran.stdout);
        let json = check(&format!("{IMAGE}:1"), &["--format", "json"]).await;
        let document: Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!((json.code, &document["error"]["exit"]), (77, &77.into()), "{}", json.stdout);
        assert!(document["findings"].as_array().unwrap().iter().any(|one| one["rule"] == "TD-UNKNOWN-KEY"));
        gateway.faults().clear();
    }
    // A parameter that could not be read is not one that is not there, so its default does not stand in.
    gateway.faults().add(Fault::error("ssm", "GetParameters", 400, "ThrottlingException"));
    let ran = check(&format!("{IMAGE}:1"), &[]).await;
    assert!(ran.code == 69 && ran.stdout.contains("error[TD-SSM-OFFLINE]"), "{}", ran.stdout);
    gateway.faults().clear();
    fs::write(dir.path().join("taskdef.json"), &plain).unwrap();
    // Nor does an AWS that takes too long keep findings back.
    let kind = local_pipeline::faults::FaultKind::Latency { delay_ms: 20_000 };
    gateway.faults().add(Fault { kind, ..Fault::error("*", "*", 0, "") });
    let ran = check(&format!("{IMAGE}:1"), &["--online-timeout", "1"]).await;
    assert!(ran.code == 75 && ran.stdout.contains("error[TD-UNKNOWN-KEY]"), "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stdout.contains("TD-IMAGE-"), "nobody knows anything about the image: {}", ran.stdout);
    gateway.stop().await;
}

const TOML: &str =
    "[environments.prod]\ngates = { fail_on_findings = \"critical=0\", require_online = true }\n";

#[test]
fn gates_of_render_toml_do_not_vanish_offline() {
    let dir = folder(&[("appspec.yaml", APPSPEC), ("taskdef.json", &definition("")), ("render.toml", TOML)]);
    let at = |args: &[&str]| run(dir.path(), &[args, &["--dir", ".", "--env", "prod", "--offline"]].concat());
    let ran = at(&["render"]);
    assert_eq!((ran.code, dir.path().join("out").exists()), (2, false), "{}", ran.stdout);
    let both =
        "render.toml sets the gate fail_on_findings and gate require_online, which --offline cannot judge";
    assert!(ran.stderr.contains(both), "{}", ran.stderr);
    for command in [&["check"][..], &["render", "--dry-run"]] {
        let ran = at(command);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("not checked (not asked): gate fail_on_findings"), "{}", ran.stdout);
        assert!(ran.stdout.contains("not checked (not asked): gate require_online"), "{}", ran.stdout);
    }
    let github = at(&["check", "--format", "github"]).stdout;
    assert!(github.contains("::notice title=render-taskdef::not checked (not asked): gate"), "{github}");
}

/// Without a region nobody is asked; whoever wants everything confirmed must hear that.
#[test]
fn requiring_answers_without_asking_is_no_confirmation() {
    let secret = definition("      \"secrets\": [{\"name\": \"A\", \"valueFrom\": \"/missing\"}],\n")
        .replace("\"family\"", "\"executionRoleArn\": \"arn:aws:iam::123456789012:role/x\", \"family\"");
    let dir = folder(&[("appspec.yaml", APPSPEC), ("taskdef.json", &secret)]);
    let lax = run(dir.path(), &["check", "--dir", "."]);
    assert_eq!(lax.code, 0, "{}", lax.stdout);
    for line in ["secret /missing: render.toml names no region", "role arn:aws:iam::123456789012:role/x: "] {
        assert!(lax.stdout.contains(&format!("not checked (not asked): {line}")), "{}", lax.stdout);
    }
    let strict = run(dir.path(), &["check", "--dir", ".", "--require-online"]);
    assert_eq!(strict.code, 77, "{}{}", strict.stdout, strict.stderr);
    let outside = format!("not checked (outside of ECR): image app@{DIGEST}");
    assert!(strict.stdout.contains(&outside), "{}", strict.stdout);
    // A region is enough to ask: without credentials that fails for another reason.
    let asked = run(dir.path(), &["check", "--dir", ".", "--require-online", "--region", "eu-central-1"]);
    assert_eq!(asked.code, 77, "{}", asked.stderr);
    assert!(asked.stdout.contains("not checked (no credentials): secret /missing"), "{}", asked.stdout);
}

/// An image outside of ECR is never scanned, and nobody can show what it contains.
#[test]
fn a_gate_without_any_image_in_ecr_is_not_passed() {
    let dir = folder(&[("appspec.yaml", APPSPEC), ("taskdef.json", &definition(""))]);
    let ran = run(dir.path(), &[&["--dir", "."][..], &GATE].concat());
    assert!(ran.code == 1 && ran.stdout.contains("error[TD-SCAN-MISSING]"), "{}{}", ran.stdout, ran.stderr);
    assert!(!dir.path().join("out").exists());
}
