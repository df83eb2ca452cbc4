//! The pipeline's declaration: the stages, actions and artifacts that Terraform creates.

use serde_json::{Value, json};

use super::environment::Site;
use super::{PIPELINE, PROJECT, REPOSITORY, artifact_bucket};
use crate::names;

/// What `CreatePipeline` takes.
pub fn declaration(sites: &[Site]) -> Value {
    let mut stages = vec![
        json!({"name": "Source", "actions": [{
            "name": "Source", "namespace": "SourceVariables",
            "actionTypeId": kind("Source", "CodeStarSourceConnection"),
            "configuration": {
                "ConnectionArn": names::arn("codeconnections", "connection/local"),
                "FullRepositoryId": REPOSITORY, "BranchName": "HEAD",
            },
            "outputArtifacts": artifacts(&["source"]),
        }]}),
        json!({"name": "Build", "actions": [
            build("Tools", 1, "tools", &["source"], &["tools"]),
            build("Backend", 2, "backend", &["source", "tools"], &["backend"]),
            build("Frontend", 2, "frontend", &["source"], &["frontend"]),
        ]}),
    ];
    for (index, site) in sites.iter().enumerate() {
        if index == 1 {
            let test = sites.first().map_or("", |site| site.url.as_str());
            stages.push(approval(test));
        }
        stages.push(release(site));
    }
    json!({"pipeline": {
        "name": PIPELINE, "pipelineType": "V2", "executionMode": "QUEUED",
        "roleArn": format!("arn:aws:iam::{}:role/{PROJECT}-pipeline", names::ACCOUNT_ID),
        "artifactStore": {"type": "S3", "location": artifact_bucket()},
        "stages": stages,
    }})
}

fn kind(category: &str, provider: &str) -> Value {
    json!({"category": category, "owner": "AWS", "provider": provider, "version": "1"})
}

fn artifacts(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"name": name})).collect()
}

fn build(name: &str, order: u32, project: &str, inputs: &[&str], outputs: &[&str]) -> Value {
    json!({
        "name": name, "runOrder": order, "namespace": format!("{name}Variables"),
        "actionTypeId": kind("Build", "CodeBuild"),
        "configuration": {"ProjectName": format!("{PROJECT}-{project}"), "PrimarySource": "source"},
        "inputArtifacts": artifacts(inputs), "outputArtifacts": artifacts(outputs),
    })
}

/// Blue/green deployment of the API, then the frontend, then a look from outside.
fn release(site: &Site) -> Value {
    let environment = &site.name;
    let mut title = environment.clone();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    json!({"name": title, "actions": [
        {
            "name": "Deploy", "runOrder": 1, "actionTypeId": kind("Deploy", "CodeDeployToECS"),
            "configuration": {
                "ApplicationName": format!("{PROJECT}-{environment}"), "DeploymentGroupName": "backend",
                "TaskDefinitionTemplateArtifact": "backend",
                "TaskDefinitionTemplatePath": format!("{environment}/taskdef.json"),
                "AppSpecTemplateArtifact": "backend", "AppSpecTemplatePath": format!("{environment}/appspec.yaml"),
            },
            "inputArtifacts": artifacts(&["backend"]),
        },
        build("Publish", 2, &format!("{environment}-publish"), &["source", "tools", "frontend"], &[]),
        build("Smoke", 3, &format!("{environment}-smoke"), &["source", "tools"], &[]),
    ]})
}

fn approval(test_url: &str) -> Value {
    json!({"name": "Approve", "actions": [{
        "name": "Approve", "actionTypeId": kind("Approval", "Manual"),
        "configuration": {
            "CustomData": "Release #{SourceVariables.CommitId} to prod? It is live in test.",
            "ExternalEntityLink": test_url,
        },
    }]})
}
