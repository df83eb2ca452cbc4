//! The locked dependencies, installed once per requirements file and Python version.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use super::ImageError;

/// The folder with the installed packages.
pub async fn install(requirements: &Path, python: &Path, cache: &Path) -> Result<PathBuf, ImageError> {
    let locked = std::fs::read(requirements)
        .map_err(|source| ImageError::Read { path: requirements.to_owned(), source })?;
    let mut key = Sha256::new();
    key.update(version(python).await?);
    key.update([0]);
    key.update(&locked);
    let name: String = hex::encode(key.finalize()).chars().take(32).collect();
    let folder = cache.join(format!("dependencies-{name}"));
    if folder.is_dir() {
        return Ok(folder);
    }
    let failed = |source| ImageError::Write { path: cache.to_owned(), source };
    std::fs::create_dir_all(cache).map_err(failed)?;
    let staging = tempfile::Builder::new().prefix("installing-").tempdir_in(cache).map_err(failed)?;
    let packages = staging.path().join("packages");
    std::fs::create_dir(&packages).map_err(failed)?;
    let output = Command::new(python)
        .args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--quiet",
            "--no-compile",
            "--require-hashes",
        ])
        .arg("--target")
        .arg(&packages)
        .arg("-r")
        .arg(requirements)
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(|source| ImageError::Python { program: python.to_owned(), source })?;
    if !output.status.success() {
        let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(ImageError::Pip { requirements: requirements.to_owned(), output });
    }
    match std::fs::rename(&packages, &folder) {
        Ok(()) => Ok(folder),
        // Another build was quicker with the same packages.
        Err(_) if folder.is_dir() => Ok(folder),
        Err(source) => Err(failed(source)),
    }
}

/// Version and platform: wheels depend on both.
async fn version(python: &Path) -> Result<Vec<u8>, ImageError> {
    let failed = |source| ImageError::Python { program: python.to_owned(), source };
    let program = "import sys, sysconfig; print(sys.version, sysconfig.get_platform())";
    let output =
        Command::new(python).args(["-c", program]).stdin(Stdio::null()).output().await.map_err(failed)?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(failed(std::io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned())))
    }
}
