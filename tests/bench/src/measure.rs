//! One run of one program: how long it took, what CPU and memory it used.
//!
//! The program is started by a small process of its own, because Linux counts the memory of whoever started a program as the
//! program's (`ru_maxrss` survives `execve`, getrusage(2)): started by a benchmark that holds a request log, every tool would
//! seem to need as much as that.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::BenchError;

/// A program with everything that it gets. It inherits no variable but `PATH`.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    /// Where it starts, and what it takes for its home.
    pub folder: PathBuf,
}

/// What a run used. Of the process and of the processes that it waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub wall: Duration,
    /// User and system time.
    pub cpu: Duration,
    pub peak_rss_bytes: u64,
    /// Nothing where a signal ended it.
    pub exit: Option<i32>,
}

/// A finished run.
#[derive(Debug)]
pub struct Ran {
    pub usage: Usage,
    /// stdout and stderr, the last lines.
    pub output: String,
}

/// How much of a program's output is kept for the message when it fails.
const OUTPUT_LINES: usize = 12;

impl Invocation {
    pub fn run(&self) -> Result<Ran, BenchError> {
        let this = std::env::current_exe().map_err(BenchError::io("find this program"))?;
        let log = tempfile::NamedTempFile::new().map_err(BenchError::io("make a file for the output"))?;
        let said = Command::new(this)
            .arg("measure")
            .arg(log.path())
            .arg("--")
            .arg(&self.program)
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.folder)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stderr(Stdio::inherit())
            .output()
            .map_err(BenchError::io("start the measuring process"))?;
        let usage = serde_json::from_slice(&said.stdout).map_err(|_| BenchError::Companion("measuring"))?;
        Ok(Ran { usage, output: last_lines(log.path()) })
    }
}

/// The measuring process: runs `command`, its output into the file `log`, and prints its [`Usage`].
pub fn observe(log: &Path, command: &[String]) -> Result<(), BenchError> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(BenchError::Companion("measuring"));
    };
    let output = File::options().append(true).open(log).map_err(BenchError::io("open the output's file"))?;
    let errors = output.try_clone().map_err(BenchError::io("open the output's file"))?;
    let started = Instant::now();
    let used = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .and_then(wait4::Wait4::wait4)
        .map_err(BenchError::io(format!("run {program}")))?;
    let usage = Usage {
        wall: started.elapsed(),
        cpu: used.rusage.utime + used.rusage.stime,
        peak_rss_bytes: used.rusage.maxrss,
        exit: used.status.code(),
    };
    crate::print(&format!("{}\n", serde_json::json!(usage)));
    Ok(())
}

fn last_lines(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(OUTPUT_LINES);
    lines.into_iter().skip(skipped).map(|line| format!("  {line}\n")).collect()
}
