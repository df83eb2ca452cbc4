//! The real binary, on a pseudo-terminal and without one.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use local_pipeline::{RunningGateway, names};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const WIDTH: u16 = 160;
const HEIGHT: u16 = 40;

fn cells(count: u16) -> std::num::NonZero<u16> {
    std::num::NonZero::new(count).unwrap()
}

pub struct Terminal {
    screen: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
    input: Box<dyn std::io::Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _pair: Box<dyn portable_pty::MasterPty + Send>,
}

impl Terminal {
    pub fn run(gateway: &RunningGateway, home: &Path, arguments: &[&str]) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize { rows: HEIGHT, cols: WIDTH, pixel_width: 0, pixel_height: 0 })
            .unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_approve"));
        command.args(arguments);
        command.args(["--poll", "100ms", "--audit"]);
        command.arg(home.join("audit/log.jsonl"));
        command.env_clear();
        for (name, value) in environment(gateway, home) {
            command.env(name, value);
        }
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(HEIGHT), cells(WIDTH), 0)));
        let mut output = pair.master.try_clone_reader().unwrap();
        let raw = Arc::new(Mutex::new(Vec::new()));
        let (shared, bytes) = (Arc::clone(&screen), Arc::clone(&raw));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                shared.lock().unwrap().process(&buffer[..count]);
                bytes.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        let input = pair.master.take_writer().unwrap();
        Self { screen, raw, input, child, _pair: pair.master }
    }

    pub fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// What the program sent, as bytes.
    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.raw.lock().unwrap()).into_owned()
    }

    pub async fn until(&self, wanted: &str) {
        let end = Instant::now() + Duration::from_secs(30);
        while !self.text().contains(wanted) {
            assert!(Instant::now() < end, "{wanted:?} does not appear on:\n{}", self.text());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn type_in(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    pub async fn exit(&mut self) -> u32 {
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

pub fn environment(gateway: &RunningGateway, home: &Path) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ENDPOINT_URL", gateway.url().to_owned()),
        ("AWS_ACCESS_KEY_ID", names::ACCESS_KEY_ID.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", names::SECRET_ACCESS_KEY.to_owned()),
        ("AWS_REGION", names::REGION.to_owned()),
        ("HOME", home.display().to_string()),
        ("PATH", std::env::var("PATH").unwrap()),
    ]
}

pub async fn without_a_terminal(
    gateway: &RunningGateway,
    home: &Path,
    arguments: &[&str],
) -> (Option<i32>, String, String) {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_approve"))
        .args(arguments)
        .env_clear()
        .envs(environment(gateway, home))
        .stdin(std::process::Stdio::null())
        .output()
        .await
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
