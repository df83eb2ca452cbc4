//! What documents say of files and tests.

use greenlight_testkit::project_root;

/// Every proof is there: a file, or a test of that name in it.
#[test]
fn proofs_of_reliability_exist() {
    let page = std::fs::read_to_string(project_root().join("doc/reliability.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise"));
    let mut proofs = 0;
    for row in rows {
        let cell = row.split(" | ").nth(1).unwrap_or_else(|| panic!("no proof in {row}"));
        for proof in cell.split('`').skip(1).step_by(2) {
            let (file, name) =
                proof.split_once("::").map_or((proof, None), |(file, name)| (file, Some(name)));
            let text = std::fs::read_to_string(project_root().join(file))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            if let Some(name) = name {
                let is_there = ["fn ", "def "].iter().any(|word| text.contains(&format!("{word}{name}(")));
                assert!(is_there, "{file} has no test {name}");
            }
            proofs += 1;
        }
    }
    assert!(proofs >= 20, "only {proofs} proofs");
}
