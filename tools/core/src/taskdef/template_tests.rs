use super::*;

fn values() -> Values {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Values {
        variables: [
            ("A", "1"),
            ("EMPTY", ""),
            ("T", "true"),
            ("J", "[1, {\"x\": \"${A}\"}]"),
            ("Q", "\"},{"),
        ]
        .map(pair)
        .into(),
        images: [pair(("web", "repo/app:1"))].into(),
        parameters: [
            ("/plain".to_owned(), Parameter::Plain("p".to_owned())),
            ("/secure".to_owned(), Parameter::Secure),
            ("/unasked".to_owned(), Parameter::Unknown("run without --offline".to_owned())),
        ]
        .into(),
        placeholders: ["IMAGE1_NAME".to_owned()].into(),
    }
}

fn filled(template: &str) -> (serde_json::Value, Vec<(String, String)>) {
    let mut node = json::parse(&serde_json::json!({"v": template}).to_string(), 0).unwrap();
    let mut findings = Findings::default();
    substitute(&mut node, &values(), &mut findings);
    let found = findings.as_slice().iter().map(|f| (f.rule.to_owned(), f.pointer.clone())).collect();
    (node.get("v").unwrap().to_json(), found)
}

#[test]
fn fills_every_form() {
    for (template, expected) in [
        ("x${A}y", serde_json::json!("x1y")),
        ("${MISSING:-d:-e}", serde_json::json!("d:-e")),
        ("${EMPTY:-d}", serde_json::json!("d")),
        ("${EMPTY}", serde_json::json!("")),
        ("${MISSING:-${ALSO:-x${A}y}}z}", serde_json::json!("x1yz}")),
        ("${A:-${NOT_LOOKED_AT}}", serde_json::json!("1")),
        ("${MISSING:-5$$ ${T}}", serde_json::json!("5$ true")),
        ("${int:MISSING:-${A}}", serde_json::json!(1)),
        ("${ssm:/gone:-d}", serde_json::json!("d")),
        ("$$A $HOME 5$", serde_json::json!("$A $HOME 5$")),
        ("$${A}", serde_json::json!("${A}")),
        ("${int:A}", serde_json::json!(1)),
        ("${bool:T}", serde_json::json!(true)),
        // A value is data: what stands in it is not filled again.
        ("${json:J}", serde_json::json!([1, {"x": "${A}"}])),
        ("${Q}", serde_json::json!("\"},{")),
        ("${image:web}", serde_json::json!("repo/app:1")),
        ("${ssm:/plain}!", serde_json::json!("p!")),
        ("<IMAGE1_NAME> a<b>", serde_json::json!("<IMAGE1_NAME> a<b>")),
    ] {
        assert_eq!(filled(template), (expected, vec![]), "{template}");
    }
}

#[test]
fn refuses_what_nobody_would_fill() {
    for (template, rules) in [
        ("${B} ${C}", vec!["TD-UNDEFINED", "TD-UNDEFINED"]),
        ("${A", vec!["TD-TEMPLATE-SYNTAX"]),
        ("${A B}", vec!["TD-TEMPLATE-SYNTAX"]),
        ("${A:-${A}", vec!["TD-TEMPLATE-SYNTAX"]),
        ("${MISSING:-${B}}", vec!["TD-UNDEFINED"]),
        ("${MISSING:-{{x}}}", vec!["TD-PLACEHOLDER"]),
        ("${MISSING:-a${int:A}}", vec!["TD-TEMPLATE-SYNTAX"]),
        ("${ssm:/secure:-d}", vec!["TD-SSM-SECURE"]),
        ("${ssm:/unasked:-d}", vec!["TD-SSM-OFFLINE"]),
        ("${float:A}", vec!["TD-TEMPLATE-SYNTAX"]),
        ("n${int:A}", vec!["TD-TEMPLATE-SYNTAX"]),
        ("${int:T}", vec!["TD-TEMPLATE-TYPE"]),
        ("{{ A }}", vec!["TD-PLACEHOLDER"]),
        ("<OTHER_NAME>", vec!["TD-PLACEHOLDER"]),
        ("${image:api}", vec!["TD-UNDEFINED"]),
        ("${ssm:/secure}", vec!["TD-SSM-SECURE"]),
        ("${ssm:/gone}", vec!["TD-SSM-MISSING"]),
    ] {
        let found: Vec<String> = filled(template).1.into_iter().map(|(rule, _)| rule).collect();
        assert_eq!(found, rules, "{template}");
    }
}

