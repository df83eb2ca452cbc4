//! Plain parameters that templates name as `${ssm:/path}`. The value of a `SecureString` is never asked for in plain.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_ssm::types::ParameterType;
use futures::StreamExt as _;
use greenlight_core::taskdef::template::Parameter;
use greenlight_kit::AwsError;

use super::CALLS_AT_ONCE;

/// Names in one call of `GetParameters`
/// (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>, 2026-11).
pub const PARAMETERS_PER_CALL: usize = 10;

/// Reads plain parameters; asks AWS nothing when there are none. What could not be read says why, and the first error comes beside.
pub async fn parameters(
    config: &SdkConfig,
    names: BTreeSet<String>,
) -> (BTreeMap<String, Parameter>, Option<AwsError>) {
    let client = aws_sdk_ssm::Client::new(config);
    let names: Vec<String> = names.into_iter().collect();
    let answers: Vec<_> = futures::stream::iter(names.chunks(PARAMETERS_PER_CALL).map(<[String]>::to_vec))
        .map(|chunk| {
            let call = client.get_parameters().set_names(Some(chunk.clone())).with_decryption(false);
            async move { (chunk, call.send().await) }
        })
        .buffered(CALLS_AT_ONCE)
        .collect()
        .await;
    let mut found: BTreeMap<String, Parameter> = BTreeMap::new();
    let mut failed = None;
    for (chunk, answer) in answers {
        match answer {
            Ok(answer) => {
                found.extend(chunk.into_iter().map(|name| (name, Parameter::Missing)));
                for parameter in answer.parameters.unwrap_or_default() {
                    let value = match parameter.r#type {
                        Some(ParameterType::SecureString) => Parameter::Secure,
                        _ => Parameter::Plain(parameter.value.unwrap_or_default()),
                    };
                    if let Some(name) = parameter.name {
                        found.insert(name, value);
                    }
                }
            }
            Err(error) => {
                let error = AwsError::new("ssm", "GetParameters", &error);
                let unknown = Parameter::Unknown(error.to_string());
                found.extend(chunk.into_iter().map(|name| (name, unknown.clone())));
                failed.get_or_insert(error);
            }
        }
    }
    (found, failed)
}
