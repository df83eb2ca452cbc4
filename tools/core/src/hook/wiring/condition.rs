//! Conditions of a load balancer's rules, and whether a request meets them.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html> (2026-11): values of one
//! condition are alternatives; `*` stands for any characters, `?` for one; only paths tell upper from lower case.

use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::percent_decode_str;

use super::{Planned, Traffic};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    Wildcard(String),
    /// Not evaluated: the load balancer's dialect is its own.
    Regex(String),
}

impl Pattern {
    /// A value that meets it.
    pub fn example(&self) -> Option<String> {
        match self {
            Self::Wildcard(pattern) => Some(pattern.replace(['*', '?'], "x")),
            Self::Regex(_) => None,
        }
    }

    fn holds(&self, text: &str) -> Holds {
        match self {
            Self::Wildcard(pattern) => {
                Holds::from(wildcard(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase()))
            }
            Self::Regex(_) => Holds::Maybe,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    Host(Vec<Pattern>),
    Header {
        name: String,
        values: Vec<Pattern>,
    },
    Path(Vec<Pattern>),
    Method(Vec<String>),
    /// Key and value; a value without key is looked for under every key.
    Query(Vec<(Option<String>, String)>),
    /// Of the address from which the load balancer is called, or a kind of condition that is not known here.
    Unknowable(String),
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    No,
    Maybe,
    Yes,
}

impl From<bool> for Holds {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// A request as the load balancer sees it.
#[derive(Debug)]
pub struct Request<'a> {
    planned: &'a Planned,
    /// Names in lower case.
    headers: BTreeMap<String, String>,
}

impl<'a> Request<'a> {
    /// A check's own headers win over `target.host`, that over what the rule suggests.
    pub fn new(planned: &'a Planned, traffic: &Traffic, suggested: &BTreeMap<String, String>) -> Self {
        let mut headers = BTreeMap::from([("host".to_owned(), traffic.default_host.clone())]);
        headers.extend(suggested.clone());
        headers.extend(traffic.host.clone().map(|host| ("host".to_owned(), host)));
        headers
            .extend(planned.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())));
        Self { planned, headers }
    }

    fn path(&self) -> &str {
        self.planned.path.split(['?', '#']).next().unwrap_or_default()
    }

    fn query(&self) -> Vec<(String, String)> {
        let decode =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let (_, query) = self.planned.path.split_once('?').unwrap_or_default();
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(key), decode(value))
            })
            .collect()
    }
}

impl fmt::Display for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.headers.get("host").map(String::as_str).unwrap_or_default();
        write!(f, "{} {} (host {host})", self.planned.method, self.planned.path)
    }
}

/// All of them must hold.
pub fn all_hold(conditions: &[Condition], request: &Request<'_>) -> Holds {
    conditions.iter().map(|condition| holds(condition, request)).min().unwrap_or(Holds::Yes)
}

fn holds(condition: &Condition, request: &Request<'_>) -> Holds {
    let any = |patterns: &[Pattern], text: &str| {
        patterns.iter().map(|pattern| pattern.holds(text)).max().unwrap_or(Holds::No)
    };
    let header = |name: &str| request.headers.get(&name.to_ascii_lowercase()).map(String::as_str);
    match condition {
        // The port is no part of the host.
        Condition::Host(patterns) => {
            any(patterns, header("host").and_then(|host| host.split(':').next()).unwrap_or_default())
        }
        Condition::Header { name, values } => header(name).map_or(Holds::No, |value| any(values, value)),
        Condition::Path(patterns) => patterns
            .iter()
            .map(|pattern| match pattern {
                Pattern::Wildcard(pattern) => Holds::from(wildcard(pattern, request.path())),
                Pattern::Regex(_) => Holds::Maybe,
            })
            .max()
            .unwrap_or(Holds::No),
        Condition::Method(methods) => Holds::from(methods.contains(&request.planned.method)),
        Condition::Query(wanted) => {
            let lower = |text: &str| text.to_ascii_lowercase();
            let query = request.query();
            Holds::from(wanted.iter().any(|(key, value)| {
                query.iter().any(|(found_key, found)| {
                    key.as_ref().is_none_or(|key| wildcard(&lower(key), &lower(found_key)))
                        && wildcard(&lower(value), &lower(found))
                })
            }))
        }
        Condition::Unknowable(_) => Holds::Maybe,
    }
}

/// `*`: any characters, also none; `?`: exactly one.
fn wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` was, and up to where it has taken the text.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::wildcard;

    #[test]
    fn wildcards() {
        for (pattern, text, met) in [
            ("", "", true),
            ("*", "", true),
            ("/api/*", "/api/", true),
            ("/api/*", "/api", false),
            ("*.example.com", "a.b.example.com", true),
            ("*.example.com", "example.com", false),
            ("/a?c", "/abc", true),
            ("/a?c", "/ac", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1b2b3", false),
        ] {
            assert_eq!(wildcard(pattern, text), met, "{pattern} {text}");
        }
    }
}
