//! The local record of who let what through: one JSON line before the answer is sent, one after.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use greenlight_core::approval::decision::Block;
use greenlight_core::approval::dossier::Dossier;
use jiff::Timestamp;
use serde::Serialize;

use crate::apply::Verdict;
use crate::config::home_folder;
use crate::show::json;

pub const SCHEMA: &str = "approve-audit/1";

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("there is no home folder to keep the audit record in")]
    NoHome,
    #[error("cannot write {path}", path = .path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

/// One line.
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    pub schema: &'static str,
    pub at: Timestamp,
    /// `sending`, then `taken`, `changed`, `refused` or `unclear`.
    pub event: &'a str,
    pub verdict: Verdict,
    pub summary: &'a str,
    pub override_why: Option<&'a str>,
    pub overridden: &'a [Block],
    #[serde(flatten)]
    pub dossier: &'a Dossier,
}

#[derive(Debug, Clone)]
pub struct Audit {
    path: PathBuf,
}

impl Audit {
    pub fn at(given: Option<&Path>) -> Result<Self, AuditError> {
        let default = || {
            home_folder("XDG_STATE_HOME", ".local/state").map(|folder| folder.join("greenlight/audit.jsonl"))
        };
        given.map(Path::to_path_buf).or_else(default).map(|path| Self { path }).ok_or(AuditError::NoHome)
    }

    /// Appends one line. Nobody else writes meanwhile, what is there is never changed, and a line that could not be written whole
    /// is taken away again.
    pub fn write(&self, record: &Record<'_>) -> Result<(), AuditError> {
        self.append(&json::line(record))
            .map_err(|source| AuditError::Write { path: self.path.clone(), source })
    }

    fn append(&self, line: &str) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut file =
            OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(&self.path)?;
        // The file may be older than this rule.
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.lock()?;
        let length = file.metadata()?.len();
        // Power was lost in the middle of a line: the next one is not glued to it.
        let whole = if is_cut_off(&mut file, length)? { format!("\n{line}") } else { line.to_owned() };
        let written = file.write_all(whole.as_bytes()).and_then(|()| file.sync_data());
        if written.is_err() {
            file.set_len(length)?;
        }
        written
    }
}

fn is_cut_off(file: &mut File, length: u64) -> std::io::Result<bool> {
    if length == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_lost_or_mixed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/audit.jsonl");
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let audit = Audit::at(Some(&path)).unwrap();
                std::thread::spawn(move || {
                    for line in 0..50 {
                        audit.append(&format!("{writer} {line} {}\n", "x".repeat(5_000))).unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 400);
        assert!(text.lines().all(|line| line.ends_with(&"x".repeat(5_000)) && line.len() < 5_010));
    }

    #[test]
    fn a_cut_off_line_stays_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        std::fs::write(&path, "{\"cut\": ").unwrap();
        Audit::at(Some(&path)).unwrap().append("whole\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"cut\": \nwhole\n");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
