//! Findings as text for people, as JSON and as GitHub annotations.
//!
//! Values of environment variables are blanked out in the quoted source lines.

use std::fmt::Write as _;

use super::finding::{Finding, Severity};
use super::node::{Node, Place, Value, child, is_environment_value};
use crate::report::printable;

/// The input files, in the order of [`Place::file`].
#[derive(Debug, Clone, Default)]
pub struct Sources(Vec<Source>);

#[derive(Debug, Clone)]
struct Source {
    name: String,
    lines: Vec<String>,
}

impl Sources {
    /// Adds a file by the name that findings show; the result is its index.
    pub fn add(&mut self, name: &str, text: &str) -> usize {
        self.0.push(Source { name: name.to_owned(), lines: text.lines().map(str::to_owned).collect() });
        self.0.len() - 1
    }

    pub fn name(&self, file: usize) -> &str {
        self.0.get(file).map_or("?", |source| source.name.as_str())
    }

    fn line(&self, place: Place) -> Option<&str> {
        self.0.get(place.file)?.lines.get(place.line.checked_sub(1)?).map(String::as_str)
    }

    /// Blanks out the values of environment variables, so that no finding quotes them.
    pub fn mask(&mut self, tree: &Node) {
        let mut hidden = Vec::new();
        collect_hidden(tree, "", &mut hidden);
        for place in hidden {
            let line = self.0.get_mut(place.file).and_then(|s| s.lines.get_mut(place.line.saturating_sub(1)));
            if let Some(line) = line {
                let hide = place.column..place.column + place.width;
                *line =
                    line.chars().zip(1..).map(|(c, at)| if hide.contains(&at) { '*' } else { c }).collect();
            }
        }
    }
}

fn collect_hidden(node: &Node, pointer: &str, hidden: &mut Vec<Place>) {
    match &node.value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_hidden(item, &child(pointer, &index.to_string()), hidden);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                collect_hidden(&member.node, &child(pointer, key), hidden);
            }
        }
        _ if is_environment_value(pointer) => hidden.push(node.at),
        _ => {}
    }
}

/// Whether the terminal gets colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Colour,
}

/// One finding as a compiler would print it: place, message, source line, caret.
pub fn text(finding: &Finding, sources: &Sources, paint: Paint) -> String {
    let (bold, end) = match (paint, finding.severity) {
        (Paint::Plain, _) => ("", ""),
        (Paint::Colour, Severity::Error) => ("\u{1b}[1;31m", "\u{1b}[0m"),
        (Paint::Colour, Severity::Warning) => ("\u{1b}[1;33m", "\u{1b}[0m"),
    };
    let Place { file, line, column, width } = finding.place;
    let mut out =
        format!("{bold}{}[{}]{end} {}", finding.severity.word(), finding.rule, printable(sources.name(file)));
    if line > 0 {
        let _ = write!(out, ":{line}:{column}");
    }
    if !finding.pointer.is_empty() {
        let _ = write!(out, " {}", printable(&finding.pointer));
    }
    let _ = writeln!(out, ": {}", printable(&finding.message));
    if let Some(source) = sources.line(finding.place) {
        // A tab is one character here and there, so that the caret stands under what it means.
        let shown = printable(&source.replace('\t', " "));
        let carets = width.min(source.chars().count().saturating_sub(column.saturating_sub(1)).max(1));
        let _ = writeln!(out, "{line:>5} | {shown}");
        let _ = writeln!(
            out,
            "      | {}{bold}{}{end}",
            " ".repeat(column.saturating_sub(1)),
            "^".repeat(carets)
        );
    }
    out
}

/// One finding as data.
pub fn json(finding: &Finding, sources: &Sources) -> serde_json::Value {
    serde_json::json!({
        "rule": finding.rule,
        "severity": finding.severity,
        "file": sources.name(finding.place.file),
        "line": finding.place.line,
        "column": finding.place.column,
        "pointer": finding.pointer,
        "message": finding.message,
    })
}

/// One finding as a GitHub workflow command
/// (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>, 2026-11). `folder` is put before the name.
pub fn github(finding: &Finding, sources: &Sources, folder: &str) -> String {
    let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
    let name = sources.name(finding.place.file);
    let file =
        if folder.is_empty() { name.to_owned() } else { format!("{}/{name}", folder.trim_end_matches('/')) };
    format!(
        "::{} file={},line={},col={},title={}::{} {}\n",
        finding.severity.word(),
        property(&file),
        finding.place.line.max(1),
        finding.place.column.max(1),
        property(finding.rule),
        escape(&finding.pointer),
        escape(&finding.message)
    )
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taskdef::{finding::Findings, json};

    #[test]
    fn a_quoted_line_hides_environment_values() {
        let source = "{\"containerDefinitions\": [{\"environment\": [{\"name\": \"A\", \"value\": \"s3cret\"}], \"memmory\": 5}]}";
        let mut sources = Sources::default();
        let file = sources.add("taskdef.json", source);
        let tree = json::parse(source, file).unwrap();
        sources.mask(&tree);
        let mut findings = Findings::default();
        findings.add("TD-UNKNOWN-KEY", tree.at, "/containerDefinitions/0/memmory", "100%\nsure");
        let shown = text(&findings.as_slice()[0], &sources, Paint::Plain);
        assert!(!shown.contains("s3cret") && shown.contains("\"value\": ********}"), "{shown}");
        let annotation = github(&findings.as_slice()[0], &sources, "backend/deploy/");
        assert_eq!(
            annotation,
            "::error file=backend/deploy/taskdef.json,line=1,col=1,title=TD-UNKNOWN-KEY::/containerDefinitions/0/memmory 100%25%0Asure\n"
        );
    }
}
