//! One action: source, build, deploy, approval.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::declaration::{Action, Declaration, Stage, resolve};
use super::record::{ActionRun, Status};
use super::{Pipeline, now, source};
use crate::engines::artifacts::{self, Location};
use crate::engines::build::BuildInput;
use crate::names;

/// 7 days (<https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html>, 2026-11).
const APPROVAL_TIMEOUT_MINUTES: u64 = 7 * 24 * 60;
/// How often a running deployment is looked at.
const DEPLOYMENT_POLL: Duration = Duration::from_millis(100);

/// The configuration with its variables filled in, or which one is unknown.
type Resolved = Result<BTreeMap<String, String>, String>;

/// What an action leaves.
#[derive(Debug, Default)]
pub struct Done {
    pub summary: String,
    pub external_id: String,
    pub external_url: String,
    pub variables: BTreeMap<String, String>,
}

/// Why an action failed: AWS's code and a sentence.
#[derive(Debug)]
pub struct Failed {
    pub code: &'static str,
    pub message: String,
}

impl Failed {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What an action works on.
pub struct Context<'a> {
    pub engine: &'a Arc<Pipeline>,
    pub pipeline: &'a str,
    pub execution: &'a str,
    pub run: &'a str,
    pub action: &'a Action,
    pub configuration: BTreeMap<String, String>,
    pub inputs: Vec<(String, Location)>,
    pub outputs: Vec<(String, Location)>,
}

impl Context<'_> {
    pub fn configured(&self, name: &str) -> Result<&str, Failed> {
        self.configuration.get(name).map(String::as_str).ok_or_else(|| {
            Failed::new(
                "ConfigurationError",
                format!("action {}: {name} is not configured", self.action.name),
            )
        })
    }

    fn update(&self, change: impl FnOnce(&mut ActionRun)) {
        let _ = self.engine.with_execution(self.pipeline, self.execution, |execution| {
            if let Some(run) = execution.action(self.run) {
                change(run);
            }
        });
    }
}

pub async fn run(
    engine: &Arc<Pipeline>,
    declaration: &Declaration,
    execution: &str,
    stage: &Stage,
    action: &Action,
) -> Status {
    let id = uuid::Uuid::new_v4().to_string();
    let pipeline = declaration.name.as_str();
    let Ok((run, resolved)) = begin(engine, declaration, execution, stage, action, &id) else {
        return Status::Failed;
    };
    publish(engine, pipeline, execution, &run);
    let result = match resolved {
        Err(message) => Err(Failed::new("ConfigurationError", message)),
        Ok(configuration) => {
            let context = Context {
                engine,
                pipeline,
                execution,
                run: &id,
                action,
                configuration,
                inputs: run.inputs.clone(),
                outputs: run.outputs.clone(),
            };
            match action.kind.provider.as_str() {
                "CodeStarSourceConnection" => source::run(&context).await,
                "CodeBuild" => build(&context).await,
                "CodeDeployToECS" => deploy(&context).await,
                _ => approve(&context).await,
            }
        }
    };
    end(engine, pipeline, execution, &id, result)
}

fn begin(
    engine: &Pipeline,
    declaration: &Declaration,
    execution: &str,
    stage: &Stage,
    action: &Action,
    id: &str,
) -> Result<(ActionRun, Resolved), crate::ApiError> {
    engine.with_execution(&declaration.name, execution, |execution| {
        let inputs = action
            .input_artifacts
            .iter()
            .filter_map(|artifact| {
                Some((artifact.name.clone(), execution.artifacts.get(&artifact.name)?.clone()))
            })
            .collect();
        let outputs = action
            .output_artifacts
            .iter()
            .map(|artifact| {
                let key = format!("{}/{}/{}", declaration.name, artifact.name, &id[..7.min(id.len())]);
                (artifact.name.clone(), Location { bucket: declaration.artifact_store.location.clone(), key })
            })
            .collect();
        let resolved = resolve(&action.configuration, &execution.variables);
        let run = ActionRun {
            id: id.to_owned(),
            stage: stage.name.clone(),
            action: action.clone(),
            status: Status::InProgress,
            started: now(),
            updated: now(),
            updated_by: format!("arn:aws:sts::{}:assumed-role/codepipeline/local", names::ACCOUNT_ID),
            summary: String::new(),
            external_id: String::new(),
            external_url: String::new(),
            token: None,
            resolved: resolved.clone().unwrap_or_default(),
            inputs,
            outputs,
            output_variables: BTreeMap::new(),
            error: None,
        };
        execution.actions.push(run.clone());
        (run, resolved)
    })
}

