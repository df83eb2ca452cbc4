//! render-taskdef beside what else tells a good task definition from a bad one without asking AWS: ten containers, from the
//! start of the process to its end.

mod job;

use std::fmt::Write as _;
use std::path::Path;

use crate::bar::{self, Bar};
use crate::cli::Render;
use crate::error::BenchError;
use crate::heading::Heading;
use crate::machine::as_f64;
use crate::measure::Usage;
use crate::statistics::Spread;
use crate::table::Table;
use crate::{document, say};
use job::{Job, RENDER_TASKDEF};

struct Measured {
    job: Job,
    usages: Vec<Usage>,
}

pub fn run(options: &Render) -> Result<(), BenchError> {
    let heading = Heading::now();
    let work = tempfile::tempdir().map_err(BenchError::io("make a folder"))?;
    let (jobs, missing) = job::all(options, work.path())?;
    let mut measured: Vec<Measured> =
        jobs.into_iter().map(|job| Measured { job, usages: Vec::new() }).collect();
    let count = measured.len();
    for run in 0..options.runs {
        // Each time another one first.
        measured.rotate_left(usize::from(run > 0 && count > 1));
        for each in &mut measured {
            each.usages.push(once(&each.job, work.path())?);
        }
    }
    measured.sort_by_key(|each| each.job.order);
    let text = report(&heading, options, &measured, &missing);
    crate::print(&text);
    match &options.document {
        Some(file) => document::write(file, "render", &text),
        None => Ok(()),
    }
}

fn once(job: &Job, folder: &Path) -> Result<Usage, BenchError> {
    let ran = job.invocation(folder).run()?;
    say(&format!("{}  {:.3} s", job.name, ran.usage.wall.as_secs_f64()));
    if ran.usage.exit == Some(0) {
        return Ok(ran.usage);
    }
    Err(BenchError::ToolFailed {
        tool: job.name.to_owned(),
        scenario: "a valid task definition".to_owned(),
        exit: ran.usage.exit.map_or_else(|| "a signal".to_owned(), |code| code.to_string()),
        output: ran.output,
    })
}

fn report(heading: &Heading, options: &Render, measured: &[Measured], missing: &[&str]) -> String {
    let mut out = heading.render(options.runs);
    for each in measured {
        let _ = writeln!(out, "- {}: {}; `{}`", each.job.name, each.job.version, each.job.for_people());
    }
    if !missing.is_empty() {
        let _ = writeln!(out, "- Not installed, so not measured: {}", missing.join(", "));
    }
    let own = measured.iter().find(|each| each.job.name == RENDER_TASKDEF).map(|each| &each.usages);
    let worst_mb = own.and_then(|usages| Some(spread(usages, rss_mb)?.most));
    let wall_ms = own.and_then(|usages| Some(spread(usages, wall_ms)?.median));
    let bar = |what: &str, value, limit| Bar { what: what.to_owned(), value, limit, decimals: 1 };
    let bars = [
        bar("ten containers, offline: wall, ms", wall_ms, 10.0),
        bar("ten containers, offline: peak memory, MB", worst_mb, 15.0),
    ];
    let _ = write!(out, "\n{}\n{}", bar::table(&bars), comparison(measured, own));
    out
}

fn comparison(measured: &[Measured], own: Option<&Vec<Usage>>) -> String {
    let mut table = Table::new(["tool", "wall ms", "×", "CPU ms", "×", "memory MB", "×"]);
    for each in measured {
        let cell = |value: fn(&Usage) -> f64| {
            let this = spread(&each.usages, value).unwrap_or_default();
            let ratio = own.and_then(|own| Some(this.median / spread(own, value)?.median));
            let text = format!("{:.1} ({:.1}–{:.1})", this.median, this.least, this.most);
            (text, ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.1}")))
        };
        let (wall, cpu, rss) = (cell(wall_ms), cell(cpu_ms), cell(rss_mb));
        table.row([each.job.name.to_owned(), wall.0, wall.1, cpu.0, cpu.1, rss.0, rss.1]);
    }
    table.render()
}

fn spread(usages: &[Usage], value: fn(&Usage) -> f64) -> Option<Spread> {
    Spread::of(usages.iter().map(value))
}

fn wall_ms(usage: &Usage) -> f64 {
    usage.wall.as_secs_f64() * 1e3
}

fn cpu_ms(usage: &Usage) -> f64 {
    usage.cpu.as_secs_f64() * 1e3
}

fn rss_mb(usage: &Usage) -> f64 {
    as_f64(usage.peak_rss_bytes) / 1e6
}
