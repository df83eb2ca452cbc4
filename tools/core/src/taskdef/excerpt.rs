//! Findings as text for people, as JSON and as GitHub annotations.
//!
//! Values of environment variables are blanked out in the quoted source lines.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use super::document::Form;
use super::finding::{Finding, Severity};
use super::node::{Node, Place, Value, child, is_environment_value};
use crate::report::printable;

/// Characters of a source line that are shown; a longer line is cut around the place.
const MAX_SHOWN: usize = 160;

/// The input files, in the order of [`Place::file`].
#[derive(Debug, Clone, Default)]
pub struct Sources(Vec<Source>);

#[derive(Debug, Clone)]
struct Source {
    name: String,
    form: Form,
    lines: Vec<String>,
}

impl Sources {
    /// Adds a file by the name that findings show; the result is its index.
    pub fn add(&mut self, name: &str, text: &str) -> usize {
        let text = text.trim_start_matches('\u{feff}');
        self.0.push(Source {
            name: name.to_owned(),
            form: Form::of(name, text),
            lines: text.lines().map(str::to_owned).collect(),
        });
        self.0.len() - 1
    }

    pub fn name(&self, file: usize) -> &str {
        self.0.get(file).map_or("?", |source| source.name.as_str())
    }

    /// The names of all files, by [`Place::file`].
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|source| source.name.clone()).collect()
    }

    fn line(&self, place: Place) -> Option<&str> {
        self.0.get(place.file)?.lines.get(place.line.checked_sub(1)?).map(String::as_str)
    }

    /// Blanks out the values of environment variables, so that no finding quotes them.
    pub fn mask(&mut self, tree: &Node) {
        let mut seen = Seen::default();
        seen.collect(tree, "");
        seen.places.sort_unstable();
        for (file, source) in self.0.iter_mut().enumerate() {
            let mut hidden: Vec<(usize, Range<usize>)> = Vec::new();
            let anchored = seen.texts.iter().filter(|(place, text)| {
                source.form == Form::Yaml && source.has_anchor(*place) && seen.hidden_texts.contains(text)
            });
            let places = seen.hidden.iter().chain(anchored.map(|(place, _)| place));
            for place in places.filter(|place| place.file == file) {
                match source.form {
                    Form::Json => hidden.push((place.line, place.column..place.column + place.width)),
                    Form::Yaml => hidden.extend(seen.until_the_next(*place, source.lines.len())),
                }
            }
            source.blank(hidden);
        }
    }
}

impl Source {
    /// Whether the line of `place` defines a YAML anchor, whose value stands elsewhere too.
    fn has_anchor(&self, place: Place) -> bool {
        self.lines.get(place.line.saturating_sub(1)).is_some_and(|line| line.contains('&'))
    }

    /// Replaces what lies in `hidden` (line, columns) by stars, each line once.
    fn blank(&mut self, hidden: Vec<(usize, Range<usize>)>) {
        let mut by_line: BTreeMap<usize, Vec<Range<usize>>> = BTreeMap::new();
        for (line, columns) in hidden {
            by_line.entry(line).or_default().push(columns);
        }
        for (number, mut columns) in by_line {
            let Some(line) = self.lines.get_mut(number.saturating_sub(1)) else { continue };
            columns.sort_by_key(|range| (range.start, range.end));
            let mut ranges = columns.into_iter().peekable();
            let mut blanked = String::with_capacity(line.len());
            for (c, at) in line.chars().zip(1..) {
                while ranges.peek().is_some_and(|range| range.end <= at) {
                    ranges.next();
                }
                let inside = ranges.peek().is_some_and(|range| range.contains(&at));
                blanked.push(if inside && !c.is_whitespace() { '*' } else { c });
            }
            *line = blanked;
        }
    }
}

/// Where anything of a tree begins, and which of it must not be shown.
#[derive(Default)]
struct Seen<'a> {
    places: Vec<Place>,
    hidden: Vec<Place>,
    hidden_texts: BTreeSet<&'a str>,
    texts: Vec<(Place, &'a str)>,
}

