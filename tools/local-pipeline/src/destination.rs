//! EventBridge's API destinations: events are posted to a URL until it takes them.
//!
//! EventBridge retries for 24 h and up to 185 times with back-off
//! (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>, 2026-11); here the events of a
//! destination are sent in order, so a site that is not up yet gets all of them once it is.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::client;

const FIRST_RETRY: Duration = Duration::from_millis(200);
const LONGEST_RETRY: Duration = Duration::from_secs(2);

/// An API destination with API-key authorization.
#[derive(Debug, Clone)]
pub struct Destination {
    pub url: String,
    pub api_key: String,
}

/// Forwards until the sender is gone. What was sent before a subscriber lagged is lost, as the log says.
pub async fn forward(mut events: Receiver<Value>, destination: Destination) {
    loop {
        match events.recv().await {
            Ok(event) => deliver(&event, &destination).await,
            Err(RecvError::Lagged(lost)) => {
                tracing::warn!(lost, "events lost: {} was away too long", destination.url);
            }
            Err(RecvError::Closed) => return,
        }
    }
}

async fn deliver(event: &Value, destination: &Destination) {
    let headers = [("Content-Type", "application/json"), ("X-Api-Key", destination.api_key.as_str())];
    let mut wait = FIRST_RETRY;
    loop {
        match client::send("POST", &destination.url, &headers, event.to_string()).await {
            Ok(answer) if answer.status < 300 => return,
            // Tried again: 401, 407, 409, 429, 5xx as EventBridge does, and 404, which a site gives that is not there yet.
            Ok(answer) if matches!(answer.status, 400 | 403 | 405 | 406 | 408 | 410..=428) => {
                tracing::warn!(status = answer.status, "{} refused an event", destination.url);
                return;
            }
            _ => tokio::time::sleep(wait).await,
        }
        wait = (wait * 2).min(LONGEST_RETRY);
    }
}
