//! Writes the files, all of them or none.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::RenderError;
use crate::plan::File;

/// Writes `files` into `out`, which is made when it is missing. Each is complete on disk before the first takes its name; when a
/// rename fails, those before it are undone. The result names what was written.
pub fn write_all(out: &Path, files: &[File]) -> Result<Vec<String>, RenderError> {
    let missing: Vec<PathBuf> = out
        .ancestors()
        .filter(|path| !path.as_os_str().is_empty() && !path.exists())
        .map(Path::to_owned)
        .collect();
    let result = stage_and_rename(out, files);
    if result.is_err() {
        // Deepest first; a folder that somebody else filled meanwhile stays.
        for path in &missing {
            let _ = fs::remove_dir(path);
        }
    }
    result.map_err(|source| RenderError::Write { path: out.to_owned(), source })
}

fn stage_and_rename(out: &Path, files: &[File]) -> io::Result<Vec<String>> {
    fs::create_dir_all(out)?;
    let mut staged = Vec::new();
    for file in files {
        let path = out.join(file.name);
        let before = match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let mut temporary = NamedTempFile::new_in(out)?;
        temporary.write_all(file.content.as_bytes())?;
        readable(&temporary)?;
        temporary.as_file().sync_all()?;
        staged.push((path, before, temporary));
    }
    let mut done: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
    for (path, before, temporary) in staged {
        if let Err(error) = temporary.persist(&path) {
            undo(done);
            return Err(error.error);
        }
        done.push((path, before));
    }
    Ok(done.into_iter().map(|(path, _)| path.display().to_string()).collect())
}

/// Temporary files are private; CodeBuild packs these files as another user may read them.
fn readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))
}

fn undo(done: Vec<(PathBuf, Option<Vec<u8>>)>) {
    for (path, before) in done {
        let _ = match before {
            Some(bytes) => fs::write(&path, bytes),
            None => fs::remove_file(&path),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(mark: &str) -> Vec<File> {
        ["taskdef.json", "appspec.yaml"]
            .into_iter()
            .map(|name| File { name, content: format!("{name} {mark}") })
            .collect()
    }

    #[test]
    fn writes_and_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("a/b");
        write_all(&out, &files("1")).unwrap();
        write_all(&out, &files("2")).unwrap();
        assert_eq!(fs::read_to_string(out.join("appspec.yaml")).unwrap(), "appspec.yaml 2");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 2);
    }

    #[test]
    fn a_failed_rename_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        fs::write(out.join("taskdef.json"), "old").unwrap();
        // A folder in the second file's place can neither be read as a file nor replaced by one.
        fs::create_dir_all(out.join("appspec.yaml/x")).unwrap();
        assert!(write_all(out, &files("new")).is_err());
        assert_eq!(fs::read_to_string(out.join("taskdef.json")).unwrap(), "old");
        assert_eq!(fs::read_dir(out).unwrap().count(), 2);
    }

    #[test]
    fn undo_restores_both_kinds() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::write(&old, "changed").unwrap();
        fs::write(&new, "created").unwrap();
        undo(vec![(old.clone(), Some(b"before".to_vec())), (new.clone(), None)]);
        assert_eq!((fs::read_to_string(&old).unwrap().as_str(), new.exists()), ("before", false));
    }

    #[test]
    fn folders_made_in_vain_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let blocker = folder.path().join("file");
        fs::write(&blocker, "").unwrap();
        assert!(write_all(&blocker.join("out"), &files("1")).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
