//! The build folder: which files there are, and what is in them.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use greenlight_core::frontend::{Class, Headers, LocalFile, Overrides, html};
use sha2::{Digest as _, Sha256};

use super::Found;
use crate::error::PublishError;

/// What of the build is taken and how.
pub struct Options {
    pub source: PathBuf,
    pub exclude: Vec<String>,
    pub overrides: Overrides,
    pub source_maps: bool,
    /// Where visitors find the site below the root: pages reference their files by this.
    pub served_below: String,
}

/// Read in pieces of this size.
const PIECE_BYTES: usize = 256 * 1024;

pub fn read(options: &Options) -> Result<Vec<Found>, PublishError> {
    let root = options.source.canonicalize().map_err(read_error(&options.source))?;
    let exclude = globs(&options.exclude)?;
    let hashed = listed(&root);
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.map_err(|error| PublishError::Read {
            path: error.path().unwrap_or(&root).to_owned(),
            source: error.into(),
        })?;
        let relative = entry.path().strip_prefix(&root).unwrap_or(entry.path());
        let path = relative.to_str().ok_or_else(|| PublishError::Name(relative.to_owned()))?;
        if path.is_empty()
            || skipped(path)
            || exclude.is_match(path)
            || (!options.source_maps
                && Path::new(path).extension().is_some_and(|extension| extension == "map"))
        {
            continue;
        }
        if entry.path_is_symlink() {
            check_link(entry.path(), &root)?;
        }
        if std::fs::metadata(entry.path()).map_err(read_error(entry.path()))?.is_dir() {
            continue;
        }
        let (size_bytes, sha256) = hash(entry.path())?;
        let class = Class::of(path, hashed.contains(path));
        let headers = Headers::new(path, class, &options.overrides);
        let file = LocalFile { path: path.to_owned(), size_bytes, sha256, class, headers };
        found.push(Found { file, source: entry.path().to_owned() });
    }
    check_references(&found, &options.served_below)?;
    Ok(found)
}

/// What never belongs on a site: secrets, repositories, leftovers. `.well-known` does.
fn skipped(path: &str) -> bool {
    path.split('/').any(|part| {
        part.starts_with(".env")
            || [".git", ".npmrc", ".vite", ".DS_Store", ".greenlight"].contains(&part)
            || part.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("pem"))
    }) || path == "asset-manifest.json"
}

fn globs(list: &[String]) -> Result<GlobSet, PublishError> {
    let mut builder = GlobSetBuilder::new();
    let error = |glob: &str| {
        let glob = glob.to_owned();
        move |source| PublishError::Glob { glob, source }
    };
    for glob in list {
        builder.add(Glob::new(glob).map_err(error(glob))?);
    }
    builder.build().map_err(error(&list.join(",")))
}

/// Files that the bundler says it named by their content.
fn listed(root: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for manifest in [".vite/manifest.json", "asset-manifest.json"] {
        let text = std::fs::read_to_string(root.join(manifest)).unwrap_or_default();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        // Vite: {source: {file, css: […], assets: […]}}; create-react-app: {files: {name: path}}.
        for chunk in value.as_object().into_iter().flat_map(|map| map.values()) {
            let lists = ["css", "assets"].iter().filter_map(|key| chunk.get(key)?.as_array()).flatten();
            names.extend(lists.chain(chunk.get("file")).filter_map(|file| file.as_str()).map(str::to_owned));
        }
    }
    names
}

fn check_link(path: &Path, root: &Path) -> Result<(), PublishError> {
    match path.canonicalize() {
        Ok(target) if target.starts_with(root) => Ok(()),
        Ok(_) => Err(PublishError::Symlink { path: path.to_owned(), why: "leaves the build folder" }),
        Err(_) => Err(PublishError::Symlink { path: path.to_owned(), why: "leads nowhere" }),
    }
}

fn hash(path: &Path) -> Result<(u64, String), PublishError> {
    let mut file = std::fs::File::open(path).map_err(read_error(path))?;
    let (mut size, mut digest, mut piece) = (0, Sha256::new(), vec![0; PIECE_BYTES]);
    loop {
        let read = file.read(&mut piece).map_err(read_error(path))?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        digest.update(bytes);
        size += u64::try_from(read).unwrap_or_default();
    }
    Ok((size, hex::encode(digest.finalize())))
}

/// Every page has every file that it references.
fn check_references(found: &[Found], below: &str) -> Result<(), PublishError> {
    let paths: BTreeSet<&str> = found.iter().map(|found| found.file.path.as_str()).collect();
    for page in found.iter().filter(|found| matches!(found.file.class, Class::Html | Class::Entry)) {
        let text = std::fs::read(&page.source).map_err(read_error(&page.source))?;
        let missing: Vec<String> = html::references(&page.file.path, &String::from_utf8_lossy(&text))
            .into_iter()
            .filter(|path| !paths.contains(path.strip_prefix(below).unwrap_or(path)))
            .collect();
        if !missing.is_empty() {
            return Err(PublishError::MissingReferences { page: page.file.path.clone(), missing });
        }
    }
    Ok(())
}

fn read_error(path: &Path) -> impl FnOnce(std::io::Error) -> PublishError {
    let path = path.to_owned();
    move |source| PublishError::Read { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(folder: &Path) -> Options {
        Options {
            source: folder.to_owned(),
            exclude: Vec::new(),
            overrides: Overrides::default(),
            source_maps: false,
            served_below: String::new(),
        }
    }

    fn names(folder: &Path) -> Result<Vec<String>, PublishError> {
        Ok(read(&options(folder))?.into_iter().map(|found| found.file.path).collect())
    }

    #[test]
    fn secrets_and_maps_stay_at_home() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["index.html", ".env.local", "key.pem", "a.js.map", ".well-known/x", ".git/config", "ü +%#.txt"]
        {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        assert_eq!(names(folder.path()).unwrap(), [".well-known/x", "index.html", "ü +%#.txt"]);
    }

    #[test]
    fn links() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "x").unwrap();
        std::os::unix::fs::symlink("index.html", folder.path().join("same.html")).unwrap();
        assert_eq!(names(folder.path()).unwrap(), ["index.html", "same.html"]);
        std::os::unix::fs::symlink("nowhere", folder.path().join("broken")).unwrap();
        assert!(matches!(names(folder.path()), Err(PublishError::Symlink { why: "leads nowhere", .. })));
        std::fs::remove_file(folder.path().join("broken")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("out")).unwrap();
        assert!(matches!(
            names(folder.path()),
            Err(PublishError::Symlink { why: "leaves the build folder", .. })
        ));
    }

    #[test]
    fn a_page_without_its_files_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "<script src=/assets/gone.js></script>").unwrap();
        let error = names(folder.path()).unwrap_err();
        assert!(error.to_string().contains("assets/gone.js"), "{error}");
    }
}
