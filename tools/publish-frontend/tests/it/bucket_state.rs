//! What is in a bucket: to put it back, to compare it, and to look whether every page has its files.

use std::collections::BTreeMap;

use greenlight_core::frontend::{Class, Manifest, html, own};
use local_pipeline::engines::objects::{ObjectHeaders, Objects, StoredObject};

use crate::site::BUCKET;

/// Every object of the bucket.
#[derive(Clone)]
pub struct Snapshot(BTreeMap<String, StoredObject>);

impl Snapshot {
    pub fn of(objects: &Objects) -> Self {
        let keys = objects.list(BUCKET, "");
        Self(keys.into_iter().filter_map(|key| Some((key.clone(), objects.get(BUCKET, &key)?))).collect())
    }

    pub fn restore(&self, objects: &Objects) {
        for key in objects.list(BUCKET, "") {
            objects.delete(BUCKET, &key);
        }
        for (key, object) in &self.0 {
            let headers = ObjectHeaders {
                content_type: object.content_type.clone(),
                cache_control: object.cache_control.clone(),
                ..ObjectHeaders::default()
            };
            objects.put_with(BUCKET, key, object.body.clone(), headers);
        }
    }

    /// Bytes and headers of every object of the site.
    pub fn site(&self) -> BTreeMap<String, (Vec<u8>, String, String)> {
        let site = self.0.iter().filter(|(key, _)| !key.starts_with(own::FOLDER));
        site.map(|(key, object)| {
            let headers = (
                object.content_type.clone().unwrap_or_default(),
                object.cache_control.clone().unwrap_or_default(),
            );
            (key.clone(), (object.body.to_vec(), headers.0, headers.1))
        })
        .collect()
    }

    /// Without what depends on when it was written.
    pub fn manifest(&self) -> Option<Manifest> {
        let body = &self.0.get(&format!("{}{}", own::FOLDER, own::MANIFEST))?.body;
        let mut manifest: Manifest = serde_json::from_slice(body).unwrap();
        manifest.published_s = 0;
        manifest.history.iter_mut().for_each(|past| past.published_s = 0);
        manifest.retired.values_mut().for_each(|retired| retired.since_s = 0);
        Some(manifest)
    }
}

/// Files that a page of the bucket references and the bucket does not have.
pub fn missing_files(objects: &Objects) -> Vec<String> {
    let keys = objects.list(BUCKET, "");
    let pages = keys.iter().filter(|key| matches!(Class::of(key, false), Class::Entry | Class::Html));
    pages
        .flat_map(|page| {
            let body = objects.get(BUCKET, page).map(|object| object.body).unwrap_or_default();
            let files = html::references(page, &String::from_utf8_lossy(&body));
            files.into_iter().filter(|file| !keys.contains(file)).map(move |file| format!("{page}: {file}"))
        })
        .collect()
}
