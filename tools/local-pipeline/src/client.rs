//! Calls to the gateway from this program itself: small, unsigned (the gateway checks signatures of S3 calls only).

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use serde_json::Value;

use crate::api::ApiError;
use crate::http::{BoxError, full};
use crate::names;

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// An answer: status and body.
pub struct Answer {
    pub status: u16,
    pub body: bytes::Bytes,
}

/// One HTTP request on a connection of its own. `url` is `http://host:port/path`.
pub async fn send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Result<Answer, BoxError> {
    tokio::time::timeout(TIMEOUT, exchange(method, url, headers, body)).await?
}

async fn exchange(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Result<Answer, BoxError> {
    let url = url::Url::parse(url)?;
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err(format!("{url} has no host").into());
    };
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let mut request =
        http::Request::builder().method(method).uri(path).header("Host", format!("{host}:{port}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let stream = tokio::net::TcpStream::connect((host, port)).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let response = sender.send_request(request.body(full(body))?).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    driver.abort();
    Ok(Answer { status, body })
}

/// The headers that say for which service a call is, and when it was made. The signature is none.
fn scope(service: &str) -> [(&'static str, String); 2] {
    let now = jiff::Timestamp::now();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{}/{}/{service}/aws4_request, SignedHeaders=host;x-amz-date, Signature={}",
        names::ACCESS_KEY_ID,
        now.strftime("%Y%m%d"),
        names::REGION,
        "0".repeat(64)
    );
    [("X-Amz-Date", now.strftime("%Y%m%dT%H%M%SZ").to_string()), ("Authorization", authorization)]
}

/// A call of a query service, such as IAM; the answer is its XML.
pub async fn query(endpoint_url: &str, service: &str, form: &[(&str, &str)]) -> Result<String, ApiError> {
    let action = form.iter().find(|(name, _)| *name == "Action").map_or("", |(_, action)| *action);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let scope = scope(service);
    let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded")];
    headers.extend(scope.iter().map(|(name, value)| (*name, value.as_str())));
    let answer = send("POST", endpoint_url, &headers, body)
        .await
        .map_err(|error| ApiError::with_status(503, "ServiceUnavailable", format!("{action}: {error}")))?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if answer.status < 300 {
        return Ok(text);
    }
    Err(ApiError::with_status(answer.status, "Refused", format!("{action}: {text}")))
}

/// A call of a JSON service: `target` is the value of `X-Amz-Target`.
pub async fn call(endpoint_url: &str, service: &str, target: &str, input: &Value) -> Result<Value, ApiError> {
    let scope = scope(service);
    let mut headers = vec![("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", target)];
    headers.extend(scope.iter().map(|(name, value)| (*name, value.as_str())));
    let answer = send("POST", endpoint_url, &headers, input.to_string())
        .await
        .map_err(|error| ApiError::with_status(503, "ServiceUnavailable", format!("{target}: {error}")))?;
    let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status < 300 {
        return Ok(value);
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let message = if text("message").is_empty() { text("Message") } else { text("message") };
    let code = text("__type").rsplit('#').next().unwrap_or_default().to_owned();
    Err(ApiError { status: answer.status, code, message: format!("{target}: {message}") })
}
