//! AWS clients and what their errors mean.

use std::error::Error;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::Builder as HttpClientBuilder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use clap::Args;

use crate::exit::Exit;
use crate::failure::Failure;

/// Header that carries the request id in the answers of JSON and query services.
const REQUEST_ID_HEADER: &str = "x-amzn-requestid";
/// Header that carries the request id in the answers of S3.
const S3_REQUEST_ID_HEADER: &str = "x-amz-request-id";

#[derive(Debug, Clone, Args)]
pub struct AwsFlags {
    /// AWS profile from the shared configuration files
    #[arg(long, env = "AWS_PROFILE", value_name = "NAME", global = true, help_heading = "AWS")]
    pub profile: Option<String>,
    /// AWS region
    #[arg(long, env = "AWS_REGION", value_name = "REGION", global = true, help_heading = "AWS")]
    pub region: Option<String>,
    /// Send every AWS call to this URL (local-pipeline, an emulator)
    #[arg(long, env = "AWS_ENDPOINT_URL", value_name = "URL", global = true, help_heading = "AWS")]
    pub endpoint_url: Option<String>,
    /// How long one attempt at an AWS call may take
    #[arg(long, env = "GREENLIGHT_REQUEST_TIMEOUT", value_name = "SECONDS", default_value_t = REQUEST_TIMEOUT_S, value_parser = clap::value_parser!(u64).range(1..=3600), global = true, help_heading = "AWS")]
    pub request_timeout: u64,
}

/// How long one attempt at a call may take, unless somebody says otherwise.
const REQUEST_TIMEOUT_S: u64 = 30;

impl Default for AwsFlags {
    fn default() -> Self {
        Self { profile: None, region: None, endpoint_url: None, request_timeout: REQUEST_TIMEOUT_S }
    }
}

impl AwsFlags {
    /// Loads credentials and region as the AWS CLI does, with one pooled HTTP client and the SDK's own retries.
    pub async fn load(&self) -> SdkConfig {
        let http = HttpClientBuilder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(5))
                    .operation_attempt_timeout(Duration::from_secs(self.request_timeout))
                    .build(),
            );
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint_url) = &self.endpoint_url {
            loader = loader.endpoint_url(endpoint_url);
        }
        loader.load().await
    }
}

/// What an AWS error means for the person who ran the tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsErrorKind {
    /// No credentials, or expired ones.
    Credentials,
    /// The caller may not do this.
    AccessDenied,
    /// The thing is not there.
    NotFound,
    /// Asked too often, even after the SDK's retries.
    Throttled,
    /// A conditional request lost (HTTP 409 or 412).
    Conflict,
    /// 5xx, connection failed or reset, attempt timed out: it may work later.
    Unavailable,
    /// AWS understood the request and refused it.
    Refused,
}

/// One failed AWS call: which, how AWS called it, and the request id for AWS support.
#[derive(Debug, thiserror::Error)]
#[error("{service} {operation} failed: {}{}", .code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default(), .message)]
pub struct AwsError {
    pub service: &'static str,
    pub operation: &'static str,
    pub kind: AwsErrorKind,
    /// AWS's error code, such as `AccessDenied`.
    pub code: Option<String>,
    pub message: String,
    pub request_id: Option<String>,
    /// HTTP status of the last attempt, where there was an answer.
    pub status: Option<u16>,
}

impl AwsError {
    pub fn new<E>(service: &'static str, operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let response = error.raw_response();
        let status = response.map(|response| response.status().as_u16());
        let request_id = response.and_then(|response| {
            let headers = response.headers();
            headers.get(REQUEST_ID_HEADER).or_else(|| headers.get(S3_REQUEST_ID_HEADER)).map(str::to_owned)
        });
        let meta = error.as_service_error().map(ProvideErrorMetadata::meta);
        let code = meta.and_then(|meta| meta.code()).map(str::to_owned);
        let chain = chain(error);
        let message = meta.and_then(|meta| meta.message()).map_or_else(|| chain.clone(), str::to_owned);
        let kind = classify(error, status, code.as_deref(), &chain);
        Self { service, operation, kind, code, message, request_id, status }
    }

    pub const fn exit(&self) -> Exit {
        match self.kind {
            AwsErrorKind::Credentials | AwsErrorKind::AccessDenied => Exit::Denied,
            AwsErrorKind::Throttled | AwsErrorKind::Unavailable => Exit::Unavailable,
            AwsErrorKind::NotFound | AwsErrorKind::Conflict | AwsErrorKind::Refused => Exit::Negative,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        let id = self.request_id.as_ref().map(|id| format!(" (AWS request id {id})")).unwrap_or_default();
        match self.kind {
            AwsErrorKind::Credentials => {
                "no valid AWS credentials: set AWS_PROFILE or pass --profile, and run `aws sso login` if the session expired".into()
            }
            AwsErrorKind::AccessDenied => {
                let action = denied_action(&self.message)
                    .map_or_else(|| iam_action(self.service, self.operation), str::to_owned);
                format!("the caller's role needs the IAM action {action}{id}")
            }
            AwsErrorKind::Throttled => format!("AWS throttled the call after retries; run the command again{id}"),
            AwsErrorKind::Unavailable => {
                format!("AWS could not be reached or failed after retries; run the command again{id}")
            }
            AwsErrorKind::NotFound => format!("check the name, the account and the region{id}"),
            AwsErrorKind::Conflict => format!("somebody else changed it at the same time{id}"),
            AwsErrorKind::Refused => format!("AWS refused the request as it stands{id}"),
        }
    }
}

impl From<AwsError> for Failure {
    fn from(error: AwsError) -> Self {
        let (exit, hint) = (error.exit(), error.hint());
        Self::new(exit, error).hint(hint)
    }
}

/// The action that AWS names itself, such as `iam:PassRole` for a call that hands a role on
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>, 2026-11).
fn denied_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    let action = rest.split([' ', ',']).next()?;
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    action.split_once(':').is_some_and(|(service, name)| plain(service) && plain(name)).then_some(action)
}

