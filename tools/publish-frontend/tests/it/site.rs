//! A bucket with a distribution in front, a build folder, and the program.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use local_pipeline::engines::edge::DistributionSpec;
use local_pipeline::faults::{Fault, FaultKind};
use local_pipeline::{Gateway, GatewaySettings, RunningGateway, client, names};

pub const BUCKET: &str = "test-site";
pub const DISTRIBUTION: &str = "E1TEST000000001";

pub struct Site {
    pub gateway: RunningGateway,
    pub url: String,
    pub build: tempfile::TempDir,
    _state: tempfile::TempDir,
}

impl Site {
    /// With an empty build folder.
    pub async fn empty() -> Self {
        let state = tempfile::tempdir().unwrap();
        let gateway = Gateway::start(GatewaySettings::in_process(state.path())).await.unwrap();
        gateway.engines().objects.create_bucket(BUCKET);
        let spec = DistributionSpec {
            id: DISTRIBUTION.into(),
            port: 0,
            bucket: BUCKET.into(),
            origin_path: String::new(),
            api_origin: None,
        };
        let url = gateway.engines().edge.create_distribution(spec).await.unwrap().url;
        Self { gateway, url, build: tempfile::tempdir().unwrap(), _state: state }
    }

    /// With a small build.
    pub async fn new() -> Self {
        let site = Self::empty().await;
        site.write("index.html", "<script type=module src=/assets/app-1111aaaa.js></script>one");
        site.write("assets/app-1111aaaa.js", "one");
        site.write("assets/app-1111aaaa.js.map", "{}");
        site.write("robots.txt", "User-agent: *");
        site.write(".env.production", "SECRET=1");
        site
    }

    /// The next release: another chunk, another page.
    pub fn second(&self) {
        std::fs::remove_file(self.build.path().join("assets/app-1111aaaa.js")).unwrap();
        self.write("assets/app-2222bbbb.js", "two");
        self.write("index.html", "<script type=module src=/assets/app-2222bbbb.js></script>two");
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        write(self.build.path(), name, text);
    }

    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.build.path().join(name)).unwrap();
    }

    /// The program with the site's settings in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.gateway.url());
        command.env("PUBLISH_FRONTEND_BUCKET", BUCKET).env("PUBLISH_FRONTEND_DISTRIBUTION_ID", DISTRIBUTION);
        command.env("PUBLISH_FRONTEND_VERIFY", "list");
        command.args(arguments);
        command
    }

    pub async fn run(&self, arguments: &[&str]) -> Output {
        output(self.command(arguments)).await
    }

    pub async fn publish(&self, more: &[&str]) -> Output {
        let source = self.build.path().display().to_string();
        let mut arguments = vec!["publish", "--source", &source, "--wait"];
        arguments.extend(more);
        self.run(&arguments).await
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = client::send("GET", &format!("{}{path}", self.url), &[], String::new()).await.unwrap();
        (answer.status, text(&answer.body))
    }

    /// Operations since the log was cleared.
    pub fn operations(&self) -> Vec<String> {
        self.gateway.log().calls().into_iter().map(|call| call.operation).collect()
    }

    pub fn writes(&self) -> Vec<String> {
        let reads = ["Get", "List", "Head"];
        let is_write = |name: &String| !reads.iter().any(|read| name.starts_with(read));
        self.operations().into_iter().filter(is_write).collect()
    }

    /// Last part of each key that was put, in order.
    pub fn puts(&self) -> Vec<String> {
        let calls = self.gateway.log().calls();
        let puts = calls.into_iter().filter(|call| call.operation == "PutObject");
        puts.map(|call| call.path.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
    }

    pub fn fault(&self, operation: &str, path: &str, kind: FaultKind, times: Option<u64>) {
        let service = if operation.contains("Invalidation") { "cloudfront" } else { "s3" };
        self.gateway.faults().add(Fault {
            path_contains: path.into(),
            times,
            kind,
            ..Fault::error(service, operation, 500, "InternalError")
        });
    }

    pub fn object(&self, key: &str) -> Option<String> {
        self.gateway.engines().objects.get(BUCKET, key).map(|object| text(&object.body))
    }
}

pub fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The program with credentials for this endpoint and nothing else of this machine.
pub fn program(endpoint_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_publish-frontend"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", "/nonexistent").stdin(Stdio::null());
    command.env("AWS_ENDPOINT_URL", endpoint_url).env("AWS_REGION", names::REGION);
    command
        .env("AWS_ACCESS_KEY_ID", names::ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", names::SECRET_ACCESS_KEY);
    command
}

pub async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// Its stdout, where it succeeded.
#[track_caller]
pub fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// Its stderr, where it failed with this exit code.
#[track_caller]
pub fn failed(output: &Output, code: i32) -> String {
    let all = format!("{}\n{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{all}");
    text(&output.stderr)
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn error(status: u16, code: &str) -> FaultKind {
    FaultKind::Error { status, code: code.into() }
}
