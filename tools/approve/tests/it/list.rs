//! `approve list` over many pipelines, at the API's rates.

use std::process::Stdio;
use std::time::Duration;

use local_pipeline::faults::{Fault, FaultKind};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::terminal::{environment, without_a_terminal};
use crate::world::{World, manual};

const PIPELINES: usize = 1_000;
/// Of them, so many wait besides the world's own.
const WAITING: usize = 5;

async fn many() -> World {
    let world = World::start("SUPERSEDED").await;
    for number in 1..PIPELINES {
        world
            .create_named(&format!("service-{number:04}"), "SUPERSEDED", &manual("Approve", &json!({})))
            .await;
    }
    for number in 1..=WAITING {
        let name = format!("service-{:04}", number * 100);
        world.call("StartPipelineExecution", json!({"name": name})).await;
        world.until_token(&name).await;
    }
    world
}

fn calls(world: &World, operation: &str) -> usize {
    world.gateway.log().calls().iter().filter(|call| call.operation == operation).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_pipelines_in_two_regions_at_the_rate_of_the_api() {
    let world = many().await;
    let kind = FaultKind::Rate { per_second: 100, burst: 20 };
    world.faults().add(Fault { kind, ..Fault::error("codepipeline", "*", 400, "") });
    // One pipeline that may not be read.
    let denied = Fault::error("codepipeline", "GetPipelineState", 400, "AccessDeniedException");
    world.faults().add(Fault { skip: 40, times: Some(1), ..denied });
    let arguments = ["list", "--regions", "eu-central-1,us-east-1", "--format", "json"];
    let (code, stdout, stderr) = without_a_terminal(&world.gateway, world.path(), &arguments).await;
    assert_eq!(code, Some(0), "{stderr}");
    let list: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(list["pipelines_read"], 2 * PIPELINES);
    let rows = list["rows"].as_array().unwrap();
    let of = |kind: &str, region: &str| {
        rows.iter().filter(|row| row["row"] == kind && row["region"] == region).count()
    };
    let broken = of("broken", "eu-central-1") + of("broken", "us-east-1");
    let waiting = of("waiting", "eu-central-1") + of("waiting", "us-east-1");
    assert_eq!(broken, 1, "throttling is waited for, one refusal is one row: {rows:#?}");
    assert!(waiting + broken >= 2 * (WAITING + 1) && waiting > 2 * WAITING, "{rows:#?}");
    assert!(calls(&world, "GetPipelineState") > 2 * PIPELINES, "some were throttled");
    // One walk over the pages in each region.
    assert!(calls(&world, "ListPipelines") >= 2 * PIPELINES / 100);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_come_as_they_are_found() {
    let world = many().await;
    // The last page is slow.
    let slow = FaultKind::Latency { delay_ms: 4_000 };
    let fault = Fault::error("codepipeline", "ListPipelines", 0, "");
    world.faults().add(Fault { kind: slow, skip: 8, ..fault });
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_approve"))
        .arg("list")
        .env_clear()
        .envs(environment(&world.gateway, world.path()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.unwrap().unwrap();
    assert!(first.is_some_and(|line| line.contains("waiting")));
    assert!(
        calls(&world, "GetPipelineState") < PIPELINES,
        "the first row did not wait for the last pipeline"
    );
    assert!(child.try_wait().unwrap().is_none());
    let mut rows = 1;
    while lines.next_line().await.unwrap().is_some() {
        rows += 1;
    }
    assert_eq!(rows, WAITING + 1);
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_region_and_an_account_that_fail_are_rows() {
    let world = World::start("SUPERSEDED").await;
    let config = world.path().join("approve.toml");
    let role = "arn:aws:iam::210987654321:role/Release";
    world.gateway.engines().identity.refuse(role);
    std::fs::write(
        &config,
        format!("[pipelines.other]\npipeline = \"shop\"\nregion = \"us-east-1\"\nrole_arn = \"{role}\"\n"),
    )
    .unwrap();
    let config = config.display().to_string();
    let arguments = ["list", "--config", &config];
    let (code, stdout, stderr) = without_a_terminal(&world.gateway, world.path(), &arguments).await;
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stdout.lines().count(), 2, "{stdout}");
    let broken = stdout.lines().find(|line| line.contains("shop")).unwrap();
    assert!(broken.starts_with("us-east-1") && broken.contains("cannot be read"), "{broken}");
    assert!(stdout.lines().any(|line| line.contains("greenlight") && line.contains("waiting")), "{stdout}");
    assert!(stderr.contains("1 could not be read"), "{stderr}");

    let denied = Fault::error("codepipeline", "ListPipelines", 400, "AccessDeniedException");
    world.faults().add(Fault { times: Some(1), ..denied });
    let arguments = ["list", "--regions", "eu-central-1,us-east-1", "--format", "json"];
    let (code, stdout, _) = without_a_terminal(&world.gateway, world.path(), &arguments).await;
    assert_eq!(code, Some(0));
    let list: Value = serde_json::from_str(&stdout).unwrap();
    let kinds: Vec<&str> =
        list["rows"].as_array().unwrap().iter().filter_map(|row| row["row"].as_str()).collect();
    assert_eq!(kinds.len(), 2);
    assert!(kinds.contains(&"broken_region") && kinds.contains(&"waiting"), "{kinds:?}");
    world.stop().await;
}
