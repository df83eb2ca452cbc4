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
        allow_missing: gather::globs(&split(&options.allow_missing))?,
        choice: Choice::new(
            &split(&options.include),
            &split(&options.exclude),
            options.source_maps == SourceMaps::Upload,
        )?,
        overrides: Overrides::parse(&options.cache_control, &split(&options.content_type))?,
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

/// At commas, as an environment variable has several, but not within `{a,b}`.
fn split(list: &[String]) -> Vec<String> {
    let mut parts = Vec::new();
    for text in list {
        let (mut part, mut depth) = (String::new(), 0_u32);
        for c in text.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if c == ',' && depth == 0 {
                parts.push(std::mem::take(&mut part));
            } else {
                part.push(c);
            }
        }
        parts.push(part);
    }
    parts.retain(|part| !part.is_empty());
    parts
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

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn lists() {
        let list = ["a,b".to_owned(), "**/*.{map,txt},c".to_owned(), String::new()];
        assert_eq!(split(&list), ["a", "b", "**/*.{map,txt}", "c"]);
    }
}
