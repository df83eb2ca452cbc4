//! What of a build folder does not belong on a site: secrets, repositories, leftovers, source maps. `.well-known` does.

use std::path::Path;

use globset::{Glob, GlobSet, GlobSetBuilder};
use greenlight_core::frontend::own;
use serde::Serialize;

use crate::error::PublishError;

/// A file or folder of the build that is not published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    pub path: String,
    pub why: WhyLeftOut,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyLeftOut {
    /// Such files hold secrets. Nothing takes them along.
    Secret,
    /// The name of the folder that this program writes in the bucket. Nothing takes it along.
    Reserved,
    /// Of tools, not of the site; `--include` takes them along.
    Leftover,
    SourceMap,
    Excluded,
}

/// Which files are taken.
pub struct Choice {
    include: GlobSet,
    exclude: GlobSet,
    source_maps: bool,
}

impl Choice {
    pub fn new(include: &[String], exclude: &[String], source_maps: bool) -> Result<Self, PublishError> {
        Ok(Self { include: globs(include)?, exclude: globs(exclude)?, source_maps })
    }

    /// Why the file or folder at `path` is left out; nothing where it is taken.
    pub fn left_out(&self, path: &str, is_dir: bool) -> Option<WhyLeftOut> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if is_secret(name) {
            return Some(WhyLeftOut::Secret);
        }
        if name == own::FOLDER.trim_end_matches('/') {
            return Some(WhyLeftOut::Reserved);
        }
        // A folder may hold what is asked for.
        if self.include.is_match(path) || (is_dir && !self.include.is_empty() && is_leftover(name)) {
            return None;
        }
        let map = Path::new(name).extension().is_some_and(|extension| extension == "map");
        if self.exclude.is_match(path) {
            Some(WhyLeftOut::Excluded)
        } else if path.split('/').any(is_leftover) {
            Some(WhyLeftOut::Leftover)
        } else if map && !is_dir && !self.source_maps {
            Some(WhyLeftOut::SourceMap)
        } else {
            None
        }
    }
}

fn is_secret(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    name.starts_with(".env")
        || [".git", ".npmrc", ".netrc", ".htpasswd", ".aws", ".ssh"].contains(&name)
        || extension.is_some_and(|extension| ["pem", "p12", "pfx"].contains(&extension.as_str()))
}

fn is_leftover(name: &str) -> bool {
    [".vite", ".DS_Store", "Thumbs.db", ".gitignore", ".gitkeep"].contains(&name)
}

pub fn globs(list: &[String]) -> Result<GlobSet, PublishError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        let choice = Choice::new(
            &["keep/**".into(), "x.map".into(), ".env.x".into()],
            &["keep/a".into(), "*.tmp".into()],
            false,
        )
        .unwrap();
        for (path, why) in [
            ("index.html", None),
            (".well-known/security.txt", None),
            ("environment.js", None),
            (".env", Some(WhyLeftOut::Secret)),
            (".env.x", Some(WhyLeftOut::Secret)),
            (".envrc", Some(WhyLeftOut::Secret)),
            (".greenlight", Some(WhyLeftOut::Reserved)),
            (".vite/manifest.json", Some(WhyLeftOut::Leftover)),
            ("deep/KEY.PEM", Some(WhyLeftOut::Secret)),
            (".vite", Some(WhyLeftOut::Leftover)),
            ("a.js.map", Some(WhyLeftOut::SourceMap)),
            ("x.map", None),
            ("b.tmp", Some(WhyLeftOut::Excluded)),
            ("keep/a", None),
        ] {
            assert_eq!(choice.left_out(path, false), why, "{path}");
        }
        assert!(Choice::new(&[], &["[".into()], false).is_err());
    }
}
