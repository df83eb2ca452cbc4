//! How far a CodeDeploy deployment is.

use aws_sdk_codedeploy::types::{EcsTarget, EcsTaskSet, LifecycleEvent};
use greenlight_core::approval::lifecycle::{Event, Target, Weight};
use greenlight_kit::AwsError;

use crate::session::Session;

/// Nothing while the deployment has no target yet.
pub async fn gather_target(session: &Session, deployment_id: &str) -> Result<Option<Target>, AwsError> {
    let codedeploy = &session.deployments;
    let listed = codedeploy.list_deployment_targets().deployment_id(deployment_id).send().await;
    let listed = listed.map_err(|error| AwsError::new("codedeploy", "ListDeploymentTargets", &error))?;
    // An ECS deployment has one: its service.
    let Some(target_id) = listed.target_ids().first() else { return Ok(None) };
    let request = codedeploy.get_deployment_target().deployment_id(deployment_id).target_id(target_id);
    let output = request.send().await;
    let output = output.map_err(|error| AwsError::new("codedeploy", "GetDeploymentTarget", &error))?;
    Ok(output.deployment_target().and_then(|target| target.ecs_target()).map(target))
}

fn target(target: &EcsTarget) -> Target {
    Target {
        events: target.lifecycle_events().iter().map(event).collect(),
        weights: target.task_sets_info().iter().filter_map(weight).collect(),
    }
}

fn event(event: &LifecycleEvent) -> Event {
    let message = event.diagnostics().and_then(|diagnostics| diagnostics.message());
    Event {
        name: event.lifecycle_event_name().unwrap_or_default().to_owned(),
        status: event.status().map_or("", |status| status.as_str()).to_owned(),
        diagnostics: message.filter(|message| !message.is_empty()).map(str::to_owned),
    }
}

fn weight(set: &EcsTaskSet) -> Option<Weight> {
    Some(Weight { label: set.task_set_label()?.as_str().to_owned(), percent: set.traffic_weight() })
}
