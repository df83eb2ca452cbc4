//! Invalidations: caller references, limits, path patterns.

use std::collections::BTreeMap;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use crate::api::ApiError;

/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-invalidations> (2026-11):
/// paths without a wildcard that may be in progress at once, per distribution.
const MAX_PATHS_IN_PROGRESS: usize = 3000;
/// The same page: paths with a wildcard.
const MAX_WILDCARDS_IN_PROGRESS: usize = 15;
/// The same page: the length of a path.
const MAX_PATH_CHARS: usize = 4000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalidation {
    pub id: String,
    pub caller_reference: String,
    pub paths: Vec<String>,
    pub created: Timestamp,
    pub completed: bool,
}

/// Oldest first.
#[derive(Default)]
pub struct Invalidations {
    all: Vec<Invalidation>,
}

/// Whether the invalidation is new or the answer to a retry.
pub enum Accepted {
    New(Invalidation),
    Known(Invalidation),
}

impl Invalidations {
    pub fn get(&self, id: &str) -> Option<&Invalidation> {
        self.all.iter().find(|invalidation| invalidation.id == id)
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Invalidation> {
        self.all.iter().rev()
    }

    pub fn in_progress(&self) -> usize {
        self.all.iter().filter(|invalidation| !invalidation.completed).count()
    }

    pub fn complete(&mut self, id: &str) {
        if let Some(invalidation) = self.all.iter_mut().find(|invalidation| invalidation.id == id) {
            invalidation.completed = true;
        }
    }

    pub fn accept(
        &mut self,
        caller_reference: String,
        paths: Vec<String>,
        now: Timestamp,
    ) -> Result<Accepted, ApiError> {
        check_paths(&paths)?;
        if let Some(known) = self.all.iter().find(|known| known.caller_reference == caller_reference) {
            return if same_paths(&known.paths, &paths) {
                Ok(Accepted::Known(known.clone()))
            } else {
                Err(ApiError::new(
                    "InvalidArgument",
                    "Your request contains a caller reference that was used for a previous invalidation batch for the same distribution.",
                ))
            };
        }
        self.check_limits(&paths)?;
        let id: String = uuid::Uuid::new_v4().simple().to_string().to_uppercase().chars().take(25).collect();
        let invalidation =
            Invalidation { id: format!("I{id}"), caller_reference, paths, created: now, completed: false };
        self.all.push(invalidation.clone());
        Ok(Accepted::New(invalidation))
    }

    fn check_limits(&self, paths: &[String]) -> Result<(), ApiError> {
        let running = self
            .all
            .iter()
            .filter(|invalidation| !invalidation.completed)
            .flat_map(|invalidation| &invalidation.paths);
        let (wildcards, plain): (Vec<&String>, Vec<&String>) =
            running.chain(paths).partition(|path| path.ends_with('*'));
        if paths.iter().filter(|path| !path.ends_with('*')).count() > MAX_PATHS_IN_PROGRESS {
            return Err(ApiError::with_status(
                413,
                "BatchTooLarge",
                "Your request contains too many invalidation paths.",
            ));
        }
        if plain.len() > MAX_PATHS_IN_PROGRESS || wildcards.len() > MAX_WILDCARDS_IN_PROGRESS {
            return Err(ApiError::new(
                "TooManyInvalidationsInProgress",
                "Processing your request will cause you to exceed the maximum number of in-progress invalidations.",
            ));
        }
        Ok(())
    }
}

fn same_paths(left: &[String], right: &[String]) -> bool {
    let count = |paths: &[String]| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for path in paths {
            *counts.entry(path.clone()).or_default() += 1;
        }
        counts
    };
    count(left) == count(right)
}

fn check_paths(paths: &[String]) -> Result<(), ApiError> {
    let valid = |path: &String| {
        path.starts_with('/')
            && path.len() <= MAX_PATH_CHARS
            && path.chars().all(|character| character.is_ascii_graphic())
            && path.find('*').is_none_or(|index| index + 1 == path.len())
    };
    if paths.is_empty() {
        return Err(ApiError::new(
            "InvalidArgument",
            "Your request contains empty/invalid/out of limits invalidation paths.",
        ));
    }
    if paths.iter().all(valid) {
        Ok(())
    } else {
        Err(ApiError::new("InvalidArgument", "Your request contains one or more invalid invalidation paths."))
    }
}

/// An invalidation path, percent-decoded as cached paths are.
pub struct PathPattern {
    text: String,
    wildcard: bool,
}

impl PathPattern {
    pub fn new(path: &str) -> Self {
        let (path, wildcard) = path.strip_suffix('*').map_or((path, false), |head| (head, true));
        Self { text: decode(path), wildcard }
    }

    pub fn matches(&self, path: &str) -> bool {
        if self.wildcard { path.starts_with(&self.text) } else { path == self.text }
    }
}

pub fn decode(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(state: &mut Invalidations, reference: &str, paths: &[&str]) -> Result<Accepted, ApiError> {
        state.accept(
            reference.to_owned(),
            paths.iter().map(|path| (*path).to_owned()).collect(),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn wildcards_only_at_the_end() {
        let mut state = Invalidations::default();
        for path in ["index.html", "/a*b", "/**", "/ä", "/with space", ""] {
            let error = accept(&mut state, path, &[path]).err().unwrap();
            assert_eq!(error.code, "InvalidArgument", "{path}");
        }
        for path in ["/", "/*", "/a%20b", "/assets/x*"] {
            assert!(accept(&mut state, path, &[path]).is_ok(), "{path}");
        }
    }

    #[test]
    fn limits_count_what_is_in_progress() {
        let mut state = Invalidations::default();
        let wildcards: Vec<String> = (0..15).map(|index| format!("/{index}*")).collect();
        let Accepted::New(first) = state.accept("a".into(), wildcards, Timestamp::UNIX_EPOCH).unwrap() else {
            panic!("not new")
        };
        assert_eq!(accept(&mut state, "b", &["/x*"]).err().unwrap().code, "TooManyInvalidationsInProgress");
        assert!(accept(&mut state, "c", &["/x"]).is_ok());
        state.complete(&first.id);
        assert!(accept(&mut state, "b", &["/x*"]).is_ok());
        let many: Vec<String> = (0..3001).map(|index| format!("/{index}")).collect();
        assert_eq!(
            state.accept("d".into(), many, Timestamp::UNIX_EPOCH).err().unwrap().code,
            "BatchTooLarge"
        );
    }

    #[test]
    fn patterns_are_decoded() {
        assert!(PathPattern::new("/a%20b").matches("/a b"));
        assert!(PathPattern::new("/%C3%BC*").matches("/über"));
        assert!(!PathPattern::new("/index.html").matches("/index.html2"));
        assert!(PathPattern::new("/*").matches("/"));
    }
}
