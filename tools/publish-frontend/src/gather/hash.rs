//! SHA-256 of files, whole and in the parts in which large ones are uploaded.

use std::io::Read as _;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest as _, Sha256};

/// A larger file is uploaded in parts.
pub const LARGEST_PUT_BYTES: u64 = 64 * 1024 * 1024;
/// Of a part, but for huge files: S3 takes at most 10,000 parts
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>, 2026-11).
const PART_BYTES: u64 = 16 * 1024 * 1024;
const MOST_PARTS: u64 = 10_000;
/// More threads than this wait for the disk.
const MOST_WORKERS: usize = 8;
/// Read in pieces of this size.
const PIECE_BYTES: usize = 128 * 1024;

pub struct Hashed {
    pub size_bytes: u64,
    /// Lowercase hex.
    pub sha256: String,
    /// Empty for what goes up in one request.
    pub part_sha256: Vec<[u8; 32]>,
}

impl Hashed {
    pub fn of(path: &Path) -> std::io::Result<Self> {
        of_file(path, &mut Vec::new())
    }
}

/// SHA-256 of something that comes in pieces.
#[derive(Default)]
pub struct Digest(Sha256);

impl Digest {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Lowercase hex.
    pub fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}

/// How large each part but the last is, of a file of this size.
pub fn part_bytes(size_bytes: u64) -> u64 {
    PART_BYTES.max(size_bytes.div_ceil(MOST_PARTS))
}

/// Of many files, in their order, on as many processors as there are.
pub fn of_files(paths: &[PathBuf]) -> Vec<std::io::Result<Hashed>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut piece, mut hashed) = (Vec::new(), Vec::new());
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(index) else { return hashed };
            hashed.push((index, of_file(path, &mut piece)));
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST_WORKERS);
    let mut all = std::thread::scope(|scope| {
        // Where the system gives no more threads, there are fewer.
        let start = |_| std::thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..workers).filter_map(start).collect();
        let mut all = work();
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    });
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, hashed)| hashed).collect()
}

/// `piece` is the buffer, so that many files share one.
fn of_file(path: &Path, piece: &mut Vec<u8>) -> std::io::Result<Hashed> {
    piece.resize(PIECE_BYTES, 0);
    let mut file = std::fs::File::open(path)?;
    let expected = file.metadata()?.len();
    let part_size = if expected > LARGEST_PUT_BYTES { part_bytes(expected) } else { u64::MAX };
    let (mut size_bytes, mut whole) = (0_u64, Sha256::new());
    let (mut part, mut in_part, mut part_sha256) = (Sha256::new(), 0_u64, Vec::new());
    loop {
        let room = usize::try_from(part_size - in_part).unwrap_or(usize::MAX).min(PIECE_BYTES);
        let read = file.read(piece.get_mut(..room).unwrap_or_default())?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        let count = u64::try_from(read).unwrap_or_default();
        whole.update(bytes);
        size_bytes += count;
        if part_size < u64::MAX {
            part.update(bytes);
            in_part += count;
            if in_part == part_size {
                part_sha256.push(part.finalize_reset().into());
                in_part = 0;
            }
        }
    }
    if in_part > 0 {
        part_sha256.push(part.finalize().into());
    }
    Ok(Hashed { size_bytes, sha256: hex::encode(whole.finalize()), part_sha256 })
}

/// Lowercase hex.
pub fn sha256_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_have_no_parts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        let hashed = of_file(&path, &mut Vec::new()).unwrap();
        assert_eq!(hashed.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((hashed.size_bytes, hashed.part_sha256.len()), (3, 0));
    }

    #[test]
    fn parts_are_those_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let file = std::fs::File::create(&path).unwrap();
        file.set_len(LARGEST_PUT_BYTES + 1).unwrap();
        let hashed = of_file(&path, &mut Vec::new()).unwrap();
        assert_eq!(hashed.part_sha256.len(), 5);
        assert_eq!(hex::encode(hashed.part_sha256[4]), sha256_of(&[0]));
        assert_eq!(hex::encode(hashed.part_sha256[0]), sha256_of(&vec![0; 16 * 1024 * 1024]));
    }

    #[test]
    fn no_file_has_too_many_parts() {
        let huge = 5 * 1024_u64.pow(4);
        assert!(huge.div_ceil(part_bytes(huge)) <= MOST_PARTS);
        assert_eq!(part_bytes(LARGEST_PUT_BYTES + 1), PART_BYTES);
    }
}
