//! A release of sixty files, all of which change from one release to the next.

use std::path::Path;

use crate::site::write;

const CHUNKS: usize = 48;
const PAGES: usize = 7;

/// Writes release `number` (1 or 2) into the empty folder: 48 chunks, 7 pages, index.html and four others.
pub fn build(folder: &Path, number: u32) {
    let chunk = |index: usize| format!("assets/chunk{index}-{number}abcdef{number}.js");
    for index in 0..CHUNKS {
        write(folder, &chunk(index), format!("chunk {index} of {number}"));
    }
    for page in 0..PAGES {
        let scripts: String =
            (0..CHUNKS).skip(page).step_by(PAGES).map(|index| script(&chunk(index))).collect();
        write(folder, &format!("docs/page{page}.html"), format!("{scripts}page {page} of {number}"));
    }
    write(
        folder,
        "index.html",
        format!("{}{}release {number}", script(&chunk(0)), script(&chunk(CHUNKS - 1))),
    );
    write(folder, "robots.txt", format!("# {number}"));
    write(folder, "version.json", format!("{{\"version\":{number}}}"));
    write(folder, "sw.js", format!("// {number}"));
    // Too large for a record: a copy is kept before it is overwritten.
    write(folder, "large.bin", vec![u8::try_from(number).unwrap(); 300 * 1024]);
}

fn script(path: &str) -> String {
    format!("<script type=module src=/{path}></script>")
}
