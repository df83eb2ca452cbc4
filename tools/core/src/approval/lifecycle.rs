//! How far a CodeDeploy deployment is: lifecycle events and traffic, as differences from the last look.

use std::collections::BTreeMap;

use serde::Serialize;

/// One lifecycle event, as `GetDeploymentTarget` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub name: String,
    pub status: String,
    /// What CodeDeploy says about a failure.
    pub diagnostics: Option<String>,
}

/// A task set's share of the production traffic.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// `Blue` or `Green`.
    pub label: String,
    pub percent: f64,
}

/// A deployment as it is now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Target {
    pub events: Vec<Event>,
    pub weights: Vec<Weight>,
}

/// What is new.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "lifecycle", rename_all = "snake_case")]
pub enum Moved {
    Event {
        name: String,
        status: String,
        diagnostics: Option<String>,
    },
    /// Percent of the production traffic by label.
    Traffic {
        weights: BTreeMap<String, f64>,
    },
}

/// What was seen of a deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    events: BTreeMap<String, String>,
    weights: BTreeMap<String, f64>,
}

impl Seen {
    /// What changed since the last look. An event that only waits is nothing new.
    pub fn changes(&mut self, now: &Target) -> Vec<Moved> {
        let mut moved = Vec::new();
        for event in &now.events {
            let last = self.events.insert(event.name.clone(), event.status.clone());
            let waits = event.status == "Pending";
            if last.as_deref() != Some(event.status.as_str()) && !waits {
                moved.push(Moved::Event {
                    name: event.name.clone(),
                    status: event.status.clone(),
                    diagnostics: event.diagnostics.clone(),
                });
            }
        }
        let weights: BTreeMap<String, f64> =
            now.weights.iter().map(|weight| (weight.label.clone(), weight.percent)).collect();
        if !weights.is_empty() && weights != self.weights {
            self.weights.clone_from(&weights);
            moved.push(Moved::Traffic { weights });
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(events: &[(&str, &str)], green: f64) -> Target {
        Target {
            events: events
                .iter()
                .map(|(name, status)| Event {
                    name: (*name).into(),
                    status: (*status).into(),
                    diagnostics: None,
                })
                .collect(),
            weights: vec![
                Weight { label: "Blue".into(), percent: 100.0 - green },
                Weight { label: "Green".into(), percent: green },
            ],
        }
    }

    #[test]
    fn only_what_moved_is_told() {
        let mut seen = Seen::default();
        let first = seen.changes(&target(&[("Install", "InProgress"), ("AllowTraffic", "Pending")], 0.0));
        assert_eq!(first.len(), 2, "{first:?}");
        assert!(
            seen.changes(&target(&[("Install", "InProgress"), ("AllowTraffic", "Pending")], 0.0)).is_empty()
        );
        let shifted =
            seen.changes(&target(&[("Install", "Succeeded"), ("AllowTraffic", "InProgress")], 10.0));
        assert_eq!(shifted.len(), 3);
        assert!(
            matches!(&shifted[2], Moved::Traffic { weights } if (weights["Green"] - 10.0).abs() < f64::EPSILON)
        );
    }
}
