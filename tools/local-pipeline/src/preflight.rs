//! What must be there before anything starts: programs and ports.

use std::path::Path;
use std::process::{Command, Stdio};

use greenlight_kit::{Exit, Failure};

use crate::ports::Ports;

/// Program, its argument that always succeeds, and how to get it.
const PROGRAMS: [(&str, &str, &str); 4] = [
    ("git", "--version", "install git (Debian: apt-get install git; macOS: xcode-select --install)"),
    ("bash", "--version", "install bash"),
    ("node", "--version", "install Node.js 20 or newer (nodejs.org, or your package manager)"),
    ("npm", "--version", "install npm; it comes with Node.js"),
];

#[derive(Debug, thiserror::Error)]
enum PreflightError {
    #[error("{0} is missing")]
    Program(&'static str),
    #[error("{program} is missing")]
    File { program: String },
    #[error("port {0} of 127.0.0.1 is taken")]
    Port(String),
}

pub fn programs() -> Result<(), Failure> {
    for (program, argument, hint) in PROGRAMS {
        let found = Command::new(program)
            .arg(argument)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !found.is_ok_and(|status| status.success()) {
            return Err(Failure::new(Exit::Configuration, PreflightError::Program(program)).hint(hint));
        }
    }
    Ok(())
}

/// A file that set-up makes.
pub fn file(path: &Path, hint: &str) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    Err(Failure::new(Exit::Configuration, PreflightError::File { program: path.display().to_string() })
        .hint(hint))
}

pub fn ports(ports: &Ports) -> Result<(), Failure> {
    let taken: Vec<String> = ports.taken().iter().map(ToString::to_string).collect();
    if taken.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Exit::Configuration, PreflightError::Port(taken.join(", ")))
        .hint("end the program that listens there (`ss -ltnp` shows it), or use free ones: --free-ports, with make FREE_PORTS=1"))
}
