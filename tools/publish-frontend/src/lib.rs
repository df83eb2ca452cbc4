//! `publish-frontend`: gather → plan → show → apply.
//!
//! Puts a built single-page app on S3 behind CloudFront so that at no instant a visitor gets a page whose files are missing.
//! What is decided is in `greenlight_core::frontend`.

pub mod apply;
pub mod cli;
pub mod error;
pub mod gather;
pub mod rollback;
pub mod show;

use std::io::Write as _;

use greenlight_core::frontend::plan::Invalidate;
use greenlight_core::frontend::{Desired, Overrides, Plan, Policy, Prefix, plan};
use greenlight_kit::{AwsFlags, Exit, Failure, Format, Interrupt};
use sha2::{Digest as _, Sha256};

use apply::invalidate::Cdn;
use apply::{Applied, Publisher};
use cli::{Cli, Command, Publish, Releases, Rollback, Target};
use error::{Failed, InPhase as _, LiveState, PublishError};
use gather::bucket::Bucket;
use gather::{Gathered, build};

pub async fn run(cli: Cli) -> Result<Exit, Failure> {
    match cli.command {
        Command::Publish(options) => publish(&cli.aws, &options).await,
        Command::Rollback(options) => roll_back(&cli.aws, &options).await,
        Command::Releases(options) => releases(&cli.aws, &options).await,
    }
}

async fn connect(aws: &AwsFlags, target: &Target) -> (Bucket, Cdn) {
    let config = aws.load().await;
    let bucket = Bucket {
        s3: aws_sdk_s3::Client::new(&config),
        name: target.bucket.clone(),
        prefix: Prefix::new(&target.prefix),
    };
    let distribution_ids = target.distribution_ids.iter().filter(|id| !id.is_empty()).cloned().collect();
    (bucket, Cdn { cloudfront: aws_sdk_cloudfront::Client::new(&config), distribution_ids })
}

async fn publish(aws: &AwsFlags, options: &Publish) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen();
    let (bucket, cdn) = connect(aws, &options.target).await;
    let now_s = jiff::Timestamp::now().as_second();
    let (planned, gathered) = match prepare(&bucket, options, now_s).await {
        Ok(prepared) => prepared,
        Err(failed) => return Err(report_failure(options, None, failed)),
    };
    if options.target.format == Format::Text {
        print(&show::text(&planned));
    }
    let applied = if options.target.dry_run {
        None
    } else {
        let publisher = Publisher { bucket: &bucket, cdn: &cdn, options, interrupt: &interrupt, now_s };
        match publisher.apply(&planned, &gathered).await {
            Ok(applied) => Some(applied),
            Err(failed) => return Err(report_failure(options, Some(&planned), failed)),
        }
    };
    conclude(options, &planned, applied.as_ref());
    Ok(Exit::Done)
}

/// Gather and plan: nothing is written.
async fn prepare(bucket: &Bucket, options: &Publish, now_s: i64) -> Result<(Plan, Gathered), Failed> {
    if std::env::var("CODEBUILD_BUILD_SUCCEEDING").as_deref() == Ok("0") {
        return Err(PublishError::BuildFailed).in_phase("preflight", LiveState::Unchanged);
    }
    let overrides = Overrides::parse(&options.cache_control, &options.content_type)
        .in_phase("preflight", LiveState::Unchanged)?;
    let build = build::Options {
        source: options.source.clone(),
        exclude: options.exclude.clone(),
        overrides,
        source_maps: options.source_maps == cli::SourceMaps::Upload,
        served_below: served_below(&options.target),
    };
    let gathered = gather::gather(bucket, build).await.in_phase("gather", LiveState::Unchanged)?;
    let desired = Desired {
        release: release_id(options, &gathered),
        files: gathered.local.iter().map(|found| found.file.clone()).collect(),
    };
    let policy = Policy {
        keep_releases: options.keep_releases,
        keep_days: options.keep_days,
        max_delete: options.max_delete,
        force: options.force,
        invalidate: match options.invalidate {
            cli::Invalidate::Auto => Invalidate::Auto,
            cli::Invalidate::All => Invalidate::All,
            cli::Invalidate::None => Invalidate::None,
        },
        served_below: served_below(&options.target),
        now_s,
    };
    let planned = plan(&desired, &gathered.observed, &policy).in_phase("plan", LiveState::Unchanged)?;
    Ok((planned, gathered))
}

