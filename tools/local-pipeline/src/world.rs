//! The resources of the demo, made through the AWS APIs with the names that Terraform gives them.

mod environment;
mod pipeline;

use std::path::PathBuf;

use serde_json::{Value, json};

pub use environment::Site;

use crate::api::Query;
use crate::client;
use crate::engines::build::Project;
use crate::gateway::RunningGateway;
use crate::names;
use crate::ports::Ports;

pub const PROJECT: &str = "greenlight";
/// What `approve --pipeline` names.
pub const PIPELINE: &str = "greenlight";
/// Stands for `owner/name` on GitHub.
pub const REPOSITORY: &str = "local/greenlight";

/// Where things lie on this machine.
#[derive(Debug, Clone)]
pub struct WorldSettings {
    /// The checkout that is released.
    pub checkout: PathBuf,
    /// The hook's program.
    pub hook: PathBuf,
    pub ports: Ports,
}

#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error("cannot create {what}")]
    Create { what: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("cannot read {path}")]
    Read { path: String, source: std::io::Error },
}

impl WorldError {
    fn create<E: std::error::Error + Send + Sync + 'static>(
        what: impl Into<String>,
    ) -> impl FnOnce(E) -> Self {
        let what = what.into();
        move |source| Self::Create { what, source: Box::new(source) }
    }
}

/// `greenlight-artifacts-ACCOUNT`
pub fn artifact_bucket() -> String {
    format!("{PROJECT}-artifacts-{}", names::ACCOUNT_ID)
}

/// `ACCOUNT.dkr.ecr.REGION.amazonaws.com/greenlight/backend`
pub fn image_repository() -> String {
    format!("{}.dkr.ecr.{}.amazonaws.com/{PROJECT}/backend", names::ACCOUNT_ID, names::REGION)
}

/// Makes everything and returns the environments' addresses.
pub async fn create(gateway: &RunningGateway, settings: &WorldSettings) -> Result<Vec<Site>, WorldError> {
    let engines = gateway.engines();
    engines.objects.create_bucket(&artifact_bucket());
    engines
        .registry
        .call(
            "CreateRepository",
            &json!({"repositoryName": format!("{PROJECT}/backend"), "imageTagMutability": "IMMUTABLE"}),
        )
        .await
        .map_err(WorldError::create("the ECR repository"))?;
    let mut sites = Vec::new();
    for (name, ports) in [("test", settings.ports.test), ("prod", settings.ports.prod)] {
        sites.push(environment::create(gateway, settings, name, ports).await?);
    }
    for (name, buildspec) in [("tools", "tools"), ("backend", "backend"), ("frontend", "frontend")] {
        engines.build.create_project(Project {
            name: format!("{PROJECT}-{name}"),
            buildspec: format!("buildspecs/{buildspec}.yml"),
            environment: [("IMAGE_REPOSITORY".to_owned(), image_repository())].into(),
            timeout_minutes: 30,
        });
    }
    engines.pipeline.connect_repository(REPOSITORY, settings.checkout.clone());
    engines
        .pipeline
        .call("CreatePipeline", &pipeline::declaration(&sites))
        .await
        .map_err(WorldError::create("the pipeline"))?;
    for site in &sites {
        // As on EventBridge, nothing is promised of the order between the two services.
        for events in [engines.pipeline.events(), engines.deploy.events()] {
            tokio::spawn(crate::destination::forward(events, site.events.clone()));
        }
    }
    Ok(sites)
}

/// A call of a query engine; the answer is the XML of its result.
async fn query(gateway: &RunningGateway, what: &str, form: &[(&str, &str)]) -> Result<String, WorldError> {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    let query = Query::parse(body.finish().as_bytes());
    gateway.engines().balancer.call(&query).await.map_err(WorldError::create(what))
}

/// A call that an engine or the emulator answers.
async fn call(
    gateway: &RunningGateway,
    what: &str,
    service: &str,
    target: &str,
    input: &Value,
) -> Result<Value, WorldError> {
    client::call(gateway.url(), service, target, input).await.map_err(WorldError::create(what))
}

/// The text of the first element `name`.
fn element(xml: &str, name: &str) -> String {
    let open = format!("<{name}>");
    xml.split_once(&open)
        .and_then(|(_, rest)| rest.split_once('<'))
        .map(|(text, _)| text.to_owned())
        .unwrap_or_default()
}
