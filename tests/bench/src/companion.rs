//! A process of this program that serves while tools are measured: the server, the network. A process of its own, so that what
//! it uses is not counted against anybody, and the CPU that it took can be told.
//!
//! It answers lines on stdin with lines of JSON on stdout, and ends when its stdin does: also when the benchmark is killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::BenchError;

/// Ticks of `/proc/PID/stat` in a second: `USER_HZ` is 100 on every Linux that Rust runs on (proc(5)).
const TICKS_PER_S: u64 = 100;

pub struct Companion {
    name: &'static str,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Companion {
    /// Starts this program with `arguments`. Its first line is the answer that comes with it.
    pub fn start<T: DeserializeOwned>(
        name: &'static str,
        arguments: &[&str],
    ) -> Result<(Self, T), BenchError> {
        let this = std::env::current_exe().map_err(BenchError::io("find this program"))?;
        let mut child = Command::new(this)
            .arg(name)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(BenchError::io(format!("start the {name} process")))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let stdout = BufReader::new(stdout.ok_or(BenchError::Companion(name))?);
        let mut companion = Self { name, child, stdin, stdout };
        let first = companion.read()?;
        Ok((companion, first))
    }

    pub fn ask<T: DeserializeOwned>(&mut self, question: &str) -> Result<T, BenchError> {
        let stdin = self.stdin.as_mut().ok_or(BenchError::Companion(self.name))?;
        writeln!(stdin, "{question}").map_err(|_| BenchError::Companion(self.name))?;
        self.read()
    }

    fn read<T: DeserializeOwned>(&mut self) -> Result<T, BenchError> {
        let mut line = String::new();
        self.stdout.read_line(&mut line).map_err(|_| BenchError::Companion(self.name))?;
        serde_json::from_str(&line).map_err(|_| BenchError::Companion(self.name))
    }

    /// User and system time so far; nothing where there is no `/proc`.
    pub fn cpu(&self) -> Option<Duration> {
        cpu_of(&std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?)
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.child.wait();
    }
}

/// Fields 14 and 15 of proc(5)'s `stat`; the name before them may have spaces and parentheses.
fn cpu_of(stat: &str) -> Option<Duration> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis((user + system) * 1_000 / TICKS_PER_S))
}

/// The companion's side: says `first`, then answers every line.
pub fn answer(
    first: &impl Serialize,
    mut to: impl FnMut(&str) -> Option<serde_json::Value>,
) -> Result<(), BenchError> {
    let write = |value: &serde_json::Value| {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{value}").and_then(|()| stdout.flush()).map_err(BenchError::io("answer"))
    };
    write(&serde_json::json!(first))?;
    for line in std::io::stdin().lines() {
        let line = line.map_err(BenchError::io("read a question"))?;
        write(&to(&line).unwrap_or_default())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_cpu_behind_an_odd_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 1 2 3 4 150 25 0 0 20 0 1 0 100 1 1";
        assert_eq!(cpu_of(stat), Some(Duration::from_millis(1_750)));
        assert_eq!(cpu_of("nonsense"), None);
    }
}
