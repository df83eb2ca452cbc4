//! Load balancers, target groups, listeners, targets: what is there, and which target is next. No input or output.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::AbortHandle;

use crate::api::ApiError;

/// AWS's default `deregistration_delay.timeout_seconds`.
const DEREGISTRATION_DELAY_SECONDS: u64 = 300;

#[derive(Default)]
pub(super) struct State {
    pub balancers: BTreeMap<String, LoadBalancer>,
    pub groups: BTreeMap<String, TargetGroup>,
    pub listeners: BTreeMap<String, Listener>,
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
    pub generation: u64,
    pub background: Vec<AbortHandle>,
}

#[derive(Debug, Clone)]
pub(super) struct LoadBalancer {
    pub arn: String,
    pub name: String,
    pub scheme: String,
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
    pub created: Timestamp,
    pub attributes: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
pub(super) struct HealthCheck {
    pub path: String,
    /// `None`: the target's own port.
    pub port: Option<u16>,
    pub interval: Duration,
    pub timeout: Duration,
    pub healthy_threshold: u32,
    pub unhealthy_threshold: u32,
    /// `200`, `200-299`, `200,302`
    pub matcher: String,
}

impl HealthCheck {
    pub fn accepts(&self, status: u16) -> bool {
        self.matcher.split(',').any(|part| {
            let (low, high) = part.split_once('-').unwrap_or((part, part));
            let (Ok(low), Ok(high)) = (low.trim().parse(), high.trim().parse()) else { return false };
            (low..=high).contains(&status)
        })
    }
}

#[derive(Debug, Clone)]
pub(super) struct TargetGroup {
    pub arn: String,
    pub name: String,
    pub protocol: String,
    pub port: u16,
    pub vpc: String,
    pub target_type: String,
    pub check: HealthCheck,
    pub attributes: BTreeMap<String, String>,
    pub targets: Vec<Target>,
    /// Where the round over the healthy targets stands.
    next: usize,
}

impl TargetGroup {
    pub fn new(
        arn: String,
        name: &str,
        protocol: &str,
        port: u16,
        vpc: &str,
        target_type: &str,
        check: HealthCheck,
    ) -> Self {
        Self {
            arn,
            name: name.to_owned(),
            protocol: protocol.to_owned(),
            port,
            vpc: vpc.to_owned(),
            target_type: target_type.to_owned(),
            check,
            attributes: BTreeMap::new(),
            targets: Vec::new(),
            next: 0,
        }
    }

    pub fn target(&self, id: &str, port: u16) -> Option<&Target> {
        self.targets.iter().find(|target| target.id == id && target.port == port)
    }

    pub fn target_mut(&mut self, id: &str, port: u16) -> Option<&mut Target> {
        self.targets.iter_mut().find(|target| target.id == id && target.port == port)
    }

    pub fn deregistration_delay(&self) -> Duration {
        let seconds =
            self.attributes.get("deregistration_delay.timeout_seconds").and_then(|text| text.parse().ok());
        Duration::from_secs(seconds.unwrap_or(DEREGISTRATION_DELAY_SECONDS))
    }

    /// The next healthy target, counted as one more request in flight.
    fn take_next(&mut self) -> Option<(String, u16, u64)> {
        let healthy: Vec<usize> = (self.targets.iter().enumerate())
            .filter(|(_, target)| !target.draining && target.state == HealthState::Healthy)
            .map(|(index, _)| index)
            .collect();
        let index = *healthy.get(self.next.checked_rem(healthy.len())?)?;
        self.next = self.next.wrapping_add(1);
        let target = self.targets.get_mut(index)?;
        target.in_flight += 1;
        Some((target.id.clone(), target.port, target.generation))
    }
}

/// State of a target, with AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthState {
    Initial,
    Healthy,
    Unhealthy,
    Draining,
    Unused,
}

impl HealthState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
            Self::Draining => "draining",
            Self::Unused => "unused",
        }
    }
}

/// One target as `DescribeTargetHealth` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetHealth {
    pub id: String,
    pub port: u16,
    pub state: HealthState,
    /// AWS's reason code; empty for a healthy target.
    pub reason: String,
    pub description: String,
}

#[derive(Debug, Clone)]
pub(super) struct Target {
    pub id: String,
    pub port: u16,
    pub generation: u64,
    pub state: HealthState,
    pub reason: String,
    pub description: String,
    pub draining: bool,
    pub in_flight: usize,
    pub successes: u32,
    pub failures: u32,
    pub last_failure: Option<tokio::time::Instant>,
}

