//! The engines: each owns one service's state and does what the service does.

pub mod artifacts;
pub mod balancer;
pub mod build;
pub mod deploy;
pub mod edge;
pub mod functions;
pub mod identity;
pub mod objects;
pub mod pipeline;
pub mod registry;
pub mod tasks;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// All engines, wired to each other. Cheap to clone.
#[derive(Clone)]
pub struct Engines {
    pub objects: Arc<objects::Objects>,
    pub registry: Arc<registry::Registry>,
    pub edge: Arc<edge::Edge>,
    pub balancer: Arc<balancer::Balancer>,
    pub tasks: Arc<tasks::Tasks>,
    pub functions: Arc<functions::Functions>,
    pub deploy: Arc<deploy::Deploy>,
    pub build: Arc<build::Build>,
    pub pipeline: Arc<pipeline::Pipeline>,
    pub identity: Arc<identity::Identity>,
}

/// Where the engines keep what does not fit in memory, and how programs that they start reach them.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Work folder: unpacked images, build folders, logs. Removed by whoever made it.
    pub state: PathBuf,
    /// The gateway's URL, for the processes that the engines start.
    pub endpoint_url: String,
    /// What builds find in their environment besides CodeBuild's own variables.
    pub build_environment: BTreeMap<String, String>,
}

impl Engines {
    pub fn start(settings: &EngineSettings) -> Self {
        let objects = objects::Objects::in_memory();
        let registry = registry::Registry::new(&settings.endpoint_url);
        let edge = edge::Edge::new(Arc::clone(&objects));
        let balancer = balancer::Balancer::new();
        let tasks = tasks::Tasks::new(settings, Arc::clone(&registry), Arc::clone(&balancer));
        let functions = functions::Functions::new(settings);
        let deploy = deploy::Deploy::new(Arc::clone(&tasks), Arc::clone(&balancer), Arc::clone(&functions));
        let build = build::Build::new(settings, Arc::clone(&objects));
        let pipeline = pipeline::Pipeline::new(
            Arc::clone(&objects),
            Arc::clone(&build),
            Arc::clone(&deploy),
            Arc::clone(&tasks),
        );
        let identity = Arc::new(identity::Identity::default());
        Self { objects, registry, edge, balancer, tasks, functions, deploy, build, pipeline, identity }
    }

    /// Ends every process and closes every port that the engines opened.
    pub async fn shutdown(&self) {
        self.build.shutdown();
        self.tasks.shutdown().await;
        self.functions.shutdown().await;
        self.balancer.shutdown();
        self.edge.shutdown().await;
    }
}
