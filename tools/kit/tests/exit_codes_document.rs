//! `doc/exit-codes.md` is made from the constants. `UPDATE_DOCS=1 cargo test -p greenlight-kit` writes it.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
use std::path::Path;

use greenlight_kit::Exit;

#[test]
fn the_document_is_what_the_constants_say() {
    let mut wanted = String::from(
        "# Exit codes\n\nOf every Greenlight program. Made from `tools/kit/src/exit.rs`; a test keeps this page in step.\n\n\
         | code | meaning |\n|---|---|\n",
    );
    for exit in Exit::ALL {
        writeln!(wanted, "| {exit} | {} |", exit.meaning()).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../doc/exit-codes.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "doc/exit-codes.md is outdated: run UPDATE_DOCS=1 cargo test -p greenlight-kit");
}
