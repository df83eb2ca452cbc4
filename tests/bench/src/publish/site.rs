//! The site that is published: the same bytes on every machine. As Vite builds large applications: most files are chunks
//! with hashed names, few are large; some pages and files with fixed names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use md5::{Digest as _, Md5};

use crate::error::BenchError;

/// Mean size of a file.
const MEAN_BYTES: u64 = 28_000;
/// No tool uploads a file of this size in parts.
const LARGEST_BYTES: u64 = 4_000_000;
/// What the second release changes: `index.html` and this many chunks, which get new names.
const CHANGED_CHUNKS: usize = 19;

/// A release of the site, written to disk.
pub struct Site {
    pub folder: PathBuf,
    /// MD5 by path.
    pub files: BTreeMap<String, String>,
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    First,
    /// [`CHANGED_CHUNKS`] and `index.html` differ.
    Second,
}

impl Site {
    /// Writes `files` files below `folder`.
    pub fn write(folder: PathBuf, files: usize, release: Release) -> Result<Self, BenchError> {
        let mut site = Self { folder, files: BTreeMap::new(), bytes: 0 };
        for file in plan(files, release) {
            let content = file.content();
            let path = site.folder.join(&file.path);
            let parent = path.parent().unwrap_or(&site.folder);
            std::fs::create_dir_all(parent)
                .and_then(|()| std::fs::write(&path, &content))
                .map_err(BenchError::io(format!("write {}", path.display())))?;
            site.bytes += u64::try_from(content.len()).unwrap_or_default();
            site.files.insert(file.path, hex::encode(Md5::digest(&content)));
        }
        Ok(site)
    }

    /// As a fresh build leaves it: every file was written just now.
    pub fn touch(&self) -> Result<(), BenchError> {
        let now = SystemTime::now();
        for path in self.files.keys() {
            let path = self.folder.join(path);
            std::fs::File::options()
                .append(true)
                .open(&path)
                .and_then(|file| file.set_modified(now))
                .map_err(BenchError::io(format!("touch {}", path.display())))?;
        }
        Ok(())
    }

    /// Folder above, which some tools want to have.
    pub fn project(&self) -> &Path {
        self.folder.parent().unwrap_or(&self.folder)
    }
}

struct File {
    path: String,
    bytes: u64,
    seed: u64,
    /// Paths that a page references.
    references: Vec<String>,
}

impl File {
    fn content(&self) -> Vec<u8> {
        let mut rng = fastrand::Rng::with_seed(self.seed);
        let mut content = vec![0; usize::try_from(self.bytes).unwrap_or_default()];
        rng.fill(&mut content);
        if is(&self.path, "html") {
            for byte in &mut content {
                *byte = b'a' + *byte % 26;
            }
            let links =
                self.references.iter().map(|path| format!("<script type=module src=/{path}></script>"));
            content =
                [b"<!doctype html>".as_slice(), links.collect::<String>().as_bytes(), &content].concat();
        }
        content
    }
}

/// Kinds of files: how many of a hundred there are, where they lie, their extension, how they compare in size.
const KINDS: [(usize, &str, &str, f64); 7] = [
    (84, "assets/chunk", "js", 1.0),
    (7, "assets/style", "css", 0.6),
    (3, "assets/icon", "svg", 0.3),
    (2, "assets/font", "woff2", 4.0),
    (1, "assets/photo", "webp", 8.0),
    (1, "images/figure", "png", 5.0),
    (2, "pages/page", "html", 0.4),
];

/// Files with names that every site has.
const FIXED: [(&str, u64); 6] = [
    ("robots.txt", 70),
    ("favicon.ico", 15_086),
    ("manifest.webmanifest", 480),
    ("sitemap.xml", 4_100),
    ("version.json", 64),
    ("sw.js", 5_200),
];

