//! CloudFront invalidations.

use std::time::Duration;

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use greenlight_kit::AwsError;
use tokio::time::Instant;

use super::upload::PagesLive;
use crate::error::PublishError;

/// Completion takes seconds to minutes; asking more often gains nothing.
const FIRST_POLL: Duration = Duration::from_millis(200);
const LONGEST_POLL: Duration = Duration::from_secs(10);

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
        _live: &PagesLive,
        reference: &str,
        paths: &[String],
    ) -> Result<Vec<Invalidation>, PublishError> {
        let mut created = Vec::new();
        if paths.is_empty() {
            return Ok(created);
        }
        for distribution_id in &self.distribution_ids {
            let batch = batch(reference, paths)?;
            let request = self
                .cloudfront
                .create_invalidation()
                .distribution_id(distribution_id)
                .invalidation_batch(batch);
            let answer = request
                .send()
                .await
                .map_err(|error| AwsError::new("cloudfront", "CreateInvalidation", &error))?;
            if let Some(invalidation) = answer.invalidation() {
                created.push(Invalidation {
                    distribution_id: distribution_id.clone(),
                    id: invalidation.id().to_owned(),
                    completed: invalidation.status() == "Completed",
                });
            }
        }
        Ok(created)
    }

    pub async fn wait(&self, all: &[Invalidation], timeout: Duration) -> Result<(), PublishError> {
        let deadline = Instant::now() + timeout;
        for one in all.iter().filter(|one| !one.completed) {
            let mut pause = FIRST_POLL;
            loop {
                let request =
                    self.cloudfront.get_invalidation().distribution_id(&one.distribution_id).id(&one.id);
                let answer = request
                    .send()
                    .await
                    .map_err(|error| AwsError::new("cloudfront", "GetInvalidation", &error))?;
                if answer.invalidation().is_some_and(|invalidation| invalidation.status() == "Completed") {
                    break;
                }
                if Instant::now() + pause > deadline {
                    return Err(PublishError::InvalidationSlow {
                        id: one.id.clone(),
                        seconds: timeout.as_secs(),
                    });
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_POLL);
            }
        }
        Ok(())
    }
}

fn batch(reference: &str, paths: &[String]) -> Result<InvalidationBatch, PublishError> {
    let refused = |error: aws_smithy_types::error::operation::BuildError| AwsError {
        service: "cloudfront",
        operation: "CreateInvalidation",
        kind: greenlight_kit::AwsErrorKind::Refused,
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
