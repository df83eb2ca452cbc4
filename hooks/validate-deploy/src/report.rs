//! Delivers the verdict: to CodeDeploy, to the log, to S3.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_sdk_codedeploy::config::retry::RetryConfig;
use aws_sdk_codedeploy::config::timeout::TimeoutConfig;
use aws_sdk_codedeploy::types::LifecycleEventStatus;
use aws_smithy_types::byte_stream::ByteStream;
use greenlight_core::hook::config::ReportLocation;
use greenlight_core::hook::event::CodeDeployEvent;
use greenlight_core::hook::verdict::{Report, Verdict};
use greenlight_kit::{AwsError, AwsErrorKind, AwsFlags};
use serde_json::json;

use crate::error::HandlerError;
use crate::iam;
use crate::record::{millis, print_line};

/// The call that must not be lost.
const OPERATION: &str = "PutLifecycleEventHookExecutionStatus";
const TRIES: u32 = 6;
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(2);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
const PUT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the report in S3 may hold up the verdict.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// Clients for the report alone. They do not retry by themselves, so that every try and its time are known here.
#[derive(Debug, Clone)]
pub struct Reporter {
    codedeploy: aws_sdk_codedeploy::Client,
    s3: aws_sdk_s3::Client,
}

impl Reporter {
    pub async fn load() -> Self {
        Self::new(&AwsFlags::default()).await
    }

    pub async fn new(flags: &AwsFlags) -> Self {
        let sdk = Box::pin(flags.load()).await;
        let codedeploy = aws_sdk_codedeploy::config::Builder::from(&sdk)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build())
            .build();
        let s3 =
            aws_sdk_s3::config::Builder::from(&sdk).force_path_style(sdk.endpoint_url().is_some()).build();
        Self {
            codedeploy: aws_sdk_codedeploy::Client::from_conf(codedeploy),
            s3: aws_sdk_s3::Client::from_conf(s3),
        }
    }

    /// Gives CodeDeploy the verdict. Already answered = done. `end`: no try begins after this.
    pub async fn deliver(
        &self,
        ids: &CodeDeployEvent,
        verdict: Verdict,
        end: Instant,
    ) -> Result<(), HandlerError> {
        let mut tries = 0;
        loop {
            tries += 1;
            // The SDK's own limit does not cover how it finds credentials.
            let Err(error) =
                tokio::time::timeout(PUT_TIMEOUT, self.put(ids, verdict)).await.unwrap_or_else(|_| {
                    Err(AwsError {
                        service: "codedeploy",
                        operation: OPERATION,
                        kind: AwsErrorKind::Unavailable,
                        code: None,
                        message: format!("no answer within {} s", PUT_TIMEOUT.as_secs()),
                        request_id: None,
                        status: None,
                    })
                })
            else {
                return Ok(());
            };
            if error.code.as_deref() == Some("LifecycleEventAlreadyCompletedException") {
                print_line(&json!({"level": "WARN", "deployment_id": ids.deployment_id,
                    "message": "CodeDeploy has a verdict for this lifecycle event already"}));
                return Ok(());
            }
            let retry = matches!(error.kind, AwsErrorKind::Throttled | AwsErrorKind::Unavailable);
            let pause = backoff(tries, fastrand::f64());
            if !retry || tries == TRIES || Instant::now() + pause >= end {
                let denied = error.kind == AwsErrorKind::AccessDenied;
                let statement = denied.then(|| iam::verdict_statement().to_string());
                return Err(HandlerError::Deliver { error: Box::new(error), statement });
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn put(&self, ids: &CodeDeployEvent, verdict: Verdict) -> Result<(), AwsError> {
        let status = match verdict {
            Verdict::Succeeded => LifecycleEventStatus::Succeeded,
            Verdict::Failed => LifecycleEventStatus::Failed,
        };
        self.codedeploy
            .put_lifecycle_event_hook_execution_status()
            .deployment_id(&ids.deployment_id)
            .lifecycle_event_hook_execution_id(&ids.execution_id)
            .status(status)
            .send()
            .await
            .map_err(|error| AwsError::new("codedeploy", OPERATION, &error))?;
        Ok(())
    }

    /// Writes the verdict and the metrics (CloudWatch embedded metric format) to the log.
    pub fn announce(&self, report: &Report) {
        print_line(&json!({
            "level": if report.verdict == Verdict::Succeeded { "INFO" } else { "ERROR" },
            "deployment_id": report.deployment_id, "lifecycle_event": report.lifecycle_event, "verdict": report.verdict,
            "reason": report.reason, "message": report.message, "elapsed_ms": report.elapsed_ms,
        }));
        let function =
            std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| "validate-deploy".to_owned());
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis);
        let metrics = json!([
            {"Name": "Succeeded", "Unit": "Count"}, {"Name": "Failed", "Unit": "Count"},
            {"Name": "Elapsed", "Unit": "Milliseconds"},
        ]);
        print_line(&json!({
            "_aws": {"Timestamp": timestamp, "CloudWatchMetrics": [
                {"Namespace": "Greenlight/ValidateDeploy", "Dimensions": [["Function"]], "Metrics": metrics}]},
            "Function": function, "Reason": report.reason, "Elapsed": report.elapsed_ms,
            "Succeeded": u8::from(report.verdict == Verdict::Succeeded), "Failed": u8::from(report.verdict == Verdict::Failed),
        }));
    }

    /// Writes the report to S3, if the configuration names a place. A report that cannot be written changes no verdict.
    pub async fn store(&self, report: &Report, location: Option<ReportLocation>) {
        let (Some(location), Some(deployment_id)) = (location, report.deployment_id.as_deref()) else {
            return;
        };
        let body = serde_json::to_vec_pretty(report).unwrap_or_default();
        let put = self
            .s3
            .put_object()
            .bucket(location.bucket.as_str())
            .key(location.key(deployment_id))
            .content_type("application/json")
            .body(ByteStream::from(body))
            .send();
        let message = match tokio::time::timeout(STORE_TIMEOUT, put).await {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => AwsError::new("s3", "PutObject", &error).to_string(),
            Err(_) => format!("S3 did not answer within {} s", STORE_TIMEOUT.as_secs()),
        };
        print_line(&json!({"level": "WARN", "deployment_id": deployment_id,
            "message": format!("the report was not stored in {}: {message}", location.bucket)}));
    }
}

/// Exponential backoff with full jitter; `random` is in 0..1.
fn backoff(tries: u32, random: f64) -> Duration {
    let ceiling =
        FIRST_BACKOFF.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1))).min(MAX_BACKOFF);
    ceiling.mul_f64(random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tries_fit_into_the_reserve() {
        let pauses: Duration = (1..TRIES).map(|tries| backoff(tries, 1.0)).sum();
        assert_eq!(pauses, Duration::from_millis(100 + 200 + 400 + 800 + 1600));
        assert_eq!(backoff(40, 1.0), MAX_BACKOFF);
        assert_eq!(backoff(3, 0.0), Duration::ZERO);
    }
}
