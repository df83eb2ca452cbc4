//! `register`: a new revision, but only when it would differ from the newest one.

use std::io::Write as _;

use aws_sdk_ecs::Client;
use greenlight_core::taskdef::compare::canonical;
use greenlight_kit::{AwsFlags, Exit};
use serde_json::{Value as Json, json};

use crate::cli::{self, OutputFormat, RegisterArgs};
use crate::diff::comparable;
use crate::error::RenderError;
use crate::plan::Plan;
use crate::wire::Described;
use crate::{Prepared, Stop, finish, gather, prepare, refuse_offline, show, wire};

/// What is to be done, and the ARN where it is known before.
#[derive(Debug, Clone, PartialEq)]
enum Registration {
    Unchanged { arn: String },
    New,
}

pub(crate) async fn run(args: &RegisterArgs, quiet: bool, aws: &AwsFlags) -> Result<Exit, Stop> {
    refuse_offline(&args.input, "register")?;
    if args.input.images == cli::Images::Placeholder {
        let message = "a revision with placeholders cannot run; register images by digest";
        return Err(RenderError::Usage(message.to_owned()).into());
    }
    let prepared = prepare(&args.input, aws).await?;
    if !prepared.usable() {
        return finish(prepared, quiet, &[]);
    }
    let Prepared { inputs, plan, .. } = &prepared;
    let client = Client::new(&gather::aws::configuration(aws, inputs.deployment.region.as_deref()).await);
    let family = plan.definition.get("family").and_then(Json::as_str).unwrap_or_default();
    let latest = wire::describe(&client, family).await?;
    let registration = decide(plan, latest.as_ref())?;
    show::notes(quiet, inputs, plan);
    let (arn, registered) = match registration {
        Registration::Unchanged { arn } => (Some(arn), false),
        Registration::New if args.dry_run => (None, false),
        Registration::New => (Some(wire::register(&client, &plan.definition).await?), true),
    };
    let text = match (args.input.format, &arn) {
        (OutputFormat::Json, arn) => {
            let would = arn.is_none();
            format!("{:#}\n", json!({"arn": arn, "registered": registered, "would_register": would}))
        }
        (_, Some(arn)) => format!("{arn}\n"),
        (_, None) => String::new(),
    };
    show::answer(&text, arn.as_deref().filter(|_| registered)).map_err(|error| Stop::Told(error.into()))?;
    if !quiet {
        let what = match (&arn, registered) {
            (None, _) => format!("a new revision of {family} would be registered\n"),
            (_, true) => "registered\n".to_owned(),
            (_, false) => "unchanged; nothing was registered\n".to_owned(),
        };
        let _ = anstream::stderr().write_all(what.as_bytes());
    }
    Ok(Exit::Done)
}

fn decide(plan: &Plan, latest: Option<&Described>) -> Result<Registration, RenderError> {
    let Some(latest) = latest else { return Ok(Registration::New) };
    let same = comparable(&latest.definition)? == canonical(&plan.definition);
    Ok(if same { Registration::Unchanged { arn: latest.arn.clone() } } else { Registration::New })
}
