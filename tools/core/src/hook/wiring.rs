//! Whether a listener leads to green and to green alone.

use std::collections::BTreeMap;

/// The default action (no conditions) or a rule of a listener.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// `default`, or the rule's priority.
    pub name: String,
    /// Target group ARN and weight of every forward.
    pub weights: Vec<(String, i64)>,
    /// Values of a `host-header` condition.
    pub hosts: Vec<String>,
    /// Name and values of `http-header` conditions.
    pub headers: Vec<(String, Vec<String>)>,
}

/// What the listener does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wired {
    /// Requests reach green when they carry these headers (`host` included).
    ToGreen { headers: BTreeMap<String, String> },
    /// Not, or not only; it may still change.
    NotYet { reason: String },
}

/// Looks at every route that names one of the pair's target groups. Other routes are none of this deployment's business.
pub fn decide(routes: &[Route], green: &str, blue: &[String]) -> Wired {
    let weight = |route: &Route, wanted: &dyn Fn(&str) -> bool| -> i64 {
        route.weights.iter().filter(|(arn, _)| wanted(arn)).map(|(_, weight)| weight).sum()
    };
    let is_blue = |arn: &str| blue.iter().any(|group| group == arn);
    if let Some(route) = routes.iter().find(|route| weight(route, &is_blue) > 0) {
        return Wired::NotYet { reason: format!("{} still sends traffic to blue", describe(route)) };
    }
    let to_green: Vec<&Route> =
        routes.iter().filter(|route| weight(route, &|arn| arn == green) > 0).collect();
    let plain = to_green.iter().find(|route| route.hosts.is_empty() && route.headers.is_empty());
    match plain.or(to_green.first()) {
        Some(route) => Wired::ToGreen { headers: headers_for(route) },
        None => Wired::NotYet { reason: "no action of the listener sends traffic to green".to_owned() },
    }
}

fn describe(route: &Route) -> String {
    if route.name == "default" { "the default action".to_owned() } else { format!("rule {}", route.name) }
}

/// A request that meets the rule's conditions. A wildcard (`*`, `?`) is replaced by a text that it matches.
fn headers_for(route: &Route) -> BTreeMap<String, String> {
    let concrete = |pattern: &String| pattern.replace(['*', '?'], "x");
    let mut headers = BTreeMap::new();
    if let Some(host) = route.hosts.first() {
        headers.insert("host".to_owned(), concrete(host));
    }
    for (name, values) in &route.headers {
        if let Some(value) = values.first() {
            headers.insert(name.to_ascii_lowercase(), concrete(value));
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(name: &str, weights: &[(&str, i64)]) -> Route {
        Route {
            name: name.into(),
            weights: weights.iter().map(|(arn, weight)| ((*arn).to_owned(), *weight)).collect(),
            ..Route::default()
        }
    }

    fn not_yet(routes: &[Route]) -> bool {
        matches!(decide(routes, "green", &["blue".into()]), Wired::NotYet { .. })
    }

    #[test]
    fn green_alone() {
        assert!(!not_yet(&[route("default", &[("green", 1)])]));
        assert!(!not_yet(&[route("default", &[("green", 100), ("blue", 0)])]));
        assert!(!not_yet(&[route("default", &[("other", 1)]), route("5", &[("green", 1)])]));
        for bad in [
            vec![route("default", &[("blue", 1)])],
            vec![route("default", &[("green", 99), ("blue", 1)])],
            vec![route("default", &[("green", 0)])],
            vec![route("default", &[("green", 1)]), route("1", &[("blue", 1)])],
            vec![],
        ] {
            assert!(not_yet(&bad), "{bad:?}");
        }
    }

    #[test]
    fn a_rule_is_reached_by_its_conditions() {
        let rule = Route {
            hosts: vec!["*.test.example.com".into()],
            headers: vec![("X-Test".into(), vec!["yes".into()])],
            ..route("1", &[("green", 1)])
        };
        let expected = BTreeMap::from([
            ("host".to_owned(), "x.test.example.com".to_owned()),
            ("x-test".to_owned(), "yes".to_owned()),
        ]);
        assert_eq!(decide(&[rule], "green", &[]), Wired::ToGreen { headers: expected });
    }
}
