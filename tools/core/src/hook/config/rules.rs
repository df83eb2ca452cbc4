//! Rules of a configuration that one key alone cannot check.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use super::ConfigError;
use crate::hook::model::{Alarms, Burst, Capture, Check, Compare, Config, Expect, Identity, JsonExpect};
use crate::hook::template::{self, Values, Variable};

/// Checks every rule that one key alone cannot; collects the placeholders; tells whether a version is needed.
pub(super) fn check_all(config: &Config, used: &mut BTreeSet<Variable>) -> Result<bool, ConfigError> {
    let mut collect = |place: &str, text: &str| -> Result<(), ConfigError> {
        let found = template::variables(text);
        used.extend(found.map_err(|source| ConfigError::Template { place: place.to_owned(), source })?);
        Ok(())
    };
    for (place, text) in places(config) {
        collect(place, text)?;
        let foreign = |variable: &Variable| !matches!(variable, Variable::Env(_));
        if template::variables(text).is_ok_and(|found| found.iter().any(foreign)) {
            return rule(place, "only ${env:NAME} can be used here");
        }
    }
    if config.identity.is_none() && config.checks.is_empty() {
        return rule(
            "configuration",
            "it has neither [identity] nor a [[check]]: it would let everything pass",
        );
    }
    let mut names = BTreeSet::new();
    let mut captured = BTreeSet::new();
    let mut texts = Vec::new();
    for check in &config.checks {
        let place = format!("check {:?}", check.name);
        if !names.insert(check.name.as_str()) {
            return rule(&place, "another check has this name");
        }
        check_one(&place, check)?;
        for text in texts_of(check) {
            texts.push((place.clone(), text.to_owned(), captured.clone()));
        }
        captured.extend(check.capture.keys().cloned());
    }
    for (place, text) in texts_of_load(config) {
        texts.push((place.to_owned(), text.to_owned(), captured.clone()));
    }
    let mut needs_version = false;
    for (place, text, known) in &texts {
        collect(place, text)?;
        for variable in template::variables(text).unwrap_or_default() {
            needs_version |= variable == Variable::Version;
            if let Variable::Capture(name) = variable
                && !known.contains(&name)
            {
                return rule(place, &format!("no earlier check captures {name:?}"));
            }
        }
    }
    if let Some(identity) = &config.identity {
        collect("identity.path", &identity.path)?;
        collect("identity.expect", &identity.expect)?;
        check_identity(identity)?;
    }
    check_load(config)?;
    Ok(needs_version)
}

/// Texts that say where something is: they are needed before anything else is known.
fn places(config: &Config) -> impl Iterator<Item = (&'static str, &str)> {
    let target = &config.target;
    let compare_url = config.compare.as_ref().and_then(|compare| compare.url.as_deref());
    [
        ("report", config.report.as_deref()),
        ("target.url", target.url.as_deref()),
        ("target.host", target.host.as_deref()),
        ("target.ca", target.ca.as_deref()),
        ("compare.url", compare_url),
    ]
    .into_iter()
    .filter_map(|(place, text)| Some((place, text?)))
}

fn check_load(config: &Config) -> Result<(), ConfigError> {
    config.burst.as_ref().map_or(Ok(()), check_burst)?;
    config.compare.as_ref().map_or(Ok(()), check_compare)?;
    config.alarms.as_ref().map_or(Ok(()), check_alarms)
}

/// Texts of burst and compare that may hold placeholders; every check has run by then.
fn texts_of_load(config: &Config) -> Vec<(&'static str, &str)> {
    let mut texts = Vec::new();
    if let Some(burst) = &config.burst {
        texts.push(("burst", burst.path.as_str()));
        texts.extend(burst.headers.values().map(|value| ("burst", value.as_str())));
    }
    if let Some(compare) = &config.compare {
        texts.extend(compare.paths.iter().map(|path| ("compare", path.as_str())));
        texts.extend(compare.headers.values().map(|value| ("compare", value.as_str())));
    }
    texts
}

fn check_burst(burst: &Burst) -> Result<(), ConfigError> {
    if !burst.path.starts_with('/') {
        return rule("burst.path", "a path begins with /");
    }
    if burst.requests == 0 || burst.concurrency == 0 || burst.timeout_ms == 0 {
        return rule("burst", "`requests`, `concurrency` and `timeout_ms` begin at 1");
    }
    if !(0.0..1.0).contains(&burst.max_error_rate) {
        return rule("burst.max_error_rate", "it is a share: at least 0 and less than 1");
    }
    Ok(())
}

fn check_compare(compare: &Compare) -> Result<(), ConfigError> {
    if compare.paths.is_empty() || compare.samples == 0 || compare.timeout_ms == 0 {
        return rule("compare", "it has at least one path, and `samples` and `timeout_ms` begin at 1");
    }
    if !compare.paths.iter().all(|path| path.starts_with('/')) {
        return rule("compare.paths", "a path begins with /");
    }
    if compare.max_p95_ratio.is_some_and(|ratio| !(ratio.is_finite() && ratio > 0.0)) {
        return rule("compare.max_p95_ratio", "it is a number greater than 0");
    }
    Ok(())
}

