//! What ECS knows about its own blue/green deployments.

use aws_sdk_ecs::types::{
    DeploymentLifecycleHookAction, ResolvedConfiguration, ServiceDeploymentStatus, ServiceRevision,
};
use greenlight_core::hook::native::{BalancerFacts, RevisionFacts};
use greenlight_kit::AwsError;

use super::{Aws, ECS};

/// How a service deployment stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceDeploymentFacts {
    pub rollback: bool,
    /// Tasks of green.
    pub requested: i64,
    pub running: i64,
    pub pending: i64,
    /// A hook of this deployment lets it through when nobody answers in time.
    pub fails_open: bool,
}

impl Aws {
    /// Nothing where there is no such revision.
    pub async fn gather_revision(&self, revision_arn: &str) -> Result<Option<RevisionFacts>, AwsError> {
        let output = self.ecs.describe_service_revisions().service_revision_arns(revision_arn).send().await;
        let output = output.map_err(|error| AwsError::new(ECS, "DescribeServiceRevisions", &error))?;
        Ok(output.service_revisions().first().map(revision))
    }

    /// Nothing where there is no such deployment.
    pub async fn gather_service_deployment(
        &self,
        arn: &str,
    ) -> Result<Option<ServiceDeploymentFacts>, AwsError> {
        let output = self.ecs.describe_service_deployments().service_deployment_arns(arn).send().await;
        let output = output.map_err(|error| AwsError::new(ECS, "DescribeServiceDeployments", &error))?;
        Ok(output.service_deployments().first().map(|found| {
            let green = found.target_service_revision();
            let status = found.status().map(ServiceDeploymentStatus::as_str).unwrap_or_default();
            let open = DeploymentLifecycleHookAction::Continue;
            ServiceDeploymentFacts {
                rollback: found.rollback().is_some() || status.starts_with("ROLLBACK"),
                requested: green.map_or(0, |green| i64::from(green.requested_task_count())),
                running: green.map_or(0, |green| i64::from(green.running_task_count())),
                pending: green.map_or(0, |green| i64::from(green.pending_task_count())),
                fails_open: found
                    .lifecycle_hook_details()
                    .iter()
                    .any(|hook| hook.timeout_action() == Some(&open)),
            }
        }))
    }
}

fn revision(found: &ServiceRevision) -> RevisionFacts {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let balancers = found.load_balancers().iter().map(|balancer| {
        let advanced = balancer.advanced_configuration();
        BalancerFacts {
            target_group_arn: text(balancer.target_group_arn()),
            alternate_target_group_arn: advanced.and_then(|it| text(it.alternate_target_group_arn())),
            production_rule_arn: advanced.and_then(|it| text(it.production_listener_rule())),
            test_rule_arn: advanced.and_then(|it| text(it.test_listener_rule())),
        }
    });
    let resolved =
        found.resolved_configuration().map(ResolvedConfiguration::load_balancers).unwrap_or_default();
    let container = found.load_balancers().first().and_then(|balancer| balancer.container_name());
    let images = found.container_images();
    let image = match container {
        Some(name) => images.iter().find(|image| image.container_name() == Some(name)),
        None => images.first().filter(|_| images.len() == 1),
    };
    RevisionFacts {
        balancers: balancers.collect(),
        resolved_target_group_arns: resolved.iter().filter_map(|it| text(it.target_group_arn())).collect(),
        digest: image.and_then(|image| text(image.image_digest())),
    }
}
