//! Writes taskdef.json, appspec.yaml and imageDetail.json from the templates beside an application, and refuses what ECS or
//! CodeDeploy would refuse minutes later.
//!
//! Files and AWS are read in `gather`, decided on in `plan` and in `greenlight_core::taskdef`, printed in `show`, written in `apply`
//! and `register`. Only `register` changes anything in AWS.

pub mod apply;
pub mod cli;
pub mod diff;
pub mod error;
pub mod gather;
pub mod plan;
pub mod register;
pub mod settings;
pub mod show;
pub mod wire;

use std::path::Path;
use std::time::Duration;

use aws_config::SdkConfig;
use greenlight_core::taskdef::online::Obstacle;
use greenlight_kit::{AwsFlags, Exit, Failure, logging};

use cli::{Cli, Command, InputArgs};
use error::RenderError;
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
            confirmed(&inputs, &plan)?;
            Ok(plan.exit())
        }
        Some(Command::Diff(args)) => diff::run(&args, quiet, &cli.aws).await,
        Some(Command::Register(args)) => register::run(&args, quiet, &cli.aws).await,
        Some(Command::Explain { rule }) => show::explain(rule.as_deref()),
    }
}

async fn render(args: &cli::RenderArgs, quiet: bool, aws: &AwsFlags) -> Result<Exit, Failure> {
    let (inputs, plan) = prepare(&args.input, aws).await?;
    let confirmed = confirmed(&inputs, &plan);
    let written = if args.dry_run || confirmed.is_err() { Vec::new() } else { write(&plan, &args.out)? };
    show::report(&args.input, quiet, &inputs, &plan, &written);
    confirmed?;
    Ok(plan.exit())
}

/// Writes only what a plan without errors holds.
fn write(plan: &Plan, out: &Path) -> Result<Vec<String>, Failure> {
    match plan.files() {
        Some(files) => Ok(apply::write_all(out, files)?),
        None => Ok(Vec::new()),
    }
}

/// With `--require-online`, everything must have been asked and answered.
fn confirmed(inputs: &Inputs, plan: &Plan) -> Result<(), RenderError> {
    if !inputs.require_online || plan.skipped.is_empty() {
        return Ok(());
    }
    let denied = |obstacle| !matches!(obstacle, Obstacle::Throttled | Obstacle::Unavailable);
    let denied = plan.skipped.iter().any(|skipped| denied(skipped.obstacle));
    Err(RenderError::NotConfirmed { count: plan.skipped.len(), denied })
}

async fn prepare(input: &InputArgs, aws: &AwsFlags) -> Result<(Inputs, Plan), Failure> {
    let inputs = gather::inputs(input)?;
    let observed = if input.offline {
        Observed { parameters: plan::not_asked(plan::parameters(&inputs)), ..Observed::default() }
    } else {
        let limit = Duration::from_secs(input.online_timeout);
        let asked = tokio::time::timeout(limit, Box::pin(observe(&inputs, aws))).await;
        asked.map_err(|_| RenderError::TimedOut(input.online_timeout))??
    };
    let plan = plan::plan(&inputs, &observed)?;
    Ok((inputs, plan))
}

/// Asks AWS; what templates need first, then everything else at once. Loads no configuration when there is nothing to ask.
async fn observe(inputs: &Inputs, aws: &AwsFlags) -> Result<Observed, Failure> {
    let mut config: Option<SdkConfig> = None;
    let region = inputs.deployment.region.as_deref();
    let names = plan::parameters(inputs);
    let mut observed = Observed::default();
    if !names.is_empty() {
        let config = config.insert(gather::aws::configuration(aws, region).await);
        observed.parameters = gather::aws::parameters(config, names).await?;
    }
    let (images, questions) = plan::questions(inputs, &observed.parameters);
    if !images.images.is_empty() || !questions.is_empty() {
        let config = match config {
            Some(config) => config,
            None => gather::aws::configuration(aws, region).await,
        };
        let account = inputs.deployment.account.as_deref();
        observed.online = gather::aws::online(&config, &images, &questions, account).await?;
    }
    Ok(observed)
}

/// Commands that speak with ECS themselves cannot be offline.
fn refuse_offline(input: &InputArgs, command: &str) -> Result<(), RenderError> {
    if input.offline {
        return Err(RenderError::Usage(format!("{command} asks ECS; --offline is not possible")));
    }
    Ok(())
}
