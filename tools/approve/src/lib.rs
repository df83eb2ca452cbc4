//! `approve`: answers `CodePipeline`'s manual approval gate, knowing exactly what it lets through.
//!
//! What may be approved is decided in `greenlight_core::approval`. Here is what reads, shows, asks and sends.

pub mod apply;
pub mod audit;
pub mod cli;
pub mod config;
pub mod credentials;
pub mod decide;
pub mod error;
pub mod find;
pub mod gather;
pub mod list;
pub mod names;
pub mod pace;
pub mod prompt;
pub mod recheck;
pub mod session;
pub mod show;
mod surface;
pub mod watch;

use std::time::Instant;

use clap::CommandFactory as _;
use greenlight_core::approval::decision::{MIN_REFERENCE_CHARS, blocks};
use greenlight_core::report::printable;
use greenlight_kit::{AwsErrorKind, Exit, Failure, Interrupt};

use crate::apply::Verdict;
use crate::audit::Audit;
use crate::cli::{ApproveArgs, Cli, Command};
use crate::config::Config;
use crate::credentials::Login;
use crate::decide::{Outcome, Wish, decide, tell};
use crate::error::Error;
use crate::find::{Found, Place, candidates, places};
use crate::pace::Pace;

pub async fn run(cli: Cli) -> Result<Exit, Failure> {
    check(&cli)?;
    match &cli.command {
        Some(Command::Completions { shell }) => Ok(surface::completions(&mut Cli::command(), *shell)),
        Some(Command::Man) => surface::man(Cli::command()),
        _ => connected(&cli).await,
    }
}

/// An error of credentials says what to run.
async fn connected(cli: &Cli) -> Result<Exit, Failure> {
    let config = Config::load(cli.output.config.as_deref()).map_err(Error::from)?;
    let error = match act(cli, &config).await {
        Ok(exit) => return Ok(exit),
        Err(error) => error,
    };
    let login = Login::of(&cli.aws, &config, &cli.target.pipelines);
    let hint = match &error {
        Error::Aws(aws) | Error::NotTaken(aws) | Error::Unclear(aws) => credentials::hint(aws, &login).await,
        _ => None,
    };
    let failure = Failure::from(error);
    Err(match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    })
}

/// What clap cannot say.
fn check(cli: &Cli) -> Result<(), Error> {
    if cli.command.is_some() && cli.approve != ApproveArgs::default() {
        let flag = match &cli.approve {
            ApproveArgs { message: Some(_), .. } => "message",
            ApproveArgs { yes: true, .. } => "yes",
            ApproveArgs { override_why: Some(_), .. } => "override",
            ApproveArgs { wait: Some(_), .. } => "wait",
            ApproveArgs { watch: true, .. } => "watch",
            _ => "no-watch",
        };
        return Err(Error::FlagWithCommand(flag));
    }
    for (flag, value) in [("--execution", &cli.target.execution), ("--commit", &cli.target.commit)] {
        if let Some(value) = value.as_ref().filter(|value| value.chars().count() < MIN_REFERENCE_CHARS) {
            return Err(Error::ShortReference { flag, value: printable(value) });
        }
    }
    let is_answer = matches!(cli.command, None | Some(Command::Reject(_)));
    match yes(cli) {
        true if cli.target.execution.is_none() && cli.target.commit.is_none() => Err(Error::Blind),
        false if is_answer && !prompt::is_possible() => Err(Error::NoTerminal),
        _ => Ok(()),
    }
}

fn yes(cli: &Cli) -> bool {
    match &cli.command {
        None => cli.approve.yes,
        Some(Command::Reject(reject)) => reject.yes,
        Some(_) => false,
    }
}

async fn act(cli: &Cli, config: &Config) -> Result<Exit, Error> {
    let interrupt = Interrupt::listen();
    if let Some(Command::List(list)) = &cli.command {
        return surface::list(cli, config, &list.regions).await;
    }
    let places = places(&cli.aws, config, &cli.target.pipelines).await?;
    match &cli.command {
        Some(Command::Show) => show_all(&places, cli).await,
        Some(Command::Watch) => surface::watch(&places, cli, &interrupt).await,
        _ => answer(&places, cli, &interrupt).await,
    }
}

async fn show_all(places: &[Place], cli: &Cli) -> Result<Exit, Error> {
    let found = candidates(places, &cli.target, cli.output.checkout.as_deref()).await?;
    surface::show(&found, cli.output.format);
    if found.candidates.is_empty() { Ok(nothing(&found)) } else { Ok(Exit::Done) }
}

