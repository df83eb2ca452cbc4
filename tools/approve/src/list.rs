//! `approve list`: everything that waits. A pipeline that cannot be read is a row.

use futures::StreamExt as _;
use greenlight_core::approval::decision::refers_to;
use greenlight_core::approval::pending::{Bound, Pending};
use greenlight_core::approval::summary::human_secs;
use greenlight_core::report::printable;
use greenlight_kit::{AwsError, Exit, Format};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::TargetArgs;
use crate::gather::Summary;
use crate::gather::waiting::gather_waiting;
use crate::session::Session;
use crate::show::{self, json};

pub const SCHEMA: &str = "approve-list/1";
/// Pipelines that are read at the same time.
const CONCURRENCY: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub enum Row {
    Waiting {
        pipeline: String,
        stage: String,
        action: String,
        execution_id: String,
        since: Option<Timestamp>,
    },
    /// A token waits whose execution cannot be found.
    Unbound {
        pipeline: String,
        stage: String,
        action: String,
    },
    Broken {
        pipeline: String,
        error: String,
        exit: u8,
    },
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    pipelines_read: usize,
    rows: &'a [Row],
}

/// In text the rows come as they are found; in JSON there is one document, sorted.
pub async fn list(session: &Session, pipelines: Vec<Summary>, target: &TargetArgs, format: Format) -> Exit {
    let pipelines_read = pipelines.len();
    let read = |pipeline: Summary| async move {
        let waiting = gather_waiting(session, &pipeline.name, pipeline.mode).await;
        (pipeline.name, waiting.map(|waiting| waiting.bound))
    };
    let mut found = futures::stream::iter(pipelines).map(read).buffer_unordered(CONCURRENCY);
    let (mut all, mut exit) = (Vec::new(), Exit::NothingToDo);
    while let Some((pipeline, bound)) = found.next().await {
        // A pipeline that cannot be read may hide an approval: "nothing pending" would not be true.
        if let (Err(error), Exit::NothingToDo) = (&bound, exit) {
            exit = error.exit();
        }
        let rows = rows(&pipeline, bound, target);
        if rows.iter().any(|row| !matches!(row, Row::Broken { .. })) {
            exit = Exit::Done;
        }
        if format == Format::Text {
            for row in &rows {
                show::out(&line(row, Timestamp::now()));
            }
        }
        all.extend(rows);
    }
    if format == Format::Json {
        all.sort_by(|left, right| name(left).cmp(name(right)));
        show::out(&json::line(&Document { schema: SCHEMA, pipelines_read, rows: &all }));
    } else if all.is_empty() {
        show::say(&format!(
            "nothing is pending in {pipelines_read} pipelines of {}\n",
            printable(&session.region)
        ));
    }
    exit
}

fn rows(pipeline: &str, bound: Result<Bound, AwsError>, target: &TargetArgs) -> Vec<Row> {
    match bound {
        Err(error) => {
            vec![Row::Broken {
                pipeline: pipeline.to_owned(),
                exit: error.exit().code(),
                error: error.to_string(),
            }]
        }
        Ok(bound) => {
            let wanted = |stage: &str, action: &str| {
                target.stage.as_deref().is_none_or(|wanted| wanted == stage)
                    && target.action.as_deref().is_none_or(|wanted| wanted == action)
            };
            let waiting = |pending: Pending| Row::Waiting {
                pipeline: pipeline.to_owned(),
                stage: pending.stage,
                action: pending.action,
                execution_id: pending.execution_id,
                since: pending.since,
            };
            let unbound = bound.unbound.into_iter().filter(|state| wanted(&state.stage, &state.action));
            let pending = bound.pending.into_iter().filter(|pending| {
                wanted(&pending.stage, &pending.action)
                    && target.execution.as_deref().is_none_or(|id| refers_to(id, &pending.execution_id))
            });
            let mut rows: Vec<Row> = pending.map(waiting).collect();
            rows.extend(unbound.map(|state| Row::Unbound {
                pipeline: pipeline.to_owned(),
                stage: state.stage,
                action: state.action,
            }));
            rows
        }
    }
}

fn name(row: &Row) -> &str {
    match row {
        Row::Waiting { pipeline, .. } | Row::Unbound { pipeline, .. } | Row::Broken { pipeline, .. } => {
            pipeline
        }
    }
}

fn line(row: &Row, now: Timestamp) -> String {
    let pipeline = printable(name(row));
    match row {
        Row::Waiting { stage, action, execution_id, since, .. } => {
            let gate = format!("{}/{}", printable(stage), printable(action));
            let age = since.map_or_else(|| "?".to_owned(), |at| human_secs(now.as_second() - at.as_second()));
            format!("{pipeline:<24} {gate:<24} {:<36} waiting {age}\n", printable(execution_id))
        }
        Row::Unbound { stage, action, .. } => {
            let gate = format!("{}/{}", printable(stage), printable(action));
            format!("{pipeline:<24} {gate:<24} waits, but its execution cannot be found\n")
        }
        Row::Broken { error, .. } => format!("{pipeline:<24} cannot be read: {}\n", printable(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_on_their_line() {
        let row = Row::Broken { pipeline: "p\u{1b}[2J\n".into(), error: "x\r\ny".into(), exit: 69 };
        let line = line(&row, Timestamp::UNIX_EPOCH);
        assert_eq!(line.matches('\n').count(), 1);
        assert!(!line.contains('\u{1b}') && !line.contains('\r'), "{line:?}");
    }
}