/// Where visitors find the site below the distribution's root.
fn served_below(target: &Target) -> String {
    Prefix::new(&target.prefix).served_below(&Prefix::new(&target.origin_path)).to_owned()
}

/// Given, or the commit, or a digest of the content.
fn release_id(options: &Publish, gathered: &Gathered) -> String {
    let commit =
        || std::env::var("CODEBUILD_RESOLVED_SOURCE_VERSION").ok().filter(|commit| !commit.is_empty());
    options.release_id.clone().filter(|id| !id.is_empty()).or_else(commit).unwrap_or_else(|| {
        let mut digest = Sha256::new();
        for found in &gathered.local {
            digest.update(format!("{}\n{}\n", found.file.path, found.file.sha256));
        }
        hex::encode(digest.finalize().get(..8).unwrap_or_default())
    })
}

fn conclude(options: &Publish, planned: &Plan, applied: Option<&Applied>) {
    match options.target.format {
        Format::Json => {
            print(&format!("{:#}\n", show::json(&place(&options.target), Some(planned), Ok(applied))));
        }
        Format::Text if applied.is_none() => print("dry run: nothing was written\n"),
        Format::Text if planned.is_empty() => print("nothing to do: the site is what it is to be\n"),
        Format::Text => {
            print(&format!("release {} is live at {}\n", planned.release, place(&options.target)));
        }
    }
}

fn report_failure(options: &Publish, planned: Option<&Plan>, failed: Failed) -> Failure {
    if options.target.format == Format::Json {
        print(&format!("{:#}\n", show::json(&place(&options.target), planned, Err(&failed))));
    }
    failed.into()
}

fn place(target: &Target) -> String {
    format!("s3://{}/{}", target.bucket, Prefix::new(&target.prefix).as_str())
}

async fn roll_back(aws: &AwsFlags, options: &Rollback) -> Result<Exit, Failure> {
    let (bucket, cdn) = connect(aws, &options.target).await;
    let now_s = jiff::Timestamp::now().as_second();
    let history = rollback::gather(&bucket).await.in_phase("gather", LiveState::Unchanged)?;
    let back = history.find(options.to.as_deref()).in_phase("plan", LiveState::Unchanged)?;
    let release = &back.manifest.release;
    if options.target.dry_run {
        print(&format!("would put release {release} back ({} files)\n", back.manifest.files.len()));
        return Ok(Exit::Done);
    }
    rollback::apply(&bucket, &cdn, &options.target, &served_below(&options.target), &history, back, now_s)
        .await?;
    print(&format!("release {release} is live again at {}\n", place(&options.target)));
    Ok(Exit::Done)
}

async fn releases(aws: &AwsFlags, options: &Releases) -> Result<Exit, Failure> {
    let (bucket, _) = connect(aws, &options.target).await;
    let history = rollback::gather(&bucket).await.in_phase("gather", LiveState::Unchanged)?;
    let all = history.json();
    if options.target.format == Format::Json {
        print(&format!("{all:#}\n"));
        return Ok(Exit::Done);
    }
    for one in all.as_array().into_iter().flatten() {
        let published = one["published_s"]
            .as_i64()
            .and_then(|s| jiff::Timestamp::from_second(s).ok())
            .unwrap_or_default();
        let mark = if one["live"] == true { "*" } else { " " };
        let release = one["release"].as_str().unwrap_or_default();
        print(&format!("{mark} {published}  {release}  {} files\n", one["files"]));
    }
    Ok(Exit::Done)
}

fn print(text: &str) {
    // A closed pipe means that nobody reads any more.
    let _ = anstream::stdout().write_all(text.as_bytes());
}
