//! Brings a definition into the one form in which it is written and compared.

use super::node::{Node, Value};

/// Lists that mean nothing when they are empty, and that some ECS calls refuse empty.
const OMIT_WHEN_EMPTY: [&str; 1] = ["tags"];

/// Drops what ECS does not take back and nulls, and writes task cpu and memory as plain integers. Empty strings stay: they mean
/// something in environment values, proxy properties and log options.
pub fn normalise(definition: &mut Node, read_only: &[String]) {
    if let Some(members) = definition.as_object_mut() {
        members.retain(|key, member| {
            let empty = member.node.as_array().is_some_and(Vec::is_empty);
            let omitted = empty && OMIT_WHEN_EMPTY.contains(&key.as_str());
            !read_only.contains(key) && !omitted
        });
    }
    drop_nulls(definition);
    for (key, read) in [("cpu", cpu_units as fn(&str) -> Option<i64>), ("memory", memory_mib)] {
        if let Some(node) = definition.get_mut(key) {
            let text = match &node.value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => continue,
            };
            if let Some(number) = read(&text) {
                node.value = Value::String(number.to_string());
            }
        }
    }
}

fn drop_nulls(node: &mut Node) {
    match &mut node.value {
        Value::Array(items) => {
            items.retain(|item| item.value != Value::Null);
            items.iter_mut().for_each(drop_nulls);
        }
        Value::Object(members) => {
            members.retain(|_, member| member.node.value != Value::Null);
            members.values_mut().for_each(|member| drop_nulls(&mut member.node));
        }
        _ => {}
    }
}

/// `1024`, `1 vCPU`, `.5vcpu` in CPU units
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>, 2026-11).
pub fn cpu_units(text: &str) -> Option<i64> {
    amount(text, "vcpu")
}

/// `1024`, `1 GB`, `0.5gb` in MiB.
pub fn memory_mib(text: &str) -> Option<i64> {
    amount(text, "gb")
}

fn amount(text: &str, unit: &str) -> Option<i64> {
    let lower = text.trim().to_ascii_lowercase();
    match lower.strip_suffix(unit) {
        None => lower.parse().ok().filter(|number| *number > 0),
        Some(number) => {
            thousandths(number.trim()).map(|n| n * 1024).filter(|n| n % 1000 == 0).map(|n| n / 1000)
        }
    }
}

/// A decimal number with at most three places, in thousandths: exact, unlike a float.
fn thousandths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if (whole.is_empty() && part.is_empty())
        || whole.len() > 6
        || part.len() > 3
        || !digits(whole)
        || !digits(part)
    {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<3}").parse().ok()?;
    Some(whole * 1000 + part).filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taskdef::json::parse;

    #[test]
    fn amounts() {
        for (text, cpu) in [
            ("256", Some(256)),
            (".25 vCPU", Some(256)),
            ("1vcpu", Some(1024)),
            ("1.5  VCPU", Some(1536)),
            ("0.3 vCPU", None),
            ("x", None),
            ("-1", None),
            ("", None),
            (" vcpu", None),
        ] {
            assert_eq!(cpu_units(text), cpu, "{text}");
        }
        for (text, memory) in
            [("512", Some(512)), ("0.5GB", Some(512)), ("1 gb", Some(1024)), ("1 mb", None), ("0", None)]
        {
            assert_eq!(memory_mib(text), memory, "{text}");
        }
    }

    #[test]
    fn strips_and_keeps() {
        let text = r#"{"family": "f", "revision": 3, "status": "ACTIVE", "tags": [], "cpu": "1 vCPU", "memory": 2048, "pidMode": null,
            "containerDefinitions": [null, {"name": "a", "user": null, "environment": [{"name": "E", "value": ""}], "revision": 1}]}"#;
        let mut node = parse(text, 0).unwrap();
        normalise(&mut node, &["revision".to_owned(), "status".to_owned()]);
        assert_eq!(
            node.to_json(),
            serde_json::json!({"family": "f", "cpu": "1024", "memory": "2048",
            "containerDefinitions": [{"name": "a", "environment": [{"name": "E", "value": ""}], "revision": 1}]})
        );
    }
}
