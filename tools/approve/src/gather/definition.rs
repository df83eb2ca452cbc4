//! What the deploy actions of the production stage bring: images and settings, beside what production runs.

use greenlight_core::approval::contents::{Deployment, Image, Settings, images, settings};
use greenlight_core::approval::dossier::Known;
use greenlight_core::approval::pending::{ActionRun, ArtifactPlace, RunStatus};
use greenlight_kit::AwsError;
use render_taskdef::diff::comparable;
use render_taskdef::wire::{self, Described};
use serde_json::Value as Json;

use super::artifact::gather_artifact;
use super::{ActionDefinition, StageDefinition};
use crate::session::Session;

/// Images that `CodeDeployToECS` fills in at most
/// (<https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html>, 2026-11).
const MAX_IMAGES: usize = 4;
/// Where the action does not name a file.
const DEFAULT_PATH: &str = "taskdef.json";

pub async fn gather_deployments(
    session: &Session,
    stage: &StageDefinition,
    runs: &[ActionRun],
) -> Known<Vec<Deployment>> {
    let mut deployments = Vec::new();
    for action in stage.actions.iter().filter(|action| action.category == "Deploy") {
        deployments.push(gather_deployment(session, action, runs).await);
    }
    if deployments.is_empty() {
        return Known::Missing { why: format!("stage {} has no deploy action", stage.name) };
    }
    Known::Known(deployments)
}

async fn gather_deployment(session: &Session, action: &ActionDefinition, runs: &[ActionRun]) -> Deployment {
    let missing = |why: String| Deployment {
        action: action.name.clone(),
        images: Known::Missing { why: why.clone() },
        task_definition: Known::Missing { why },
    };
    if action.provider != "CodeDeployToECS" {
        return missing(format!("it deploys by {}, which has no task definition", action.provider));
    }
    let (next, live) =
        futures::join!(next_definition(session, action, runs), live_definition(session, action));
    let next = match next {
        Ok(next) => next,
        Err(why) => return missing(why),
    };
    let running = live.as_ref().ok().map(|live| &live.definition);
    let known: Vec<Image> = images(&next, running);
    let task_definition = match live.and_then(|live| difference(&live, &next)) {
        Ok(settings) => Known::Known(settings),
        Err(why) => Known::Missing { why },
    };
    Deployment { action: action.name.clone(), images: Known::Known(known), task_definition }
}

fn difference(live: &Described, next: &Json) -> Result<Settings, String> {
    let canonical = |definition: &Json| comparable(definition).map_err(|error| error.to_string());
    Ok(settings(&live.arn, &canonical(&live.definition)?, &canonical(next)?))
}

fn configured<'a>(action: &'a ActionDefinition, name: &str) -> Result<&'a str, String> {
    let value = action.configuration.get(name).filter(|value| !value.is_empty());
    let value = value.ok_or_else(|| format!("action {} has no {name}", action.name))?;
    if value.contains("#{") {
        return Err(format!("{name} of action {} is a variable that is filled in later", action.name));
    }
    Ok(value)
}

/// What the action will register: the file of its artifact, with the images filled in as the action does.
async fn next_definition(
    session: &Session,
    action: &ActionDefinition,
    runs: &[ActionRun],
) -> Result<Json, String> {
    let artifact = configured(action, "TaskDefinitionTemplateArtifact")?;
    let path = match action.configuration.get("TaskDefinitionTemplatePath") {
        Some(_) => configured(action, "TaskDefinitionTemplatePath")?,
        None => DEFAULT_PATH,
    };
    let text = gather_artifact(session, produced(artifact, runs)?).await?.text(path)?;
    let mut filled = text;
    for number in 1..=MAX_IMAGES {
        let (artifact, name) = (format!("Image{number}ArtifactName"), format!("Image{number}ContainerName"));
        if !action.configuration.contains_key(&artifact) {
            continue;
        }
        let (artifact, name) = (configured(action, &artifact)?, configured(action, &name)?);
        let detail = gather_artifact(session, produced(artifact, runs)?).await?.text("imageDetail.json")?;
        filled = fill(&filled, name, &detail)?;
    }
    serde_json::from_str(&filled).map_err(|error| format!("{path} is not JSON: {error}"))
}

/// Puts the `ImageURI` in the place of `<name>`.
fn fill(definition: &str, name: &str, image_detail: &str) -> Result<String, String> {
    let detail: Json = serde_json::from_str(image_detail)
        .map_err(|error| format!("imageDetail.json is not JSON: {error}"))?;
    let image = detail.get("ImageURI").and_then(Json::as_str).ok_or("imageDetail.json has no ImageURI")?;
    let quoted = Json::from(image).to_string();
    Ok(definition.replace(&format!("<{name}>"), quoted.trim_matches('"')))
}

/// Where this execution left the artifact.
fn produced<'a>(artifact: &str, runs: &'a [ActionRun]) -> Result<&'a ArtifactPlace, String> {
    runs.iter()
        .filter(|run| run.status == RunStatus::Succeeded)
        .find_map(|run| run.outputs.get(artifact))
        .ok_or_else(|| format!("this execution has no artifact {artifact}"))
}

async fn live_definition(session: &Session, action: &ActionDefinition) -> Result<Described, String> {
    let (application, group) =
        (configured(action, "ApplicationName")?, configured(action, "DeploymentGroupName")?);
    let request =
        session.deployments.get_deployment_group().application_name(application).deployment_group_name(group);
    let output = request.send().await;
    let output =
        output.map_err(|error| AwsError::new("codedeploy", "GetDeploymentGroup", &error).to_string())?;
    let service = output.deployment_group_info().and_then(|info| info.ecs_services().first());
    let place = service.and_then(|service| Some((service.cluster_name()?, service.service_name()?)));
    let (cluster, service) = place.ok_or_else(|| format!("deployment group {group} names no ECS service"))?;
    let arn = render_taskdef::gather::aws::running(&session.services, cluster, service)
        .await
        .map_err(|error| error.to_string())?
        .ok_or_else(|| format!("there is no service {cluster}/{service}"))?;
    let described = wire::describe(&session.services, &arn).await.map_err(|error| error.to_string())?;
    described.ok_or_else(|| format!("ECS no longer has {arn}"))
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn images_are_filled_in_as_the_action_does() {
        let definition = r#"{"image": "<IMAGE1_NAME>", "name": "<OTHER>"}"#;
        let filled = fill(definition, "IMAGE1_NAME", r#"{"ImageURI": "repo@sha256:01"}"#).unwrap();
        assert_eq!(filled, r#"{"image": "repo@sha256:01", "name": "<OTHER>"}"#);
        // A reference cannot end the string that it stands in.
        let evil = fill(definition, "IMAGE1_NAME", r#"{"ImageURI": "x\", \"name\": \"y"}"#).unwrap();
        let parsed: serde_json::Value = serde_json::from_str(&evil).unwrap();
        assert_eq!(parsed["name"], "<OTHER>");
        assert!(fill(definition, "X", "{}").is_err());
    }
}
