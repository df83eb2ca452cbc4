//! Decides what is written, from what was read. No reading here, no writing.

mod files;

use std::collections::{BTreeMap, BTreeSet};

use greenlight_core::taskdef::appspec::{self, AppSpec, Mode};
use greenlight_core::taskdef::excerpt::Sources;
use greenlight_core::taskdef::finding::{Finding, Findings, Severity, Waiver};
use greenlight_core::taskdef::image::ImageRef;
use greenlight_core::taskdef::model::Model;
use greenlight_core::taskdef::node::Node;
use greenlight_core::taskdef::normalise::normalise;
use greenlight_core::taskdef::online::{self, Deployment, Gate, Online, Questions, Skipped};
use greenlight_core::taskdef::pin::{self, Choice, Images};
use greenlight_core::taskdef::provenance;
use greenlight_core::taskdef::sizes::Size;
use greenlight_core::taskdef::template::{self, Parameter, Values, substitute};
use greenlight_core::taskdef::validate::{Policy, validate};
use greenlight_kit::Exit;

pub use files::File;

use crate::error::RenderError;
use crate::gather::aws::ImageQuestions;

/// Everything from this machine.
#[derive(Debug, Clone)]
pub struct Inputs {
    pub sources: Sources,
    /// Merged with the overlay, not yet filled.
    pub definition: Node,
    pub appspec: Node,
    pub appspec_mode: Mode,
    pub deployment: Deployment,
    pub variables: BTreeMap<String, String>,
    pub choice: Choice,
    pub gate: Gate,
    pub require_online: bool,
    /// Of the input files, for the tag; none when no provenance is wanted.
    pub source_digest: Option<String>,
    pub allowed_keys: Vec<String>,
    pub waivers: Vec<Waiver>,
    pub fargate_sizes: Vec<Size>,
}

/// Everything from AWS.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    pub parameters: BTreeMap<String, Parameter>,
    pub online: Online,
}

/// What would be written, and everything that speaks against it.
#[derive(Debug, Clone)]
pub struct Plan {
    pub findings: Findings,
    pub waived: Vec<Finding>,
    pub unused_waivers: Vec<Waiver>,
    /// Container name to the image that is written.
    pub images: BTreeMap<String, String>,
    /// What AWS could not be asked.
    pub skipped: Vec<Skipped>,
    /// The definition as it would be registered.
    pub definition: serde_json::Value,
    pub model: ModelVersion,
    files: Vec<File>,
}

/// Of the service model that decided, for the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelVersion {
    pub botocore: String,
    pub date: String,
}

impl Plan {
    /// The files, when no error stands against writing them.
    pub fn files(&self) -> Option<&[File]> {
        (self.findings.count(Severity::Error) == 0).then_some(self.files.as_slice())
    }

    pub fn exit(&self) -> Exit {
        if self.findings.count(Severity::Error) == 0 { Exit::Done } else { Exit::Negative }
    }
}

/// SSM parameters that the templates name.
pub fn parameters(inputs: &Inputs) -> BTreeSet<String> {
    let mut names = template::parameters(&inputs.definition);
    names.extend(template::parameters(&inputs.appspec));
    names
}

/// The answer for parameters that nobody asked AWS for.
pub fn not_asked(names: BTreeSet<String>) -> BTreeMap<String, Parameter> {
    names.into_iter().map(|name| (name, Parameter::NotAsked)).collect()
}

/// What is worth asking AWS, as far as the files tell before it is asked.
pub fn questions(inputs: &Inputs, parameters: &BTreeMap<String, Parameter>) -> (ImageQuestions, Questions) {
    let observed = Observed { parameters: parameters.clone(), ..Observed::default() };
    let mut unheard = Findings::default();
    let filled = fill(inputs, &observed, &mut unheard);
    let spec = read_appspec(inputs, &observed, &filled, &mut unheard);
    let hooks = spec.map(|spec| spec.hooks).unwrap_or_default();
    (images(inputs, &filled), online::questions(&filled, &hooks, &inputs.deployment))
}

/// Images in a private ECR repository, those that are given and those that are written in the template.
fn images(inputs: &Inputs, filled: &Node) -> ImageQuestions {
    let ecr = |text: &str| text.parse::<ImageRef>().ok().filter(|image| image.ecr().is_some());
    let containers = filled.items("containerDefinitions").iter();
    let written: Vec<ImageRef> = containers.filter_map(|container| ecr(container.text("image")?)).collect();
    let given = inputs.choice.given.values().filter_map(|text| ecr(text));
    let images: BTreeSet<ImageRef> = written.into_iter().chain(given).collect();
    let pins = inputs.choice.mode == Images::Digest;
    let needed = images.iter().filter(|image| pins && image.digest.is_none()).cloned().collect();
    ImageQuestions {
        images,
        needed,
        platform: online::wanted_platform(filled),
        scans: !inputs.gate.is_open(),
    }
}

