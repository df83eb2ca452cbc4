//! What a release changes in the task definition. For people who read the report: values of environment variables are
//! never in it, only that they changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Longest value that is shown.
const MAX_VALUE_CHARS: usize = 400;
/// Stands for a value that is there and not shown.
const NOT_SHOWN: &str = "(not shown)";

/// A value of a task definition, by the path that names it: `memory`, `containers.web.image`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    Shown(String),
    /// Compared, but never told.
    Hidden(String),
}

pub type Settings = BTreeMap<String, Setting>;

/// The difference between what is live and green.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDefinitionDiff {
    /// `family:revision`; absent where nothing was live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    pub after: String,
    pub changes: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The values are not shown.
    pub hidden: bool,
}

/// What differs, by path. Without `before` there is nothing to compare with, and so no change.
pub fn diff(before: Option<(&str, &Settings)>, after: (&str, &Settings)) -> TaskDefinitionDiff {
    let (name, settings) = after;
    let changes = before.map(|(_, old)| changes(old, settings)).unwrap_or_default();
    TaskDefinitionDiff {
        before: before.map(|(name, _)| short_name(name).to_owned()),
        after: short_name(name).to_owned(),
        changes,
    }
}

fn changes(old: &Settings, new: &Settings) -> Vec<Change> {
    let mut paths: Vec<&String> = old.keys().chain(new.keys()).collect();
    paths.sort();
    paths.dedup();
    let differing = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
    differing
        .map(|path| {
            let (before, after) = (old.get(path), new.get(path));
            let hidden = [before, after].iter().any(|value| matches!(value, Some(Setting::Hidden(_))));
            let show = |value: &Setting| match value {
                Setting::Shown(text) if !hidden => text.chars().take(MAX_VALUE_CHARS).collect(),
                _ => NOT_SHOWN.to_owned(),
            };
            Change { path: path.clone(), before: before.map(show), after: after.map(show), hidden }
        })
        .collect()
}

/// `family:revision` of a task definition's ARN.
pub fn short_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(values: &[(&str, Setting)]) -> Settings {
        values.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect()
    }

    fn shown(text: &str) -> Setting {
        Setting::Shown(text.to_owned())
    }

    fn hidden(text: &str) -> Setting {
        Setting::Hidden(text.to_owned())
    }

    #[test]
    fn tells_what_changed_and_hides_the_environment() {
        let old = settings(&[
            ("cpu", shown("256")),
            ("memory", shown("512")),
            ("containers.web.environment.MODE", hidden("secret-a")),
            ("containers.web.environment.SAME", hidden("x")),
            ("containers.web.secrets.OLD", shown("/old")),
        ]);
        let new = settings(&[
            ("cpu", shown("256")),
            ("memory", shown("1024")),
            ("containers.web.environment.MODE", hidden("secret-b")),
            ("containers.web.environment.SAME", hidden("x")),
            ("containers.web.environment.MORE", hidden("secret-c")),
        ]);
        let found = diff(Some(("arn:aws:ecs:eu-central-1:1:task-definition/web:3", &old)), ("web:4", &new));
        assert_eq!((found.before.as_deref(), found.after.as_str()), (Some("web:3"), "web:4"));
        let lines: Vec<_> = found
            .changes
            .iter()
            .map(|change| {
                (change.path.as_str(), change.before.as_deref(), change.after.as_deref(), change.hidden)
            })
            .collect();
        assert_eq!(
            lines,
            [
                ("containers.web.environment.MODE", Some(NOT_SHOWN), Some(NOT_SHOWN), true),
                ("containers.web.environment.MORE", None, Some(NOT_SHOWN), true),
                ("containers.web.secrets.OLD", Some("/old"), None, false),
                ("memory", Some("512"), Some("1024"), false),
            ]
        );
        assert!(!serde_json::to_string(&found).unwrap().contains("secret-"));
    }

    #[test]
    fn the_first_one_changes_nothing() {
        let new = settings(&[("cpu", shown("256"))]);
        let found = diff(None, ("web:1", &new));
        assert_eq!(found, TaskDefinitionDiff { before: None, after: "web:1".into(), changes: vec![] });
    }

    #[test]
    fn a_value_that_becomes_hidden_is_not_told_either() {
        let old = settings(&[("a", shown("old"))]);
        let new = settings(&[("a", hidden("new"))]);
        let found = diff(Some(("w:1", &old)), ("w:2", &new));
        let not_shown = Some(NOT_SHOWN.to_owned());
        assert_eq!(
            found.changes,
            [Change { path: "a".into(), before: not_shown.clone(), after: not_shown, hidden: true }]
        );
    }
}
