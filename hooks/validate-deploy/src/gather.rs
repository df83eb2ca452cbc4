//! Reads what AWS knows about a deployment. Only reads.

mod alarms;
mod balancer;
mod conditions;
pub mod definition;
mod native;

use aws_sdk_codedeploy::types::{DeploymentCreator, DeploymentStatus, LoadBalancerInfo, TargetGroupPairInfo};
use greenlight_core::hook::discover::{EcsTaskSetFacts, PairFacts, TargetFacts, TaskSetFacts};
use greenlight_kit::{AwsError, AwsFlags};

pub use balancer::ListenerFacts;
pub use native::ServiceDeploymentFacts;

const CODEDEPLOY: &str = "codedeploy";
const ECS: &str = "ecs";

#[derive(Debug, Clone)]
pub struct Aws {
    codedeploy: aws_sdk_codedeploy::Client,
    ecs: aws_sdk_ecs::Client,
    elb: aws_sdk_elasticloadbalancingv2::Client,
    s3: aws_sdk_s3::Client,
    ssm: aws_sdk_ssm::Client,
    alarms: alarms::Alarms,
}

/// What CodeDeploy says of the deployment itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeploymentFacts {
    pub pairs: Vec<PairFacts>,
    /// It is over: succeeded, failed or stopped.
    pub over: bool,
    /// CodeDeploy made it to undo another one.
    pub rollback: bool,
}

impl Aws {
    pub async fn load(flags: &AwsFlags) -> Self {
        let sdk = Box::pin(flags.load()).await;
        let s3 =
            aws_sdk_s3::config::Builder::from(&sdk).force_path_style(sdk.endpoint_url().is_some()).build();
        Self {
            codedeploy: aws_sdk_codedeploy::Client::new(&sdk),
            ecs: aws_sdk_ecs::Client::new(&sdk),
            elb: aws_sdk_elasticloadbalancingv2::Client::new(&sdk),
            s3: aws_sdk_s3::Client::from_conf(s3),
            ssm: aws_sdk_ssm::Client::new(&sdk),
            alarms: alarms::Alarms::new(&sdk),
        }
    }

    /// The target group pairs of the deployment, and how it stands.
    pub async fn gather_deployment(&self, deployment_id: &str) -> Result<DeploymentFacts, AwsError> {
        let output = self.codedeploy.get_deployment().deployment_id(deployment_id).send().await;
        let output = output.map_err(|error| AwsError::new(CODEDEPLOY, "GetDeployment", &error))?;
        let Some(found) = output.deployment_info() else { return Ok(DeploymentFacts::default()) };
        let pairs = found.load_balancer_info().map(LoadBalancerInfo::target_group_pair_info_list);
        let status = found.status().map(DeploymentStatus::as_str).unwrap_or_default();
        let creator = found.creator().map(DeploymentCreator::as_str).unwrap_or_default();
        Ok(DeploymentFacts {
            pairs: pairs.unwrap_or_default().iter().map(pair).collect(),
            over: matches!(status, "Succeeded" | "Failed" | "Stopped"),
            rollback: creator.ends_with("Rollback"),
        })
    }

    /// The deployment's ECS target; absent until CodeDeploy has made one.
    pub async fn gather_target(&self, deployment_id: &str) -> Result<Option<TargetFacts>, AwsError> {
        let listed = self.codedeploy.list_deployment_targets().deployment_id(deployment_id).send().await;
        let listed = listed.map_err(|error| AwsError::new(CODEDEPLOY, "ListDeploymentTargets", &error))?;
        let Some(target_id) = listed.target_ids().first() else { return Ok(None) };
        let output = self
            .codedeploy
            .get_deployment_target()
            .deployment_id(deployment_id)
            .target_id(target_id)
            .send()
            .await;
        let output = output.map_err(|error| AwsError::new(CODEDEPLOY, "GetDeploymentTarget", &error))?;
        let Some(target) = output.deployment_target().and_then(|target| target.ecs_target()) else {
            return Ok(None);
        };
        let lifecycle = target.lifecycle_events().iter().map(|event| {
            let status = event.status().map(|status| status.as_str().to_owned()).unwrap_or_default();
            (owned(event.lifecycle_event_name()), status)
        });
        let task_sets = target.task_sets_info().iter().map(|set| TaskSetFacts {
            id: owned(set.identifer()),
            label: set.task_set_label().map(|label| label.as_str().to_owned()).unwrap_or_default(),
            target_group: owned(set.target_group().and_then(|group| group.name())),
        });
        Ok(Some(TargetFacts {
            target_id: target_id.clone(),
            lifecycle: lifecycle.collect(),
            task_sets: task_sets.collect(),
        }))
    }

    async fn describe_task_sets(
        &self,
        cluster: &str,
        service: &str,
    ) -> Result<Vec<aws_sdk_ecs::types::TaskSet>, AwsError> {
        let output = self.ecs.describe_task_sets().cluster(cluster).service(service).send().await;
        let output = output.map_err(|error| AwsError::new(ECS, "DescribeTaskSets", &error))?;
        Ok(output.task_sets.unwrap_or_default())
    }

    pub async fn gather_task_sets(
        &self,
        cluster: &str,
        service: &str,
    ) -> Result<Vec<EcsTaskSetFacts>, AwsError> {
        let sets = self.describe_task_sets(cluster, service).await?;
        let facts = sets.iter().map(|set| {
            let balancer = set.load_balancers().first();
            EcsTaskSetFacts {
                id: owned(set.id()),
                external_id: set.external_id().map(str::to_owned),
                task_definition: owned(set.task_definition()),
                container: balancer.and_then(|balancer| balancer.container_name()).map(str::to_owned),
                target_group_arn: balancer
                    .and_then(|balancer| balancer.target_group_arn())
                    .map(str::to_owned),
            }
        });
        Ok(facts.collect())
    }

    pub async fn gather_parameter(&self, name: &str) -> Result<String, AwsError> {
        let output = self.ssm.get_parameter().name(name).with_decryption(true).send().await;
        let output = output.map_err(|error| AwsError::new("ssm", "GetParameter", &error))?;
        Ok(output.parameter.and_then(|parameter| parameter.value).unwrap_or_default())
    }

    pub async fn gather_object(&self, bucket: &str, key: &str) -> Result<Vec<u8>, AwsError> {
        let output = self.s3.get_object().bucket(bucket).key(key).send().await;
        let output = output.map_err(|error| AwsError::new("s3", "GetObject", &error))?;
        let body = output.body.collect().await.map_err(|error| AwsError {
            service: "s3",
            operation: "GetObject",
            kind: greenlight_kit::AwsErrorKind::Unavailable,
            code: None,
            message: error.to_string(),
            request_id: None,
            status: None,
        })?;
        Ok(body.to_vec())
    }
}

fn owned(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn pair(info: &TargetGroupPairInfo) -> PairFacts {
    let listeners = |route: Option<&aws_sdk_codedeploy::types::TrafficRoute>| {
        route.map(|route| route.listener_arns().to_vec()).unwrap_or_default()
    };
    PairFacts {
        target_groups: info.target_groups().iter().map(|group| owned(group.name())).collect(),
        production_listener_arns: listeners(info.prod_traffic_route()),
        test_listener_arns: listeners(info.test_traffic_route()),
    }
}
