//! Pushing by the OCI distribution API.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::ImageError;

pub struct Registry {
    url: String,
    repository: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

struct Answer {
    status: StatusCode,
    location: String,
    body: Bytes,
}

impl Registry {
    pub fn new(url: &str, repository: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { url: url.trim_end_matches('/').to_owned(), repository: repository.to_owned(), client }
    }

    /// Sends the blob unless the registry has it.
    pub async fn push_blob(&self, digest: &str, body: Bytes) -> Result<(), ImageError> {
        let path = format!("/v2/{}/blobs/{digest}", self.repository);
        if self.send(Method::HEAD, &path, None, Bytes::new()).await?.status == StatusCode::OK {
            return Ok(());
        }
        let start = format!("/v2/{}/blobs/uploads/", self.repository);
        let started = self.send(Method::POST, &start, None, Bytes::new()).await?;
        let started = accepted(started, StatusCode::ACCEPTED, &format!("the upload of {digest}"))?;
        let separator = if started.location.contains('?') { '&' } else { '?' };
        let finish = format!("{}{separator}digest={digest}", started.location);
        let done = self.send(Method::PUT, &finish, Some("application/octet-stream"), body).await?;
        accepted(done, StatusCode::CREATED, &format!("blob {digest}")).map(drop)
    }

    pub async fn push_manifest(&self, tag: &str, media_type: &str, body: Bytes) -> Result<(), ImageError> {
        let path = format!("/v2/{}/manifests/{tag}", self.repository);
        let answer = self.send(Method::PUT, &path, Some(media_type), body).await?;
        accepted(answer, StatusCode::CREATED, &format!("the manifest of {}:{tag}", self.repository)).map(drop)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Bytes,
    ) -> Result<Answer, ImageError> {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        let failed = |source: crate::http::BoxError| ImageError::Registry { url: self.url.clone(), source };
        let mut request = Request::builder().method(method).uri(url);
        if let Some(content_type) = content_type {
            request = request.header(http::header::CONTENT_TYPE, content_type);
        }
        let request = request.body(Full::new(body)).map_err(|error| failed(Box::new(error)))?;
        let response = self.client.request(request).await.map_err(|error| failed(Box::new(error)))?;
        let (parts, body) = response.into_parts();
        let location = parts
            .headers
            .get(http::header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let body = body.collect().await.map_err(|error| failed(Box::new(error)))?.to_bytes();
        Ok(Answer { status: parts.status, location, body })
    }
}

fn accepted(answer: Answer, wanted: StatusCode, what: &str) -> Result<Answer, ImageError> {
    if answer.status == wanted {
        return Ok(answer);
    }
    let message = String::from_utf8_lossy(&answer.body).chars().take(500).collect();
    Err(ImageError::Refused { what: what.to_owned(), status: answer.status.as_u16(), message })
}
