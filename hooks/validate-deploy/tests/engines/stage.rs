//! A deployment on the engines whose hook has been called and says nothing, so that many can be tried in its place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use local_pipeline::RunningGateway;
use serde_json::Value;

use crate::blue_green::{IMAGE, World, eventually};

/// What green serves, and what its image is called.
pub const VERSION: &str = "two";
pub const BUCKET: &str = "greenlight-reports";

/// Writes the event where the test finds it, and never puts a status.
const SILENT: &str = r#"
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(f"{api}/next") as answer:
        event, request = answer.read(), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    with open(os.environ["EVENT"] + ".part", "wb") as file:
        file.write(event)
    os.rename(os.environ["EVENT"] + ".part", os.environ["EVENT"])
    urllib.request.urlopen(f"{api}/{request}/response", data=b"{}")
"#;

pub struct Stage {
    pub world: World,
    /// The event that CodeDeploy called the hook with.
    pub event: Value,
}

impl Stage {
    /// Waits until green has test traffic and the hook has been called.
    pub async fn start() -> Arc<Self> {
        let world = serving("one").await;
        let place = world.state.path().join("event.json");
        let environment = BTreeMap::from([("EVENT".to_owned(), place.display().to_string())]);
        world.function("hook", SILENT, environment, Duration::from_mins(10));
        let definition = world.definition(IMAGE, &[("VERSION", VERSION)]);
        world.deploy(&definition, Some("hook")).await;
        eventually(|| async { place.exists() }).await;
        let event = serde_json::from_slice(&std::fs::read(&place).unwrap()).unwrap();
        world.serves(&world.test, VERSION).await;
        world.gateway.engines().objects.create_bucket(BUCKET);
        Arc::new(Self { world, event })
    }

    pub fn gateway(&self) -> &RunningGateway {
        &self.world.gateway
    }
}

/// Two tasks of a version behind production.
pub async fn serving(version: &str) -> World {
    let world = World::start().await;
    let definition = world.definition(IMAGE, &[("VERSION", version)]);
    world.service(&definition, 2).await;
    world.deployment_group(true, 0).await;
    world.serves(&world.production, version).await;
    world
}

/// A configuration with every phase that a URL alone allows, for what `blue_green`'s servers answer: their version as the body.
pub fn config(cell: &str) -> String {
    format!(
        "report = 's3://{BUCKET}/{cell}'\n\
         [wiring]\nbudget_ms = 300\npoll_ms = 50\n[health]\nbudget_ms = 5000\npoll_ms = 100\n\
         [identity]\npath = '/'\nregex = '^(.*)$'\nexpect = '{VERSION}'\nsettle_ms = 500\npoll_ms = 20\nsamples_per_target = 2\n\
         [[check]]\nname = 'version'\npath = '/'\nattempts = 2\ninterval_ms = 10\n\
         headers = {{ X-Key = '${{secret:ssm:/key}}' }}\n[check.expect]\nstatus = 200\nbody = '^{VERSION}$'\n\
         [burst]\npath = '/'\nrequests = 8\nconcurrency = 4\n\
         [compare]\npaths = ['/']\nsamples = 2\n\
         [alarms]\nnames = ['errors']\n"
    )
}
