//! The tools that are measured, each with the settings that make it do the job and, where it has some, make it fast.

use std::path::{Path, PathBuf};

use local_pipeline::names::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};

use crate::cli::Publish;
use crate::error::BenchError;
use crate::machine;
use crate::measure::Invocation;
use crate::peers::{existing, packaged};

pub const PUBLISH_FRONTEND: &str = "publish-frontend";
pub const RCLONE: &str = "rclone";

/// Who is measured.
#[derive(Clone)]
pub struct Tool {
    pub name: &'static str,
    pub version: String,
    program: PathBuf,
    arguments: fn(&Job<'_>) -> Vec<String>,
}

/// What is to be published where.
pub struct Job<'a> {
    /// `public` in a folder of its own.
    pub source: &'a Path,
    pub bucket: &'a str,
    /// `http://127.0.0.1:PORT`
    pub endpoint: String,
    /// A file for settings that a tool only reads from one.
    pub settings: &'a Path,
    /// What this release is called.
    pub release: &'a str,
}

/// The tools, and the names of those that are not installed.
pub struct Installed {
    pub tools: Vec<Tool>,
    pub missing: Vec<&'static str>,
}

impl Installed {
    pub fn find(options: &Publish) -> Result<Self, BenchError> {
        let own = &options.binary;
        let own = own.canonicalize().map_err(|_| BenchError::NotBuilt(own.clone()))?;
        let peers = options.peers.canonicalize().unwrap_or_else(|_| options.peers.clone());
        let mut all = vec![
            (
                PUBLISH_FRONTEND,
                Some(own),
                &["--version"] as &[&str],
                publish_frontend as fn(&Job<'_>) -> Vec<String>,
            ),
            ("aws s3 sync", existing(peers.join("bin/aws")), &["--version"], aws),
            ("s5cmd", packaged(&peers, "s5cmd/bin/s5cmd"), &["version"], s5cmd),
            (RCLONE, existing(peers.join("bin/rclone")), &["version"], rclone),
            ("hugo deploy", packaged(&peers, "hugo/binaries/hugo"), &["version"], hugo),
        ];
        if options.rclone_variants {
            for (name, arguments) in RCLONE_VARIANTS {
                all.push((name, existing(peers.join("bin/rclone")), &["version"], arguments));
            }
        }
        if let Some(unknown) = options.only.iter().find(|only| !all.iter().any(|(name, ..)| name == only)) {
            let names: Vec<&str> = all.iter().map(|(name, ..)| *name).collect();
            return Err(BenchError::UnknownTool(unknown.clone(), names.join(", ")));
        }
        let mut installed = Self { tools: Vec::new(), missing: Vec::new() };
        for (name, program, version, arguments) in all {
            if !options.only.is_empty() && !options.only.iter().any(|only| only == name) {
                continue;
            }
            match program {
                Some(program) => {
                    let version = machine::output(&program.display().to_string(), version);
                    installed.tools.push(Tool { name, version, program, arguments });
                }
                None => installed.missing.push(name),
            }
        }
        Ok(installed)
    }
}

impl Tool {
    pub fn invocation(&self, job: &Job<'_>) -> Invocation {
        let environment = [
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ENDPOINT_URL", &job.endpoint),
            // Nobody asks the network for credentials.
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        Invocation {
            program: self.program.clone(),
            arguments: (self.arguments)(job),
            environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            folder: job.source.parent().unwrap_or(job.source).to_owned(),
        }
    }

    /// For people: the program with its arguments.
    pub fn command(&self) -> String {
        let job = Job {
            source: Path::new("SITE/public"),
            bucket: "BUCKET",
            endpoint: "ENDPOINT".into(),
            settings: Path::new("SETTINGS"),
            release: "RELEASE",
        };
        let program = self.program.file_name().unwrap_or_default().to_string_lossy();
        format!("{program} {}", (self.arguments)(&job).join(" "))
    }
}

fn list<const N: usize>(arguments: [&str; N]) -> Vec<String> {
    arguments.map(str::to_owned).to_vec()
}

fn publish_frontend(job: &Job<'_>) -> Vec<String> {
    let source = job.source.display().to_string();
    list(["publish", "--source", &source, "--bucket", job.bucket, "--release-id", job.release])
}

fn aws(job: &Job<'_>) -> Vec<String> {
    let (source, to) = (job.source.display().to_string(), format!("s3://{}", job.bucket));
    list(["s3", "sync", "--delete", "--only-show-errors", &source, &to])
}

fn s5cmd(job: &Job<'_>) -> Vec<String> {
    let (source, to) = (format!("{}/", job.source.display()), format!("s3://{}/", job.bucket));
    list(["--endpoint-url", &job.endpoint, "--log", "error", "sync", "--delete", &source, &to])
}

/// Tuned: sixty-four at a time, bytes compared by MD5 as fresh modification times need it, no HEAD after an upload, none of the
/// bucket, a single listing.
fn rclone(job: &Job<'_>) -> Vec<String> {
    rclone_with(job, &["--transfers", "64", "--checkers", "64", "--s3-no-head"])
}

type Variant = (&'static str, fn(&Job<'_>) -> Vec<String>);

/// What was tried besides.
const RCLONE_VARIANTS: [Variant; 3] = [
    ("rclone 128", |job| rclone_with(job, &["--transfers", "128", "--checkers", "64", "--s3-no-head"])),
    ("rclone head", |job| rclone_with(job, &["--transfers", "64", "--checkers", "64"])),
    ("rclone unsigned", |job| {
        rclone_with(
            job,
            &["--transfers", "64", "--checkers", "64", "--s3-no-head", "--s3-use-unsigned-payload", "true"],
        )
    }),
];

fn rclone_with(job: &Job<'_>, more: &[&str]) -> Vec<String> {
    let source = job.source.display().to_string();
    let to = format!(
        ":s3,provider=Other,env_auth,force_path_style,list_version=2,region={REGION},endpoint='{}':{}",
        job.endpoint, job.bucket
    );
    let mut arguments = list([
        "sync",
        &source,
        &to,
        "--config",
        "",
        "--checksum",
        "--fast-list",
        "--no-update-modtime",
        "--no-update-dir-modtime",
        "--s3-no-check-bucket",
    ]);
    arguments.extend(more.iter().map(|&argument| argument.to_owned()));
    arguments
}

fn hugo(job: &Job<'_>) -> Vec<String> {
    list([
        "deploy",
        "--config",
        &job.settings.display().to_string(),
        "--workers",
        "64",
        "--logLevel",
        "error",
    ])
}

/// What hugo reads. The site lies beside it in `public`.
pub fn hugo_settings(job: &Job<'_>) -> String {
    format!(
        "baseURL = \"https://example.com/\"\n[deployment]\n[[deployment.targets]]\nname = \"bench\"\nURL = \"s3://{}?region={REGION}&endpoint={}&use_path_style=true\"\n",
        job.bucket, job.endpoint
    )
}
