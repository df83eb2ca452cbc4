//! Task definitions and AppSpecs, valid and not. The first line of each says which rules it breaks: that is compared exactly, so that
//! a snapshot which was accepted without looking cannot hide a wrong judgement. The snapshot is all that a person would see.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Ran, run};

const TASKDEF: &str = "{\"family\": \"app\", \"requiresCompatibilities\": [\"FARGATE\"], \"networkMode\": \"awsvpc\", \"cpu\": \"256\", \"memory\": \"512\",
 \"containerDefinitions\": [{\"name\": \"web\", \"image\": \"app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\", \"portMappings\": [{\"containerPort\": 8000}]}]}";
const APPSPEC: &str = "version: 0.0\nResources:\n- Service: {Type: AWS::ECS::Service, Properties: {}}\n";

fn files(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(kind);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Renders one file of the corpus beside a valid other one.
fn judge(kind: &str, path: &Path, text: &str) -> (Ran, String) {
    let dir = tempfile::tempdir().unwrap();
    let extension = path.extension().unwrap().to_str().unwrap();
    let other = if kind == "taskdef" { ("appspec.yaml", APPSPEC) } else { ("taskdef.json", TASKDEF) };
    fs::write(dir.path().join(other.0), other.1).unwrap();
    fs::write(dir.path().join(format!("{kind}.{extension}")), text).unwrap();
    let ran = run(dir.path(), &["--dir", ".", "--out", "out", "--offline", "--no-provenance"]);
    let written = if kind == "taskdef" { "taskdef.json" } else { "appspec.yaml" };
    let written = fs::read_to_string(dir.path().join("out").join(written)).unwrap_or_default();
    (ran, written)
}

fn rules_in(stdout: &str) -> BTreeSet<String> {
    let rule = |line: &str| {
        let rest = line.strip_prefix("error[").or_else(|| line.strip_prefix("warning["))?;
        Some(rest.split_once(']')?.0.to_owned())
    };
    stdout.lines().filter_map(rule).collect()
}

fn check(kind: &str, at_least: usize) {
    let files = files(kind);
    assert!(files.len() >= at_least, "{} {kind}s", files.len());
    let mut wrong = Vec::new();
    for path in files {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let wanted = text.lines().next().unwrap().split_once("breaks: ").unwrap().1.to_owned();
        let (ran, written) = judge(kind, &path, &text);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        let found = rules_in(&ran.stdout).into_iter().collect::<Vec<_>>().join(" ");
        let found = match (ran.code, found.as_str()) {
            (65, _) => "malformed",
            (_, "") => "nothing",
            (_, rules) => rules,
        };
        let warned = name.starts_with("warn-");
        let code = if wanted == "malformed" { 65 } else { i32::from(wanted != "nothing" && !warned) };
        if found != wanted || ran.code != code || (code == 0) == written.is_empty() {
            wrong.push(format!(
                "{kind}/{name}: {found} (exit {}), wanted {wanted} (exit {code})\n{all}",
                ran.code
            ));
        }
        assert!(!all.contains("hunter2") && !all.contains("471147"), "{name}: {all}");
        // With the other kind of line end, everything is the same, to the byte.
        let (again, same) = judge(kind, &path, &text.replace('\n', "\r\n"));
        assert_eq!(
            (again.stdout, again.stderr, same),
            (ran.stdout.clone(), ran.stderr.clone(), written.clone()),
            "{name}"
        );
        insta::assert_snapshot!(format!("{kind}-{name}"), format!("exit {}\n{all}{written}", ran.code));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn task_definitions() {
    check("taskdef", 60);
}

#[test]
fn appspecs() {
    check("appspec", 25);
}
