//! CodeDeploy, asked by the real SDK, with real task processes and real hook functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/aws_client.rs"]
#[allow(dead_code, reason = "shared between test programs")]
mod aws_client;
#[path = "support/blue_green.rs"]
#[allow(dead_code, reason = "shared between test programs")]
mod blue_green;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_codedeploy::Client;
use aws_sdk_codedeploy::error::ProvideErrorMetadata;
use aws_sdk_codedeploy::types::{
    DeploymentInfo, DeploymentStatus, EcsTarget, LifecycleEventStatus, TargetLabel,
};
use blue_green::{CLUSTER, IMAGE, SERVICE, World, eventually, get};
use local_pipeline::engines::deploy::DeploySettings;
use local_pipeline::names::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};

/// A hook that puts `STATUS`, or fails without one, or says nothing. Writes what the test listener served to `SEEN`.
const HOOK: &str = r#"
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
scope = "20260101/eu-central-1/codedeploy/aws4_request"
while True:
    with urllib.request.urlopen(f"{api}/next") as answer:
        event, request = json.load(answer), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    assert sorted(event) == ["DeploymentId", "LifecycleEventHookExecutionId"], event
    status, path = os.environ["STATUS"], "response"
    with urllib.request.urlopen(f"http://127.0.0.1:{os.environ['TEST_PORT']}/") as answer, open(os.environ["SEEN"], "w") as seen:
        seen.write(answer.read().decode())
    if status == "error":
        path = "error"
    elif status != "silence":
        body = {"deploymentId": event["DeploymentId"], "status": status,
                "lifecycleEventHookExecutionId": event["LifecycleEventHookExecutionId"]}
        urllib.request.urlopen(urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], data=json.dumps(body).encode(), headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, SignedHeaders=host, Signature=0"}))
    urllib.request.urlopen(f"{api}/{request}/{path}", data=b"{}")
"#;

struct Stage {
    world: World,
    codedeploy: Client,
}

impl Stage {
    /// A service that serves `one`, and a deployment group.
    async fn start(rollback: bool) -> Self {
        let world = World::start().await;
        let codedeploy =
            Client::new(&aws_client::config_with(world.gateway.url(), ACCESS_KEY_ID, SECRET_ACCESS_KEY));
        let definition = world.definition(IMAGE, &[("VERSION", "one")]);
        world.service(&definition, 2).await;
        world.deployment_group(rollback, 0).await;
        world.serves(&world.production, "one").await;
        world.gateway.engines().functions.set_retry_delays(&[Duration::from_millis(1); 2]);
        Self { world, codedeploy }
    }

    fn hook(&self, status: &str) {
        let seen = self.world.state.path().join("seen");
        let environment = BTreeMap::from([
            ("STATUS".to_owned(), status.to_owned()),
            ("TEST_PORT".to_owned(), self.world.port(&self.world.test).to_string()),
            ("SEEN".to_owned(), seen.display().to_string()),
        ]);
        self.world.function("hook", HOOK, environment, Duration::from_secs(20));
    }

    async fn wait(&self, id: &str) -> DeploymentInfo {
        self.world.gateway.engines().deploy.wait(id).await.unwrap();
        let answer = self.codedeploy.get_deployment().deployment_id(id).send().await.unwrap();
        answer.deployment_info().unwrap().clone()
    }

    async fn target(&self, id: &str) -> EcsTarget {
        let targets = self.codedeploy.list_deployment_targets().deployment_id(id).send().await.unwrap();
        assert_eq!(targets.target_ids(), ["greenlight-test:backend"]);
        let target =
            self.codedeploy.get_deployment_target().deployment_id(id).target_id("greenlight-test:backend");
        target.send().await.unwrap().deployment_target().unwrap().ecs_target().unwrap().clone()
    }

    async fn status(&self, id: &str, event: &str) -> LifecycleEventStatus {
        let target = self.target(id).await;
        let event =
            target.lifecycle_events().iter().find(|found| found.lifecycle_event_name() == Some(event));
        event.unwrap().status().unwrap().clone()
    }

    /// Blue serves on both listeners, green is gone, and two processes are left.
    async fn assert_blue(&self) {
        let world = &self.world;
        for listener in [&world.production, &world.test] {
            assert_eq!(get(world.port(listener), "/").await, (200, "one".to_owned()));
            let weights = world.gateway.engines().balancer.weights(listener).unwrap();
            assert_eq!(
                weights.iter().find(|(arn, _)| *arn == world.green).map_or(0, |(_, weight)| *weight),
                0
            );
        }
        let service = world.gateway.engines().tasks.service(CLUSTER, SERVICE).unwrap();
        assert_eq!(service.task_sets.len(), 1);
        assert_eq!(service.primary().unwrap().running, 2);
        assert_eq!(world.gateway.engines().tasks.process_count(), 2);
    }
}

