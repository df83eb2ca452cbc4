//! A release that CodeDeploy makes: what it changes is shown before, and how it goes after.

use std::path::{Path, PathBuf};
use std::time::Duration;

use approve::config::Config;
use approve::gather::dossier::{Gate, gather_dossier};
use approve::gather::{gather_definition, waiting::gather_waiting};
use approve::names;
use approve::session::Caller;
use greenlight_core::approval::contents::{Piece, RangeSource, SettingChange};
use greenlight_core::approval::dossier::{Dossier, Known};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::blue_green::{APPLICATION, GROUP, IMAGE, World as Environment};
use crate::terminal::Terminal;
use crate::world::{BOB, git, manual, session, source};

const ARTIFACTS: &str = "greenlight-artifacts-123456789012";

struct Release {
    environment: Environment,
    repository: PathBuf,
}

fn task_definition(version: &str, image: &str) -> Value {
    json!({"family": "greenlight-test-backend", "networkMode": "awsvpc", "containerDefinitions": [{
        "name": "web", "image": image, "environment": [{"name": "VERSION", "value": version}],
        "portMappings": [{"containerPort": 8000}],
    }]})
}

impl Release {
    /// A service that serves `one`, a repository whose commits are releases, and a pipeline.
    async fn start() -> Self {
        let environment = Environment::start().await;
        let definition = environment.definition(IMAGE, &[("VERSION", "one")]);
        environment.service(&definition, 1).await;
        environment.deployment_group(false, 0).await;
        environment.serves(&environment.production, "one").await;
        let repository = environment.state.path().join("repository");
        std::fs::create_dir_all(repository.join("prod")).unwrap();
        git(&repository, &["init", "-q", "-b", "main"]);
        let appspec = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        \
            TaskDefinition: <TASK_DEFINITION>\n        LoadBalancerInfo:\n          ContainerName: web\n          ContainerPort: 8000\n";
        std::fs::write(repository.join("prod/appspec.yaml"), appspec).unwrap();
        let release = Self { environment, repository };
        let engines = release.environment.gateway.engines();
        engines.identity.name(local_pipeline::names::ACCESS_KEY_ID, BOB);
        engines.pipeline.connect_repository("acme/app", release.repository.clone());
        let deploy = json!({
            "name": "Deploy", "inputArtifacts": [{"name": "source"}],
            "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "CodeDeployToECS", "version": "1"},
            "configuration": {
                "ApplicationName": APPLICATION, "DeploymentGroupName": GROUP,
                "TaskDefinitionTemplateArtifact": "source", "TaskDefinitionTemplatePath": "prod/taskdef.json",
                "AppSpecTemplateArtifact": "source", "AppSpecTemplatePath": "prod/appspec.yaml",
            },
        });
        let pipeline = json!({
            "name": "greenlight", "roleArn": "arn:aws:iam::123456789012:role/codepipeline", "executionMode": "QUEUED",
            "artifactStore": {"type": "S3", "location": ARTIFACTS},
            "stages": [
                {"name": "Source", "actions": [source("main")]},
                {"name": "Approve", "actions": [manual("Approve", &json!({}))]},
                {"name": "Prod", "actions": [deploy]},
            ],
        });
        release.call("CreatePipeline", json!({"pipeline": pipeline})).await;
        release
    }

    async fn call(&self, operation: &str, input: Value) -> Value {
        self.environment.gateway.engines().pipeline.call(operation, &input).await.unwrap()
    }

    fn commit(&self, version: &str, image: &str, message: &str) -> String {
        let text = task_definition(version, image).to_string();
        std::fs::write(self.repository.join("prod/taskdef.json"), text).unwrap();
        git(&self.repository, &["add", "."]);
        git(&self.repository, &["commit", "-q", "--allow-empty", "-m", message]);
        git(&self.repository, &["rev-parse", "HEAD"])
    }

    /// An execution of the newest commit, at the gate.
    async fn execution(&self) -> String {
        let answer = self.call("StartPipelineExecution", json!({"name": "greenlight"})).await;
        let id = answer["pipelineExecutionId"].as_str().unwrap().to_owned();
        let look = async {
            loop {
                let state = self.call("GetPipelineState", json!({"name": "greenlight"})).await;
                let stage = &state["stageStates"][1];
                if stage["latestExecution"]["pipelineExecutionId"] == id.as_str()
                    && stage["actionStates"][0]["latestExecution"]["token"].is_string()
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), look).await.expect("it comes to the gate");
        id
    }

