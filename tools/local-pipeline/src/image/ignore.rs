//! `.dockerignore`.

use std::path::Path;

use regex::Regex;

use super::ImageError;

/// The last pattern that fits decides: <https://docs.docker.com/build/concepts/context/#dockerignore-files>.
#[derive(Debug, Clone, Default)]
pub struct Ignored {
    patterns: Vec<(Regex, bool)>,
}

impl Ignored {
    pub fn read(context: &Path) -> Result<Self, ImageError> {
        let path = context.join(".dockerignore");
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ImageError::Read { path, source }),
        }
    }

    fn parse(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let patterns = lines.filter_map(|line| {
            let (line, ignored) = line.strip_prefix('!').map_or((line, true), |rest| (rest, false));
            Some((
                Regex::new(&pattern(line.trim().trim_matches('/').trim_start_matches("./"))).ok()?,
                ignored,
            ))
        });
        Self { patterns: patterns.collect() }
    }

    /// `path` is relative to the context, with `/`.
    pub fn contains(&self, path: &str) -> bool {
        self.patterns
            .iter()
            .rev()
            .find(|(pattern, _)| pattern.is_match(path))
            .is_some_and(|(_, ignored)| *ignored)
    }
}

/// Fits the path and everything below it.
fn pattern(glob: &str) -> String {
    let mut regex = String::from("^");
    let mut rest = glob;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("**/") {
            regex.push_str("(?:.*/)?");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("**") {
            regex.push_str(".*");
            rest = after;
        } else {
            match character {
                '*' => regex.push_str("[^/]*"),
                '?' => regex.push_str("[^/]"),
                other => regex.push_str(&regex::escape(&other.to_string())),
            }
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
    }
    regex + "(?:/.*)?$"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let ignored = Ignored::parse(
            "**/__pycache__\n**/*.pyc\n# c\ntests\nrequirements*\n!requirements.txt\n/deploy/\n",
        );
        for path in [
            "__pycache__/a",
            "a/b/__pycache__/c.txt",
            "a/x.pyc",
            "x.pyc",
            "tests/a.py",
            "requirements-dev.txt",
            "deploy/x",
        ] {
            assert!(ignored.contains(path), "{path}");
        }
        for path in ["requirements.txt", "a/tests/b.py", "manage.py", "testsuite.py"] {
            assert!(!ignored.contains(path), "{path}");
        }
    }
}
