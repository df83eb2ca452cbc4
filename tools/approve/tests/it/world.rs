//! A pipeline Source → Approve → Prod on the pipeline engine, with a repository that says dangerous things.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use approve::apply::Verdict;
use approve::audit::Audit;
use approve::decide::{Outcome, Wish, decide};
use approve::error::Error;
use approve::gather::dossier::{Gate, gather_dossier};
use approve::gather::{gather_definition, waiting::gather_waiting};
use approve::names::Target;
use approve::prompt::Answer;
use approve::session::{Caller, Session};
use aws_sdk_codepipeline::config::{Credentials, SharedCredentialsProvider};
use greenlight_core::approval::dossier::Dossier;
use greenlight_core::approval::policy::Policy;
use greenlight_kit::Format;
use jiff::Timestamp;
use local_pipeline::faults::Faults;
use local_pipeline::{Gateway, GatewaySettings, RunningGateway, names};
use serde_json::{Value, json};

pub struct World {
    pub gateway: RunningGateway,
    folder: tempfile::TempDir,
    head: String,
}

/// Who asks.
pub const BOB: &str = "arn:aws:iam::123456789012:user/bob";

pub async fn session(gateway: &RunningGateway) -> Session {
    let flags = greenlight_kit::AwsFlags {
        region: Some(names::REGION.to_owned()),
        endpoint_url: Some(gateway.url().to_owned()),
        ..greenlight_kit::AwsFlags::default()
    };
    let keys = Credentials::new(names::ACCESS_KEY_ID, names::SECRET_ACCESS_KEY, None, None, "test");
    let sdk = flags.load().await.into_builder();
    Session::new(&sdk.credentials_provider(SharedCredentialsProvider::new(keys)).build())
}

pub fn commit_prefix(dossier: &Dossier) -> String {
    dossier.sha().unwrap()[..4].to_owned()
}

