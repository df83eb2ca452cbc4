//! Hooks of ECS's own blue/green deployments: what green is, and what is remembered from one call to the next.
//!
//! ECS calls such a hook again when it answers `IN_PROGRESS`, and hands back what the answer said in `hookDetails`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html>, 2026-11). So waiting needs no sleep,
//! but a memory: when the waiting began, and whether green was healthy in the last look.

use serde_json::{Value, json};

use super::event::Listener;

/// Key of the memory in `hookDetails`; others are the service definition's.
const MEMORY_KEY: &str = "validate-deploy";
/// Key of the configuration in `hookDetails`, in the forms of `VALIDATE_CONFIG`.
const CONFIG_KEY: &str = "config";

/// What one call tells the next one of the same stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    pub stage: String,
    /// When this stage was first looked at, in milliseconds since 1970.
    pub since_ms: i64,
    /// Green was healthy in the last look.
    pub healthy: bool,
}

impl Memory {
    /// What was remembered for this stage, or a fresh start. A memory from the future is none.
    pub fn of(details: &Value, stage: &str, now_ms: i64) -> Self {
        let kept = details.get(MEMORY_KEY);
        let since = kept
            .filter(|kept| kept.get("stage").and_then(Value::as_str) == Some(stage))
            .and_then(|kept| kept.get("since_ms").and_then(Value::as_i64))
            .filter(|since| *since <= now_ms);
        let healthy = since.is_some()
            && kept.and_then(|kept| kept.get("healthy")).and_then(Value::as_bool).unwrap_or_default();
        Self { stage: stage.to_owned(), since_ms: since.unwrap_or(now_ms), healthy }
    }

    /// Milliseconds since the first look.
    pub const fn waited_ms(&self, now_ms: i64) -> u64 {
        now_ms.saturating_sub(self.since_ms).unsigned_abs()
    }

    /// The answer that asks ECS to call again.
    pub fn call_again(&self, poll_ms: u64, reason: &str) -> Value {
        json!({
            "hookStatus": "IN_PROGRESS",
            "callBackDelay": poll_ms.div_ceil(1_000).max(1),
            "hookDetails": {
                MEMORY_KEY: {"stage": self.stage, "since_ms": self.since_ms, "healthy": self.healthy},
                "reason": "WAITING", "message": reason,
            },
        })
    }
}

/// The configuration that the service's definition gives this hook.
pub fn config_source(details: &Value) -> Option<&str> {
    details.get(CONFIG_KEY).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// A load balancer of a service revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BalancerFacts {
    pub target_group_arn: Option<String>,
    pub alternate_target_group_arn: Option<String>,
    pub production_rule_arn: Option<String>,
    pub test_rule_arn: Option<String>,
}

/// What ECS says of green's service revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevisionFacts {
    pub balancers: Vec<BalancerFacts>,
    /// The target groups that this revision's tasks are registered in.
    pub resolved_target_group_arns: Vec<String>,
    /// Digest of the image that is behind the load balancer.
    pub digest: Option<String>,
}

/// Where green answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeGreen {
    pub target_group_arn: String,
    pub blue_target_group_arns: Vec<String>,
    pub listener_arn: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NativeError {
    #[error(
        "the service revision has {0} load balancers instead of one; say in target.url where green answers"
    )]
    BalancerCount(usize),
    #[error("ECS names {0} target groups of green instead of one; say in target.url where green answers")]
    GroupCount(usize),
    #[error("ECS says that green is behind {0}, which is neither of the service's two target groups")]
    ForeignGroup(String),
    #[error("the service has no {0} listener rule; add one, or say in target.url where green answers")]
    NoRule(&'static str),
    #[error("{0} is no ARN of a listener or of its rule")]
    RuleArn(String),
}

