//! `publish-frontend rollback`: a recorded release goes live again, as a release of its own.

use greenlight_core::frontend::{Policy, plan, rollback};
use greenlight_kit::{Exit, Failure};

use crate::cli::{Cli, Rollback};
use crate::error::PublishError;
use crate::gather;
use crate::journey::Phase;
use crate::session::{Ready, Session};

pub async fn run(cli: &Cli, options: &Rollback) -> Result<Exit, Failure> {
    let session = Session::start(cli, &options.target, &options.release).await;
    let prepared = prepare(&session, options.to.as_deref().filter(|name| !name.is_empty())).await;
    session.finish(prepared).await
}

async fn prepare(session: &Session<'_>, to: Option<&str>) -> Result<Ready, PublishError> {
    // Its immutable files are mostly in the bucket; where another release took their names by force, they come back.
    let policy = Policy { change_immutable: true, ..session.policy()? };
    session.enter(Phase::Gather);
    let (mut observed, seen) = gather::of_site(&session.bucket).await?;
    let live = observed.manifest.clone().ok_or(rollback::RollbackError::NothingPublished)?;
    let past = rollback::choose(&live, to)?;
    let record = session.bucket.record(past.sequence).await?.ok_or_else(|| PublishError::Record {
        sequence: past.sequence,
        path: "record: the object is gone".to_owned(),
    })?;
    let desired = rollback::desired(&record, past);
    let paths = desired.files.iter().map(|file| file.path.as_str());
    gather::complete(&session.bucket, &mut observed, paths, false).await?;
    session.enter(Phase::Plan);
    let plan = plan(&desired, &observed, &policy)?;
    rollback::check_bodies(&plan, &record, &live)?;
    let bodies = gather::recorded_bodies(&record, &live)?;
    Ok(Ready { plan, bodies, left_out: Vec::new(), seen })
}
