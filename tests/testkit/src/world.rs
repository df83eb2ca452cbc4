//! The local world as a program, on free ports, with a state folder of its own. Ended when dropped.

use std::path::{Path, PathBuf};
use std::process::Command;

use local_pipeline::daemon::{Daemon, SiteRecord};

use crate::{Checkout, program, project_root};

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

pub struct World {
    state: tempfile::TempDir,
}

impl World {
    /// Starts it for `checkout`, whose tools are the programs that were built for this test.
    pub fn start(checkout: &Checkout) -> Self {
        let world = Self { state: tempfile::tempdir().unwrap() };
        let seeded = Command::new("buildspecs/scripts/build-tools")
            .arg(world.path().join("cache/bin"))
            .current_dir(checkout.path())
            .env("TOOLS_CACHE", world.path().join("cache/tools"))
            .env("TOOLS_SEED", program("local-pipeline").parent().unwrap())
            .output()
            .unwrap();
        assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
        let up = world.run(checkout.path(), &["up"], true);
        assert_eq!(up.code, Some(0), "{}", up.stderr);
        world
    }

    pub fn path(&self) -> &Path {
        self.state.path()
    }

    pub fn daemon(&self) -> Daemon {
        Daemon::load(self.path()).expect("the world is up")
    }

    pub fn site(&self, name: &str) -> SiteRecord {
        self.daemon().site(name).expect("both sites are there").clone()
    }

    /// A command of local-pipeline in the checkout.
    pub fn command(&self, checkout: &Checkout, arguments: &[&str]) -> Ran {
        self.run(checkout.path(), arguments, arguments.first() == Some(&"run"))
    }

    fn run(&self, folder: &Path, arguments: &[&str], starts: bool) -> Ran {
        let mut command = Command::new(program("local-pipeline"));
        command.args(arguments).current_dir(folder).env("LOCAL_PIPELINE_STATE", self.path());
        if starts {
            command.arg("--free-ports").arg("--emulator").arg(emulator());
        }
        let output = command.output().unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Processes whose command line, environment or working directory names this world's state folder.
    pub fn processes(&self) -> Vec<String> {
        let wanted = self.path().display().to_string();
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let command = String::from_utf8_lossy(&command).replace('\0', " ");
            let folder = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
            let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            let environment = String::from_utf8_lossy(&environment);
            if command.contains(&wanted) || environment.contains(&wanted) || folder.starts_with(&wanted) {
                found.push(command);
            }
        }
        found
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.run(&project_root(), &["down"], false);
    }
}

/// The emulator's program, made by `make emulator`.
fn emulator() -> PathBuf {
    let path = project_root().join(".venv/bin/ministack");
    assert!(path.exists(), "{} is missing: run `make emulator` first", path.display());
    path
}