impl Target {
    pub fn new(id: &str, port: u16, generation: u64) -> Self {
        Self {
            id: id.to_owned(),
            port,
            generation,
            state: HealthState::Initial,
            reason: "Elb.InitialHealthChecking".to_owned(),
            description: "Initial health checks in progress".to_owned(),
            draining: false,
            in_flight: 0,
            successes: 0,
            failures: 0,
            last_failure: None,
        }
    }

    pub fn health(&self, in_use: bool) -> TargetHealth {
        let (state, reason, description) = if self.draining {
            (HealthState::Draining, "Target.DeregistrationInProgress", "Target deregistration is in progress")
        } else if in_use {
            (self.state, self.reason.as_str(), self.description.as_str())
        } else {
            let description = "Target group is not configured to receive traffic from the load balancer";
            (HealthState::Unused, "Target.NotInUse", description)
        };
        let (reason, description) = (reason.to_owned(), description.to_owned());
        TargetHealth { id: self.id.clone(), port: self.port, state, reason, description }
    }

    /// Takes in one health check's outcome: `Err` is AWS's reason code and description. A new target needs one success.
    pub fn record(
        &mut self,
        check: &HealthCheck,
        outcome: Result<(), (&str, String)>,
        now: tokio::time::Instant,
    ) {
        match outcome {
            Ok(()) => {
                self.successes += 1;
                self.failures = 0;
                let recovered =
                    self.state == HealthState::Unhealthy && self.successes >= check.healthy_threshold;
                if self.state == HealthState::Initial || recovered {
                    self.state = HealthState::Healthy;
                    self.reason.clear();
                    self.description.clear();
                }
            }
            Err((reason, description)) => {
                let counted_before =
                    self.last_failure.is_some_and(|last| now.duration_since(last) < check.interval);
                if self.state == HealthState::Initial && counted_before {
                    return;
                }
                self.last_failure = Some(now);
                self.failures += 1;
                self.successes = 0;
                if self.failures >= check.unhealthy_threshold {
                    self.state = HealthState::Unhealthy;
                    reason.clone_into(&mut self.reason);
                    self.description = description;
                }
            }
        }
    }
}

/// What a listener does with a request.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Forward(Vec<Weighted>),
    Fixed { status: u16, content_type: String, body: String },
}

#[derive(Debug, Clone)]
pub(super) struct Weighted {
    pub arn: String,
    pub weight: u32,
    current: i64,
}

impl Weighted {
    pub fn new(arn: &str, weight: u32) -> Self {
        Self { arn: arn.to_owned(), weight, current: 0 }
    }
}

/// Smooth weighted round-robin: deterministic, and never a long run of one group.
pub(super) fn choose(groups: &mut [Weighted]) -> Option<String> {
    let total: i64 = groups.iter().map(|group| i64::from(group.weight)).sum();
    for group in groups.iter_mut() {
        group.current += i64::from(group.weight);
    }
    let best = groups
        .iter_mut()
        .filter(|group| group.weight > 0)
        .reduce(|best, group| if group.current > best.current { group } else { best })?;
    best.current -= total;
    Some(best.arn.clone())
}

#[derive(Debug, Clone)]
pub(super) struct Listener {
    pub arn: String,
    pub balancer_arn: String,
    pub port: u16,
    pub protocol: String,
    pub certificates: Vec<String>,
    pub ssl_policy: Option<String>,
    pub action: Action,
    pub server: Option<AbortHandle>,
}

impl Listener {
    pub fn weights(&self) -> Vec<(String, u32)> {
        match &self.action {
            Action::Forward(groups) => groups.iter().map(|group| (group.arn.clone(), group.weight)).collect(),
            Action::Fixed { .. } => Vec::new(),
        }
    }
}

/// Where a request goes.
pub(super) enum Route {
    Target { group_arn: String, id: String, port: u16, generation: u64 },
    NoTarget,
    Fixed { status: u16, content_type: String, body: String },
}

impl State {
    pub fn route(&mut self, listener_arn: &str) -> Route {
        let Some(listener) = self.listeners.get_mut(listener_arn) else { return Route::NoTarget };
        let group_arn = match &mut listener.action {
            Action::Forward(groups) => choose(groups),
            Action::Fixed { status, content_type, body } => {
                return Route::Fixed {
                    status: *status,
                    content_type: content_type.clone(),
                    body: body.clone(),
                };
            }
        };
        let taken = group_arn.and_then(|arn| {
            let (id, port, generation) = self.groups.get_mut(&arn)?.take_next()?;
            Some(Route::Target { group_arn: arn, id, port, generation })
        });
        taken.unwrap_or(Route::NoTarget)
    }

