use serde_json::json;

use super::*;

fn differences(before: &Json, after: &Json, reveal: &[&str]) -> Vec<String> {
    let reveal = reveal.iter().map(|name| (*name).to_owned()).collect();
    let show = |side: &Option<Shown>| side.as_ref().map_or("-".to_owned(), ToString::to_string);
    changes(&canonical(before), &canonical(after), &reveal)
        .iter()
        .map(|change| format!("{} {} > {}", change.path, show(&change.before), show(&change.after)))
        .collect()
}

fn definition() -> Json {
    json!({"family": "app", "networkMode": "awsvpc", "cpu": "256", "containerDefinitions": [
        {"name": "web", "image": "a@sha256:1", "portMappings": [{"containerPort": 80}],
         "environment": [{"name": "A", "value": "1"}, {"name": "DB_PASSWORD", "value": "hunter2"}]},
        {"name": "side", "image": "b"}]})
}

#[test]
fn what_ecs_adds_and_reorders_is_no_difference() {
    let described = json!({"networkMode": "awsvpc", "cpu": "256", "family": "app", "volumes": [], "placementConstraints": [],
        "tags": [{"key": "greenlight:git-sha", "value": "abc"}, {"key": "aws:cloudformation:stack-name", "value": "app"}],
        "containerDefinitions": [
        {"image": "b", "name": "side", "cpu": 0, "portMappings": [], "essential": true, "environment": [], "mountPoints": [], "volumesFrom": [], "systemControls": []},
        {"cpu": 0, "name": "web", "image": "a@sha256:1", "essential": true,
         "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
         "environment": [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "A", "value": "1"}]}]});
    assert_eq!(differences(&described, &definition(), &[]), Vec::<String>::new());
}

#[test]
fn values_of_variables_are_shown_by_name_only() {
    let mut after = definition();
    after["containerDefinitions"][0]["environment"] =
        json!([{"name": "A", "value": ""}, {"name": "NEW", "value": "topsecret"}]);
    after["containerDefinitions"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "third", "image": "c", "environment": [{"name": "T", "value": "topsecret"}]}));
    let all = differences(&definition(), &after, &[]).join("\n");
    assert!(!all.contains("hunter2") && !all.contains("topsecret"), "{all}");
    insta::assert_snapshot!("environment-values", all);
    let asked = differences(&definition(), &after, &["NEW"]).join("\n");
    assert!(!asked.contains("hunter2") && asked.matches("topsecret").count() == 1, "{asked}");
}

#[test]
fn an_environment_of_the_wrong_form_is_hidden_too() {
    let mut after = definition();
    after["containerDefinitions"][0]["environment"] = json!({"DB_PASSWORD": "hunter3"});
    let all = differences(&definition(), &after, &[]).join("\n");
    assert!(!all.contains("hunter"), "{all}");
}

#[test]
fn pointers_lead_to_the_new_definition() {
    let mut after = definition();
    after["containerDefinitions"][0]["memory"] = json!(128);
    after["cpu"] = Json::Null;
    let found = changes(&canonical(&definition()), &canonical(&after), &BTreeSet::new());
    let places: Vec<(&str, &str)> = found.iter().map(|c| (c.pointer.as_str(), c.path.as_str())).collect();
    assert_eq!(
        places,
        [("/containerDefinitions/1/memory", "containerDefinitions/web/memory"), ("/cpu", "cpu")]
    );
}
