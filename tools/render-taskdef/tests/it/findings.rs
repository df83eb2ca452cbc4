use std::fs;

use crate::support::{APPSPEC, definition, folder, repository_templates, run};

#[test]
fn all_findings_come_in_one_run_and_point_to_the_file_that_a_person_wrote() {
    let taskdef = definition(
        "      \"memmory\": 5,\n      \"environment\": [{\"name\": \"TOKEN\", \"value\": \"s3cret\"}, {\"name\": \"N\", \"value\": 4711}],\n      \"command\": [\"${NOT_DEFINED}\", \"${ALSO_NOT}\"],\n",
    );
    let overlay = "{\n  \"requiresCompatibilities\": [\"FARGATE\"],\n  \"networkMode\": \"awsvpc\",\n  \"cpu\": \"512\", \"memory\": \"5120\"\n}\n";
    let appspec =
        APPSPEC.replace("<TASK_DEFINITION>", "arn:aws:ecs:eu-central-1:123456789012:task-definition/app:7");
    let dir =
        folder(&[("taskdef.json", &taskdef), ("taskdef.prod.json", overlay), ("appspec.yaml", &appspec)]);
    let ran = run(dir.path(), &["render", "--dir", ".", "--env", "prod"]);
    assert_eq!(ran.code, 1);
    assert!(!ran.stdout.contains("s3cret") && !ran.stdout.contains("4711"), "{}", ran.stdout);
    assert!(!dir.path().join("out").exists());
    insta::assert_snapshot!("findings-text", ran.stdout + &ran.stderr);
    let github = run(dir.path(), &["check", "--dir", ".", "--env", "prod", "--format", "github"]);
    insta::assert_snapshot!("findings-github", github.stdout);
    let json = run(dir.path(), &["check", "--dir", ".", "--env", "prod", "--format", "json"]);
    insta::assert_snapshot!("findings-json", json.stdout);
}

#[test]
fn exit_codes() {
    let good = definition("");
    let dir = folder(&[("taskdef.json", &good), ("appspec.yaml", APPSPEC)]);
    let at = |args: &[&str]| run(dir.path(), args).code;
    assert_eq!(at(&["check", "--dir", "."]), 0);
    assert_eq!(at(&["check", "--dir", ".", "--image", "wbe=app:1"]), 2);
    assert_eq!(at(&["check", "--dir", ".", "--waive", "TD-NOPE:/x"]), 2);
    assert_eq!(at(&["explain", "TD-NOPE"]), 2);
    assert_eq!(at(&["check", "--dir", "nowhere"]), 65);
    // A name that nothing knows would render the common file.
    assert_eq!(at(&["check", "--dir", ".", "--env", "prdo"]), 2);
    // What would silently not count.
    assert_eq!(at(&["check", "--dir", ".", "--placeholder", "IMAGE1_NAME=web"]), 2);
    assert_eq!(at(&["check", "--dir", ".", "--image", "web=app:1", "--image", "web=app:2"]), 2);
    let ran =
        run(dir.path(), &["check", "--dir", ".", "--var", "HSOTS=x", "--var", "GIT_SHA=1", "--offline"]);
    assert!(ran.code == 0 && ran.stdout.contains("unused --var HSOTS\n"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("GIT_SHA"), "{}", ran.stdout);
    fs::write(dir.path().join("render.toml"), "[environments.test]\nregoin = \"x\"\n").unwrap();
    assert_eq!(at(&["check", "--dir", "."]), 78);
    fs::write(dir.path().join("render.toml"), "[environments.test]\n").unwrap();
    assert_eq!(at(&["check", "--dir", "."]), 2);
    assert_eq!(at(&["check", "--dir", ".", "--env", "prod"]), 78);
    fs::write(dir.path().join("taskdef.json"), "{\n \"family\" \"x\"}").unwrap();
    let ran = run(dir.path(), &["check", "--dir", ".", "--env", "test"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (65, "error: ./taskdef.json:2:11: expected ':', found '\"'\n")
    );
    let ran = run(dir.path(), &["check", "--dir", ".", "--env", "test", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &document["error"]["exit"]), (65, &65.into()));
    assert_eq!(document["error"]["message"], "./taskdef.json:2:11: expected ':', found '\"'");
}

/// A result that nobody can read is no success.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_stdout_is_an_error() {
    let dir = folder(&[("taskdef.json", &definition("")), ("appspec.yaml", APPSPEC)]);
    for args in [&["explain"][..], &["check", "--dir", ".", "--offline", "--format", "json"]] {
        let status = std::process::Command::new(env!("CARGO_BIN_EXE_render-taskdef"))
            .args(args)
            .current_dir(dir.path())
            .stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(78), "{args:?}");
    }
}