    fn site(&self, bucket: &str, release: &str, files: &[(&str, &str)]) {
        let entry = |sha256: &str| {
            json!({"size_bytes": 1_500, "sha256": sha256, "etag": "x", "class": "html",
                "headers": {"content_type": "text/html", "cache_control": "no-cache"}})
        };
        let files: serde_json::Map<String, Value> =
            files.iter().map(|(path, sha)| ((*path).to_owned(), entry(sha))).collect();
        let manifest = json!({"schema": "greenlight-release/1", "release": release, "sequence": 1, "published_s": 0, "files": files});
        let objects = &self.environment.gateway.engines().objects;
        objects.create_bucket(bucket);
        objects.put(bucket, ".greenlight/manifest.json", manifest.to_string().into());
    }

    fn config(&self) -> String {
        format!(
            "[pipelines.prod]\npipeline = \"greenlight\"\nregion = \"eu-central-1\"\nproduction = true\n\
             frontend = {{ live = \"s3://prod-site\", candidate = \"s3://test-site\" }}\ncheckout = \"{}\"\n",
            self.repository.display()
        )
    }

    async fn dossier(&self, checkout: bool) -> (Gate, Dossier) {
        let session = session(&self.environment.gateway).await;
        let config = Config::parse(&self.config()).unwrap();
        let mut target = names::alias(&config, "prod").unwrap();
        if !checkout {
            target.entry.as_mut().unwrap().checkout = None;
        }
        let definition = gather_definition(&session, "greenlight").await.unwrap();
        let caller = Caller { arn: BOB.into(), account: "123456789012".into() };
        let gate = Gate::new(session, caller, target, definition, None).unwrap();
        let waiting = gather_waiting(&gate.session, "greenlight", gate.definition.mode).await.unwrap();
        let pending = waiting.bound.pending.first().unwrap();
        let dossier =
            Box::pin(gather_dossier(&gate, &waiting, pending, Timestamp::now(), None)).await.unwrap();
        (gate, dossier)
    }

