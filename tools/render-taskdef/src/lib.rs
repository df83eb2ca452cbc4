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

use std::time::Duration;

use aws_config::SdkConfig;
use greenlight_core::taskdef::online::{Obstacle, Skipped, Unknown};
use greenlight_kit::{AwsError, AwsFlags, Exit, Failure, logging};

use cli::{Cli, Command, InputArgs, OutputFormat};
use error::RenderError;
use plan::{Inputs, Observed, Plan};

/// Runs one command line to its end.
pub async fn run(cli: Cli) -> Result<Exit, Failure> {
    logging::init(&cli.common);
    let format = cli.format();
    match command(cli).await {
        Ok(exit) => Ok(exit),
        Err(Stop::Told(failure)) => Err(failure),
        Err(Stop::Untold(failure)) => {
            // Whoever reads the document must not find an empty one.
            if format == OutputFormat::Json {
                show::failure(&failure)?;
            }
            Err(failure)
        }
    }
}

/// Why a command ended early.
pub(crate) enum Stop {
    /// The document on stdout says so already.
    Told(Failure),
    Untold(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Untold(failure)
    }
}

impl From<RenderError> for Stop {
    fn from(error: RenderError) -> Self {
        Self::Untold(error.into())
    }
}

impl From<AwsError> for Stop {
    fn from(error: AwsError) -> Self {
        Self::Untold(error.into())
    }
}

async fn command(cli: Cli) -> Result<Exit, Stop> {
    let quiet = cli.common.quiet;
    match cli.command {
        None => render(&cli.render, quiet, &cli.aws).await,
        Some(Command::Render(args)) => render(&args, quiet, &cli.aws).await,
        Some(Command::Check(input)) => {
            let prepared = prepare(&input, &cli.aws).await?;
            finish(prepared, quiet, &[])
        }
        Some(Command::Diff(args)) => diff::run(&args, quiet, &cli.aws).await,
        Some(Command::Register(args)) => register::run(&args, quiet, &cli.aws).await,
        Some(Command::Explain { rule }) => Ok(show::explain(rule.as_deref())?),
    }
}

async fn render(args: &cli::RenderArgs, quiet: bool, aws: &AwsFlags) -> Result<Exit, Stop> {
    let keeps = !args.dry_run;
    if keeps {
        apply::refuse_the_templates(&args.input.dir, &args.out)?;
    }
    let prepared = prepare(&args.input, aws).await?;
    if keeps {
        refuse_unjudged(&prepared.inputs)?;
    }
    let files = prepared.plan.files().filter(|_| keeps && prepared.failed.is_none());
    let written = match files {
        Some(files) => apply::write_all(&args.out, files)?,
        None => Vec::new(),
    };
    finish(prepared, quiet, &written)
}

/// What files, AWS and the rules say together.
pub(crate) struct Prepared {
    pub inputs: Inputs,
    pub plan: Plan,
    /// What kept AWS from answering what had to be known. The findings are all that can be said without.
    pub failed: Option<Failure>,
    pub input: InputArgs,
}

impl Prepared {
    /// Whether the result may be used.
    pub fn usable(&self) -> bool {
        self.failed.is_none() && self.plan.files().is_some()
    }
}

/// Prints the result of one run and ends it.
pub(crate) fn finish(prepared: Prepared, quiet: bool, written: &[String]) -> Result<Exit, Stop> {
    let Prepared { inputs, plan, failed, input } = prepared;
    // What cannot be printed cannot be printed a second time.
    let told = show::report(&input, quiet, &inputs, &plan, (written, failed.as_ref()));
    told.map_err(|error| Stop::Told(error.into()))?;
    match failed {
        Some(failure) => Err(Stop::Told(failure)),
        None => Ok(plan.exit()),
    }
}