impl<'a> Seen<'a> {
    fn collect(&mut self, node: &'a Node, pointer: &str) {
        self.places.push(node.at);
        match &node.value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.collect(item, &child(pointer, &index.to_string()));
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    self.places.push(member.key_at);
                    self.collect(&member.node, &child(pointer, key));
                }
            }
            Value::Null => {}
            _ if is_environment_value(pointer) => {
                self.hidden.push(node.at);
                self.hidden_texts.extend(node.as_str());
            }
            _ => self.texts.extend(node.as_str().map(|text| (node.at, text))),
        }
    }

    /// A YAML text may span lines and is longer in the file than what it means, so everything up to the next thing is hidden.
    fn until_the_next(&self, place: Place, lines: usize) -> Vec<(usize, Range<usize>)> {
        let after = self.places.partition_point(|other| {
            (other.file, other.line, other.column) <= (place.file, place.line, place.column)
        });
        let next = self.places.get(after).filter(|next| next.file == place.file);
        let (last, end) = next.map_or((lines, usize::MAX), |next| (next.line, next.column));
        (place.line..=last)
            .map(|line| {
                let from = if line == place.line { place.column } else { 1 };
                (line, from..if line == last { end } else { usize::MAX })
            })
            .collect()
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
        let (shown, before, carets) = window(source, column, width);
        let _ = writeln!(out, "{line:>5} | {shown}");
        let _ = writeln!(out, "      | {}{bold}{}{end}", " ".repeat(before), "^".repeat(carets));
    }
    out
}

/// The part of a line that is shown, the number of characters before its caret, and how many carets there are.
fn window(source: &str, column: usize, width: usize) -> (String, usize, usize) {
    let length = source.chars().count();
    let before = column.saturating_sub(1).min(length);
    let start = if length > MAX_SHOWN { before.saturating_sub(MAX_SHOWN / 4) } else { 0 };
    // A tab is one character here and there, so that the caret stands under what it means. What a terminal would act on becomes a
    // question mark of the same width, for the same reason.
    let shown: String = source
        .chars()
        .skip(start)
        .take(MAX_SHOWN)
        .map(|c| {
            if c == '\t' {
                ' '
            } else if printable(c.encode_utf8(&mut [0; 4])).len() == c.len_utf8() {
                c
            } else {
                '?'
            }
        })
        .collect();
    let left = shown.chars().count().saturating_sub(before - start).max(1);
    let ellipsis = |cut: bool| if cut { "…" } else { "" };
    let (head, tail) = (ellipsis(start > 0), ellipsis(start + MAX_SHOWN < length));
    let before = before - start + head.chars().count();
    (format!("{head}{shown}{tail}").trim_end().to_owned(), before, width.clamp(1, left))
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
    use crate::taskdef::{document, finding::Findings, json};

    /// The lines of a file as findings may show them.
    fn masked(name: &str, text: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add(name, text);
        sources.mask(&document::parse(name, text, file).unwrap().0);
        sources.0[0].lines.join("\n")
    }

    #[test]
    fn whatever_form_the_environment_has_its_values_are_hidden() {
        for (name, text) in [
            ("taskdef.json", "{\"containerDefinitions\": [{\"environment\": {\"DB\": \"hunter2\"}}]}"),
            (
                "taskdef.json",
                "{\"containerDefinition\": [{\"environment\": [{\"name\": \"DB\", \"valeu\": \"hunter2\"}]}]}",
            ),
            ("taskdef.json", "{\"containerDefinitions\": [{\"environment\": [\"DB=hunter2\"], \"a\": 1}]}"),
            (
                "taskdef.yaml",
                "containerDefinitions:\n- environment:\n  - name: DB\n    value: \"h\\x75nter2 and\n      hunter2\"\n  memory: 1\n",
            ),
            (
                "taskdef.yaml",
                "containerDefinitions:\n- environment:\n  - name: DB\n    value: |\n      x\n      hunter2\n  memory: 1\n",
            ),
            (
                "taskdef.yaml",
                "x: &x hunter2\ncontainerDefinitions:\n- environment:\n  - {name: DB, value: *x}\n",
            ),
        ] {
            let shown = masked(name, text);
            assert!(!shown.contains("nter2") && !shown.contains("hunter"), "{shown}");
            assert!(!text.contains("name") || shown.contains("DB"), "{shown}");
        }
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let line = format!("{}NEEDLE{}", "a".repeat(5000), "b".repeat(5000));
        let (shown, before, carets) = window(&line, 5001, 6);
        assert_eq!(shown.chars().skip(before).take(carets).collect::<String>(), "NEEDLE");
        assert!(shown.chars().count() < 200);
        assert_eq!(window("abc", 9, 4), ("abc".to_owned(), 3, 1));
    }

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
