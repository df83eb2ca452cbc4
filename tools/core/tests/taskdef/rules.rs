use std::collections::BTreeSet;

use greenlight_core::taskdef::finding::Findings;
use greenlight_core::taskdef::json::parse;
use greenlight_core::taskdef::model::Model;
use greenlight_core::taskdef::provenance;
use greenlight_core::taskdef::rules;
use greenlight_core::taskdef::validate::{Policy, validate};
use serde_json::{Value as Json, json};

use crate::appspec_cases::appspec_cases;
use crate::definition_cases::definition_cases;
use crate::online_cases::online_cases;
use crate::template_cases::template_cases;

/// A rule, what its mistake is found to break, and what its neighbour is.
pub type Outcome = (&'static str, Vec<&'static str>, Vec<&'static str>);

pub fn broken_rules(findings: &Findings) -> Vec<&'static str> {
    findings.as_slice().iter().map(|finding| finding.rule).collect()
}

pub fn base() -> Json {
    json!({
        "family": "app", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "executionRoleArn": "arn:aws:iam::123456789012:role/exec",
        "volumes": [{"name": "tmp"}],
        "containerDefinitions": [
            {"name": "web", "image": "app:1", "portMappings": [{"containerPort": 8000}],
             "environment": [{"name": "A", "value": "1"}], "secrets": [{"name": "S", "valueFrom": "/app/s"}],
             "dependsOn": [{"containerName": "side", "condition": "START"}]},
            {"name": "side", "image": "app:1", "essential": false},
        ],
    })
}

/// `base` with each pointer set to its value; a pointer may name a member that is not there yet.
fn changed(changes: &Json) -> Json {
    let mut definition = base();
    for (pointer, value) in changes.as_object().unwrap() {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match definition.pointer_mut(parent).unwrap() {
            Json::Object(members) if value.is_null() => drop(members.shift_remove(key)),
            Json::Object(members) => drop(members.insert(key.to_owned(), value.clone())),
            Json::Array(items) if key.parse::<usize>().unwrap() < items.len() => {
                items[key.parse::<usize>().unwrap()] = value.clone();
            }
            Json::Array(items) => items.push(value.clone()),
            other => panic!("{pointer}: {other}"),
        }
    }
    definition
}

fn validated(definition: &Json) -> Vec<(&'static str, String)> {
    let mut findings = Findings::default();
    let node = parse(&definition.to_string(), 0).unwrap();
    validate(&node, &Model::bundled().unwrap(), &Policy::default(), &mut findings);
    findings.sort();
    findings.as_slice().iter().map(|finding| (finding.rule, finding.pointer.clone())).collect()
}

/// Too large to be written down.
fn size_cases() -> Vec<Outcome> {
    let mut definition = base();
    let room = 65_536 - definition.to_string().len();
    let mut with = |characters: usize| {
        definition["containerDefinitions"][0]["environment"][0]["value"] = json!("x".repeat(characters + 1));
        validated(&definition).into_iter().map(|(rule, _)| rule).collect::<Vec<_>>()
    };
    let near = 65_536 / 10 * 9 + room - 65_536;
    vec![("TD-SIZE-NEAR", with(near + 1), with(near)), ("TD-SIZE", with(room + 1), vec![])]
}

/// Of tags that say where a revision comes from. That they are left out is decided where they are added.
fn room_cases() -> Vec<Outcome> {
    let with = |own: usize| {
        let tags: Vec<_> = (0..own).map(|n| json!({"key": format!("k{n}"), "value": ""})).collect();
        let mut node = parse(&json!({ "tags": tags }).to_string(), 0).unwrap();
        let mut findings = Findings::default();
        provenance::add(&mut node, &std::collections::BTreeMap::new(), "digest", "1", &mut findings);
        broken_rules(&findings)
    };
    vec![("TD-TAG-ROOM", with(49), with(48))]
}

fn outcomes() -> Vec<Outcome> {
    [appspec_cases(), online_cases(), template_cases(), size_cases(), room_cases()].concat()
}

/// Fargate's rules hold where AppSpec or service say that tasks run there, and `requiresCompatibilities` says nothing else.
#[test]
fn what_runs_on_fargate_is_checked_for_it_though_the_definition_does_not_say_so() {
    let rules = |changes: Json, fargate: bool| {
        let mut findings = Findings::default();
        let node = parse(&changed(&changes).to_string(), 0).unwrap();
        let policy = Policy { fargate, ..Policy::default() };
        validate(&node, &Model::bundled().unwrap(), &policy, &mut findings);
        broken_rules(&findings)
    };
    let silent = json!({"/requiresCompatibilities": null, "/memory": "5120", "/containerDefinitions/0/privileged": true});
    assert_eq!(rules(silent.clone(), false), Vec::<&str>::new());
    assert_eq!(rules(silent, true), ["TD-FARGATE-SIZE", "TD-FARGATE-FORBIDDEN"]);
    assert_eq!(
        rules(json!({"/requiresCompatibilities": ["EC2"], "/memory": "5120"}), true),
        Vec::<&str>::new()
    );
}

#[test]
fn each_rule_about_definitions_refuses_its_mistake_and_lets_the_neighbour_pass() {
    let mut wrong = Vec::new();
    for (rule, pointer, bad, good) in definition_cases() {
        let found = validated(&changed(&bad));
        if found != [(rule, pointer.to_owned())] {
            wrong.push(format!("{rule} {pointer} {bad}: {found:?}"));
        }
        let found = validated(&changed(&good));
        if !found.is_empty() {
            wrong.push(format!("neighbour of {rule} {good}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_other_rule_refuses_its_mistake_and_lets_the_neighbour_pass() {
    let wrong: Vec<Outcome> =
        outcomes().into_iter().filter(|(rule, bad, good)| *bad != [*rule] || !good.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_rule_is_without_its_two_tests_and_its_explanation() {
    let cases = definition_cases();
    let tested: BTreeSet<&str> =
        cases.iter().map(|case| case.0).chain(outcomes().iter().map(|outcome| outcome.0)).collect();
    let known: BTreeSet<&str> = rules::all().map(|rule| rule.id).collect();
    assert_eq!(tested.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "tested, but no rule");
    assert_eq!(known.difference(&tested).collect::<Vec<_>>(), Vec::<&&str>::new(), "a rule without tests");
    for rule in rules::all() {
        assert!(rule.meaning.len() > 40 && rule.page.starts_with("https://"), "{}", rule.id);
    }
}

/// A rule that is added by a typing mistake in `findings.add` would be an error without an explanation.
#[test]
fn every_rule_that_the_code_names_is_in_the_catalogue() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/taskdef");
    let name = regex::Regex::new(r#""((?:TD|AS|DP)-[A-Z]+(?:-[A-Z]+)*)""#).unwrap();
    let (mut folders, mut seen) = (vec![root], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_string_lossy().ends_with("_tests.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                seen.extend(name.captures_iter(code).map(|found| found[1].to_owned()));
            }
        }
    }
    assert!(seen.len() > 60, "{}", seen.len());
    let known: BTreeSet<String> = rules::all().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(seen, known);
}
