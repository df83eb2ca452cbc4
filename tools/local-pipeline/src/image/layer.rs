//! A layer that depends on nothing but the names, bits and contents of its files.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::ImageError;
use super::ignore::Ignored;

pub struct Layer {
    /// Of the compressed bytes.
    pub digest: String,
    /// Of the tar.
    pub diff_id: String,
    pub compressed: Bytes,
}

enum Node {
    Folder,
    File { path: PathBuf, executable: bool },
    Link(PathBuf),
}

/// Files by their path in the image, without the leading `/`.
#[derive(Default)]
pub struct Tree {
    nodes: BTreeMap<String, Node>,
}

impl Tree {
    /// Adds `root/source` as `COPY source destination` does: a folder's contents, or one file.
    pub fn add(
        &mut self,
        root: &Path,
        source: &str,
        destination: &str,
        ignored: &Ignored,
    ) -> Result<(), ImageError> {
        let source = source.trim_start_matches("./").trim_matches('/');
        let from = if source.is_empty() || source == "." { root.to_owned() } else { root.join(source) };
        let outside = || ImageError::Read {
            path: from.clone(),
            source: std::io::Error::other("outside of the build context"),
        };
        if source.split('/').any(|part| part == "..") {
            return Err(outside());
        }
        let metadata =
            std::fs::metadata(&from).map_err(|source| ImageError::Read { path: from.clone(), source })?;
        if metadata.is_file() {
            let name = if destination.ends_with('/') {
                format!("{destination}{}", file_name(&from))
            } else {
                destination.to_owned()
            };
            return self.insert(&from, &name);
        }
        self.folders(destination);
        for entry in WalkDir::new(&from).min_depth(1).sort_by_file_name() {
            let entry =
                entry.map_err(|error| ImageError::Read { path: from.clone(), source: error.into() })?;
            let in_context = relative(entry.path(), root);
            if ignored.contains(&in_context) {
                continue;
            }
            let name = format!("{}/{}", destination.trim_end_matches('/'), relative(entry.path(), &from));
            if entry.file_type().is_dir() {
                // Folders come with their files, so that an ignored folder leaves nothing.
                continue;
            }
            self.insert(entry.path(), &name)?;
        }
        Ok(())
    }

    fn insert(&mut self, path: &Path, name: &str) -> Result<(), ImageError> {
        let failed = |source| ImageError::Read { path: path.to_owned(), source };
        let metadata = std::fs::symlink_metadata(path).map_err(failed)?;
        let node = if metadata.is_symlink() {
            Node::Link(std::fs::read_link(path).map_err(failed)?)
        } else {
            Node::File { path: path.to_owned(), executable: metadata.permissions().mode() & 0o100 != 0 }
        };
        self.folders(name.rsplit_once('/').map_or("", |(folder, _)| folder));
        self.nodes.insert(name.trim_matches('/').to_owned(), node);
        Ok(())
    }

    fn folders(&mut self, path: &str) {
        let mut whole = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if !whole.is_empty() {
                whole.push('/');
            }
            whole.push_str(part);
            self.nodes.entry(whole.clone()).or_insert(Node::Folder);
        }
    }

    pub fn pack(&self) -> Result<Layer, ImageError> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, node) in &self.nodes {
            append(&mut builder, name, node).map_err(|source| match node {
                Node::File { path, .. } => ImageError::Read { path: path.clone(), source },
                Node::Folder | Node::Link(_) => ImageError::Read { path: PathBuf::from(name), source },
            })?;
        }
        let memory = |source| ImageError::Write { path: PathBuf::from("layer"), source };
        let tar = builder.into_inner().map_err(memory)?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&tar).map_err(memory)?;
        let compressed = Bytes::from(encoder.finish().map_err(memory)?);
        Ok(Layer { digest: digest(&compressed), diff_id: digest(&tar), compressed })
    }
}

fn append(builder: &mut tar::Builder<Vec<u8>>, name: &str, node: &Node) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mode(0o755);
    header.set_size(0);
    match node {
        Node::Folder => {
            header.set_entry_type(tar::EntryType::Directory);
            builder.append_data(&mut header, format!("{name}/"), std::io::empty())
        }
        Node::Link(target) => {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_mode(0o777);
            builder.append_link(&mut header, name, target)
        }
        Node::File { path, executable } => {
            let body = std::fs::read(path)?;
            header.set_mode(if *executable { 0o755 } else { 0o644 });
            header.set_size(body.len() as u64);
            builder.append_data(&mut header, name, body.as_slice())
        }
    }
}

fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// `sha256:…`
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}
