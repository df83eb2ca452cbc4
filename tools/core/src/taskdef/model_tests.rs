use super::*;
use crate::taskdef::json::parse;

fn found(text: &str, allowed: &[&str]) -> Vec<(String, String, String)> {
    let mut findings = Findings::default();
    let allowed: Vec<String> = allowed.iter().map(|pattern| (*pattern).to_owned()).collect();
    Model::bundled().unwrap().check(&parse(text, 0).unwrap(), &allowed, &mut findings);
    findings.as_slice().iter().map(|f| (f.rule.to_owned(), f.pointer.clone(), f.message.clone())).collect()
}

#[test]
fn says_what_the_model_does_not_know() {
    for (text, rule, pointer, message) in [
        (
            r#"{"family": "f", "containerDefinitions": [{"memmory": 5}]}"#,
            "TD-UNKNOWN-KEY",
            "/containerDefinitions/0/memmory",
            "unknown key, did you mean \"memory\"?",
        ),
        (
            r#"{"family": "f", "containerDefinitions": [], "xyzzy": 5}"#,
            "TD-UNKNOWN-KEY",
            "/xyzzy",
            "unknown key",
        ),
        (r#"{"containerDefinitions": []}"#, "TD-REQUIRED", "/family", "\"family\" is required"),
        (
            r#"{"family": 5, "containerDefinitions": []}"#,
            "TD-TYPE",
            "/family",
            "must be a string, found a number",
        ),
        (
            r#"{"family": "f", "containerDefinitions": [{"cpu": "5"}]}"#,
            "TD-TYPE",
            "/containerDefinitions/0/cpu",
            "must be an integer, found a string \"5\"",
        ),
        (
            r#"{"family": "f", "containerDefinitions": [{"cpu": 1.5}]}"#,
            "TD-TYPE",
            "/containerDefinitions/0/cpu",
            "must be an integer, found 1.5",
        ),
        (
            r#"{"family": "f", "containerDefinitions": [], "networkMode": "awsvcp"}"#,
            "TD-ENUM",
            "/networkMode",
            "\"awsvcp\" is not one of bridge, host, awsvpc, none, did you mean \"awsvpc\"?",
        ),
    ] {
        assert_eq!(found(text, &[]), [(rule.to_owned(), pointer.to_owned(), message.to_owned())], "{text}");
    }
}

#[test]
fn a_key_that_a_person_allowed_passes() {
    let text = r#"{"family": "f", "containerDefinitions": [{"brandNew": 5}], "cpu": "256"}"#;
    assert_eq!(found(text, &["/containerDefinitions/*/brandNew"]), []);
    assert_eq!(found(text, &["/containerDefinitions/1/brandNew"]).len(), 1);
}

#[test]
fn every_pattern_of_the_model_compiles() {
    fn visit(shape: &Shape, seen: &mut Vec<String>) {
        match shape {
            Shape::Structure { members, .. } => members.values().for_each(|member| visit(member, seen)),
            Shape::List { item, .. } => visit(item, seen),
            Shape::Map { value } => visit(value, seen),
            Shape::String { pattern: Some(pattern), .. } => seen.push(pattern.clone()),
            _ => {}
        }
    }
    let mut seen = Vec::new();
    visit(&Model::bundled().unwrap().request, &mut seen);
    assert_eq!(seen.len(), 2);
    for pattern in seen {
        Regex::new(&format!("^(?:{pattern})$")).unwrap();
    }
}

#[test]
fn the_short_way_for_plain_tags_says_what_the_pattern_says() {
    let pattern = Regex::new(&format!("^(?:{TAG_PATTERN})$")).unwrap();
    for c in (0_u8..128).map(char::from) {
        assert_eq!(is_plain_tag_character(c), pattern.is_match(c.encode_utf8(&mut [0; 4])), "{c:?}");
    }
    let Shape::Structure { members, .. } = Model::bundled().unwrap().request else { panic!("no structure") };
    let tags = format!("{:?}", members.get("tags").unwrap());
    assert!(tags.contains(&format!("{TAG_PATTERN:?}")), "the model's pattern is another one now: {tags}");
}

#[test]
fn numbers_that_do_not_fit() {
    for (number, rule) in [
        ("2147483648", "TD-RANGE"),
        ("18446744073709551615", "TD-RANGE"),
        ("1e300", "TD-RANGE"),
        ("0.5", "TD-TYPE"),
    ] {
        let text = format!(r#"{{"family": "f", "containerDefinitions": [{{"memory": {number}}}]}}"#);
        assert_eq!(found(&text, &[])[0].0, rule, "{number}");
    }
}
