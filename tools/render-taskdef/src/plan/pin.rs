//! Which image is written for which container.

use std::collections::BTreeMap;

use greenlight_core::taskdef::finding::Findings;
use greenlight_core::taskdef::image::ImageRef;
use greenlight_core::taskdef::node::{Node, Value};

use super::{ImageAnswer, Inputs, Observed};
use crate::cli::Images;
use crate::error::RenderError;

/// `--image` and `--placeholder` must name containers that exist: a misspelt one would change nothing and nobody would notice.
pub fn check_names(inputs: &Inputs) -> Result<(), RenderError> {
    let containers: Vec<&str> = inputs
        .definition
        .items("containerDefinitions")
        .iter()
        .filter_map(|container| container.text("name"))
        .collect();
    let named = inputs
        .given_images
        .keys()
        .map(|name| ("--image", name))
        .chain(inputs.placeholders.values().map(|name| ("--placeholder", name)));
    for (flag, name) in named {
        if !containers.contains(&name.as_str()) {
            let known = containers.join(", ");
            return Err(RenderError::Usage(format!(
                "{flag} names the container {name:?}; the task definition has {known}"
            )));
        }
    }
    Ok(())
}

/// Container name to what `${image:NAME}` stands for.
pub fn written_images(inputs: &Inputs, observed: &Observed) -> BTreeMap<String, String> {
    let mut images: BTreeMap<String, String> = inputs
        .given_images
        .iter()
        .map(|(name, text)| (name.clone(), pinned(text, inputs, observed)))
        .collect();
    if inputs.mode == Images::Placeholder {
        images.extend(
            inputs.placeholders.iter().map(|(placeholder, name)| (name.clone(), format!("<{placeholder}>"))),
        );
    }
    images
}

/// The digest form where ECR gave a digest, otherwise the text as it is.
pub fn pinned(text: &str, inputs: &Inputs, observed: &Observed) -> String {
    match text.parse::<ImageRef>() {
        Ok(image) if inputs.mode == Images::Digest => match observed.images.get(&image) {
            Some(ImageAnswer::Found(facts)) => image.pinned(&facts.digest).to_string(),
            _ => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// Writes the image of every container and reports what could not be pinned.
pub fn pin(definition: &mut Node, inputs: &Inputs, observed: &Observed, findings: &mut Findings) {
    let written = written_images(inputs, observed);
    let Some(Value::Array(containers)) =
        definition.get_mut("containerDefinitions").map(|node| &mut node.value)
    else {
        return;
    };
    for (index, container) in containers.iter_mut().enumerate() {
        let name = container.text("name").unwrap_or_default().to_owned();
        let at = container.get("image").map_or(container.at, |node| node.at);
        let before = inputs
            .given_images
            .get(&name)
            .map(String::as_str)
            .or_else(|| container.text("image"))
            .map(str::to_owned);
        let Some(before) = before else { continue };
        let after = written.get(&name).cloned().unwrap_or_else(|| pinned(&before, inputs, observed));
        container.set("image", Node::string(at, after));
        if inputs.mode != Images::Digest {
            continue;
        }
        let Ok(image) = before.parse::<ImageRef>() else { continue };
        let problem = match observed.images.get(&image) {
            Some(ImageAnswer::Found(_)) => None,
            Some(ImageAnswer::Missing) => Some(("TD-IMAGE-MISSING", format!("ECR has no image {image}"))),
            Some(ImageAnswer::Inactive(status)) => {
                Some(("TD-IMAGE-STATUS", format!("{image} is {status} in ECR")))
            }
            None if image.digest.is_some() => None,
            None if inputs.offline && image.ecr().is_some() => Some((
                "TD-IMAGE-OFFLINE",
                format!("{image} cannot be pinned with --offline; give a digest or say --images as-is"),
            )),
            None => Some(("TD-IMAGE-UNPINNED", format!("{image} is named by a tag, which can move"))),
        };
        if let Some((rule, message)) = problem {
            findings.add(rule, at, format!("/containerDefinitions/{index}/image"), message);
        }
    }
}
