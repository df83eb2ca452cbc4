//! `publish-frontend publish`: a build goes live.

use greenlight_core::frontend::{Desired, LocalFile, Overrides, Policy, plan};
use greenlight_kit::{Exit, Failure};
use sha2::{Digest as _, Sha256};

use crate::cli::{Cli, Publish, SourceMaps};
use crate::error::PublishError;
use crate::gather::{self, Choice, build};
use crate::journey::Phase;
use crate::session::{Ready, Session};

pub async fn run(cli: &Cli, options: &Publish) -> Result<Exit, Failure> {
    let session = Session::start(cli, &options.target, &options.release).await;
    let prepared = prepare(&session, options).await;
    session.finish(prepared).await
}

/// Gather and plan: nothing is written.
async fn prepare(session: &Session<'_>, options: &Publish) -> Result<Ready, PublishError> {
    if std::env::var("CODEBUILD_BUILD_SUCCEEDING").as_deref() == Ok("0") {
        return Err(PublishError::BuildFailed);
    }
    let build = build::Options {
        source: options.source.clone(),
        choice: Choice::new(&options.include, &options.exclude, options.source_maps == SourceMaps::Upload)?,
        overrides: Overrides::parse(&options.cache_control, &options.content_type)?,
        served_below: session.served_below()?,
        prefix: session.bucket.prefix.as_str().to_owned(),
        delete_unknown: options.delete_unknown,
    };
    let policy = Policy {
        force: options.force,
        change_immutable: options.force,
        delete_unknown: options.delete_unknown,
        ..session.policy()?
    };
    session.enter(Phase::Gather);
    let gathered = gather::of_build(&session.bucket, build).await?;
    session.enter(Phase::Plan);
    let release = release_id(options.release_id.as_deref(), &gathered.files);
    let desired = Desired { release, files: gathered.files, restores: None };
    let plan = plan(&desired, &gathered.observed, &policy)?;
    Ok(Ready { plan, bodies: gathered.bodies, left_out: gathered.left_out, seen: gathered.manifest_etag })
}

/// Given, or the commit, or a digest of the content.
fn release_id(given: Option<&str>, files: &[LocalFile]) -> String {
    let commit = std::env::var("CODEBUILD_RESOLVED_SOURCE_VERSION").ok();
    let named = given.map(str::to_owned).into_iter().chain(commit).find(|name| !name.is_empty());
    named.unwrap_or_else(|| {
        let mut digest = Sha256::new();
        for file in files {
            digest.update(format!("{}\n{}\n", file.path, file.sha256));
        }
        hex::encode(digest.finalize().get(..8).unwrap_or_default())
    })
}
