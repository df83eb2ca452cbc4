//! Runs the program in a scratch folder without any AWS configuration of this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub const IMAGE: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/greenlight/backend";
pub const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The templates of this repository.
pub fn repository_templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../backend/deploy").canonicalize().unwrap()
}

/// A folder with the given files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Runs the program in `dir`; `environment` is all that it finds besides PATH.
pub fn run_with(dir: &Path, args: &[&str], environment: &[(&str, &str)]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_render-taskdef"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", dir)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub fn run(dir: &Path, args: &[&str]) -> Ran {
    run_with(dir, args, &[])
}

pub const APPSPEC: &str = "version: 0.0\nResources:\n  - Service:\n      Type: AWS::ECS::Service\n      Properties:\n        TaskDefinition: <TASK_DEFINITION>\n";

/// A small valid definition with room for a mistake: `extra` goes into the container.
pub fn definition(extra: &str) -> String {
    format!(
        "{{\n  \"family\": \"app\",\n  \"containerDefinitions\": [\n    {{\n      \"name\": \"web\",\n      \"image\": \"app@{DIGEST}\",\n      \"memory\": 128,\n{extra}      \"portMappings\": [{{\"containerPort\": 80}}]\n    }}\n  ]\n}}\n"
    )
}
