//! CloudFront invalidations.

use std::time::Duration;

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use greenlight_kit::{AwsError, AwsErrorKind, Interrupt};
use tokio::time::Instant;

use crate::error::PublishError;

/// Completion takes seconds to minutes; asking more often gains nothing.
const FIRST_POLL: Duration = Duration::from_millis(200);
const LONGEST_POLL: Duration = Duration::from_secs(10);

/// The status of an invalidation that every edge location has done.
const COMPLETED: &str = "Completed";

/// One that was created, or found again by its reference.
#[derive(Debug, Clone)]
pub struct Invalidation {
    pub distribution_id: String,
    pub id: String,
    pub completed: bool,
}

pub struct Cdn {
    pub cloudfront: Client,
    pub distribution_ids: Vec<String>,
}

impl Cdn {
    /// One for each distribution. The reference follows from the content, so a retry finds the same one.
    pub async fn create(
        &self,
        reference: &str,
        paths: &[String],
        timeout: Duration,
        interrupt: &Interrupt,
    ) -> Result<Vec<Invalidation>, PublishError> {
        let mut created = Vec::new();
        if paths.is_empty() {
            return Ok(created);
        }
        let deadline = Instant::now() + timeout;
        for distribution_id in &self.distribution_ids {
            let batch = batch(reference, paths)?;
            created.extend(self.create_one(distribution_id, batch, deadline, interrupt).await?);
        }
        Ok(created)
    }

    /// CloudFront takes 15 wildcards in progress
    /// (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html>, 2026-11): waits for
    /// others to end, which the SDK's retries, meant for seconds, do not.
    async fn create_one(
        &self,
        distribution_id: &str,
        batch: InvalidationBatch,
        deadline: Instant,
        interrupt: &Interrupt,
    ) -> Result<Option<Invalidation>, PublishError> {
        let mut pause = FIRST_POLL;
        loop {
            let request = self.cloudfront.create_invalidation().distribution_id(distribution_id);
            match request.invalidation_batch(batch.clone()).send().await {
                Ok(answer) => {
                    return Ok(answer.invalidation().map(|invalidation| Invalidation {
                        distribution_id: distribution_id.to_owned(),
                        id: invalidation.id().to_owned(),
                        completed: invalidation.status() == COMPLETED,
                    }));
                }
                Err(error) => {
                    let error = AwsError::new("cloudfront", "CreateInvalidation", &error);
                    let busy = error.code.as_deref() == Some("TooManyInvalidationsInProgress")
                        || matches!(error.kind, AwsErrorKind::Throttled | AwsErrorKind::Unavailable);
                    if !busy || Instant::now() + pause > deadline {
                        return Err(error.into());
                    }
                    tracing::info!(%error, "CloudFront is busy; trying again");
                }
            }
            rest(&mut pause, interrupt).await?;
        }
    }

    /// Until all are completed.
    pub async fn wait(
        &self,
        all: &mut [Invalidation],
        timeout: Duration,
        interrupt: &Interrupt,
    ) -> Result<(), PublishError> {
        let deadline = Instant::now() + timeout;
        for one in all {
            let mut pause = FIRST_POLL;
            while !one.completed {
                let request =
                    self.cloudfront.get_invalidation().distribution_id(&one.distribution_id).id(&one.id);
                let answer = request
                    .send()
                    .await
                    .map_err(|error| AwsError::new("cloudfront", "GetInvalidation", &error))?;
                one.completed =
                    answer.invalidation().is_some_and(|invalidation| invalidation.status() == COMPLETED);
                if one.completed {
                    break;
                }
                if Instant::now() + pause > deadline {
                    return Err(PublishError::InvalidationSlow {
                        id: one.id.clone(),
                        seconds: timeout.as_secs(),
                    });
                }
                rest(&mut pause, interrupt).await?;
            }
        }
        Ok(())
    }
}

/// Sleeps, and sleeps longer the next time; ends at once when the program is to stop.
async fn rest(pause: &mut Duration, interrupt: &Interrupt) -> Result<(), PublishError> {
    tokio::select! {
        () = interrupt.raised() => return Err(PublishError::Interrupted),
        () = tokio::time::sleep(*pause) => {}
    }
    *pause = (*pause * 2).min(LONGEST_POLL);
    Ok(())
}

fn batch(reference: &str, paths: &[String]) -> Result<InvalidationBatch, PublishError> {
    let refused = |error: aws_smithy_types::error::operation::BuildError| AwsError {
        service: "cloudfront",
        operation: "CreateInvalidation",
        kind: AwsErrorKind::Refused,
        code: None,
        message: error.to_string(),
        request_id: None,
        status: None,
    };
    let quantity = i32::try_from(paths.len()).unwrap_or(i32::MAX);
    let paths =
        Paths::builder().quantity(quantity).set_items(Some(paths.to_vec())).build().map_err(refused)?;
    Ok(InvalidationBatch::builder().paths(paths).caller_reference(reference).build().map_err(refused)?)
}
