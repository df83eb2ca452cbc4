//! The event that the function is called with: CodeDeploy's two ids, or an ECS-native blue/green hook event.
//!
//! The input is raw JSON: nothing may stand between the two ids and the promise to report a verdict for them.

use std::collections::BTreeMap;

use serde_json::Value;

/// Who called and what they want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookEvent {
    CodeDeploy(CodeDeployEvent),
    EcsNative(EcsNativeEvent),
}

/// The whole of CodeDeploy's event; the stage is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeDeployEvent {
    pub deployment_id: String,
    pub execution_id: String,
}

/// What ECS sends at a stage of its own blue/green deployments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EcsNativeEvent {
    pub execution_id: String,
    pub stage: String,
    /// The service deployment.
    pub resource_arn: Option<String>,
    pub service_arn: Option<String>,
    /// Green. It stays green in a rollback.
    pub target_revision_arn: Option<String>,
    /// Weight by service revision; filled only in the `*_TRAFFIC_SHIFT` stages.
    pub test_weights: BTreeMap<String, i64>,
    pub production_weights: BTreeMap<String, i64>,
    /// What the service's definition and earlier answers of this hook say.
    pub hook_details: Value,
}

/// Why an event cannot be answered to anybody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    #[error(
        "the event is neither a CodeDeploy lifecycle event nor an ECS deployment hook event; its keys are: {keys}"
    )]
    Unknown { keys: String },
    #[error("the CodeDeploy event has no usable {key}")]
    MissingId { key: &'static str },
}

const DEPLOYMENT_ID: &str = "DeploymentId";
const EXECUTION_ID: &str = "LifecycleEventHookExecutionId";

/// Reads an event. Keys beyond the known ones are ignored, as AWS may add some.
pub fn parse(event: &Value) -> Result<HookEvent, EventError> {
    if event.get(DEPLOYMENT_ID).is_some() || event.get(EXECUTION_ID).is_some() {
        let id = |key: &'static str| text(event, key).ok_or(EventError::MissingId { key });
        return Ok(HookEvent::CodeDeploy(CodeDeployEvent {
            deployment_id: id(DEPLOYMENT_ID)?,
            execution_id: id(EXECUTION_ID)?,
        }));
    }
    if let (Some(execution_id), Some(stage)) = (text(event, "executionId"), text(event, "lifecycleStage")) {
        let details = event.get("executionDetails").unwrap_or(&Value::Null);
        return Ok(HookEvent::EcsNative(EcsNativeEvent {
            execution_id,
            stage,
            resource_arn: text(event, "resourceArn"),
            service_arn: text(details, "serviceArn"),
            target_revision_arn: text(details, "targetServiceRevisionArn"),
            test_weights: weights(details, "testTrafficWeights"),
            production_weights: weights(details, "productionTrafficWeights"),
            hook_details: event.get("hookDetails").cloned().unwrap_or(Value::Null),
        }));
    }
    let keys: Vec<&str> = event.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    let keys = if keys.is_empty() { "none".to_owned() } else { crate::report::printable(&keys.join(", ")) };
    Err(EventError::Unknown { keys })
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn weights(details: &Value, key: &str) -> BTreeMap<String, i64> {
    let entries = details.get(key).and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(arn, weight)| Some((arn.clone(), weight.as_i64()?))).collect()
}

/// Which of a service's listeners leads to green.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    Test,
    Production,
}

/// What to do at a stage of an ECS-native deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NativeStep {
    /// Green takes traffic that can be tested.
    Test(Listener),
    /// A rollback: green has no weight any more, and there is nothing to test.
    NothingToTest,
    /// The hook is attached to a stage at which green cannot be tested.
    WrongStage,
}

/// All of the traffic.
const ALL_PERCENT: i64 = 100;

