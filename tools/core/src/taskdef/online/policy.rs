//! Trust policies of roles.

use serde_json::Value as Json;

/// The service that assumes the roles of tasks
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>, 2026-11).
const ECS_TASKS: &str = "ecs-tasks.amazonaws.com";

/// Whether a trust policy (JSON) allows ECS tasks to assume the role. Conditions are not evaluated: they narrow down which tasks,
/// and nobody knows their ARNs yet. A policy that cannot be read says no.
pub fn trusts_ecs_tasks(policy: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<Json>(policy) else { return false };
    let statements = many(policy.get("Statement"));
    let applies = |statement: &&Json, effect: &str| {
        let principal = statement.get("Principal");
        let service = principal.and_then(|principal| principal.get("Service"));
        let named = many(service).iter().any(|name| name.as_str() == Some(ECS_TASKS));
        let anyone = principal.and_then(Json::as_str) == Some("*")
            || many(principal.and_then(|principal| principal.get("AWS")))
                .iter()
                .any(|name| name.as_str() == Some("*"));
        let assumes =
            many(statement.get("Action")).iter().filter_map(|action| action.as_str()).any(|action| {
                action == "*" || ["sts:*", "sts:assumerole"].contains(&action.to_ascii_lowercase().as_str())
            });
        statement.get("Effect").and_then(Json::as_str) == Some(effect) && (named || anyone) && assumes
    };
    let denied = |statement: &&Json| applies(statement, "Deny") && statement.get("Condition").is_none();
    statements.iter().any(|statement| applies(statement, "Allow")) && !statements.iter().any(denied)
}

/// IAM writes one thing without its list.
fn many(value: Option<&Json>) -> Vec<&Json> {
    match value {
        Some(Json::Array(items)) => items.iter().collect(),
        Some(other) => vec![other],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::trusts_ecs_tasks;

    #[test]
    fn trust_policies() {
        let allow = |rest: &str| format!(r#"{{"Statement": {{"Effect": "Allow", {rest}}}}}"#);
        for (rest, trusted) in [
            (r#""Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole""#, true),
            (
                r#""Principal": {"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}, "Action": ["sts:TagSession", "sts:assumeRole"]"#,
                true,
            ),
            (r#""Principal": "*", "Action": "sts:*""#, true),
            (r#""Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole""#, false),
            (
                r#""Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRoleWithSAML""#,
                false,
            ),
        ] {
            assert_eq!(trusts_ecs_tasks(&allow(rest)), trusted, "{rest}");
        }
        let both = r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {"Effect": "Deny", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
        assert!(!trusts_ecs_tasks(both) && !trusts_ecs_tasks("no policy"));
    }
}
