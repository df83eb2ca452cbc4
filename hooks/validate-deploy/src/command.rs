//! The commands for people and builds.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use greenlight_core::hook::config::Checked;
use greenlight_core::hook::event::{self, HookEvent};
use greenlight_core::hook::template::Variable;
use greenlight_core::hook::verdict::{ReasonCode, Verdict};
use greenlight_kit::{Exit, Failure, Interrupt};
use serde_json::Value;

use crate::cli::{Cli, Command, ExplainArgs, HookArgs, ReportFormat, RunArgs};
use crate::error::{HandlerError, Stop};
use crate::gather::Aws;
use crate::judge::trial::{self, Blue, Under};
use crate::judge::{self, Outcome};
use crate::probe::Probe;
use crate::record::{Audience, Record};
use crate::report::Reporter;
use crate::{config, iam, native, show};

/// How long a replayed hook may take: as long as a function.
const HOOK_LIMIT: Duration = Duration::from_mins(15);

/// The JSON Schema of the configuration; a test keeps it in step with the model.
pub const SCHEMA: &str = include_str!("../schema.json");

pub async fn run(cli: Cli) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen();
    tokio::select! {
        result = dispatch(cli) => result,
        () = interrupt.raised() => Ok(Exit::Interrupted),
    }
}

async fn dispatch(cli: Cli) -> Result<Exit, Failure> {
    match cli.command {
        Command::Run(args) => run_url(args).await,
        Command::Hook(args) => hook(args).await,
        Command::Check(args) => check(&args.file),
        Command::Explain(args) => explain(&args),
        Command::Schema => print(SCHEMA),
    }
}

async fn run_url(args: RunArgs) -> Result<Exit, Failure> {
    let text = config::read(&args.config).map_err(configuration)?;
    let mut checked = config::parse(&text).map_err(configuration)?;
    let record = Record::new(Audience::Person, None);
    record.set_config(&checked.hash, None);
    record.set_url(args.url.as_str());
    expect_version(args.expect_version.as_deref(), &mut checked, &record)?;
    if !args.url.username().is_empty() || args.url.password().is_some() {
        let message = "--url holds a user name or a password";
        let hint = "put them into the headers of the checks, as ${secret:ssm:/path} or ${env:NAME}";
        return Err(Failure::new(Exit::Usage, message).hint(hint));
    }
    let config = &checked.config;
    let needs_aws = !checked.secrets.is_empty()
        || config.alarms.is_some()
        || config.target.ca.as_deref().is_some_and(config::is_in_aws);
    let aws = if needs_aws { Some(Aws::load(&args.aws).await) } else { None };
    if let Some(aws) = &aws {
        config::resolve_secrets(&mut checked, aws, &record).await.map_err(stopped)?;
    }
    let ca = match &aws {
        Some(aws) => config::certificates(&checked, aws).await,
        None => config::local_certificates(&checked),
    };
    let (ca, host) = (ca.map_err(stopped)?, config::host(&checked).map_err(configuration)?);
    let probe =
        Probe::new(args.url.clone(), std::collections::BTreeMap::new(), host.as_deref(), ca.as_deref());
    let probe = probe.map_err(|error| Failure::new(Exit::Configuration, error))?;
    let under = Under {
        checked: &checked,
        targets: usize::from(args.targets),
        blue: Blue::Unknown,
        dns_name: args.url.host_str().unwrap_or_default(),
        host: host.as_deref(),
        ca: ca.as_deref(),
        served_at: None,
    };
    let work = trial::run(&probe, &under, aws.as_ref(), &record);
    let outcome = match tokio::time::timeout(Duration::from_secs(args.timeout), work).await {
        Ok(Ok(())) => Outcome::passed(),
        Ok(Err(stop)) => Outcome::failed(stop),
        Err(_) => {
            Outcome::failed(Stop::new(ReasonCode::OutOfTime, format!("not done after {} s", args.timeout)))
        }
    };
    conclude(&record, &outcome, args.format)
}

/// Without a version, a configuration that does no more than name it loses that check, which is said.
fn expect_version(version: Option<&str>, checked: &mut Checked, record: &Record) -> Result<(), Failure> {
    if let Some(version) = version {
        record.set_expected_version(version);
        checked.values.insert(Variable::Version, version.to_owned());
        return Ok(());
    }
    if checked.needs_version {
        let stop = Stop::new(ReasonCode::ConfigInvalid, "the configuration uses ${version}");
        return Err(configuration(stop).hint("pass --expect-version"));
    }
    if checked.config.identity.as_ref().is_some_and(|identity| identity.expect.contains("${version}")) {
        tracing::warn!("no --expect-version: which version answers is not checked");
        checked.config.identity = None;
    }
    Ok(())
}

