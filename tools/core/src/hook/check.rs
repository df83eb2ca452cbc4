//! One answer against what was expected of it.

use regex::Regex;
use serde_json::Value;

use crate::hook::model::{Capture, Expect, JsonExpect, JsonKind};
use crate::hook::secrets::Redactor;
use crate::hook::template::{self, TemplateError, Values};

/// An answer, as the probe read it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub elapsed_ms: u64,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Longest piece of an answer that a message repeats.
const EXCERPT_CHARS: usize = 120;

/// Everything that is not as expected; empty = right. What is repeated of the answer holds no secret, also where it is cut.
pub fn evaluate(
    expect: &Expect,
    answer: &Answer,
    values: &Values,
    secrets: &Redactor,
) -> Result<Vec<String>, TemplateError> {
    let excerpt = |text: &str| excerpt(text, secrets);
    let mut wrong = Vec::new();
    if let Some(status) = expect.status
        && status != answer.status
    {
        wrong.push(format!("status is {}, expected {status}", answer.status));
    }
    if let Some(max_ms) = expect.max_ms
        && answer.elapsed_ms > max_ms
    {
        wrong.push(format!("took {} ms, at most {max_ms} ms are allowed", answer.elapsed_ms));
    }
    for (name, pattern) in &expect.headers {
        match answer.header(name) {
            None => wrong.push(format!("header {name} is missing")),
            Some(value) if !matches(pattern, value, values)? => {
                wrong.push(format!("header {name} is {}, expected a match of {pattern:?}", excerpt(value)));
            }
            Some(_) => {}
        }
    }
    for name in expect.headers_absent.iter().filter(|name| answer.header(name).is_some()) {
        wrong.push(format!("header {name} is there, it must be absent"));
    }
    let text = answer.text();
    if let Some(pattern) = &expect.body
        && !matches(pattern, &text, values)?
    {
        wrong.push(format!("the body does not match {pattern:?}; it begins with {}", excerpt(&text)));
    }
    if let Some(pattern) = &expect.body_absent
        && matches(pattern, &text, values)?
    {
        wrong.push(format!("the body matches {pattern:?}, which must be absent"));
    }
    if !expect.json.is_empty() {
        match answer.json() {
            None => wrong.push(format!("the body is not JSON; it begins with {}", excerpt(&text))),
            Some(document) => {
                for json in &expect.json {
                    wrong.extend(at(json, &document, values, &excerpt)?);
                }
            }
        }
    }
    Ok(wrong)
}

fn at(
    expect: &JsonExpect,
    document: &Value,
    values: &Values,
    excerpt: &impl Fn(&str) -> String,
) -> Result<Option<String>, TemplateError> {
    let place = if expect.pointer.is_empty() { "the document" } else { &expect.pointer };
    let found = match (document.pointer(&expect.pointer), expect.absent) {
        (None, true) => return Ok(None),
        (Some(_), true) => return Ok(Some(format!("{place} is there, it must be absent"))),
        (None, false) => return Ok(Some(format!("{place} is missing"))),
        (Some(found), false) => found,
    };
    let shown = excerpt(&found.to_string());
    if let Some(kind) = expect.kind
        && kind != kind_of(found)
    {
        return Ok(Some(format!("{place} is {shown}, expected {kind:?}")));
    }
    if let Some(equals) = &expect.equals {
        let equals = render_json(equals, values)?;
        if equals != *found {
            return Ok(Some(format!("{place} is {shown}, expected {}", excerpt(&equals.to_string()))));
        }
    }
    if let Some(pattern) = &expect.matches {
        let right = match found.as_str() {
            Some(text) => matches(pattern, text, values)?,
            None => false,
        };
        if !right {
            return Ok(Some(format!("{place} is {shown}, expected a match of {pattern:?}")));
        }
    }
    if let Some(min_items) = expect.min_items
        && found.as_array().is_none_or(|items| items.len() < min_items)
    {
        return Ok(Some(format!("{place} is {shown}, expected at least {min_items} items")));
    }
    Ok(None)
}

const fn kind_of(value: &Value) -> JsonKind {
    match value {
        Value::Null => JsonKind::Null,
        Value::Bool(_) => JsonKind::Boolean,
        Value::Number(_) => JsonKind::Number,
        Value::String(_) => JsonKind::String,
        Value::Array(_) => JsonKind::Array,
        Value::Object(_) => JsonKind::Object,
    }
}

/// A JSON value with the placeholders in its strings replaced. Keys stay as they are.
pub fn render_json(value: &Value, values: &Values) -> Result<Value, TemplateError> {
    Ok(match value {
        Value::String(text) => Value::String(template::render(text, values)?),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| render_json(item, values)).collect::<Result<_, _>>()?)
        }
        Value::Object(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, item)| Ok((key.clone(), render_json(item, values)?)))
                .collect::<Result<_, TemplateError>>()?,
        ),
        other => other.clone(),
    })
}

/// The configuration has been checked, so the pattern compiles; if it ever does not, it matches nothing.
fn matches(pattern: &str, text: &str, values: &Values) -> Result<bool, TemplateError> {
    let pattern = template::render_regex(pattern, values)?;
    Ok(Regex::new(&pattern).is_ok_and(|regex| regex.is_match(text)))
}

/// The value that a capture names in an answer.
pub fn capture(capture: &Capture, answer: &Answer) -> Option<String> {
    if let Some(name) = &capture.header {
        return answer.header(name).map(str::to_owned);
    }
    if let Some(pointer) = &capture.json {
        return answer.json()?.pointer(pointer).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
    }
    let regex = Regex::new(capture.regex.as_deref()?).ok()?;
    let text = answer.text();
    let captures = regex.captures(&text)?;
    captures.get(1).or_else(|| captures.get(0)).map(|found| found.as_str().to_owned())
}

fn excerpt(text: &str, secrets: &Redactor) -> String {
    crate::report::printable(&secrets.beginning(text, EXCERPT_CHARS))
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
