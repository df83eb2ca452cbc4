//! The load balancer, asked by the real SDK and by plain HTTP clients.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/aws_client.rs"]
#[allow(dead_code, reason = "shared between test programs")]
mod aws_client;
#[path = "support/blue_green.rs"]
#[allow(dead_code, reason = "shared between test programs")]
mod blue_green;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::error::ProvideErrorMetadata;
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, ForwardActionConfig, ProtocolEnum, TargetDescription, TargetGroupTuple,
    TargetHealthStateEnum, TargetTypeEnum,
};
use blue_green::{eventually, get};
use local_pipeline::Gateway;
use local_pipeline::gateway::{GatewaySettings, RunningGateway};
use local_pipeline::names::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;

/// Lets `/slow` requests be seen and released.
struct Gate {
    arrived: Semaphore,
    release: Semaphore,
}

fn gate() -> Arc<Gate> {
    Arc::new(Gate { arrived: Semaphore::new(0), release: Semaphore::new(0) })
}

/// A server that answers `/slow` when `gate` opens and everything else at once, with its name.
async fn server(name: &'static str, gate: Arc<Gate>) -> u16 {
    let socket = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = socket.accept().await.unwrap();
            let gate = Arc::clone(&gate);
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                if text.starts_with("GET /slow") {
                    gate.arrived.add_permits(1);
                    gate.release.acquire().await.unwrap().forget();
                }
                let body =
                    if text.starts_with("GET /headers") { text.to_lowercase() } else { name.to_owned() };
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    port
}

struct Setup {
    gateway: RunningGateway,
    elb: Client,
    lb: String,
    _state: tempfile::TempDir,
}

async fn setup() -> Setup {
    let state = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(GatewaySettings::in_process(state.path())).await.unwrap();
    let elb = Client::new(&aws_client::config_with(gateway.url(), ACCESS_KEY_ID, SECRET_ACCESS_KEY));
    let created = elb.create_load_balancer().name("front").send().await.unwrap();
    let lb = created.load_balancers()[0].load_balancer_arn().unwrap().to_owned();
    Setup { gateway, elb, lb, _state: state }
}

async fn group(elb: &Client, name: &str) -> String {
    let created = elb
        .create_target_group()
        .name(name)
        .target_type(TargetTypeEnum::Ip)
        .health_check_path("/health")
        .health_check_interval_seconds(1)
        .health_check_timeout_seconds(1)
        .unhealthy_threshold_count(2)
        .healthy_threshold_count(2)
        .send()
        .await
        .unwrap();
    created.target_groups()[0].target_group_arn().unwrap().to_owned()
}

fn forward(weights: &[(&str, i32)]) -> Action {
    let tuples = weights
        .iter()
        .map(|(arn, weight)| TargetGroupTuple::builder().target_group_arn(*arn).weight(*weight).build());
    let config = ForwardActionConfig::builder().set_target_groups(Some(tuples.collect())).build();
    Action::builder().r#type(ActionTypeEnum::Forward).forward_config(config).build()
}

async fn listener(setup: &Setup, weights: &[(&str, i32)]) -> (String, u16) {
    let create =
        setup.elb.create_listener().load_balancer_arn(&setup.lb).port(0).protocol(ProtocolEnum::Http);
    let created = create.default_actions(forward(weights)).send().await.unwrap();
    let listener = &created.listeners()[0];
    (listener.listener_arn().unwrap().to_owned(), u16::try_from(listener.port().unwrap()).unwrap())
}

fn target(port: u16) -> TargetDescription {
    TargetDescription::builder().id("127.0.0.1").port(port.into()).build()
}

async fn health(elb: &Client, group: &str) -> Vec<(TargetHealthStateEnum, String)> {
    let described = elb.describe_target_health().target_group_arn(group).send().await.unwrap();
    let state = |item: &aws_sdk_elasticloadbalancingv2::types::TargetHealthDescription| {
        let health = item.target_health().unwrap();
        (
            health.state().unwrap().clone(),
            health.reason().map(|reason| reason.as_str().to_owned()).unwrap_or_default(),
        )
    };
    described.target_health_descriptions().iter().map(state).collect()
}

async fn becomes(elb: &Client, group: &str, state: TargetHealthStateEnum) {
    let state = &state;
    eventually(|| async move { health(elb, group).await.first().is_some_and(|(found, _)| found == state) })
        .await;
}

