//! Whether a listener leads to green and to green alone, for exactly the requests that will be sent.
//!
//! A listener's rules are gone through as the load balancer does it: by priority, the first one whose conditions all hold decides
//! (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html>, 2026-11). A condition that cannot be
//! known here (the address that the load balancer sees, a regular expression) may hold or not: both must lead to green.

pub mod condition;

use std::collections::BTreeMap;

use condition::{Condition, Holds, Request};

/// The default action (no conditions) or a rule of a listener.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// `default`, or the rule's priority.
    pub name: String,
    /// Target group ARN and weight of every forward; empty for a redirect or a fixed answer.
    pub weights: Vec<(String, i64)>,
    pub conditions: Vec<Condition>,
}

/// The target groups that must, and must not, get the traffic.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    pub green: &'a str,
    pub blue: &'a [String],
}

/// One request that a check will send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub method: String,
    /// Path and query.
    pub path: String,
    pub headers: BTreeMap<String, String>,
}

/// What will be sent, and as whom.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    /// `Host` where nothing else says it: the load balancer's name.
    pub default_host: String,
    /// `target.host`: more than what a rule suggests.
    pub host: Option<String>,
    pub requests: Vec<Planned>,
}

/// What the listener does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wired {
    /// Requests reach green when they carry these headers (`host` included).
    ToGreen { headers: BTreeMap<String, String> },
    /// Not, or not only; it may still change.
    NotYet { reason: String },
}

/// `routes` by priority, the default action last.
pub fn decide(routes: &[Route], pair: Pair<'_>, traffic: &Traffic) -> Wired {
    let is_blue =
        |route: &&Route| route.weights.iter().any(|(arn, weight)| *weight > 0 && pair.blue.contains(arn));
    if let Some(route) = routes.iter().find(is_blue) {
        return Wired::NotYet { reason: format!("{} still sends traffic to blue", describe(route)) };
    }
    let mut candidates: Vec<&Route> = routes.iter().filter(|route| leads_to(route, pair.green)).collect();
    // A request that needs no headers is the simplest one.
    candidates.sort_by_key(|route| !route.conditions.is_empty());
    let mut reason = None;
    for candidate in candidates {
        let headers = headers_for(candidate);
        match misled(routes, pair.green, traffic, &headers) {
            None => return Wired::ToGreen { headers },
            Some(why) => {
                reason.get_or_insert(why);
            }
        }
    }
    let reason =
        reason.unwrap_or_else(|| "no action of the listener sends traffic to green alone".to_owned());
    Wired::NotYet { reason }
}

/// Green gets something, and nobody else does.
fn leads_to(route: &Route, green: &str) -> bool {
    let mut weighted = route.weights.iter().filter(|(_, weight)| *weight > 0).peekable();
    weighted.peek().is_some() && weighted.all(|(arn, _)| arn == green)
}

/// The first planned request that would not, or perhaps not, reach green, and why.
fn misled(
    routes: &[Route],
    green: &str,
    traffic: &Traffic,
    headers: &BTreeMap<String, String>,
) -> Option<String> {
    let any = Planned { method: "GET".to_owned(), path: "/".to_owned(), headers: BTreeMap::new() };
    let planned =
        if traffic.requests.is_empty() { std::slice::from_ref(&any) } else { traffic.requests.as_slice() };
    planned.iter().find_map(|planned| {
        let request = Request::new(planned, traffic, headers);
        let mut reached = 0;
        for route in routes {
            let holds = condition::all_hold(&route.conditions, &request);
            if holds == Holds::No {
                continue;
            }
            reached += 1;
            if !leads_to(route, green) {
                let may = if holds == Holds::Maybe { "may meet" } else { "meets" };
                return Some(format!("{request} {may} {}, which does not lead to green", describe(route)));
            }
            if holds == Holds::Yes {
                return None;
            }
        }
        (reached == 0).then(|| format!("{request} meets no action of the listener"))
    })
}

fn describe(route: &Route) -> String {
    if route.name == "default" { "the default action".to_owned() } else { format!("rule {}", route.name) }
}

/// Headers that meet the rule's conditions. Paths, methods and query strings are the checks' own.
fn headers_for(route: &Route) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for condition in &route.conditions {
        let (name, patterns) = match condition {
            Condition::Host(patterns) => ("host".to_owned(), patterns),
            Condition::Header { name, values } => (name.to_ascii_lowercase(), values),
            _ => continue,
        };
        if let Some(value) = patterns.iter().find_map(condition::Pattern::example) {
            headers.insert(name, value);
        }
    }
    headers
}

#[cfg(test)]
#[path = "wiring_tests.rs"]
mod tests;
