//! validate-deploy beside a plain Python hook that does the same checks: as Lambda starts them, with the same event, the same AWS and the
//! same target, in turns.

mod lambda;
mod report;
mod world;

use std::path::PathBuf;

use crate::cli::Validate;
use crate::error::BenchError;
use crate::heading::Heading;
use crate::{document, say};
use lambda::Sample;

/// A hook, and how it is started.
#[derive(Debug, Clone)]
pub struct Hook {
    pub name: &'static str,
    pub command: Vec<String>,
}

pub struct Results {
    pub hooks: Vec<(Hook, Vec<Sample>)>,
    /// Name and bytes of packages that `make package` wrote.
    pub packages: Vec<(String, u64)>,
    pub heading: Heading,
}

pub fn run(options: &Validate) -> Result<(), BenchError> {
    let mut results = Results {
        hooks: hooks(options)?.into_iter().map(|hook| (hook, Vec::new())).collect(),
        packages: packages(&options.packages),
        heading: Heading::now(),
    };
    for run in 0..options.runs {
        for (hook, samples) in &mut results.hooks {
            let sample = lambda::start(hook)?;
            say(&format!(
                "run {}: {}  first request for an event after {:.1} ms, verdict after {:.0} ms",
                run + 1,
                hook.name,
                sample.asked_ms,
                sample.verdict_ms
            ));
            samples.push(sample);
        }
    }
    let text = report::render(&results, options.runs);
    crate::print(&text);
    match &options.document {
        Some(file) => document::write(file, "validate", &text),
        None => Ok(()),
    }
}

fn hooks(options: &Validate) -> Result<Vec<Hook>, BenchError> {
    let python = options.peers.join("bin/python");
    for file in [&options.binary, &python, &options.python_hook] {
        if !file.exists() {
            return Err(BenchError::NotBuilt(file.clone()));
        }
    }
    let text = |path: &PathBuf| path.display().to_string();
    Ok(vec![
        Hook { name: "validate-deploy", command: vec![text(&options.binary)] },
        Hook { name: "plain Python hook", command: vec![text(&python), text(&options.python_hook)] },
    ])
}

fn packages(folder: &std::path::Path) -> Vec<(String, u64)> {
    let names = ["validate-deploy-arm64.zip", "validate-deploy-x86_64.zip"];
    let size = |name: &str| Some((name.to_owned(), std::fs::metadata(folder.join(name)).ok()?.len()));
    names.into_iter().filter_map(size).collect()
}
