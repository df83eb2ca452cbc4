//! S3: an in-memory store behind the `s3s` crate, which parses requests and checks signatures.
//!
//! Path-style addressing only. Nothing is written to disk: what is stored ends with the process. There are no versions,
//! no tags and no bucket settings; `doc/local-pipeline.md` lists what differs from AWS.

mod checksum;
mod condition;
mod delete;
mod listing;
mod multipart;
mod operation;
mod service;
mod store;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http_body_util::BodyExt;
use s3s::auth::{S3Auth, SecretKey};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3Error, S3ErrorCode, S3Result};

pub use operation::operation;
use store::{Attributes, Object, Store};

use crate::http::{Request, Response, response};
use crate::names::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};

pub struct Objects {
    store: Arc<Store>,
    service: S3Service,
}

/// An object as other engines see it.
#[derive(Debug, Clone)]
pub struct StoredObject {
    pub body: Bytes,
    /// Without quotes.
    pub etag: String,
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    /// User metadata, names without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// In whole seconds, as S3 keeps it.
    pub last_modified: SystemTime,
}

/// What an object is stored with, for engines and tests that write without the API.
#[derive(Debug, Clone, Default)]
pub struct ObjectHeaders {
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub metadata: BTreeMap<String, String>,
}

/// The raw request body, for operations whose input does not keep it.
#[derive(Clone)]
struct RawBody(Bytes);

/// The one key pair that exists.
struct KeyPair;

#[async_trait::async_trait]
impl S3Auth for KeyPair {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key == ACCESS_KEY_ID {
            Ok(SecretKey::from(SECRET_ACCESS_KEY))
        } else {
            Err(S3Error::with_message(
                S3ErrorCode::InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records.",
            ))
        }
    }
}

impl Objects {
    pub fn in_memory() -> Arc<Self> {
        let store = Arc::new(Store::default());
        let mut builder = S3ServiceBuilder::new(service::ObjectService { store: Arc::clone(&store) });
        builder.set_auth(KeyPair);
        Arc::new(Self { store, service: builder.build() })
    }

    /// Makes the bucket unless it is there.
    pub fn create_bucket(&self, bucket: &str) {
        self.store.lock().buckets.entry(bucket.to_owned()).or_default();
    }

    pub fn has_bucket(&self, bucket: &str) -> bool {
        self.store.lock().buckets.contains_key(bucket)
    }

    /// Stores an object without headers; makes the bucket if it is missing.
    pub fn put(&self, bucket: &str, key: &str, body: Bytes) {
        self.put_with(bucket, key, body, ObjectHeaders::default());
    }

    /// Stores an object; makes the bucket if it is missing.
    pub fn put_with(&self, bucket: &str, key: &str, body: Bytes, headers: ObjectHeaders) {
        let attributes = Attributes {
            content_type: headers.content_type,
            cache_control: headers.cache_control,
            metadata: headers.metadata.into_iter().collect(),
            ..Attributes::default()
        };
        let object = Object::new(body, attributes);
        self.store
            .lock()
            .buckets
            .entry(bucket.to_owned())
            .or_default()
            .objects
            .insert(key.to_owned(), Arc::new(object));
    }

    pub fn get(&self, bucket: &str, key: &str) -> Option<StoredObject> {
        let state = self.store.lock();
        let object = state.buckets.get(bucket)?.objects.get(key)?;
        let attributes = &object.attributes;
        Some(StoredObject {
            body: object.body.clone(),
            etag: object.etag.clone(),
            content_type: attributes.content_type.clone(),
            cache_control: attributes.cache_control.clone(),
            content_disposition: attributes.content_disposition.clone(),
            content_encoding: attributes.content_encoding.clone(),
            content_language: attributes.content_language.clone(),
            metadata: attributes.metadata.clone().into_iter().collect(),
            last_modified: object.last_modified,
        })
    }

    /// The keys that start with `prefix`, in S3's order (bytes of UTF-8).
    pub fn list(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let state = self.store.lock();
        let Some(bucket) = state.buckets.get(bucket) else { return Vec::new() };
        bucket
            .objects
            .range(prefix.to_owned()..)
            .map(|(key, _)| key)
            .take_while(|key| key.starts_with(prefix))
            .cloned()
            .collect()
    }

    /// Whether the object was there.
    pub fn delete(&self, bucket: &str, key: &str) -> bool {
        self.store.lock().buckets.get_mut(bucket).is_some_and(|bucket| bucket.objects.remove(key).is_some())
    }

    /// Lets an object look older (or newer) than it is: retention rules go by `LastModified`. Whether the object is there.
    pub fn set_last_modified(&self, bucket: &str, key: &str, time: SystemTime) -> bool {
        let mut state = self.store.lock();
        let Some(object) = state.buckets.get_mut(bucket).and_then(|bucket| bucket.objects.get_mut(key))
        else {
            return false;
        };
        Arc::make_mut(object).last_modified = store::whole_seconds(time);
        true
    }

    /// Answers a request of the S3 API. Headers and URI must be as the client signed them.
    pub async fn handle(&self, request: Request) -> Response {
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(RawBody(body.clone()));
        join_content_encoding(&mut parts.headers);
        let request = http::Request::from_parts(parts, s3s::Body::from(body));
        let mut response = match self.service.call(request).await {
            Ok(answer) => answer.map(BodyExt::boxed_unsync),
            Err(error) => {
                tracing::error!(?error, "s3s gave up on a request");
                response(
                    500,
                    "application/xml",
                    "<Error><Code>InternalError</Code><Message>see the log</Message></Error>",
                )
            }
        };
        let id: String = uuid::Uuid::new_v4().simple().to_string().chars().take(16).collect();
        if let Ok(value) = http::HeaderValue::from_str(&id.to_uppercase()) {
            response.headers_mut().entry("x-amz-request-id").or_insert(value);
        }
        response
    }
}

/// The SDK sends `gzip` and `aws-chunked` as two headers, which `s3s` refuses. Joined by a comma they are signed the same.
fn join_content_encoding(headers: &mut http::HeaderMap) {
    let values: Vec<&str> = headers
        .get_all(http::header::CONTENT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    if values.len() > 1
        && let Ok(joined) = http::HeaderValue::from_str(&values.join(","))
    {
        headers.insert(http::header::CONTENT_ENCODING, joined);
    }
}