/// Finds green's target group and the listener that leads to it.
pub fn green(revision: &RevisionFacts, listener: Listener) -> Result<NativeGreen, NativeError> {
    let [balancer] = revision.balancers.as_slice() else {
        return Err(NativeError::BalancerCount(revision.balancers.len()));
    };
    let [green] = revision.resolved_target_group_arns.as_slice() else {
        return Err(NativeError::GroupCount(revision.resolved_target_group_arns.len()));
    };
    let groups: Vec<&String> =
        [&balancer.target_group_arn, &balancer.alternate_target_group_arn].into_iter().flatten().collect();
    if !groups.contains(&green) {
        return Err(NativeError::ForeignGroup(green.clone()));
    }
    let (rule, what) = match listener {
        Listener::Test => (&balancer.test_rule_arn, "test"),
        Listener::Production => (&balancer.production_rule_arn, "production"),
    };
    let rule = rule.as_ref().ok_or(NativeError::NoRule(what))?;
    Ok(NativeGreen {
        target_group_arn: green.clone(),
        blue_target_group_arns: groups.into_iter().filter(|group| *group != green).cloned().collect(),
        listener_arn: listener_of(rule).ok_or_else(|| NativeError::RuleArn(rule.clone()))?,
    })
}

/// `…:listener-rule/app/NAME/BALANCER/LISTENER/RULE` → `…:listener/app/NAME/BALANCER/LISTENER`; a network load balancer has listeners
/// only (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html>, 2026-11).
fn listener_of(rule_arn: &str) -> Option<String> {
    if rule_arn.contains(":listener/") {
        return Some(rule_arn.to_owned());
    }
    let (account, path) = rule_arn.split_once(":listener-rule/")?;
    let (listener, _) = path.rsplit_once('/')?;
    (listener.split('/').count() == 4).then(|| format!("{account}:listener/{listener}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_is_of_one_stage() {
        let memory = Memory { stage: "A".into(), since_ms: 1_000, healthy: true };
        let answer = memory.call_again(2_001, "not yet");
        assert_eq!((&answer["hookStatus"], &answer["callBackDelay"]), (&json!("IN_PROGRESS"), &json!(3)));
        let details = &answer["hookDetails"];
        assert_eq!(Memory::of(details, "A", 5_000), memory);
        assert_eq!(memory.waited_ms(5_000), 4_000);
        for (details, stage, now) in [
            (details, "B", 5_000),
            (details, "A", 999),
            (&Value::Null, "A", 5_000),
            (&json!({MEMORY_KEY: 1}), "A", 5_000),
        ] {
            let fresh = Memory { stage: stage.into(), since_ms: now, healthy: false };
            assert_eq!(Memory::of(details, stage, now), fresh);
        }
        assert_eq!(memory.call_again(0, "")["callBackDelay"], 1);
    }

    fn revision() -> RevisionFacts {
        let rule =
            |name: &str| Some(format!("arn:aws:elasticloadbalancing:r:1:listener-rule/app/lb/b/{name}/r"));
        RevisionFacts {
            balancers: vec![BalancerFacts {
                target_group_arn: Some("one".into()),
                alternate_target_group_arn: Some("two".into()),
                production_rule_arn: rule("prod"),
                test_rule_arn: rule("test"),
            }],
            resolved_target_group_arns: vec!["two".into()],
            digest: None,
        }
    }

    #[test]
    fn green_by_what_ecs_resolved() {
        let found = green(&revision(), Listener::Test).unwrap();
        assert_eq!(found.target_group_arn, "two");
        assert_eq!(found.blue_target_group_arns, ["one"]);
        assert_eq!(found.listener_arn, "arn:aws:elasticloadbalancing:r:1:listener/app/lb/b/test");
        assert!(green(&revision(), Listener::Production).unwrap().listener_arn.ends_with("/prod"));
    }

    #[test]
    fn what_is_unclear_is_no_green() {
        let with = |change: &dyn Fn(&mut RevisionFacts)| {
            let mut facts = revision();
            change(&mut facts);
            green(&facts, Listener::Test).unwrap_err()
        };
        assert_eq!(with(&|facts| facts.balancers.clear()), NativeError::BalancerCount(0));
        assert_eq!(with(&|facts| facts.resolved_target_group_arns.clear()), NativeError::GroupCount(0));
        assert_eq!(
            with(&|facts| facts.resolved_target_group_arns = vec!["three".into()]),
            NativeError::ForeignGroup("three".into())
        );
        assert_eq!(with(&|facts| facts.balancers[0].test_rule_arn = None), NativeError::NoRule("test"));
        assert!(matches!(
            with(&|facts| facts.balancers[0].test_rule_arn = Some("arn:x".into())),
            NativeError::RuleArn(_)
        ));
        assert_eq!(
            listener_of("arn:aws:e:r:1:listener/net/lb/b/l").as_deref(),
            Some("arn:aws:e:r:1:listener/net/lb/b/l")
        );
    }
}