/// What the caller must be allowed; S3's actions are mostly not called like its operations
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>, 2026-11).
fn iam_action(service: &str, operation: &str) -> String {
    let action = match (service, operation) {
        ("s3", "ListObjectsV2") => "ListBucket",
        ("s3", "GetObject" | "HeadObject") => {
            return "s3:GetObject (and s3:ListBucket, without which a missing object is refused too)"
                .to_owned();
        }
        ("s3", "DeleteObjects") => "DeleteObject",
        ("s3", "CopyObject") => return "s3:GetObject and s3:PutObject".to_owned(),
        ("s3", "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload") => "PutObject",
        (_, operation) => operation,
    };
    format!("{service}:{action}")
}

fn chain(error: &dyn Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if parts.last() != Some(&text) {
            parts.push(text);
        }
        source = cause.source();
    }
    parts.join(": ")
}

fn classify<E>(
    error: &SdkError<E, HttpResponse>,
    status: Option<u16>,
    code: Option<&str>,
    chain: &str,
) -> AwsErrorKind {
    match error {
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) if mentions_credentials(chain) => {
            AwsErrorKind::Credentials
        }
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            AwsErrorKind::Unavailable
        }
        SdkError::ServiceError(_) => classify_code(status, code),
        _ => AwsErrorKind::Refused,
    }
}

fn mentions_credentials(chain: &str) -> bool {
    let chain = chain.to_ascii_lowercase();
    ["credential", "sso", "token"].iter().any(|word| chain.contains(word))
}

/// Codes of the [common errors](https://docs.aws.amazon.com/awssupport/latest/APIReference/CommonErrors.html) (2026-11) and of S3's
/// [error list](https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html) (2026-11).
fn classify_code(status: Option<u16>, code: Option<&str>) -> AwsErrorKind {
    let code = code.unwrap_or_default();
    match code {
        "ExpiredToken"
        | "ExpiredTokenException"
        | "TokenRefreshRequired"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "RequestExpired"
        | "RequestTimeTooSkewed" => AwsErrorKind::Credentials,
        "SlowDown"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "BandwidthLimitExceeded" => AwsErrorKind::Throttled,
        code if code.starts_with("AccessDenied") || code == "UnauthorizedOperation" => {
            AwsErrorKind::AccessDenied
        }
        code if code.ends_with("NotFound")
            || code.ends_with("NotFoundException")
            || code.starts_with("NoSuch") =>
        {
            AwsErrorKind::NotFound
        }
        _ => match status {
            Some(429) => AwsErrorKind::Throttled,
            Some(500..=599) => AwsErrorKind::Unavailable,
            Some(403) => AwsErrorKind::AccessDenied,
            Some(404) => AwsErrorKind::NotFound,
            Some(409 | 412) => AwsErrorKind::Conflict,
            _ => AwsErrorKind::Refused,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{AwsErrorKind, classify_code, denied_action};

    #[test]
    fn aws_names_the_action_that_is_missing() {
        for (message, action) in [
            (
                "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/y",
                Some("iam:PassRole"),
            ),
            ("User: x is not authorized to perform: ecr:DescribeImages", Some("ecr:DescribeImages")),
            ("User: x is not authorized to perform: this", None),
            ("Access Denied", None),
        ] {
            assert_eq!(denied_action(message), action, "{message}");
        }
    }

    #[test]
    fn codes_win_over_the_status() {
        for (status, code, kind) in [
            (400, "ExpiredToken", AwsErrorKind::Credentials),
            (400, "ThrottlingException", AwsErrorKind::Throttled),
            (503, "SlowDown", AwsErrorKind::Throttled),
            (400, "AccessDeniedException", AwsErrorKind::AccessDenied),
            (400, "PipelineNotFoundException", AwsErrorKind::NotFound),
            (404, "NoSuchBucket", AwsErrorKind::NotFound),
            (412, "PreconditionFailed", AwsErrorKind::Conflict),
            (500, "InternalError", AwsErrorKind::Unavailable),
            (400, "ValidationException", AwsErrorKind::Refused),
        ] {
            assert_eq!(classify_code(Some(status), Some(code)), kind, "{code}");
        }
    }
}
