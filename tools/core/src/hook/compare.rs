//! Whether green answers as blue does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::burst::percentile;
use super::check::Answer;
use super::model::Compare;

/// One path's answers; an answer that did not come is an error with its reason.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    pub answers: Vec<Answer>,
    pub errors: Vec<String>,
}

impl Samples {
    fn statuses(&self) -> BTreeSet<u16> {
        self.answers.iter().map(|answer| answer.status).collect()
    }

    fn p95_ms(&self) -> u64 {
        let mut times: Vec<u64> = self.answers.iter().map(|answer| answer.elapsed_ms).collect();
        times.sort_unstable();
        percentile(&times, 95)
    }
}

/// Everything in which green is worse than blue on one path; empty = as good.
pub fn decide(limits: &Compare, path: &str, blue: &Samples, green: &Samples) -> Vec<String> {
    // A blue that does not answer cannot be compared with, which is no pass.
    for (who, samples) in [("blue", blue), ("green", green)] {
        if let Some(error) = samples.errors.first() {
            return vec![format!(
                "{path}: {} requests to {who} got no answer, such as: {error}",
                samples.errors.len()
            )];
        }
        if samples.answers.is_empty() {
            return vec![format!("{path}: {who} was not asked")];
        }
    }
    let mut wrong = Vec::new();
    let (was, is) = (blue.statuses(), green.statuses());
    if was != is {
        wrong.push(format!("{path}: green answers {}, blue {}", list(&is), list(&was)));
    }
    if limits.json_shape {
        wrong.extend(shapes(path, blue, green));
    }
    let (was, is) = (blue.p95_ms(), green.p95_ms());
    if let Some(ratio) = limits.max_p95_ratio
        && is > limits.fast_ms
        && as_f64(is) > as_f64(was.max(1)) * ratio
    {
        wrong.push(format!(
            "{path}: green's p95 is {is} ms, blue's {was} ms; at most {ratio} times that is allowed"
        ));
    }
    wrong
}

fn list(statuses: &BTreeSet<u16>) -> String {
    statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" and ")
}

/// Places (JSON Pointers, `*` for every item of an array) of all answers, with the kinds of values found there.
fn shape(samples: &Samples) -> Option<BTreeMap<String, BTreeSet<&'static str>>> {
    let mut places = BTreeMap::new();
    for answer in &samples.answers {
        walk("", &answer.json()?, &mut places);
    }
    Some(places)
}

fn walk(place: &str, value: &Value, places: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(items) => {
            for item in items {
                walk(&format!("{place}/*"), item, places);
            }
            "array"
        }
        Value::Object(entries) => {
            for (key, value) in entries {
                walk(&format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")), value, places);
            }
            "object"
        }
    };
    places.entry(place.to_owned()).or_default().insert(kind);
}

/// What is new in green is no concern of blue's clients; what is gone or of another kind is. Nothing inside an array is missed
/// where green's array is empty, and null says nothing about a kind.
fn shapes(path: &str, blue: &Samples, green: &Samples) -> Vec<String> {
    let Some(was) = shape(blue) else { return Vec::new() };
    let Some(is) = shape(green) else {
        return vec![format!("{path}: blue's answers are JSON, green's are not")];
    };
    let mut wrong = Vec::new();
    for (place, kinds) in &was {
        let shown = if place.is_empty() { "the document" } else { place };
        let known =
            |kinds: &BTreeSet<&'static str>| kinds.iter().copied().filter(|kind| *kind != "null").collect();
        match is.get(place) {
            Some(found) => {
                let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (known(kinds), known(found));
                if !new.is_subset(&old) && !old.is_empty() {
                    let words = |kinds: BTreeSet<&str>| kinds.into_iter().collect::<Vec<_>>().join(" or ");
                    wrong.push(format!("{path}: {shown} is {} in green, {} in blue", words(new), words(old)));
                }
            }
            None if inside_absent(place, &is) => {}
            None => wrong.push(format!("{path}: {shown} is missing in green")),
        }
    }
    wrong
}

/// Whether a place lies below one that green does not fill: an empty array, a null, or one that is reported itself.
fn inside_absent(place: &str, is: &BTreeMap<String, BTreeSet<&'static str>>) -> bool {
    let Some((parent, key)) = place.rsplit_once('/') else { return false };
    match is.get(parent) {
        None => true,
        Some(kinds) => key == "*" || !kinds.contains("object"),
    }
}

/// Milliseconds here are far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "a ratio of times")]
fn as_f64(ms: u64) -> f64 {
    ms as f64
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
