//! Whole deployments: CodeDeploy's engine calls the hook, and does what the hook says.

use std::collections::BTreeMap;
use std::time::Duration;

use local_pipeline::engines::functions::FunctionSpec;
use serde_json::{Value, json};

use crate::blue_green::{IMAGE, World};
use crate::stage::{BUCKET, serving};

/// No secret and no alarm: nobody answers for SSM and CloudWatch here.
fn checks(version: &str) -> String {
    format!(
        "report = 's3://{BUCKET}/reports'\n[health]\nbudget_ms = 10000\npoll_ms = 200\n\
         [identity]\npath = '/'\nregex = '^(.*)$'\nexpect = '{version}'\nsettle_ms = 500\npoll_ms = 50\n\
         [[check]]\nname = 'version'\npath = '/'\nexpect = {{ status = 200, body = '^{version}$' }}\n\
         [compare]\npaths = ['/']\nsamples = 3\n"
    )
}

async fn deploy(world: &World, expected: &str) -> Value {
    world.gateway.engines().objects.create_bucket(BUCKET);
    let function = FunctionSpec {
        name: "hook".to_owned(),
        program: env!("CARGO_BIN_EXE_validate-deploy").into(),
        environment: BTreeMap::from([("VALIDATE_CONFIG".to_owned(), checks(expected))]),
        timeout: Duration::from_mins(2),
        memory_mb: 128,
    };
    world.gateway.engines().functions.create(function).unwrap();
    let definition = world.definition(IMAGE, &[("VERSION", "two")]);
    let id = world.deploy(&definition, Some("hook")).await;
    world.gateway.engines().deploy.wait(&id).await.unwrap();
    let deployment = world.codedeploy("GetDeployment", json!({"deploymentId": id})).await;
    let report = world.gateway.engines().objects.get(BUCKET, &format!("reports/{id}.json")).unwrap();
    json!({"deployment": deployment["deploymentInfo"], "report": serde_json::from_slice::<Value>(&report.body).unwrap()})
}

#[tokio::test(flavor = "multi_thread")]
async fn green_goes_live_when_everything_passes() {
    let world = serving("one").await;
    let seen = deploy(&world, "two").await;
    assert_eq!(
        (&seen["deployment"]["status"], &seen["report"]["verdict"]),
        (&json!("Succeeded"), &json!("Succeeded")),
        "{seen:#}"
    );
    world.serves(&world.production, "two").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn green_is_rolled_back_when_a_check_fails() {
    let world = serving("one").await;
    let seen = deploy(&world, "three").await;
    assert_eq!(
        (&seen["deployment"]["status"], &seen["report"]["reason"]),
        (&json!("Failed"), &json!("IDENTITY_MISMATCH")),
        "{seen:#}"
    );
    assert!(
        seen["deployment"]["errorInformation"]["message"].as_str().unwrap().contains("AfterAllowTestTraffic"),
        "{seen:#}"
    );
    world.serves(&world.production, "one").await;
}