#[tokio::test]
async fn weights_are_kept_and_only_healthy_targets_get_traffic() {
    let setup = setup().await;
    let elb = &setup.elb;
    let (blue, green) = (group(elb, "blue").await, group(elb, "green").await);
    let gate = gate();
    let (blue_port, green_port) = (server("blue", Arc::clone(&gate)).await, server("green", gate).await);
    elb.register_targets().target_group_arn(&green).targets(target(green_port)).send().await.unwrap();
    assert_eq!(health(elb, &green).await, [(TargetHealthStateEnum::Unused, "Target.NotInUse".to_owned())]);

    let (arn, port) = listener(&setup, &[(&blue, 75), (&green, 25)]).await;
    becomes(elb, &green, TargetHealthStateEnum::Healthy).await;
    elb.register_targets().target_group_arn(&blue).targets(target(blue_port)).send().await.unwrap();
    becomes(elb, &blue, TargetHealthStateEnum::Healthy).await;
    let mut blues = 0;
    for _ in 0..40 {
        let (status, body) = get(port, "/").await;
        assert_eq!(status, 200);
        blues += usize::from(body == "blue");
    }
    assert_eq!(blues, 30);

    elb.modify_listener()
        .listener_arn(&arn)
        .default_actions(forward(&[(&blue, 0), (&green, 1)]))
        .send()
        .await
        .unwrap();
    assert_eq!(get(port, "/").await, (200, "green".to_owned()));
    let described = elb.describe_listeners().listener_arns(&arn).send().await.unwrap();
    let weights = described.listeners()[0].default_actions()[0].forward_config().unwrap().target_groups();
    assert_eq!(weights.iter().map(|tuple| tuple.weight().unwrap()).collect::<Vec<_>>(), [0, 1]);
    let rules = elb.describe_rules().listener_arn(&arn).send().await.unwrap();
    assert_eq!(rules.rules()[0].is_default(), Some(true));
    setup.gateway.stop().await;
}

#[tokio::test]
async fn forwards_headers_and_answers_503_without_a_healthy_target() {
    let setup = setup().await;
    let elb = &setup.elb;
    let blue = group(elb, "blue").await;
    let (_, port) = listener(&setup, &[(&blue, 1)]).await;
    assert_eq!(get(port, "/").await.0, 503);
    let gate = gate();
    let server_port = server("blue", gate).await;
    elb.register_targets().target_group_arn(&blue).targets(target(server_port)).send().await.unwrap();
    becomes(elb, &blue, TargetHealthStateEnum::Healthy).await;
    let (status, seen) = get(port, "/headers").await;
    assert_eq!(status, 200);
    for line in [
        "host: app.example",
        "x-forwarded-for: 127.0.0.1",
        "x-forwarded-proto: http",
        &format!("x-forwarded-port: {port}"),
        "x-amzn-trace-id: root=1-",
    ] {
        assert!(seen.contains(line), "{line} is not in {seen}");
    }
    setup.gateway.stop().await;
}

#[tokio::test]
async fn a_closed_port_becomes_unhealthy_with_a_reason() {
    let setup = setup().await;
    let elb = &setup.elb;
    let blue = group(elb, "blue").await;
    listener(&setup, &[(&blue, 1)]).await;
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    elb.register_targets().target_group_arn(&blue).targets(target(closed)).send().await.unwrap();
    assert_eq!(
        health(elb, &blue).await,
        [(TargetHealthStateEnum::Initial, "Elb.InitialHealthChecking".to_owned())]
    );
    becomes(elb, &blue, TargetHealthStateEnum::Unhealthy).await;
    assert_eq!(health(elb, &blue).await[0].1, "Target.FailedHealthChecks");
    setup.gateway.stop().await;
}

#[tokio::test]
async fn a_deregistered_target_finishes_what_is_in_flight() {
    let setup = setup().await;
    let elb = &setup.elb;
    let blue = group(elb, "blue").await;
    let (_, port) = listener(&setup, &[(&blue, 1)]).await;
    let gate = gate();
    let server_port = server("blue", Arc::clone(&gate)).await;
    elb.register_targets().target_group_arn(&blue).targets(target(server_port)).send().await.unwrap();
    becomes(elb, &blue, TargetHealthStateEnum::Healthy).await;
    let slow = tokio::spawn(async move { get(port, "/slow").await });
    let balancer = Arc::clone(&setup.gateway.engines().balancer);
    gate.arrived.acquire().await.unwrap().forget();
    elb.deregister_targets().target_group_arn(&blue).targets(target(server_port)).send().await.unwrap();
    assert_eq!(
        health(elb, &blue).await,
        [(TargetHealthStateEnum::Draining, "Target.DeregistrationInProgress".to_owned())]
    );
    assert_eq!(get(port, "/").await.0, 503);
    assert!(!balancer.drained(&blue, "127.0.0.1", server_port, Duration::from_millis(50)).await);
    gate.release.add_permits(1);
    assert_eq!(slow.await.unwrap(), (200, "blue".to_owned()));
    assert!(balancer.drained(&blue, "127.0.0.1", server_port, Duration::from_secs(5)).await);
    assert!(health(elb, &blue).await.is_empty());
    setup.gateway.stop().await;
}

#[tokio::test]
async fn errors_have_the_codes_of_aws() {
    let setup = setup().await;
    let elb = &setup.elb;
    let duplicate = elb.create_load_balancer().name("front").send().await.unwrap_err();
    assert_eq!(duplicate.code(), Some("DuplicateLoadBalancerName"));
    let missing = elb.describe_target_groups().names("none").send().await.unwrap_err();
    assert_eq!(missing.code(), Some("TargetGroupNotFound"));
    let missing = elb.describe_listeners().listener_arns("none").send().await.unwrap_err();
    assert_eq!(missing.code(), Some("ListenerNotFound"));
    let missing = elb.describe_load_balancers().names("none").send().await.unwrap_err();
    assert_eq!(missing.code(), Some("LoadBalancerNotFound"));
    let found = elb.describe_load_balancers().names("front").send().await.unwrap();
    assert_eq!(found.load_balancers()[0].dns_name(), Some("127.0.0.1"));
    setup.gateway.stop().await;
}
