//! Artifacts: zip files in the artifact bucket, as CodePipeline hands them from action to action.

use std::io::{Cursor, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use zip::write::SimpleFileOptions;

/// Where an artifact lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub bucket: String,
    pub key: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write {path}")]
    Write { path: PathBuf, source: std::io::Error },
    #[error("the artifact is not a valid zip file")]
    Zip(#[from] zip::result::ZipError),
    #[error("entry {0} of the artifact has a name that leaves the folder")]
    Escapes(String),
    #[error("no matching artifact paths found: {0}")]
    NothingMatches(String),
}

/// Packs `files` (relative to `base`) in the given order, keeping modes.
pub fn pack(base: &Path, files: &[PathBuf]) -> Result<Bytes, ArtifactError> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let path = base.join(file);
        let read = |source| ArtifactError::Read { path: path.clone(), source };
        let mode = std::fs::metadata(&path).map_err(read)?.permissions().mode();
        // Artifacts never leave this machine: packing would only cost time.
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .unix_permissions(mode);
        writer.start_file(file.to_string_lossy(), options)?;
        writer
            .write_all(&std::fs::read(&path).map_err(read)?)
            .map_err(|source| ArtifactError::Write { path: path.clone(), source })?;
    }
    Ok(writer.finish()?.into_inner().into())
}

/// Unpacks into `folder`, refusing names that leave it.
pub fn unpack(artifact: &[u8], folder: &Path) -> Result<(), ArtifactError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(artifact))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.enclosed_name().ok_or_else(|| ArtifactError::Escapes(index.to_string()))?;
        let path = folder.join(name);
        let write = |source| ArtifactError::Write { path: path.clone(), source };
        if entry.is_dir() {
            std::fs::create_dir_all(&path).map_err(write)?;
            continue;
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(write)?;
        }
        let mut file = std::fs::File::create(&path).map_err(write)?;
        std::io::copy(&mut entry, &mut file).map_err(write)?;
        if let Some(mode) = entry.unix_mode() {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode & 0o777)).map_err(write)?;
        }
    }
    Ok(())
}

/// One file out of an artifact.
pub fn read_file(artifact: &[u8], name: &str) -> Result<Option<String>, ArtifactError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(artifact))?;
    let mut entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut text = String::new();
    entry
        .read_to_string(&mut text)
        .map_err(|source| ArtifactError::Read { path: PathBuf::from(name), source })?;
    Ok(Some(text))
}

/// The files under `base` that one of CodeBuild's `files` patterns names (`**/*`, `*`, a file, a folder with `/**/*`), sorted.
pub fn select(base: &Path, patterns: &[String]) -> Result<Vec<PathBuf>, ArtifactError> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(base).sort_by_file_name() {
        let entry =
            entry.map_err(|error| ArtifactError::Read { path: base.to_owned(), source: error.into() })?;
        if !entry.file_type().is_dir()
            && let Ok(relative) = entry.path().strip_prefix(base)
            && patterns.iter().any(|pattern| matches(pattern, relative))
        {
            files.push(relative.to_owned());
        }
    }
    if files.is_empty() {
        return Err(ArtifactError::NothingMatches(patterns.join(", ")));
    }
    Ok(files)
}

fn matches(pattern: &str, file: &Path) -> bool {
    let pattern: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let file: Vec<&str> = file
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    matches_parts(&pattern, &file)
}

fn matches_parts(pattern: &[&str], file: &[&str]) -> bool {
    match (pattern.split_first(), file.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), None) => matches_parts(rest, file),
        (Some((&"**", rest)), Some((_, tail))) => matches_parts(rest, file) || matches_parts(pattern, tail),
        (Some((part, rest)), Some((name, tail))) => matches_name(part, name) && matches_parts(rest, tail),
        _ => false,
    }
}

/// `*` within one name.
fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|tail| matches_name(after, tail)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, file, expected) in [
            ("**/*", "a/b.txt", true),
            ("**/*", "b.txt", true),
            ("*", "a/b.txt", false),
            ("a/**/*", "a/b/c", true),
            ("*.json", "x.json", true),
            ("*.json", "x.yaml", false),
            ("taskdef.json", "taskdef.json", true),
        ] {
            assert_eq!(matches(pattern, Path::new(file)), expected, "{pattern} {file}");
        }
    }

    #[test]
    fn modes_and_bytes_survive() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir(from.path().join("bin")).unwrap();
        std::fs::write(from.path().join("bin/tool"), "x").unwrap();
        std::fs::set_permissions(from.path().join("bin/tool"), std::fs::Permissions::from_mode(0o755))
            .unwrap();
        let files = select(from.path(), &["**/*".to_owned()]).unwrap();
        let bytes = pack(from.path(), &files).unwrap();
        unpack(&bytes, to.path()).unwrap();
        assert_eq!(
            std::fs::metadata(to.path().join("bin/tool")).unwrap().permissions().mode() & 0o777,
            0o755
        );
        assert_eq!(read_file(&bytes, "bin/tool").unwrap().as_deref(), Some("x"));
        assert_eq!(read_file(&bytes, "absent").unwrap(), None);
        assert!(matches!(select(from.path(), &["*.zip".to_owned()]), Err(ArtifactError::NothingMatches(_))));
    }
}
