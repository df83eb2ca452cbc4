//! Apply: the only writer. The phases are types: what may only happen after a complete upload takes the value that only a
//! complete upload returns.

pub mod invalidate;
pub mod lock;
pub mod prune;
pub mod record;
pub mod restore;
pub mod upload;
pub mod verify;

use greenlight_core::frontend::Plan;
use greenlight_kit::Interrupt;

use crate::cli::{Publish, Verify};
use crate::error::{Failed, InPhase as _, LiveState, PublishError};
use crate::gather::bucket::Bucket;
use crate::gather::{Found, Gathered};
use invalidate::{Cdn, Invalidation};

/// What was done.
#[derive(Debug, Default)]
pub struct Applied {
    pub invalidations: Vec<Invalidation>,
    pub verified: Option<usize>,
}

pub struct Publisher<'a> {
    pub bucket: &'a Bucket,
    pub cdn: &'a Cdn,
    pub options: &'a Publish,
    pub interrupt: &'a Interrupt,
    pub now_s: i64,
}

impl Publisher<'_> {
    /// Everything after the plan. An empty plan writes nothing.
    pub async fn apply(&self, plan: &Plan, gathered: &Gathered) -> Result<Applied, Failed> {
        if plan.is_empty() {
            return Ok(Applied::default());
        }
        let lock = lock::take(self.bucket, &plan.release, self.options.target.lock_ttl, self.now_s)
            .await
            .in_phase("lock", LiveState::Unchanged)?;
        let result = self.locked(plan, gathered).await;
        let released = lock.release().await;
        let applied = result?;
        // A lock that stays ends by itself; the release is what counts.
        if let Err(error) = released {
            tracing::warn!(%error, "the lock could not be removed; it ends by itself");
        }
        Ok(applied)
    }

    async fn locked(&self, plan: &Plan, gathered: &Gathered) -> Result<Applied, Failed> {
        self.check_not_superseded(gathered).await.in_phase("lock", LiveState::Unchanged)?;
        let uploader = upload::Uploader {
            bucket: self.bucket,
            found: &gathered.local,
            concurrency: usize::from(self.options.target.concurrency),
            interrupt: self.interrupt,
        };
        let assets = uploader.assets(plan).await.in_phase("assets", LiveState::Unchanged)?;
        self.go_on().in_phase("assets", LiveState::Unchanged)?;
        let pages = uploader.pages(plan, assets).await?;
        // Before the manifest: a run that dies in between finds these pages changed and invalidates them again.
        let invalidations = self
            .cdn
            .create(&pages, &plan.invalidation_reference(), &plan.invalidations)
            .await
            .in_phase("invalidate", LiveState::New)?;
        let recorded = record::write(
            self.bucket,
            plan,
            &gathered.local,
            pages,
            gathered.manifest_etag.as_deref(),
            self.now_s,
        )
        .await
        .in_phase("manifest", LiveState::New)?;
        if self.options.target.wait {
            self.cdn
                .wait(&invalidations, self.options.target.invalidation_timeout)
                .await
                .in_phase("invalidate", LiveState::New)?;
        }
        let verified = match self.options.verify {
            Verify::None => None,
            Verify::List => {
                Some(verify::list(self.bucket, &recorded).await.in_phase("verify", LiveState::New)?)
            }
        };
        self.go_on().in_phase("prune", LiveState::New)?;
        prune::run(self.bucket, &recorded, plan, self.options.keep_releases)
            .await
            .in_phase("prune", LiveState::New)?;
        Ok(Applied { invalidations, verified })
    }

    /// Somebody may have released between our look at the bucket and our lock.
    async fn check_not_superseded(&self, gathered: &Gathered) -> Result<(), PublishError> {
        let live = self.bucket.manifest().await?.map(|(_, etag)| etag);
        if live == gathered.manifest_etag { Ok(()) } else { Err(PublishError::Superseded) }
    }

    fn go_on(&self) -> Result<(), PublishError> {
        if self.interrupt.is_raised() { Err(PublishError::Interrupted) } else { Ok(()) }
    }
}

/// The file's place on disk.
fn source<'a>(found: &'a [Found], path: &str) -> Option<&'a Found> {
    found.iter().find(|found| found.file.path == path)
}
