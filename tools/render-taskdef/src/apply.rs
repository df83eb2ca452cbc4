//! Writes the files, all of them or none, and never two runs at once.
//!
//! A file of an earlier run that this one does not write is taken away: beside new files it would be deployed. Whoever kills a run
//! leaves a set with a file missing, which CodePipeline refuses, rather than one with files of two runs, which it would deploy.

use std::fs::{self, File as FileHandle, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::{Builder, NamedTempFile, TempPath};

use crate::error::RenderError;
use crate::plan::{File, NAMES};

/// Begins the name of everything that is only there while a run writes.
const PREFIX: &str = ".render-taskdef-";
/// How long another run may take to write its three files.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// Refuses to write where the templates are, whatever the two paths look like.
pub fn refuse_the_templates(dir: &Path, out: &Path) -> Result<(), RenderError> {
    match (dir.canonicalize(), out.canonicalize()) {
        (Ok(dir), Ok(there)) if dir == there => Err(RenderError::IntoTemplates(out.to_owned())),
        _ => Ok(()),
    }
}

/// Writes `files` into `out`, which is made when it is missing. Each is complete on disk before the first takes its name; when
/// anything fails, all is as it was before. The result names what was written.
pub fn write_all(out: &Path, files: &[File]) -> Result<Vec<String>, RenderError> {
    let missing: Vec<PathBuf> = out
        .ancestors()
        .filter(|path| !path.as_os_str().is_empty() && !path.exists())
        .map(Path::to_owned)
        .collect();
    let failed = |source| RenderError::Write { path: out.to_owned(), source };
    let result = fs::create_dir_all(out).map_err(failed).and_then(|()| {
        let _lock = lock(out)?;
        sweep(out).and_then(|()| replace(out, files)).map_err(failed)
    });
    if result.is_err() {
        // Deepest first; a folder that somebody else filled meanwhile stays.
        for path in &missing {
            let _ = fs::remove_dir(path);
        }
    }
    result
}

/// The folder itself is locked, so that no file has to be made for it and none can be left behind. Where a file system knows no locks,
/// nobody waits.
fn lock(out: &Path) -> Result<FileHandle, RenderError> {
    let failed = |source| RenderError::Write { path: out.to_owned(), source };
    let folder = FileHandle::open(out).map_err(failed)?;
    let begin = Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(folder),
            Err(TryLockError::WouldBlock) if begin.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(RenderError::Busy(out.to_owned())),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                return Ok(folder);
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}

/// Takes away what a killed run left. Nobody else is writing.
fn sweep(out: &Path) -> io::Result<()> {
    for entry in fs::read_dir(out)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn replace(out: &Path, files: &[File]) -> io::Result<Vec<String>> {
    let mut staged = Vec::new();
    for file in files {
        let mut temporary = Builder::new().prefix(PREFIX).tempfile_in(out)?;
        temporary.write_all(file.content.as_bytes())?;
        readable(&temporary)?;
        temporary.as_file().sync_all()?;
        staged.push((out.join(file.name), temporary));
    }
    let mut before = Vec::new();
    for name in NAMES {
        match put_aside(&out.join(name)) {
            Ok(None) => {}
            Ok(Some(aside)) => before.push((out.join(name), aside)),
            Err(error) => {
                put_back(before);
                return Err(error);
            }
        }
    }
    let mut done: Vec<PathBuf> = Vec::new();
    for (path, temporary) in staged {
        if let Err(error) = temporary.persist_noclobber(&path) {
            for path in &done {
                let _ = fs::remove_file(path);
            }
            put_back(before);
            return Err(error.error);
        }
        done.push(path);
    }
    // What was there before is removed with its temporary name.
    drop(before);
    Ok(done.into_iter().map(|path| path.display().to_string()).collect())
}

/// Gives a file of an earlier run another name. It is not read: it may be large, and a pipe would wait for a writer.
fn put_aside(path: &Path) -> io::Result<Option<TempPath>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(there) if there.is_file() || there.is_symlink() => {}
        Ok(_) => {
            let message = format!("{} is there and is no file", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
    }
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let aside = Builder::new().prefix(PREFIX).tempfile_in(folder)?.into_temp_path();
    fs::rename(path, &aside)?;
    Ok(Some(aside))
}

fn put_back(before: Vec<(PathBuf, TempPath)>) {
    for (path, aside) in before {
        // When that fails too, the file must not be removed with its temporary name.
        if let Err(error) = aside.persist(&path) {
            let _ = error.path.keep();
        }
    }
}

/// Temporary files are private; CodeBuild packs these files as another user may read them.
fn readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))
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

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn writes_and_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("a/b");
        write_all(&out, &files("1")).unwrap();
        write_all(&out, &files("2")).unwrap();
        assert_eq!(fs::read_to_string(out.join("appspec.yaml")).unwrap(), "appspec.yaml 2");
        assert_eq!(names(&out), ["appspec.yaml", "taskdef.json"]);
    }

    #[test]
    fn a_file_of_an_earlier_run_does_not_stay_beside_new_ones() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        fs::write(out.join("imageDetail.json"), "old").unwrap();
        fs::write(out.join("notes.txt"), "mine").unwrap();
        write_all(out, &files("1")).unwrap();
        assert_eq!(names(out), ["appspec.yaml", "notes.txt", "taskdef.json"]);
    }

    #[test]
    fn what_fails_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        fs::write(out.join("taskdef.json"), "old").unwrap();
        fs::write(out.join("imageDetail.json"), "old image").unwrap();
        // A folder in the second file's place cannot be replaced by a file.
        fs::create_dir_all(out.join("appspec.yaml/x")).unwrap();
        let error = write_all(out, &files("new")).unwrap_err();
        assert!(std::error::Error::source(&error).unwrap().to_string().ends_with("is there and is no file"));
        assert_eq!(fs::read_to_string(out.join("taskdef.json")).unwrap(), "old");
        assert_eq!(fs::read_to_string(out.join("imageDetail.json")).unwrap(), "old image");
        assert_eq!(names(out), ["appspec.yaml", "imageDetail.json", "taskdef.json"]);
    }

    #[test]
    fn what_a_killed_run_left_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".render-taskdef-abc"), "half").unwrap();
        write_all(folder.path(), &files("1")).unwrap();
        assert_eq!(names(folder.path()), ["appspec.yaml", "taskdef.json"]);
    }

    #[test]
    fn a_pipe_in_a_files_place_is_no_file_and_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("taskdef.json");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(write_all(folder.path(), &files("1")).is_err());
        assert_eq!(names(folder.path()), ["taskdef.json"]);
    }

    #[test]
    fn a_link_is_replaced_and_what_it_names_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(folder.path().join("precious"), "mine").unwrap();
        std::os::unix::fs::symlink("../precious", out.join("taskdef.json")).unwrap();
        write_all(&out, &files("1")).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("precious")).unwrap(), "mine");
        assert_eq!(fs::read_to_string(out.join("taskdef.json")).unwrap(), "taskdef.json 1");
    }

    /// Several at once: whoever is last, the files are of one run.
    #[test]
    fn two_runs_never_mix() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..20 {
            std::thread::scope(|scope| {
                for mark in ["a", "b", "c"] {
                    let out = folder.path();
                    scope.spawn(move || write_all(out, &files(&format!("{mark}{round}"))).unwrap());
                }
            });
            let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
            let (first, second) = (read("taskdef.json"), read("appspec.yaml"));
            assert_eq!(first.split_once(' ').unwrap().1, second.split_once(' ').unwrap().1);
        }
    }

    #[test]
    fn the_templates_are_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("deploy");
        fs::create_dir(&dir).unwrap();
        std::os::unix::fs::symlink("deploy", folder.path().join("link")).unwrap();
        for out in ["deploy", "deploy/../deploy", "link"] {
            assert!(refuse_the_templates(&dir, &folder.path().join(out)).is_err(), "{out}");
        }
        for out in ["out", "deploy/out", "."] {
            assert!(refuse_the_templates(&dir, &folder.path().join(out)).is_ok(), "{out}");
        }
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