pub fn git(folder: &std::path::Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Alice", "-c", "user.email=alice@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub fn manual(name: &str, configuration: &Value) -> Value {
    json!({
        "name": name,
        "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
        "configuration": configuration,
    })
}

fn approval() -> Value {
    manual(
        "Approve",
        &json!({"CustomData": "look \u{9b}31m at it", "ExternalEntityLink": "https://example.com/"}),
    )
}

pub fn source(branch: &str) -> Value {
    json!({
        "name": "Source",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeStarSourceConnection", "version": "1"},
        "configuration": {"FullRepositoryId": "acme/app", "BranchName": branch, "ConnectionArn": "arn:x"},
        "outputArtifacts": [{"name": "source"}],
        "namespace": "Source",
    })
}

fn declaration(name: &str, mode: &str, branch: &str, approval: &Value) -> Value {
    json!({
        "name": name,
        "roleArn": "arn:aws:iam::123456789012:role/codepipeline",
        "executionMode": mode,
        "artifactStore": {"type": "S3", "location": "greenlight-artifacts-123456789012"},
        "stages": [
            {"name": "Source", "actions": [source(branch)]},
            {"name": "Approve", "actions": [approval]},
            {"name": "Prod", "actions": [manual("Release", &json!({}))]},
        ],
    })
}

impl World {
    /// With one execution that waits at the approval.
    pub async fn start(mode: &str) -> Self {
        let world = Self::empty(mode).await;
        world.start_execution().await;
        world.until_waiting(1).await;
        world
    }

    /// With a pipeline and no execution.
    pub async fn empty(mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = folder.path().join("repository");
        std::fs::create_dir(&repository).unwrap();
        git(&repository, &["init", "-q", "-b", "main"]);
        std::fs::write(repository.join("file"), "content").unwrap();
        git(&repository, &["add", "."]);
        git(&repository, &["commit", "-q", "-m", "ship it \u{1b}]0;pwned\u{7}\n\nbody"]);
        let head = git(&repository, &["rev-parse", "HEAD"]);
        let settings = GatewaySettings::in_process(folder.path().join("state"));
        let gateway = Gateway::start(settings).await.unwrap();
        gateway.engines().identity.name(names::ACCESS_KEY_ID, BOB);
        gateway.engines().pipeline.connect_repository("acme/app", repository);
        let world = Self { gateway, folder, head };
        world.create(mode).await;
        world
    }

    /// Until so many approvals wait at the gate.
    pub async fn until_waiting(&self, count: usize) {
        let look = async {
            loop {
                let runs = self.call("ListActionExecutions", json!({"pipelineName": "greenlight"})).await;
                let runs = runs["actionExecutionDetails"].as_array().cloned().unwrap_or_default();
                let waits = |run: &&Value| {
                    run["stageName"] == "Approve"
                        && run["status"] == "InProgress"
                        && run["output"]["executionResult"]["externalExecutionId"].is_string()
                };
                if runs.iter().filter(waits).count() == count {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), look).await.expect("so many approvals wait");
    }

    pub async fn create(&self, mode: &str) {
        self.create_named("greenlight", mode, &approval()).await;
    }

    pub async fn create_named(&self, name: &str, mode: &str, approval: &Value) {
        let pipeline = declaration(name, mode, "main", approval);
        self.call("CreatePipeline", json!({"pipeline": pipeline})).await;
    }

    /// Another branch, and another configuration of the approval.
    pub async fn configure(&self, branch: &str, configuration: Value) {
        let pipeline = declaration("greenlight", "SUPERSEDED", branch, &manual("Approve", &configuration));
        self.call("UpdatePipeline", json!({"pipeline": pipeline})).await;
    }

    /// Until the approval of a pipeline waits.
    pub async fn until_token(&self, pipeline: &str) {
        let look = async {
            loop {
                let state = self.call("GetPipelineState", json!({"name": pipeline})).await;
                if state["stageStates"][1]["actionStates"][0]["latestExecution"]["token"].is_string() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), look).await.expect("the approval waits");
    }

    pub async fn call(&self, operation: &str, input: Value) -> Value {
        self.gateway.engines().pipeline.call(operation, &input).await.unwrap()
    }

    pub async fn start_execution(&self) -> String {
        let answer = self.call("StartPipelineExecution", json!({"name": "greenlight"})).await;
        answer["pipelineExecutionId"].as_str().unwrap().to_owned()
    }

    /// Until the pipeline's state is as wanted; the engine works at its own pace.
    pub async fn until(&self, wanted: impl Fn(&Value) -> bool) {
        let look = async {
            while !wanted(&self.call("GetPipelineState", json!({"name": "greenlight"})).await) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), look).await.expect("the pipeline gets there");
    }

    /// As the tool makes it, with the local credentials.
    pub async fn session(&self) -> Session {
        session(&self.gateway).await
    }

    pub async fn gate(&self) -> Gate {
        let session = self.session().await;
        let target =
            Target { pipeline: "greenlight".into(), alias: None, entry: None, policy: Policy::default() };
        let definition = gather_definition(&session, "greenlight").await.unwrap();
        let caller = Caller { arn: BOB.into(), account: names::ACCOUNT_ID.into() };
        Gate::new(session, caller, target, definition, None).unwrap()
    }

    /// The gate and what is known about each approval that waits.
    pub async fn all_waiting(&self) -> (Gate, Vec<Dossier>) {
        let gate = self.gate().await;
        let waiting = gather_waiting(&gate.session, "greenlight", gate.definition.mode).await.unwrap();
        let mut dossiers = Vec::new();
        for pending in &waiting.bound.pending {
            dossiers.push(
                Box::pin(gather_dossier(&gate, &waiting, pending, Timestamp::now(), None)).await.unwrap(),
            );
        }
        (gate, dossiers)
    }

    /// The gate and what is known about the one approval that waits.
    pub async fn waiting(&self) -> (Gate, Dossier) {
        let (gate, dossiers) = self.all_waiting().await;
        (gate, dossiers.into_iter().next().expect("one waits"))
    }

    pub async fn decide(
        &self,
        gate: &Gate,
        dossier: &Dossier,
        ask: impl AsyncFnOnce(String) -> Answer,
    ) -> Result<Outcome, Error> {
        self.run(gate, dossier, None, ask).await
    }

    pub async fn decide_all_the_same(
        &self,
        gate: &Gate,
        dossier: &Dossier,
        ask: impl AsyncFnOnce(String) -> Answer,
    ) -> Result<Outcome, Error> {
        self.run(gate, dossier, Some("it is urgent".to_owned()), ask).await
    }

    async fn run(
        &self,
        gate: &Gate,
        dossier: &Dossier,
        override_why: Option<String>,
        ask: impl AsyncFnOnce(String) -> Answer,
    ) -> Result<Outcome, Error> {
        let wish = Wish {
            verdict: Verdict::Approved,
            message: None,
            yes: false,
            override_why,
            pause: Duration::from_millis(5),
            format: Format::Text,
        };
        let audit = Audit::at(Some(&self.audit_file())).unwrap();
        decide(gate, dossier, &wish, &audit, async |question: String| Ok(ask(question).await)).await
    }

    /// As somebody else would, past the gateway and its log.
    pub async fn answer(&self, dossier: &Dossier, status: &str) {
        let pending = &dossier.pending;
        self.call(
            "PutApprovalResult",
            json!({
                "pipelineName": "greenlight", "stageName": pending.stage, "actionName": pending.action,
                "token": pending.token, "result": {"summary": "mine", "status": status},
            }),
        )
        .await;
    }

    /// Ends the release in production.
    pub async fn release(&self) {
        let state = self.call("GetPipelineState", json!({"name": "greenlight"})).await;
        let token = &state["stageStates"][2]["actionStates"][0]["latestExecution"]["token"];
        self.call(
            "PutApprovalResult",
            json!({
                "pipelineName": "greenlight", "stageName": "Prod", "actionName": "Release", "token": token,
                "result": {"summary": "released", "status": "Approved"},
            }),
        )
        .await;
    }

    /// The approval action as the state shows it.
    pub async fn approval(&self) -> Value {
        let state = self.call("GetPipelineState", json!({"name": "greenlight"})).await;
        state["stageStates"][1]["actionStates"][0]["latestExecution"].clone()
    }

    /// Until the tool has asked so often.
    pub async fn until_calls(&self, operation: &str, count: usize) {
        let asked = || self.gateway.log().calls().iter().filter(|call| call.operation == operation).count();
        let look = async {
            while asked() < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), look).await.expect("the tool asks");
    }

    /// The commit of the repository.
    pub fn head(&self) -> &str {
        &self.head
    }

    pub fn puts(&self) -> usize {
        self.gateway.log().calls().iter().filter(|call| call.operation == "PutApprovalResult").count()
    }

    pub fn faults(&self) -> &Faults {
        self.gateway.faults()
    }

    pub fn audit_file(&self) -> PathBuf {
        self.folder.path().join("audit/log.jsonl")
    }

    pub fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub async fn stop(self) {
        self.gateway.stop().await;
    }
}
