//! The program as people meet it: help, configuration file, confirmation, closed pipes.

use std::io::{Read as _, Write as _};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::site::{BUCKET, Site, failed, ok, output, program, text};

#[test]
fn help() {
    for arguments in
        [["--help"].as_slice(), &["publish", "--help"], &["rollback", "--help"], &["releases", "--help"]]
    {
        let mut command = program("http://127.0.0.1:9");
        // Help shows what the environment sets.
        for name in ["AWS_ENDPOINT_URL", "AWS_REGION"] {
            command.env_remove(name);
        }
        let said = ok(&command.args(arguments).output().unwrap());
        insta::assert_snapshot!(format!("help {}", arguments.join(" ")), said);
    }
}

/// The examples at the end of the help are what this program takes.
#[tokio::test(flavor = "multi_thread")]
async fn the_examples_in_the_help_work() {
    let site = Site::new().await;
    let help = ok(&program(site.gateway.url()).arg("--help").output().unwrap());
    let examples: Vec<&str> = help
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("publish-frontend ") && !line.contains('<'))
        .collect();
    assert!(examples.len() >= 5, "{help}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("publish.toml"), format!("bucket = \"{BUCKET}\"\n")).unwrap();
    std::os::unix::fs::symlink(site.build.path(), folder.path().join("dist")).unwrap();
    for example in examples {
        let arguments = example.split(' ').skip(1).map(|argument| match argument {
            "my-site" => BUCKET,
            "E1ABCDEFGHIJKL" => crate::site::DISTRIBUTION,
            other => other,
        });
        let mut command = program(site.gateway.url());
        command.args(arguments).current_dir(folder.path());
        let output = output(command).await;
        let expected = match example {
            _ if example.contains("rollback") => 3,
            _ => 0,
        };
        assert_eq!(output.status.code(), Some(expected), "{example}: {}", text(&output.stderr));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_come_from_flags_then_environment_then_file() {
    let site = Site::new().await;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("publish.toml");
    let source = site.build.path().display().to_string();
    std::fs::write(&config, format!("source = {source:?}\nprefix = \"file\"\nrelease-id = \"file\"\n"))
        .unwrap();
    let config = config.display().to_string();
    let mut command = site.command(&["--config", &config, "--release-id", "flag"]);
    command.env("PUBLISH_FRONTEND_PREFIX", "environment");
    let said = ok(&output(command).await);
    assert!(said.contains("release flag is live at s3://test-site/environment/"), "{said}");
    let mut command = site.command(&[]);
    command.env("PUBLISH_FRONTEND_CONFIG", &config).arg("publish");
    assert!(ok(&output(command).await).contains("release file is live at s3://test-site/file/"));

    std::fs::write(&config, "buckets = \"x\"\n").unwrap();
    let said = failed(&site.run(&["--config", &config]).await, 78);
    assert!(said.contains("sets buckets, which is no flag that a file can set; is bucket meant?"), "{said}");
    failed(&site.run(&["--config", "/nowhere/publish.toml"]).await, 78);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_variable_is_none() {
    let site = Site::new().await;
    let source = site.build.path().display().to_string();
    let mut command = site.command(&["publish", "--source", &source]);
    for name in [
        "DISTRIBUTION_ID",
        "RELEASE_ID",
        "CONFIG",
        "PREFIX",
        "WAIT",
        "DRY_RUN",
        "CONFIRM",
        "FORCE",
        "DELETE_UNKNOWN",
    ] {
        command.env(format!("PUBLISH_FRONTEND_{name}"), "");
    }
    ok(&output(command).await);
    assert!(!site.operations().contains(&"CreateInvalidation".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pipe_is_no_failure() {
    let site = Site::new().await;
    let source = site.build.path().display().to_string();
    let mut command = site.command(&["publish", "--source", &source]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert!(status.success());
    assert!(site.object("index.html").is_some());
}

/// On a terminal: the plan, a question, and nothing without a yes.
#[tokio::test(flavor = "multi_thread")]
async fn confirmation() {
    let site = Site::new().await;
    for (answer, expected, live) in
        [("n\r", "not confirmed", false), ("\r", "not confirmed", false), ("y\r", "is live at", true)]
    {
        let screen = on_a_terminal(&site, answer).await;
        assert!(screen.contains("Publish release one to test-site? [y/N]"), "{screen}");
        assert!(screen.contains("+ index.html"), "{screen}");
        assert!(screen.contains(expected), "{screen}");
        assert_eq!(site.object("index.html").is_some(), live, "{screen}");
    }
    // Nothing to do, nothing to ask.
    let screen = on_a_terminal(&site, "").await;
    assert!(screen.contains("nothing to do") && !screen.contains("[y/N]"), "{screen}");
    let said = failed(&site.publish(&["--confirm", "--force"]).await, 2);
    assert!(said.contains("--confirm asks on a terminal, and there is none"), "{said}");
}

async fn on_a_terminal(site: &Site, answer: &str) -> String {
    let source = site.build.path().display().to_string();
    let command = site.command(&["publish", "--source", &source, "--release-id", "one", "--confirm"]);
    let mut builder = CommandBuilder::new(command.get_program());
    builder.args(command.get_args());
    builder.env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            builder.env(name, value);
        }
    }
    builder.env("TERM", "xterm");
    builder.cwd("/");
    let answer = answer.to_owned();
    tokio::task::spawn_blocking(move || {
        let pty = native_pty_system().openpty(PtySize { rows: 40, cols: 120, ..PtySize::default() }).unwrap();
        let mut child = pty.slave.spawn_command(builder).unwrap();
        drop(pty.slave);
        let mut writer = pty.master.take_writer().unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let mut screen = Vec::new();
        let mut piece = [0; 4096];
        let mut asked = false;
        while let Ok(read @ 1..) = reader.read(&mut piece) {
            screen.extend_from_slice(&piece[..read]);
            if !asked && text(&screen).contains("[y/N]") {
                asked = true;
                writer.write_all(answer.as_bytes()).unwrap();
                writer.flush().unwrap();
            }
        }
        child.wait().unwrap();
        text(&screen)
    })
    .await
    .unwrap()
}
