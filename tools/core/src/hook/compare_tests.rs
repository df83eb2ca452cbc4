//! Better is no difference; worse is.

use super::*;

fn samples(bodies: &[&str], elapsed_ms: u64) -> Samples {
    let answer =
        |body: &&str| Answer { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec(), elapsed_ms };
    Samples { answers: bodies.iter().map(answer).collect(), errors: Vec::new() }
}

fn wrong(blue: &str, green: &str) -> Vec<String> {
    let limits = toml::from_str("paths = ['/a']").unwrap();
    decide(&limits, "/a", &samples(&[blue], 1), &samples(&[green], 1))
}

#[test]
fn shapes_may_grow_but_not_shrink() {
    for (blue, green) in [
        (r#"{"a":1}"#, r#"{"a":2,"b":[]}"#),
        (r#"{"a":null}"#, r#"{"a":"x"}"#),
        (r#"{"a":"x"}"#, r#"{"a":null}"#),
        (r#"{"items":[{"id":1}]}"#, r#"{"items":[]}"#),
        (r#"{"items":[]}"#, r#"{"items":[{"id":1}]}"#),
        (r#"{"a":{"b":1}}"#, r#"{"a":null}"#),
        ("<html>", "plain"),
    ] {
        assert_eq!(wrong(blue, green), Vec::<String>::new(), "{blue} {green}");
    }
    for (blue, green, part) in [
        (r#"{"a":1}"#, r#"{"b":1}"#, "/a is missing in green"),
        (r#"{"a":1}"#, r#"{"a":"1"}"#, "/a is string in green, number in blue"),
        (r#"{"items":[{"id":1}]}"#, r#"{"items":[{"x":1}]}"#, "/items/*/id is missing in green"),
        (r#"[{"a/b":{"c":1}}]"#, r#"[{"z":1}]"#, "/*/a~1b is missing in green"),
        (r#"{"a":1}"#, "[]", "the document is array in green, object in blue"),
        (r#"{"a":1}"#, "<html>", "green's are not"),
    ] {
        let messages = wrong(blue, green);
        assert!(messages.len() == 1 && messages[0].contains(part), "{messages:?}");
    }
}

#[test]
fn statuses_and_silence() {
    let limits: Compare = toml::from_str("paths = ['/a']").unwrap();
    let mut green = samples(&["x"], 1);
    green.answers[0].status = 500;
    assert_eq!(decide(&limits, "/a", &samples(&["x"], 1), &green), ["/a: green answers 500, blue 200"]);
    let silent = Samples { answers: Vec::new(), errors: vec!["refused".into()] };
    for (blue, green) in [(&silent, &samples(&["x"], 1)), (&samples(&["x"], 1), &silent)] {
        assert!(decide(&limits, "/a", blue, green)[0].contains("got no answer, such as: refused"));
    }
    assert_eq!(decide(&limits, "/a", &Samples::default(), &Samples::default()).len(), 1);
}

#[test]
fn slower_only_where_it_matters() {
    let limits: Compare = toml::from_str("paths = ['/a']\nmax_p95_ratio = 2.0").unwrap();
    let times = |blue: u64, green: u64| {
        decide(&limits, "/a", &samples(&["x"; 20], blue), &samples(&["x"; 20], green))
    };
    assert_eq!(times(100, 200), Vec::<String>::new());
    assert_eq!(times(100, 201).len(), 1);
    assert_eq!(times(1, 50), Vec::<String>::new(), "50 ms are fast, whatever blue takes");
    assert_eq!(times(0, 51).len(), 1);
}
