//! The local record of who let what through: one JSON line before the answer is sent, one after.

use std::fs::{OpenOptions, Permissions};
use std::io::Write as _;
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

    /// Appends one line with one write, so that two programs do not mix theirs.
    pub fn write(&self, record: &Record<'_>) -> Result<(), AuditError> {
        let failed = |source| AuditError::Write { path: self.path.clone(), source };
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        }
        let mut file =
            OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path).map_err(failed)?;
        // The file may be older than this rule.
        file.set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
        file.write_all(json::line(record).as_bytes()).map_err(failed)?;
        file.sync_data().map_err(failed)
    }
}