fn end(engine: &Pipeline, pipeline: &str, execution: &str, id: &str, result: Result<Done, Failed>) -> Status {
    let ended = engine.with_execution(pipeline, execution, |execution| {
        let mut produced = Vec::new();
        let mut variables = None;
        let run = execution.action(id)?;
        // A stopped execution's action stays abandoned.
        if run.status != Status::Abandoned {
            match result {
                Ok(done) => {
                    run.status = Status::Succeeded;
                    if !done.summary.is_empty() {
                        run.summary = done.summary;
                    }
                    if !done.external_id.is_empty() {
                        run.external_id = done.external_id;
                        run.external_url = done.external_url;
                    }
                    run.output_variables.clone_from(&done.variables);
                    produced.clone_from(&run.outputs);
                    variables = run.action.namespace.clone().map(|namespace| (namespace, done.variables));
                }
                Err(failed) => {
                    run.status = Status::Failed;
                    run.error = Some((failed.code.to_owned(), failed.message));
                }
            }
        }
        run.updated = now();
        run.token = None;
        let run = run.clone();
        execution.artifacts.extend(produced);
        execution.variables.extend(variables);
        Some(run)
    });
    match ended {
        Ok(Some(run)) => {
            publish(engine, pipeline, execution, &run);
            run.status
        }
        _ => Status::Failed,
    }
}

fn publish(engine: &Pipeline, pipeline: &str, execution: &str, run: &ActionRun) {
    let kind = &run.action.kind;
    let mut detail = json!({
        "pipeline": pipeline, "execution-id": execution, "stage": run.stage, "action": run.action.name,
        "action-execution-id": run.id, "state": run.status.event(), "region": names::REGION, "version": 1,
        "type": {"owner": kind.owner, "provider": kind.provider, "category": kind.category, "version": kind.version},
        "start-time": run.started,
    });
    if run.status != Status::InProgress
        && let Some(map) = detail.as_object_mut()
    {
        let mut result = json!({
            "external-execution-id": run.external_id, "external-execution-summary": run.summary,
            "external-execution-url": run.external_url,
        });
        if let (Some((code, _)), Some(result)) = (&run.error, result.as_object_mut()) {
            result.insert("error-code".to_owned(), json!(code));
        }
        map.insert("execution-result".to_owned(), result);
    }
    engine.publish("Action", pipeline, &detail);
}

async fn build(context: &Context<'_>) -> Result<Done, Failed> {
    let project = context.configured("ProjectName")?;
    let primary = context.configuration.get("PrimarySource");
    let (mut first, rest): (Vec<_>, Vec<_>) = match (primary, context.inputs.len()) {
        (Some(name), _) => context.inputs.iter().cloned().partition(|(input, _)| input == name),
        (None, 1) => (context.inputs.clone(), Vec::new()),
        (None, _) => {
            return Err(Failed::new(
                "ConfigurationError",
                "PrimarySource is needed with several input artifacts",
            ));
        }
    };
    let environment = match context.configuration.get("EnvironmentVariables") {
        None => BTreeMap::new(),
        Some(text) => environment_variables(text)?,
    };
    let source_version = context
        .engine
        .with_execution(context.pipeline, context.execution, |execution| {
            let first = execution.artifact_revisions.first()?;
            first.get("revisionId").and_then(Value::as_str).map(str::to_owned)
        })
        .ok()
        .flatten();
    let input = BuildInput {
        initiator: format!("codepipeline/{}", context.pipeline),
        source_version: source_version.unwrap_or_default(),
        primary: first.pop(),
        secondary: rest,
        outputs: context.outputs.clone(),
        environment,
    };
    let outcome = context
        .engine
        .build
        .run(project, input)
        .await
        .map_err(|error| Failed::new("JobFailed", error.to_string()))?;
    context.update(|run| {
        run.external_id.clone_from(&outcome.id);
        run.external_url = format!("file://{}", outcome.log.display());
    });
    if outcome.succeeded {
        Ok(Done { variables: outcome.exported, ..Done::default() })
    } else {
        Err(Failed::new("JobFailed", format!("Build terminated with state: FAILED. {}", outcome.message)))
    }
}

/// `[{"name": …, "value": …, "type": "PLAINTEXT"}]`
fn environment_variables(text: &str) -> Result<BTreeMap<String, String>, Failed> {
    let parse = || -> Option<BTreeMap<String, String>> {
        serde_json::from_str::<Vec<Value>>(text)
            .ok()?
            .iter()
            .map(|item| {
                Some((item.get("name")?.as_str()?.to_owned(), item.get("value")?.as_str()?.to_owned()))
            })
            .collect()
    };
    parse().ok_or_else(|| {
        Failed::new("ConfigurationError", "EnvironmentVariables is not a list of name and value")
    })
}

