//! Follows an execution through the production stage.

use std::collections::{BTreeMap, BTreeSet};

use greenlight_core::approval::lifecycle::{Moved, Seen};
use greenlight_core::approval::pending::{ActionRun, RunStatus};
use greenlight_core::approval::progress::{Progress, Step, progress, steps};
use greenlight_core::report::printable;
use greenlight_kit::{AwsErrorKind, Exit, Format, Interrupt};
use jiff::Timestamp;
use serde::Serialize;

use crate::error::Error;
use crate::gather::dossier::Gate;
use crate::gather::executions::gather_execution;
use crate::gather::lifecycle::gather_target;
use crate::gather::report::gather_reason;
use crate::gather::waiting::gather_runs;
use crate::pace::Pace;
use crate::recheck::superseding;
use crate::show::text::shown;
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
    Lifecycle {
        schema: &'static str,
        at: Timestamp,
        execution_id: &'a str,
        stage: &'a str,
        action: &'a str,
        deployment_id: &'a str,
        #[serde(flatten)]
        moved: &'a Moved,
        /// Why the hook said no, from its report.
        hook_reason: Option<String>,
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
    let mut deployments = Deployments::default();
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
                if deployments.look(gate, execution_id, &runs, format).await {
                    pace.reset();
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

/// The CodeDeploy deployments of the execution, as far as they were seen.
#[derive(Default)]
struct Deployments {
    seen: BTreeMap<String, Seen>,
    over: BTreeSet<String>,
}

impl Deployments {
    /// Tells what moved since the last look, and whether something did.
    async fn look(&mut self, gate: &Gate, execution_id: &str, runs: &[ActionRun], format: Format) -> bool {
        let mut any = false;
        for run in
            runs.iter().filter(|run| run.category == "Deploy" && run.provider.starts_with("CodeDeploy"))
        {
            let Some(id) = run.external_id.as_deref().filter(|id| !self.over.contains(*id)) else { continue };
            // What was through before the watching began is no news.
            if run.stage != gate.production_stage.name {
                continue;
            }
            if run.status != RunStatus::InProgress {
                self.over.insert(id.to_owned());
            }
            match gather_target(&gate.session, id).await {
                Ok(Some(target)) => {
                    for moved in self.seen.entry(id.to_owned()).or_default().changes(&target) {
                        any = true;
                        let reason = hook_reason(gate, id, &moved).await;
                        tell_moved(execution_id, run, id, &moved, reason, format);
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot see the lifecycle of deployment {id}");
                    if error.kind == AwsErrorKind::AccessDenied {
                        self.over.insert(id.to_owned());
                    }
                }
            }
        }
        any
    }
}

/// CodeDeploy only knows that a hook failed; its report knows why.
async fn hook_reason(gate: &Gate, deployment_id: &str, moved: &Moved) -> Option<String> {
    let Moved::Event { status, .. } = moved else { return None };
    if status != "Failed" {
        return None;
    }
    let location = gate.target.entry.as_ref()?.production_report.as_ref()?;
    gather_reason(&gate.session, location, deployment_id).await
}

fn tell_moved(
    execution_id: &str,
    run: &ActionRun,
    deployment_id: &str,
    moved: &Moved,
    hook_reason: Option<String>,
    format: Format,
) {
    let at = Timestamp::now();
    if format == Format::Json {
        let (stage, action) = (run.stage.as_str(), run.action.as_str());
        let event = Event::Lifecycle {
            schema: SCHEMA,
            at,
            execution_id,
            stage,
            action,
            deployment_id,
            moved,
            hook_reason,
        };
        show::out(&json::line(&event));
        return;
    }
    let text = match moved {
        Moved::Event { name, status, diagnostics } => {
            let why: Vec<String> =
                hook_reason.iter().chain(diagnostics).map(|text| format!("  {}", shown(text))).collect();
            format!("{} {}{}", printable(name), printable(status), why.concat())
        }
        Moved::Traffic { weights } => {
            let shares: Vec<String> = weights
                .iter()
                .map(|(label, percent)| format!("{} {percent:.0} %", printable(label)))
                .collect();
            format!("traffic {}", shares.join(", "))
        }
    };
    let place = format!("{}/{}", printable(&run.stage), printable(&run.action));
    show::out(&format!("{at:.0}  {place:<32}   {text}\n"));
}

fn tell(execution_id: &str, step: &Step, format: Format) {
    match format {
        Format::Json => {
            show::out(&json::line(&Event::Step { schema: SCHEMA, at: Timestamp::now(), execution_id, step }));
        }
        Format::Text => {
            let summary =
                step.summary.as_deref().map(|text| format!("  {}", shown(text))).unwrap_or_default();
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
    let summary =
        |text: &Option<String>| text.as_deref().map(|text| format!(": {}", shown(text))).unwrap_or_default();
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
