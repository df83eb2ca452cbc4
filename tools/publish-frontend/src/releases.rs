//! `publish-frontend releases`: what is live, and what can be put back.

use greenlight_core::frontend::Manifest;
use greenlight_core::frontend::release::Past;
use greenlight_core::report::printable;
use greenlight_kit::{Exit, Failure, Format};
use serde_json::{Value, json};

use crate::cli::{Cli, Releases};
use crate::gather::bucket::Encryption;
use crate::print;
use crate::session::connect;

/// Version of the JSON.
const SCHEMA: &str = "publish-frontend-releases/1";

pub async fn run(cli: &Cli, options: &Releases) -> Result<Exit, Failure> {
    let (bucket, _, _) = connect(cli, &options.target, Encryption::default()).await;
    let live = bucket.manifest().await?.map(|(manifest, _)| manifest);
    match options.target.format {
        Format::Json => print(&format!("{:#}\n", document(live.as_ref()))),
        Format::Text => print(&text(live.as_ref())),
    }
    Ok(Exit::Done)
}

/// Newest first.
fn newest_first(live: Option<&Manifest>) -> impl Iterator<Item = &Past> {
    live.into_iter().flat_map(|manifest| manifest.history.iter().rev())
}

fn document(live: Option<&Manifest>) -> Value {
    let releases: Vec<Value> = newest_first(live)
        .map(|past| {
            json!({
                "sequence": past.sequence, "release": past.release, "published_s": past.published_s, "files": past.files,
                "restores": past.restores, "live": live.is_some_and(|live| live.sequence == past.sequence),
            })
        })
        .collect();
    json!({"schema": SCHEMA, "releases": releases})
}

fn text(live: Option<&Manifest>) -> String {
    let lines: String = newest_first(live)
        .map(|past| {
            let mark = if live.is_some_and(|live| live.sequence == past.sequence) { "*" } else { " " };
            let published = jiff::Timestamp::from_second(past.published_s).unwrap_or_default();
            let restores =
                past.restores.map(|sequence| format!(", put back from {sequence}")).unwrap_or_default();
            let release = printable(&past.release);
            format!("{mark} {:>4}  {published}  {release}  {} files{restores}\n", past.sequence, past.files)
        })
        .collect();
    if lines.is_empty() { "nothing was published here yet\n".to_owned() } else { lines }
}
