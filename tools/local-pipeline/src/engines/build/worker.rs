//! One build: work folder, environment, shell, artifacts.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;

use super::buildspec::{Artifacts, Buildspec, PhaseName};
use super::script::{self, Event};
use super::{Project, now};
use crate::engines::EngineSettings;
use crate::engines::artifacts::{self, Location};
use crate::engines::objects::Objects;
use crate::names;

/// Lines of the log that are quoted when a build fails.
const QUOTED_LINES: usize = 15;

/// What a build starts from and what it is to leave.
#[derive(Debug, Clone, Default)]
pub struct BuildInput {
    pub initiator: String,
    /// Commit id.
    pub source_version: String,
    /// The artifact that becomes `CODEBUILD_SRC_DIR`.
    pub primary: Option<(String, Location)>,
    /// Artifacts that become `CODEBUILD_SRC_DIR_<name>`.
    pub secondary: Vec<(String, Location)>,
    pub outputs: Vec<(String, Location)>,
    pub environment: BTreeMap<String, String>,
}

/// How a build ended.
#[derive(Debug, Clone, Default)]
pub struct BuildOutcome {
    pub id: String,
    pub succeeded: bool,
    /// Why not: which command, with which status, and the end of the log.
    pub message: String,
    pub phases: Vec<Value>,
    pub exported: BTreeMap<String, String>,
    pub log: PathBuf,
}

pub(super) struct Job<'a> {
    pub settings: &'a EngineSettings,
    pub objects: &'a Objects,
    pub groups: &'a Groups,
    pub project: &'a Project,
    pub id: &'a str,
    pub number: u64,
    pub log: &'a Path,
}

/// Process groups of running builds, so that none outlives the program.
#[derive(Default)]
pub(super) struct Groups(Mutex<BTreeSet<i32>>);

