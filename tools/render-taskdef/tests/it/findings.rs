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
}

#[test]
fn keys_and_findings_are_let_pass_only_by_name() {
    let dir = folder(&[
        (
            "taskdef.json",
            &definition(
                "      \"brandNew\": 5,\n      \"stopTimeout\": 5,\n      \"memoryReservation\": 128,\n",
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
fn nothing_is_left_where_nothing_can_be_written() {
    let dir = folder(&[("taskdef.json", &definition("")), ("appspec.yaml", APPSPEC), ("blocker", "")]);
    let ran = run(dir.path(), &["--dir", ".", "--out", "blocker/out"]);
    assert_eq!(ran.code, 78);
    assert!(ran.stderr.contains("cannot write blocker/out; nothing was written"), "{}", ran.stderr);
    fs::create_dir_all(dir.path().join("busy/imageDetail.json/x")).unwrap();
    assert_eq!(run(dir.path(), &["--dir", ".", "--out", "busy"]).code, 78);
    assert_eq!(fs::read_dir(dir.path().join("busy")).unwrap().count(), 1);
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
