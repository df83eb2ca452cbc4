//! The commit that is released: a revision as it is, or the work tree with its changes as a commit of its own.
//!
//! Neither index nor branches nor files of the checkout are touched; the commit is an object that nothing refers to.

use std::path::Path;
use std::process::Command;

#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("cannot run git")]
    Start(#[source] std::io::Error),
    #[error("git {command}: {message}")]
    Git { command: String, message: String },
}

/// What will be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub commit: String,
    /// The work tree differs from the commit that it is based on.
    pub dirty: bool,
}

/// `revision`, or without one the work tree.
pub fn take(checkout: &Path, revision: Option<&str>) -> Result<Snapshot, SnapshotError> {
    if let Some(revision) = revision {
        let commit = git(
            checkout,
            &["rev-parse", "--verify", "--end-of-options", &format!("{revision}^{{commit}}")],
            None,
        )?;
        return Ok(Snapshot { commit, dirty: false });
    }
    let head = git(checkout, &["rev-parse", "HEAD"], None)?;
    if git(checkout, &["status", "--porcelain"], None)?.is_empty() {
        return Ok(Snapshot { commit: head, dirty: false });
    }
    let index = tempfile::NamedTempFile::new().map_err(SnapshotError::Start)?;
    // git wants to create the index itself.
    let path = index.into_temp_path();
    std::fs::remove_file(&path).map_err(SnapshotError::Start)?;
    git(checkout, &["read-tree", "HEAD"], Some(&path))?;
    git(checkout, &["add", "--all"], Some(&path))?;
    let tree = git(checkout, &["write-tree"], Some(&path))?;
    let subject = git(checkout, &["show", "-s", "--format=%h %s", "HEAD"], None)?;
    let message = format!("Work tree on top of {subject}");
    let commit = git(checkout, &["commit-tree", &tree, "-p", &head, "-m", &message], None)?;
    Ok(Snapshot { commit, dirty: true })
}

fn git(checkout: &Path, arguments: &[&str], index: Option<&Path>) -> Result<String, SnapshotError> {
    let mut command = Command::new("git");
    command.arg("-C").arg(checkout).args(arguments);
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    if arguments.first() == Some(&"commit-tree") {
        // A newcomer may not have told git who he is.
        for (name, value) in [("NAME", "local-pipeline"), ("EMAIL", "local-pipeline@localhost")] {
            command.env(format!("GIT_COMMITTER_{name}"), value);
            command.env(format!("GIT_AUTHOR_{name}"), value);
        }
    }
    let output = command.output().map_err(SnapshotError::Start)?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(SnapshotError::Git { command: arguments.join(" "), message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "-q"], None).unwrap();
        std::fs::write(folder.path().join("a"), "1").unwrap();
        git(folder.path(), &["add", "a"], None).unwrap();
        git(
            folder.path(),
            &["-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", "first"],
            None,
        )
        .unwrap();
        folder
    }

    #[test]
    fn a_clean_tree_is_its_commit() {
        let folder = checkout();
        let head = git(folder.path(), &["rev-parse", "HEAD"], None).unwrap();
        assert_eq!(take(folder.path(), None).unwrap(), Snapshot { commit: head, dirty: false });
    }

    #[test]
    fn changes_are_taken_and_nothing_is_touched() {
        let folder = checkout();
        std::fs::write(folder.path().join("a"), "2").unwrap();
        std::fs::write(folder.path().join("new"), "x").unwrap();
        let before = git(folder.path(), &["status", "--porcelain"], None).unwrap();
        let snapshot = take(folder.path(), None).unwrap();
        assert!(snapshot.dirty);
        assert_eq!(git(folder.path(), &["show", &format!("{}:a", snapshot.commit)], None).unwrap(), "2");
        assert_eq!(git(folder.path(), &["show", &format!("{}:new", snapshot.commit)], None).unwrap(), "x");
        assert_eq!(git(folder.path(), &["status", "--porcelain"], None).unwrap(), before);
    }

    #[test]
    fn an_unknown_revision_is_an_error() {
        let folder = checkout();
        assert!(matches!(take(folder.path(), Some("nope")), Err(SnapshotError::Git { .. })));
    }
}
