//! publish-frontend beside its peers: the same site, the same server, the same network, one after the other in turns, so that
//! whatever else the machine does hits all of them alike.

mod bars;
mod report;
mod scenario;
mod site;
mod tools;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::cli::Publish;
use crate::error::BenchError;
use crate::heading::Heading;
use crate::{document, say};
use scenario::{Sample, Scenario, Sites, cycle};
use site::{Release, Site};
use tools::{Installed, PUBLISH_FRONTEND, Tool};

/// The bars are for this network.
pub const BAR_RTT_MS: u64 = 30;

/// Samples of one tool in one scenario over one network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// Files of the site.
    pub files: u32,
    pub rtt_ms: u64,
    pub scenario: Scenario,
    pub tool: &'static str,
}

pub struct Results {
    pub samples: BTreeMap<Case, Vec<Sample>>,
    pub tools: Vec<Tool>,
    pub missing: Vec<&'static str>,
    pub options: Publish,
    pub site_bytes: u64,
    pub heading: Heading,
}

pub fn run(options: &Publish) -> Result<(), BenchError> {
    let heading = Heading::now();
    let installed = Installed::find(options)?;
    let work = tempfile::tempdir().map_err(BenchError::io("make a folder"))?;
    let sites = write_sites(work.path(), options.files)?;
    let mut results = Results {
        samples: BTreeMap::new(),
        tools: installed.tools,
        missing: installed.missing,
        options: options.clone(),
        site_bytes: sites.first.bytes,
        heading,
    };
    for &rtt_ms in &options.rtt_ms {
        let tools = results.tools.clone();
        results.measure(&tools, &sites, options.files, rtt_ms)?;
    }
    if options.large_files > 0 {
        let large = write_sites(&work.path().join("large"), options.large_files)?;
        let own: Vec<Tool> =
            results.tools.iter().filter(|tool| tool.name == PUBLISH_FRONTEND).cloned().collect();
        results.measure(&own, &large, options.large_files, BAR_RTT_MS)?;
    }
    let text = report::render(&results);
    crate::print(&text);
    match &options.document {
        Some(file) => document::write(file, "publish", &text),
        None => Ok(()),
    }
}

impl Results {
    /// All tools in turn, each time another one first.
    fn measure(&mut self, tools: &[Tool], sites: &Sites, files: u32, rtt_ms: u64) -> Result<(), BenchError> {
        for run in 0..self.options.runs {
            let first = usize::try_from(run).unwrap_or_default() % tools.len().max(1);
            for tool in tools.iter().cycle().skip(first).take(tools.len()) {
                let mut line = format!("{files} files, {rtt_ms} ms, run {}: {}", run + 1, tool.name);
                for (scenario, sample) in cycle(tool, sites, rtt_ms)? {
                    let _ = write!(line, "  {:.2} s", sample.usage.wall.as_secs_f64());
                    let case = Case { files, rtt_ms, scenario, tool: tool.name };
                    self.samples.entry(case).or_default().push(sample);
                }
                say(&line);
            }
        }
        Ok(())
    }
}

fn write_sites(folder: &Path, files: u32) -> Result<Sites, BenchError> {
    let files = usize::try_from(files).unwrap_or_default();
    Ok(Sites {
        first: Site::write(folder.join("first/public"), files, Release::First)?,
        second: Site::write(folder.join("second/public"), files, Release::Second)?,
    })
}
