//! CloudWatch's one call that is needed, signed by hand: its SDK is larger than all of this program (doc/adr/0025).

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use greenlight_core::hook::alarms::AlarmState;
use greenlight_kit::{AwsError, AwsErrorKind};
use http_body_util::{BodyExt as _, Full, Limited};
use serde_json::{Value, json};

use super::Aws;
use crate::probe::web_client;

const SERVICE: &str = "cloudwatch";
const OPERATION: &str = "DescribeAlarms";
/// AWS JSON 1.0 (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>, 2026-11).
const TARGET: &str = "GraniteServiceVersion20100801.DescribeAlarms";
const TRIES: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

#[derive(Debug, Clone)]
pub(super) struct Alarms {
    credentials: Option<SharedCredentialsProvider>,
    region: String,
    endpoint: String,
}

impl Alarms {
    pub fn new(sdk: &SdkConfig) -> Self {
        let region = sdk.region().map(ToString::to_string).unwrap_or_default();
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let public = format!("https://monitoring.{region}.{suffix}");
        Self {
            credentials: sdk.credentials_provider(),
            endpoint: sdk.endpoint_url().map_or(public, |url| url.trim_end_matches('/').to_owned()),
            region,
        }
    }

    async fn call(&self, body: &Value) -> Result<Value, AwsError> {
        let request = self.request(&body.to_string()).await?;
        let client = web_client(None, None).map_err(|error| failed(AwsErrorKind::Unavailable, error.0))?;
        let exchange = async {
            let response = client.request(request).await.map_err(|error| error.to_string())?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
            Ok::<_, String>((status, body.map_err(|error| error.to_string())?.to_bytes()))
        };
        let (status, body) = match tokio::time::timeout(TIMEOUT, exchange).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(failed(AwsErrorKind::Unavailable, error)),
            Err(_) => return Err(failed(AwsErrorKind::Unavailable, "no answer in time".to_owned())),
        };
        let answer: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if status == 200 && answer.is_object() {
            return Ok(answer);
        }
        Err(refused(status, &answer))
    }

    async fn request(&self, body: &str) -> Result<http::Request<Full<Bytes>>, AwsError> {
        let missing = |message: String| failed(AwsErrorKind::Credentials, message);
        let provider = self.credentials.as_ref().ok_or_else(|| missing("no credentials".to_owned()))?;
        let credentials = provider.provide_credentials().await.map_err(|error| missing(error.to_string()))?;
        let identity = credentials.into();
        let defect = |error: String| failed(AwsErrorKind::Refused, error);
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("monitoring")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| defect(error.to_string()))?
            .into();
        let uri = format!("{}/", self.endpoint);
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", TARGET)];
        let signable =
            SignableRequest::new("POST", &uri, headers.into_iter(), SignableBody::Bytes(body.as_bytes()))
                .map_err(|error| defect(error.to_string()))?;
        let signed = sign(signable, &parameters).map_err(|error| defect(error.to_string()))?;
        let mut request = http::Request::post(&uri);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(body.to_owned())));
        let mut request = request.map_err(|error| defect(error.to_string()))?;
        signed.into_parts().0.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

fn failed(kind: AwsErrorKind, message: String) -> AwsError {
    AwsError {
        service: SERVICE,
        operation: OPERATION,
        kind,
        code: None,
        message,
        request_id: None,
        status: None,
    }
}

fn refused(status: u16, answer: &Value) -> AwsError {
    let text = |names: [&str; 2]| names.iter().find_map(|name| answer.get(name).and_then(Value::as_str));
    let code = text(["__type", "code"]).map(|code| code.rsplit('#').next().unwrap_or(code).to_owned());
    let name = code.as_deref().unwrap_or_default();
    let kind = match status {
        _ if name.contains("Throttl") || status == 429 => AwsErrorKind::Throttled,
        _ if name.starts_with("AccessDenied") => AwsErrorKind::AccessDenied,
        _ if name.contains("Token") || name.contains("Signature") => AwsErrorKind::Credentials,
        500..=599 | 200 => AwsErrorKind::Unavailable,
        403 => AwsErrorKind::AccessDenied,
        _ => AwsErrorKind::Refused,
    };
    let message = text(["message", "Message"]).unwrap_or("no message").to_owned();
    AwsError { code, status: Some(status), ..failed(kind, message) }
}

impl Aws {
    /// Metric and composite alarms of these names (at most 100).
    pub async fn gather_alarms(&self, names: &[String]) -> Result<Vec<AlarmState>, AwsError> {
        let body =
            json!({"AlarmNames": names, "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": 100});
        let mut tries = 0;
        let answer = loop {
            tries += 1;
            match self.alarms.call(&body).await {
                Ok(answer) => break answer,
                Err(error) => {
                    let passing = matches!(error.kind, AwsErrorKind::Throttled | AwsErrorKind::Unavailable);
                    if !passing || tries == TRIES {
                        return Err(error);
                    }
                    tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(tries)).await;
                }
            }
        };
        let lists =
            ["MetricAlarms", "CompositeAlarms"].into_iter().filter_map(|key| answer.get(key)?.as_array());
        let text =
            |alarm: &Value, key: &str| alarm.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let states = lists.flatten().map(|alarm| AlarmState {
            name: text(alarm, "AlarmName"),
            state: text(alarm, "StateValue"),
            reason: text(alarm, "StateReason"),
        });
        Ok(states.collect())
    }
}
