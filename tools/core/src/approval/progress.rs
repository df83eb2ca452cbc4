//! How far an execution is on its way through the production stage.

use std::collections::BTreeMap;

use serde::Serialize;

use super::pending::{ActionRun, RunStatus};

/// Where the watched execution stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "progress", rename_all = "snake_case")]
pub enum Progress {
    Running,
    /// Every action of the production stage succeeded.
    Deployed,
    Failed {
        stage: String,
        action: String,
        summary: Option<String>,
    },
    Superseded,
    /// Stopped, cancelled, or failed without a failed action.
    Ended {
        status: String,
    },
}

/// One action whose status became different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    pub stage: String,
    pub action: String,
    pub status: String,
    pub summary: Option<String>,
}

/// `runs` are the action executions of this execution only; `actions` are the action names of the production stage.
pub fn progress(runs: &[ActionRun], stage: &str, actions: &[String], execution_status: &str) -> Progress {
    let latest = latest(runs);
    let succeeded = |action: &String| {
        latest.get(&(stage, action.as_str())).is_some_and(|run| run.status == RunStatus::Succeeded)
    };
    if execution_status == "Superseded" {
        return Progress::Superseded;
    }
    if (!actions.is_empty() && actions.iter().all(succeeded)) || execution_status == "Succeeded" {
        return Progress::Deployed;
    }
    if matches!(execution_status, "InProgress" | "") {
        return Progress::Running;
    }
    match latest.values().find(|run| run.status == RunStatus::Failed) {
        Some(run) => Progress::Failed {
            stage: run.stage.clone(),
            action: run.action.clone(),
            summary: run.external_summary.clone(),
        },
        None => Progress::Ended { status: execution_status.to_owned() },
    }
}

/// What changed since the last look, in the order in which the actions started. `seen` is brought up to date.
pub fn steps(seen: &mut BTreeMap<String, RunStatus>, runs: &[ActionRun]) -> Vec<Step> {
    let mut ordered: Vec<&ActionRun> = runs.iter().collect();
    ordered.sort_by_key(|run| run.started);
    let mut steps = Vec::new();
    for run in ordered {
        if seen.insert(run.action_execution_id.clone(), run.status.clone()).as_ref() != Some(&run.status) {
            steps.push(Step {
                stage: run.stage.clone(),
                action: run.action.clone(),
                status: run.status.as_str().to_owned(),
                summary: run.external_summary.clone(),
            });
        }
    }
    steps
}

/// The latest run of each action: a stage that is retried runs its actions again.
fn latest(runs: &[ActionRun]) -> BTreeMap<(&str, &str), &ActionRun> {
    let mut latest: BTreeMap<(&str, &str), &ActionRun> = BTreeMap::new();
    for run in runs {
        let entry = latest.entry((&run.stage, &run.action)).or_insert(run);
        if run.started > entry.started {
            *entry = run;
        }
    }
    latest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::pending::tests::run;
    use jiff::Timestamp;

    fn prod(action: &str, id: &str, started: i64, status: RunStatus) -> ActionRun {
        ActionRun {
            stage: "Prod".into(),
            action: action.into(),
            started: Timestamp::from_second(started).ok(),
            ..run("e1", id, status)
        }
    }

    fn actions() -> Vec<String> {
        vec!["Backend".into(), "Frontend".into()]
    }

    #[test]
    fn deployed_means_every_action() {
        let backend = prod("Backend", "a1", 1, RunStatus::Succeeded);
        let half = [backend.clone(), prod("Frontend", "a2", 2, RunStatus::InProgress)];
        assert_eq!(progress(&half, "Prod", &actions(), "InProgress"), Progress::Running);
        let done = [backend, prod("Frontend", "a2", 2, RunStatus::Succeeded)];
        assert_eq!(progress(&done, "Prod", &actions(), "InProgress"), Progress::Deployed);
        assert_eq!(progress(&[], "Prod", &[], "InProgress"), Progress::Running);
    }

    #[test]
    fn a_retry_counts_and_its_first_failure_does_not() {
        let retried = [
            prod("Backend", "a3", 3, RunStatus::Succeeded),
            prod("Backend", "a1", 1, RunStatus::Failed),
            prod("Frontend", "a2", 2, RunStatus::Succeeded),
        ];
        assert_eq!(progress(&retried, "Prod", &actions(), "InProgress"), Progress::Deployed);
    }

    #[test]
    fn ends() {
        let failed = [prod("Backend", "a1", 1, RunStatus::Failed)];
        assert!(matches!(progress(&failed, "Prod", &actions(), "Failed"), Progress::Failed { .. }));
        assert_eq!(progress(&[], "Prod", &actions(), "Superseded"), Progress::Superseded);
        assert_eq!(
            progress(&[], "Prod", &actions(), "Stopped"),
            Progress::Ended { status: "Stopped".into() }
        );
    }

    #[test]
    fn only_changes_are_steps() {
        let mut seen = BTreeMap::new();
        let runs = [
            prod("Frontend", "a2", 2, RunStatus::InProgress),
            prod("Backend", "a1", 1, RunStatus::InProgress),
        ];
        let names: Vec<_> = steps(&mut seen, &runs).into_iter().map(|step| step.action).collect();
        assert_eq!(names, ["Backend", "Frontend"]);
        assert!(steps(&mut seen, &runs).is_empty());
        let later = [prod("Backend", "a1", 1, RunStatus::Succeeded)];
        assert_eq!(steps(&mut seen, &later).len(), 1);
    }
}
