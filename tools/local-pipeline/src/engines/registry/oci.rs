//! The OCI distribution API: <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md>.

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method};
use serde_json::{Value, json};

use super::store::{Refused, Repositories, Repository, digest};
use crate::http::{Request, Response, response};

type OciResult = Result<Response, OciError>;

struct OciError {
    status: u16,
    code: &'static str,
    message: String,
    detail: Value,
}

fn error(status: u16, code: &'static str, message: impl Into<String>) -> OciError {
    OciError { status, code, message: message.into(), detail: Value::Null }
}

pub fn handle(repositories: &mut Repositories, request: &Request) -> Response {
    let mut answer = route(repositories, request).unwrap_or_else(|error| {
        let body =
            json!({"errors": [{"code": error.code, "message": error.message, "detail": error.detail}]});
        response(error.status, "application/json", body.to_string())
    });
    answer.headers_mut().insert("docker-distribution-api-version", HeaderValue::from_static("registry/2.0"));
    answer
}

fn route(repositories: &mut Repositories, request: &Request) -> OciResult {
    let path = request.uri().path().trim_start_matches("/v2").trim_start_matches('/');
    if path.is_empty() {
        return Ok(response(200, "application/json", "{}"));
    }
    let segments: Vec<&str> = path.split('/').collect();
    let at = |index: usize| {
        segments.len().checked_sub(index).and_then(|index| segments.get(index)).copied().unwrap_or_default()
    };
    let name =
        |tail: usize| segments.get(..segments.len().saturating_sub(tail)).unwrap_or_default().join("/");
    if at(2) == "uploads" && at(3) == "blobs" {
        let name = name(3);
        return upload(find(repositories, &name)?, &name, at(1), request);
    }
    let name = name(2);
    match at(2) {
        "blobs" => blob(find(repositories, &name)?, at(1), request),
        "manifests" => manifest(find(repositories, &name)?, &name, at(1), request),
        "tags" if at(1) == "list" => {
            let repository = find(repositories, &name)?;
            let tags: Vec<&String> = repository.tags.keys().collect();
            Ok(response(200, "application/json", json!({"name": name, "tags": tags}).to_string()))
        }
        _ => Err(error(404, "UNSUPPORTED", "no such path in the distribution API")),
    }
}

fn find<'a>(repositories: &'a mut Repositories, name: &str) -> Result<&'a mut Repository, OciError> {
    repositories.get_mut(name).ok_or_else(|| {
        error(404, "NAME_UNKNOWN", format!("The repository with name '{name}' does not exist"))
    })
}

fn blob(repository: &Repository, digest: &str, request: &Request) -> OciResult {
    let body =
        repository.blobs.get(digest).ok_or_else(|| error(404, "BLOB_UNKNOWN", "blob unknown to registry"))?;
    match *request.method() {
        Method::GET | Method::HEAD => Ok(content(request, body, "application/octet-stream", digest)),
        _ => Err(unsupported()),
    }
}

fn manifest(repository: &mut Repository, name: &str, reference: &str, request: &Request) -> OciResult {
    match *request.method() {
        Method::PUT => {
            let media_type = request.headers().get("content-type").and_then(|value| value.to_str().ok());
            let digest = repository.put_manifest(request.body(), media_type, reference).map_err(refused)?;
            let mut answer = response(201, "text/plain", "");
            header(&mut answer, "location", &format!("/v2/{name}/manifests/{digest}"));
            header(&mut answer, "docker-content-digest", &digest);
            Ok(answer)
        }
        Method::GET | Method::HEAD => {
            let digest = if reference.starts_with("sha256:") {
                Some(reference)
            } else {
                repository.tags.get(reference).map(String::as_str)
            };
            let found = digest.and_then(|digest| repository.manifests.get_key_value(digest));
            let (digest, manifest) =
                found.ok_or_else(|| error(404, "MANIFEST_UNKNOWN", "Requested image not found"))?;
            Ok(content(request, &manifest.body, &manifest.media_type, digest))
        }
        _ => Err(unsupported()),
    }
}

