//! The build folder: which files there are, and what is in them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use greenlight_core::frontend::{Class, Headers, LocalFile, Overrides};

use super::left_out::{Choice, LeftOut};
use super::{Body, hash, links};
use crate::error::PublishError;

/// Longest key in UTF-8 (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>, 2026-11).
const LONGEST_KEY_BYTES: usize = 1024;

/// What of the build is taken and how.
pub struct Options {
    pub source: PathBuf,
    pub choice: Choice,
    pub overrides: Overrides,
    /// Where visitors find the site below the root: pages reference their files by this.
    pub served_below: String,
    /// What stands before every path in the bucket.
    pub prefix: String,
    pub delete_unknown: bool,
    /// Files that pages may reference although the build does not have them.
    pub allow_missing: globset::GlobSet,
}

/// What was found.
pub struct Build {
    pub files: Vec<LocalFile>,
    pub bodies: BTreeMap<String, Body>,
    pub left_out: Vec<LeftOut>,
}

pub fn read(options: &Options) -> Result<Build, PublishError> {
    let root = options.source.canonicalize().map_err(read_error(&options.source))?;
    if !root.is_dir() {
        return Err(PublishError::NotAFolder(options.source.clone()));
    }
    let listed = listed(&root, &options.served_below);
    let mut build = Build { files: Vec::new(), bodies: BTreeMap::new(), left_out: Vec::new() };
    let (mut paths, mut sources) = (Vec::new(), Vec::new());
    let mut walk = walkdir::WalkDir::new(&root).sort_by_file_name().min_depth(1).into_iter();
    while let Some(entry) = walk.next() {
        let entry = entry.map_err(|error| PublishError::Read {
            path: error.path().unwrap_or(&root).to_owned(),
            source: error.into(),
        })?;
        let relative = entry.path().strip_prefix(&root).unwrap_or(entry.path());
        let path = relative.to_str().ok_or_else(|| PublishError::Name(relative.to_owned()))?;
        let is_dir = entry.file_type().is_dir();
        if let Some(why) = options.choice.left_out(path, is_dir) {
            build.left_out.push(LeftOut { path: path.to_owned(), why });
            if is_dir {
                walk.skip_current_dir();
            }
            continue;
        }
        if is_dir {
            continue;
        }
        if entry.path_is_symlink() {
            links::check_link(entry.path(), &root)?;
        } else if !entry.file_type().is_file() {
            return Err(PublishError::NotAFile(entry.into_path()));
        }
        if options.prefix.len() + path.len() > LONGEST_KEY_BYTES {
            return Err(PublishError::LongKey(path.to_owned()));
        }
        paths.push(path.to_owned());
        sources.push(entry.into_path());
    }
    let hashed = hash::of_files(&sources);
    for ((path, source), hashed) in paths.into_iter().zip(sources).zip(hashed) {
        let hashed = hashed.map_err(read_error(&source))?;
        let class = match (Class::of(&path, listed.contains(&path)), options.overrides.cache_control(&path)) {
            // Who caches it for a while only may change it.
            (Class::Immutable, Some(chosen)) if !chosen.contains("immutable") => Class::Mutable,
            (class, _) => class,
        };
        build.files.push(LocalFile {
            path: path.clone(),
            size_bytes: hashed.size_bytes,
            sha256: hashed.sha256,
            class,
            headers: Headers::new(&path, class, &options.overrides),
        });
        build.bodies.insert(path, Body::File { source, part_sha256: hashed.part_sha256 });
    }
    let files = build.files.iter().filter_map(|file| Some((file, build.bodies.get(&file.path)?)));
    links::check_references(files, &options.served_below, &options.allow_missing)?;
    Ok(build)
}

