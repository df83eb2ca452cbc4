//! What a configuration may say.

use std::collections::BTreeMap;

use super::{ConfigError, parse};

fn error(text: &str) -> String {
    match parse(text, &BTreeMap::new()) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => error.to_string(),
    }
}

const CHECK: &str = "[[check]]\nname = \"a\"\npath = \"/\"\nexpect = { status = 200 }\n";

#[test]
fn a_small_configuration() {
    let environment = BTreeMap::from([("REPORT".to_owned(), "s3://my-bucket/reports/test/".to_owned())]);
    let checked = parse(&format!("report = \"${{env:REPORT}}\"\n{CHECK}"), &environment).unwrap();
    let report = checked.report.unwrap();
    assert_eq!((report.bucket.as_str(), report.key("d-1").as_str()), ("my-bucket", "reports/test/d-1.json"));
    assert!(!checked.needs_version);
    assert_eq!(checked.config.checks.len(), 1);
}

#[test]
fn what_is_misspelt_is_refused() {
    for (text, part) in [
        (format!("bursts = 1\n{CHECK}"), "unknown field `bursts`"),
        (format!("{CHECK}[burst]\npath = '/'\nrequests = 0\n"), "begin at 1"),
        (format!("{CHECK}[burst]\npath = '/'\nrequests = 1\nmax_error_rate = 1.0\n"), "less than 1"),
        (format!("{CHECK}[burst]\npath = '/${{capture:x}}'\nrequests = 1\n"), "no earlier check captures"),
        (format!("{CHECK}[compare]\npaths = []\n"), "at least one path"),
        (format!("{CHECK}[compare]\npaths = ['/']\nmax_p95_ratio = 0.0\n"), "greater than 0"),
        (format!("{CHECK}[alarms]\nnames = []\n"), "at least one alarm"),
        (format!("[target]\nca = '${{version}}'\n{CHECK}"), "only ${env:NAME}"),
        (CHECK.replace("status", "statsu"), "unknown field `statsu`"),
        (CHECK.replace("{ status = 200 }", "{}"), "every answer would pass"),
        (CHECK.replace("\"/\"", "\"x\""), "a path begins with /"),
        (CHECK.replace("\"/\"", "\"/${versoin}\""), "unknown placeholder"),
        (CHECK.replace("\"/\"", "\"/${capture:id}\""), "no earlier check captures"),
        (CHECK.replace("\"/\"", "\"/${env:NOPE}\""), "is not set"),
        (format!("{CHECK}{CHECK}"), "another check has this name"),
        (CHECK.replace("status = 200", "body = '('"), "not a regular expression"),
        (CHECK.replace("status = 200", "json = [{ pointer = 'a' }]"), "not a JSON Pointer"),
        (format!("report = \"x\"\n{CHECK}"), "is not s3://bucket/prefix"),
        ("[identity]\npath = \"/v\"\n".to_owned(), "exactly one of"),
        (String::new(), "let everything pass"),
    ] {
        let message = error(&text);
        assert!(message.contains(part), "{text}\n{message}");
    }
}

#[test]
fn secrets_and_versions_are_found() {
    let text = "[[check]]\nname = \"a\"\npath = \"/\"\nheaders = { X-Key = \"${secret:ssm:/k}\" }\n\
        expect = { body = 'v ${version}' }\n";
    let checked = parse(text, &BTreeMap::new()).unwrap();
    assert!(checked.needs_version);
    assert_eq!(checked.secrets.into_iter().collect::<Vec<_>>(), ["/k"]);
}

#[test]
fn toml_errors_name_the_place() {
    assert!(
        matches!(parse("a = ", &BTreeMap::new()), Err(ConfigError::Toml(message)) if message.contains("line 1"))
    );
}
