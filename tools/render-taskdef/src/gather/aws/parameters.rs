//! Plain parameters that templates name as `${ssm:/path}`. The value of a `SecureString` is never asked for in plain.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_ssm::types::ParameterType;
use futures::{StreamExt as _, TryStreamExt as _};
use greenlight_core::taskdef::template::Parameter;
use greenlight_kit::AwsError;

use super::CALLS_AT_ONCE;

/// Names in one call of `GetParameters`
/// (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>, 2026-11).
pub const PARAMETERS_PER_CALL: usize = 10;

/// Reads plain parameters; asks AWS nothing when there are none.
pub async fn parameters(
    config: &SdkConfig,
    names: BTreeSet<String>,
) -> Result<BTreeMap<String, Parameter>, AwsError> {
    let client = aws_sdk_ssm::Client::new(config);
    let names: Vec<String> = names.into_iter().collect();
    let answers: Vec<_> = futures::stream::iter(names.chunks(PARAMETERS_PER_CALL).map(<[String]>::to_vec))
        .map(|chunk| {
            let call = client.get_parameters().set_names(Some(chunk)).with_decryption(false);
            async move { call.send().await.map_err(|error| AwsError::new("ssm", "GetParameters", &error)) }
        })
        .buffered(CALLS_AT_ONCE)
        .try_collect()
        .await?;
    let mut found: BTreeMap<String, Parameter> =
        names.into_iter().map(|name| (name, Parameter::Missing)).collect();
    for parameter in answers.into_iter().flat_map(|answer| answer.parameters.unwrap_or_default()) {
        let value = match parameter.r#type {
            Some(ParameterType::SecureString) => Parameter::Secure,
            _ => Parameter::Plain(parameter.value.unwrap_or_default()),
        };
        if let Some(name) = parameter.name {
            found.insert(name, value);
        }
    }
    Ok(found)
}
