//! CodeBuild: runs a buildspec's phases in a real shell, in a fresh work folder.
//!
//! In memory: projects and builds. On disk, below the state folder: work folders while a build runs, caches, logs.

mod buildspec;
mod script;
mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

pub use buildspec::{Buildspec, BuildspecError, PhaseName};
pub use worker::{BuildInput, BuildOutcome};

use crate::api::ApiError;
use crate::engines::EngineSettings;
use crate::engines::objects::Objects;
use crate::names;

/// A project, as far as a build needs it.
#[derive(Debug, Clone, Default)]
pub struct Project {
    pub name: String,
    /// Path of the buildspec in the source.
    pub buildspec: String,
    pub environment: BTreeMap<String, String>,
    pub timeout_minutes: u64,
}

/// A build that was started.
#[derive(Debug, Clone)]
struct Record {
    id: String,
    project: String,
    number: u64,
    status: &'static str,
    started: f64,
    ended: Option<f64>,
    phases: Vec<Value>,
    exported: BTreeMap<String, String>,
    log: PathBuf,
}

#[derive(Default)]
struct State {
    projects: BTreeMap<String, Project>,
    builds: BTreeMap<String, Record>,
}

pub struct Build {
    settings: EngineSettings,
    objects: Arc<Objects>,
    state: Mutex<State>,
    running: worker::Groups,
}

impl Build {
    pub fn new(settings: &EngineSettings, objects: Arc<Objects>) -> Arc<Self> {
        Arc::new(Self {
            settings: settings.clone(),
            objects,
            state: Mutex::default(),
            running: worker::Groups::default(),
        })
    }

    pub fn create_project(&self, project: Project) {
        self.lock().projects.insert(project.name.clone(), project);
    }

    #[expect(clippy::unused_async, reason = "every engine's call is async, whether it waits or not")]
    pub async fn call(&self, operation: &str, input: &Value) -> Result<Value, ApiError> {
        match operation {
            "BatchGetProjects" => Ok(self.describe_projects(&strings(input, "names"))),
            "BatchGetBuilds" => Ok(self.describe_builds(&strings(input, "ids"))),
            "ListProjects" => Ok(json!({"projects": self.lock().projects.keys().collect::<Vec<_>>()})),
            "ListBuildsForProject" => {
                let project = input.get("projectName").and_then(Value::as_str).unwrap_or_default();
                let mut builds: Vec<Record> =
                    self.lock().builds.values().filter(|build| build.project == project).cloned().collect();
                builds.sort_by_key(|build| std::cmp::Reverse(build.number));
                Ok(json!({"ids": builds.iter().map(|build| &build.id).collect::<Vec<_>>()}))
            }
            _ => Err(ApiError::unknown_operation("codebuild", operation)),
        }
    }

    /// Runs one build to its end.
    pub async fn run(&self, project: &str, input: BuildInput) -> Result<BuildOutcome, ApiError> {
        let (project, number) = {
            let state = self.lock();
            let found = state.projects.get(project).cloned().ok_or_else(|| {
                ApiError::new("ResourceNotFoundException", format!("Project cannot be found: {project}"))
            })?;
            let number = state.builds.values().filter(|build| build.project == project).count() + 1;
            (found, u64::try_from(number).unwrap_or(u64::MAX))
        };
        let id = format!("{}:{}", project.name, uuid::Uuid::new_v4());
        let log = self.settings.state.join("logs/build").join(format!("{}.log", id.replace(':', "-")));
        self.lock().builds.insert(
            id.clone(),
            Record {
                id: id.clone(),
                project: project.name.clone(),
                number,
                status: "IN_PROGRESS",
                started: now(),
                ended: None,
                phases: Vec::new(),
                exported: BTreeMap::new(),
                log: log.clone(),
            },
        );
        let job = worker::Job {
            settings: &self.settings,
            objects: &self.objects,
            groups: &self.running,
            project: &project,
            id: &id,
            number,
            log: &log,
        };
        let outcome = worker::run(&job, input).await;
        if let Some(record) = self.lock().builds.get_mut(&id) {
            record.status = if outcome.succeeded { "SUCCEEDED" } else { "FAILED" };
            record.ended = Some(now());
            record.phases.clone_from(&outcome.phases);
            record.exported.clone_from(&outcome.exported);
        }
        Ok(outcome)
    }

    /// Ends every build that runs.
    pub fn shutdown(&self) {
        self.running.kill_all();
    }

    fn describe_projects(&self, names: &[String]) -> Value {
        let state = self.lock();
        let (found, missing): (Vec<&String>, Vec<&String>) =
            names.iter().partition(|name| state.projects.contains_key(*name));
        let projects: Vec<Value> = found
            .iter()
            .filter_map(|name| state.projects.get(*name))
            .map(|project| {
                let variables: Vec<Value> = project
                    .environment
                    .iter()
                    .map(|(name, value)| json!({"name": name, "value": value, "type": "PLAINTEXT"}))
                    .collect();
                json!({
                    "name": project.name,
                    "arn": names::arn("codebuild", &format!("project/{}", project.name)),
                    "source": {"type": "CODEPIPELINE", "buildspec": project.buildspec},
                    "artifacts": {"type": "CODEPIPELINE"},
                    "environment": {"type": "LINUX_CONTAINER", "environmentVariables": variables},
                    "timeoutInMinutes": project.timeout_minutes,
                })
            })
            .collect();
        json!({"projects": projects, "projectsNotFound": missing})
    }

    fn describe_builds(&self, ids: &[String]) -> Value {
        let state = self.lock();
        let builds: Vec<Value> = ids
            .iter()
            .filter_map(|id| state.builds.get(id))
            .map(|build| {
                let exported: Vec<Value> = build
                    .exported
                    .iter()
                    .map(|(name, value)| json!({"name": name, "value": value}))
                    .collect();
                json!({
                    "id": build.id,
                    "arn": names::arn("codebuild", &format!("build/{}", build.id)),
                    "buildNumber": build.number,
                    "projectName": build.project,
                    "buildStatus": build.status,
                    "buildComplete": build.ended.is_some(),
                    "startTime": build.started,
                    "endTime": build.ended,
                    "phases": build.phases,
                    "exportedEnvironmentVariables": exported,
                    "logs": {"deepLink": format!("file://{}", build.log.display())},
                })
            })
            .collect();
        let missing: Vec<&String> = ids.iter().filter(|id| !state.builds.contains_key(*id)).collect();
        json!({"builds": builds, "buildsNotFound": missing})
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn strings(input: &Value, name: &str) -> Vec<String> {
    let items = input.get(name).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Seconds since the epoch, as the JSON services write times.
fn now() -> f64 {
    jiff::Timestamp::now().as_duration().as_secs_f64()
}
