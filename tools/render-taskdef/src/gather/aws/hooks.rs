//! The Lambda functions of the lifecycle hooks.

use aws_sdk_lambda::Client;
use greenlight_core::taskdef::online::Answer;
use greenlight_kit::AwsError;

use super::answer;

/// Asks for the configuration only: `GetFunction` would also hand out a link to the code.
pub async fn ask(client: &Client, function: &str) -> Answer<()> {
    match client.get_function_configuration().function_name(function).send().await {
        Ok(_) => Answer::Found(()),
        Err(error) => answer(&AwsError::new("lambda", "GetFunctionConfiguration", &error)),
    }
}
