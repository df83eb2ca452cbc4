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
fn names_the_parameters_it_needs() {
    let node = json::parse("{\"a\": [\"${ssm:/x}-${ssm:/y}\", {\"b\": \"$${ssm:/z}\"}]}", 0).unwrap();
    assert_eq!(parameters(&node).into_iter().collect::<Vec<_>>(), ["/x", "/y"]);
}
