//! A layer onto a folder: whiteouts first, then its entries. Nothing outside the folder is touched.

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;

use super::store;
use crate::api::ApiError;

const WHITEOUT: &str = ".wh.";
const OPAQUE: &str = ".wh..wh..opq";

pub fn layer(digest: &str, body: &[u8], folder: &Path) -> Result<(), ApiError> {
    if store::digest(body) != digest {
        return Err(ApiError::internal(format!("layer {digest} does not have its digest")));
    }
    let failed = |error: std::io::Error| ApiError::internal(format!("layer {digest}: {error}"));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut tar = Vec::new();
    if body.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(body).read_to_end(&mut tar).map_err(failed)?;
    } else {
        tar.extend_from_slice(body);
    }
    // Whiteouts are about lower layers only, wherever they stand in this one.
    for entry in tar::Archive::new(tar.as_slice()).entries().map_err(failed)? {
        let path = inside(&entry.map_err(failed)?.path().map_err(failed)?)?;
        white_out(folder, &path).map_err(failed)?;
    }
    let mut archive = tar::Archive::new(tar.as_slice());
    for entry in archive.entries().map_err(failed)? {
        let mut entry = entry.map_err(failed)?;
        let path = inside(&entry.path().map_err(failed)?)?;
        if is_whiteout(&path) {
            continue;
        }
        // Refuses entries that would be written through a symbolic link out of the folder.
        if !entry.unpack_in(folder).map_err(failed)? {
            return Err(escape(&path));
        }
    }
    Ok(())
}

/// The path without `.` and leading `/`; `..` is refused.
fn inside(path: &Path) -> Result<PathBuf, ApiError> {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => clean.push(name),
            Component::CurDir | Component::RootDir => {}
            Component::ParentDir | Component::Prefix(_) => return Err(escape(path)),
        }
    }
    Ok(clean)
}

fn escape(path: &Path) -> ApiError {
    ApiError::internal(format!("the layer's entry {} would leave the image's folder", path.display()))
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn is_whiteout(path: &Path) -> bool {
    file_name(path).starts_with(WHITEOUT)
}

fn white_out(folder: &Path, path: &Path) -> std::io::Result<()> {
    let Some(name) = file_name(path).strip_prefix(WHITEOUT) else { return Ok(()) };
    let parent = folder.join(path.parent().unwrap_or(Path::new("")));
    let Ok(real) = parent.canonicalize() else { return Ok(()) };
    if !real.starts_with(folder.canonicalize()?) {
        return Err(std::io::Error::other(format!(
            "the whiteout {} would leave the image's folder",
            path.display()
        )));
    }
    if file_name(path) == OPAQUE {
        for child in fs::read_dir(&real)? {
            remove(&child?.path())?;
        }
        return Ok(());
    }
    if name.is_empty() || name == "." || name == ".." {
        return Err(std::io::Error::other(format!("{} is no whiteout", path.display())));
    }
    remove(&real.join(name))
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tar(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, text) in entries {
            let mut header = tar::Header::new_gnu();
            header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_size(text.len() as u64);
            header.set_mode(0o755);
            header.set_cksum();
            builder.append(&header, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn apply(folder: &Path, tar: &[u8]) -> Result<(), ApiError> {
        layer(&store::digest(tar), tar, folder)
    }

    #[test]
    fn whiteouts_hide_lower_layers() {
        let folder = tempfile::tempdir().unwrap();
        apply(folder.path(), &tar(&[("app/a", "1"), ("app/b", "1"), ("lib/x", "1"), ("lib/y", "1")]))
            .unwrap();
        apply(folder.path(), &tar(&[("app/.wh.a", ""), ("lib/z", "2"), ("lib/.wh..wh..opq", "")])).unwrap();
        let exists = |path: &str| folder.path().join(path).exists();
        assert!(
            !exists("app/a") && exists("app/b") && !exists("lib/x") && !exists("lib/y") && exists("lib/z")
        );
        assert!(!exists("app/.wh.a"));
    }

    #[test]
    fn nothing_leaves_the_folder() {
        let outside = tempfile::tempdir().unwrap();
        let folder = outside.path().join("image");
        fs::write(outside.path().join("keep"), "1").unwrap();
        assert!(apply(&folder, &tar(&[("../evil", "1")])).unwrap_err().message.contains("leave"));
        assert!(apply(&folder, &tar(&[("a/../../.wh.keep", "")])).is_err());
        fs::create_dir_all(&folder).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.join("link")).unwrap();
        assert!(apply(&folder, &tar(&[("link/evil", "1")])).is_err());
        assert!(apply(&folder, &tar(&[("link/.wh.keep", "")])).is_err());
        assert!(!outside.path().join("evil").exists() && outside.path().join("keep").exists());
        apply(&folder, &tar(&[("/absolute", "1")])).unwrap();
        assert!(folder.join("absolute").exists());
    }

    #[test]
    fn a_wrong_digest_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(layer("sha256:00", &tar(&[("a", "1")]), folder.path()).is_err());
    }
}
