//! `approve list` over 1,000 pipelines in each of two regions, at the rate of the API, beside the AWS CLI in a loop.
//!
//! The time is the API's: what is measured is how little a tool adds to it. The AWS CLI is asked for some pipelines only, one after
//! the other and eight at a time, because all of them take a quarter of an hour; the whole is worked out and said to be.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use local_pipeline::names::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};
use serde_json::Value;

use crate::api::{Api, Calls};
use crate::bar::{self, Bar};
use crate::cli::List;
use crate::error::BenchError;
use crate::heading::Heading;
use crate::machine::as_f64;
use crate::measure::{Invocation, Ran, Usage};
use crate::statistics::Spread;
use crate::table::Table;
use crate::{document, say};

const REGIONS: [&str; 2] = ["eu-central-1", "us-east-1"];
/// Approvals that wait in each region.
const WAITING: u32 = 10;
/// So much longer than the rate alone allows may it take.
const MAX_OVERHEAD: f64 = 1.15;
/// Somebody who looks at the terminal sees that it works.
const MAX_FIRST_ROW_S: f64 = 2.0;

struct Sample {
    usage: Usage,
    calls: Calls,
    first_row: Duration,
}

/// The AWS CLI over some pipelines.
struct Loop {
    name: &'static str,
    pipelines: u32,
    usage: Usage,
}

pub fn run(options: &List) -> Result<(), BenchError> {
    if !options.binary.is_file() {
        return Err(BenchError::NotBuilt(options.binary.clone()));
    }
    let heading = Heading::now();
    let mut api = Api::start(options.pipelines, WAITING, options.per_second)?;
    let folder = tempfile::tempdir().map_err(BenchError::io("make a folder"))?;
    let mut samples = Vec::new();
    for run in 0..options.runs {
        let sample = approve(options, &mut api, folder.path())?;
        say(&format!("approve list, run {}: {:.1} s", run + 1, sample.usage.wall.as_secs_f64()));
        samples.push(sample);
    }
    let aws = options.peers.join("bin/aws");
    let mut loops = Vec::new();
    if options.cli_pipelines > 0 && aws.is_file() {
        for (name, at_once) in [("AWS CLI in a loop", 1), ("AWS CLI, 8 at a time", 8)] {
            let one = cli(options, &mut api, &aws, folder.path(), name, at_once)?;
            say(&format!("{name}: {} pipelines in {:.1} s", one.pipelines, one.usage.wall.as_secs_f64()));
            loops.push(one);
        }
    }
    let text = render(options, &samples, &loops, &heading);
    crate::print(&text);
    match &options.document {
        Some(file) => document::write(file, "list", &text),
        None => Ok(()),
    }
}

