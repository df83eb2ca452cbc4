//! The second look, after the person decided: is exactly what was shown still there?

use greenlight_core::approval::decision::{Block, blocks};
use greenlight_core::approval::dossier::Dossier;
use greenlight_core::approval::pending::{Change, Pending, Recheck, change};
use greenlight_core::approval::policy::Policy;
use greenlight_kit::AwsErrorKind;
use jiff::Timestamp;

use crate::error::Error;
use crate::gather::dossier::{Gate, gather_dossier};
use crate::gather::executions::{gather_execution, gather_executions};
use crate::gather::waiting::{gather_runs, gather_waiting};

/// A pending approval that was seen unchanged after the decision. Only [`recheck`] makes one.
#[derive(Debug)]
pub struct Confirmed(Pending);

impl Confirmed {
    pub(crate) fn into_pending(self) -> Pending {
        self.0
    }
}

/// What the second look says.
#[derive(Debug)]
pub enum Second {
    Same(Confirmed),
    Changed(Change),
    /// The approval still waits, but something new stands against it.
    Blocked(Vec<Block>),
}

/// `accepted` are the blocks that the person saw and overrode; `None` when nothing can block (a rejection).
pub async fn recheck(
    gate: &Gate,
    shown: &Dossier,
    policy: &Policy,
    accepted: Option<&[Block]>,
    clock: impl Fn() -> Timestamp,
) -> Result<Second, Error> {
    let (session, pipeline, pending) = (&gate.session, gate.target.pipeline.as_str(), &shown.pending);
    let (waiting, execution, runs) = futures::join!(
        gather_waiting(session, pipeline, gate.definition.mode),
        gather_execution(session, pipeline, &pending.execution_id),
        gather_runs(session, pipeline, &pending.execution_id),
    );
    let (waiting, execution, runs) = match (waiting, execution, runs) {
        (Ok(waiting), Ok(execution), Ok(runs)) => (waiting, execution, runs),
        // A pipeline cannot be given another name: whoever wants that makes a new one and deletes this.
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) if error.kind == AwsErrorKind::NotFound => {
            tracing::debug!(%error, "the pipeline is gone");
            return Ok(Second::Changed(Change::Renamed { pipeline: pipeline.to_owned() }));
        }
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => return Err(error.into()),
    };
    let status = execution.and_then(|execution| execution.status).map(|status| status.as_str().to_owned());
    let newer = match status.as_deref() {
        Some("Superseded") => superseding(gate, &pending.execution_id).await?,
        _ => None,
    };
    let now = Recheck {
        pending: waiting.bound.pending.clone(),
        run: runs.into_iter().find(|run| run.action_execution_id == pending.action_execution_id),
        execution_status: status,
        newer,
        expires: shown.expires,
    };
    if let Some(change) = change(pending, &now, clock()) {
        return Ok(Second::Changed(change));
    }
    if let Some(accepted) = accepted {
        let fresh =
            Box::pin(gather_dossier(gate, &waiting, pending, clock(), Some(shown.contents.clone()))).await?;
        // What the release changes was shown against what production had then.
        let id = |dossier: &Dossier| dossier.live.get().map(|live| live.execution_id.clone());
        if let (Some(now), before) = (id(&fresh), id(shown))
            && before.as_ref() != Some(&now)
        {
            let shown = before.unwrap_or_else(|| "none".to_owned());
            return Ok(Second::Changed(Change::Production { shown, now }));
        }
        let found = blocks(&fresh, policy, clock());
        let kind = std::mem::discriminant::<Block>;
        let is_new = |block: &Block| match block {
            // The seconds left differ at every look.
            Block::ExpiresSoon { .. } => !accepted.iter().any(|seen| kind(seen) == kind(block)),
            other => !accepted.contains(other),
        };
        let new: Vec<Block> = found.into_iter().filter(is_new).collect();
        if !new.is_empty() {
            return Ok(Second::Blocked(new));
        }
    }
    Ok(Second::Same(Confirmed(pending.clone())))
}

/// The oldest execution that started after the superseded one.
pub async fn superseding(gate: &Gate, execution_id: &str) -> Result<Option<String>, Error> {
    let is_there = |seen: &[crate::gather::executions::Execution]| {
        seen.iter().any(|execution| execution.id == execution_id)
    };
    let executions = gather_executions(&gate.session, &gate.target.pipeline, is_there).await?;
    let later = executions.iter().take_while(|execution| execution.id != execution_id);
    Ok(later
        .filter(|execution| execution.status != "Superseded")
        .last()
        .map(|execution| execution.id.clone()))
}
