//! Apply: the only writer. The phases are types: what may only happen after a complete upload takes the value that only a
//! complete upload returns.

mod gate;
pub mod invalidate;
mod keep;
pub mod lock;
mod multipart;
mod prune;
mod record;
mod upload;
mod verify;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use greenlight_core::frontend::{Manifest, Plan, invalidation};
use greenlight_kit::Interrupt;

use crate::cli::Verify;
use crate::error::{Failed, PublishError};
use crate::gather::Body;
use crate::gather::bucket::Bucket;
use crate::journey::{Journey, LiveState, Phase};
use crate::meter::Meter;
use crate::progress::Progress;
use invalidate::{Cdn, Invalidation};
use record::Recorded;
use upload::{PagesLive, Uploader};

/// What was done.
#[derive(Debug, Default)]
pub struct Applied {
    pub invalidations: Vec<Invalidation>,
    /// How many files were looked at again.
    pub verified: Option<usize>,
}

/// How the plan is carried out.
#[derive(Debug, Clone)]
pub struct Settings {
    pub concurrency: usize,
    pub lock_ttl: Duration,
    pub wait: bool,
    pub invalidation_timeout: Duration,
    pub verify: Verify,
}

pub struct Publisher<'a> {
    pub bucket: &'a Bucket,
    pub cdn: &'a Cdn,
    pub settings: &'a Settings,
    pub interrupt: &'a Interrupt,
    pub journey: &'a Journey,
    pub meter: &'a Meter,
    pub progress: &'a Progress,
    pub now_s: i64,
}

impl Publisher<'_> {
    /// Everything after the plan. An empty plan writes nothing. `seen` is the ETag of the manifest that the plan was made from.
    pub async fn apply(
        &self,
        plan: &Plan,
        bodies: &BTreeMap<String, Body>,
        seen: Option<&str>,
    ) -> Result<Applied, Failed> {
        if plan.is_empty() {
            return Ok(Applied::default());
        }
        self.journey.enter(Phase::Lock);
        let failed = |error| self.journey.failed(error);
        let lock = lock::take(self.bucket, &plan.release, self.settings.lock_ttl).await.map_err(failed)?;
        // Boxed: with every phase in it, the future is large.
        let work = Box::pin(self.locked(&lock, plan, bodies, seen));
        let result = lock.hold(work).await.map_err(failed);
        lock.release().await;
        result
    }

    async fn locked(
        &self,
        lock: &lock::Lock<'_>,
        plan: &Plan,
        bodies: &BTreeMap<String, Body>,
        seen: Option<&str>,
    ) -> Result<Applied, PublishError> {
        let mut applied = Applied::default();
        let recorded = if plan.is_release() {
            let (recorded, invalidations) = self.release(lock, plan, bodies, seen).await?;
            applied.invalidations = invalidations;
            recorded
        } else {
            // Nothing changes for visitors: the release that is live stays the one that is recorded.
            let manifest = self.still_live(seen).await?.ok_or(PublishError::Superseded)?;
            self.journey.enter(Phase::Invalidate);
            let paths = &plan.invalidations;
            applied.invalidations = self.create_invalidations(&invalidation::reference(plan), paths).await?;
            Recorded::already(manifest)
        };
        self.go_on()?;
        if self.settings.wait {
            self.journey.enter(Phase::Wait);
            let timeout = self.settings.invalidation_timeout;
            self.cdn.wait(&mut applied.invalidations, timeout, self.interrupt).await?;
        }
        self.journey.enter(Phase::Verify);
        applied.verified = verify::run(self.bucket, self.settings.verify, &recorded, plan).await?;
        self.go_on()?;
        self.journey.enter(Phase::Prune);
        prune::run(self.bucket, &recorded, plan).await?;
        Ok(applied)
    }

    /// Until the new release is live and recorded.
    async fn release(
        &self,
        lock: &lock::Lock<'_>,
        plan: &Plan,
        bodies: &BTreeMap<String, Body>,
        seen: Option<&str>,
    ) -> Result<(Recorded, Vec<Invalidation>), PublishError> {
        let uploader = Uploader {
            bucket: self.bucket,
            bodies,
            gate: gate::Gate::new(self.settings.concurrency),
            in_memory: Cell::new(0),
            interrupt: self.interrupt,
            journey: self.journey,
            meter: self.meter,
            progress: self.progress,
        };
        // Before anything else: a plan that is out of date may call files new that are live by now.
        self.still_live(seen).await?;
        self.journey.enter(Phase::Assets);
        self.progress.start(plan.upload_bytes());
        let lost = keep::copy(self.bucket, &plan.keeps).await?;
        let assets = uploader.assets(plan).await?;
        self.go_on()?;
        // From here to the manifest the release is switched in one go, whoever asks to stop: half a switch helps nobody.
        self.journey.enter(Phase::Pages);
        lock.check().await?;
        let pages = uploader.pages(plan, assets).await?;
        self.progress.finish();
        self.journey.set_live(LiveState::New);
        self.journey.enter(Phase::Invalidate);
        let invalidations = self.invalidate(&pages, plan).await?;
        self.journey.enter(Phase::Manifest);
        let recorded = record::write(
            self.bucket,
            plan,
            bodies,
            &record::Live { pages, lost, replaces: seen, now_s: self.now_s },
        )
        .await;
        if matches!(recorded, Err(PublishError::Superseded)) {
            // Another publisher took over although we held the lock: pages of both may be live.
            self.journey.set_live(LiveState::Partial);
        }
        Ok((recorded?, invalidations))
    }

    /// The manifest, if it is the one that the plan was made from: somebody may have released between our look at the bucket
    /// and our lock.
    async fn still_live(&self, seen: Option<&str>) -> Result<Option<Manifest>, PublishError> {
        let (manifest, etag) = self.bucket.manifest().await?.unzip();
        if etag.as_deref() == seen { Ok(manifest) } else { Err(PublishError::Superseded) }
    }

    /// Before the manifest: a run that dies in between finds these pages changed and invalidates them again.
    async fn invalidate(&self, _live: &PagesLive, plan: &Plan) -> Result<Vec<Invalidation>, PublishError> {
        self.create_invalidations(&invalidation::reference(plan), &plan.invalidations).await
    }

    async fn create_invalidations(
        &self,
        reference: &str,
        paths: &[String],
    ) -> Result<Vec<Invalidation>, PublishError> {
        self.cdn.create(reference, paths, self.settings.invalidation_timeout, self.interrupt).await
    }

    fn go_on(&self) -> Result<(), PublishError> {
        if self.interrupt.is_raised() { Err(PublishError::Interrupted) } else { Ok(()) }
    }
}