/// With `--require-online` everything must have been asked and answered; with a gate on scans, every image and its scan.
fn confirmed(inputs: &Inputs, plan: &Plan) -> Result<(), RenderError> {
    let gated = !inputs.gate.is_open();
    // What is outside of ECR is listed; AWS cannot be asked about it.
    let all = inputs.require_online;
    let counts = |one: &&Skipped| (all && one.obstacle != Obstacle::OutsideEcr) || (gated && one.gated);
    let open: Vec<&Skipped> = plan.skipped.iter().filter(counts).collect();
    if open.is_empty() {
        return Ok(());
    }
    let denied = |obstacle| !matches!(obstacle, Obstacle::Throttled | Obstacle::Unavailable);
    let denied = open.iter().any(|skipped| denied(skipped.obstacle));
    if gated && open.iter().any(|one| one.gated) {
        let count = open.iter().filter(|one| one.gated).count();
        return Err(RenderError::NotJudged { count, denied });
    }
    Err(RenderError::NotConfirmed { count: open.len(), denied })
}

/// Gates that render.toml sets and `--offline` takes away: what is checked may do without, what is written may not.
fn refuse_unjudged(inputs: &Inputs) -> Result<(), RenderError> {
    if inputs.unjudged.is_empty() {
        return Ok(());
    }
    let gates = inputs.unjudged.iter().map(|one| one.what.as_str()).collect::<Vec<_>>().join(" and ");
    Err(RenderError::Usage(format!("render.toml sets the {gates}, which --offline cannot judge")))
}

pub(crate) async fn prepare(input: &InputArgs, aws: &AwsFlags) -> Result<Prepared, Failure> {
    let mut inputs = gather::inputs(input)?;
    if inputs.require_online && inputs.deployment.region.is_none() {
        // Without render.toml nobody says where to ask but the command line.
        inputs.deployment.region = aws.region.clone();
    }
    let (observed, mut failed) = if input.offline {
        (plan::unanswered(&inputs, None), None)
    } else {
        let limit = Duration::from_secs(input.online_timeout);
        if let Ok(answered) = tokio::time::timeout(limit, Box::pin(observe(&inputs, aws))).await {
            answered
        } else {
            let detail = format!("AWS did not answer within {} s", input.online_timeout);
            let unknown = Unknown { obstacle: Obstacle::Unavailable, detail };
            let failure = RenderError::TimedOut(input.online_timeout).into();
            (plan::unanswered(&inputs, Some(&unknown)), Some(failure))
        }
    };
    let plan = plan::plan(&inputs, &observed)?;
    failed = failed.or_else(|| confirmed(&inputs, &plan).err().map(Failure::from));
    Ok(Prepared { inputs, plan, failed, input: input.clone() })
}

/// Asks AWS; what templates need first, then everything else at once. Loads no configuration when there is nothing to ask.
async fn observe(inputs: &Inputs, aws: &AwsFlags) -> (Observed, Option<Failure>) {
    let mut config: Option<SdkConfig> = None;
    let region = inputs.deployment.region.as_deref();
    let names = plan::parameters(inputs);
    let mut observed = Observed::default();
    let mut failed = None;
    if !names.is_empty() {
        let config = config.insert(gather::aws::configuration(aws, region).await);
        (observed.parameters, failed) = gather::aws::parameters(config, names).await;
    }
    let (images, questions) = plan::questions(inputs, &observed.parameters);
    if !images.images.is_empty() || !questions.is_empty() {
        let config = match config {
            Some(config) => config,
            None => gather::aws::configuration(aws, region).await,
        };
        let account = inputs.deployment.account.as_deref();
        let (online, error) = gather::aws::online(&config, &images, &questions, account).await;
        observed.online = online;
        failed = failed.or(error);
    }
    (observed, failed.map(Failure::from))
}

/// Commands that speak with ECS themselves cannot be offline.
fn refuse_offline(input: &InputArgs, command: &str) -> Result<(), RenderError> {
    if input.offline {
        return Err(RenderError::Usage(format!("{command} asks ECS; --offline is not possible")));
    }
    Ok(())
}
