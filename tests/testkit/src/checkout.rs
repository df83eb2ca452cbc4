//! A scratch copy of the project, as a git checkout of its own that a test may change.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use local_pipeline::snapshot;

use crate::project_root;

pub struct Checkout {
    folder: tempfile::TempDir,
}

impl Checkout {
    /// The project as it is in the work tree now, committed.
    pub fn of_project() -> Self {
        let root = project_root();
        let commit = snapshot::take(&root, None).expect("the project is a git checkout").commit;
        let folder = tempfile::tempdir().unwrap();
        let mut archive = Command::new("git")
            .arg("-C")
            .arg(&root)
            .args(["archive", "--format=tar", &commit])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let unpacked = Command::new("tar")
            .arg("-x")
            .current_dir(folder.path())
            .stdin(archive.stdout.take().unwrap())
            .status()
            .unwrap();
        assert!(archive.wait().unwrap().success() && unpacked.success(), "cannot copy the project");
        let checkout = Self { folder };
        checkout.git(&["init", "-q"]);
        checkout.commit("the project");
        checkout
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Replaces the only occurrence of `from`.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let path = self.file(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{file} must have {from:?} exactly once");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    pub fn append(&self, file: &str, text: &str) {
        let path = self.file(file);
        let old = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, old + text).unwrap();
    }

    /// Commits everything and returns the commit id.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&[
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@localhost",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            message,
        ]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Puts the work tree back to a commit.
    pub fn reset(&self, commit: &str) {
        self.git(&["reset", "-q", "--hard", commit]);
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git").arg("-C").arg(self.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}
