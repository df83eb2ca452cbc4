//! ECR: repositories in memory, pushed and pulled by the OCI distribution API, described by ECR's own.
//!
//! There is one registry: the host in front of an image's name is not looked at. `/v2/` asks for no token. Nothing is scanned,
//! signed or expired by lifecycle rules.

mod api;
mod manifest;
mod oci;
mod reference;
mod store;
mod unpack;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use store::{Repositories, Repository};

pub use reference::ImageReference;

use crate::api::ApiError;
use crate::http::{Request, Response};

pub struct Registry {
    repositories: Mutex<Repositories>,
    /// The gateway's, for links to layers.
    endpoint_url: String,
}

/// What an image says about how it is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// Digest of the manifest, `sha256:…`.
    pub digest: String,
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    /// `NAME=value`
    pub environment: Vec<String>,
    pub working_dir: String,
}

impl Registry {
    pub fn new(endpoint_url: &str) -> Arc<Self> {
        Arc::new(Self { repositories: Mutex::default(), endpoint_url: endpoint_url.to_owned() })
    }

    /// Makes the repository unless it is there.
    pub fn create_repository(&self, name: &str, immutable_tags: bool) {
        self.lock().entry(name.to_owned()).or_insert_with(|| Repository::new(immutable_tags));
    }

    #[expect(clippy::unused_async, reason = "the gateway awaits every engine alike")]
    pub async fn call(&self, operation: &str, input: &Value) -> Result<Value, ApiError> {
        api::call(&mut self.lock(), &self.endpoint_url, operation, input)
    }

    /// `/v2/…`, the OCI distribution API.
    #[expect(clippy::unused_async, reason = "the gateway awaits every engine alike")]
    pub async fn handle_oci(&self, request: Request) -> Response {
        oci::handle(&mut self.lock(), &request)
    }

    /// The digest that `image` (`host/repository[:tag][@digest]`) has now.
    pub fn resolve(&self, image: &str) -> Result<String, ApiError> {
        self.image(image).map(|image| image.digest)
    }

    /// What the image says about how it is run.
    pub fn config(&self, image: &str) -> Result<ImageConfig, ApiError> {
        let image = self.image(image)?;
        manifest::run_config(&image.digest, &image.config)
    }

    /// Unpacks the layers of `image` (`host/repository[:tag][@digest]`) into `folder`, which is made. Every digest is checked
    /// again, and no entry may leave the folder. Blocks.
    pub fn unpack(&self, image: &str, folder: &Path) -> Result<ImageConfig, ApiError> {
        let image = self.image(image)?;
        let config = manifest::run_config(&image.digest, &image.config)?;
        for layer in &image.layers {
            unpack::layer(&layer.digest, &layer.body, folder)?;
        }
        Ok(config)
    }

    fn image(&self, image: &str) -> Result<manifest::Image, ApiError> {
        let reference = ImageReference::parse(image).ok_or_else(|| {
            ApiError::new("InvalidParameterException", format!("{image} is not the name of an image"))
        })?;
        let repositories = self.lock();
        let repository = store::repository(&repositories, &reference.repository)?;
        manifest::image(repository, &reference)
    }

    fn lock(&self) -> MutexGuard<'_, Repositories> {
        self.repositories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
