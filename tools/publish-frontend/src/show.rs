//! Show: the plan and the result, as text and as JSON.

use std::fmt::Write as _;

use greenlight_core::frontend::Plan;
use greenlight_core::frontend::invalidation::FREE_PATHS_A_MONTH;
use greenlight_core::frontend::plan::{Reason, Upload};
use greenlight_core::report::printable;
use serde_json::{Value, json};

use crate::apply::Applied;
use crate::error::Failed;

/// Version of the JSON.
const SCHEMA: &str = "publish-frontend/1";

/// One sorted line a change, then totals.
pub fn text(plan: &Plan) -> String {
    let mut lines: Vec<(String, String)> =
        plan.uploads().map(|upload| (upload.file.path.clone(), line(upload))).collect();
    lines.extend(plan.deletes.iter().map(|path| (path.clone(), format!("- {}", printable(path)))));
    lines.extend(plan.retained.iter().map(|kept| {
        let until =
            jiff::Timestamp::from_second(kept.until_s).unwrap_or_default().strftime("%Y-%m-%d").to_string();
        (kept.path.clone(), format!("r {}  (retained until {until})", printable(&kept.path)))
    }));
    lines.sort();
    let mut out = String::new();
    for (_, line) in lines {
        let _ = writeln!(out, "{line}");
    }
    for path in &plan.invalidations {
        let _ = writeln!(out, "i {path}");
    }
    let _ = writeln!(
        out,
        "{} to upload ({}), {} unchanged, {} retained, {} to delete, {} path(s) to invalidate (the first {FREE_PATHS_A_MONTH} a month are free)",
        plan.uploads().count(),
        bytes(plan.upload_bytes()),
        plan.unchanged.len(),
        plan.retained.len(),
        plan.deletes.len(),
        plan.invalidations.len(),
    );
    out
}

fn line(upload: &Upload) -> String {
    let file = &upload.file;
    let (path, size) = (printable(&file.path), bytes(file.size_bytes));
    match &upload.reason {
        Reason::New => format!("+ {path}  {size}"),
        Reason::ContentChanged { old_bytes } => format!("~ {path}  {} → {size}", bytes(*old_bytes)),
        Reason::HeadersChanged { old } => {
            let new = &file.headers;
            let mut changes = Vec::new();
            if old.content_type != new.content_type {
                changes.push(format!("{} → {}", old.content_type, new.content_type));
            }
            if old.cache_control != new.cache_control {
                changes.push(format!("{} → {}", old.cache_control, new.cache_control));
            }
            format!("m {path}  ({})", changes.join("; "))
        }
        Reason::NotOurs => format!("~ {path}  {size} (the bucket has another object)"),
        Reason::Missing => format!("+ {path}  {size} (missing in the bucket)"),
        Reason::Forced => format!("~ {path}  {size} (forced)"),
    }
}

fn reason_name(reason: &Reason) -> &'static str {
    match reason {
        Reason::New => "new",
        Reason::ContentChanged { .. } => "content-changed",
        Reason::HeadersChanged { .. } => "headers-changed",
        Reason::NotOurs => "not-ours",
        Reason::Missing => "missing",
        Reason::Forced => "forced",
    }
}

/// The result as one document.
pub fn json(target: &str, plan: Option<&Plan>, outcome: Result<Option<&Applied>, &Failed>) -> Value {
    let mut document = json!({"schema": SCHEMA, "target": target});
    let Some(map) = document.as_object_mut() else { return document };
    if let Some(plan) = plan {
        let changes: Vec<Value> = plan
            .uploads()
            .map(|upload| {
                json!({
                    "path": upload.file.path, "action": "upload", "reason": reason_name(&upload.reason),
                    "bytes": upload.file.size_bytes, "class": upload.file.class,
                })
            })
            .chain(plan.deletes.iter().map(|path| json!({"path": path, "action": "delete"})))
            .chain(
                plan.retained
                    .iter()
                    .map(|kept| json!({"path": kept.path, "action": "retain", "until_s": kept.until_s})),
            )
            .collect();
        map.insert("release".into(), json!({"id": plan.release, "sequence": plan.sequence}));
        map.insert(
            "summary".into(),
            json!({
                "upload": plan.uploads().count(), "upload_bytes": plan.upload_bytes(), "unchanged": plan.unchanged.len(),
                "retained": plan.retained.len(), "delete": plan.deletes.len(),
            }),
        );
        map.insert("changes".into(), json!(changes));
        map.insert("invalidation_paths".into(), json!(plan.invalidations));
    }
    match outcome {
        Ok(None) => map.insert("applied".into(), json!(false)),
        Ok(Some(applied)) => {
            let invalidations: Vec<Value> = applied
                .invalidations
                .iter()
                .map(|one| json!({"distribution_id": one.distribution_id, "id": one.id}))
                .collect();
            map.insert("invalidations".into(), json!(invalidations));
            map.insert("verified_files".into(), json!(applied.verified));
            map.insert("applied".into(), json!(true))
        }
        Err(failed) => map.insert(
            "error".into(),
            json!({
                "phase": failed.phase, "code": failed.source.code(), "message": failed.source.to_string(),
                "live_state": failed.live_state,
            }),
        ),
    };
    document
}

/// A size for people.
fn bytes(size: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    for (unit, factor) in UNITS {
        if size >= factor {
            let tenths = size / (factor / 10);
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{size} B")
}
