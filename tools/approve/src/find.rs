//! From the command line to the approvals that are meant.

use std::path::Path;

use futures::StreamExt as _;
use greenlight_core::approval::decision::refers_to;
use greenlight_core::approval::dossier::Dossier;
use greenlight_core::approval::pending::Mode;
use greenlight_core::report::printable;
use greenlight_kit::{AwsErrorKind, AwsFlags, Exit};
use jiff::Timestamp;

use crate::cli::TargetArgs;
use crate::config::Config;
use crate::error::Error;
use crate::gather::dossier::{Gate, gather_dossier};
use crate::gather::waiting::{Waiting, gather_waiting};
use crate::gather::{gather_definition, gather_pipelines};
use crate::names::{self, Target};
use crate::session::Session;
use crate::show;

/// Pipelines that are read at the same time.
const CONCURRENCY: usize = 8;

/// A pipeline that was asked for, with the clients for its region.
#[derive(Debug, Clone)]
pub struct Place {
    pub session: Session,
    pub target: Target,
    /// Known when it came from a listing.
    pub mode: Option<Mode>,
}

/// Nothing named means every pipeline of the region.
pub async fn places(flags: &AwsFlags, config: &Config, wanted: &[String]) -> Result<Vec<Place>, Error> {
    let aliases: Option<Vec<Target>> = wanted.iter().map(|name| names::alias(config, name)).collect();
    if let Some(targets) = aliases.filter(|targets| !targets.is_empty()) {
        let mut places = Vec::new();
        for target in targets {
            let session = Session::open(flags, target.entry.as_ref()).await?;
            places.push(Place { session, target, mode: None });
        }
        return Ok(places);
    }
    let general = Session::open(flags, None).await?;
    let pipelines = gather_pipelines(&general).await?;
    if wanted.is_empty() {
        let place = |pipeline: crate::gather::Summary| Place {
            session: general.clone(),
            // Two aliases for it: neither is taken, so it counts as production.
            target: names::configured(config, &pipeline.name)
                .unwrap_or_else(|_| Target::new(config, &pipeline.name, None)),
            mode: Some(pipeline.mode),
        };
        return Ok(pipelines.into_iter().map(place).collect());
    }
    let all: Vec<String> = pipelines.into_iter().map(|pipeline| pipeline.name).collect();
    let mut places = Vec::new();
    for name in wanted {
        let target = names::resolve(config, &all, name)?;
        let session = match &target.entry {
            Some(entry) => Session::open(flags, Some(entry)).await?,
            None => general.clone(),
        };
        places.push(Place { session, target, mode: None });
    }
    Ok(places)
}

/// One approval that is meant.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub gate: Gate,
    pub dossier: Dossier,
}

#[derive(Debug, Default)]
pub struct Found {
    pub candidates: Vec<Candidate>,
    /// What waits but is not what `--execution` or `--commit` name.
    pub others: Vec<Dossier>,
    /// Why a pipeline could not be read, when several were.
    pub broken: Option<Exit>,
}

pub async fn candidates(
    places: &[Place],
    wanted: &TargetArgs,
    checkout: Option<&Path>,
) -> Result<Found, Error> {
    let mut found = Found::default();
    let reads = places.iter().map(|place| async move { (place, look(place).await) });
    let mut looks = futures::stream::iter(reads).buffered(CONCURRENCY);
    while let Some((place, looked)) = looks.next().await {
        match looked {
            Ok(waiting) => collect(place, &waiting, wanted, checkout, &mut found).await?,
            Err(Error::Aws(error)) if places.len() > 1 && error.kind != AwsErrorKind::Credentials => {
                let name = printable(&place.target.pipeline);
                show::say(&format!("{name} cannot be read: {}\n", printable(&error.to_string())));
                found.broken = Some(error.exit());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn look(place: &Place) -> Result<Waiting, Error> {
    let (session, pipeline) = (&place.session, place.target.pipeline.as_str());
    let mode = match place.mode {
        Some(mode) => mode,
        None => gather_definition(session, pipeline).await?.mode,
    };
    Ok(gather_waiting(session, pipeline, mode).await?)
}

async fn collect(
    place: &Place,
    waiting: &Waiting,
    wanted: &TargetArgs,
    checkout: Option<&Path>,
    found: &mut Found,
) -> Result<(), Error> {
    let at_gate = |stage: &str, action: &str| {
        wanted.stage.as_deref().is_none_or(|name| name == stage)
            && wanted.action.as_deref().is_none_or(|name| name == action)
    };
    if let Some(unbound) = waiting.bound.unbound.iter().find(|state| at_gate(&state.stage, &state.action)) {
        return Err(Error::Unbound {
            pipeline: printable(&place.target.pipeline),
            stage: printable(&unbound.stage),
            action: printable(&unbound.action),
        });
    }
    let pending: Vec<_> =
        waiting.bound.pending.iter().filter(|pending| at_gate(&pending.stage, &pending.action)).collect();
    if pending.is_empty() {
        return Ok(());
    }
    let definition = gather_definition(&place.session, &place.target.pipeline).await?;
    let caller = place.session.caller().await?;
    let gate = Gate::new(place.session.clone(), caller, place.target.clone(), definition, checkout)?;
    for pending in pending {
        let dossier = Box::pin(gather_dossier(&gate, waiting, pending, Timestamp::now(), None)).await?;
        let execution = wanted.execution.as_deref().is_none_or(|id| refers_to(id, &pending.execution_id));
        let commit =
            wanted.commit.as_deref().is_none_or(|sha| dossier.sha().is_some_and(|full| refers_to(sha, full)));
        if execution && commit {
            found.candidates.push(Candidate { gate: gate.clone(), dossier });
        } else {
            found.others.push(dossier);
        }
    }
    Ok(())
}
