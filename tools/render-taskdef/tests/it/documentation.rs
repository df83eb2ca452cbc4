//! The page that lists the rules is made from the rules.

use std::fs;
use std::path::Path;

use greenlight_core::taskdef::rules;

const BEGIN: &str = "<!-- rules: made from tools/core/src/taskdef/rules/; UPDATE_DOCS=1 cargo test -p render-taskdef documentation -->\n";
const END: &str = "<!-- end of rules -->";

fn table() -> String {
    let rows = rules::all().map(|rule| {
        let meaning = rule.meaning.replace('|', "\\|");
        format!(
            "| `{}` | {} | {} | {meaning} | [AWS]({}) |\n",
            rule.id,
            rule.severity.word(),
            rule.title,
            rule.page
        )
    });
    "| rule | gravity | what is wrong | why | page |\n|---|---|---|---|---|\n".to_owned()
        + &rows.collect::<String>()
}

#[test]
fn the_table_of_rules_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../doc/render-taskdef.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the page has its marks");
    let (now, after) = rest.split_once(END).expect("the page has its marks");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
    } else {
        assert_eq!(now, table(), "doc/render-taskdef.md is behind the rules");
    }
}