#[test]
fn defaults_are_nested_only_so_deep() {
    let nested = |depth: usize| format!("{}x{}", "${N:-".repeat(depth), "}".repeat(depth));
    assert_eq!(filled(&nested(8)), (serde_json::json!("x"), vec![]));
    assert_eq!(filled(&nested(9)).1[0].0, "TD-TEMPLATE-SYNTAX");
    assert_eq!(filled(&nested(100_000)).1[0].0, "TD-TEMPLATE-SYNTAX");
}

#[test]
fn a_placeholder_that_somebody_waives_is_written_with_the_rest_filled() {
    let (value, found) = filled("<HTML> ${A} $$5 {{ x }}");
    assert_eq!(value, serde_json::json!("<HTML> 1 $5 {{ x }}"));
    assert!(!found.is_empty() && found.iter().all(|(rule, _)| rule == "TD-PLACEHOLDER"));
}

#[test]
fn keys_are_not_filled_and_that_is_said() {
    for (text, count) in
        [(r#"{"l": {"${A}": "x", "<OTHER>": "x", "{{k}}": "x"}}"#, 3), (r#"{"l": {"$A <a>": "x"}}"#, 0)]
    {
        let mut findings = Findings::default();
        substitute(&mut json::parse(text, 0).unwrap(), &values(), &mut findings);
        let rules: Vec<&str> = findings.as_slice().iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, vec!["TD-PLACEHOLDER"; count], "{text}");
    }
}

#[test]
fn messages_about_the_environment_hold_nothing_of_the_value() {
    for text in [
        "${DB-PASS:-hunter2}",
        "x${int:P:-hunter2}",
        "pa${!ss-hunter2}word",
        "x<HUNTER2>y",
        "${hunter2",
        "${hunter2:x}",
    ] {
        let document = serde_json::json!({"environment": [{"name": "DB", "value": text}]});
        let mut findings = Findings::default();
        substitute(&mut json::parse(&document.to_string(), 0).unwrap(), &values(), &mut findings);
        let messages: Vec<&str> = findings.as_slice().iter().map(|f| f.message.as_str()).collect();
        assert_eq!(messages.len(), 1, "{text}");
        assert!(!messages[0].to_lowercase().contains("hunter2"), "{messages:?}");
        let told = substitute_text(text, &BTreeMap::new()).unwrap_err();
        assert!(!told.to_lowercase().contains("hunter2"), "{told}");
    }
    // Elsewhere a message says what it is about.
    let mut findings = Findings::default();
    substitute(&mut json::parse(r#"{"user": "${a b}"}"#, 0).unwrap(), &values(), &mut findings);
    assert!(findings.as_slice()[0].message.starts_with("\"${a b}\" holds no valid name"));
}

#[test]
fn names_what_it_needs() {
    let text = "{\"a\": [\"${ssm:/x}-${ssm:/y:-${N:-${ssm:/d}}}\", {\"b\": \"$${ssm:/z}${int:M}\"}]}";
    let node = json::parse(text, 0).unwrap();
    assert_eq!(parameters(&node).into_iter().collect::<Vec<_>>(), ["/d", "/x", "/y"]);
    assert_eq!(variables(&node).into_iter().collect::<Vec<_>>(), ["M", "N"]);
}
