//! Every expectation, met and not met.

use super::{Answer, capture, evaluate};
use crate::hook::model::{Capture, Expect};
use crate::hook::secrets::Redactor;
use crate::hook::template::{Values, Variable};

fn answer(body: &str) -> Answer {
    Answer {
        status: 200,
        headers: vec![("content-type".into(), "application/json; charset=utf-8".into())],
        body: body.as_bytes().to_vec(),
        elapsed_ms: 40,
    }
}

fn wrong(expect: &str, body: &str) -> Vec<String> {
    let expect: Expect = toml::from_str(expect).unwrap();
    let values = Values::from([(Variable::Version, "1.2".to_owned())]);
    evaluate(&expect, &answer(body), &values, &Redactor::default()).unwrap()
}

#[test]
fn expectations() {
    let body = r#"{"status":"ok","version":"1.2","items":[{"id":7}],"none":null}"#;
    for met in [
        "status = 200",
        "max_ms = 40",
        "headers = { Content-Type = '^application/json' }",
        "headers_absent = ['x-debug']",
        "body = '\"version\":\"${version}\"'",
        "body_absent = 'Traceback'",
        "json = [{ pointer = '/status', equals = 'ok' }]",
        "json = [{ pointer = '/version', equals = '${version}' }]",
        "json = [{ pointer = '/items', type = 'array', min_items = 1 }]",
        "json = [{ pointer = '/items/0/id', type = 'number', equals = 7 }]",
        "json = [{ pointer = '/none' }, { pointer = '/nothing', absent = true }]",
        "json = [{ pointer = '/status', matches = '^o' }]",
    ] {
        assert_eq!(wrong(met, body), Vec::<String>::new(), "{met}");
    }
    for not_met in [
        "status = 201",
        "max_ms = 39",
        "headers = { Content-Type = 'html' }",
        "headers = { X-None = '.' }",
        "headers_absent = ['Content-Type']",
        "body = 'version\":\"1x2'",
        "body_absent = 'status'",
        "json = [{ pointer = '/status', equals = 'no' }]",
        "json = [{ pointer = '/items', type = 'object' }]",
        "json = [{ pointer = '/items', min_items = 2 }]",
        "json = [{ pointer = '/status', min_items = 0 }]",
        "json = [{ pointer = '/none', absent = true }]",
        "json = [{ pointer = '/nothing' }]",
        "json = [{ pointer = '/items/0/id', matches = '7' }]",
    ] {
        assert_eq!(wrong(not_met, body).len(), 1, "{not_met}");
    }
}

#[test]
fn a_dot_in_the_version_matches_only_a_dot() {
    assert_eq!(wrong("body = '^${version}$'", "1.2"), Vec::<String>::new());
    assert_eq!(wrong("body = '^${version}$'", "1x2").len(), 1);
}

#[test]
fn what_is_not_json_is_said_once() {
    let messages = wrong("json = [{ pointer = '/a' }, { pointer = '/b' }]", "<html>");
    assert_eq!(messages, ["the body is not JSON; it begins with <html>"]);
}

#[test]
fn captures() {
    let answer = answer(r#"{"items":[{"id":7}]}"#);
    let by = |capture: Capture| super::capture(&capture, &answer);
    assert_eq!(by(Capture { json: Some("/items/0/id".into()), ..Capture::default() }).as_deref(), Some("7"));
    assert_eq!(
        by(Capture { regex: Some(r#""id":(\d)"#.into()), ..Capture::default() }).as_deref(),
        Some("7")
    );
    assert!(by(Capture { header: Some("Content-Type".into()), ..Capture::default() }).is_some());
    assert_eq!(capture(&Capture { json: Some("/x".into()), ..Capture::default() }, &answer), None);
}

#[test]
fn a_secret_is_not_repeated_in_any_message() {
    let mut secrets = Redactor::default();
    secrets.add("s3cr3t/value");
    // The excerpt ends in the middle of the second one.
    let body =
        format!("{{\"token\":\"s3cr3t%2Fvalue\",\"pad\":\"{}\",\"again\":\"s3cr3t/value\"}}", "x".repeat(70));
    let mut answer = answer(&body);
    answer.headers.push(("x-echo".into(), "key s3cr3t\\/value".into()));
    let values = Values::from([(Variable::Secret("/k".into()), "s3cr3t/value".to_owned())]);
    for expect in [
        "headers = { X-Echo = '^never$' }",
        "body = '^never$'",
        "json = [{ pointer = '/token', equals = 'never ${secret:ssm:/k}' }]",
        "json = [{ pointer = '/token', matches = '^${secret:ssm:/k}$' }]",
        "json = [{ pointer = '', type = 'array' }]",
    ] {
        let expect: Expect = toml::from_str(expect).unwrap();
        let wrong = evaluate(&expect, &answer, &values, &secrets).unwrap().join("; ");
        assert!(wrong.contains("***") && !wrong.contains("s3cr"), "{wrong}");
    }
}
