//! Follows an execution through the production stage.

use std::collections::BTreeMap;

use greenlight_core::approval::progress::{Progress, Step, progress, steps};
use greenlight_core::report::printable;
use greenlight_kit::{AwsErrorKind, Exit, Format, Interrupt};
use jiff::Timestamp;
use serde::Serialize;

use crate::error::Error;
use crate::gather::dossier::Gate;
use crate::gather::executions::gather_execution;
use crate::gather::waiting::gather_runs;
use crate::pace::Pace;
use crate::recheck::superseding;
use crate::show::{self, json};

pub const SCHEMA: &str = "approve-watch/1";

/// One line of the JSON form.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event<'a> {
    Step {
        schema: &'static str,
        at: Timestamp,
        execution_id: &'a str,
        #[serde(flatten)]
        step: &'a Step,
    },
    End {
        schema: &'static str,
        at: Timestamp,
        execution_id: &'a str,
        #[serde(flatten)]
        progress: &'a Progress,
        superseded_by: Option<String>,
    },
}

/// Until the production stage is through or the execution ended. Ctrl-C stops the watching only.
pub async fn watch(
    gate: &Gate,
    execution_id: &str,
    format: Format,
    pace: &mut Pace,
    interrupt: &Interrupt,
) -> Result<Exit, Error> {
    let (session, pipeline) = (&gate.session, gate.target.pipeline.as_str());
    let stage = &gate.production_stage;
    let mut seen = BTreeMap::new();
    loop {
        let read = futures::join!(
            gather_runs(session, pipeline, execution_id),
            gather_execution(session, pipeline, execution_id)
        );
        match read {
            (Ok(runs), Ok(execution)) => {
                let changed = steps(&mut seen, &runs);
                if !changed.is_empty() {
                    pace.reset();
                }
                for step in &changed {
                    tell(execution_id, step, format);
                }
                let status = execution.and_then(|execution| execution.status);
                let status = status.as_ref().map_or("", |status| status.as_str());
                let now = progress(&runs, &stage.name, &stage.action_names(), status);
                if now != Progress::Running {
                    return end(gate, execution_id, &now, format).await;
                }
            }
            // The release goes on whether or not it can be seen.
            (Err(error), _) | (_, Err(error))
                if matches!(error.kind, AwsErrorKind::Unavailable | AwsErrorKind::Throttled) =>
            {
                tracing::warn!(%error, "cannot see the pipeline; trying again");
            }
            (Err(error), _) | (_, Err(error)) => return Err(error.into()),
        }
        tokio::select! {
            () = pace.pause() => {}
            () = interrupt.raised() => {
                show::say("stopped watching; the release goes on\n");
                return Ok(Exit::Interrupted);
            }
        }
    }
}

fn tell(execution_id: &str, step: &Step, format: Format) {
    match format {
        Format::Json => {
            show::out(&json::line(&Event::Step { schema: SCHEMA, at: Timestamp::now(), execution_id, step }));
        }
        Format::Text => {
            let summary =
                step.summary.as_deref().map(|text| format!("  {}", printable(text))).unwrap_or_default();
            let place = format!("{}/{}", printable(&step.stage), printable(&step.action));
            show::out(&format!(
                "{:.0}  {place:<32} {}{summary}\n",
                Timestamp::now(),
                printable(&step.status)
            ));
        }
    }
}

async fn end(gate: &Gate, execution_id: &str, progress: &Progress, format: Format) -> Result<Exit, Error> {
    let superseded_by = match progress {
        Progress::Superseded => superseding(gate, execution_id).await?,
        _ => None,
    };
    let summary = |text: &Option<String>| {
        text.as_deref().map(|text| format!(": {}", printable(text))).unwrap_or_default()
    };
    let text = match progress {
        Progress::Deployed => format!("deployed: stage {} succeeded", printable(&gate.production_stage.name)),
        Progress::Failed { stage, action, summary: why } => {
            format!("failed: {}/{}{}", printable(stage), printable(action), summary(why))
        }
        Progress::Superseded => match &superseded_by {
            Some(newer) => format!("superseded by the newer execution {}", printable(newer)),
            None => "superseded by a newer execution".to_owned(),
        },
        Progress::Ended { status } => format!("ended without reaching production: {}", printable(status)),
        Progress::Running => return Ok(Exit::Done),
    };
    match format {
        Format::Text => show::out(&format!("{text}\n")),
        Format::Json => show::out(&json::line(&Event::End {
            schema: SCHEMA,
            at: Timestamp::now(),
            execution_id,
            progress,
            superseded_by,
        })),
    }
    Ok(if *progress == Progress::Deployed { Exit::Done } else { Exit::Negative })
}
