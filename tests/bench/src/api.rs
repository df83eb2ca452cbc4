//! CodePipeline: local-pipeline's engine with many pipelines, of which some wait for an approval, behind a rate for each region.

use local_pipeline::faults::{Fault, FaultKind};
use local_pipeline::{Gateway, GatewaySettings, RunningGateway};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::companion::{self, Companion};
use crate::error::BenchError;

/// The API in a process of its own.
pub struct Api {
    companion: Companion,
    pub url: String,
}

/// What was asked since the last look.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Calls {
    pub answered: u64,
    pub throttled: u64,
}

#[derive(Serialize, Deserialize)]
struct Started {
    url: String,
}

impl Api {
    pub fn start(pipelines: u32, waiting: u32, per_second: u32) -> Result<Self, BenchError> {
        let arguments = [pipelines.to_string(), waiting.to_string(), per_second.to_string()];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (companion, Started { url }) = Companion::start("api", &arguments)?;
        Ok(Self { companion, url })
    }

    /// Fills the buckets again, and forgets what was asked.
    pub fn begin(&mut self) -> Result<(), BenchError> {
        self.companion.ask::<Value>("begin").map(|_| ())
    }

    pub fn calls(&mut self) -> Result<Calls, BenchError> {
        self.companion.ask("calls")
    }
}

/// The process.
pub fn serve(pipelines: u32, waiting: u32, per_second: u32) -> Result<(), BenchError> {
    let runtime = tokio::runtime::Runtime::new().map_err(BenchError::io("start the API"))?;
    let folder = tempfile::tempdir().map_err(BenchError::io("make a folder"))?;
    let gateway = runtime.block_on(async {
        let gateway = Gateway::start(GatewaySettings::in_process(folder.path().join("state"))).await?;
        create(&gateway, &folder.path().join("repository"), pipelines, waiting).await?;
        Ok::<_, std::io::Error>(gateway)
    });
    let gateway = gateway.map_err(BenchError::io("make the pipelines"))?;
    let started = Started { url: gateway.url().to_owned() };
    companion::answer(&started, |question| match question {
        "begin" => {
            gateway.faults().clear();
            gateway.log().clear();
            let kind = FaultKind::Rate { per_second, burst: per_second };
            gateway.faults().add(Fault { kind, ..Fault::error("codepipeline", "*", 400, "") });
            Some(json!({}))
        }
        "calls" => {
            let calls = gateway.log().calls();
            let throttled = calls.iter().filter(|call| call.status == 400).count();
            Some(json!({"answered": calls.len() - throttled, "throttled": throttled}))
        }
        _ => None,
    })
}

async fn create(
    gateway: &RunningGateway,
    repository: &std::path::Path,
    pipelines: u32,
    waiting: u32,
) -> std::io::Result<()> {
    std::fs::create_dir(repository)?;
    for arguments in [
        &["init", "-q", "-b", "main"][..],
        &[
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "commit.gpgsign=false",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "x",
        ],
    ] {
        let status = std::process::Command::new("git").arg("-C").arg(repository).args(arguments).status()?;
        if !status.success() {
            return Err(std::io::Error::other("git failed"));
        }
    }
    let engine = &gateway.engines().pipeline;
    engine.connect_repository("acme/app", repository.to_owned());
    let failed = |error: local_pipeline::ApiError| std::io::Error::other(error.to_string());
    for number in 0..pipelines {
        let name = format!("service-{number:04}");
        engine.call("CreatePipeline", &json!({"pipeline": declaration(&name)})).await.map_err(failed)?;
        // Spread over the pages.
        if number % (pipelines / waiting.max(1)).max(1) == 0
            && number / (pipelines / waiting.max(1)).max(1) < waiting
        {
            engine.call("StartPipelineExecution", &json!({"name": name})).await.map_err(failed)?;
            while !waits(&engine.call("GetPipelineState", &json!({"name": name})).await.map_err(failed)?) {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
    }
    Ok(())
}

fn waits(state: &Value) -> bool {
    state.pointer("/stageStates/1/actionStates/0/latestExecution/token").is_some()
}

fn declaration(name: &str) -> Value {
    let kind = |category: &str, provider: &str| json!({"category": category, "owner": "AWS", "provider": provider, "version": "1"});
    let source = json!({
        "name": "Source", "actionTypeId": kind("Source", "CodeStarSourceConnection"), "outputArtifacts": [{"name": "source"}],
        "configuration": {"FullRepositoryId": "acme/app", "BranchName": "main", "ConnectionArn": "arn:x"},
    });
    let approval =
        |name: &str| json!({"name": name, "actionTypeId": kind("Approval", "Manual"), "configuration": {}});
    json!({
        "name": name, "roleArn": "arn:aws:iam::123456789012:role/codepipeline", "executionMode": "QUEUED",
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [
            {"name": "Source", "actions": [source]},
            {"name": "Approve", "actions": [approval("Approve")]},
            {"name": "Prod", "actions": [approval("Release")]},
        ],
    })
}