/// Decides by stage and weights. A stage that is not known is not let through.
///
/// While a canary or linear deployment shifts, production is mixed on purpose; the test listener still leads to green alone.
pub fn native_step(event: &EcsNativeEvent) -> NativeStep {
    let weight = |weights: &BTreeMap<String, i64>| {
        event.target_revision_arn.as_ref().and_then(|arn| weights.get(arn)).copied()
    };
    match event.stage.as_str() {
        "TEST_TRAFFIC_SHIFT" => match weight(&event.test_weights) {
            Some(0) => NativeStep::NothingToTest,
            Some(1..) => NativeStep::Test(Listener::Test),
            _ => NativeStep::WrongStage,
        },
        "PRODUCTION_TRAFFIC_SHIFT" => match weight(&event.production_weights) {
            Some(0) => NativeStep::NothingToTest,
            Some(ALL_PERCENT) => NativeStep::Test(Listener::Production),
            Some(1..) => NativeStep::Test(Listener::Test),
            _ => NativeStep::WrongStage,
        },
        "POST_TEST_TRAFFIC_SHIFT" | "PRE_PRODUCTION_TRAFFIC_SHIFT" => NativeStep::Test(Listener::Test),
        "POST_PRODUCTION_TRAFFIC_SHIFT" => NativeStep::Test(Listener::Production),
        _ => NativeStep::WrongStage,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn codedeploy_needs_both_ids() {
        let event = json!({"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "abc", "New": 1});
        assert_eq!(
            parse(&event),
            Ok(HookEvent::CodeDeploy(CodeDeployEvent {
                deployment_id: "d-1".into(),
                execution_id: "abc".into()
            }))
        );
        for bad in
            [json!({"DeploymentId": "d-1"}), json!({"DeploymentId": 7, "LifecycleEventHookExecutionId": "a"})]
        {
            assert!(matches!(parse(&bad), Err(EventError::MissingId { .. })), "{bad}");
        }
        for bad in [json!({}), json!([]), json!("x"), json!({"a": 1})] {
            assert!(matches!(parse(&bad), Err(EventError::Unknown { .. })), "{bad}");
        }
    }

    fn native(stage: &str, weights: &Value) -> EcsNativeEvent {
        let event = json!({"executionId": "e", "lifecycleStage": stage, "resourceArn": "arn:sd",
            "executionDetails": {"serviceArn": "arn:s", "targetServiceRevisionArn": "green",
                "testTrafficWeights": weights, "productionTrafficWeights": weights}, "hookDetails": {"a": 1}});
        match parse(&event) {
            Ok(HookEvent::EcsNative(event)) => event,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_the_hook_was_told_is_kept() {
        let event = native("POST_TEST_TRAFFIC_SHIFT", &json!({}));
        assert_eq!((event.hook_details, event.resource_arn.as_deref()), (json!({"a": 1}), Some("arn:sd")));
    }

    #[test]
    fn a_rollback_has_nothing_to_test() {
        let (test, production) = (NativeStep::Test(Listener::Test), NativeStep::Test(Listener::Production));
        for (stage, weights, step) in [
            ("TEST_TRAFFIC_SHIFT", json!({"green": 100, "blue": 0}), &test),
            ("TEST_TRAFFIC_SHIFT", json!({"green": 0, "blue": 100}), &NativeStep::NothingToTest),
            ("TEST_TRAFFIC_SHIFT", json!({"green": -1}), &NativeStep::WrongStage),
            ("TEST_TRAFFIC_SHIFT", json!({}), &NativeStep::WrongStage),
            ("POST_TEST_TRAFFIC_SHIFT", json!({}), &test),
            ("PRE_PRODUCTION_TRAFFIC_SHIFT", json!({}), &test),
            ("PRODUCTION_TRAFFIC_SHIFT", json!({"green": 10, "blue": 90}), &test),
            ("PRODUCTION_TRAFFIC_SHIFT", json!({"green": 100, "blue": 0}), &production),
            ("PRODUCTION_TRAFFIC_SHIFT", json!({"green": 0, "blue": 100}), &NativeStep::NothingToTest),
            ("POST_PRODUCTION_TRAFFIC_SHIFT", json!({}), &production),
            ("PRE_SCALE_UP", json!({}), &NativeStep::WrongStage),
            ("SOMETHING_NEW", json!({}), &NativeStep::WrongStage),
        ] {
            assert_eq!(native_step(&native(stage, &weights)), *step, "{stage} {weights}");
        }
    }
}
