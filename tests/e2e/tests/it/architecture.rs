//! Rules about who may depend on whom.

use std::process::Command;

use greenlight_testkit::project_root;

#[test]
fn core_depends_on_neither_tokio_nor_aws() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", "greenlight-core", "--edges", "normal", "--prefix", "none"])
        .current_dir(project_root())
        .output()
        .unwrap();
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && tree.starts_with("greenlight-core"), "{tree}");
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"serde"), "the tree has its dependencies: {tree}");
    for name in names {
        assert!(
            !(name == "tokio"
                || name == "hyper"
                || name.starts_with("aws-")
                || name.starts_with("greenlight-kit")),
            "core must not depend on {name}"
        );
    }
}

#[test]
fn no_program_carries_a_second_tls_stack() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--workspace", "--edges", "normal", "--prefix", "none"])
        .current_dir(project_root())
        .output()
        .unwrap();
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.contains("rustls v"));
    for name in ["aws-lc-sys", "openssl-sys", "native-tls"] {
        assert!(!tree.contains(&format!("{name} v")), "{name} is in the tree");
    }
}
