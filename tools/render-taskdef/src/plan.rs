//! Decides what is written, from what was read. No reading here, no writing.

mod files;
mod pin;

use std::collections::{BTreeMap, BTreeSet};

use greenlight_core::taskdef::appspec;
use greenlight_core::taskdef::excerpt::Sources;
use greenlight_core::taskdef::finding::{Finding, Findings, Severity, Waiver};
use greenlight_core::taskdef::image::ImageRef;
use greenlight_core::taskdef::model::Model;
use greenlight_core::taskdef::node::Node;
use greenlight_core::taskdef::normalise::normalise;
use greenlight_core::taskdef::template::{self, Parameter, Values, substitute};
use greenlight_core::taskdef::validate::{Policy, validate};
use greenlight_kit::Exit;

pub use files::File;

use crate::cli::Images;
use crate::error::RenderError;
use crate::settings::Environment;

/// Everything from this machine.
#[derive(Debug, Clone)]
pub struct Inputs {
    pub sources: Sources,
    /// Merged with the overlay, not yet filled.
    pub definition: Node,
    pub appspec: Node,
    pub environment: Environment,
    pub variables: BTreeMap<String, String>,
    /// Container name to image, from `--image`.
    pub given_images: BTreeMap<String, String>,
    /// CodePipeline's placeholder to container name.
    pub placeholders: BTreeMap<String, String>,
    pub mode: Images,
    pub offline: bool,
    pub provenance: bool,
    pub allowed_keys: Vec<String>,
    pub waivers: Vec<Waiver>,
}

/// Everything from AWS.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    pub parameters: BTreeMap<String, Parameter>,
    pub images: BTreeMap<ImageRef, ImageAnswer>,
}

/// What ECR says about one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageAnswer {
    Found(ImageFacts),
    Missing,
    /// It is there, but its status is not ACTIVE.
    Inactive(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageFacts {
    pub digest: String,
    pub registry_id: Option<String>,
    pub repository: Option<String>,
    pub tags: Vec<String>,
    pub size_bytes: Option<i64>,
    pub pushed_at_s: Option<i64>,
}

/// What would be written, and everything that speaks against it.
#[derive(Debug, Clone)]
pub struct Plan {
    pub findings: Findings,
    pub waived: Vec<Finding>,
    pub unused_waivers: Vec<Waiver>,
    /// Container name to the image that is written.
    pub images: BTreeMap<String, String>,
    files: Vec<File>,
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

/// Images of the filled templates that live in a private ECR repository.
pub fn ecr_images(inputs: &Inputs, observed: &Observed) -> BTreeSet<ImageRef> {
    let mut definition = inputs.definition.clone();
    substitute(
        &mut definition,
        &values(inputs, observed, inputs.given_images.clone()),
        &mut Findings::default(),
    );
    let written =
        definition.items("containerDefinitions").iter().filter_map(|container| container.text("image"));
    let all = written.chain(inputs.given_images.values().map(String::as_str));
    all.filter_map(|text| text.parse::<ImageRef>().ok()).filter(|image| image.ecr().is_some()).collect()
}

fn values(inputs: &Inputs, observed: &Observed, images: BTreeMap<String, String>) -> Values {
    Values {
        variables: inputs.variables.clone(),
        images,
        parameters: observed.parameters.clone(),
        placeholders: inputs.placeholders.keys().cloned().collect(),
    }
}

/// Fills, pins, normalises and checks.
pub fn plan(inputs: &Inputs, observed: &Observed) -> Result<Plan, RenderError> {
    let model = Model::bundled().map_err(RenderError::Model)?;
    let mut findings = Findings::default();
    let mut definition = inputs.definition.clone();
    pin::check_names(inputs)?;
    substitute(
        &mut definition,
        &values(inputs, observed, pin::written_images(inputs, observed)),
        &mut findings,
    );
    pin::pin(&mut definition, inputs, observed, &mut findings);
    normalise(&mut definition, &model.read_only);
    if inputs.provenance {
        files::add_provenance(&mut definition, &inputs.variables);
    }
    let policy = Policy {
        allowed_keys: inputs.allowed_keys.clone(),
        placeholder_images: inputs.placeholders.keys().map(|name| format!("<{name}>")).collect(),
    };
    // A value that could not be filled has been reported; what it would look like says nothing more.
    let unfilled: BTreeSet<String> =
        findings.as_slice().iter().map(|finding| finding.pointer.clone()).collect();
    let mut checked = Findings::default();
    validate(&definition, &model, &policy, &mut checked);
    for finding in checked.as_slice().iter().filter(|finding| !unfilled.contains(&finding.pointer)) {
        findings.add(finding.rule, finding.place, &finding.pointer, &finding.message);
    }
    let mut spec = inputs.appspec.clone();
    let mut of_spec = Findings::default();
    let mut spec_values = values(inputs, observed, BTreeMap::new());
    spec_values.placeholders.insert("TASK_DEFINITION".to_owned());
    substitute(&mut spec, &spec_values, &mut of_spec);
    let spec =
        if of_spec.as_slice().is_empty() { appspec::read(&spec, &definition, &mut of_spec) } else { None };
    findings.extend(of_spec);
    findings.sort();
    let (waived, unused) = findings.waive(&inputs.waivers);
    let unused_waivers = unused.into_iter().cloned().collect();
    let files = spec.map_or_else(Vec::new, |spec| files::files(&definition, &spec, inputs, observed));
    let images = definition
        .items("containerDefinitions")
        .iter()
        .filter_map(|container| {
            Some((container.text("name")?.to_owned(), container.text("image")?.to_owned()))
        })
        .collect();
    Ok(Plan { findings, waived, unused_waivers, images, files })
}