/// Asks production without pause; counts answers and failures.
struct Load {
    stop: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
    clients: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn start(port: u16) -> Self {
        let (stop, asked, failed) =
            (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let clients = (0..4).map(|_| {
            let (stop, asked, failed) = (Arc::clone(&stop), Arc::clone(&asked), Arc::clone(&failed));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let (status, _) = get(port, "/").await;
                    asked.fetch_add(1, Ordering::Relaxed);
                    failed.fetch_add(usize::from(status != 200), Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            })
        });
        let clients = clients.collect();
        Self { stop, asked, failed, clients }
    }

    async fn end(self) -> (usize, usize) {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.unwrap();
        }
        (self.asked.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blue_green_without_one_failed_request() {
    let stage = Stage::start(true).await;
    let world = &stage.world;
    stage.hook("Succeeded");
    let mut events = world.gateway.engines().deploy.events();
    let load = Load::start(world.port(&world.production));
    let definition = world.definition(IMAGE, &[("VERSION", "two")]);
    let id = world.deploy(&definition, Some("hook")).await;
    let limit = world.codedeploy("ListDeployments", serde_json::json!({})).await;
    assert_eq!(limit["deployments"][0], id.as_str());
    let info = stage.wait(&id).await;
    assert_eq!(info.status(), Some(&DeploymentStatus::Succeeded), "{info:?}");
    world.serves(&world.production, "two").await;
    let (asked, failed) = load.end().await;
    assert!(asked > 50, "{asked} requests only");
    assert_eq!(failed, 0, "of {asked}");

    assert_eq!(
        std::fs::read_to_string(world.state.path().join("seen")).unwrap(),
        "two",
        "the hook tested green"
    );
    let target = stage.target(&id).await;
    let names: Vec<&str> =
        target.lifecycle_events().iter().filter_map(|event| event.lifecycle_event_name()).collect();
    assert_eq!(names[..3], ["BeforeInstall", "Install", "AfterInstall"]);
    assert!(
        target
            .lifecycle_events()
            .iter()
            .all(|event| event.status() == Some(&LifecycleEventStatus::Succeeded))
    );
    let green =
        target.task_sets_info().iter().find(|set| set.task_set_label() == Some(&TargetLabel::Green)).unwrap();
    assert!((green.traffic_weight() - 100.0).abs() < f64::EPSILON);
    assert_eq!(green.target_group().unwrap().name(), Some("greenlight-test-green"));
    assert_eq!((green.status(), green.running_count()), (Some("PRIMARY"), 2));
    let service = world.gateway.engines().tasks.service(CLUSTER, SERVICE).unwrap();
    assert_eq!(service.task_sets.len(), 1);
    assert_eq!(service.task_sets[0].external_id.as_deref(), Some(id.as_str()));
    assert_eq!(service.task_definition, definition);
    let states: Vec<String> = std::iter::from_fn(|| events.try_recv().ok())
        .map(|event| event["detail"]["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["START", "SUCCESS"]);

    // And back: what was green is blue now.
    let definition = world.definition(IMAGE, &[("VERSION", "three")]);
    let info = stage.wait(&world.deploy(&definition, None).await).await;
    assert_eq!(info.status(), Some(&DeploymentStatus::Succeeded), "{info:?}");
    assert_eq!(get(world.port(&world.production), "/").await.1, "three");
    assert_eq!(world.gateway.engines().tasks.process_count(), 2);
    stage.world.gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_hook_rolls_back() {
    let stage = Stage::start(true).await;
    let world = &stage.world;
    stage.hook("Failed");
    let load = Load::start(world.port(&world.production));
    let definition = world.definition(IMAGE, &[("VERSION", "two")]);
    let id = world.deploy(&definition, Some("hook")).await;
    let info = stage.wait(&id).await;
    assert_eq!(info.status(), Some(&DeploymentStatus::Failed));
    assert_eq!(info.error_information().unwrap().code().unwrap().as_str(), "HOOK_EXECUTION_FAILURE");
    assert_eq!(stage.status(&id, "AfterAllowTestTraffic").await, LifecycleEventStatus::Failed);
    assert_eq!(stage.status(&id, "AllowTraffic").await, LifecycleEventStatus::Skipped);
    let rollback = info.rollback_info().unwrap().rollback_deployment_id().unwrap().to_owned();
    assert_eq!(stage.wait(&rollback).await.creator().unwrap().as_str(), "codeDeployRollback");
    assert_eq!(load.end().await.1, 0);
    stage.assert_blue().await;
    stage.world.gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_without_a_status_fails_its_event() {
    let stage = Stage::start(true).await;
    stage.hook("error");
    let definition = stage.world.definition(IMAGE, &[("VERSION", "two")]);
    let info = stage.wait(&stage.world.deploy(&definition, Some("hook")).await).await;
    assert_eq!(info.status(), Some(&DeploymentStatus::Failed));
    assert!(info.error_information().unwrap().message().unwrap().contains("failed without a status"));
    stage.assert_blue().await;
    stage.world.gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_never_answers_times_out() {
    let stage = Stage::start(true).await;
    stage.hook("silence");
    stage.world.gateway.engines().deploy.set_settings(DeploySettings {
        hook_timeout: Duration::from_millis(1500),
        ..DeploySettings::default()
    });
    let definition = stage.world.definition(IMAGE, &[("VERSION", "two")]);
    let info = stage.wait(&stage.world.deploy(&definition, Some("hook")).await).await;
    assert_eq!(info.status(), Some(&DeploymentStatus::Failed));
    assert!(
        info.error_information()
            .unwrap()
            .message()
            .unwrap()
            .contains("timed out while waiting for a status callback")
    );
    stage.assert_blue().await;
    stage.world.gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_never_becomes_healthy_fails_and_blue_serves() {
    let stage = Stage::start(true).await;
    let definition = stage.world.definition(IMAGE, &[("VERSION", "two"), ("HEALTH", "500")]);
    let id = stage.world.deploy(&definition, None).await;
    let info = stage.wait(&id).await;
    assert_eq!(info.status(), Some(&DeploymentStatus::Failed));
    let error = info.error_information().unwrap();
    assert_eq!(error.code().unwrap().as_str(), "HEALTH_CONSTRAINTS");
    assert!(error.message().unwrap().contains("Health checks failed with these codes: [500]"), "{error:?}");
    assert_eq!(stage.status(&id, "Install").await, LifecycleEventStatus::Failed);
    stage.assert_blue().await;
    stage.world.gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_deployment_goes_back_and_one_runs_at_a_time() {
    let stage = Stage::start(true).await;
    stage.hook("silence");
    let definition = stage.world.definition(IMAGE, &[("VERSION", "two")]);
    let id = stage.world.deploy(&definition, Some("hook")).await;
    let deploy = &stage.world.gateway.engines().deploy;
    let second = deploy.call("CreateDeployment", &World::deployment(&definition, None)).await.unwrap_err();
    assert_eq!(second.code, "DeploymentLimitExceededException");
    eventually(|| async {
        stage.status(&id, "AfterAllowTestTraffic").await == LifecycleEventStatus::InProgress
    })
    .await;

    let put = stage.codedeploy.put_lifecycle_event_hook_execution_status();
    let error =
        put.deployment_id(&id).lifecycle_event_hook_execution_id("none").status(LifecycleEventStatus::Failed);
    assert_eq!(error.send().await.unwrap_err().code(), Some("InvalidLifecycleEventHookExecutionIdException"));
    let put = stage.codedeploy.put_lifecycle_event_hook_execution_status();
    assert_eq!(
        put.deployment_id("d-000000000").send().await.unwrap_err().code(),
        Some("DeploymentDoesNotExistException")
    );
    let put = stage.codedeploy.put_lifecycle_event_hook_execution_status();
    assert_eq!(put.send().await.unwrap_err().code(), Some("DeploymentIdRequiredException"));

    stage.codedeploy.stop_deployment().deployment_id(&id).send().await.unwrap();
    let info = stage.wait(&id).await;
    assert_eq!(info.status(), Some(&DeploymentStatus::Stopped));
    let again = stage.codedeploy.stop_deployment().deployment_id(&id).send().await.unwrap_err();
    assert_eq!(again.code(), Some("DeploymentAlreadyCompletedException"));
    stage.assert_blue().await;
    stage.world.gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_deployment_needs_no_running_task_set() {
    let world = World::start().await;
    let nothing = world.definition("123456789012.dkr.ecr.eu-central-1.amazonaws.com/none:1", &[]);
    world.service(&nothing, 1).await;
    world.deployment_group(true, 0).await;
    let definition = world.definition(IMAGE, &[("VERSION", "one")]);
    let id = world.deploy(&definition, None).await;
    assert_eq!(world.gateway.engines().deploy.wait(&id).await.unwrap(), "Succeeded");
    assert_eq!(get(world.port(&world.production), "/").await, (200, "one".to_owned()));
    world.gateway.stop().await;
}