fn check_alarms(alarms: &Alarms) -> Result<(), ConfigError> {
    if alarms.names.is_empty() || alarms.names.iter().any(String::is_empty) {
        return rule("alarms.names", "name at least one alarm; no name is empty");
    }
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html (2026-11)
    if alarms.names.len() > 100 {
        return rule("alarms.names", "at most 100 alarms can be asked about");
    }
    Ok(())
}

fn rule<T>(place: &str, message: &str) -> Result<T, ConfigError> {
    Err(ConfigError::Rule { place: place.to_owned(), message: message.to_owned() })
}

fn check_identity(identity: &Identity) -> Result<(), ConfigError> {
    let capture = Capture {
        header: identity.header.clone(),
        json: identity.json.clone(),
        regex: identity.regex.clone(),
        secret: false,
    };
    check_capture("identity", &capture)?;
    if identity.samples_per_target == 0 {
        return rule("identity.samples_per_target", "at least one answer per target must be seen");
    }
    if !identity.path.starts_with('/') {
        return rule("identity.path", "a path begins with /");
    }
    Ok(())
}

fn check_one(place: &str, check: &Check) -> Result<(), ConfigError> {
    if !check.path.starts_with('/') {
        return rule(place, "a path begins with /");
    }
    if check.body.is_some() && check.json.is_some() {
        return rule(place, "it has both `body` and `json`");
    }
    if check.attempts == 0
        || check.connection_attempts == 0
        || check.consecutive == 0
        || check.timeout_ms == 0
    {
        return rule(place, "`attempts`, `connection_attempts`, `consecutive` and `timeout_ms` begin at 1");
    }
    let expect = &check.expect;
    if *expect == Expect::default() {
        return rule(place, "`expect` is empty: every answer would pass");
    }
    let regexes = expect.headers.values().chain(&expect.body).chain(&expect.body_absent);
    for pattern in regexes.chain(expect.json.iter().filter_map(|json| json.matches.as_ref())) {
        check_regex(place, pattern)?;
    }
    for json in &expect.json {
        check_json(place, json)?;
    }
    check.capture.values().try_for_each(|capture| check_capture(place, capture))
}

fn check_json(place: &str, json: &JsonExpect) -> Result<(), ConfigError> {
    check_pointer(place, &json.pointer)?;
    let presence =
        json.equals.is_some() || json.matches.is_some() || json.kind.is_some() || json.min_items.is_some();
    if json.absent && presence {
        rule(place, "`absent` cannot stand with another expectation of the same place")
    } else {
        Ok(())
    }
}

fn check_capture(place: &str, capture: &Capture) -> Result<(), ConfigError> {
    match (&capture.header, &capture.json, &capture.regex) {
        (Some(_), None, None) => Ok(()),
        (None, Some(pointer), None) => check_pointer(place, pointer),
        (None, None, Some(pattern)) => check_regex(place, pattern),
        _ => rule(place, "give exactly one of `header`, `json` and `regex`"),
    }
}

fn check_pointer(place: &str, pointer: &str) -> Result<(), ConfigError> {
    if pointer.is_empty() || pointer.starts_with('/') {
        Ok(())
    } else {
        rule(place, &format!("{pointer:?} is not a JSON Pointer: it begins with /"))
    }
}

/// Placeholders stand for literal text, so any literal does for the test.
fn check_regex(place: &str, pattern: &str) -> Result<(), ConfigError> {
    let variables = template::variables(pattern);
    let variables = variables.map_err(|source| ConfigError::Template { place: place.to_owned(), source })?;
    let values: Values = variables.into_iter().map(|variable| (variable, "x".to_owned())).collect();
    let rendered = template::render_regex(pattern, &values);
    let rendered = rendered.map_err(|source| ConfigError::Template { place: place.to_owned(), source })?;
    match Regex::new(&rendered) {
        Ok(_) => Ok(()),
        Err(error) => rule(place, &format!("{pattern:?} is not a regular expression: {error}")),
    }
}

/// Every text of a check that may hold placeholders.
fn texts_of(check: &Check) -> Vec<&str> {
    let expect = &check.expect;
    let mut texts: Vec<&str> = vec![&check.path];
    texts.extend(check.headers.values().map(String::as_str));
    texts.extend(check.body.as_deref());
    texts.extend(expect.headers.values().map(String::as_str));
    texts.extend(expect.body.as_deref());
    texts.extend(expect.body_absent.as_deref());
    texts.extend(expect.json.iter().filter_map(|json| json.matches.as_deref()));
    let equals = expect.json.iter().filter_map(|json| json.equals.as_ref());
    for value in check.json.iter().chain(equals) {
        strings(value, &mut texts);
    }
    texts
}

fn strings<'a>(value: &'a Value, out: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => out.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Value::Object(entries) => entries.values().for_each(|item| strings(item, out)),
        _ => {}
    }
}