fn plan(count: usize, release: Release) -> Vec<File> {
    let mut rng = fastrand::Rng::with_seed(30);
    let mut files: Vec<File> = FIXED
        .into_iter()
        .map(|(path, bytes)| File { path: path.into(), bytes, seed: rng.u64(..), references: Vec::new() })
        .collect();
    let others = count.saturating_sub(FIXED.len() + 1);
    let mut weights = Vec::with_capacity(others);
    for number in 0..others {
        let (_, stem, extension, weight) = kind(number);
        let seed = rng.u64(..);
        weights.push(weight * log_normal(&mut rng));
        let changes = release == Release::Second && number < CHANGED_CHUNKS;
        let seed = if changes { !seed } else { seed };
        let path = if stem.starts_with("assets/") {
            format!("{stem}{number}-{}.{extension}", hash(seed))
        } else {
            format!("{stem}{number}.{extension}")
        };
        files.push(File { path, bytes: 0, seed, references: Vec::new() });
    }
    let unit = crate::machine::as_f64(MEAN_BYTES) * crate::machine::as_f64(others as u64)
        / weights.iter().sum::<f64>();
    for (file, weight) in files.iter_mut().skip(FIXED.len()).zip(weights) {
        file.bytes = whole(weight * unit).clamp(200, LARGEST_BYTES);
    }
    let chunks: Vec<String> = files
        .iter()
        .map(|file| file.path.clone())
        .filter(|path| is(path, "js") && path.starts_with("assets/"))
        .collect();
    let pages = files.iter_mut().filter(|file| is(&file.path, "html"));
    for (number, page) in pages.enumerate() {
        // Not the chunks that change: a page with a fixed name would change with them.
        page.references.extend(chunks.get(CHANGED_CHUNKS + number).cloned());
    }
    let seed = rng.u64(..);
    let references = chunks.into_iter().take(CHANGED_CHUNKS).collect();
    files.push(File { path: "index.html".into(), bytes: 900, seed, references });
    files
}

/// The first files are chunks, so that those which change are; then kinds mix.
fn kind(number: usize) -> (usize, &'static str, &'static str, f64) {
    let place = if number < 84 { 0 } else { number * 37 % 100 };
    let mut until = 0;
    let [first, ..] = KINDS;
    KINDS
        .into_iter()
        .find(|kind| {
            until += kind.0;
            place < until
        })
        .unwrap_or(first)
}

fn is(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Sizes of files in builds are skewed: many small ones, few large ones.
fn log_normal(rng: &mut fastrand::Rng) -> f64 {
    let (a, b) = (rng.f64().max(f64::MIN_POSITIVE), rng.f64());
    let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
    (1.2 * normal).exp()
}

/// Eight characters as bundlers write them, always with a digit and a letter.
fn hash(seed: u64) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyzABCDEF";
    let mut rest = seed;
    let mut name: String = (0..7)
        .map(|_| {
            let letter = LETTERS.get(usize::try_from(rest % 32).unwrap_or_default());
            rest /= 32;
            char::from(letter.copied().unwrap_or(b'x'))
        })
        .collect();
    name.push(char::from(b'0' + u8::try_from(rest % 10).unwrap_or_default()));
    name
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are small and positive")]
fn whole(bytes: f64) -> u64 {
    bytes as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(release: Release) -> Vec<String> {
        plan(2_000, release).into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn as_large_as_said() {
        let files = plan(2_000, Release::First);
        assert_eq!(files.len(), 2_000);
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        assert!((53_000_000..57_000_000).contains(&bytes), "{bytes}");
        let names: std::collections::BTreeSet<_> = files.iter().map(|file| &file.path).collect();
        assert_eq!(names.len(), 2_000);
    }

    #[test]
    fn the_second_release_has_twenty_other_files() {
        let (first, second) = (plan(2_000, Release::First), plan(2_000, Release::Second));
        let differ: Vec<&str> = first
            .iter()
            .zip(&second)
            .filter(|(a, b)| a.content() != b.content())
            .map(|(_, b)| b.path.as_str())
            .collect();
        assert_eq!(differ.len(), CHANGED_CHUNKS + 1);
        assert!(differ.contains(&"index.html"));
        let old = paths(Release::First);
        assert_eq!(paths(Release::Second).iter().filter(|path| !old.contains(path)).count(), CHANGED_CHUNKS);
    }

    #[test]
    fn written_and_touched() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::write(folder.path().join("public"), 100, Release::First).unwrap();
        let index = site.folder.join("index.html");
        let old = SystemTime::UNIX_EPOCH;
        std::fs::File::options().append(true).open(&index).unwrap().set_modified(old).unwrap();
        site.touch().unwrap();
        assert!(index.metadata().unwrap().modified().unwrap() > old);
        assert_eq!(site.files["index.html"], hex::encode(Md5::digest(std::fs::read(index).unwrap())));
    }
}