async fn answer(places: &[Place], cli: &Cli, interrupt: &Interrupt) -> Result<Exit, Error> {
    let audit = Audit::at(cli.output.audit.as_deref())?;
    let found = match wait_for(places, cli, interrupt).await? {
        Ok(found) => found,
        Err(exit) => return Ok(exit),
    };
    let wish = wish(cli);
    let mut worst = Exit::Done;
    let total = found.candidates.len();
    for (index, candidate) in found.candidates.iter().enumerate() {
        if total > 1 {
            show::say(&format!("\n{} of {total}\n", index + 1));
        }
        let ask = async |question: String| prompt::ask(&question, interrupt).await;
        let outcome = decide(&candidate.gate, &candidate.dossier, &wish, &audit, ask).await?;
        tell(&candidate.dossier, &outcome, wish.format);
        let mut exit = outcome.exit();
        let follow = !cli.approve.no_watch && (cli.approve.watch || (prompt::is_possible() && !wish.yes));
        if follow && matches!(outcome, Outcome::Approved { .. }) {
            let execution = &candidate.dossier.pending.execution_id;
            exit = watch::watch(
                &candidate.gate,
                execution,
                wish.format,
                &mut Pace::new(cli.output.poll),
                interrupt,
            )
            .await?;
            // The approval itself was given; only the watching stopped.
            if exit == Exit::Interrupted {
                exit = Exit::Done;
            }
        }
        if outcome == Outcome::Interrupted {
            return Ok(exit);
        }
        if exit != Exit::Done {
            worst = exit;
        }
    }
    Ok(worst)
}

fn wish(cli: &Cli) -> Wish {
    let (verdict, message, override_why) = match &cli.command {
        Some(Command::Reject(reject)) => (Verdict::Rejected, Some(reject.message.clone()), None),
        _ => (Verdict::Approved, cli.approve.message.clone(), cli.approve.override_why.clone()),
    };
    Wish { verdict, message, yes: yes(cli), override_why, pause: cli.output.poll, format: cli.output.format }
}

/// Looks until something waits, as long as `--wait` allows.
async fn wait_for(places: &[Place], cli: &Cli, interrupt: &Interrupt) -> Result<Result<Found, Exit>, Error> {
    let started = Instant::now();
    let mut pace = Pace::new(cli.output.poll);
    loop {
        let found = match candidates(places, &cli.target, cli.output.checkout.as_deref()).await {
            // Whoever waits for half an hour does not give up for one lost connection.
            Err(Error::Aws(error)) if cli.approve.wait.is_some() && is_passing(error.kind) => {
                tracing::warn!(%error, "cannot see the pipeline; trying again");
                Found::default()
            }
            found => found?,
        };
        if !found.candidates.is_empty() {
            return Ok(Ok(found));
        }
        let Some(limit) = cli.approve.wait else { return Ok(Err(nothing(&found))) };
        let left = limit.saturating_sub(started.elapsed());
        if left.is_zero() {
            show::say("timed out: nothing to approve appeared\n");
            return Ok(Err(Exit::TimedOut));
        }
        tokio::select! {
            () = pace.pause() => {}
            () = tokio::time::sleep(left) => {}
            () = interrupt.raised() => return Ok(Err(Exit::Interrupted)),
        }
    }
}

const fn is_passing(kind: AwsErrorKind) -> bool {
    matches!(kind, AwsErrorKind::Unavailable | AwsErrorKind::Throttled)
}

/// Why there is nothing to answer.
fn nothing(found: &Found) -> Exit {
    for dossier in &found.others {
        let commit = dossier.sha().map_or_else(|| "not known".to_owned(), printable);
        let (pipeline, execution) = (printable(&dossier.pipeline), printable(&dossier.pending.execution_id));
        show::say(&format!("what waits in {pipeline} is commit {commit}, execution {execution}\n"));
    }
    if !found.others.is_empty() {
        return Exit::Negative;
    }
    if found.broken.is_none() {
        show::say("nothing is pending\n");
    }
    found.broken.unwrap_or(Exit::NothingToDo)
}

/// What stands against each candidate, for `approve show`.
pub(crate) fn blocks_of(candidate: &find::Candidate) -> Vec<greenlight_core::approval::decision::Block> {
    blocks(&candidate.dossier, &candidate.gate.target.policy, jiff::Timestamp::now())
}