/// Files that the bundler says it named by their content.
fn listed(root: &Path, served_below: &str) -> BTreeSet<String> {
    let read = |name: &str| -> serde_json::Value {
        let text = std::fs::read_to_string(root.join(name)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    };
    let mut names = BTreeSet::new();
    // Vite: {source: {file, css: […], assets: […]}}.
    for chunk in read(".vite/manifest.json").as_object().into_iter().flat_map(|map| map.values()) {
        let lists = ["css", "assets"].iter().filter_map(|key| chunk.get(key)?.as_array()).flatten();
        names.extend(lists.chain(chunk.get("file")).filter_map(|file| file.as_str()).map(str::to_owned));
    }
    // create-react-app: {files: {name: URL path}}; what it names by content lies in `static/`.
    let manifest = read("asset-manifest.json");
    let files = manifest.get("files").and_then(|files| files.as_object());
    for path in files.into_iter().flat_map(|map| map.values()).filter_map(|path| path.as_str()) {
        let path = path.trim_start_matches('/');
        let path = path.strip_prefix(served_below).unwrap_or(path);
        if path.starts_with("static/") {
            names.insert(path.to_owned());
        }
    }
    names
}

pub(super) fn read_error(path: &Path) -> impl FnOnce(std::io::Error) -> PublishError {
    let path = path.to_owned();
    move |source| PublishError::Read { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::left_out::WhyLeftOut;

    fn options(folder: &Path) -> Options {
        Options {
            source: folder.to_owned(),
            choice: Choice::new(&[], &[], false).unwrap(),
            overrides: Overrides::default(),
            served_below: "app/".into(),
            prefix: "app/".into(),
            delete_unknown: false,
            allow_missing: globset::GlobSet::empty(),
        }
    }

    fn write(folder: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    fn names(folder: &Path) -> Result<Vec<String>, PublishError> {
        Ok(read(&options(folder))?.files.into_iter().map(|file| file.path).collect())
    }

    #[test]
    fn what_is_left_out_is_said() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            &[
                ("index.html", ""),
                (".env.local", ""),
                ("a.js.map", ""),
                (".well-known/x", ""),
                (".git/config", ""),
                ("ü +%#.txt", ""),
            ],
        );
        let build = read(&options(folder.path())).unwrap();
        let paths: Vec<&str> = build.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [".well-known/x", "index.html", "ü +%#.txt"]);
        let left_out: Vec<(&str, WhyLeftOut)> =
            build.left_out.iter().map(|left| (left.path.as_str(), left.why)).collect();
        let expected = [
            (".env.local", WhyLeftOut::Secret),
            (".git", WhyLeftOut::Secret),
            ("a.js.map", WhyLeftOut::SourceMap),
        ];
        assert_eq!(left_out, expected);
    }

    #[test]
    fn links() {
        let folder = tempfile::tempdir().unwrap();
        let link = |target: &str, name: &str| {
            std::os::unix::fs::symlink(target, folder.path().join(name)).unwrap();
        };
        write(folder.path(), &[("index.html", "x"), ("sub/a.txt", "x")]);
        link("index.html", "same.html");
        assert_eq!(names(folder.path()).unwrap(), ["index.html", "same.html", "sub/a.txt"]);
        for (target, why) in [
            ("nowhere", "leads nowhere"),
            ("/etc/hostname", "leaves the build folder"),
            ("sub", "leads to a folder"),
        ] {
            link(target, "bad");
            let error = names(folder.path()).unwrap_err().to_string();
            assert!(error.ends_with(&format!("bad is a symbolic link that {why}")), "{error}");
            std::fs::remove_file(folder.path().join("bad")).unwrap();
        }
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("index.html", "x")]);
        let _listener = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        assert!(matches!(names(folder.path()), Err(PublishError::NotAFile(_))));
        assert!(matches!(names(&folder.path().join("index.html")), Err(PublishError::NotAFolder(_))));
    }

    #[test]
    fn names_that_s3_does_not_take() {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().unwrap();
        let deep = "d".repeat(200) + "/";
        write(folder.path(), &[("index.html", "x"), (&(deep.repeat(6) + "f"), "x")]);
        assert!(matches!(names(folder.path()), Err(PublishError::LongKey(_))));
        std::fs::remove_dir_all(folder.path().join(&deep)).unwrap();
        std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"\xff")), "x").unwrap();
        assert!(matches!(names(folder.path()), Err(PublishError::Name(_))));
    }

    #[test]
    fn create_react_app_lists_its_hashed_files() {
        let folder = tempfile::tempdir().unwrap();
        let listed = r#"{"files":{"main.js":"/app/static/plain.js","index.html":"/app/index.html"}}"#;
        write(
            folder.path(),
            &[
                ("index.html", "<script src=/app/static/plain.js></script>"),
                ("static/plain.js", "x"),
                ("asset-manifest.json", listed),
            ],
        );
        let build = read(&options(folder.path())).unwrap();
        let classes: Vec<_> = build.files.iter().map(|file| (file.path.as_str(), file.class)).collect();
        let expected = [
            ("asset-manifest.json", Class::Mutable),
            ("index.html", Class::Entry),
            ("static/plain.js", Class::Immutable),
        ];
        assert_eq!(classes, expected);
    }

    #[test]
    fn a_page_without_its_files_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("index.html", "<script src=/assets/gone.js></script>")]);
        let error = names(folder.path()).unwrap_err();
        assert!(error.to_string().contains("assets/gone.js"), "{error}");
    }
}