fn refused(refused: Refused) -> OciError {
    match refused {
        Refused::Invalid(message) => error(400, "MANIFEST_INVALID", message),
        Refused::BlobUnknown(digest) => {
            error(404, "MANIFEST_BLOB_UNKNOWN", format!("blob {digest} unknown to registry"))
        }
        Refused::Digest => error(400, "DIGEST_INVALID", "provided digest did not match uploaded content"),
        Refused::TagExists { tag, digest } => OciError {
            detail: json!({"digest": digest}),
            ..error(
                400,
                "TAG_INVALID",
                format!(
                    "The image tag '{tag}' already exists and cannot be overwritten because the repository is immutable."
                ),
            )
        },
    }
}

fn upload(repository: &mut Repository, name: &str, id: &str, request: &Request) -> OciResult {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let wanted = query.iter().find(|(name, _)| name == "digest").map(|(_, value)| value.as_str());
    match (request.method(), id) {
        (&Method::POST, "") => {
            if let Some(wanted) = wanted {
                return finish(repository, name, wanted, request.body().clone());
            }
            let id = uuid::Uuid::new_v4().to_string();
            repository.uploads.insert(id.clone(), BytesMut::from(request.body().as_ref()));
            Ok(progress(202, name, &id, request.body().len()))
        }
        (&Method::PATCH, id) => {
            let buffer = repository.uploads.get_mut(id).ok_or_else(upload_unknown)?;
            let start = request
                .headers()
                .get("content-range")
                .and_then(|value| value.to_str().ok()?.split('-').next()?.parse::<usize>().ok());
            if start.is_some_and(|start| start != buffer.len()) {
                return Err(error(
                    416,
                    "BLOB_UPLOAD_INVALID",
                    "the chunk does not start where the upload ends",
                ));
            }
            buffer.extend_from_slice(request.body());
            let length = buffer.len();
            Ok(progress(202, name, id, length))
        }
        (&Method::GET, id) => {
            let length = repository.uploads.get(id).ok_or_else(upload_unknown)?.len();
            Ok(progress(204, name, id, length))
        }
        (&Method::PUT, id) => {
            let wanted = wanted.ok_or_else(|| error(400, "DIGEST_INVALID", "the digest is missing"))?;
            let mut buffer = repository.uploads.remove(id).ok_or_else(upload_unknown)?;
            let body = if buffer.is_empty() {
                request.body().clone()
            } else {
                buffer.extend_from_slice(request.body());
                buffer.freeze()
            };
            finish(repository, name, wanted, body)
        }
        (&Method::DELETE, id) => {
            repository.uploads.remove(id).ok_or_else(upload_unknown)?;
            Ok(response(204, "text/plain", ""))
        }
        _ => Err(unsupported()),
    }
}

fn finish(repository: &mut Repository, name: &str, wanted: &str, body: Bytes) -> OciResult {
    if digest(&body) != wanted {
        return Err(error(400, "DIGEST_INVALID", "provided digest did not match uploaded content"));
    }
    repository.blobs.insert(wanted.to_owned(), body);
    let mut answer = response(201, "text/plain", "");
    header(&mut answer, "location", &format!("/v2/{name}/blobs/{wanted}"));
    header(&mut answer, "docker-content-digest", wanted);
    Ok(answer)
}

fn progress(status: u16, name: &str, id: &str, length: usize) -> Response {
    let mut answer = response(status, "text/plain", "");
    header(&mut answer, "location", &format!("/v2/{name}/blobs/uploads/{id}"));
    header(&mut answer, "docker-upload-uuid", id);
    header(&mut answer, "range", &format!("0-{}", length.saturating_sub(1)));
    answer
}

fn content(request: &Request, body: &Bytes, media_type: &str, digest: &str) -> Response {
    let sent = if request.method() == Method::HEAD { Bytes::new() } else { body.clone() };
    let mut answer = response(200, media_type, sent);
    header(&mut answer, "content-length", &body.len().to_string());
    header(&mut answer, "docker-content-digest", digest);
    answer
}

fn header(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn upload_unknown() -> OciError {
    error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
}

fn unsupported() -> OciError {
    error(405, "UNSUPPORTED", "The operation is unsupported.")
}
