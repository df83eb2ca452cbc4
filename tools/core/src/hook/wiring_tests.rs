//! Green alone, whatever rules the listener has.

use super::condition::{Condition, Pattern};
use super::*;

fn route(name: &str, weights: &[(&str, i64)], conditions: Vec<Condition>) -> Route {
    let weights = weights.iter().map(|(arn, weight)| ((*arn).to_owned(), *weight)).collect();
    Route { name: name.into(), weights, conditions }
}

fn wild(pattern: &str) -> Vec<Pattern> {
    vec![Pattern::Wildcard(pattern.into())]
}

fn host(pattern: &str) -> Condition {
    Condition::Host(wild(pattern))
}

fn header(name: &str, value: &str) -> Condition {
    Condition::Header { name: name.into(), values: wild(value) }
}

fn path(pattern: &str) -> Condition {
    Condition::Path(wild(pattern))
}

fn traffic(paths: &[&str]) -> Traffic {
    let planned =
        |path: &&str| Planned { method: "GET".into(), path: (*path).into(), headers: BTreeMap::new() };
    Traffic { default_host: "lb.example".into(), host: None, requests: paths.iter().map(planned).collect() }
}

fn wired(routes: &[Route], traffic: &Traffic) -> Result<BTreeMap<String, String>, String> {
    match decide(routes, Pair { green: "green", blue: &["blue".into()] }, traffic) {
        Wired::ToGreen { headers } => Ok(headers),
        Wired::NotYet { reason } => Err(reason),
    }
}

#[test]
fn green_alone() {
    let plain = |weights: &[(&str, i64)]| route("default", weights, vec![]);
    let rule = |name: &str, weights: &[(&str, i64)]| route(name, weights, vec![host("other.example")]);
    assert!(wired(&[plain(&[("green", 1)])], &traffic(&[])).is_ok());
    assert!(wired(&[plain(&[("green", 100), ("blue", 0)])], &traffic(&[])).is_ok());
    for bad in [
        vec![plain(&[("blue", 1)])],
        vec![plain(&[("green", 99), ("blue", 1)])],
        vec![plain(&[("green", 99), ("third", 1)])],
        vec![plain(&[("green", 0)])],
        vec![rule("1", &[("blue", 1)]), plain(&[("green", 1)])],
        vec![plain(&[])],
        vec![],
    ] {
        assert!(wired(&bad, &traffic(&[])).is_err(), "{bad:?}");
    }
}

#[test]
fn a_rule_is_reached_by_its_conditions() {
    let rules = [
        route("1", &[("green", 1)], vec![host("*.test.example.com"), header("X-Test", "yes")]),
        route("default", &[("other", 1)], vec![]),
    ];
    let expected = BTreeMap::from([
        ("host".to_owned(), "x.test.example.com".to_owned()),
        ("x-test".to_owned(), "yes".to_owned()),
    ]);
    assert_eq!(wired(&rules, &traffic(&["/a"])), Ok(expected));
    // target.host and a check's own headers are what is sent, so they are what is asked about.
    let wrong_host = Traffic { host: Some("app.example.com".into()), ..traffic(&["/a"]) };
    assert_eq!(
        wired(&rules, &wrong_host),
        Err("GET /a (host app.example.com) meets the default action, which does not lead to green".into())
    );
    let right_host = Traffic { host: Some("www.TEST.example.com".into()), ..traffic(&["/a"]) };
    assert!(wired(&rules, &right_host).is_ok());
    let mut own = traffic(&["/a"]);
    own.requests[0].headers.insert("X-Test".into(), "no".into());
    assert!(wired(&rules, &own).is_err());
}

#[test]
fn a_rule_before_green_takes_requests_away() {
    let rules = [
        route("5", &[("auth", 1)], vec![path("/login*")]),
        route("7", &[], vec![Condition::Method(vec!["DELETE".into()])]),
        route("9", &[("auth", 1)], vec![Condition::Query(vec![(Some("beta".into()), "1".into())])]),
        route("default", &[("green", 1)], vec![]),
    ];
    assert!(wired(&rules, &traffic(&["/", "/api?x=1&beta=2", "/Login"])).is_ok());
    let reason = wired(&rules, &traffic(&["/", "/login?next=/"])).unwrap_err();
    assert!(reason.starts_with("GET /login?next=/ (host lb.example) meets rule 5,"), "{reason}");
    assert!(wired(&rules, &traffic(&["/?BETA=1"])).unwrap_err().contains("rule 9"));
    let mut delete = traffic(&["/"]);
    delete.requests[0].method = "DELETE".into();
    assert!(wired(&rules, &delete).unwrap_err().contains("rule 7"));
}

#[test]
fn what_cannot_be_known_must_lead_to_green_either_way() {
    let unknown = || vec![Condition::Unknowable("source-ip".into())];
    let to_green = || route("default", &[("green", 1)], vec![]);
    assert!(wired(&[route("1", &[("green", 1)], unknown()), to_green()], &traffic(&[])).is_ok());
    let reason = wired(&[route("1", &[("other", 1)], unknown()), to_green()], &traffic(&[])).unwrap_err();
    assert!(reason.contains("may meet rule 1"), "{reason}");
    let regex = Condition::Host(vec![Pattern::Regex("^a.*$".into())]);
    let rules = [route("1", &[("green", 1)], vec![regex]), route("default", &[("other", 1)], vec![])];
    assert!(wired(&rules, &traffic(&[])).unwrap_err().contains("the default action"));
}

#[test]
fn a_path_rule_to_green_needs_checks_of_that_path() {
    let rules =
        [route("1", &[("green", 1)], vec![path("/api/*")]), route("default", &[("other", 1)], vec![])];
    assert!(wired(&rules, &traffic(&["/api/version"])).is_ok());
    assert!(wired(&rules, &traffic(&["/api/version", "/index.html"])).unwrap_err().contains("/index.html"));
}
