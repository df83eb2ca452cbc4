//! What publish-frontend promises, and whether this run kept it.

use super::report::cpu_s;
use super::scenario::{Sample, Scenario};
use super::tools::{PUBLISH_FRONTEND, RCLONE};
use super::{BAR_RTT_MS, Case, Results};
use crate::bar::Bar;
use crate::machine::as_f64;
use crate::statistics::Spread;

/// For the median of the runs; memory and requests for the worst.
pub fn all(results: &Results) -> Vec<Bar> {
    use Scenario::{Changed, Cold, NoChange};
    let small = results.options.files;
    let large = results.options.large_files;
    let bar = |what: &str, value: Option<f64>, limit: f64, decimals: usize| Bar {
        what: what.to_owned(),
        value,
        limit,
        decimals,
    };
    vec![
        bar("cold: wall / the best rclone's wall", results.ratio(Cold, wall_s), 0.75, 2),
        bar("cold: CPU / the best rclone's CPU", results.ratio(Cold, cpu_s), 0.55, 2),
        bar("cold: peak memory, MB", results.worst(small, Cold, rss_mb), 48.0, 1),
        bar("no change: requests", results.worst(small, NoChange, requests), 3.0, 0),
        bar("20 changed: requests", results.worst(small, Changed, requests), 28.0, 0),
        bar("20 changed: wall / the best rclone's wall", results.ratio(Changed, wall_s), 0.9, 2),
        bar(&format!("{large} files, cold: peak memory, MB"), results.worst(large, Cold, rss_mb), 96.0, 1),
        bar(
            &format!("{large} files, cold: CPU of a file / CPU of a file of {small}"),
            results.growth(cpu_s),
            1.1,
            2,
        ),
        bar(
            &format!("{large} files, cold: wall of a file / wall of a file of {small}"),
            results.growth(wall_s),
            1.1,
            2,
        ),
    ]
}

fn wall_s(sample: &Sample) -> f64 {
    sample.usage.wall.as_secs_f64()
}

fn rss_mb(sample: &Sample) -> f64 {
    as_f64(sample.usage.peak_rss_bytes) / 1e6
}

fn requests(sample: &Sample) -> f64 {
    as_f64(sample.requests.total())
}

impl Results {
    fn spread(
        &self,
        files: u32,
        scenario: Scenario,
        tool: &'static str,
        value: fn(&Sample) -> f64,
    ) -> Option<Spread> {
        let samples = self.samples.get(&Case { files, rtt_ms: BAR_RTT_MS, scenario, tool })?;
        Spread::of(samples.iter().map(value))
    }

    /// publish-frontend by whichever setting of rclone was best at this.
    fn ratio(&self, scenario: Scenario, value: fn(&Sample) -> f64) -> Option<f64> {
        let of = |tool| Some(self.spread(self.options.files, scenario, tool, value)?.median);
        let rclones = self.tools.iter().filter(|tool| tool.name.starts_with(RCLONE));
        let best = rclones.filter_map(|tool| of(tool.name)).min_by(f64::total_cmp)?;
        Some(of(PUBLISH_FRONTEND)? / best)
    }

    fn worst(&self, files: u32, scenario: Scenario, value: fn(&Sample) -> f64) -> Option<f64> {
        Some(self.spread(files, scenario, PUBLISH_FRONTEND, value)?.most)
    }

    /// What a file of the large site costs, by what one of the small site costs.
    fn growth(&self, value: fn(&Sample) -> f64) -> Option<f64> {
        let of = |files: u32| {
            Some(self.spread(files, Scenario::Cold, PUBLISH_FRONTEND, value)?.median / f64::from(files))
        };
        Some(of(self.options.large_files)? / of(self.options.files)?)
    }
}
