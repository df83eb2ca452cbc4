//! Images: for which platforms they are built, and what the scan found.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{Answer, Online};
use crate::taskdef::finding::Findings;
use crate::taskdef::image::ImageRef;
use crate::taskdef::node::Node;
use crate::taskdef::pin::{ImageAnswer, Running};

/// Severities of ECR's findings
/// (<https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html>, 2026-11).
const SEVERITIES: [&str; 7] =
    ["critical", "high", "medium", "low", "informational", "undefined", "untriaged"];

/// What an image was built for, in the words of the OCI image specification.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Platform {
    /// `linux`, `windows`
    pub os: String,
    /// `amd64`, `arm64`
    pub architecture: String,
}

/// What ECR's scan of an image says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// Findings by severity, in lower case.
    Complete(BTreeMap<String, u64>),
    /// Not complete: its status.
    Pending(String),
}

/// `--fail-on-findings critical=0,high=5`: how many findings of each severity are let through. Empty: the scan does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate(BTreeMap<String, u64>);

impl Gate {
    pub fn is_open(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Gate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut limits = BTreeMap::new();
        for part in text.split(',').map(str::trim) {
            let (severity, limit) =
                part.split_once('=').ok_or("expected SEVERITY=NUMBER, such as critical=0,high=5")?;
            let severity = severity.trim().to_ascii_lowercase();
            if !SEVERITIES.contains(&severity.as_str()) {
                return Err(format!("{severity:?} is no severity; known are {}", SEVERITIES.join(", ")));
            }
            let limit =
                limit.trim().parse().map_err(|_| format!("the limit of {severity} is not a number"))?;
            if limits.insert(severity.clone(), limit).is_some() {
                return Err(format!("{severity} is there twice"));
            }
        }
        Ok(Self(limits))
    }
}

/// The platform that ECS will look for. Absent means X86_64 and Linux
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html>, 2026-11); only Fargate decides it alone.
pub fn wanted_platform(definition: &Node, fargate: bool) -> Option<Platform> {
    let platform = definition.get("runtimePlatform");
    let named =
        definition.items("requiresCompatibilities").iter().any(|item| item.as_str() == Some("FARGATE"));
    let family = platform.and_then(|platform| platform.text("operatingSystemFamily"));
    let architecture = platform.and_then(|platform| platform.text("cpuArchitecture"));
    if !named && !fargate && architecture.is_none() {
        return None;
    }
    let os = if family.is_some_and(|family| family.starts_with("WINDOWS")) { "windows" } else { "linux" };
    let architecture = if architecture == Some("ARM64") { "arm64" } else { "amd64" };
    Some(Platform { os: os.to_owned(), architecture: architecture.to_owned() })
}

pub(super) fn judge(
    images: &[Running],
    wanted: Option<&Platform>,
    gate: &Gate,
    online: &Online,
    findings: &mut Findings,
) {
    for running in images {
        let Some(image) = &running.image else {
            if !gate.is_open() {
                let message =
                    "CodePipeline puts an image here that no --image names, so nobody can judge its scan";
                findings.add("TD-SCAN-MISSING", running.at, &running.pointer, message);
            }
            continue;
        };
        if let (Some(wanted), Some(Answer::Found(built))) = (wanted, of(&online.platforms, image, online))
            && !built.contains(wanted)
        {
            let list = built.iter().map(|one| format!("{}/{}", one.os, one.architecture)).collect::<Vec<_>>();
            let list = if list.is_empty() { "no platform".to_owned() } else { list.join(", ") };
            let message = format!(
                "the task runs on {}/{}, the image is built for {list}",
                wanted.os, wanted.architecture
            );
            findings.add("TD-IMAGE-PLATFORM", running.at, &running.pointer, message);
        }
        if !gate.is_open() {
            for (rule, message) in gate.verdict(image, online) {
                findings.add(rule, running.at, &running.pointer, message);
            }
        }
    }
}

impl Gate {
    /// What speaks against an image. An answer that could not be had is none: it is among what was skipped, and whoever set the gate
    /// must not go on then.
    fn verdict(&self, image: &ImageRef, online: &Online) -> Vec<(&'static str, String)> {
        let missing = |message: &str| vec![("TD-SCAN-MISSING", message.to_owned())];
        match of(&online.scans, image, online) {
            Some(Answer::Found(Scan::Complete(counts))) => {
                let above = self.0.iter().filter_map(|(severity, limit)| {
                    let count = counts.get(severity).copied().unwrap_or(0);
                    let message = format!("the scan found {count} {severity}; allowed {limit}");
                    (count > *limit).then_some(("TD-SCAN-FINDINGS", message))
                });
                above.collect()
            }
            Some(Answer::Found(Scan::Pending(status))) => missing(&format!("the scan is {status}")),
            Some(Answer::Missing) => missing("the image was never scanned"),
            Some(Answer::Unknown(_)) => Vec::new(),
            None if image.ecr().is_none() => missing("only images in a private ECR repository are scanned"),
            None => match of(&online.images, image, online) {
                // Reported as what they are.
                Some(ImageAnswer::Missing | ImageAnswer::Inactive(_) | ImageAnswer::Unknown(_)) => Vec::new(),
                Some(ImageAnswer::Found(_)) | None => missing("nobody asked for its scan"),
            },
        }
    }
}

/// The answer for an image as it is written now, which may be the digest of one that was asked about by its tag.
fn of<'a, T>(answers: &'a BTreeMap<ImageRef, T>, image: &ImageRef, online: &Online) -> Option<&'a T> {
    answers.get(image).or_else(|| {
        let digest = image.digest.as_ref()?;
        let asked = online.images.iter().find(|(asked, answer)| {
            asked.repository() == image.repository()
                && matches!(answer, ImageAnswer::Found(facts) if facts.digest == *digest)
        });
        answers.get(asked?.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_are_read_strictly() {
        let gate: Gate = "critical=0, HIGH=5".parse().unwrap();
        assert_eq!(
            gate.0.iter().map(|(k, v)| (k.as_str(), *v)).collect::<Vec<_>>(),
            [("critical", 0), ("high", 5)]
        );
        for bad in ["", "critical", "critical=", "critical=-1", "kritisch=0", "high=1,high=2"] {
            assert!(bad.parse::<Gate>().is_err(), "{bad}");
        }
    }
}
