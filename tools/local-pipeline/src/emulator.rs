//! The general emulator behind the gateway: a child process on a free port of 127.0.0.1.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::names;

/// How long the emulator may take to answer.
const START_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    #[error("cannot start the emulator {program}")]
    Start { program: String, source: std::io::Error },
    #[error("the emulator did not answer within {seconds} s; its log is {log}", seconds = START_TIMEOUT.as_secs())]
    Silent { log: String },
    #[error("the emulator ended at once ({status}); its log is {log}")]
    Ended { status: String, log: String },
}

pub struct Emulator {
    pub url: String,
    child: Child,
}

impl Emulator {
    pub async fn start(program: &Path, state: &Path) -> Result<Self, EmulatorError> {
        let failed = |source| EmulatorError::Start { program: program.display().to_string(), source };
        let port = free_port().map_err(failed)?;
        let log = state.join("logs/emulator.log");
        std::fs::create_dir_all(state.join("logs")).map_err(failed)?;
        let file = std::fs::File::create(&log).map_err(failed)?;
        let mut child = Command::new(program)
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("MINISTACK_ACCOUNT_ID", names::ACCOUNT_ID)
            .env("MINISTACK_REGION", names::REGION)
            .env("S3_DATA_DIR", state.join("emulator/s3"))
            .env("LOG_LEVEL", "WARNING")
            .env_remove("AWS_ENDPOINT_URL")
            .stdin(Stdio::null())
            .stdout(file.try_clone().map_err(failed)?)
            .stderr(file)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let url = format!("http://127.0.0.1:{port}");
        let answers = async {
            while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let log = log.display().to_string();
        tokio::select! {
            () = answers => Ok(Self { url, child }),
            status = child.wait() => Err(EmulatorError::Ended { status: status.map_err(failed)?.to_string(), log }),
            () = tokio::time::sleep(START_TIMEOUT) => Err(EmulatorError::Silent { log }),
        }
    }

    pub async fn stop(mut self) {
        if let Some(pid) =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
        {
            // It may have ended on its own.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait().await;
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
