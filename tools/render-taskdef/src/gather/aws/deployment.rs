//! The ECS service, the deployment group of CodeDeploy, and the newest revision of the family.

use aws_config::SdkConfig;
use aws_sdk_codedeploy::types::DeploymentGroupInfo;
use greenlight_core::taskdef::online::{Answer, GroupFacts, Revision, ServiceFacts};
use greenlight_kit::AwsError;

use super::answer;
use crate::wire;

pub async fn service(client: &aws_sdk_ecs::Client, cluster: &str, service: &str) -> Answer<ServiceFacts> {
    let found = match client.describe_services().cluster(cluster).services(service).send().await {
        Ok(found) => found,
        Err(error) => return answer(&AwsError::new("ecs", "DescribeServices", &error)),
    };
    let Some(service) = found.services().first() else { return Answer::Missing };
    // Under CODE_DEPLOY the load balancers are those of the primary task set.
    let primary = service.task_sets().iter().find(|set| set.status() == Some("PRIMARY"));
    let balancers =
        service.load_balancers().iter().chain(primary.map_or(&[][..], |set| set.load_balancers()));
    let provider = |name: Option<&str>| matches!(name, Some("FARGATE" | "FARGATE_SPOT"));
    let mut providers = service
        .capacity_provider_strategy()
        .iter()
        .chain(primary.map_or(&[][..], |set| set.capacity_provider_strategy()));
    let launched = service.launch_type().or_else(|| primary.and_then(|set| set.launch_type()));
    Answer::Found(ServiceFacts {
        fargate: launched.is_some_and(|kind| kind.as_str() == "FARGATE")
            || providers.any(|item| provider(Some(item.capacity_provider()))),
        status: service.status().unwrap_or_default().to_owned(),
        controller: service
            .deployment_controller()
            .map_or("ECS", |controller| controller.r#type().as_str())
            .to_owned(),
        balancers: balancers
            .filter_map(|one| Some((one.container_name()?.to_owned(), one.container_port()?.into())))
            .collect(),
    })
}

/// What the service runs now.
pub async fn running(
    client: &aws_sdk_ecs::Client,
    cluster: &str,
    service: &str,
) -> Result<Option<String>, AwsError> {
    let found = client
        .describe_services()
        .cluster(cluster)
        .services(service)
        .send()
        .await
        .map_err(|error| AwsError::new("ecs", "DescribeServices", &error))?;
    let Some(service) = found.services().first() else { return Ok(None) };
    let primary = service.task_sets().iter().find(|set| set.status() == Some("PRIMARY"));
    let of_set = primary.and_then(|set| set.task_definition());
    Ok(of_set.or(service.task_definition()).map(str::to_owned))
}

pub async fn latest(client: &aws_sdk_ecs::Client, family: &str) -> Answer<Revision> {
    match wire::describe(client, family).await {
        Ok(Some(described)) => Answer::Found(Revision { number: described.revision, arn: described.arn }),
        Ok(None) => Answer::Missing,
        Err(error) => answer(&error),
    }
}

pub async fn group(config: &SdkConfig, application: &str, group: &str) -> Answer<GroupFacts> {
    let codedeploy = aws_sdk_codedeploy::Client::new(config);
    let balancing = aws_sdk_elasticloadbalancingv2::Client::new(config);
    let call = codedeploy.get_deployment_group().application_name(application).deployment_group_name(group);
    let found = match call.send().await {
        Ok(found) => found,
        Err(error) => return answer(&AwsError::new("codedeploy", "GetDeploymentGroup", &error)),
    };
    let Some(info) = found.deployment_group_info else { return Answer::Missing };
    let config = info.deployment_config_name().unwrap_or_default().to_owned();
    // Only a configuration that shifts in steps depends on the kind of the load balancer.
    let network_balancer = match target_group(&info) {
        Some(name) if config != "CodeDeployDefault.ECSAllAtOnce" => is_network(&balancing, name).await,
        _ => None,
    };
    let pairs = info.load_balancer_info().map_or(&[][..], |info| info.target_group_pair_info_list());
    Answer::Found(GroupFacts {
        services: info
            .ecs_services()
            .iter()
            .filter_map(|one| Some((one.cluster_name()?.to_owned(), one.service_name()?.to_owned())))
            .collect(),
        test_listener: pairs
            .iter()
            .any(|pair| pair.test_traffic_route().is_some_and(|route| !route.listener_arns().is_empty())),
        config,
        network_balancer,
    })
}

fn target_group(info: &DeploymentGroupInfo) -> Option<&str> {
    info.load_balancer_info()?.target_group_pair_info_list().first()?.target_groups().first()?.name()
}

/// Network Load Balancers speak TCP, UDP and TLS, Application Load Balancers HTTP and HTTPS.
async fn is_network(client: &aws_sdk_elasticloadbalancingv2::Client, name: &str) -> Option<bool> {
    let found = client.describe_target_groups().names(name).send().await.ok()?;
    let protocol = found.target_groups().first()?.protocol()?.as_str().to_owned();
    Some(!protocol.starts_with("HTTP"))
}
