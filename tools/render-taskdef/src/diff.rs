//! `diff`: how the rendered definition differs from one that ECS has.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use aws_sdk_ecs::Client;
use greenlight_core::report::printable;
use greenlight_core::taskdef::compare::{Change, Shown, canonical, changes};
use greenlight_core::taskdef::json;
use greenlight_core::taskdef::model::Model;
use greenlight_core::taskdef::normalise::normalise;
use greenlight_kit::{AwsFlags, Exit, Failure};
use serde_json::{Value as Json, json};

use crate::cli::{DiffArgs, OutputFormat};
use crate::error::RenderError;
use crate::gather;
use crate::plan::Inputs;
use crate::wire::{self, Described};
use crate::{Prepared, Stop, finish, prepare, refuse_offline, show};

pub(crate) async fn run(args: &DiffArgs, quiet: bool, aws: &AwsFlags) -> Result<Exit, Stop> {
    refuse_offline(&args.input, "diff")?;
    let prepared = prepare(&args.input, aws).await?;
    if !prepared.usable() {
        return finish(prepared, quiet, &[]);
    }
    let Prepared { inputs, plan, .. } = &prepared;
    let client = Client::new(&gather::aws::configuration(aws, inputs.deployment.region.as_deref()).await);
    let described = find(&client, &args.against, inputs, &plan.definition).await?;
    let before = described.as_ref().map_or_else(|| Ok(Json::Null), |found| comparable(&found.definition))?;
    let reveal: BTreeSet<String> = args.show_env.iter().cloned().collect();
    let found = changes(&before, &canonical(&plan.definition), &reveal);
    show::notes(quiet, inputs, plan);
    let against = described.map_or_else(|| "no revision yet".to_owned(), |found| found.arn);
    let text = match args.input.format {
        OutputFormat::Text => text(&against, &found),
        OutputFormat::Json => format!("{:#}\n", data(&against, &found)),
        OutputFormat::Github => github(&against, &found),
    };
    show::answer(&text, None).map_err(|error| Stop::Told(error.into()))?;
    Ok(if args.exit_code && !found.is_empty() { Exit::Negative } else { Exit::Done })
}

/// What ECS has, cleaned as an export is, in the form for comparing.
pub fn comparable(described: &Json) -> Result<Json, RenderError> {
    let model = Model::bundled().map_err(RenderError::Model)?;
    let Ok(mut node) = json::parse(&described.to_string(), 0) else { return Ok(Json::Null) };
    normalise(&mut node, &model.read_only);
    Ok(canonical(&node.to_json()))
}

async fn find(
    client: &Client,
    against: &str,
    inputs: &Inputs,
    rendered: &Json,
) -> Result<Option<Described>, Failure> {
    let name = match against {
        "latest" => rendered.get("family").and_then(Json::as_str).unwrap_or_default().to_owned(),
        "running" => {
            let deployment = &inputs.deployment;
            let Some(((cluster, _), (service, _))) =
                deployment.cluster.as_ref().zip(deployment.service.as_ref())
            else {
                let message = "--against running needs cluster and service of the environment in render.toml";
                return Err(RenderError::Usage(message.to_owned()).into());
            };
            match gather::aws::running(client, cluster, service).await? {
                Some(arn) => arn,
                None => {
                    return Err(RenderError::NothingThere(format!("the service {cluster}/{service}")).into());
                }
            }
        }
        other => {
            return match wire::describe(client, other).await? {
                Some(found) => Ok(Some(found)),
                None => Err(RenderError::NothingThere(format!("the revision {other}")).into()),
            };
        }
    };
    Ok(wire::describe(client, &name).await?)
}

fn sign(change: &Change) -> char {
    match (&change.before, &change.after) {
        (None, _) => '+',
        (_, None) => '-',
        _ => '~',
    }
}

fn text(against: &str, found: &[Change]) -> String {
    let mut out = String::new();
    for change in found {
        let _ = write!(out, "{} /{}", sign(change), printable(&change.path));
        let side = |shown: &Shown| printable(&shown.to_string());
        let _ = match (&change.before, &change.after) {
            (Some(before), Some(after)) => writeln!(out, ": {} → {}", side(before), side(after)),
            (Some(one), None) | (None, Some(one)) => writeln!(out, ": {}", side(one)),
            (None, None) => writeln!(out),
        };
    }
    let count = match found.len() {
        0 => "no difference".to_owned(),
        1 => "1 difference".to_owned(),
        count => format!("{count} differences"),
    };
    let _ = writeln!(out, "{count} to {}", printable(against));
    out
}

fn data(against: &str, found: &[Change]) -> Json {
    let one = |change: &Change| json!({"pointer": change.pointer, "path": change.path, "before": change.before, "after": change.after});
    json!({"against": against, "changes": found.iter().map(one).collect::<Vec<_>>()})
}

/// Workflow commands; <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions> (2026-11).
fn github(against: &str, found: &[Change]) -> String {
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let lines = text(against, found);
    lines.lines().map(|line| format!("::notice title=render-taskdef diff::{}\n", escape(line))).collect()
}
