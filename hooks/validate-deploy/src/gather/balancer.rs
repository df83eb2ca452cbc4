//! The load balancer's side: listeners, target groups, health.

use aws_sdk_elasticloadbalancingv2::types::{Action, ForwardActionConfig, TargetDescription};
use greenlight_core::hook::health::{Poll, TargetState};
use greenlight_core::hook::wiring::Route;
use greenlight_kit::AwsError;

use super::conditions::route;
use super::{Aws, owned};

const ELB: &str = "elasticloadbalancing";

/// A listener, without what it does.
#[derive(Debug, Clone)]
pub struct ListenerFacts {
    pub protocol: String,
    pub port: i32,
    pub load_balancer_arn: String,
    default_actions: Vec<Action>,
}

impl Aws {
    /// Name and ARN of target groups.
    pub async fn gather_target_groups(&self, names: &[String]) -> Result<Vec<(String, String)>, AwsError> {
        let output = self.elb.describe_target_groups().set_names(Some(names.to_vec())).send().await;
        let output = output.map_err(|error| AwsError::new(ELB, "DescribeTargetGroups", &error))?;
        let groups = output.target_groups().iter();
        Ok(groups.map(|group| (owned(group.target_group_name()), owned(group.target_group_arn()))).collect())
    }

    pub async fn gather_listener(&self, arn: &str) -> Result<Option<ListenerFacts>, AwsError> {
        let output = self.elb.describe_listeners().listener_arns(arn).send().await;
        let output = output.map_err(|error| AwsError::new(ELB, "DescribeListeners", &error))?;
        Ok(output.listeners().first().map(|listener| ListenerFacts {
            protocol: listener.protocol().map(|protocol| protocol.as_str().to_owned()).unwrap_or_default(),
            port: listener.port().unwrap_or_default(),
            load_balancer_arn: owned(listener.load_balancer_arn()),
            default_actions: listener.default_actions().to_vec(),
        }))
    }

    /// What a listener does: its default action and its rules, by priority.
    pub async fn gather_routes(&self, listener_arn: &str) -> Result<Vec<Route>, AwsError> {
        let listener = self.gather_listener(listener_arn).await?;
        let mut routes: Vec<Route> = listener
            .iter()
            .map(|listener| Route {
                name: "default".to_owned(),
                weights: weights(&listener.default_actions),
                ..Route::default()
            })
            .collect();
        let mut marker = None;
        loop {
            let page = self.elb.describe_rules().listener_arn(listener_arn).set_marker(marker).send().await;
            let page = page.map_err(|error| AwsError::new(ELB, "DescribeRules", &error))?;
            routes.extend(page.rules().iter().filter(|rule| rule.is_default() != Some(true)).map(route));
            match page.next_marker() {
                Some(next) if !next.is_empty() => marker = Some(next.to_owned()),
                _ => break,
            }
        }
        routes.sort_by_key(|route| route.name.parse::<u32>().unwrap_or(u32::MAX));
        Ok(routes)
    }

    pub async fn gather_dns_name(&self, load_balancer_arn: &str) -> Result<Option<String>, AwsError> {
        let output = self.elb.describe_load_balancers().load_balancer_arns(load_balancer_arn).send().await;
        let output = output.map_err(|error| AwsError::new(ELB, "DescribeLoadBalancers", &error))?;
        Ok(output.load_balancers().first().and_then(|balancer| balancer.dns_name()).map(str::to_owned))
    }

    /// Counts of the task set and states of its targets.
    pub async fn gather_health(
        &self,
        (cluster, service): (&str, &str),
        task_set_id: &str,
        target_group_arn: &str,
    ) -> Result<Poll, AwsError> {
        let sets = self.describe_task_sets(cluster, service).await?;
        let targets = self.gather_targets(target_group_arn).await?;
        let set = sets.iter().find(|set| set.id() == Some(task_set_id));
        Ok(set.map_or_else(Poll::default, |set| Poll {
            desired: i64::from(set.computed_desired_count()),
            running: i64::from(set.running_count()),
            pending: i64::from(set.pending_count()),
            targets,
        }))
    }

    /// States of a target group's targets.
    pub async fn gather_targets(&self, target_group_arn: &str) -> Result<Vec<TargetState>, AwsError> {
        let output = self.elb.describe_target_health().target_group_arn(target_group_arn).send().await;
        let output = output.map_err(|error| AwsError::new(ELB, "DescribeTargetHealth", &error))?;
        let targets = output.target_health_descriptions().iter().map(|entry| {
            let target = entry.target();
            let health = entry.target_health();
            let port =
                target.and_then(TargetDescription::port).map(|port| format!(":{port}")).unwrap_or_default();
            let reason = health.and_then(|health| health.reason()).map(|reason| reason.as_str().to_owned());
            let description = health.and_then(|health| health.description()).map(str::to_owned);
            TargetState {
                id: format!("{}{port}", owned(target.and_then(|target| target.id()))),
                state: health
                    .and_then(|health| health.state())
                    .map(|state| state.as_str().to_owned())
                    .unwrap_or_default(),
                reason: [reason, description]
                    .into_iter()
                    .flatten()
                    .reduce(|code, text| format!("{code}: {text}")),
            }
        });
        Ok(targets.collect())
    }
}

/// A forward to one target group has no weights: it is all of the traffic.
pub(super) fn weights(actions: &[Action]) -> Vec<(String, i64)> {
    let mut weights = Vec::new();
    for action in actions {
        let tuples = action.forward_config().map(ForwardActionConfig::target_groups).unwrap_or_default();
        for tuple in tuples {
            weights.push((owned(tuple.target_group_arn()), i64::from(tuple.weight().unwrap_or(1))));
        }
        if let (true, Some(arn)) = (tuples.is_empty(), action.target_group_arn()) {
            weights.push((arn.to_owned(), 1));
        }
    }
    weights
}
