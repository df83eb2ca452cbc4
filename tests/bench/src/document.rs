//! `doc/benchmarks.md`: text by people, and between markers what benchmarks wrote.

use std::path::Path;

use crate::error::BenchError;

/// Replaces what stands between the markers of the benchmark `name`; the rest stays as it is.
pub fn write(file: &Path, name: &str, text: &str) -> Result<(), BenchError> {
    let action = |what: &str| format!("{what} {}", file.display());
    let old = std::fs::read_to_string(file).map_err(BenchError::io(action("read")))?;
    let new =
        replace(&old, name, text).map_err(|marker| BenchError::NoMarker { file: file.to_owned(), marker })?;
    std::fs::write(file, new).map_err(BenchError::io(action("write")))
}

/// Or the marker that is missing.
fn replace(old: &str, name: &str, text: &str) -> Result<String, String> {
    let begin = format!("<!-- {name}: begin, written by make bench -->\n");
    let end = format!("<!-- {name}: end -->");
    let (before, rest) = old.split_once(&begin).ok_or_else(|| begin.trim_end().to_owned())?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| end.clone())?;
    Ok(format!("{before}{begin}\n{}\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let old = "above\n<!-- a: begin, written by make bench -->\nold\n<!-- a: end -->\nbelow\n";
        let new = replace(old, "a", "new\n").unwrap();
        assert_eq!(new, "above\n<!-- a: begin, written by make bench -->\n\nnew\n\n<!-- a: end -->\nbelow\n");
        assert_eq!(replace(&new, "a", "new").unwrap(), new);
        assert_eq!(replace(old, "b", "new").unwrap_err(), "<!-- b: begin, written by make bench -->");
        assert_eq!(
            replace("<!-- a: begin, written by make bench -->\n", "a", "").unwrap_err(),
            "<!-- a: end -->"
        );
    }
}
