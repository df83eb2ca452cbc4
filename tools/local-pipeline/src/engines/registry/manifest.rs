//! From a reference to the blobs of one image.

use bytes::Bytes;
use serde_json::Value;

use super::ImageConfig;
use super::reference::ImageReference;
use super::store::Repository;
use crate::api::ApiError;

pub struct Image {
    pub digest: String,
    pub config: Bytes,
    pub layers: Vec<Layer>,
}

pub struct Layer {
    pub digest: String,
    pub body: Bytes,
}

/// An index stands for its image for Linux on this machine's architecture, else for its first.
pub fn image(repository: &Repository, reference: &ImageReference) -> Result<Image, ApiError> {
    let named = repository.resolve(reference).ok_or_else(|| image_not_found(reference))?;
    let mut digest = named.to_owned();
    let mut manifest = read(repository, &digest)?;
    if let Some(children) = manifest.get("manifests").and_then(Value::as_array) {
        let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
        let fits = |child: &&Value| {
            child.pointer("/platform/architecture").and_then(Value::as_str) == Some(architecture)
                && child.pointer("/platform/os").and_then(Value::as_str) == Some("linux")
        };
        let child = children.iter().find(fits).or_else(|| children.first());
        digest = child.map(digest_of).unwrap_or_default();
        manifest = read(repository, &digest)?;
    }
    let blob = |digest: &str| {
        repository
            .blobs
            .get(digest)
            .cloned()
            .ok_or_else(|| ApiError::internal(format!("blob {digest} is not in the registry")))
    };
    let config = blob(&manifest.get("config").map(digest_of).unwrap_or_default())?;
    let mut layers = Vec::new();
    for descriptor in manifest.get("layers").and_then(Value::as_array).into_iter().flatten() {
        let digest = digest_of(descriptor);
        layers.push(Layer { body: blob(&digest)?, digest });
    }
    Ok(Image { digest, config, layers })
}

fn read(repository: &Repository, digest: &str) -> Result<Value, ApiError> {
    let manifest = repository
        .manifests
        .get(digest)
        .ok_or_else(|| ApiError::internal(format!("manifest {digest} is not in the registry")))?;
    serde_json::from_slice(&manifest.body)
        .map_err(|error| ApiError::internal(format!("manifest {digest}: {error}")))
}

fn digest_of(descriptor: &Value) -> String {
    descriptor.get("digest").and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub fn run_config(digest: &str, config: &[u8]) -> Result<ImageConfig, ApiError> {
    let config: Value = serde_json::from_slice(config)
        .map_err(|error| ApiError::internal(format!("configuration of {digest}: {error}")))?;
    let list = |name: &str| {
        let values = config.pointer(&format!("/config/{name}")).and_then(Value::as_array);
        values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    Ok(ImageConfig {
        digest: digest.to_owned(),
        entrypoint: list("Entrypoint"),
        command: list("Cmd"),
        environment: list("Env"),
        working_dir: config.pointer("/config/WorkingDir").and_then(Value::as_str).unwrap_or("/").to_owned(),
    })
}

pub fn image_not_found(reference: &ImageReference) -> ApiError {
    let digest = reference.digest.as_deref().unwrap_or("null");
    let tag = reference.tag.as_deref().unwrap_or("null");
    ApiError::new(
        "ImageNotFoundException",
        format!(
            "The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist within the repository with name '{}' in the registry with id '{}'",
            reference.repository,
            crate::names::ACCOUNT_ID
        ),
    )
}
