//! What the function's role must allow, for `validate-deploy explain --iam` and for the message about a verdict that was refused.
//!
//! Names that only the reader knows stand in capitals. What has no resources in IAM's sense is allowed for `*`, by AWS's own tables
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>, 2026-11).

use greenlight_core::hook::config::Checked;
use serde_json::{Value, json};

const GROUP: &str = "arn:aws:codedeploy:REGION:ACCOUNT:deploymentgroup:APPLICATION/GROUP";

/// The statement without which no verdict arrives.
pub fn verdict_statement() -> Value {
    statement("Verdict", &["codedeploy:PutLifecycleEventHookExecutionStatus"], &json!(GROUP))
}

fn statement(sid: &str, actions: &[&str], resource: &Value) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource})
}

/// The whole policy; with a configuration, only what it makes the function do, and with its names.
pub fn policy(checked: Option<&Checked>) -> Value {
    let mut statements = vec![
        verdict_statement(),
        statement(
            "Deployment",
            &[
                "codedeploy:GetDeployment",
                "codedeploy:GetDeploymentTarget",
                "codedeploy:ListDeploymentTargets",
            ],
            &json!(GROUP),
        ),
        statement(
            "Service",
            &["ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:DescribeTaskSets"],
            &json!([
                "arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/SERVICE",
                "arn:aws:ecs:REGION:ACCOUNT:service-deployment/CLUSTER/SERVICE/*",
                "arn:aws:ecs:REGION:ACCOUNT:service-revision/CLUSTER/SERVICE/*",
                "arn:aws:ecs:REGION:ACCOUNT:task-set/CLUSTER/SERVICE/*",
            ]),
        ),
        statement(
            "Green",
            &[
                "ecs:DescribeTaskDefinition",
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeRules",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetHealth",
            ],
            &json!("*"),
        ),
    ];
    statements.extend(configured(checked));
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn configured(checked: Option<&Checked>) -> Vec<Value> {
    let mut statements = Vec::new();
    let report = checked.map_or(Some("arn:aws:s3:::BUCKET/PREFIX/*".to_owned()), |checked| {
        let place = checked.report.as_ref()?;
        let prefix = if place.prefix.is_empty() { String::new() } else { format!("{}/", place.prefix) };
        Some(format!("arn:aws:s3:::{}/{prefix}*", place.bucket))
    });
    if let Some(report) = report {
        statements.push(statement("Report", &["s3:PutObject"], &json!(report)));
    }
    let parameters = checked.map_or_else(
        || vec!["arn:aws:ssm:REGION:ACCOUNT:parameter/PATH".to_owned()],
        |checked| {
            let names = checked.secrets.iter();
            names.map(|name| format!("arn:aws:ssm:REGION:ACCOUNT:parameter{name}")).collect()
        },
    );
    if !parameters.is_empty() {
        statements.push(statement("Secrets", &["ssm:GetParameter"], &json!(parameters)));
    }
    if checked.is_none() {
        let object = json!("arn:aws:s3:::BUCKET/KEY");
        statements.push(statement("ConfigurationInS3", &["s3:GetObject"], &object));
    }
    if checked.is_none_or(|checked| checked.config.alarms.is_some()) {
        let alarms = json!("arn:aws:cloudwatch:REGION:ACCOUNT:alarm:*");
        statements.push(statement("Alarms", &["cloudwatch:DescribeAlarms"], &alarms));
    }
    statements
}
