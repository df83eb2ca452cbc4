//! `approve list`: everything that waits, in several regions. What cannot be read is a row.

use futures::stream::{self, BoxStream, StreamExt as _};
use greenlight_core::approval::decision::refers_to;
use greenlight_core::approval::pending::{Bound, Mode, Pending};
use greenlight_core::approval::summary::human_secs;
use greenlight_core::report::printable;
use greenlight_kit::{AwsError, Exit, Format};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::TargetArgs;
use crate::gather::waiting::gather_waiting;
use crate::gather::{gather_definition, pipeline_pages};
use crate::session::Session;
use crate::show::{self, json};

pub const SCHEMA: &str = "approve-list/1";
/// Pipelines of one region that are read at the same time.
const CONCURRENCY: usize = 8;

/// Where pipelines are looked for.
#[derive(Debug, Clone)]
pub struct Area {
    pub session: Session,
    pub which: Which,
}

/// A pipeline whose account cannot be entered.
#[derive(Debug)]
pub struct Closed {
    pub region: String,
    pub pipeline: String,
    pub error: AwsError,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Every pipeline of the region.
    All,
    Named(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub enum Row {
    Waiting {
        region: String,
        pipeline: String,
        stage: String,
        action: String,
        execution_id: String,
        since: Option<Timestamp>,
    },
    /// A token waits whose execution cannot be found.
    Unbound {
        region: String,
        pipeline: String,
        stage: String,
        action: String,
    },
    Broken {
        region: String,
        pipeline: String,
        error: String,
        exit: u8,
    },
    /// The pipelines of a region could not be listed, or not all of them.
    BrokenRegion {
        region: String,
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

/// What came of one pipeline, or of a region's listing.
enum Look {
    Pipeline { region: String, name: String, bound: Result<Bound, AwsError> },
    Region { region: String, error: AwsError },
}

/// In text the rows come as they are found; in JSON there is one document, sorted. `closed` are places that nobody could log in to.
pub async fn list(areas: Vec<Area>, closed: Vec<Closed>, target: &TargetArgs, format: Format) -> Exit {
    let places = areas.len() + closed.len();
    let closed = closed.into_iter().map(|Closed { region, pipeline, error }| Look::Pipeline {
        region,
        name: pipeline,
        bound: Err(error),
    });
    let closed = stream::iter(closed).boxed();
    let mut looks = stream::select_all(std::iter::once(closed).chain(areas.into_iter().map(looks)));
    let (mut all, mut exit, mut read) = (Vec::new(), Exit::NothingToDo, 0_usize);
    while let Some(look) = looks.next().await {
        read += usize::from(matches!(look, Look::Pipeline { .. }));
        let error = match &look {
            Look::Pipeline { bound: Err(error), .. } | Look::Region { error, .. } => Some(error),
            Look::Pipeline { .. } => None,
        };
        // What cannot be read may hide an approval: "nothing pending" would not be true.
        if let (Some(error), Exit::NothingToDo) = (error, exit) {
            exit = error.exit();
        }
        let rows = rows(look, target);
        if rows.iter().any(|row| matches!(row, Row::Waiting { .. } | Row::Unbound { .. })) {
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
        all.sort_by(|left, right| place(left).cmp(&place(right)));
        show::out(&json::line(&Document { schema: SCHEMA, pipelines_read: read, rows: &all }));
    } else {
        let waiting =
            all.iter().filter(|row| matches!(row, Row::Waiting { .. } | Row::Unbound { .. })).count();
        let broken = all.len() - waiting;
        let broken = if broken == 0 { String::new() } else { format!("; {broken} could not be read") };
        show::say(&format!("{waiting} waiting in {read} pipelines of {places} regions{broken}\n"));
    }
    exit
}

/// Pipelines are looked at while later pages of the listing are still on their way.
fn looks(area: Area) -> BoxStream<'static, Look> {
    let Area { session, which } = area;
    let region = session.region.clone();
    let jobs: BoxStream<'static, Result<(String, Option<Mode>), AwsError>> = match which {
        Which::Named(names) => stream::iter(names.into_iter().map(|name| Ok((name, None)))).boxed(),
        Which::All => pipeline_pages(&session)
            .flat_map(|page| {
                let items: Vec<_> = match page {
                    Ok(page) => page.into_iter().map(|one| Ok((one.name, Some(one.mode)))).collect(),
                    Err(error) => vec![Err(error)],
                };
                stream::iter(items)
            })
            .boxed(),
    };
    jobs.map(move |job| {
        let (session, region) = (session.clone(), region.clone());
        async move {
            match job {
                Ok((name, mode)) => {
                    let bound = look(&session, &name, mode).await;
                    Look::Pipeline { region, name, bound }
                }
                Err(error) => Look::Region { region, error },
            }
        }
    })
    .buffer_unordered(CONCURRENCY)
    .boxed()
}

async fn look(session: &Session, pipeline: &str, mode: Option<Mode>) -> Result<Bound, AwsError> {
    let mode = match mode {
        Some(mode) => mode,
        None => gather_definition(session, pipeline).await?.mode,
    };
    Ok(gather_waiting(session, pipeline, mode).await?.bound)
}

fn rows(look: Look, target: &TargetArgs) -> Vec<Row> {
    let (region, pipeline, bound) = match look {
        Look::Region { region, error } => {
            return vec![Row::BrokenRegion { region, exit: error.exit().code(), error: error.to_string() }];
        }
        Look::Pipeline { region, name, bound: Err(error) } => {
            let (exit, error) = (error.exit().code(), error.to_string());
            return vec![Row::Broken { region, pipeline: name, exit, error }];
        }
        Look::Pipeline { region, name, bound: Ok(bound) } => (region, name, bound),
    };
    let wanted = |stage: &str, action: &str| {
        target.stage.as_deref().is_none_or(|wanted| wanted == stage)
            && target.action.as_deref().is_none_or(|wanted| wanted == action)
    };
    let waiting = |pending: Pending| Row::Waiting {
        region: region.clone(),
        pipeline: pipeline.clone(),
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
        region: region.clone(),
        pipeline: pipeline.clone(),
        stage: state.stage,
        action: state.action,
    }));
    rows
}

/// What rows are sorted by.
fn place(row: &Row) -> (&str, &str) {
    match row {
        Row::Waiting { region, pipeline, .. }
        | Row::Unbound { region, pipeline, .. }
        | Row::Broken { region, pipeline, .. } => (region, pipeline),
        Row::BrokenRegion { region, .. } => (region, ""),
    }
}

fn line(row: &Row, now: Timestamp) -> String {
    let (region, pipeline) = place(row);
    let place = format!("{:<14} {:<28}", printable(region), printable(pipeline));
    match row {
        Row::Waiting { stage, action, execution_id, since, .. } => {
            let gate = format!("{}/{}", printable(stage), printable(action));
            let age = since.map_or_else(|| "?".to_owned(), |at| human_secs(now.as_second() - at.as_second()));
            format!("{place} {gate:<24} {:<36} waiting {age}\n", printable(execution_id))
        }
        Row::Unbound { stage, action, .. } => {
            let gate = format!("{}/{}", printable(stage), printable(action));
            format!("{place} {gate:<24} waits, but its execution cannot be found\n")
        }
        Row::Broken { error, .. } => format!("{place} cannot be read: {}\n", printable(error)),
        Row::BrokenRegion { error, .. } => {
            format!("{:<14} its pipelines cannot be listed: {}\n", printable(region), printable(error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_on_their_line() {
        let evil = || "p\u{1b}[2J\n\u{202e}".to_owned();
        let rows = [
            Row::Waiting {
                region: evil(),
                pipeline: evil(),
                stage: evil(),
                action: evil(),
                execution_id: evil(),
                since: None,
            },
            Row::Unbound { region: evil(), pipeline: evil(), stage: evil(), action: evil() },
            Row::Broken { region: evil(), pipeline: evil(), error: evil(), exit: 69 },
            Row::BrokenRegion { region: evil(), error: evil(), exit: 69 },
        ];
        for row in rows {
            let line = line(&row, Timestamp::UNIX_EPOCH);
            assert_eq!(line.matches('\n').count(), 1, "{line:?}");
            assert_eq!(printable(line.trim_end()), line.trim_end());
        }
    }
}
