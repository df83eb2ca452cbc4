//! Unpacked images, one folder per digest, shared by all tasks of that image.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::engines::registry::{ImageConfig, Registry};

pub(super) struct Images {
    registry: Arc<Registry>,
    folder: PathBuf,
    /// By digest. The lock also keeps two tasks from unpacking at once.
    unpacked: tokio::sync::Mutex<BTreeMap<String, Unpacked>>,
    /// Folders of this machine that count as unpacked images, by image reference.
    folders: Mutex<BTreeMap<String, Unpacked>>,
}

#[derive(Clone)]
pub(super) struct Unpacked {
    pub config: ImageConfig,
    pub rootfs: PathBuf,
}

impl Images {
    pub fn new(registry: Arc<Registry>, folder: PathBuf) -> Self {
        Self { registry, folder, unpacked: tokio::sync::Mutex::default(), folders: Mutex::default() }
    }

    /// From now on `image` is this folder, which is used as it is; the registry is not asked.
    pub fn use_folder(&self, image: &str, rootfs: PathBuf, config: ImageConfig) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.insert(image.to_owned(), Unpacked { config, rootfs });
    }

    /// The image's files and configuration; the error is what AWS appends to `CannotPullContainerError`.
    pub async fn get(&self, image: &str) -> Result<Unpacked, String> {
        let folder = self.folders.lock().unwrap_or_else(PoisonError::into_inner).get(image).cloned();
        if let Some(found) = folder {
            return Ok(found);
        }
        let mut unpacked = self.unpacked.lock().await;
        if let Some(found) = image.split_once('@').and_then(|(_, digest)| unpacked.get(digest)) {
            return Ok(found.clone());
        }
        let staging = self.folder.join(format!("unpacking-{}", uuid::Uuid::new_v4().simple()));
        let (registry, name, folder) = (Arc::clone(&self.registry), image.to_owned(), staging.clone());
        let unpack = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
            registry.unpack(&name, &folder).map_err(|error| error.to_string())
        });
        let result = unpack.await.map_err(|error| error.to_string()).and_then(|result| result);
        let config = match result {
            Ok(config) => config,
            Err(error) => {
                remove(&staging).await;
                return Err(error);
            }
        };
        if let Some(found) = unpacked.get(&config.digest) {
            remove(&staging).await;
            return Ok(found.clone());
        }
        let rootfs = self.folder.join(config.digest.replace(':', "-"));
        remove(&rootfs).await;
        tokio::fs::rename(&staging, &rootfs).await.map_err(|error| error.to_string())?;
        let found = Unpacked { config, rootfs };
        unpacked.insert(found.config.digest.clone(), found.clone());
        Ok(found)
    }
}

async fn remove(folder: &std::path::Path) {
    if let Err(error) = tokio::fs::remove_dir_all(folder).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, folder = %folder.display(), "could not remove an unpacked image");
    }
}
