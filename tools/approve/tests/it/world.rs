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
use greenlight_kit::Format;
use jiff::Timestamp;
use local_pipeline::faults::Faults;
use local_pipeline::{Gateway, GatewaySettings, RunningGateway, names};
use serde_json::{Value, json};

pub struct World {
    pub gateway: RunningGateway,
    folder: tempfile::TempDir,
}

pub fn commit_prefix(dossier: &Dossier) -> String {
    dossier.sha().unwrap()[..4].to_owned()
}

fn git(folder: &std::path::Path, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Alice", "-c", "user.email=alice@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn manual(name: &str, configuration: &Value) -> Value {
    json!({
        "name": name,
        "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
        "configuration": configuration,
    })
}

impl World {
    /// With one execution that waits at the approval.
    pub async fn start(mode: &str) -> Self {
        Self::start_behind(mode, None).await
    }

    pub async fn start_behind(mode: &str, emulator_url: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = folder.path().join("repository");
        std::fs::create_dir(&repository).unwrap();
        git(&repository, &["init", "-q", "-b", "main"]);
        std::fs::write(repository.join("file"), "content").unwrap();
        git(&repository, &["add", "."]);
        git(&repository, &["commit", "-q", "-m", "ship it \u{1b}]0;pwned\u{7}\n\nbody"]);
        let settings =
            GatewaySettings { emulator_url, ..GatewaySettings::in_process(folder.path().join("state")) };
        let gateway = Gateway::start(settings).await.unwrap();
        gateway.engines().pipeline.connect_repository("acme/app", repository);
        let world = Self { gateway, folder };
        world.create(mode).await;
        world.start_execution().await;
        world
            .until(|state| state["stageStates"][1]["actionStates"][0]["latestExecution"]["token"].is_string())
            .await;
        world
    }

    async fn create(&self, mode: &str) {
        let source = json!({
            "name": "Source",
            "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeStarSourceConnection", "version": "1"},
            "configuration": {"FullRepositoryId": "acme/app", "BranchName": "main", "ConnectionArn": "arn:x"},
            "outputArtifacts": [{"name": "source"}],
            "namespace": "Source",
        });
        let approval = manual(
            "Approve",
            &json!({"CustomData": "look \u{9b}31m at it", "ExternalEntityLink": "https://example.com/"}),
        );
        let pipeline = json!({
            "name": "greenlight",
            "roleArn": "arn:aws:iam::123456789012:role/codepipeline",
            "executionMode": mode,
            "artifactStore": {"type": "S3", "location": "greenlight-artifacts-123456789012"},
            "stages": [
                {"name": "Source", "actions": [source]},
                {"name": "Approve", "actions": [approval]},
                {"name": "Prod", "actions": [manual("Release", &json!({}))]},
            ],
        });
        self.call("CreatePipeline", json!({"pipeline": pipeline})).await;
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

    /// As the tool makes it, with the local credentials and without retries, so that each call is seen once.
    async fn session(&self) -> Session {
        let flags = greenlight_kit::AwsFlags {
            region: Some(names::REGION.to_owned()),
            endpoint_url: Some(self.gateway.url().to_owned()),
            ..greenlight_kit::AwsFlags::default()
        };
        let keys = Credentials::new(names::ACCESS_KEY_ID, names::SECRET_ACCESS_KEY, None, None, "test");
        let sdk = flags.load().await.into_builder();
        let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(keys)).build();
        Session {
            pipelines: aws_sdk_codepipeline::Client::new(&sdk),
            objects: aws_sdk_s3::Client::new(&sdk),
            identity: aws_sdk_sts::Client::new(&sdk),
            region: names::REGION.to_owned(),
        }
    }

    /// The gate and what is known about the one approval that waits.
    pub async fn waiting(&self) -> (Gate, Dossier) {
        let session = self.session().await;
        let target = Target { pipeline: "greenlight".into(), alias: None, entry: None };
        let definition = gather_definition(&session, "greenlight").await.unwrap();
        let caller =
            Caller { arn: "arn:aws:iam::123456789012:user/bob".into(), account: names::ACCOUNT_ID.into() };
        let gate = Gate::new(session, caller, target, definition).unwrap();
        let waiting = gather_waiting(&gate.session, "greenlight", gate.definition.mode).await.unwrap();
        let pending = waiting.bound.pending.first().expect("one waits").clone();
        let dossier = gather_dossier(&gate, &waiting, &pending, Timestamp::now()).await.unwrap();
        (gate, dossier)
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
    pub async fn approval(&self, _dossier: &Dossier) -> Value {
        let state = self.call("GetPipelineState", json!({"name": "greenlight"})).await;
        state["stageStates"][1]["actionStates"][0]["latestExecution"].clone()
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
