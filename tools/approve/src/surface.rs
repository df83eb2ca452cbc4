//! The commands that answer nothing: list, show, watch, completions, man.

use greenlight_core::approval::decision::{Block, refers_to};
use greenlight_core::approval::dossier::Dossier;
use greenlight_core::report::printable;
use greenlight_kit::{Exit, Failure, Format, Interrupt};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::Cli;
use crate::error::Error;
use crate::find::{Found, Place};
use crate::gather::dossier::Gate;
use crate::gather::executions::gather_executions;
use crate::gather::{Summary, gather_definition};
use crate::pace::Pace;
use crate::show::{self, json, text};
use crate::{blocks_of, decide, list as rows, watch as follow};

const SHOW_SCHEMA: &str = "approve-show/1";

pub fn completions(command: &mut clap::Command, shell: clap_complete::Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "approve", &mut script);
    show::out(&String::from_utf8_lossy(&script));
    Exit::Done
}

pub fn man(command: clap::Command) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(|error| Failure::new(Exit::Internal, error))?;
    show::out(&String::from_utf8_lossy(&page));
    Ok(Exit::Done)
}

/// Pipelines of one region are listed together; an alias may bring another region.
pub async fn list(places: &[Place], cli: &Cli) -> Result<Exit, Error> {
    let mut regions: Vec<(&Place, Vec<Summary>)> = Vec::new();
    for place in places {
        let mode = match place.mode {
            Some(mode) => mode,
            None => gather_definition(&place.session, &place.target.pipeline).await?.mode,
        };
        let summary = Summary { name: place.target.pipeline.clone(), mode };
        match regions.iter_mut().find(|(first, _)| first.session.region == place.session.region) {
            Some((_, pipelines)) => pipelines.push(summary),
            None => regions.push((place, vec![summary])),
        }
    }
    let mut exit = Exit::NothingToDo;
    for (place, pipelines) in regions {
        let found = rows::list(&place.session, pipelines, &cli.target, cli.output.format).await;
        if exit != Exit::Done && found != Exit::NothingToDo {
            exit = found;
        }
    }
    Ok(exit)
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    dossier: &'a Dossier,
    blocks: Vec<Block>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    approvals: Vec<Shown<'a>>,
}

pub fn show(found: &Found, format: Format) {
    if format == Format::Json {
        let shown = found
            .candidates
            .iter()
            .map(|candidate| Shown { dossier: &candidate.dossier, blocks: blocks_of(candidate) });
        show::out(&json::line(&Document { schema: SHOW_SCHEMA, approvals: shown.collect() }));
        return;
    }
    for candidate in &found.candidates {
        let (blocks, policy) = (blocks_of(candidate), decide::policy(&candidate.gate));
        show::out(&text::dossier(&candidate.dossier, &blocks, policy, Timestamp::now()));
    }
}

/// The named execution, or the newest that runs.
pub async fn watch(places: &[Place], cli: &Cli, interrupt: &Interrupt) -> Result<Exit, Error> {
    let mut worst = Exit::NothingToDo;
    for place in places {
        let pipeline = place.target.pipeline.as_str();
        let is_wanted = |id: &str, status: &str| match &cli.target.execution {
            Some(wanted) => refers_to(wanted, id),
            None => status == "InProgress",
        };
        let executions = gather_executions(&place.session, pipeline, |seen| {
            seen.iter().any(|execution| is_wanted(&execution.id, &execution.status))
        })
        .await?;
        let Some(execution) = executions.iter().find(|execution| is_wanted(&execution.id, &execution.status))
        else {
            continue;
        };
        show::say(&format!("watching execution {} of {}\n", printable(&execution.id), printable(pipeline)));
        let definition = gather_definition(&place.session, pipeline).await?;
        let gate = Gate::new(
            place.session.clone(),
            place.session.caller().await?,
            place.target.clone(),
            definition,
        )?;
        let mut pace = Pace::new(cli.output.poll);
        let exit = follow::watch(&gate, &execution.id, cli.output.format, &mut pace, interrupt).await?;
        if exit == Exit::Interrupted {
            return Ok(exit);
        }
        if worst == Exit::NothingToDo || exit != Exit::Done {
            worst = exit;
        }
    }
    if worst == Exit::NothingToDo {
        show::say("no execution is running\n");
    }
    Ok(worst)
}
