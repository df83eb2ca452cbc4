//! Which image is written for which container: a digest wherever one is known.

use std::collections::BTreeMap;

use super::finding::{Findings, quoted};
use super::image::{ImageError, ImageRef};
use super::node::{Node, Place, Value};
use super::online::{Obstacle, Unknown};

/// Images that CodePipeline's action CodeDeployToECS fills in (Image1 to Image4)
/// (<https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html>, 2026-11).
const MAX_PLACEHOLDERS: usize = 4;

/// How images are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Images {
    /// Tags are resolved in ECR and pinned by digest.
    #[default]
    Digest,
    /// CodePipeline fills in those that have a placeholder; the others are pinned.
    Placeholder,
    /// As given.
    AsIs,
}

/// What a person chose.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    pub mode: Images,
    pub offline: bool,
    /// Container name to image.
    pub given: BTreeMap<String, String>,
    /// CodePipeline's placeholder to container name; only in the mode `Placeholder`.
    pub placeholders: BTreeMap<String, String>,
}

/// The image that a container will run, whoever writes it into the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// None when CodePipeline fills in a placeholder and nobody said with what.
    pub image: Option<ImageRef>,
    pub at: Place,
    pub pointer: String,
}

/// What ECR says about one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageAnswer {
    Found(ImageFacts),
    Missing,
    /// It is there, but its status is not ACTIVE.
    Inactive(String),
    Unknown(Unknown),
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

pub type ImageAnswers = BTreeMap<ImageRef, ImageAnswer>;

impl Choice {
    /// `--image` and `--placeholder` must name containers that exist: a misspelt one would change nothing and nobody would notice.
    /// `Err` is what to tell.
    pub fn check_names(&self, definition: &Node) -> Result<(), String> {
        let containers: Vec<&str> = definition
            .items("containerDefinitions")
            .iter()
            .filter_map(|container| container.text("name"))
            .collect();
        let given = self.given.keys().map(|name| ("--image", name));
        let named = given.chain(self.placeholders.values().map(|name| ("--placeholder", name)));
        for (flag, name) in named {
            // A name that is itself a reference is not known before it is filled.
            if !containers.contains(&name.as_str()) && !containers.iter().any(|known| known.contains("${")) {
                let known = if containers.is_empty() { "none".to_owned() } else { containers.join(", ") };
                return Err(format!(
                    "{flag} names the container {}; the task definition has {known}",
                    quoted(name)
                ));
            }
        }
        // What is written itself is checked where it stands; behind a placeholder nobody would see it.
        for (name, text) in self.given.iter().filter(|(name, _)| self.placeholder_of(name).is_some()) {
            if let Err(error) = text.parse::<ImageRef>() {
                return Err(format!("--image {name}={text} is not an image: {error}"));
            }
        }
        Ok(())
    }

    fn placeholder_of(&self, container: &str) -> Option<String> {
        let filled = self.mode == Images::Placeholder;
        let mut placeholders = self.placeholders.iter().filter(|_| filled);
        placeholders.find(|(_, name)| *name == container).map(|(placeholder, _)| format!("<{placeholder}>"))
    }

    /// Whether the image of this container is written by digest.
    fn pins(&self, container: &str) -> bool {
        self.mode != Images::AsIs && self.placeholder_of(container).is_none()
    }

    /// The image that stands in a container's `image`, or, for a placeholder, the one that CodePipeline puts there: none when nobody
    /// said which. `Err` when the text is neither; that has been reported.
    fn stands_for(&self, text: &str) -> Result<Option<ImageRef>, ImageError> {
        let name = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
        match name.and_then(|name| self.placeholders.get(name)).filter(|_| self.mode == Images::Placeholder) {
            Some(container) => Ok(self.given.get(container).and_then(|given| given.parse().ok())),
            None => text.parse().map(Some),
        }
    }

