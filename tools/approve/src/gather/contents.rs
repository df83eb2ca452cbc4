//! What a release changes in production, each piece read by itself: one that fails does not hide the others.

use greenlight_core::approval::contents::{Contents, Frontend, frontend};
use greenlight_core::approval::dossier::{Commit, Known, Live};
use greenlight_core::approval::pending::{ActionRun, Pending};
use greenlight_core::frontend::{Manifest, Prefix};
use publish_frontend::gather::bucket::{Bucket, Encryption};

use super::definition::gather_deployments;
use super::dossier::Gate;
use super::executions::Execution;
use super::range::gather_range;
use crate::config::{ReportLocation, Sites};
use crate::session::Session;

/// What lies between production and the release.
#[derive(Debug, Clone, Copy)]
pub struct Between<'a> {
    pub live: &'a Known<Live>,
    pub commit: &'a Known<Commit>,
    /// Newest first.
    pub recent: &'a [Execution],
    pub pending: &'a Pending,
}

pub async fn gather_contents(gate: &Gate, runs: &[ActionRun], between: &Between<'_>) -> Contents {
    let sites = gate.target.entry.as_ref().and_then(|entry| entry.frontend.as_ref());
    let sha = between.commit.get().map(|commit| commit.sha.as_str());
    let (commits, deployments, frontend) = futures::join!(
        gather_range(gate.checkout.as_deref(), between),
        gather_deployments(&gate.session, &gate.production_stage, runs),
        gather_frontend(&gate.session, sites, sha),
    );
    Contents { commits, deployments, frontend }
}

async fn gather_frontend(session: &Session, sites: Option<&Sites>, sha: Option<&str>) -> Known<Frontend> {
    let missing = |why: String| Known::Missing { why };
    let Some(sites) = sites else { return missing("no frontend is configured".to_owned()) };
    let Some(sha) = sha else { return missing("the commit is not known".to_owned()) };
    let bucket = bucket(session, &sites.live);
    let (live, candidate) = futures::join!(bucket.manifest(), release(session, &sites.candidate, sha));
    match (live, candidate) {
        (Ok(live), Ok(candidate)) => {
            Known::Known(frontend(live.as_ref().map(|(manifest, _)| manifest), &candidate))
        }
        (_, Err(why)) => missing(why),
        (Err(error), _) => missing(error.to_string()),
    }
}

fn bucket(session: &Session, place: &ReportLocation) -> Bucket {
    Bucket {
        s3: session.objects.clone(),
        name: place.bucket.clone(),
        prefix: Prefix::new(&place.prefix),
        encryption: Encryption::default(),
    }
}

/// The release of this commit, live there or kept in the site's history.
async fn release(session: &Session, place: &ReportLocation, sha: &str) -> Result<Manifest, String> {
    let bucket = bucket(session, place);
    let manifest = bucket.manifest().await.map_err(|error| error.to_string())?;
    let shown = format!("the site in s3://{}/{}", place.bucket, place.prefix);
    let (manifest, _) = manifest.ok_or_else(|| format!("nothing was published to {shown}"))?;
    if manifest.release == sha {
        return Ok(manifest);
    }
    let past = manifest.history.iter().rfind(|past| past.release == sha);
    let past = past.ok_or_else(|| format!("{shown} has release {}, not this commit", manifest.release))?;
    let record = bucket.record(past.sequence).await.map_err(|error| error.to_string())?;
    record.map(|record| record.manifest).ok_or_else(|| format!("{shown} keeps no record of this commit"))
}
