//! The tables, and whether the bars hold.

use std::fmt::Write as _;

use super::Results;
use super::lambda::{Sample, megabytes};
use crate::bar::{self, Bar};
use crate::statistics::Spread;
use crate::table::Table;

/// Bars of the first hook: process start to the first request for an event, memory, the arm64 package.
const ASKED_MS: f64 = 15.0;
const RSS_MB: f64 = 40.0;
const PACKAGE_MB: f64 = 4.0;

pub fn render(results: &Results, runs: u32) -> String {
    let mut out = results.heading.render(runs);
    for (name, bytes) in &results.packages {
        let _ = writeln!(out, "- `{name}`: {bytes} bytes");
    }
    let _ = write!(out, "\n{}\n", bar::table(&bars(results)));
    let mut table =
        Table::new(["hook", "first request for an event, ms", "verdict, ms", "peak memory, MB", "runs"]);
    for (hook, samples) in &results.hooks {
        table.row([
            hook.name.to_owned(),
            spread(samples, |it| Some(it.asked_ms)),
            spread(samples, |it| Some(it.verdict_ms)),
            spread(samples, |it| it.peak_rss_bytes.map(megabytes)),
            samples.len().to_string(),
        ]);
    }
    out.push_str(&table.render());
    out
}

fn bars(results: &Results) -> [Bar; 3] {
    let own = results.hooks.first().map(|(_, samples)| samples.as_slice()).unwrap_or_default();
    let asked = Spread::of(own.iter().map(|it| it.asked_ms)).map(|it| it.median);
    let rss = Spread::of(own.iter().filter_map(|it| it.peak_rss_bytes.map(megabytes))).map(|it| it.most);
    let package = results.packages.iter().find(|(name, _)| name.contains("arm64"));
    let bar = |what: &str, value, limit| Bar { what: what.to_owned(), value, limit, decimals: 1 };
    [
        bar("process start to the first request for an event, ms (median)", asked, ASKED_MS),
        bar("peak memory, MB (most)", rss, RSS_MB),
        bar(
            "arm64 package, MB (after `make package`)",
            package.map(|(_, bytes)| megabytes(*bytes)),
            PACKAGE_MB,
        ),
    ]
}

fn spread(samples: &[Sample], value: impl Fn(&Sample) -> Option<f64>) -> String {
    Spread::of(samples.iter().filter_map(value))
        .map_or_else(|| "—".to_owned(), |it| format!("{:.1} ({:.1}–{:.1})", it.median, it.least, it.most))
}
