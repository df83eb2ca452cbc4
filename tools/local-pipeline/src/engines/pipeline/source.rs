//! The source action: a commit of a checkout on this machine becomes the source artifact.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use tokio::process::Command;

use super::action::{Context, Done, Failed};

pub async fn run(context: &Context<'_>) -> Result<Done, Failed> {
    let repository = context.configured("FullRepositoryId")?.to_owned();
    let checkout = context.engine.lock().repositories.get(&repository).cloned().ok_or_else(|| {
        Failed::new("ConfigurationError", format!("no checkout stands for the repository {repository}"))
    })?;
    let branch = context.configuration.get("BranchName").cloned().unwrap_or_else(|| "HEAD".to_owned());
    let asked = context
        .engine
        .with_execution(context.pipeline, context.execution, |execution| {
            execution.revisions.get(&context.action.name).cloned()
        })
        .ok()
        .flatten();
    let revision = asked.unwrap_or_else(|| branch.clone());
    let commit =
        git(&checkout, &["rev-parse", "--verify", "--end-of-options", &format!("{revision}^{{commit}}")])
            .await?;
    let shown = git(&checkout, &["show", "-s", "--format=%an%x00%ae%x00%aI%x00%B", &commit]).await?;
    let mut fields = shown.splitn(4, '\0').map(str::trim).map(str::to_owned);
    let mut next = || fields.next().unwrap_or_default();
    let (author, email, date, message) = (next(), next(), next(), next());
    let archive = archive(&checkout, &commit).await?;
    if let Some((_, location)) = context.outputs.first() {
        context.engine.objects.put(&location.bucket, &location.key, archive);
    }
    let artifact = context.outputs.first().map(|(name, _)| name.clone());
    let _ = context.engine.with_execution(context.pipeline, context.execution, |execution| {
        execution.artifact_revisions.push(json!({
            "actionName": context.action.name, "name": artifact, "revisionId": commit,
            "revisionSummary": json!({"ProviderType": "GitHub", "CommitMessage": message}).to_string(),
            "revisionUrl": format!("file://{}", checkout.display()),
            "created": super::now(),
        }));
    });
    let variables = BTreeMap::from(
        [
            ("CommitId", commit.clone()),
            ("CommitMessage", message.clone()),
            ("AuthorDate", date),
            ("AuthorDisplayName", author),
            ("AuthorEmail", email),
            ("BranchName", branch),
            ("FullRepositoryName", repository),
            ("ConnectionArn", context.configuration.get("ConnectionArn").cloned().unwrap_or_default()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    Ok(Done { summary: message, external_id: commit, external_url: String::new(), variables })
}

/// The commit's tree as a zip.
async fn archive(checkout: &Path, commit: &str) -> Result<bytes::Bytes, Failed> {
    let output = command(checkout, &["archive", "--format=zip", "-1", commit])
        .output()
        .await
        .map_err(|error| Failed::new("JobFailed", format!("cannot run git: {error}")))?;
    if output.status.success() {
        Ok(output.stdout.into())
    } else {
        Err(Failed::new(
            "JobFailed",
            format!("git archive: {}", String::from_utf8_lossy(&output.stderr).trim()),
        ))
    }
}

async fn git(checkout: &Path, arguments: &[&str]) -> Result<String, Failed> {
    let output = command(checkout, arguments)
        .output()
        .await
        .map_err(|error| Failed::new("JobFailed", format!("cannot run git: {error}")))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(Failed::new(
            "JobFailed",
            format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()),
        ))
    }
}

fn command(checkout: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(PathBuf::from(checkout)).args(arguments).stdin(std::process::Stdio::null());
    command
}
