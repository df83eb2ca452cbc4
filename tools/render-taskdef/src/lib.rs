//! Writes taskdef.json, appspec.yaml and imageDetail.json from the templates beside an application, and refuses what ECS or
//! CodeDeploy would refuse minutes later.
//!
//! Files and AWS are read in `gather`, decided on in `plan` and in `greenlight_core::taskdef`, printed in `show`, written in `apply`.
//! This crate must not change anything in AWS.

pub mod apply;
pub mod cli;
pub mod error;
pub mod gather;
pub mod plan;
pub mod settings;
pub mod show;

use std::path::Path;

use greenlight_kit::{AwsFlags, Exit, Failure, logging};

use cli::{Cli, Command, Images, InputArgs};
use plan::{Inputs, Observed, Plan};

/// Runs one command line to its end.
pub async fn run(cli: Cli) -> Result<Exit, Failure> {
    logging::init(&cli.common);
    let quiet = cli.common.quiet;
    match cli.command {
        None => render(&cli.render, quiet, &cli.aws).await,
        Some(Command::Render(args)) => render(&args, quiet, &cli.aws).await,
        Some(Command::Check(input)) => {
            let (inputs, plan) = prepare(&input, &cli.aws).await?;
            show::report(&input, quiet, &inputs, &plan, &[]);
            Ok(plan.exit())
        }
        Some(Command::Explain { rule }) => show::explain(rule.as_deref()),
    }
}

async fn render(args: &cli::RenderArgs, quiet: bool, aws: &AwsFlags) -> Result<Exit, Failure> {
    let (inputs, plan) = prepare(&args.input, aws).await?;
    let written = if args.dry_run { Vec::new() } else { write(&plan, &args.out)? };
    show::report(&args.input, quiet, &inputs, &plan, &written);
    Ok(plan.exit())
}

/// Writes only what a plan without errors holds.
fn write(plan: &Plan, out: &Path) -> Result<Vec<String>, Failure> {
    match plan.files() {
        Some(files) => Ok(apply::write_all(out, files)?),
        None => Ok(Vec::new()),
    }
}

async fn prepare(input: &InputArgs, aws: &AwsFlags) -> Result<(Inputs, Plan), Failure> {
    let inputs = gather::inputs(input)?;
    let asked = plan::parameters(&inputs);
    let parameters = if input.offline {
        plan::not_asked(asked)
    } else {
        gather::parameters(aws, inputs.environment.region.as_deref(), asked).await?
    };
    let mut observed = Observed { parameters, ..Observed::default() };
    if input.images == Images::Digest && !input.offline {
        observed.images = gather::images(aws, plan::ecr_images(&inputs, &observed)).await?;
    }
    let plan = plan::plan(&inputs, &observed)?;
    Ok((inputs, plan))
}
