//! The process that is the local world, as the other commands see it: its record in the state folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::client;

/// `daemon.json`: written last when the world is complete, removed first when it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Daemon {
    pub pid: i32,
    pub endpoint_url: String,
    /// Folder of the Greenlight programs.
    pub tools: PathBuf,
    pub sites: Vec<SiteRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteRecord {
    pub name: String,
    pub url: String,
    pub api_url: String,
}

pub fn record_path(state: &Path) -> PathBuf {
    state.join("daemon.json")
}

pub fn log_path(state: &Path) -> PathBuf {
    state.join("logs/daemon.log")
}

impl Daemon {
    pub fn load(state: &Path) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(record_path(state)).ok()?).ok()
    }

    pub fn save(&self, state: &Path) -> std::io::Result<()> {
        let path = record_path(state);
        let mut file = tempfile::NamedTempFile::new_in(state)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.persist(path)?;
        Ok(())
    }

    pub fn forget(state: &Path) {
        // It may never have been written.
        let _ = std::fs::remove_file(record_path(state));
    }

    /// Whether the process is there and its gateway answers.
    pub async fn is_up(&self) -> bool {
        let url = format!("{}/_local/health", self.endpoint_url);
        let health = client::send("GET", &url, &[], String::new());
        self.is_running()
            && matches!(tokio::time::timeout(Duration::from_secs(2), health).await, Ok(Ok(answer)) if answer.status == 200)
    }

    pub fn is_running(&self) -> bool {
        rustix::process::Pid::from_raw(self.pid)
            .is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
    }

    pub fn site(&self, name: &str) -> Option<&SiteRecord> {
        self.sites.iter().find(|site| site.name == name)
    }
}
