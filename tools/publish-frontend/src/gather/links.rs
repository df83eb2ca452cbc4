//! Links out of the build folder, and pages that reference what is not there.

use std::collections::BTreeSet;
use std::path::Path;

use greenlight_core::frontend::{Class, LocalFile, html};

use super::Body;
use super::build::read_error;
use crate::error::PublishError;

/// A symbolic link must lead to a file inside the build folder.
pub fn check_link(path: &Path, root: &Path) -> Result<(), PublishError> {
    let refused = |why| Err(PublishError::Symlink { path: path.to_owned(), why });
    match path.canonicalize() {
        Ok(target) if !target.starts_with(root) => refused("leaves the build folder"),
        Ok(target) if target.is_dir() => refused("leads to a folder"),
        Ok(_) => Ok(()),
        Err(_) => refused("leads nowhere"),
    }
}

/// Every page has every file that it references.
pub fn check_references<'a>(
    files: impl Iterator<Item = (&'a LocalFile, &'a Body)> + Clone,
    served_below: &str,
    allow_missing: &globset::GlobSet,
) -> Result<(), PublishError> {
    let paths: BTreeSet<&str> = files.clone().map(|(file, _)| file.path.as_str()).collect();
    for (file, body) in files.filter(|(file, _)| matches!(file.class, Class::Html | Class::Entry)) {
        let Body::File { source, .. } = body else { continue };
        let text = std::fs::read(source).map_err(read_error(source))?;
        let missing: Vec<String> = html::references(&file.path, &String::from_utf8_lossy(&text))
            .into_iter()
            .filter(|path| !paths.contains(path.strip_prefix(served_below).unwrap_or(path)))
            .filter(|path| !allow_missing.is_match(path))
            .collect();
        if !missing.is_empty() {
            return Err(PublishError::MissingReferences { page: file.path.clone(), missing });
        }
    }
    Ok(())
}