#[test]
fn keys_and_findings_are_let_pass_only_by_name() {
    let dir = folder(&[
        (
            "taskdef.json",
            &definition(
                "      \"brandNew\": 5,\n      \"stopTimeout\": 5,\n      \"memoryReservation\": 129,\n",
            ),
        ),
        ("appspec.yaml", APPSPEC),
    ]);
    let check = |extra: &[&str]| run(dir.path(), &[&["check", "--dir", "."], extra].concat());
    assert_eq!(check(&[]).code, 1);
    let allowed = check(&[
        "--allow-key",
        "/containerDefinitions/*/brandNew",
        "--waive",
        "TD-MEMORY:/containerDefinitions/0/memoryReservation",
        "--waive",
        "TD-TAG:/tags",
    ]);
    assert_eq!(allowed.code, 0, "{}", allowed.stdout);
    assert!(allowed.stdout.contains("waived[TD-MEMORY] /containerDefinitions/0/memoryReservation"));
    assert!(allowed.stdout.contains("unused waiver TD-TAG:/tags"));
}

#[test]
fn a_waived_placeholder_stays_and_the_rest_is_filled() {
    let taskdef = definition("      \"environment\": [{\"name\": \"T\", \"value\": \"<HTML> ${A} $$5\"}],\n");
    let dir = folder(&[("taskdef.json", &taskdef), ("appspec.yaml", APPSPEC)]);
    let at = "/containerDefinitions/0/environment/0/value";
    let waiver = format!("TD-PLACEHOLDER:{at}");
    let ran = run(dir.path(), &["--dir", ".", "--var", "A=1", "--waive", &waiver, "--offline"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let written = fs::read_to_string(dir.path().join("out/taskdef.json")).unwrap();
    assert!(written.contains("\"<HTML> 1 $5\""), "{written}");
    // Without a value there is nothing to write, and an AppSpec that cannot be read is none.
    for waiver in [format!("TD-UNDEFINED:{at}"), "AS-CONTAINER:/Resources".to_owned()] {
        assert_eq!(run(dir.path(), &["check", "--dir", ".", "--waive", &waiver]).code, 2, "{waiver}");
    }
}

/// What a waiver is for: a rule that is thought not to fit. There must be files then.
#[test]
fn a_waived_platform_version_is_written() {
    let appspec = format!("{APPSPEC}        PlatformVersion: LATEST\n");
    let taskdef = definition("").replace("\"family\"", "\"requiresCompatibilities\": [\"EC2\"], \"family\"");
    let dir = folder(&[("taskdef.json", &taskdef), ("appspec.yaml", &appspec)]);
    assert_eq!(run(dir.path(), &["--dir", ".", "--offline"]).code, 1);
    let at = "/Resources/0/Service/Properties/PlatformVersion";
    let ran = run(dir.path(), &["--dir", ".", "--offline", "--waive", &format!("AS-PLATFORM:{at}")]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        fs::read_to_string(dir.path().join("out/appspec.yaml")).unwrap().contains("PlatformVersion: LATEST")
    );
}

#[test]
fn what_runs_on_fargate_is_checked_for_fargate() {
    let taskdef = definition("").replace("\"family\"", "\"cpu\": \"256\", \"memory\": \"5120\", \"family\"");
    let plain = folder(&[("taskdef.json", &taskdef), ("appspec.yaml", APPSPEC)]);
    assert_eq!(run(plain.path(), &["check", "--dir", ".", "--offline"]).code, 0);
    for line in ["PlatformVersion: 1.4.0", "CapacityProviderStrategy: [{CapacityProvider: FARGATE}]"] {
        let appspec = format!("{APPSPEC}        {line}\n");
        let dir = folder(&[("taskdef.json", &taskdef), ("appspec.yaml", &appspec)]);
        let ran = run(dir.path(), &["check", "--dir", ".", "--offline"]);
        assert!(ran.code == 1 && ran.stdout.contains("error[TD-FARGATE-SIZE]"), "{line}: {}", ran.stdout);
    }
}

#[test]
fn a_place_in_another_file_is_named_with_the_file() {
    let taskdef = definition("      \"environment\": [{\"name\": \"ZZ\", \"value\": \"1\"}],\n");
    let overlay =
        r#"{"containerDefinitions": [{"name": "web", "secrets": [{"name": "ZZ", "valueFrom": "/z"}]}]}"#;
    let dir = folder(&[("taskdef.json", &taskdef), ("taskdef.e.json", overlay), ("appspec.yaml", APPSPEC)]);
    let ran = run(dir.path(), &["check", "--dir", ".", "--offline", "--env", "e"]);
    let clash = "error[TD-ENV-CLASH] taskdef.e.json:1:";
    assert!(ran.stdout.contains(clash) && ran.stdout.contains("on taskdef.json:8"), "{}", ran.stdout);
}

#[test]
fn nothing_is_left_where_nothing_can_be_written() {
    let dir = folder(&[("taskdef.json", &definition("")), ("appspec.yaml", APPSPEC), ("blocker", "")]);
    let ran = run(dir.path(), &["--dir", ".", "--out", "blocker/out"]);
    assert_eq!(ran.code, 78);
    assert!(ran.stderr.contains("cannot write blocker/out; nothing was written"), "{}", ran.stderr);
    fs::create_dir_all(dir.path().join("busy/imageDetail.json/x")).unwrap();
    assert_eq!(run(dir.path(), &["--dir", ".", "--out", "busy"]).code, 78);
    assert_eq!(fs::read_dir(dir.path().join("busy")).unwrap().count(), 1);
    // The templates themselves are never replaced.
    let before = fs::read_to_string(dir.path().join("taskdef.json")).unwrap();
    let ran = run(dir.path(), &["--dir", ".", "--out", "other", "--offline", "--dry-run"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for out in [".", "./", dir.path().to_str().unwrap()] {
        assert_eq!(run(dir.path(), &["--dir", ".", "--out", out, "--offline"]).code, 2, "{out}");
    }
    assert_eq!(fs::read_to_string(dir.path().join("taskdef.json")).unwrap(), before);
    let dry = run(dir.path(), &["--dir", ".", "--out", "dry", "--dry-run"]);
    assert_eq!((dry.code, dir.path().join("dry").exists()), (0, false));
}

#[test]
fn values_come_from_files_too() {
    let taskdef = definition(
        "      \"user\": \"${WHO}\",\n      \"stopTimeout\": \"${int:WAIT}\",\n      \"essential\": \"${bool:ON}\",\n",
    );
    let dir = folder(&[
        ("taskdef.json", &taskdef),
        ("appspec.yaml", APPSPEC),
        ("a.env", "# who\nWHO=a=b\nWAIT=9\n"),
        ("b.json", "{\"ON\": \"true\", \"WAIT\": \"7\"}"),
    ]);
    let ran = run(dir.path(), &["--dir", ".", "--var-file", "a.env", "--var-file", "b.json"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let written: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path().join("out/taskdef.json")).unwrap()).unwrap();
    let web = &written["containerDefinitions"][0];
    assert_eq!(
        (&web["user"], &web["stopTimeout"], &web["essential"]),
        (&"a=b".into(), &7.into(), &true.into())
    );
    let gone = run(dir.path(), &["--dir", ".", "--var-file", "gone.env"]);
    assert!(
        gone.code == 65 && gone.stderr.contains("hint: name the file that holds the values"),
        "{}",
        gone.stderr
    );
    fs::write(dir.path().join("a.env"), "WHO\n").unwrap();
    assert_eq!(run(dir.path(), &["--dir", ".", "--var-file", "a.env"]).code, 65);
}

#[test]
fn help_and_explain() {
    let dir = repository_templates();
    insta::assert_snapshot!("help-render", run(&dir, &["render", "--help"]).stdout);
    insta::assert_snapshot!("explain", run(&dir, &["explain", "td-fargate-size"]).stdout);
    let all = run(&dir, &["explain"]).stdout;
    assert!(all.lines().count() > 50 && all.contains("AS-HOOK"));
}
