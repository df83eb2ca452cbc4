//! Container images without Docker: an application folder, its locked dependencies and what the Dockerfile says of running it,
//! as an OCI image in the registry.
//!
//! Only the last stage of the Dockerfile is read, plus the stage that installs the dependencies with `pip install --target`.
//! There is no base image: the image runs where Python is. The same input always gives the same digest.

mod dependencies;
mod dockerfile;
mod ignore;
mod layer;
mod push;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use dockerfile::{Plan, Source};
use layer::Layer;

use crate::engines::registry::ImageReference;

const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// What to build, and where it goes.
#[derive(Debug, Clone)]
pub struct BuildImage {
    pub context: PathBuf,
    pub dockerfile: PathBuf,
    /// Locked requirements with hashes.
    pub requirements: PathBuf,
    /// `host/repository:tag`
    pub push: String,
    /// Where the OCI distribution API is.
    pub endpoint_url: String,
    /// Program that runs pip.
    pub python: PathBuf,
    /// Installed dependencies are kept here by the digest of the requirements and the Python version; without it they are
    /// installed anew for every image.
    pub cache: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltImage {
    /// Of the manifest, `sha256:…`.
    pub digest: String,
    /// As it was asked for, `host/repository:tag`.
    pub reference: String,
    /// Size of the compressed layers and the configuration.
    pub bytes: u64,
    /// What of the Dockerfile has no meaning for a plain process and was left out.
    pub notes: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    #[error("{} line {line}: {message}", .dockerfile.display())]
    Dockerfile { dockerfile: PathBuf, line: usize, message: String },
    #[error("cannot read {}", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write {}", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("{reference} is not the name of an image with a tag")]
    Reference { reference: String },
    #[error("cannot run {}", .program.display())]
    Python { program: PathBuf, source: std::io::Error },
    #[error("pip could not install {}:\n{output}", .requirements.display())]
    Pip { requirements: PathBuf, output: String },
    #[error("the registry at {url} cannot be reached")]
    Registry { url: String, source: crate::http::BoxError },
    #[error("the registry answered {status} to {what}: {message}")]
    Refused { what: String, status: u16, message: String },
}

struct Packed {
    manifest: Vec<u8>,
    config: Vec<u8>,
    layers: Vec<Layer>,
}

/// Builds the image and pushes it; blobs that the registry has are not sent again.
pub async fn build(request: BuildImage) -> Result<BuiltImage, ImageError> {
    let wrong_reference = || ImageError::Reference { reference: request.push.clone() };
    let reference = ImageReference::parse(&request.push)
        .filter(|reference| reference.digest.is_none())
        .ok_or_else(wrong_reference)?;
    let tag = reference.tag.clone().ok_or_else(wrong_reference)?;
    let plan = dockerfile::read(&request.dockerfile)?;
    // Removed when this function ends, that is, after packing.
    let temporary =
        tempfile::tempdir().map_err(|source| ImageError::Write { path: std::env::temp_dir(), source })?;
    let cache = request.cache.as_deref().unwrap_or(temporary.path());
    let dependencies = if plan.copies.iter().any(|copy| copy.source == Source::Dependencies) {
        Some(dependencies::install(&request.requirements, &request.python, cache).await?)
    } else {
        None
    };
    let context = request.context.clone();
    let packing = {
        let plan = plan.clone();
        tokio::task::spawn_blocking(move || pack(&plan, &context, dependencies.as_deref()))
    };
    let packed = packing.await.map_err(|error| ImageError::Read {
        path: request.context.clone(),
        source: std::io::Error::other(error),
    })??;
    let registry = push::Registry::new(&request.endpoint_url, &reference.repository);
    for layer in &packed.layers {
        registry.push_blob(&layer.digest, layer.compressed.clone()).await?;
    }
    registry.push_blob(&layer::digest(&packed.config), packed.config.clone().into()).await?;
    registry.push_manifest(&tag, MANIFEST_TYPE, packed.manifest.clone().into()).await?;
    let layers: usize = packed.layers.iter().map(|layer| layer.compressed.len()).sum();
    Ok(BuiltImage {
        digest: layer::digest(&packed.manifest),
        reference: request.push,
        bytes: u64::try_from(layers + packed.config.len()).unwrap_or(u64::MAX),
        notes: plan.notes,
    })
}

fn pack(plan: &Plan, context: &Path, dependencies: Option<&Path>) -> Result<Packed, ImageError> {
    let ignored = ignore::Ignored::read(context)?;
    let mut layers = Vec::new();
    for copy in &plan.copies {
        let mut tree = layer::Tree::default();
        match (&copy.source, dependencies) {
            (Source::Dependencies, Some(folder)) => {
                tree.add(folder, "", &copy.destination, &ignore::Ignored::default())?;
            }
            (Source::Dependencies, None) => {}
            (Source::Context(paths), _) => {
                for path in paths {
                    tree.add(context, path, &copy.destination, &ignored)?;
                }
            }
        }
        layers.push(tree.pack()?);
    }
    let config = config(plan, &layers).to_string().into_bytes();
    let descriptors: Vec<Value> =
        layers.iter().map(|layer| descriptor(LAYER_TYPE, &layer.digest, layer.compressed.len())).collect();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": descriptor(CONFIG_TYPE, &layer::digest(&config), config.len()),
        "layers": descriptors,
    });
    Ok(Packed { manifest: manifest.to_string().into_bytes(), config, layers })
}

fn descriptor(media_type: &str, digest: &str, size: usize) -> Value {
    json!({"mediaType": media_type, "digest": digest, "size": size})
}

/// <https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md>. The time is the epoch, so that it does not change the digest.
fn config(plan: &Plan, layers: &[Layer]) -> Value {
    let mut run = serde_json::Map::new();
    if !plan.user.is_empty() {
        run.insert("User".to_owned(), json!(plan.user));
    }
    if !plan.ports.is_empty() {
        let ports: serde_json::Map<String, Value> =
            plan.ports.iter().map(|port| (port.clone(), json!({}))).collect();
        run.insert("ExposedPorts".to_owned(), Value::Object(ports));
    }
    let environment: Vec<String> =
        plan.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    run.insert("Env".to_owned(), json!(environment));
    for (name, list) in [("Entrypoint", &plan.entrypoint), ("Cmd", &plan.command)] {
        if !list.is_empty() {
            run.insert(name.to_owned(), json!(list));
        }
    }
    run.insert("WorkingDir".to_owned(), json!(plan.working_dir));
    if !plan.labels.is_empty() {
        run.insert("Labels".to_owned(), json!(plan.labels));
    }
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let diff_ids: Vec<&str> = layers.iter().map(|layer| layer.diff_id.as_str()).collect();
    let history: Vec<Value> = plan
        .copies
        .iter()
        .map(|copy| json!({"created": "1970-01-01T00:00:00Z", "created_by": format!("COPY {}", copy.destination)}))
        .collect();
    json!({
        "created": "1970-01-01T00:00:00Z",
        "architecture": architecture,
        "os": "linux",
        "config": run,
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": history,
    })
}
