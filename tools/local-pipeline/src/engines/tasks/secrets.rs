//! Resolves a container's secrets as ECS's agent does: from SSM and Secrets Manager, at the start of a task.

use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::engines::balancer::exchange;
use crate::http::full;
use crate::names;

/// SSM takes ten names per call.
const NAMES_PER_CALL: usize = 10;

/// Variable name and value for every secret; the error is AWS's `stoppedReason`.
pub(super) async fn resolve(
    endpoint_url: &str,
    secrets: &[(String, String)],
) -> Result<Vec<(String, String)>, String> {
    let failed = |detail: String| {
        format!(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: {detail}"
        )
    };
    let (managed, parameters): (Vec<_>, Vec<_>) =
        secrets.iter().cloned().partition(|(_, from)| from.contains(":secretsmanager:"));
    let mut resolved = Vec::new();
    for chunk in parameters.chunks(NAMES_PER_CALL) {
        let names: Vec<&str> = chunk.iter().map(|(_, from)| parameter_name(from)).collect();
        let input = json!({"Names": names, "WithDecryption": true});
        let answer = post(endpoint_url, "ssm", "AmazonSSM.GetParameters", &input)
            .await
            .map_err(|error| failed(format!("unable to retrieve secrets from ssm: {error}")))?;
        let found = answer.get("Parameters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut missing = Vec::new();
        for (variable, from) in chunk {
            let name = parameter_name(from);
            let parameter = found.iter().find(|item| item.get("Name").and_then(Value::as_str) == Some(name));
            match parameter.and_then(|item| item.get("Value")).and_then(Value::as_str) {
                Some(value) => resolved.push((variable.clone(), value.to_owned())),
                None => missing.push(name),
            }
        }
        if !missing.is_empty() {
            let list = missing.join(", ");
            return Err(failed(format!(
                "unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: {list}"
            )));
        }
    }
    for (variable, from) in managed {
        let answer =
            post(endpoint_url, "secretsmanager", "secretsmanager.GetSecretValue", &json!({"SecretId": from}))
                .await
                .map_err(|error| failed(format!("unable to retrieve secret from asm: {error}")))?;
        let value = answer.get("SecretString").and_then(Value::as_str);
        let value = value
            .ok_or_else(|| failed(format!("unable to retrieve secret from asm: {from} has no string")))?;
        resolved.push((variable, value.to_owned()));
    }
    Ok(resolved)
}

/// `/a/b` of `arn:aws:ssm:region:account:parameter/a/b`; a name stays as it is.
fn parameter_name(from: &str) -> &str {
    match from.split_once(":parameter") {
        Some((arn, name)) if arn.starts_with("arn:") => {
            // A parameter without a path is `…:parameter/NAME` and has no slash of its own.
            let bare = name.strip_prefix('/').unwrap_or(name);
            if bare.contains('/') { name } else { bare }
        }
        _ => from,
    }
}

async fn post(endpoint_url: &str, service: &str, target: &str, input: &Value) -> Result<Value, String> {
    let url = url::Url::parse(endpoint_url).map_err(|error| error.to_string())?;
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err(format!("the endpoint {endpoint_url} has no host"));
    };
    let now = jiff::Timestamp::now();
    let scope = format!("{}/{}/{service}/aws4_request", now.strftime("%Y%m%d"), names::REGION);
    // The gateway reads the scope; it does not check signatures of the processes that it started itself.
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=host;x-amz-date, Signature={}",
        names::ACCESS_KEY_ID,
        "0".repeat(64)
    );
    let request = http::Request::post("/")
        .header("Host", format!("{host}:{port}"))
        .header("Content-Type", "application/x-amz-json-1.1")
        .header("X-Amz-Target", target)
        .header("X-Amz-Date", now.strftime("%Y%m%dT%H%M%SZ").to_string())
        .header("Authorization", authorization)
        .header("Connection", "close")
        .body(full(input.to_string()))
        .map_err(|error| error.to_string())?;
    let response = exchange(host, port, request).await.map_err(|error| error.to_string())?;
    let status = response.status();
    let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    if !status.is_success() {
        return Err(format!("{status}: {}", String::from_utf8_lossy(&body)));
    }
    serde_json::from_slice(&body).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_names() {
        assert_eq!(parameter_name("/greenlight/test/key"), "/greenlight/test/key");
        assert_eq!(
            parameter_name("arn:aws:ssm:eu-central-1:1:parameter/greenlight/test/key"),
            "/greenlight/test/key"
        );
        assert_eq!(parameter_name("arn:aws:ssm:eu-central-1:1:parameter/key"), "key");
    }
}
