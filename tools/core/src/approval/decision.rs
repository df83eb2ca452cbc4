//! What stands against an approval, and what the person must type to give it.

use jiff::Timestamp;
use serde::Serialize;

use super::contents::Piece;
use super::dossier::{Dossier, Report};
use super::policy::{FourEyes, Independence, Policy, independence};

/// Less than this before its expiry an approval is not given lightly: the answer may arrive too late.
pub const EXPIRY_MARGIN_SECS: i64 = 5 * 60;
/// How many characters of the commit must be typed to let something into production.
pub const CHALLENGE_CHARS: usize = 4;
/// Shortest commit or execution prefix that `--yes` accepts; git's own abbreviation.
pub const MIN_REFERENCE_CHARS: usize = 7;

/// Why an approval is refused unless it is overridden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    #[error("the validation report is missing: {why}")]
    ReportMissing { why: String },
    #[error("the validation report says {verdict}{}", .reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    ReportFailed { verdict: String, reason: Option<String> },
    #[error("the validation report of deployment {deployment_id} does not belong to this execution")]
    ReportOfAnotherExecution { deployment_id: String },
    #[error("a newer execution waits behind this one: {execution_id}")]
    NewerExecution { execution_id: String },
    #[error("the transition into stage {stage} is disabled{}", .reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    TransitionDisabled { stage: String, reason: Option<String> },
    #[error("the approval expires in {left_secs} s")]
    ExpiresSoon { left_secs: i64 },
    #[error("a freeze holds until {until}: {why}")]
    Freeze { why: String, until: Timestamp },
    #[error("the {} is required and missing: {why}", .piece.as_str())]
    PieceMissing { piece: Piece, why: String },
    #[error("four eyes: {who} wrote commit {sha} and may not approve it")]
    OwnCommit { who: String, sha: String },
    #[error("four eyes: the author of the commit is not known")]
    AuthorUnknown,
    #[error("four eyes: the session name {caller:?} does not say who you are")]
    CallerUnknown { caller: String },
}

/// Everything that stands against approving, in the order in which it is shown.
pub fn blocks(dossier: &Dossier, policy: &Policy, now: Timestamp) -> Vec<Block> {
    let mut blocks = Vec::new();
    match &dossier.report {
        Report::NotConfigured if policy.require.contains(&Piece::Report) => {
            blocks.push(Block::ReportMissing { why: "no report location is configured".to_owned() });
        }
        Report::Missing { why } => blocks.push(Block::ReportMissing { why: why.clone() }),
        Report::Found { deployment_id, belongs: false, .. } => {
            blocks.push(Block::ReportOfAnotherExecution { deployment_id: deployment_id.clone() });
        }
        Report::Found { passed: false, verdict, reason, .. } => {
            blocks.push(Block::ReportFailed { verdict: verdict.clone(), reason: reason.clone() });
        }
        Report::NotConfigured | Report::Found { .. } => {}
    }
    let inbound = dossier.newer.iter().filter(|newer| newer.inbound);
    blocks.extend(inbound.map(|newer| Block::NewerExecution { execution_id: newer.execution_id.clone() }));
    let disabled = dossier.disabled.iter().filter(|transition| transition.ahead);
    blocks.extend(disabled.map(|transition| Block::TransitionDisabled {
        stage: transition.stage.clone(),
        reason: transition.reason.clone(),
    }));
    if let Some(left_secs) = dossier.seconds_left(now).filter(|left| *left < EXPIRY_MARGIN_SECS) {
        blocks.push(Block::ExpiresSoon { left_secs });
    }
    let held = policy.freezes.iter().filter_map(|freeze| Some((freeze, freeze.ends(now)?)));
    blocks.extend(held.map(|(freeze, until)| Block::Freeze { why: freeze.why.clone(), until }));
    blocks.extend(policy.require.iter().filter_map(|piece| {
        let why = dossier.contents.missing(*piece)?;
        Some(Block::PieceMissing { piece: *piece, why })
    }));
    if policy.four_eyes == FourEyes::Deny {
        match independence(&dossier.caller, dossier.commit.get(), &dossier.contents) {
            Independence::Same { who, sha } => blocks.push(Block::OwnCommit { who, sha }),
            Independence::AuthorUnknown => blocks.push(Block::AuthorUnknown),
            Independence::CallerUnknown { caller } => blocks.push(Block::CallerUnknown { caller }),
            Independence::Different => {}
        }
    }
    blocks
}

/// What the person must type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// The first characters of the commit.
    Commit(String),
    /// The commit is not known: the first characters of the execution id.
    Execution(String),
    YesNo,
}

impl Challenge {
    pub fn of(dossier: &Dossier) -> Self {
        let first = |text: &str| text.chars().take(CHALLENGE_CHARS).collect::<String>();
        match dossier.sha().filter(|sha| sha.chars().count() >= CHALLENGE_CHARS) {
            _ if !dossier.production => Self::YesNo,
            Some(sha) => Self::Commit(first(sha)),
            None => Self::Execution(first(&dossier.pending.execution_id)),
        }
    }

    /// Whether what was typed means yes. Nothing else than the exact text does.
    pub fn accepts(&self, typed: &str) -> bool {
        let typed = typed.trim();
        match self {
            Self::Commit(text) | Self::Execution(text) => {
                !text.is_empty() && typed.eq_ignore_ascii_case(text)
            }
            Self::YesNo => typed.eq_ignore_ascii_case("y") || typed.eq_ignore_ascii_case("yes"),
        }
    }
}

/// Whether `wanted` (at least [`MIN_REFERENCE_CHARS`] characters) names `full`.
pub fn refers_to(wanted: &str, full: &str) -> bool {
    wanted.chars().count() >= MIN_REFERENCE_CHARS
        && full.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
