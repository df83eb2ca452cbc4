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
use greenlight_core::taskdef::online::{
    self, Answer, Deployment, Gate, Obstacle, Online, Questions, Skipped, Unknown,
};
use greenlight_core::taskdef::pin::{self, Choice, ImageAnswer, Images};
use greenlight_core::taskdef::provenance;
use greenlight_core::taskdef::sizes::Size;
use greenlight_core::taskdef::template::{self, Parameter, Values, substitute};
use greenlight_core::taskdef::validate::{Policy, validate};
use greenlight_kit::Exit;

pub use files::{File, NAMES};

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
    /// Gates that render.toml sets and that nothing can judge offline.
    pub unjudged: Vec<Skipped>,
    /// Variables of the command line that nothing uses.
    pub unused_variables: Vec<String>,
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
    /// None when there is no AppSpec that could be written.
    files: Option<Vec<File>>,
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
        self.files.as_deref().filter(|_| self.findings.count(Severity::Error) == 0)
    }

    pub fn exit(&self) -> Exit {
        if self.files().is_some() { Exit::Done } else { Exit::Negative }
    }
}

/// SSM parameters that the templates name.
pub fn parameters(inputs: &Inputs) -> BTreeSet<String> {
    let mut names = template::parameters(&inputs.definition);
    names.extend(template::parameters(&inputs.appspec));
    names
}

/// What is known when AWS was not asked (no `unknown`), or did not answer.
pub fn unanswered(inputs: &Inputs, unknown: Option<&Unknown>) -> Observed {
    let why = unknown.map_or("run without --offline", |unknown| unknown.detail.as_str());
    let parameters =
        parameters(inputs).into_iter().map(|name| (name, Parameter::Unknown(why.to_owned()))).collect();
    let mut observed = Observed { parameters, online: Online::default() };
    if let Some(unknown) = unknown {
        let (images, questions) = questions(inputs, &observed.parameters);
        observed.online = online::nobody_answers(&questions, unknown);
        let all = images.images.into_iter();
        observed.online.images = all.map(|image| (image, ImageAnswer::Unknown(unknown.clone()))).collect();
    }
    observed
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

/// Images in a private ECR repository that containers will run, whoever writes them, and those that are given.
fn images(inputs: &Inputs, filled: &Node) -> ImageQuestions {
    let in_ecr = |image: &ImageRef| image.ecr().is_some();
    let running = pin::running(filled, &inputs.choice).into_iter().filter_map(|running| running.image);
    let given = inputs.choice.given.values().filter_map(|text| text.parse().ok());
    let images: BTreeSet<ImageRef> = running.chain(given).filter(in_ecr).collect();
    let pins = inputs.choice.mode != Images::AsIs;
    let needed = images.iter().filter(|image| pins && image.digest.is_none()).cloned().collect();
    ImageQuestions {
        images,
        needed,
        platform: online::wanted_platform(filled, appspec::names_fargate(&inputs.appspec)),
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
    // What is wrong with a text that stays as it is does not keep it from being checked, when somebody wants it so.
    let unfilled: BTreeSet<String> = findings
        .as_slice()
        .iter()
        .filter(|finding| !inputs.waivers.iter().any(|waiver| waiver.covers(finding)))
        .map(|finding| finding.pointer.clone())
        .collect();
    if let Some(digest) = &inputs.source_digest {
        let version = env!("CARGO_PKG_VERSION");
        provenance::add(&mut definition, &inputs.variables, digest, version, &mut findings);
    }
    let fargate = runs_on_fargate(inputs, observed);
    let mut checked = Findings::default();
    validate(&definition, &model, &policy(inputs, fargate), &mut checked);
    add_unless(&checked, &unfilled, &mut findings);
    let spec = read_appspec(inputs, observed, &definition, &mut findings);
    let running = pin::running(&definition, &inputs.choice);
    let platform = online::wanted_platform(&definition, fargate);
    online::judge(
        &definition,
        (&running, platform.as_ref()),
        spec.as_ref(),
        &inputs.deployment,
        &inputs.gate,
        &observed.online,
        &mut findings,
    );
    findings.sort();
    let (waived, unused) = findings.waive(&inputs.waivers);
    let unused_waivers = unused.into_iter().cloned().collect();
    let skipped = skipped(inputs, observed, &definition, spec.as_ref());
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
        skipped,
        definition: definition.to_json(),
        model: ModelVersion { botocore: model.botocore, date: model.date },
        files: spec.map(|spec| files::files(&definition, &spec, inputs, observed)),
    })
}

/// AppSpec or service say so; what the definition says itself is looked at where it is checked.
fn runs_on_fargate(inputs: &Inputs, observed: &Observed) -> bool {
    let service = matches!(&observed.online.service, Some(Answer::Found(facts)) if facts.fargate);
    service || appspec::names_fargate(&inputs.appspec)
}

fn policy(inputs: &Inputs, fargate: bool) -> Policy {
    let placeholders = inputs.choice.placeholders.keys().map(|name| format!("<{name}>"));
    Policy {
        allowed_keys: inputs.allowed_keys.clone(),
        placeholder_images: placeholders.collect(),
        fargate_sizes: inputs.fargate_sizes.clone(),
        fargate,
        files: inputs.sources.names(),
    }
}

/// Everything that was not checked, whatever the reason.
fn skipped(inputs: &Inputs, observed: &Observed, definition: &Node, spec: Option<&AppSpec>) -> Vec<Skipped> {
    let mut found = online::skipped(&observed.online);
    found.extend(inputs.unjudged.iter().cloned());
    if !inputs.choice.offline {
        let hooks = spec.map_or(&[][..], |spec| &spec.hooks);
        found.extend(online::unasked(definition, hooks, &inputs.deployment));
    }
    if inputs.require_online {
        let running = pin::running(definition, &inputs.choice).into_iter();
        let outside = running.filter_map(|running| running.image).filter(|image| image.ecr().is_none());
        found.extend(outside.collect::<BTreeSet<_>>().into_iter().map(|image| Skipped {
            what: format!("image {image}"),
            obstacle: Obstacle::OutsideEcr,
            detail: "only images in a private ECR repository are looked up".to_owned(),
            gated: false,
        }));
    }
    found
}