    pub fn finished(&mut self, group_arn: &str, id: &str, port: u16, generation: u64) {
        if let Some(target) = self.groups.get_mut(group_arn).and_then(|group| group.target_mut(id, port)) {
            // A target registered anew keeps the count of what it was.
            if target.generation >= generation {
                target.in_flight = target.in_flight.saturating_sub(1);
            }
        }
        self.remove_drained(group_arn);
    }

    pub fn remove_drained(&mut self, group_arn: &str) {
        if let Some(group) = self.groups.get_mut(group_arn) {
            group.targets.retain(|target| !(target.draining && target.in_flight == 0));
        }
    }

    /// Removes a target whose deregistration delay is over, whatever is in flight.
    pub fn forget(&mut self, group_arn: &str, id: &str, port: u16, generation: u64) {
        if let Some(group) = self.groups.get_mut(group_arn) {
            group.targets.retain(|target| {
                !(target.draining
                    && target.id == id
                    && target.port == port
                    && target.generation == generation)
            });
        }
    }

    pub fn in_use(&self, group_arn: &str) -> bool {
        self.listeners.values().any(|listener| match &listener.action {
            Action::Forward(groups) => groups.iter().any(|group| group.arn == group_arn),
            Action::Fixed { .. } => false,
        })
    }

    pub fn group(&self, arn: &str) -> Result<&TargetGroup, ApiError> {
        self.groups.get(arn).ok_or_else(no_group)
    }

    pub fn group_mut(&mut self, arn: &str) -> Result<&mut TargetGroup, ApiError> {
        self.groups.get_mut(arn).ok_or_else(no_group)
    }

    pub fn listener(&self, arn: &str) -> Result<&Listener, ApiError> {
        self.listeners.get(arn).ok_or_else(no_listener)
    }

    pub fn listener_mut(&mut self, arn: &str) -> Result<&mut Listener, ApiError> {
        self.listeners.get_mut(arn).ok_or_else(no_listener)
    }

    pub fn balancer_mut(&mut self, arn: &str) -> Result<&mut LoadBalancer, ApiError> {
        self.balancers.get_mut(arn).ok_or_else(no_balancer)
    }
}

pub(super) fn no_group() -> ApiError {
    ApiError::new("TargetGroupNotFound", "One or more target groups not found")
}

pub(super) fn no_listener() -> ApiError {
    ApiError::new("ListenerNotFound", "One or more listeners not found")
}

pub(super) fn no_balancer() -> ApiError {
    ApiError::new("LoadBalancerNotFound", "One or more load balancers not found")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(matcher: &str) -> HealthCheck {
        HealthCheck {
            path: "/".to_owned(),
            port: None,
            interval: Duration::from_secs(1),
            timeout: Duration::from_secs(1),
            healthy_threshold: 2,
            unhealthy_threshold: 2,
            matcher: matcher.to_owned(),
        }
    }

    #[test]
    fn weights_are_met_exactly_and_smoothly() {
        let mut groups = [Weighted::new("blue", 90), Weighted::new("green", 10), Weighted::new("off", 0)];
        let chosen: Vec<String> = (0..100).filter_map(|_| choose(&mut groups)).collect();
        assert_eq!(chosen.iter().filter(|arn| *arn == "green").count(), 10);
        assert_eq!(chosen.iter().filter(|arn| *arn == "blue").count(), 90);
        assert!(chosen.windows(2).all(|pair| pair != ["green", "green"]));
        assert_eq!(choose(&mut [Weighted::new("off", 0)]), None);
    }

    #[test]
    fn matchers() {
        assert!(check("200").accepts(200) && !check("200").accepts(201));
        assert!(check("200-299,302").accepts(250) && check("200-299,302").accepts(302));
        assert!(!check("200-299,302").accepts(303) && !check("x").accepts(200));
    }

    #[test]
    fn one_success_makes_a_new_target_healthy_and_failures_count_once_per_interval() {
        let now = tokio::time::Instant::now();
        let failed = || Err(("Target.FailedHealthChecks", "Health checks failed".to_owned()));
        let mut target = Target::new("127.0.0.1", 1, 1);
        target.record(&check("200"), failed(), now);
        target.record(&check("200"), failed(), now + Duration::from_millis(300));
        assert_eq!(target.state, HealthState::Initial);
        target.record(&check("200"), failed(), now + Duration::from_millis(1001));
        assert_eq!(target.health(true).reason, "Target.FailedHealthChecks");
        target.record(&check("200"), Ok(()), now);
        assert_eq!(target.state, HealthState::Unhealthy, "an unhealthy target needs the threshold");
        target.record(&check("200"), Ok(()), now);
        assert_eq!(target.state, HealthState::Healthy);
        assert_eq!(target.health(false).state, HealthState::Unused);
    }
}
