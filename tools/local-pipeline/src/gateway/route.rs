//! Which service and operation a call is for, and who answers it.

use crate::api::{ApiError, Query, json_response, query_response, xml_text};
use crate::engines::identity::Identity;
use crate::engines::{edge, objects};
use crate::gateway::Shared;
use crate::http::{Request, Response, response};

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/> (2026-11)
const ELB_NAMESPACE: &str = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";
/// <https://docs.aws.amazon.com/STS/latest/APIReference/> (2026-11)
const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// A call, as far as its envelope tells.
pub struct Call {
    pub service: String,
    pub operation: String,
    pub caller: Option<String>,
    /// Of the signature.
    pub region: String,
}

impl Call {
    pub fn of(request: &Request) -> Self {
        if request.uri().path() == "/v2" || request.uri().path().starts_with("/v2/") {
            return Self {
                service: "oci".to_owned(),
                operation: request.method().to_string(),
                caller: None,
                region: String::new(),
            };
        }
        let Scope { caller, region, service } = credential_scope(request).unwrap_or_default();
        let operation = operation(request, &service);
        Self { service, operation, caller, region }
    }
}

struct Scope {
    caller: Option<String>,
    region: String,
    service: String,
}

/// What is not signed is for S3.
impl Default for Scope {
    fn default() -> Self {
        Self { caller: None, region: String::new(), service: "s3".to_owned() }
    }
}

/// Access key id, region and service of `Credential=KEY/DATE/REGION/SERVICE/aws4_request`, from the header or a presigned URL
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>, 2026-11).
fn credential_scope(request: &Request) -> Option<Scope> {
    let header = request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let scope = match header.and_then(|value| value.split_once("Credential=")) {
        Some((_, rest)) => rest.split(',').next()?.trim().to_owned(),
        None => url::form_urlencoded::parse(request.uri().query()?.as_bytes())
            .find(|(name, _)| name == "X-Amz-Credential")?
            .1
            .into_owned(),
    };
    let mut parts = scope.split('/');
    let caller = parts.next().map(str::to_owned);
    let region = parts.nth(1)?.to_owned();
    Some(Scope { caller, region, service: parts.next()?.to_owned() })
}

fn operation(request: &Request, service: &str) -> String {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
    if let Some(target) = target {
        return target.rsplit('.').next().unwrap_or(target).to_owned();
    }
    match service {
        "s3" => objects::operation(request.method(), request.uri(), request.headers()).to_owned(),
        "cloudfront" => edge::operation(request.method(), request.uri()).to_owned(),
        "lambda" if request.uri().path().ends_with("/invocations") => "Invoke".to_owned(),
        _ => {
            let query = Query::parse(request.body());
            match query.action() {
                "" => format!("{} {}", request.method(), request.uri().path()),
                action => action.to_owned(),
            }
        }
    }
}

/// Asks the engine that owns the service; what it does not know, and what nobody owns, goes to the emulator.
pub async fn dispatch(shared: &Shared, call: &Call, request: Request) -> Response {
    let engines = &shared.engines;
    match call.service.as_str() {
        "s3" => return engines.objects.handle(request).await,
        "oci" => return engines.registry.handle_oci(request).await,
        "cloudfront" => return engines.edge.handle_api(request).await,
        "lambda" => return engines.functions.handle_api(request).await,
        "elasticloadbalancing" => {
            let result = engines.balancer.call(&Query::parse(request.body())).await;
            return query_response(ELB_NAMESPACE, &call.operation, result);
        }
        "sts" if Identity::has(&call.operation) => {
            let result = engines.identity.call(&Query::parse(request.body()), call.caller.as_deref());
            return query_response(STS_NAMESPACE, &call.operation, result);
        }
        _ => {}
    }
    let input = serde_json::from_slice(request.body()).unwrap_or(serde_json::Value::Null);
    let result = match call.service.as_str() {
        "ecr" => engines.registry.call(&call.operation, &input).await,
        "ecs" => engines.tasks.call(&call.operation, &input).await,
        "codedeploy" => engines.deploy.call(&call.operation, &input).await,
        "codebuild" => engines.build.call(&call.operation, &input).await,
        "codepipeline" => engines.pipeline.call(&call.operation, &input).await,
        other => Err(ApiError::unknown_operation(other, &call.operation)),
    };
    match (&result, &shared.emulator) {
        (Err(error), Some(emulator)) if error.is_unknown_operation() => emulator.forward(request).await,
        _ => json_response(result),
    }
}

/// An error in the protocol of the call's service.
pub fn error_response(call: &Call, status: u16, code: &str) -> Response {
    let error = ApiError::with_status(status, code, format!("{code} by fault injection"));
    match call.service.as_str() {
        "s3" => response(
            status,
            "application/xml",
            format!(
                "<Error><Code>{}</Code><Message>{}</Message></Error>",
                xml_text(code),
                xml_text(&error.message)
            ),
        ),
        "cloudfront" | "elasticloadbalancing" | "sts" => {
            query_response(ELB_NAMESPACE, &call.operation, Err(error))
        }
        _ => json_response(Err(error)),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn request(authorization: &str, target: Option<&str>, path: &str) -> Request {
        let mut builder = http::Request::post(path).header("authorization", authorization);
        if let Some(target) = target {
            builder = builder.header("x-amz-target", target);
        }
        builder.body(Bytes::new()).unwrap()
    }

    const SCOPE: &str = "AWS4-HMAC-SHA256 Credential=AKIA/20261101/eu-central-1/codepipeline/aws4_request, SignedHeaders=host, Signature=0";

    #[test]
    fn json_services_are_known_by_scope_and_target() {
        let call = Call::of(&request(SCOPE, Some("CodePipeline_20150709.GetPipelineState"), "/"));
        assert_eq!(call.service, "codepipeline");
        assert_eq!(call.operation, "GetPipelineState");
        assert_eq!(call.caller.as_deref(), Some("AKIA"));
        assert_eq!(call.region, "eu-central-1");
    }

    #[test]
    fn the_registry_needs_no_signature() {
        let call = Call::of(&request("Basic QVdTOng=", None, "/v2/greenlight/backend/blobs/uploads/"));
        assert_eq!(call.service, "oci");
    }
}