    fn approve(&self, arguments: &[&str]) -> Terminal {
        let home: &Path = self.environment.state.path();
        std::fs::write(home.join("approve.toml"), self.config()).unwrap();
        let config = home.join("approve.toml").display().to_string();
        let mut all = vec!["--config", &config];
        all.extend(arguments);
        Terminal::run(&self.environment.gateway, home, &all)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_released_is_shown_and_followed() {
    let release = Release::start().await;
    let first = release.commit("two", IMAGE, "two");
    release.execution().await;
    release.site("test-site", &first, &[("index.html", "1")]);
    let (_, dossier) = release.dossier(true).await;
    assert!(
        matches!(&dossier.contents.commits, Known::Missing { why } if why.contains("no execution has succeeded"))
    );

    // The person sees the lifecycle of the deployment and the traffic move.
    let mut terminal = release.approve(&["-p", "prod"]);
    terminal.until("characters of the commit:").await;
    terminal.type_in(&format!("{}\r", &first[..4]));
    terminal.until("AllowTraffic Succeeded").await;
    terminal.until("traffic Blue 0 %, Green 100 %").await;
    terminal.until("deployed: stage Prod succeeded").await;
    assert_eq!(terminal.exit().await, 0);
    release.environment.serves(&release.environment.production, "two").await;

    // Two commits later, with another setting, an image that is pinned, and another page.
    release.commit("two", IMAGE, "between\n\nCo-authored-by: Carol <carol@example.com>");
    let pinned = format!("acme/app@sha256:{}", "b".repeat(64));
    let third = release.commit("three", &pinned, "three");
    release.site("prod-site", &first, &[("index.html", "1"), ("old.html", "1")]);
    release.site("test-site", &third, &[("index.html", "2"), ("new.html", "1")]);
    release.execution().await;
    let (_, dossier) = release.dossier(true).await;
    let contents = &dossier.contents;
    let Known::Known(range) = &contents.commits else { panic!("{:?}", contents.commits) };
    assert_eq!((range.source, range.commits.len()), (RangeSource::Git, 2));
    assert_eq!(range.commits[0].sha, third);
    let Known::Known(deployments) = &contents.deployments else { panic!("{:?}", contents.deployments) };
    let Known::Known(images) = &deployments[0].images else { panic!("{deployments:?}") };
    assert_eq!((images[0].image.as_str(), images[0].before.as_deref()), (pinned.as_str(), Some(IMAGE)));
    let Known::Known(settings) = &deployments[0].task_definition else { panic!("{deployments:?}") };
    let changed: Vec<_> = settings.changed.iter().map(|one| (one.path.as_str(), one.change)).collect();
    assert_eq!(changed, [("containerDefinitions/web/environment/VERSION/value", SettingChange::Changed)]);
    let Known::Known(frontend) = &contents.frontend else { panic!("{:?}", contents.frontend) };
    assert_eq!(
        (&frontend.added[..], &frontend.changed[..], &frontend.removed[..], frontend.bytes),
        (&["new.html".to_owned()][..], &["index.html".to_owned()][..], &["old.html".to_owned()][..], 3_000)
    );
    for piece in [Piece::Commits, Piece::Image, Piece::TaskDefinition, Piece::Frontend] {
        assert_eq!(contents.missing(piece), None, "{piece:?}");
    }
    // Without a checkout only what went through the pipeline is known, and that is said.
    let (_, dossier) = release.dossier(false).await;
    let Known::Known(range) = &dossier.contents.commits else { panic!("{:?}", dossier.contents.commits) };
    assert_eq!((range.source, range.commits.len()), (RangeSource::Executions, 1));
    assert!(dossier.contents.missing(Piece::Commits).is_some());

    let mut terminal = release.approve(&["-p", "prod", "show"]);
    terminal.exit().await;
    terminal.until("four eyes").await;
    insta::assert_snapshot!("contents", contents_rows(&terminal.text(), &[&first, &third]));
    release.environment.gateway.stop().await;
}

/// The rows of what is released, with commits made the same.
fn contents_rows(screen: &str, shas: &[&str]) -> String {
    let begin = screen.find("  commits ").unwrap();
    let end = screen.find("  custom data").unwrap();
    let mut text = screen[begin..end].to_owned();
    for (index, sha) in shas.iter().enumerate() {
        text = text.replace(&sha[..12], &format!("COMMIT{index}"));
    }
    let line = |line: &str| match line.split_once("  Alice  between") {
        Some((before, _)) => format!("{}BETWEEN  Alice  between", &before[..before.len() - 12]),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_said_to_be_missing() {
    let release = Release::start().await;
    let sha = release.commit("two", IMAGE, "two");
    release.execution().await;
    release.site("test-site", "another", &[]);
    release.site("prod-site", &sha, &[]);
    let denied = |service: &str, operation: &str| {
        local_pipeline::faults::Fault::error(service, operation, 400, "AccessDeniedException")
    };
    let faults = release.environment.gateway.faults();
    faults.add(denied("ecs", "DescribeServices"));
    let (_, dossier) = release.dossier(true).await;
    let Known::Known(deployments) = &dossier.contents.deployments else { panic!("{dossier:?}") };
    // What comes is known although what is there is not.
    assert!(matches!(&deployments[0].images, Known::Known(images) if images[0].image == IMAGE));
    assert!(
        matches!(&deployments[0].task_definition, Known::Missing { why } if why.contains("AccessDenied")),
        "{deployments:?}"
    );
    assert!(
        matches!(&dossier.contents.frontend, Known::Missing { why } if why.contains("not this commit")),
        "{:?}",
        dossier.contents.frontend
    );
    assert!(dossier.contents.missing(Piece::Image).is_some_and(|why| why.contains("not pinned")));

    // The artifact is gone: expired, or deleted.
    faults.clear();
    faults.add(local_pipeline::faults::Fault {
        path_contains: ARTIFACTS.to_owned(),
        ..local_pipeline::faults::Fault::error("s3", "GetObject", 404, "NoSuchKey")
    });
    let (_, dossier) = release.dossier(true).await;
    let Known::Known(deployments) = &dossier.contents.deployments else { panic!("{dossier:?}") };
    assert!(
        matches!(&deployments[0].images, Known::Missing { why } if why.contains("NoSuchKey")),
        "{deployments:?}"
    );
    release.environment.gateway.stop().await;
}
