//! Process groups: whatever a program starts ends with it.

use std::collections::BTreeSet;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::process::{Child, Command};

/// The groups that one engine started and that are not over.
#[derive(Default, Clone)]
pub(crate) struct Groups {
    running: Arc<Mutex<BTreeSet<i32>>>,
}

impl Groups {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<i32>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Starts `command` as the leader of a new process group.
    pub fn start(&self, command: &mut Command) -> std::io::Result<Process> {
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let group = id.ok_or_else(|| std::io::Error::other("the process has no id"))?;
        self.lock().insert(group.as_raw_pid());
        Ok(Process { child, group, groups: self.clone() })
    }

    /// Kills all at once.
    pub fn kill(&self) {
        for group in std::mem::take(&mut *self.lock()) {
            if let Some(group) = Pid::from_raw(group) {
                signal(group, Signal::KILL);
            }
        }
    }

    /// Asks all to end, and kills what is still there after `limit`.
    pub async fn end(&self, limit: Duration) {
        let groups: Vec<Pid> =
            std::mem::take(&mut *self.lock()).into_iter().filter_map(Pid::from_raw).collect();
        for group in &groups {
            signal(*group, Signal::TERM);
        }
        let deadline = tokio::time::Instant::now() + limit;
        while groups.iter().any(|group| test_kill_process_group(*group).is_ok())
            && tokio::time::Instant::now() < deadline
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for group in &groups {
            signal(*group, Signal::KILL);
        }
    }
}

fn signal(group: Pid, signal: Signal) {
    // A group that is already gone is what was wanted.
    if let Err(error) = kill_process_group(group, signal) {
        tracing::debug!(group = group.as_raw_pid(), %error, "signal not delivered");
    }
}

/// A running group; killed when dropped.
pub(crate) struct Process {
    child: Child,
    group: Pid,
    groups: Groups,
}

impl Process {
    /// Waits for the leader; what it leaves behind is killed.
    pub async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        let status = self.child.wait().await;
        self.kill();
        status
    }

    /// SIGTERM to the group, SIGKILL after `limit`.
    pub async fn stop(&mut self, limit: Duration) -> std::io::Result<ExitStatus> {
        signal(self.group, Signal::TERM);
        if let Ok(status) = tokio::time::timeout(limit, self.child.wait()).await {
            self.kill();
            return status;
        }
        signal(self.group, Signal::KILL);
        self.wait().await
    }

    pub fn has_exited(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    pub fn kill(&self) {
        if self.groups.lock().remove(&self.group.as_raw_pid()) {
            signal(self.group, Signal::KILL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
