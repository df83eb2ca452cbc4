//! `fault`: makes AWS calls fail on purpose.

use std::path::Path;

use greenlight_kit::{Exit, Failure};

use super::say;
use crate::cli::Fault;
use crate::client;

#[derive(Debug, thiserror::Error)]
#[error("the fault was refused: {0}")]
struct Refused(String);

pub async fn run(state: &Path, fault: &Fault) -> Result<Exit, Failure> {
    let daemon = super::running(state).await?;
    let (method, body) = match fault {
        Fault::Add { json } => ("POST", json.clone()),
        Fault::List => ("GET", String::new()),
        Fault::Clear => ("DELETE", String::new()),
    };
    let url = format!("{}/_local/faults", daemon.endpoint_url);
    let answer = client::send(method, &url, &[], body)
        .await
        .map_err(|error| Failure::new(Exit::Unavailable, error))?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if answer.status != 200 {
        return Err(
            Failure::new(Exit::Usage, Refused(text)).hint("`local-pipeline fault add --help` has an example")
        );
    }
    if matches!(fault, Fault::List) {
        say(&text);
    }
    Ok(Exit::Done)
}
