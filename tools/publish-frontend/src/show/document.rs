//! For programs: one JSON document, keys and lists in a stable order. `doc/publish-frontend.md` describes it.

use greenlight_core::frontend::plan::Why;
use greenlight_core::frontend::{Headers, Plan, Reason};
use serde_json::{Map, Value, json};

use super::{Outcome, Run};
use crate::gather::LeftOut;

/// Version of the format. A field that is added does not change it.
const SCHEMA: &str = "publish-frontend/1";

pub fn document(run: &Run<'_>, outcome: &Outcome<'_>) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("schema", json!(SCHEMA));
    if let Some(plan) = run.plan {
        put("release", json!({"id": plan.release, "sequence": plan.sequence, "restores": plan.restores}));
    }
    let place = &run.place;
    put(
        "target",
        json!({"bucket": place.bucket, "prefix": place.prefix, "distribution_ids": place.distribution_ids}),
    );
    put("applied", json!(matches!(outcome, Outcome::Applied(_))));
    put("summary", summary(run));
    if let Some(plan) = run.plan {
        put("changes", changes(plan, run.left_out));
        put("invalidation_paths", json!(plan.invalidations));
    }
    match outcome {
        Outcome::DryRun => {}
        Outcome::Applied(applied) => {
            let invalidations: Vec<Value> = applied
                .invalidations
                .iter()
                .map(|one| json!({"distribution_id": one.distribution_id, "id": one.id, "completed": one.completed}))
                .collect();
            put("invalidations", json!(invalidations));
            put("verify", json!({"mode": run.verify.name(), "files": applied.verified}));
        }
        Outcome::Failed(failed) => put(
            "error",
            json!({
                "phase": failed.phase, "code": failed.source.code(), "message": failed.source.to_string(),
                "live_state": failed.live_state,
            }),
        ),
    }
    Value::Object(map)
}

fn summary(run: &Run<'_>) -> Value {
    let spent = run.journey.spent();
    let ms: Map<String, Value> = spent
        .iter()
        .map(|(phase, spent)| {
            (phase.name().to_owned(), json!(u64::try_from(spent.as_millis()).unwrap_or(u64::MAX)))
        })
        .collect();
    let mut summary = Map::new();
    if let Some(plan) = run.plan {
        for (key, count) in [
            ("upload", plan.uploads().count()),
            ("unchanged", plan.unchanged.len()),
            ("retained", plan.retained.len()),
            ("delete", plan.deletes.len()),
            ("left_out", run.left_out.len()),
        ] {
            summary.insert(key.to_owned(), json!(count));
        }
        summary.insert("upload_bytes".to_owned(), json!(plan.upload_bytes()));
    }
    summary.insert("requests".to_owned(), json!(run.meter.requests()));
    summary.insert("ms".to_owned(), Value::Object(ms));
    Value::Object(summary)
}

/// In the order of paths, as the text has them.
fn changes(plan: &Plan, left_out: &[LeftOut]) -> Value {
    let uploads = plan.uploads().map(|upload| {
        let file = &upload.file;
        let change = json!({
            "path": file.path, "action": "upload", "reason": reason_name(&upload.reason), "bytes": file.size_bytes,
            "class": file.class, "content_type": file.headers.content_type, "cache_control": file.headers.cache_control,
            "old_content_type": old_headers(&upload.reason).map(|old| &old.content_type),
            "old_cache_control": old_headers(&upload.reason).map(|old| &old.cache_control),
        });
        (&file.path, change)
    });
    let deletes = plan.deletes.iter().map(|delete| {
        let reason = match delete.why {
            Why::Expired => "expired",
            Why::Unknown => "unknown",
        };
        (&delete.path, json!({"path": delete.path, "action": "delete", "reason": reason}))
    });
    let retained = plan
        .retained
        .iter()
        .map(|kept| (&kept.path, json!({"path": kept.path, "action": "retain", "until_s": kept.until_s})));
    let left_out = left_out
        .iter()
        .map(|left| (&left.path, json!({"path": left.path, "action": "leave-out", "reason": left.why})));
    let mut all: Vec<(&String, Value)> = uploads.chain(deletes).chain(retained).chain(left_out).collect();
    all.sort_by(|a, b| a.0.cmp(b.0));
    all.into_iter().map(|(_, change)| change).collect()
}

/// Where the headers are what changes.
fn old_headers(reason: &Reason) -> Option<&Headers> {
    match reason {
        Reason::HeadersChanged { old } => Some(old),
        _ => None,
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
