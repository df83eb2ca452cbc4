//! Programs of the virtual environment with the peers.

use std::path::{Path, PathBuf};

pub fn existing(path: PathBuf) -> Option<PathBuf> {
    path.is_file().then_some(path)
}

/// A program inside a Python package: the package's own launcher would be counted, too.
pub fn packaged(peers: &Path, path: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir(peers.join("lib")).ok()?;
    versions.flatten().find_map(|python| existing(python.path().join("site-packages").join(path)))
}