fn environment(api: &Api) -> Vec<(String, String)> {
    [
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
        ("AWS_ENDPOINT_URL", &api.url),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        // The kind of retries that waits for a rate, for both.
        ("AWS_RETRY_MODE", "adaptive"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn approve(options: &List, api: &mut Api, folder: &Path) -> Result<Sample, BenchError> {
    api.begin()?;
    let program = options.binary.canonicalize().map_err(BenchError::io("find approve"))?;
    let regions = REGIONS.join(",");
    let environment = environment(api);
    let invocation = |format: &str| Invocation {
        program: program.clone(),
        arguments: ["list", "--regions", &regions, "--format", format].map(str::to_owned).to_vec(),
        environment: environment.clone(),
        folder: folder.to_owned(),
    };
    let Ran { usage, output } = invocation("json").run()?;
    let calls = api.calls()?;
    check(options, usage, &output)?;
    api.begin()?;
    let first_row = first_row(&invocation("text"))?;
    Ok(Sample { usage, calls, first_row })
}

/// Every approval is there, and nothing else.
fn check(options: &List, usage: Usage, output: &str) -> Result<(), BenchError> {
    let there = REGIONS.len() * usize::try_from(WAITING).unwrap_or_default();
    let list: Value = serde_json::from_str(output.trim()).unwrap_or_default();
    let rows = list.get("rows").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let found = rows.iter().filter(|row| row.get("row").and_then(Value::as_str) == Some("waiting")).count();
    let read = list.get("pipelines_read").and_then(Value::as_u64);
    let whole = read == Some(u64::from(options.pipelines) * as_u64(REGIONS.len()));
    if usage.exit == Some(0) && whole && found == there && rows.len() == there {
        return Ok(());
    }
    Err(BenchError::WrongRows { found, there, output: output.to_owned() })
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// From the start to the first line on stdout. The rest is not waited for.
fn first_row(invocation: &Invocation) -> Result<Duration, BenchError> {
    let started = Instant::now();
    let mut child = Command::new(&invocation.program)
        .args(&invocation.arguments)
        .env_clear()
        .envs(invocation.environment.iter().cloned())
        .env("HOME", &invocation.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(BenchError::io("start approve"))?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line).map_err(BenchError::io("read the first row"))?;
    }
    let took = started.elapsed();
    child.kill().map_err(BenchError::io("end approve"))?;
    child.wait().map_err(BenchError::io("end approve"))?;
    Ok(took)
}

/// What people run: the names, then a program for each of them.
fn cli(
    options: &List,
    api: &mut Api,
    aws: &Path,
    folder: &Path,
    name: &'static str,
    at_once: u32,
) -> Result<Loop, BenchError> {
    api.begin()?;
    let aws = aws.canonicalize().map_err(BenchError::io("find the AWS CLI"))?;
    let pipelines = options.cli_pipelines.min(options.pipelines);
    let script = format!(
        "set -eo pipefail; \"$0\" codepipeline list-pipelines --query 'pipelines[].[name]' --output text > names; \
         head -n {pipelines} names | xargs -P {at_once} -I NAME \"$0\" codepipeline get-pipeline-state --name NAME --output text \
         --query \"stageStates[].actionStates[?latestExecution.token].[actionName, latestExecution.token]\""
    );
    let arguments = vec!["-c".to_owned(), script, aws.display().to_string()];
    let program = Path::new("/bin/bash").to_owned();
    let ran =
        Invocation { program, arguments, environment: environment(api), folder: folder.to_owned() }.run()?;
    if ran.usage.exit != Some(0) {
        return Err(BenchError::ToolFailed {
            tool: name.to_owned(),
            scenario: format!("{pipelines} pipelines"),
            exit: ran.usage.exit.map_or_else(|| "by a signal".to_owned(), |code| format!("exit {code}")),
            output: ran.output,
        });
    }
    Ok(Loop { name, pipelines, usage: ran.usage })
}

fn render(options: &List, samples: &[Sample], loops: &[Loop], heading: &Heading) -> String {
    let of = |value: fn(&Sample) -> f64| Spread::of(samples.iter().map(value)).unwrap_or_default();
    let (wall, cpu) = (of(|s| s.usage.wall.as_secs_f64()), of(|s| s.usage.cpu.as_secs_f64()));
    let (memory, first) = (of(|s| as_f64(s.usage.peak_rss_bytes) / 1e6), of(|s| s.first_row.as_secs_f64()));
    let (answered, throttled) = (of(|s| as_f64(s.calls.answered)), of(|s| as_f64(s.calls.throttled)));
    let least_s = least(options, answered.median);
    let all = f64::from(options.pipelines) * as_f64(as_u64(REGIONS.len()));
    let mut out = heading.render(options.runs);
    let _ = write!(
        out,
        "- API: {} pipelines in each of {} regions, {WAITING} of them wait; {} calls a second in each region, then ThrottlingException\n\
         - The rate alone needs {least_s:.1} s for the {:.0} calls that approve makes\n\n",
        options.pipelines,
        REGIONS.len(),
        options.per_second,
        answered.median,
    );
    let range = |spread: &Spread, decimals: usize| {
        format!("{:.decimals$} ({:.decimals$}–{:.decimals$})", spread.median, spread.least, spread.most)
    };
    let mut table = Table::new(["", "pipelines", "wall s", "CPU s", "peak MB", "all pipelines, s", "×"]);
    table.row([
        "approve list".into(),
        format!("{all:.0}"),
        range(&wall, 1),
        range(&cpu, 2),
        range(&memory, 1),
        format!("{:.0}", wall.median),
        "1.0".into(),
    ]);
    for one in loops {
        let whole = one.usage.wall.as_secs_f64() / f64::from(one.pipelines.max(1)) * all;
        table.row([
            one.name.into(),
            one.pipelines.to_string(),
            format!("{:.1}", one.usage.wall.as_secs_f64()),
            format!("{:.2}", one.usage.cpu.as_secs_f64()),
            format!("{:.1}", as_f64(one.usage.peak_rss_bytes) / 1e6),
            format!("{whole:.0} (worked out)"),
            format!("{:.1}", whole / wall.median.max(f64::EPSILON)),
        ]);
    }
    out.push_str(&table.render());
    let _ = write!(
        out,
        "\nThrottled calls of approve: {}. First row after {} s.\n\n{}",
        range(&throttled, 0),
        range(&first, 2),
        bars(wall.median, least_s, first.most, loops, all)
    );
    out
}

/// What `approve list` promises, and whether this run kept it.
fn bars(wall_s: f64, least_s: f64, first_row_s: f64, loops: &[Loop], all: f64) -> String {
    let bar = |what: &str, value: f64, limit: f64| Bar {
        what: what.to_owned(),
        value: Some(value),
        limit,
        decimals: 2,
    };
    let mut bars = vec![
        bar("wall / what the rate alone needs", wall_s / least_s.max(f64::EPSILON), MAX_OVERHEAD),
        bar("first row, s (worst)", first_row_s, MAX_FIRST_ROW_S),
    ];
    let whole = |one: &Loop| one.usage.wall.as_secs_f64() / f64::from(one.pipelines.max(1)) * all;
    if let Some(fastest) = loops.iter().map(whole).min_by(f64::total_cmp) {
        bars.push(bar("wall / the faster loop's", wall_s / fastest.max(f64::EPSILON), 1.0));
    }
    bar::table(&bars)
}

/// Each region's calls at its rate, less what the full bucket gives at once.
fn least(options: &List, calls: f64) -> f64 {
    let of_region = calls / as_f64(as_u64(REGIONS.len()));
    ((of_region - f64::from(options.per_second)) / f64::from(options.per_second)).max(0.0)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::least;
    use crate::cli::{Cli, Command};

    #[test]
    fn the_rate_sets_the_time() {
        let cli = Cli::try_parse_from(["greenlight-bench", "list", "--per-second", "20"]).unwrap();
        let Command::List(options) = cli.command else { unreachable!() };
        assert!((least(&options, 2_040.0) - 50.0).abs() < 1e-9);
        assert!(least(&options, 10.0).abs() < 1e-9);
    }
}
