//! The real binary on a pseudo-terminal: what the person sees and types.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use local_pipeline::names;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::world::World;

const WIDTH: u16 = 160;
const HEIGHT: u16 = 40;

/// The emulator's place behind the gateway, as far as `GetCallerIdentity` goes.
async fn identity() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = vec![0; 16_384];
                let _ = stream.read(&mut request).await;
                let body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                    <Arn>arn:aws:iam::123456789012:user/bob</Arn><UserId>AIDA</UserId><Account>123456789012</Account>\
                    </GetCallerIdentityResult></GetCallerIdentityResponse>";
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    url
}

fn cells(count: u16) -> std::num::NonZero<u16> {
    std::num::NonZero::new(count).unwrap()
}

struct Terminal {
    screen: Arc<Mutex<vt100::Parser>>,
    input: Box<dyn std::io::Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _pair: Box<dyn portable_pty::MasterPty + Send>,
}

impl Terminal {
    fn run(world: &World, arguments: &[&str]) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize { rows: HEIGHT, cols: WIDTH, pixel_width: 0, pixel_height: 0 })
            .unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_approve"));
        command.args(arguments);
        command.args(["--poll", "100ms", "--audit"]);
        command.arg(world.audit_file());
        command.env_clear();
        for (name, value) in environment(world) {
            command.env(name, value);
        }
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(HEIGHT), cells(WIDTH), 0)));
        let mut output = pair.master.try_clone_reader().unwrap();
        let shared = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                shared.lock().unwrap().process(&buffer[..count]);
            }
        });
        let input = pair.master.take_writer().unwrap();
        Self { screen, input, child, _pair: pair.master }
    }

    fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    async fn until(&self, wanted: &str) {
        let end = Instant::now() + Duration::from_secs(30);
        while !self.text().contains(wanted) {
            assert!(Instant::now() < end, "{wanted:?} does not appear on:\n{}", self.text());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn type_in(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    async fn exit(&mut self) -> u32 {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < end, "still running:\n{}", self.text());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn environment(world: &World) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ENDPOINT_URL", world.gateway.url().to_owned()),
        ("AWS_ACCESS_KEY_ID", names::ACCESS_KEY_ID.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", names::SECRET_ACCESS_KEY.to_owned()),
        ("AWS_REGION", names::REGION.to_owned()),
        ("HOME", world.path().display().to_string()),
    ]
}

/// What differs from run to run, made the same.
fn stable(screen: &str, sha: &str) -> String {
    let mut out = Vec::new();
    for line in screen.lines() {
        let words = line.split(' ').map(|word| {
            let bare = word.trim_matches(['(', ')', ',']);
            let is_id = bare.len() == 36 && bare.matches('-').count() == 4;
            let is_time = bare.ends_with('Z') && bare.contains('T');
            if is_id {
                word.replace(bare, "EXECUTION")
            } else if is_time {
                word.replace(bare, "TIME")
            } else {
                word.replace(&sha[..12], "COMMIT")
            }
        });
        let line = words.collect::<Vec<_>>().join(" ");
        let line = match line.split_once("  link          file://") {
            Some((before, _)) => format!("{before}  link          LINK"),
            None => line,
        };
        let line = if line.contains("waiting since") { "  waiting since TIME".to_owned() } else { line };
        let line = if line.contains("expires in") { "  expires in    6 d 23 h".to_owned() } else { line };
        out.push(line);
    }
    out.join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_approves_and_watches_it_deploy() {
    let world = World::start_behind("SUPERSEDED", Some(identity().await)).await;
    let (_, dossier) = world.waiting().await;
    let sha = dossier.sha().unwrap().to_owned();
    let mut terminal = Terminal::run(&world, &["--pipeline", "green"]);
    terminal.until("characters of the commit:").await;
    insta::assert_snapshot!("question", stable(&terminal.text(), &sha));
    terminal.type_in(&format!("{}\r", &sha[..4]));
    terminal.until("Prod/Release").await;
    let prod = "/stageStates/2/actionStates/0/latestExecution/token";
    world.until(|state| state.pointer(prod).is_some()).await;
    world.release().await;
    terminal.until("deployed: stage Prod succeeded").await;
    assert_eq!(terminal.exit().await, 0);
    assert_eq!(world.puts(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_c_at_the_question_sends_nothing() {
    let world = World::start_behind("SUPERSEDED", Some(identity().await)).await;
    let mut terminal = Terminal::run(&world, &["-p", "greenlight"]);
    terminal.until("characters of the commit:").await;
    terminal.type_in("\u{3}");
    assert_eq!(terminal.exit().await, 130);
    assert_eq!(world.puts(), 0);
    world.stop().await;
}

async fn without_a_terminal(world: &World, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_approve"))
        .args(arguments)
        .env_clear()
        .envs(environment(world))
        .stdin(std::process::Stdio::null())
        .output()
        .await
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scripts_must_name_what_they_approve() {
    let world = World::start_behind("SUPERSEDED", Some(identity().await)).await;
    let (_, dossier) = world.waiting().await;
    let sha = dossier.sha().unwrap();
    let run = async |arguments: &[&str]| without_a_terminal(&world, arguments).await;
    assert_eq!(run(&["-p", "greenlight"]).await.0, Some(2));
    assert_eq!(run(&["-p", "greenlight", "--yes"]).await.0, Some(2));
    assert_eq!(run(&["-p", "nothing", "--yes", "--commit", sha]).await.0, Some(2));
    let (code, _, stderr) = run(&["-p", "greenlight", "--yes", "--commit", "0000000"]).await;
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains(sha), "{stderr}");
    assert_eq!(world.puts(), 0);

    let (code, stdout, _) = run(&["list", "--format", "json"]).await;
    assert_eq!(code, Some(0));
    let list: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(list["rows"][0]["execution_id"], dossier.pending.execution_id);
    let (code, stdout, _) = run(&["show", "-p", "greenlight", "--format", "json"]).await;
    let shown: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &shown["approvals"][0]["commit"]["known"]["sha"]), (Some(0), &serde_json::json!(sha)));
    assert!(!stdout.contains(&dossier.pending.token));

    let (code, stdout, stderr) =
        run(&["-p", "greenlight", "--yes", "--commit", &sha[..7], "--format", "json"]).await;
    assert_eq!(code, Some(0), "{stderr}");
    let line: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(line["outcome"], "approved");
    assert_eq!(world.puts(), 1);

    world.until(|state| state.pointer("/stageStates/2/actionStates/0/latestExecution/token").is_some()).await;
    let (code, stdout, stderr) =
        run(&["reject", "-p", "greenlight", "--stage", "Prod", "-m", "broken", "--yes", "--commit", sha])
            .await;
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.starts_with("rejected greenlight Prod/Release"), "{stdout}");
    assert_eq!(run(&["-p", "greenlight", "--yes", "--commit", sha]).await.0, Some(3));
    assert_eq!(
        run(&["-p", "greenlight", "--yes", "--commit", sha, "--wait=1s", "--poll", "100ms"]).await.0,
        Some(75)
    );
    world.stop().await;
}