    /// Container name to what `${image:NAME}` stands for.
    pub fn written(&self, answers: &ImageAnswers) -> BTreeMap<String, String> {
        let mut images: BTreeMap<String, String> = self
            .given
            .iter()
            .map(|(name, text)| {
                (name.clone(), if self.pins(name) { pinned(text, answers) } else { text.clone() })
            })
            .collect();
        let filled = self.placeholders.values();
        images.extend(filled.filter_map(|name| Some((name.clone(), self.placeholder_of(name)?))));
        images
    }
}

/// The image of every container that has one, in a filled definition. What is judged is what will run, not what is written.
pub fn running(definition: &Node, choice: &Choice) -> Vec<Running> {
    let containers = definition.items("containerDefinitions").iter().enumerate();
    containers
        .filter_map(|(index, container)| {
            let node = container.get("image")?;
            let image = choice.stands_for(node.as_str()?).ok()?;
            Some(Running { image, at: node.at, pointer: format!("/containerDefinitions/{index}/image") })
        })
        .collect()
}

/// The digest form where ECR gave a digest, otherwise the text as it is.
pub fn pinned(text: &str, answers: &ImageAnswers) -> String {
    let image = text.parse::<ImageRef>().ok();
    match image.as_ref().and_then(|image| Some((image, answers.get(image)?))) {
        Some((image, ImageAnswer::Found(facts))) => image.pinned(&facts.digest).to_string(),
        _ => text.to_owned(),
    }
}

/// Writes the image of every container and reports what could not be pinned.
pub fn pin(definition: &mut Node, choice: &Choice, answers: &ImageAnswers, findings: &mut Findings) {
    let written = choice.written(answers);
    let place = definition.at;
    if choice.mode == Images::Placeholder && choice.placeholders.len() > MAX_PLACEHOLDERS {
        let message =
            format!("{} placeholders; CodePipeline fills {MAX_PLACEHOLDERS}", choice.placeholders.len());
        findings.add("TD-PLACEHOLDER-COUNT", place, "", message);
    }
    let Some(Value::Array(containers)) =
        definition.get_mut("containerDefinitions").map(|node| &mut node.value)
    else {
        return;
    };
    for (index, container) in containers.iter_mut().enumerate() {
        let name = container.text("name").unwrap_or_default().to_owned();
        let at = container.get("image").map_or(container.at, |node| node.at);
        let template = container.text("image").map(str::to_owned);
        let Some(before) = choice.given.get(&name).cloned().or(template) else { continue };
        if container.as_object().is_none() {
            continue;
        }
        let pins = choice.pins(&name);
        let own = if pins { pinned(&before, answers) } else { before.clone() };
        container.set("image", Node::string(at, written.get(&name).cloned().unwrap_or(own)));
        if let Ok(image) = before.parse::<ImageRef>() {
            let pointer = format!("/containerDefinitions/{index}/image");
            report(&image, answers.get(&image), choice, (at, &pointer), findings);
        }
    }
}

fn report(
    image: &ImageRef,
    answer: Option<&ImageAnswer>,
    choice: &Choice,
    (at, pointer): (Place, &str),
    findings: &mut Findings,
) {
    let unpinned = ("TD-IMAGE-UNPINNED", format!("{image} is named by a tag, which can move"));
    // Whether it is there does not depend on how it is written; whether it moves does.
    let (rule, message) = match answer {
        Some(ImageAnswer::Missing) => ("TD-IMAGE-MISSING", format!("ECR has no image {image}")),
        Some(ImageAnswer::Inactive(status)) => ("TD-IMAGE-STATUS", format!("{image} is {status} in ECR")),
        _ if choice.mode == Images::AsIs || image.digest.is_some() => return,
        Some(ImageAnswer::Unknown(unknown)) if unknown.obstacle == Obstacle::NotCached => unpinned,
        Some(ImageAnswer::Found(_) | ImageAnswer::Unknown(_)) => return,
        None if choice.offline && image.ecr().is_some() => (
            "TD-IMAGE-OFFLINE",
            format!("{image} cannot be pinned with --offline; give a digest or say --images as-is"),
        ),
        None => unpinned,
    };
    findings.add(rule, at, pointer, message);
}
