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
    gather::complete(&session.bucket, &mut observed, std::iter::empty(), false).await?;
    let past = rollback::choose(&live, &observed.objects, to)?;
    let record = session.bucket.record(past.sequence).await?.ok_or_else(|| PublishError::Record {
        sequence: past.sequence,
        path: "record: the object is gone".to_owned(),
    })?;
    let same = (&record.manifest.release, record.manifest.published_s) == (&past.release, past.published_s);
    if !same || record.manifest.sequence != past.sequence {
        return Err(PublishError::Record {
            sequence: past.sequence,
            path: format!("record: it is that of release {}", record.manifest.release),
        });
    }
    let desired = rollback::desired(&record, &past);
    session.enter(Phase::Plan);
    let plan = plan(&desired, &observed, &policy)?;
    if plan.is_empty() && past.sequence == live.sequence {
        return Err(rollback::RollbackError::IsLive(past.release).into());
    }
    rollback::check_bodies(&plan, &record, &live)?;
    let bodies = gather::recorded_bodies(&record, &live)?;
    Ok(Ready { plan, bodies, left_out: Vec::new(), seen })
}
