//! What a release changes in production: commits, images, settings of the task definition, files of the site.
//!
//! Each is known or said to be missing. Values of settings are never part of it, only their names.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::dossier::Known;
use crate::frontend::Manifest;
use crate::frontend::caching::Class;
use crate::taskdef::compare::changes;

/// Everything that is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contents {
    pub commits: Known<Range>,
    /// One for each deploy action of the production stage.
    pub deployments: Known<Vec<Deployment>>,
    pub frontend: Known<Frontend>,
}

/// What a policy may require to be known before an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// The report of the deployment in the test environment.
    Report,
    /// Every commit between production and this release.
    Commits,
    /// Every image, pinned by its digest.
    Image,
    TaskDefinition,
    Frontend,
}

impl Piece {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Commits => "commit range",
            Self::Image => "image digest",
            Self::TaskDefinition => "task-definition difference",
            Self::Frontend => "frontend difference",
        }
    }
}

/// The commits between production and this release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Range {
    pub source: RangeSource,
    /// Newest first.
    pub commits: Vec<Passed>,
    /// Commits that production has and this release has not. Only git knows them.
    pub taken_back: Vec<Passed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RangeSource {
    /// A checkout that has both commits: complete.
    Git,
    /// The pipeline's executions since: one commit for each; others may lie between them.
    Executions,
    /// Production has this commit.
    Same,
}

impl Range {
    pub const fn is_complete(&self) -> bool {
        matches!(self.source, RangeSource::Git | RangeSource::Same)
    }
}

/// One commit of a range.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Passed {
    pub sha: String,
    pub author: Option<String>,
    pub author_id: Option<String>,
    /// First line, and the trailers that name co-authors.
    pub message: Option<String>,
}

/// What one deploy action of the production stage brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deployment {
    pub action: String,
    pub images: Known<Vec<Image>>,
    pub task_definition: Known<Settings>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    pub container: String,
    pub image: String,
    /// What production runs in this container.
    pub before: Option<String>,
}

impl Image {
    /// `sha256:…`
    pub fn digest(&self) -> Option<&str> {
        self.image.split_once('@').map(|(_, digest)| digest).filter(|digest| digest.starts_with("sha256:"))
    }

    pub fn is_new(&self) -> bool {
        self.before.as_deref() != Some(self.image.as_str())
    }
}

/// How the task definition differs from the one that production runs, images aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// ARN of what production runs.
    pub against: String,
    pub changed: Vec<Setting>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// `containerDefinitions/web/environment/DB_URL/value`
    pub path: String,
    pub change: SettingChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingChange {
    Added,
    Removed,
    Changed,
}

/// Container and image of every container, in the order of the definition; `before` is what production runs.
pub fn images(definition: &Json, before: Option<&Json>) -> Vec<Image> {
    let containers = |definition: &Json| -> Vec<(String, String)> {
        let list = definition.get("containerDefinitions").and_then(Json::as_array);
        let text = |container: &Json, key: &str| {
            container.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
        };
        list.into_iter()
            .flatten()
            .map(|container| (text(container, "name"), text(container, "image")))
            .collect()
    };
    let live = before.map(containers).unwrap_or_default();
    let image = |(container, image): (String, String)| Image {
        before: live.iter().find(|(name, _)| *name == container).map(|(_, image)| image.clone()),
        container,
        image,
    };
    containers(definition).into_iter().map(image).collect()
}

/// Which settings differ between two canonical definitions. Images are told apart, by [`images`].
pub fn settings(against: &str, before: &Json, after: &Json) -> Settings {
    let is_image = |path: &str| path.starts_with("containerDefinitions/") && path.ends_with("/image");
    let found = changes(before, after, &BTreeSet::new());
    let changed = found.into_iter().filter(|change| !is_image(&change.path)).map(|change| Setting {
        change: match (&change.before, &change.after) {
            (None, _) => SettingChange::Added,
            (_, None) => SettingChange::Removed,
            _ => SettingChange::Changed,
        },
        path: change.path,
    });
    Settings { against: against.to_owned(), changed: changed.collect() }
}

/// How the site differs from the one that visitors see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Frontend {
    /// What the live release is called; none: nothing was published yet.
    pub live: Option<String>,
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
    /// Bytes of what is added and changed.
    pub bytes: u64,
}

impl Frontend {
    pub fn is_same(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

/// Files differ by content or headers. Pages come first in each list: what a visitor opens matters most.
pub fn frontend(live: Option<&Manifest>, next: &Manifest) -> Frontend {
    let old = |path: &String| live.and_then(|live| live.files.get(path));
    let by_page = |mut paths: Vec<(Class, String)>| {
        paths.sort_by(|(left, a), (right, b)| right.cmp(left).then_with(|| a.cmp(b)));
        paths.into_iter().map(|(_, path)| path).collect()
    };
    let (mut added, mut changed, mut bytes) = (Vec::new(), Vec::new(), 0_u64);
    for (path, entry) in &next.files {
        let list = match old(path) {
            None => &mut added,
            Some(before) if before.sha256 != entry.sha256 || before.headers != entry.headers => &mut changed,
            Some(_) => continue,
        };
        list.push((entry.class, path.clone()));
        bytes = bytes.saturating_add(entry.size_bytes);
    }
    let gone =
        live.into_iter().flat_map(|live| &live.files).filter(|(path, _)| !next.files.contains_key(*path));
    let removed = gone.map(|(path, entry)| (entry.class, path.clone())).collect();
    Frontend {
        live: live.map(|live| live.release.clone()),
        added: by_page(added),
        changed: by_page(changed),
        removed: by_page(removed),
        bytes,
    }
}

impl Contents {
    /// Why a required piece is not known; nothing when it is.
    pub fn missing(&self, piece: Piece) -> Option<String> {
        match piece {
            // The report has its own rules.
            Piece::Report => None,
            Piece::Commits => match &self.commits {
                Known::Missing { why } => Some(why.clone()),
                Known::Known(range) if !range.is_complete() => {
                    Some("only the pipeline's executions are known, not every commit".to_owned())
                }
                Known::Known(_) => None,
            },
            Piece::Image => self.of_each(|deployment| match &deployment.images {
                Known::Missing { why } => Some(why.clone()),
                Known::Known(images) => images.iter().find(|image| image.digest().is_none()).map(|image| {
                    format!("the image of container {} is not pinned by digest", image.container)
                }),
            }),
            Piece::TaskDefinition => self.of_each(|deployment| match &deployment.task_definition {
                Known::Missing { why } => Some(why.clone()),
                Known::Known(_) => None,
            }),
            Piece::Frontend => match &self.frontend {
                Known::Missing { why } => Some(why.clone()),
                Known::Known(_) => None,
            },
        }
    }

    fn of_each(&self, missing: impl Fn(&Deployment) -> Option<String>) -> Option<String> {
        match &self.deployments {
            Known::Missing { why } => Some(why.clone()),
            Known::Known(deployments) => deployments.iter().find_map(missing),
        }
    }
}

#[cfg(test)]
#[path = "contents_tests.rs"]
mod tests;
