use super::*;
use crate::taskdef::json::parse;
use crate::taskdef::node::Place;

fn base() -> serde_json::Value {
    serde_json::json!({
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

/// The rules that a definition breaks, with pointers.
fn broken(definition: &serde_json::Value) -> Vec<(&'static str, String)> {
    let mut findings = Findings::default();
    let model = Model::bundled().unwrap();
    validate(&parse(&definition.to_string(), 0).unwrap(), &model, &Policy::default(), &mut findings);
    findings.sort();
    findings.as_slice().iter().map(|finding| (finding.rule, finding.pointer.clone())).collect()
}

#[test]
fn the_base_is_valid() {
    assert_eq!(broken(&base()), []);
}

#[test]
fn the_size_limit_is_measured_in_bytes_of_compact_json() {
    let mut definition = base();
    let room = 65_536 - definition.to_string().len();
    definition["containerDefinitions"][0]["environment"][0]["value"] =
        serde_json::json!("x".repeat(room + 1));
    assert_eq!(broken(&definition), [("TD-SIZE-NEAR", String::new())]);
    definition["containerDefinitions"][0]["environment"][0]["value"] =
        serde_json::json!("x".repeat(room + 2));
    assert_eq!(broken(&definition), [("TD-SIZE", String::new())]);
}

#[test]
fn findings_come_in_the_order_of_the_file() {
    let mut findings = Findings::default();
    let text = "{\"family\": \"a b\",\n \"cpu\": \"1\",\n \"containerDefinitions\": []}";
    validate(&parse(text, 0).unwrap(), &Model::bundled().unwrap(), &Policy::default(), &mut findings);
    findings.sort();
    let places: Vec<Place> = findings.as_slice().iter().map(|finding| finding.place).collect();
    assert!(places.is_sorted() && places.len() == 3, "{places:?}");
}
