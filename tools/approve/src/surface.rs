//! The commands that answer nothing: list, show, watch, completions, man.

use std::io::IsTerminal as _;

use greenlight_core::approval::decision::{Block, refers_to};
use greenlight_core::approval::dossier::Dossier;
use greenlight_core::report::printable;
use greenlight_kit::{AwsFlags, Exit, Failure, Format, Interrupt};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::Cli;
use crate::config::{Config, Entry};
use crate::error::Error;
use crate::find::{Found, Place, places};
use crate::gather::dossier::Gate;
use crate::gather::executions::gather_executions;
use crate::gather::gather_definition;
use crate::list::{Area, Closed, Which};
use crate::pace::Pace;
use crate::session::Session;
use crate::show::{self, json, text};
use crate::{blocks_of, list as rows, watch as follow};

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

/// The named pipelines; or every pipeline of the regions, and those that the configuration has elsewhere.
pub async fn list(cli: &Cli, config: &Config, regions: &[String]) -> Result<Exit, Error> {
    let (mut areas, mut closed) = (Vec::new(), Vec::new());
    if !cli.target.pipelines.is_empty() {
        for place in places(&cli.aws, config, &cli.target.pipelines).await? {
            areas.push(Area { session: place.session, which: Which::Named(vec![place.target.pipeline]) });
        }
        return Ok(rows::list(areas, closed, &cli.target, cli.output.format).await);
    }
    let wanted: Vec<Option<String>> =
        if regions.is_empty() { vec![None] } else { regions.iter().cloned().map(Some).collect() };
    for region in wanted {
        let flags = AwsFlags { region: region.or_else(|| cli.aws.region.clone()), ..cli.aws.clone() };
        areas.push(Area { session: Session::open(&flags, None).await?, which: Which::All });
    }
    let covered: Vec<String> = areas.iter().map(|area| area.session.region.clone()).collect();
    let elsewhere = |entry: &&Entry| {
        let region = entry.region.as_ref().is_some_and(|region| !covered.contains(region));
        region || entry.profile.is_some() || entry.role_arn.is_some()
    };
    let entries = config.pipelines.values().filter(|_| regions.is_empty()).filter(elsewhere);
    for entry in entries {
        let pipeline = entry.pipeline.to_string();
        match Session::open(&cli.aws, Some(entry)).await {
            Ok(session) => areas.push(Area { session, which: Which::Named(vec![pipeline]) }),
            Err(Error::Aws(error)) => {
                let region = entry.region.clone().unwrap_or_default();
                closed.push(Closed { region, pipeline, error });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(rows::list(areas, closed, &cli.target, cli.output.format).await)
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
        let (blocks, policy) = (blocks_of(candidate), &candidate.gate.target.policy);
        let links = std::io::stdout().is_terminal();
        show::out(&text::dossier(&candidate.dossier, &blocks, policy, Timestamp::now(), links));
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
            None,
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