async fn hook(args: HookArgs) -> Result<Exit, Failure> {
    let event = read_event(&args.event)?;
    let ids = match event {
        HookEvent::CodeDeploy(ids) => ids,
        HookEvent::EcsNative(event) => {
            let answer = native::answer(&event, crate::watchdog::Deadline::after(HOOK_LIMIT)).await;
            print(&format!("{answer}\n"))?;
            return Ok(match answer.get("hookStatus").and_then(Value::as_str) {
                Some("SUCCEEDED") => Exit::Done,
                Some("IN_PROGRESS") => Exit::TimedOut,
                _ => Exit::Negative,
            });
        }
    };
    let record = Record::new(Audience::Person, Some(ids.deployment_id.clone()));
    let work = judge::judge(&ids.deployment_id, &args.aws, &record);
    let outcome = tokio::time::timeout(HOOK_LIMIT, work).await;
    let outcome =
        outcome.unwrap_or_else(|_| Outcome::failed(Stop::new(ReasonCode::OutOfTime, "ran out of time")));
    if let (true, Outcome::Verdict { verdict, reason, message }) = (args.report, &outcome) {
        let reporter = Reporter::new(&args.aws).await;
        reporter.store(&record.report(*verdict, *reason, message), record.location()).await;
        let end = Instant::now() + Duration::from_secs(30);
        reporter.deliver(&ids, *verdict, end).await.map_err(undelivered)?;
    }
    conclude(&record, &outcome, args.format)
}

fn read_event(path: &Path) -> Result<HookEvent, Failure> {
    let malformed =
        |error: String| Failure::new(Exit::MalformedInput, format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| malformed(error.to_string()))?;
    let event: Value = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    event::parse(&event).map_err(|error| malformed(error.to_string()))
}

fn conclude(record: &Record, outcome: &Outcome, format: ReportFormat) -> Result<Exit, Failure> {
    record.end_live();
    let Outcome::Verdict { verdict, reason, message } = outcome else {
        print("the lifecycle event is not in progress any more: nothing to answer\n")?;
        return Ok(Exit::NothingToDo);
    };
    let report = record.report(*verdict, *reason, message);
    print(&match format {
        ReportFormat::Text => show::text(&report),
        ReportFormat::Json => show::json(&report),
        ReportFormat::Junit => show::junit(&report),
    })?;
    Ok(match (verdict, reason) {
        (Verdict::Succeeded, _) => Exit::Done,
        (_, ReasonCode::OutOfTime) => Exit::TimedOut,
        (_, ReasonCode::ConfigInvalid) => Exit::Configuration,
        (_, ReasonCode::AwsDenied) => Exit::Denied,
        (_, ReasonCode::AwsUnavailable) => Exit::Unavailable,
        (_, ReasonCode::Panicked) => Exit::Internal,
        _ => Exit::Negative,
    })
}

fn check(path: &Path) -> Result<Exit, Failure> {
    let text = config::read(path).map_err(configuration)?;
    let checked = config::parse(&text).map_err(configuration)?;
    let identity = if checked.config.identity.is_some() { "identity and " } else { "" };
    let count = checked.config.checks.len();
    print(&format!("{}: {identity}{count} checks, sha256 {}\n", path.display(), checked.hash))
}

fn explain(args: &ExplainArgs) -> Result<Exit, Failure> {
    if args.iam {
        let checked = match &args.config {
            Some(file) => {
                Some(config::read(file).and_then(|text| config::parse(&text)).map_err(configuration)?)
            }
            None => None,
        };
        let policy = iam::policy(checked.as_ref());
        return print(&format!("{policy:#}\n"));
    }
    let wanted = args.code.as_deref().map(|code| code.to_ascii_uppercase().replace('-', "_"));
    let known =
        ReasonCode::ALL.iter().filter(|code| wanted.as_deref().is_none_or(|wanted| wanted == code.as_str()));
    let texts: Vec<String> =
        known.map(|code| format!("{}\n  {}\n  {}\n", code.as_str(), code.meaning(), code.advice())).collect();
    if texts.is_empty() {
        let message = format!("unknown reason code {}", args.code.as_deref().unwrap_or_default());
        return Err(Failure::new(Exit::Usage, message).hint("`validate-deploy explain` lists all of them"));
    }
    print(&texts.join("\n"))
}

fn print(text: &str) -> Result<Exit, Failure> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Internal, error))
        }
        _ => Ok(Exit::Done),
    }
}

fn configuration(stop: Stop) -> Failure {
    Failure::new(Exit::Configuration, stop.message)
}

fn stopped(stop: Stop) -> Failure {
    let exit = match stop.reason {
        ReasonCode::AwsDenied => Exit::Denied,
        ReasonCode::ConfigInvalid => Exit::Configuration,
        _ => Exit::Unavailable,
    };
    Failure::new(exit, stop.message)
}

fn undelivered(error: HandlerError) -> Failure {
    let exit = match &error {
        HandlerError::Deliver { error, .. } => error.exit(),
        _ => Exit::Internal,
    };
    Failure::new(exit, error)
}
