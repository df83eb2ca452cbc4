//! What nobody means to give.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{APPSPEC, definition, folder, run};

fn with(bytes: &[u8]) -> crate::support::Ran {
    let dir = folder(&[("appspec.yaml", APPSPEC)]);
    fs::write(dir.path().join("taskdef.json"), bytes).unwrap();
    run(dir.path(), &["check", "--dir", ".", "--offline"])
}

#[test]
fn each_unreadable_file_is_named_with_its_reason() {
    let huge = vec![b' '; (1 << 20) + 1];
    let deep = "{\"a\":".repeat(100_000);
    for (bytes, reason) in [
        (&b""[..], "./taskdef.json:1:1: the file is empty"),
        (b" \n\t", "./taskdef.json:1:1: the file is empty"),
        (b"{\n \"a\": \"\xff\"}", "./taskdef.json:2:8: not UTF-8"),
        (&huge, "./taskdef.json is larger than 1048576 bytes"),
        (deep.as_bytes(), "nested deeper than 64 levels"),
        (b"{\"a\": NaN}", "./taskdef.json:1:7: this word needs double quotes"),
        (b"{\"a\": 1e400}", "./taskdef.json:1:7: this number is too large"),
        (b"\0\0\0", "./taskdef.json:"),
    ] {
        let ran = with(bytes);
        assert_eq!(ran.code, 65, "{reason}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(reason), "{reason}: {}", ran.stderr);
    }
}

#[test]
fn all_malformed_files_are_named_at_once() {
    let dir = folder(&[("taskdef.json", "{"), ("appspec.yaml", "a: [")]);
    let ran = run(dir.path(), &["check", "--dir", "."]);
    assert_eq!(ran.code, 65);
    assert!(
        ran.stderr.contains("taskdef.json:1:2: ") && ran.stderr.contains("appspec.yaml:"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_folder_and_a_locked_file_are_no_templates() {
    let dir = folder(&[("appspec.yaml", APPSPEC)]);
    fs::create_dir(dir.path().join("taskdef.json")).unwrap();
    assert_eq!(run(dir.path(), &["check", "--dir", "."]).code, 65);
    fs::remove_dir(dir.path().join("taskdef.json")).unwrap();
    fs::write(dir.path().join("taskdef.json"), "{}").unwrap();
    fs::set_permissions(dir.path().join("taskdef.json"), fs::Permissions::from_mode(0o000)).unwrap();
    let code = run(dir.path(), &["check", "--dir", "."]).code;
    // Whoever runs this as root can read everything; then the empty definition has findings.
    assert!(matches!(code, 65 | 1), "{code}");
}

#[test]
fn two_templates_are_one_too_many() {
    let dir = folder(&[
        ("appspec.yaml", APPSPEC),
        ("taskdef.json", &definition("")),
        ("taskdef.yaml", "family: x"),
    ]);
    let ran = run(dir.path(), &["check", "--dir", "."]);
    assert_eq!(ran.code, 65);
    assert!(ran.stderr.contains("taskdef.yaml are both there"), "{}", ran.stderr);
}

#[test]
fn a_byte_order_mark_and_a_unicode_name_do_no_harm() {
    let dir = folder(&[
        ("appspec.yaml", &format!("\u{feff}{APPSPEC}")),
        ("taskdef.json", &format!("\u{feff}{}", definition(""))),
    ]);
    assert_eq!(run(dir.path(), &["check", "--dir", "."]).code, 0);
    let named = dir.path().join("Vorlagen für später");
    fs::create_dir(&named).unwrap();
    for file in ["taskdef.json", "appspec.yaml"] {
        fs::copy(dir.path().join(file), named.join(file)).unwrap();
    }
    assert_eq!(run(dir.path(), &["--dir", "Vorlagen für später", "--out", "aus gabe"]).code, 0);
}

#[test]
fn secrets_of_the_command_line_and_of_render_toml_are_not_repeated() {
    let dir = folder(&[("appspec.yaml", APPSPEC), ("taskdef.json", &definition(""))]);
    let ran = run(dir.path(), &["check", "--dir", ".", "--var", "hunter2"]);
    assert_eq!((ran.code, ran.stderr.contains("hunter2")), (2, false), "{}", ran.stderr);
    fs::write(dir.path().join("render.toml"), "[environments.e.variables]\nPASSWORD = \"hunter2\n").unwrap();
    let ran = run(dir.path(), &["check", "--dir", ".", "--env", "e"]);
    assert_eq!((ran.code, ran.stderr.contains("hunter2")), (78, false), "{}", ran.stderr);
    assert!(ran.stderr.contains("render.toml:2:"), "{}", ran.stderr);
}

#[test]
fn yaml_overlays_and_templates_mix_with_json() {
    let overlay = "cpu: 512\ncontainerDefinitions:\n- name: web\n  memmory: 1\n";
    let dir = folder(&[
        ("appspec.yaml", APPSPEC),
        ("taskdef.json", &definition("")),
        ("taskdef.prod.yaml", overlay),
    ]);
    let ran = run(dir.path(), &["check", "--dir", ".", "--env", "prod"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("error[TD-UNKNOWN-KEY] taskdef.prod.yaml:4:3 /containerDefinitions/0/memmory"),
        "{}",
        ran.stdout
    );
}