fn values(inputs: &Inputs, observed: &Observed, images: BTreeMap<String, String>) -> Values {
    Values {
        variables: inputs.variables.clone(),
        images,
        parameters: observed.parameters.clone(),
        placeholders: inputs.choice.placeholders.keys().cloned().collect(),
    }
}

/// The definition with its values and images.
fn fill(inputs: &Inputs, observed: &Observed, findings: &mut Findings) -> Node {
    let mut definition = inputs.definition.clone();
    let images = inputs.choice.written(&observed.online.images);
    substitute(&mut definition, &values(inputs, observed, images), findings);
    pin::pin(&mut definition, &inputs.choice, &observed.online.images, findings);
    definition
}

fn read_appspec(
    inputs: &Inputs,
    observed: &Observed,
    definition: &Node,
    findings: &mut Findings,
) -> Option<AppSpec> {
    let mut spec = inputs.appspec.clone();
    let mut found = Findings::default();
    let mut spec_values = values(inputs, observed, BTreeMap::new());
    spec_values.placeholders.insert("TASK_DEFINITION".to_owned());
    substitute(&mut spec, &spec_values, &mut found);
    // A value that could not be filled would be reported a second time for what it looks like.
    let unfilled: BTreeSet<String> = found.as_slice().iter().map(|finding| finding.pointer.clone()).collect();
    let mut of_spec = Findings::default();
    let spec = appspec::read(&spec, definition, inputs.appspec_mode, &mut of_spec);
    findings.extend(found);
    add_unless(&of_spec, &unfilled, findings);
    spec.filter(|_| unfilled.is_empty())
}

/// Adds findings but those about values that have been reported already.
fn add_unless(checked: &Findings, reported: &BTreeSet<String>, findings: &mut Findings) {
    for finding in checked.as_slice().iter().filter(|finding| !reported.contains(&finding.pointer)) {
        findings.add(finding.rule, finding.place, &finding.pointer, &finding.message);
    }
}

/// Fills, pins, normalises and checks.
pub fn plan(inputs: &Inputs, observed: &Observed) -> Result<Plan, RenderError> {
    let model = Model::bundled().map_err(RenderError::Model)?;
    inputs.choice.check_names(&inputs.definition).map_err(RenderError::Usage)?;
    let mut findings = Findings::default();
    let mut definition = fill(inputs, observed, &mut findings);
    normalise(&mut definition, &model.read_only);
    if let Some(digest) = &inputs.source_digest {
        provenance::add(&mut definition, &inputs.variables, digest, env!("CARGO_PKG_VERSION"));
    }
    let policy = Policy {
        allowed_keys: inputs.allowed_keys.clone(),
        placeholder_images: inputs.choice.placeholders.keys().map(|name| format!("<{name}>")).collect(),
        fargate_sizes: inputs.fargate_sizes.clone(),
    };
    let unfilled: BTreeSet<String> =
        findings.as_slice().iter().map(|finding| finding.pointer.clone()).collect();
    let mut checked = Findings::default();
    validate(&definition, &model, &policy, &mut checked);
    add_unless(&checked, &unfilled, &mut findings);
    let spec = read_appspec(inputs, observed, &definition, &mut findings);
    online::judge(
        &definition,
        spec.as_ref(),
        &inputs.deployment,
        &inputs.gate,
        &observed.online,
        &mut findings,
    );
    findings.sort();
    let (waived, unused) = findings.waive(&inputs.waivers);
    let unused_waivers = unused.into_iter().cloned().collect();
    let files = spec.map_or_else(Vec::new, |spec| files::files(&definition, &spec, inputs, observed));
    let containers = definition.items("containerDefinitions").iter();
    let images = containers
        .filter_map(|container| {
            Some((container.text("name")?.to_owned(), container.text("image")?.to_owned()))
        })
        .collect();
    Ok(Plan {
        findings,
        waived,
        unused_waivers,
        images,
        skipped: online::skipped(&observed.online),
        definition: definition.to_json(),
        model: ModelVersion { botocore: model.botocore, date: model.date },
        files,
    })
}