impl Groups {
    fn with<T>(&self, act: impl FnOnce(&mut BTreeSet<i32>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn kill_all(&self) {
        for group in self.with(std::mem::take) {
            kill(group);
        }
    }
}

fn kill(group: i32) {
    if let Some(pid) = rustix::process::Pid::from_raw(group) {
        // The group may be gone already.
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
}

pub(super) async fn run(job: &Job<'_>, input: BuildInput) -> BuildOutcome {
    let folder = job.settings.state.join("builds").join(job.id.replace(':', "-"));
    let mut outcome = match attempt(job, &input, &folder).await {
        Ok(outcome) => outcome,
        Err(message) => BuildOutcome { message, ..BuildOutcome::default() },
    };
    job.id.clone_into(&mut outcome.id);
    job.log.clone_into(&mut outcome.log);
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

async fn attempt(job: &Job<'_>, input: &BuildInput, folder: &Path) -> Result<BuildOutcome, String> {
    let source = folder.join("src");
    std::fs::create_dir_all(&source)
        .map_err(|error| format!("cannot create {}: {error}", source.display()))?;
    let mut environment = environment(job, input, folder);
    for (index, (name, location)) in input.primary.iter().chain(&input.secondary).enumerate() {
        let target = if index == 0 { source.clone() } else { folder.join(format!("src-{name}")) };
        fetch(job.objects, name, location, &target)?;
        let variable =
            if index == 0 { "CODEBUILD_SRC_DIR".to_owned() } else { format!("CODEBUILD_SRC_DIR_{name}") };
        environment.insert(variable, target.display().to_string());
    }
    let path = source.join(&job.project.buildspec);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("YAML_FILE_ERROR: stat {}: {error}", job.project.buildspec))?;
    let spec = Buildspec::parse(&text)
        .map_err(|error| format!("YAML_FILE_ERROR: {}: {error}", job.project.buildspec))?;
    for (name, value) in &spec.env.variables {
        environment.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let cache = job.settings.state.join("cache").join(&job.project.name);
    move_cached(&spec.cache.paths, &cache, &source);
    let result = shell(job, &spec, &environment, folder, &source).await;
    move_cached(&spec.cache.paths, &source, &cache);
    let mut outcome = result?;
    if outcome.succeeded {
        upload(job.objects, &spec, &input.outputs, &source)?;
    } else if outcome.message.is_empty() {
        outcome.message.push_str("the build's shell ended early");
    }
    Ok(outcome)
}

fn fetch(objects: &Objects, name: &str, location: &Location, target: &Path) -> Result<(), String> {
    let object = objects.get(&location.bucket, &location.key).ok_or_else(|| {
        format!("the input artifact {name} is not at s3://{}/{}", location.bucket, location.key)
    })?;
    artifacts::unpack(&object.body, target).map_err(|error| format!("the input artifact {name}: {error}"))
}

/// The variables that CodeBuild sets (<https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html>, 2026-11)
/// over the project's, over what the machine must lend: PATH, HOME and the package managers' settings.
fn environment(job: &Job<'_>, input: &BuildInput, folder: &Path) -> BTreeMap<String, String> {
    let lent = |name: &str| {
        [
            "PATH",
            "HOME",
            "LANG",
            "USER",
            "SHELL",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "NODE_EXTRA_CA_CERTS",
            "REQUESTS_CA_BUNDLE",
        ]
        .contains(&name)
            || [
                "http_proxy",
                "https_proxy",
                "no_proxy",
                "HTTP_PROXY",
                "HTTPS_PROXY",
                "NO_PROXY",
                "PIP_",
                "npm_config_",
                "NPM_CONFIG_",
                "CARGO_HOME",
                "RUSTUP_",
                "UV_",
            ]
            .iter()
            .any(|p| name.starts_with(p))
    };
    let mut all: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
        .filter(|(k, _)| lent(k))
        .collect();
    all.extend(job.settings.build_environment.clone());
    all.extend(job.project.environment.clone());
    all.extend(input.environment.clone());
    let arn = names::arn("codebuild", &format!("build/{}", job.id));
    for (name, value) in [
        ("CI", "true"),
        ("CODEBUILD_CI", "true"),
        ("CODEBUILD_BUILD_ARN", arn.as_str()),
        ("CODEBUILD_BUILD_ID", job.id),
        ("CODEBUILD_BUILD_NUMBER", &job.number.to_string()),
        ("CODEBUILD_INITIATOR", &input.initiator),
        ("CODEBUILD_RESOLVED_SOURCE_VERSION", &input.source_version),
        ("CODEBUILD_SOURCE_VERSION", &input.source_version),
        ("CODEBUILD_START_TIME", &jiff::Timestamp::now().as_millisecond().to_string()),
        ("AWS_DEFAULT_REGION", names::REGION),
        ("AWS_REGION", names::REGION),
        ("AWS_ACCESS_KEY_ID", names::ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", names::SECRET_ACCESS_KEY),
        ("AWS_ENDPOINT_URL", &job.settings.endpoint_url),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("__EXPORTS", &folder.join("exports").display().to_string()),
    ] {
        all.insert(name.to_owned(), value.to_owned());
    }
    all
}

async fn shell(
    job: &Job<'_>,
    spec: &Buildspec,
    environment: &BTreeMap<String, String>,
    folder: &Path,
    source: &Path,
) -> Result<BuildOutcome, String> {
    let events = folder.join("events");
    let io = |error: std::io::Error| format!("cannot start the build's shell: {error}");
    if let Some(parent) = job.log.parent() {
        std::fs::create_dir_all(parent).map_err(io)?;
    }
    let log = std::fs::File::create(job.log).map_err(io)?;
    let program = format!("exec 3>'{}'\n{}", events.display(), script::compose(spec));
    let mut child = Command::new("bash")
        .arg("-c")
        .arg(program)
        .env_clear()
        .envs(environment)
        .current_dir(source)
        .stdin(Stdio::null())
        .stdout(log.try_clone().map_err(io)?)
        .stderr(log)
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(io)?;
    let group = child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
    job.groups.with(|groups| groups.insert(group));
    let minutes = job.project.timeout_minutes.max(1);
    let status = tokio::time::timeout(Duration::from_secs(60 * minutes), child.wait()).await;
    // Whatever a command left in the background ends with its build, as the container would.
    kill(group);
    job.groups.with(|groups| groups.remove(&group));
    let status = status.map_err(|_| format!("BUILD_TIMED_OUT after {minutes} min"))?.map_err(io)?;
    let mut outcome = read_events(&events, spec, job.log);
    outcome.succeeded = status.success();
    if !outcome.succeeded && outcome.message.is_empty() {
        let how = status.signal().map_or_else(|| format!("{status}"), |signal| format!("signal {signal}"));
        outcome.message = format!("the build's shell ended early ({how}){}", tail(job.log));
    }
    outcome.exported = std::fs::read_to_string(folder.join("exports"))
        .unwrap_or_default()
        .split('\0')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Ok(outcome)
}

fn read_events(path: &Path, spec: &Buildspec, log: &Path) -> BuildOutcome {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut outcome = BuildOutcome::default();
    for event in text.lines().filter_map(Event::parse) {
        match event {
            Event::PhaseEnded { phase, succeeded } => {
                let name = PhaseName::ALL.iter().find(|name| name.key() == phase);
                outcome.phases.push(json!({
                    "phaseType": name.map(|name| name.type_name()),
                    "phaseStatus": if succeeded { "SUCCEEDED" } else { "FAILED" },
                    "endTime": now(),
                }));
            }
            Event::CommandFailed { phase, command, status } if outcome.message.is_empty() => {
                let text = PhaseName::ALL
                    .iter()
                    .find(|name| name.key() == phase)
                    .and_then(|name| spec.phase(*name))
                    .and_then(|phase| phase.commands.get(command));
                outcome.message = format!(
                    "COMMAND_EXECUTION_ERROR: phase {phase}: exit status {status}: {}{}",
                    text.map_or("", |text| text.trim()),
                    tail(log)
                );
            }
            _ => {}
        }
    }
    outcome
}

/// The last lines of the log, indented.
fn tail(log: &Path) -> String {
    let text =
        std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(QUOTED_LINES);
    lines.iter().skip(from).map(|line| format!("\n    {line}")).collect()
}

fn upload(
    objects: &Objects,
    spec: &Buildspec,
    outputs: &[(String, Location)],
    source: &Path,
) -> Result<(), String> {
    for (name, location) in outputs {
        let section = spec
            .artifacts
            .as_ref()
            .map(|artifacts| if outputs.len() > 1 { artifacts.secondary.get(name) } else { Some(artifacts) })
            .and_then(|section| section)
            .ok_or_else(|| format!("CLIENT_ERROR: the buildspec has no artifacts for {name}"))?;
        let bytes =
            collect(section, source).map_err(|error| format!("CLIENT_ERROR: artifact {name}: {error}"))?;
        objects.put(&location.bucket, &location.key, bytes);
    }
    Ok(())
}

fn collect(section: &Artifacts, source: &Path) -> Result<bytes::Bytes, artifacts::ArtifactError> {
    let base = section.base_directory.as_ref().map_or_else(|| source.to_owned(), |base| source.join(base));
    artifacts::pack(&base, &artifacts::select(&base, &section.files)?)
}

/// Moves what `cache.paths` names (`folder/**/*` or a folder) from one place to the other; what is not there is left out.
fn move_cached(paths: &[String], from: &Path, to: &Path) {
    for path in paths {
        let relative = path.trim_end_matches("/**/*").trim_end_matches('/');
        let (source, target) = (from.join(relative), to.join(relative));
        if !source.exists() || target.exists() {
            continue;
        }
        if let Some(parent) = target.parent() {
            let _ = std::fs::create_dir_all(parent);
        }
        // A cache that cannot be kept costs time, never the build.
        let _ = std::fs::rename(source, target);
    }
}
