//! Lambda's REST API, as far as it is needed: `Invoke` and `GetFunction`.

use std::sync::Arc;

use base64::Engine as _;
use http::{HeaderValue, Method};
use serde_json::json;

use super::{FunctionSpec, Functions, InvocationType, function_arn};
use crate::api::ApiError;
use crate::http::{Request, Response, response};

pub(super) async fn answer(functions: &Arc<Functions>, request: Request) -> Response {
    let path = percent_encoding::percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let result = match (request.method(), parts.as_slice()) {
        (&Method::POST, ["2015-03-31", "functions", name, "invocations"]) => {
            invoke(functions, name, &request).await
        }
        (&Method::GET, ["2015-03-31", "functions", name]) => functions.spec(name).map(|spec| {
            let body =
                json!({"Configuration": configuration(&spec), "Code": {"RepositoryType": "S3"}, "Tags": {}});
            response(200, "application/json", body.to_string())
        }),
        (&Method::GET, ["2015-03-31", "functions", name, "configuration"]) => functions
            .spec(name)
            .map(|spec| response(200, "application/json", configuration(&spec).to_string())),
        (method, _) => Err(ApiError::unknown_operation("lambda", &format!("{method} {path}"))),
    };
    result.unwrap_or_else(|error| refused(&error))
}

fn refused(error: &ApiError) -> Response {
    let kind = if error.status < 500 { "User" } else { "Service" };
    let body = json!({"Type": kind, "Message": error.message, "message": error.message});
    let mut answer = response(error.status, "application/json", body.to_string());
    if let Ok(code) = HeaderValue::from_str(&error.code) {
        answer.headers_mut().insert("x-amzn-errortype", code);
    }
    answer
}

async fn invoke(functions: &Arc<Functions>, name: &str, request: &Request) -> Result<Response, ApiError> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let kind = match header("x-amz-invocation-type").unwrap_or("RequestResponse") {
        "RequestResponse" => InvocationType::RequestResponse,
        "Event" => InvocationType::Event,
        "DryRun" => InvocationType::DryRun,
        other => {
            let message = format!("'{other}' is not an invocation type");
            return Err(ApiError::new("InvalidParameterValueException", message));
        }
    };
    let payload = request.body();
    if !payload.is_empty()
        && let Err(error) = serde_json::from_slice::<serde_json::Value>(payload)
    {
        let message = format!("Could not parse request body into json: {error}");
        return Err(ApiError::new("InvalidRequestContentException", message));
    }
    let payload = if payload.is_empty() { bytes::Bytes::from_static(b"{}") } else { payload.clone() };
    let wants_log = header("x-amz-log-type") == Some("Tail");
    let outcome = functions.invoke(name, payload, kind).await?;
    let mut answer = response(outcome.status, "application/json", outcome.payload);
    let headers = answer.headers_mut();
    headers.insert("x-amz-executed-version", HeaderValue::from_static("$LATEST"));
    if let Some(error) = outcome.function_error.and_then(|error| HeaderValue::from_str(&error).ok()) {
        headers.insert("x-amz-function-error", error);
    }
    if wants_log && kind == InvocationType::RequestResponse {
        let log = base64::engine::general_purpose::STANDARD.encode(outcome.log_tail);
        if let Ok(log) = HeaderValue::from_str(&log) {
            headers.insert("x-amz-log-result", log);
        }
    }
    Ok(answer)
}

fn configuration(spec: &FunctionSpec) -> serde_json::Value {
    json!({
        "FunctionName": spec.name,
        "FunctionArn": function_arn(&spec.name),
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Timeout": spec.timeout.as_secs(),
        "MemorySize": spec.memory_mb,
        "Version": "$LATEST",
        "PackageType": "Zip",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "Environment": {"Variables": spec.environment},
    })
}