/// What `CodeDeployToECS` does: registers the task definition from the artifact and starts a deployment with the appspec
/// (<https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html>, 2026-11).
async fn deploy(context: &Context<'_>) -> Result<Done, Failed> {
    let application = context.configured("ApplicationName")?;
    let group = context.configured("DeploymentGroupName")?;
    let file = |artifact: &str, path: &str| -> Result<String, Failed> {
        let name = context.configured(artifact)?;
        read(context, name, context.configuration.get(path).map_or("", String::as_str))
    };
    let mut taskdef = file("TaskDefinitionTemplateArtifact", "TaskDefinitionTemplatePath")?;
    let appspec = file("AppSpecTemplateArtifact", "AppSpecTemplatePath")?;
    for index in 1..=4 {
        let (Some(artifact), Some(placeholder)) = (
            context.configuration.get(&format!("Image{index}ArtifactName")),
            context.configuration.get(&format!("Image{index}ContainerName")),
        ) else {
            continue;
        };
        let detail: Value =
            serde_json::from_str(&read(context, artifact, "imageDetail.json")?).map_err(|error| {
                Failed::new("ConfigurationError", format!("imageDetail.json is not JSON: {error}"))
            })?;
        let uri = detail
            .get("ImageURI")
            .and_then(Value::as_str)
            .ok_or_else(|| Failed::new("ConfigurationError", "imageDetail.json has no ImageURI"))?;
        taskdef = taskdef.replace(&format!("<{placeholder}>"), uri);
    }
    let taskdef: Value = serde_json::from_str(&taskdef).map_err(|error| {
        Failed::new("ConfigurationError", format!("the task definition is not JSON: {error}"))
    })?;
    let registered = context
        .engine
        .tasks
        .call("RegisterTaskDefinition", &taskdef)
        .await
        .map_err(|error| Failed::new("JobFailed", error.to_string()))?;
    let arn =
        registered.pointer("/taskDefinition/taskDefinitionArn").and_then(Value::as_str).unwrap_or_default();
    let content = appspec.replace("<TASK_DEFINITION>", arn);
    let sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(content.as_bytes()));
    let revision =
        json!({"revisionType": "AppSpecContent", "appSpecContent": {"content": content, "sha256": sha256}});
    let input = json!({"applicationName": application, "deploymentGroupName": group, "revision": revision});
    let created = context
        .engine
        .deploy
        .call("CreateDeployment", &input)
        .await
        .map_err(|error| Failed::new("JobFailed", error.to_string()))?;
    let id = created.get("deploymentId").and_then(Value::as_str).unwrap_or_default().to_owned();
    context.update(|run| run.external_id.clone_from(&id));
    follow(context, id).await
}

async fn follow(context: &Context<'_>, id: String) -> Result<Done, Failed> {
    loop {
        let answer = context
            .engine
            .deploy
            .call("GetDeployment", &json!({"deploymentId": id}))
            .await
            .map_err(|error| Failed::new("JobFailed", error.to_string()))?;
        let text =
            |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        match text("/deploymentInfo/status").as_str() {
            "Succeeded" => {
                return Ok(Done {
                    summary: "Deployment Succeeded".to_owned(),
                    external_id: id,
                    ..Done::default()
                });
            }
            "Failed" | "Stopped" => {
                let message = text("/deploymentInfo/errorInformation/message");
                return Err(Failed::new("JobFailed", format!("Deployment {id} failed: {message}")));
            }
            _ => tokio::time::sleep(DEPLOYMENT_POLL).await,
        }
    }
}

/// A file of an input artifact, by the name that the action's configuration gives or CodePipeline's default.
fn read(context: &Context<'_>, artifact: &str, path: &str) -> Result<String, Failed> {
    let failed = |message: String| Failed::new("ConfigurationError", message);
    let (_, location) = context
        .inputs
        .iter()
        .find(|(name, _)| name == artifact)
        .ok_or_else(|| failed(format!("{artifact} is not an input artifact of this action")))?;
    let object = context
        .engine
        .objects
        .get(&location.bucket, &location.key)
        .ok_or_else(|| failed(format!("s3://{}/{} is gone", location.bucket, location.key)))?;
    artifacts::read_file(&object.body, path).map_err(|error| failed(error.to_string()))?.ok_or_else(|| {
        failed(format!("Exception while trying to read the artifact file {path} from: {artifact}"))
    })
}

/// Waits for `PutApprovalResult` or the time limit.
async fn approve(context: &Context<'_>) -> Result<Done, Failed> {
    let minutes = context.action.timeout_in_minutes.unwrap_or(APPROVAL_TIMEOUT_MINUTES);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60 * minutes);
    context.update(|run| {
        let token = uuid::Uuid::new_v4().to_string();
        // In the answer of ListActionExecutions the token is the external execution id.
        run.external_id.clone_from(&token);
        run.token = Some(token);
    });
    loop {
        let step = context.engine.with(context.pipeline, |state| {
            let changed = Arc::clone(&state.changed).notified_owned();
            let run = state
                .executions
                .iter_mut()
                .find(|execution| execution.id == context.execution)
                .and_then(|execution| execution.action(context.run));
            Ok((run.map(|run| (run.status, run.summary.clone())), changed))
        });
        let Ok((Some((status, summary)), changed)) = step else {
            return Err(Failed::new("JobFailed", "the pipeline is gone"));
        };
        match status {
            Status::Succeeded => return Ok(Done { summary, ..Done::default() }),
            Status::InProgress => {}
            _ => return Err(Failed::new("ApprovalRejected", summary)),
        }
        if tokio::time::timeout_at(deadline, changed).await.is_err() {
            return Err(Failed::new("TimedOut", format!("nobody answered within {minutes} min")));
        }
    }
}
