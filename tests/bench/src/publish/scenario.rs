//! What each tool has to do, in this order, on an empty bucket of its own.

use std::time::Duration;

use serde::Serialize;

use super::site::Site;
use super::tools::{Job, Tool, hugo_settings};
use crate::error::BenchError;
use crate::link::{Link, Traffic};
use crate::measure::Usage;
use crate::store::{Requests, Store};

const BUCKET: &str = "bench-site";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Scenario {
    Cold,
    NoChange,
    Changed,
}

impl Scenario {
    pub const ALL: [Self; 3] = [Self::Cold, Self::NoChange, Self::Changed];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Cold => "cold: the bucket is empty",
            Self::NoChange => "no change: the same bytes, written again by a new build",
            Self::Changed => "20 changed: index.html and 19 chunks, which have new names",
        }
    }
}

/// What one run took.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    pub usage: Usage,
    pub requests: Requests,
    pub traffic: Traffic,
    /// CPU of server and network together, where the machine tells.
    pub server_cpu: Option<Duration>,
}

/// The two releases of a site.
pub struct Sites {
    pub first: Site,
    pub second: Site,
}

/// One tool through all scenarios. Every step is checked: what is not in the bucket was not published.
pub fn cycle(tool: &Tool, sites: &Sites, rtt_ms: u64) -> Result<Vec<(Scenario, Sample)>, BenchError> {
    let mut store = Store::start(BUCKET)?;
    let mut link = Link::start(&store.address, rtt_ms)?;
    let mut samples = Vec::new();
    for scenario in Scenario::ALL {
        let site = if scenario == Scenario::Changed { &sites.second } else { &sites.first };
        // S3 keeps whole seconds. A build is never as young as the release before it.
        std::thread::sleep(Duration::from_millis(1_100));
        site.touch()?;
        samples.push((scenario, step(tool, site, scenario, &mut store, &mut link)?));
    }
    Ok(samples)
}

fn step(
    tool: &Tool,
    site: &Site,
    scenario: Scenario,
    store: &mut Store,
    link: &mut Link,
) -> Result<Sample, BenchError> {
    let settings = site.project().join("hugo.toml");
    let release = format!("{scenario:?}").to_lowercase();
    let job = Job {
        source: &site.folder,
        bucket: BUCKET,
        endpoint: format!("http://{}", link.address),
        settings: &settings,
        release: &release,
    };
    std::fs::write(&settings, hugo_settings(&job)).map_err(BenchError::io("write hugo's settings"))?;
    store.take_requests()?;
    link.take_traffic()?;
    let before = server_cpu(store, link);
    let ran = tool.invocation(&job).run()?;
    let after = server_cpu(store, link);
    if ran.usage.exit != Some(0) {
        return Err(BenchError::ToolFailed {
            tool: tool.name.to_owned(),
            scenario: scenario.title().to_owned(),
            exit: ran.usage.exit.map_or_else(|| "by a signal".to_owned(), |code| format!("exit {code}")),
            output: ran.output,
        });
    }
    check(tool, site, store, ran.output)?;
    Ok(Sample {
        usage: ran.usage,
        requests: store.take_requests()?,
        traffic: link.take_traffic()?,
        server_cpu: before.zip(after).map(|(before, after)| after.saturating_sub(before)),
    })
}

fn server_cpu(store: &Store, link: &Link) -> Option<Duration> {
    Some(store.cpu()? + link.cpu()?)
}

/// Every file of the site is in the bucket with its bytes.
fn check(tool: &Tool, site: &Site, store: &mut Store, output: String) -> Result<(), BenchError> {
    let objects = store.objects()?;
    let wrong: Vec<&String> = site
        .files
        .iter()
        .filter(|(path, md5)| objects.get(*path) != Some(md5))
        .map(|(path, _)| path)
        .collect();
    match wrong.first() {
        None => Ok(()),
        Some(example) => Err(BenchError::NotDone {
            tool: tool.name.to_owned(),
            wrong: wrong.len(),
            files: site.files.len(),
            example: (*example).clone(),
            output,
        }),
    }
}
