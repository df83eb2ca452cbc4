//! ECS, asked by the real SDK; tasks are real processes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/aws_client.rs"]
#[allow(dead_code, reason = "shared between test programs")]
mod aws_client;
#[path = "support/blue_green.rs"]
#[allow(dead_code, reason = "shared between test programs")]
mod blue_green;

use aws_sdk_ecs::Client;
use aws_sdk_ecs::error::ProvideErrorMetadata;
use aws_sdk_ecs::types::{DesiredStatus, StabilityStatus};
use blue_green::{CLUSTER, IMAGE, SERVICE, World, eventually, get};
use local_pipeline::names::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};
use serde_json::json;

fn client(world: &World) -> Client {
    Client::new(&aws_client::config_with(world.gateway.url(), ACCESS_KEY_ID, SECRET_ACCESS_KEY))
}

#[tokio::test]
async fn a_service_runs_scales_and_leaves_nothing_behind() {
    let world = World::start().await;
    let ecs = client(&world);
    let definition = world.definition(IMAGE, &[("VERSION", "one")]);
    world.service(&definition, 2).await;
    world.serves(&world.production, "one").await;
    let tasks = &world.gateway.engines().tasks;
    eventually(|| async {
        let sets = ecs.describe_task_sets().cluster(CLUSTER).service(SERVICE).send().await.unwrap();
        sets.task_sets()[0].stability_status() == Some(&StabilityStatus::SteadyState)
    })
    .await;
    assert_eq!(tasks.process_count(), 2);
    let (_, environment) = get(world.port(&world.production), "/env").await;
    let state = world.state.path().to_str().unwrap();
    assert!(environment.contains(&format!("PYTHONPATH={state}/server/app")), "{environment}");
    assert!(environment.contains(&format!("AWS_ENDPOINT_URL={}", world.gateway.url())));

    ecs.update_service().cluster(CLUSTER).service(SERVICE).desired_count(1).send().await.unwrap();
    eventually(|| async { tasks.process_count() == 1 }).await;
    assert_eq!(get(world.port(&world.production), "/").await.0, 200);
    let described = ecs.describe_services().cluster(CLUSTER).services(SERVICE).send().await.unwrap();
    assert_eq!((described.services()[0].desired_count(), described.services()[0].running_count()), (1, 1));
    tasks.shutdown().await;
    assert_eq!(tasks.process_count(), 0);
    assert_eq!(get(world.port(&world.production), "/").await.0, 502, "the process is gone");
    world.gateway.stop().await;
}

#[tokio::test]
async fn a_container_that_exits_is_reported_and_given_up_after_three_tries() {
    let world = World::start().await;
    let ecs = client(&world);
    let definition = world.definition(IMAGE, &[("EXIT", "3")]);
    world.service(&definition, 1).await;
    eventually(|| async {
        let described = ecs.describe_services().cluster(CLUSTER).services(SERVICE).send().await.unwrap();
        let events = described.services()[0].events();
        events.iter().any(|event| event.message().unwrap().contains("unable to consistently start tasks"))
    })
    .await;
    let list = ecs.list_tasks().cluster(CLUSTER).desired_status(DesiredStatus::Running).send().await.unwrap();
    assert!(list.task_arns().is_empty() || world.gateway.engines().tasks.process_count() == 0);
    let sets = ecs.describe_task_sets().cluster(CLUSTER).service(SERVICE).send().await.unwrap();
    assert_eq!(sets.task_sets()[0].stability_status(), Some(&StabilityStatus::Stabilizing));
    let set = world.gateway.engines().tasks.service(CLUSTER, SERVICE).unwrap();
    assert!(set.task_sets[0].gave_up.as_deref().unwrap().contains("exit code 3"));
    world.gateway.stop().await;
}

#[tokio::test]
async fn a_missing_image_or_secret_stops_the_task_with_the_reason_of_aws() {
    let world = World::start().await;
    let ecs = client(&world);
    let definition = world.definition("123456789012.dkr.ecr.eu-central-1.amazonaws.com/none:1", &[]);
    world.service(&definition, 1).await;
    let tasks = &world.gateway.engines().tasks;
    let reason = |name: &'static str| async move {
        tasks.service(CLUSTER, name).unwrap().task_sets[0].gave_up.clone().unwrap_or_default()
    };
    eventually(|| async { reason(SERVICE).await.contains("CannotPullContainerError") }).await;
    let described = ecs.describe_services().cluster(CLUSTER).services(SERVICE).send().await.unwrap();
    assert_eq!(described.services()[0].running_count(), 0);

    let container = json!({"name": "web", "image": IMAGE, "secrets": [{"name": "KEY", "valueFrom": "/greenlight/test/none"}]});
    let with_secret = json!({"family": "secret", "containerDefinitions": [container], "executionRoleArn": "arn:aws:iam::123456789012:role/x"});
    tasks.register_task_definition(&with_secret).unwrap();
    world.ecs("CreateService", json!({"cluster": CLUSTER, "serviceName": "other", "taskDefinition": "secret", "desiredCount": 1})).await;
    eventually(|| async { reason("other").await.starts_with("ResourceInitializationError") }).await;
    world.gateway.stop().await;
}

#[tokio::test]
async fn errors_have_the_codes_of_aws() {
    let world = World::start().await;
    let ecs = client(&world);
    let error = ecs.describe_task_definition().task_definition("none").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ClientException"));
    let error = ecs.describe_services().cluster("none").services("x").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ClusterNotFoundException"));
    let definition = world.definition(IMAGE, &[]);
    world.service(&definition, 0).await;
    let error = ecs
        .update_service()
        .cluster(CLUSTER)
        .service(SERVICE)
        .task_definition(&definition)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterException"));
    let error = ecs
        .create_task_set()
        .cluster(CLUSTER)
        .service(SERVICE)
        .task_definition(&definition)
        .load_balancers(aws_sdk_ecs::types::LoadBalancer::builder().target_group_arn(&world.green).build())
        .send()
        .await
        .unwrap_err();
    assert!(error.message().unwrap().contains("does not have an associated load balancer"));
    world.gateway.stop().await;
}
