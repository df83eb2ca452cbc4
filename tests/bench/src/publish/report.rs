//! The result for people: Markdown that is also printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::scenario::{Sample, Scenario};
use super::tools::PUBLISH_FRONTEND;
use super::{BAR_RTT_MS, Case, Results, bars};
use crate::bar;
use crate::machine::as_f64;
use crate::statistics::Spread;
use crate::table::Table;

pub fn render(results: &Results) -> String {
    let mut out = head(results);
    out.push_str("\n### Bars\n\n");
    out.push_str(&bar::table(&bars::all(results)));
    let small = results.options.files;
    for &rtt_ms in &results.options.rtt_ms {
        for scenario in Scenario::ALL {
            let _ = write!(out, "\n### {rtt_ms} ms, {}\n\n", scenario.title());
            out.push_str(&comparison(results, small, rtt_ms, scenario));
        }
    }
    if results.options.large_files > 0 {
        let large = results.options.large_files;
        let _ = write!(out, "\n### {large} files, {BAR_RTT_MS} ms\n\n{}", growth(results, large));
    }
    let _ = write!(out, "\n### Requests by operation, {BAR_RTT_MS} ms\n\n{}", operations(results));
    out
}

fn head(results: &Results) -> String {
    let options = &results.options;
    let mut out = results.heading.render(options.runs);
    let _ = writeln!(out, "- Site: {} files, {:.1} MB", options.files, as_f64(results.site_bytes) / 1e6);
    for tool in &results.tools {
        let _ = writeln!(out, "- {}: {}; `{}`", tool.name, tool.version, tool.command());
    }
    if !results.missing.is_empty() {
        let _ = writeln!(out, "- Not installed, so not measured: {}", results.missing.join(", "));
    }
    out
}

fn comparison(results: &Results, files: u32, rtt_ms: u64, scenario: Scenario) -> String {
    let mut table = Table::new([
        "tool",
        "wall s",
        "×",
        "CPU s",
        "×",
        "memory MB",
        "×",
        "requests",
        "×",
        "connections",
        "server CPU s",
    ]);
    let of = |tool: &'static str| results.samples.get(&Case { files, rtt_ms, scenario, tool });
    let own = of(PUBLISH_FRONTEND).map(|samples| Medians::of(samples));
    for tool in &results.tools {
        let Some(samples) = of(tool.name) else { continue };
        let this = Medians::of(samples);
        let ratio = |value: fn(&Medians) -> Spread| {
            own.as_ref().map_or_else(
                || "–".to_owned(),
                |own| format!("{:.1}", value(&this).median / value(own).median),
            )
        };
        let mut requests = format!("{:.0}", this.requests.median);
        let failed: u64 = samples.iter().map(|sample| sample.requests.failed).sum();
        if failed > 0 {
            let _ = write!(requests, " ({failed} failed)");
        }
        table.row([
            tool.name.to_owned(),
            spread(this.wall_s, 2),
            ratio(|of| of.wall_s),
            spread(this.cpu_s, 2),
            ratio(|of| of.cpu_s),
            spread(this.rss_mb, 0),
            ratio(|of| of.rss_mb),
            requests,
            ratio(|of| of.requests),
            format!("{:.0}", this.connections.median),
            format!("{:.2}", this.server_cpu_s.median),
        ]);
    }
    table.render()
}

fn growth(results: &Results, large: u32) -> String {
    let mut table = Table::new([
        "scenario",
        "files",
        "wall s",
        "CPU s",
        "memory MB",
        "requests",
        "connections",
        "µs CPU / file",
    ]);
    for scenario in Scenario::ALL {
        for files in [results.options.files, large] {
            let case = Case { files, rtt_ms: BAR_RTT_MS, scenario, tool: PUBLISH_FRONTEND };
            let Some(samples) = results.samples.get(&case) else { continue };
            let this = Medians::of(samples);
            table.row([
                format!("{scenario:?}"),
                files.to_string(),
                spread(this.wall_s, 2),
                spread(this.cpu_s, 2),
                spread(this.rss_mb, 0),
                format!("{:.0}", this.requests.median),
                format!("{:.0}", this.connections.median),
                format!("{:.0}", this.cpu_s.median * 1e6 / f64::from(files)),
            ]);
        }
    }
    table.render()
}

/// Of the last run of each.
fn operations(results: &Results) -> String {
    let mut table = Table::new(["tool", "scenario", "requests"]);
    for tool in &results.tools {
        for scenario in Scenario::ALL {
            let case = Case { files: results.options.files, rtt_ms: BAR_RTT_MS, scenario, tool: tool.name };
            let Some(sample) = results.samples.get(&case).and_then(|samples| samples.last()) else {
                continue;
            };
            table.row([tool.name.to_owned(), format!("{scenario:?}"), list(&sample.requests.operations)]);
        }
    }
    table.render()
}

fn list(operations: &BTreeMap<String, u64>) -> String {
    let all: Vec<String> = operations.iter().map(|(name, count)| format!("{count} {name}")).collect();
    all.join(", ")
}

struct Medians {
    wall_s: Spread,
    cpu_s: Spread,
    rss_mb: Spread,
    requests: Spread,
    connections: Spread,
    server_cpu_s: Spread,
}

impl Medians {
    fn of(samples: &[Sample]) -> Self {
        let of = |value: fn(&Sample) -> f64| Spread::of(samples.iter().map(value)).unwrap_or_default();
        Self {
            wall_s: of(|sample| sample.usage.wall.as_secs_f64()),
            cpu_s: of(cpu_s),
            rss_mb: of(|sample| as_f64(sample.usage.peak_rss_bytes) / 1e6),
            requests: of(|sample| as_f64(sample.requests.total())),
            connections: of(|sample| as_f64(sample.traffic.connections)),
            server_cpu_s: of(|sample| sample.server_cpu.unwrap_or_default().as_secs_f64()),
        }
    }
}

pub fn cpu_s(sample: &Sample) -> f64 {
    sample.usage.cpu.as_secs_f64()
}

fn spread(of: Spread, decimals: usize) -> String {
    if of.least.to_bits() == of.most.to_bits() {
        return format!("{:.decimals$}", of.median);
    }
    format!("{:.decimals$} ({:.decimals$}–{:.decimals$})", of.median, of.least, of.most)
}
