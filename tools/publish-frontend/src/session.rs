//! One release on its way: the clients, and the way from a plan to its result that `publish` and `rollback` share.

use std::collections::BTreeMap;

use aws_sdk_s3::types::ServerSideEncryption;
use greenlight_core::frontend::plan::Invalidate;
use greenlight_core::frontend::{Plan, Policy, Prefix};
use greenlight_kit::{Exit, Failure, Format, Interrupt};

use crate::apply::invalidate::Cdn;
use crate::apply::{Applied, Publisher, Settings};
use crate::cli::{self, Cli, Release, Target};
use crate::confirm;
use crate::error::{Failed, PublishError};
use crate::gather::bucket::{Bucket, Encryption};
use crate::gather::{Body, LeftOut};
use crate::journey::{Journey, Phase};
use crate::meter::Meter;
use crate::print;
use crate::progress::Progress;
use crate::show::{self, Outcome, Place, Run};

pub struct Session<'a> {
    target: &'a Target,
    release: &'a Release,
    pub bucket: Bucket,
    pub journey: Journey,
    pub now_s: i64,
    cdn: Cdn,
    meter: Meter,
    interrupt: Interrupt,
    progress: Progress,
}

/// What is to be applied.
pub struct Ready {
    pub plan: Plan,
    pub bodies: BTreeMap<String, Body>,
    pub left_out: Vec<LeftOut>,
    /// ETag of the manifest that the plan was made from.
    pub seen: Option<String>,
}

/// The bucket with a client that counts its requests.
pub async fn connect(cli: &Cli, target: &Target, encryption: Encryption) -> (Bucket, Cdn, Meter) {
    let config = cli.aws.load().await;
    let meter = Meter::default();
    let s3 = aws_sdk_s3::config::Builder::from(&config).interceptor(meter.clone()).build();
    let cloudfront = aws_sdk_cloudfront::config::Builder::from(&config).interceptor(meter.clone()).build();
    let bucket = Bucket {
        s3: aws_sdk_s3::Client::from_conf(s3),
        name: target.bucket.clone(),
        prefix: Prefix::new(&target.prefix),
        encryption,
    };
    let cloudfront = aws_sdk_cloudfront::Client::from_conf(cloudfront);
    (bucket, Cdn { cloudfront, distribution_ids: Vec::new() }, meter)
}

impl<'a> Session<'a> {
    pub async fn start(cli: &'a Cli, target: &'a Target, release: &'a Release) -> Self {
        let interrupt = Interrupt::listen();
        let encryption = Encryption {
            algorithm: release.sse.map(|sse| match sse {
                cli::Sse::Aes256 => ServerSideEncryption::Aes256,
                cli::Sse::Kms => ServerSideEncryption::AwsKms,
            }),
            kms_key_id: release.sse_kms_key_id.clone(),
        };
        let (bucket, cdn, meter) = connect(cli, target, encryption).await;
        // An empty variable in a buildspec means that there is none.
        let distribution_ids = release.distribution_ids.iter().filter(|id| !id.is_empty()).cloned().collect();
        Self {
            target,
            release,
            bucket,
            journey: Journey::default(),
            now_s: jiff::Timestamp::now().as_second(),
            cdn: Cdn { distribution_ids, ..cdn },
            meter,
            interrupt,
            progress: Progress::new(!cli.common.quiet),
        }
    }

    /// Where visitors find the site below the distribution's root.
    pub fn served_below(&self) -> Result<String, PublishError> {
        let below = self.bucket.prefix.served_below(&Prefix::new(&self.release.origin_path));
        below.map(str::to_owned).ok_or_else(|| PublishError::OriginPath {
            prefix: self.target.prefix.clone(),
            origin_path: self.release.origin_path.clone(),
        })
    }

    /// What may be done, but for what only a build can ask for.
    pub fn policy(&self) -> Result<Policy, PublishError> {
        if self.release.sse_kms_key_id.is_some() && self.release.sse != Some(cli::Sse::Kms) {
            return Err(PublishError::KmsKeyWithoutKms);
        }
        Ok(Policy {
            keep_releases: self.release.keep_releases,
            keep_days: self.release.keep_days,
            max_delete: self.release.max_delete,
            force: false,
            change_immutable: false,
            delete_unknown: false,
            invalidate: match self.release.invalidate {
                cli::Invalidate::Auto => Invalidate::Auto,
                cli::Invalidate::All => Invalidate::All,
                cli::Invalidate::None => Invalidate::None,
            },
            served_below: self.served_below()?,
            now_s: self.now_s,
        })
    }

    /// Shows the plan, applies it, and says what came of it.
    pub async fn finish(&self, prepared: Result<Ready, PublishError>) -> Result<Exit, Failure> {
        let ready = match prepared {
            Ok(ready) => ready,
            Err(error) => return Err(self.fail(None, self.journey.failed(error))),
        };
        if self.target.format == Format::Text {
            print(&show::plan_text(&ready.plan, &ready.left_out, self.cdn.distribution_ids.len()));
        }
        if self.release.dry_run {
            self.conclude(Some(&ready), &Outcome::DryRun);
            return Ok(Exit::Done);
        }
        match self.apply(&ready).await {
            Ok(applied) => {
                self.conclude(Some(&ready), &Outcome::Applied(&applied));
                Ok(Exit::Done)
            }
            Err(failed) => Err(self.fail(Some(&ready), failed)),
        }
    }

    async fn apply(&self, ready: &Ready) -> Result<Applied, Failed> {
        if self.release.confirm && !ready.plan.is_empty() {
            let question = format!("Publish release {} to {}?", ready.plan.release, self.bucket.name);
            confirm::ask(&question, &self.interrupt).await.map_err(|error| self.journey.failed(error))?;
        }
        let settings = Settings {
            concurrency: usize::from(self.release.concurrency),
            lock_ttl: self.release.lock_ttl,
            wait: self.release.wait,
            invalidation_timeout: self.release.invalidation_timeout,
            verify: self.release.verify,
        };
        let publisher = Publisher {
            bucket: &self.bucket,
            cdn: &self.cdn,
            settings: &settings,
            interrupt: &self.interrupt,
            journey: &self.journey,
            meter: &self.meter,
            progress: &self.progress,
            now_s: self.now_s,
        };
        let result = publisher.apply(&ready.plan, &ready.bodies, ready.seen.as_deref()).await;
        self.progress.finish();
        result
    }

    fn fail(&self, ready: Option<&Ready>, failed: Failed) -> Failure {
        self.conclude(ready, &Outcome::Failed(&failed));
        failed.into()
    }

    fn conclude(&self, ready: Option<&Ready>, outcome: &Outcome<'_>) {
        let run = Run {
            place: Place {
                bucket: self.bucket.name.as_str(),
                prefix: self.bucket.prefix.as_str(),
                distribution_ids: &self.cdn.distribution_ids,
            },
            plan: ready.map(|ready| &ready.plan),
            left_out: ready.map_or(&[], |ready| &ready.left_out),
            verify: self.release.verify,
            journey: &self.journey,
            meter: &self.meter,
        };
        match self.target.format {
            Format::Json => print(&format!("{:#}\n", show::document(&run, outcome))),
            Format::Text => print(&show::result_text(&run, outcome)),
        }
    }

    pub fn enter(&self, phase: Phase) {
        self.journey.enter(phase);
    }
}
