//! Which release is put back, and what that means as a release of its own: the planner does the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Desired, Plan};
use super::release::{Entry, LocalFile, Manifest, Past, Record, RemoteObject};

/// Why no release can be put back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RollbackError {
    #[error("nothing was published here yet")]
    NothingPublished,
    #[error("no earlier release is kept; {live} is the oldest one that can be live")]
    NothingBefore { live: String },
    #[error("there is no release {wanted} to put back; there are: {}", .known.join(", "))]
    Unknown { wanted: String, known: Vec<String> },
    #[error("release {0} is live, and the bucket is as it left it")]
    IsLive(String),
    #[error("the bucket is not as release {live} left it: a run was cut off, or somebody changed it")]
    Disturbed { live: String, before: Option<String> },
    #[error("{} file(s) of release {release} are neither in the bucket nor in its record: {}", .paths.len(), .paths.join(", "))]
    Gone { release: String, paths: Vec<String> },
}

/// The release called `wanted` (or with this sequence number); without a name, the one that was live before the live one's
/// files were published. So rolling back twice goes back twice, and never forward to the release that was left. Where the
/// bucket is not what the live release left, "the one before" could mean either, so it must be named.
pub fn choose(
    live: &Manifest,
    objects: &BTreeMap<String, RemoteObject>,
    wanted: Option<&str>,
) -> Result<Past, RollbackError> {
    let now = live.past();
    let newest_first = || live.history.iter().rev();
    let Some(wanted) = wanted else {
        let before = newest_first().find(|past| past.content() < now.content());
        if !is_whole(live, objects) {
            let before = before.map(|past| past.release.clone());
            return Err(RollbackError::Disturbed { live: live.release.clone(), before });
        }
        return before.cloned().ok_or_else(|| RollbackError::NothingBefore { live: live.release.clone() });
    };
    let by_name = newest_first().find(|past| past.release == wanted);
    let by_number = || newest_first().find(|past| past.sequence.to_string() == wanted);
    by_name.or_else(by_number).cloned().ok_or_else(|| {
        let known: BTreeSet<&str> = live.history.iter().map(|past| past.release.as_str()).collect();
        RollbackError::Unknown {
            wanted: wanted.to_owned(),
            known: known.into_iter().map(str::to_owned).collect(),
        }
    })
}

/// Whether every file of the live release is the object that it uploaded.
fn is_whole(live: &Manifest, objects: &BTreeMap<String, RemoteObject>) -> bool {
    let same = |(path, entry): (&String, &Entry)| objects.get(path).is_some_and(|it| it.etag == entry.etag);
    live.files.iter().all(same)
}

/// The recorded release as what the site is to be.
pub fn desired(record: &Record, past: &Past) -> Desired {
    let files = record.manifest.files.iter().map(|(path, entry)| LocalFile {
        path: path.clone(),
        size_bytes: entry.size_bytes,
        sha256: entry.sha256.clone(),
        class: entry.class,
        headers: entry.headers.clone(),
    });
    Desired { release: past.release.clone(), files: files.collect(), restores: Some(past.content()) }
}

/// Refuses a rollback whose files are not all to be had: a page without its files must not come back.
pub fn check_bodies(plan: &Plan, record: &Record, live: &Manifest) -> Result<(), RollbackError> {
    let paths: Vec<String> = plan
        .uploads()
        .map(|upload| &upload.file)
        .filter(|file| !record.bodies.contains_key(&file.path) && !live.bodies.contains_key(&file.sha256))
        .map(|file| file.path.clone())
        .collect();
    if paths.is_empty() { Ok(()) } else { Err(RollbackError::Gone { release: plan.release.clone(), paths }) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn live(history: &[(u64, &str, Option<u64>)]) -> Manifest {
        let history: Vec<Past> = history
            .iter()
            .map(|(sequence, release, restores)| Past {
                sequence: *sequence,
                release: (*release).to_owned(),
                published_s: 0,
                files: 1,
                restores: *restores,
            })
            .collect();
        let last = history.last().unwrap().clone();
        Manifest {
            schema: super::super::release::SCHEMA.to_owned(),
            release: last.release,
            sequence: last.sequence,
            published_s: 0,
            files: BTreeMap::new(),
            retired: BTreeMap::new(),
            history,
            dropped: Vec::new(),
            bodies: BTreeMap::new(),
        }
    }

    fn chosen(history: &[(u64, &str, Option<u64>)], wanted: Option<&str>) -> Result<u64, RollbackError> {
        choose(&live(history), &BTreeMap::new(), wanted).map(|past| past.sequence)
    }

    #[test]
    fn twice_goes_back_twice() {
        assert_eq!(chosen(&[(1, "a", None), (2, "b", None), (3, "c", None)], None), Ok(2));
        let after = [(1, "a", None), (2, "b", None), (3, "c", None), (4, "b", Some(2))];
        assert_eq!(chosen(&after, None), Ok(1));
        let oldest = [(2, "b", None), (3, "c", None), (5, "a", Some(1))];
        assert_eq!(chosen(&oldest, None), Err(RollbackError::NothingBefore { live: "a".into() }));
        // A release after a rollback goes back to what was live before it, not to what was rolled back.
        assert_eq!(chosen(&[(1, "a", None), (2, "b", None), (3, "a", Some(1)), (4, "d", None)], None), Ok(3));
    }

    #[test]
    fn by_name_or_number() {
        let history = [(1, "a", None), (2, "b", None), (3, "a", None), (4, "d", None)];
        assert_eq!(chosen(&history, Some("a")), Ok(3));
        assert_eq!(chosen(&history, Some("1")), Ok(1));
        // The live one too: a run that was cut off may have changed the bucket.
        assert_eq!(chosen(&history, Some("d")), Ok(4));
        let error = chosen(&history, Some("x")).unwrap_err().to_string();
        assert_eq!(error, "there is no release x to put back; there are: a, b, d");
    }
}
