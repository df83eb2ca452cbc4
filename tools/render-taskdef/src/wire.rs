//! Task definitions as JSON to and from ECS. The SDK signs, retries and reports errors; the document itself passes through unchanged,
//! so that no member is lost that the SDK's types do not know yet.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::TaskDefinitionField;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use greenlight_kit::AwsError;
use serde_json::Value as Json;

/// A revision as ECS describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    pub arn: String,
    pub revision: i64,
    /// `taskDefinition` with its sibling `tags` as a member.
    pub definition: Json,
}

/// Registers exactly this document and returns the ARN of the revision.
pub async fn register(client: &Client, definition: &Json) -> Result<String, AwsError> {
    let family = definition.get("family").and_then(Json::as_str).unwrap_or_default();
    let body = definition.to_string();
    let call = client.register_task_definition().family(family).set_container_definitions(Some(Vec::new()));
    let answer = call
        .customize()
        .mutate_request(move |request| {
            let length = body.len().to_string();
            *request.body_mut() = SdkBody::from(body.clone());
            request.headers_mut().insert("content-length", length);
        })
        .send()
        .await
        .map_err(|error| AwsError::new("ecs", "RegisterTaskDefinition", &error))?;
    let arn = answer.task_definition().and_then(|definition| definition.task_definition_arn());
    Ok(arn.unwrap_or_default().to_owned())
}

/// Describes `name` (family, `family:revision` or ARN); none when ECS has no such active revision.
pub async fn describe(client: &Client, name: &str) -> Result<Option<Described>, AwsError> {
    let body = Body::default();
    let call = client.describe_task_definition().task_definition(name).include(TaskDefinitionField::Tags);
    let answer = match call.customize().interceptor(body.clone()).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let error = AwsError::new("ecs", "DescribeTaskDefinition", &error);
            return if is_missing(&error) { Ok(None) } else { Err(error) };
        }
    };
    let Some(described) = answer.task_definition() else { return Ok(None) };
    let mut whole: Json = serde_json::from_slice(&body.take()).unwrap_or_default();
    let tags = whole.get_mut("tags").map(Json::take);
    let mut definition = whole.get_mut("taskDefinition").map(Json::take).unwrap_or_default();
    if let (Some(tags), Some(members)) = (tags, definition.as_object_mut()) {
        members.insert("tags".to_owned(), tags);
    }
    Ok(Some(Described {
        arn: described.task_definition_arn().unwrap_or_default().to_owned(),
        revision: described.revision().into(),
        definition,
    }))
}

/// ECS has no code of its own for this
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html>, 2026-11).
fn is_missing(error: &AwsError) -> bool {
    error.code.as_deref() == Some("ClientException")
        && error.message.starts_with("Unable to describe task definition")
}

/// Keeps the bytes of the last answer. Before it is taken apart, the answer has not been read yet.
#[derive(Debug, Clone, Default)]
struct Body(Arc<Mutex<Vec<u8>>>);

impl Body {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[dyn_dispatch_hint]
impl Intercept for Body {
    fn name(&self) -> &'static str {
        "answer as JSON"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().unwrap_or_default().to_vec();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
        Ok(())
    }
}
