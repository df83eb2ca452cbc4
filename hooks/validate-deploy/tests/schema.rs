//! The schema, the model and the shipped configurations say the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use greenlight_core::hook::config;
use greenlight_core::hook::model::{
    Alarms, Burst, Capture, Check, Compare, Config, Expect, Identity, JsonExpect, JsonKind, Target,
};
use serde_json::Value;

/// A configuration in which every key has a value. A new field of the model does not compile until it is here.
#[allow(clippy::too_many_lines, reason = "every key")]
fn full() -> Config {
    let text = || Some("x".to_owned());
    let json = JsonExpect {
        pointer: "/a".into(),
        equals: Some(Value::Null),
        matches: text(),
        kind: Some(JsonKind::Null),
        min_items: Some(1),
        absent: true,
    };
    let expect = Expect {
        status: Some(200),
        max_ms: Some(1),
        headers: BTreeMap::new(),
        headers_absent: Vec::new(),
        body: text(),
        body_absent: text(),
        json: vec![json],
    };
    let check = Check {
        name: "a".into(),
        method: "GET".into(),
        path: "/".into(),
        headers: BTreeMap::new(),
        body: text(),
        json: Some(Value::Null),
        timeout_ms: 1,
        attempts: 1,
        connection_attempts: 1,
        interval_ms: 1,
        consecutive: 1,
        expect,
        capture: [("id".to_owned(), Capture { header: text(), json: text(), regex: text(), secret: true })]
            .into(),
    };
    let identity = Identity {
        path: "/".into(),
        header: text(),
        json: text(),
        regex: text(),
        expect: "x".into(),
        settle_ms: 1,
        poll_ms: 1,
        timeout_ms: 1,
        samples_per_target: 1,
    };
    Config {
        report: text(),
        target: Target { url: text(), host: text(), ca: text() },
        wiring: greenlight_core::hook::model::Wiring::default(),
        health: greenlight_core::hook::model::Health::default(),
        identity: Some(identity),
        checks: vec![check],
        burst: Some(Burst {
            path: "/".into(),
            headers: BTreeMap::new(),
            requests: 1,
            concurrency: 1,
            timeout_ms: 1,
            status: 200,
            max_error_rate: 0.5,
            max_p50_ms: Some(1),
            max_p95_ms: Some(1),
            max_p99_ms: Some(1),
        }),
        compare: Some(Compare {
            paths: Vec::new(),
            headers: BTreeMap::new(),
            url: text(),
            samples: 1,
            timeout_ms: 1,
            max_p95_ratio: Some(1.0),
            fast_ms: 1,
            json_shape: true,
        }),
        alarms: Some(Alarms { names: Vec::new(), insufficient_data_is_ok: true }),
    }
}

/// Every key of a value, with the path to it. Names that the writer chooses count as `*`.
fn keys_of_value(value: &Value, path: &str, out: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let free = path.ends_with("/capture") || path.ends_with("/headers");
                let path = format!("{path}/{}", if free { "*" } else { key });
                keys_of_value(value, &path, out);
                out.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys_of_value(item, path, out)),
        _ => {}
    }
}

fn keys_of_schema(schema: &Value, path: &str, out: &mut BTreeSet<String>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}/{key}");
        keys_of_schema(property, &path, out);
        out.insert(path);
    }
    if schema["additionalProperties"]["properties"].is_object() {
        out.insert(format!("{path}/*"));
        keys_of_schema(&schema["additionalProperties"], &format!("{path}/*"), out);
    }
    if schema["items"].is_object() {
        keys_of_schema(&schema["items"], path, out);
    }
    if schema["type"] == "object" && schema.get("properties").is_some() {
        assert_eq!(schema["additionalProperties"], false, "{path}: unknown keys are errors");
    }
}

#[test]
fn the_schema_has_exactly_the_keys_of_the_model() {
    let (mut model, mut schema) = (BTreeSet::new(), BTreeSet::new());
    keys_of_value(&serde_json::to_value(full()).unwrap(), "", &mut model);
    keys_of_schema(&serde_json::from_str(validate_deploy::command::SCHEMA).unwrap(), "", &mut schema);
    assert_eq!(model, schema);
}

#[test]
fn the_shipped_configurations_are_valid() {
    let deploy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../backend/deploy");
    let environment = BTreeMap::from([(
        "REPORT_LOCATION".to_owned(),
        "s3://greenlight-artifacts-1/reports/test".to_owned(),
    )]);
    for name in ["validate.toml", "smoke.toml"] {
        let text = std::fs::read_to_string(deploy.join(name)).unwrap();
        let checked = config::parse(&text, &environment).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(checked.config.identity.is_some() && checked.config.checks.len() >= 3, "{name}");
    }
}
