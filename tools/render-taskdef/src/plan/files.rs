//! The bytes of the three files.

use std::collections::BTreeMap;

use greenlight_core::taskdef::appspec::AppSpec;
use greenlight_core::taskdef::image::ImageRef;
use greenlight_core::taskdef::node::{Node, Value};
use greenlight_core::taskdef::validate::is_tag_char;
use serde_json::json;

use super::{ImageAnswer, Inputs, Observed, pin};

/// Longest value of a tag (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html>, 2026-11).
const MAX_TAG_VALUE: usize = 256;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: &'static str,
    pub content: String,
}

/// Says on the revision itself where it comes from. A tag that the template sets itself stays.
pub fn add_provenance(definition: &mut Node, variables: &BTreeMap<String, String>) {
    let first = |names: &[&str]| {
        names.iter().find_map(|name| variables.get(*name)).filter(|value| !value.is_empty()).cloned()
    };
    let tags = [
        ("greenlight:git-sha", first(&["GIT_SHA", "CODEBUILD_RESOLVED_SOURCE_VERSION"])),
        ("greenlight:pipeline-execution", first(&["PIPELINE_EXECUTION_ID"])),
        ("greenlight:render-taskdef", Some(env!("CARGO_PKG_VERSION").to_owned())),
    ];
    let at = definition.at;
    if definition.get("tags").is_none() {
        definition.set("tags", Node::new(at, Value::Array(Vec::new())));
    }
    let Some(Value::Array(list)) = definition.get_mut("tags").map(|node| &mut node.value) else { return };
    for (key, value) in tags {
        let known = list.iter().any(|tag| tag.text("key") == Some(key));
        if let (false, Some(value)) = (known, value) {
            list.push(Node::from_json(at, &json!({"key": key, "value": sanitised(&value)})));
        }
    }
}

fn sanitised(value: &str) -> String {
    value.chars().take(MAX_TAG_VALUE).map(|c| if is_tag_char(c) { c } else { '_' }).collect()
}

/// taskdef.json, appspec.yaml and, when the image that takes the traffic is known, imageDetail.json.
pub fn files(definition: &Node, spec: &AppSpec, inputs: &Inputs, observed: &Observed) -> Vec<File> {
    let mut files = vec![
        File { name: "taskdef.json", content: format!("{:#}\n", definition.to_json()) },
        File { name: "appspec.yaml", content: spec.to_yaml() },
    ];
    let containers = definition.items("containerDefinitions");
    let container = containers.iter().find(|container| container.text("name") == Some(&spec.container));
    let written = container.and_then(|container| container.text("image"));
    let given = inputs.given_images.get(&spec.container).map(String::as_str);
    // In placeholder mode the file is what fills the placeholder, so it names the image that was given.
    if let Some(image) = given.or(written).filter(|text| text.parse::<ImageRef>().is_ok()) {
        files.push(File { name: "imageDetail.json", content: image_detail(image, inputs, observed) });
    }
    files
}

/// The form of <https://docs.aws.amazon.com/codepipeline/latest/userguide/file-reference.html> (2026-11); only `ImageURI` is needed.
fn image_detail(image: &str, inputs: &Inputs, observed: &Observed) -> String {
    let mut detail = json!({"ImageURI": pin::pinned(image, inputs, observed)});
    let answer = image.parse::<ImageRef>().ok().and_then(|image| observed.images.get(&image));
    if let (Some(ImageAnswer::Found(facts)), Some(members)) = (answer, detail.as_object_mut()) {
        members.insert("ImageDigest".into(), json!(facts.digest));
        members.insert("ImageTags".into(), json!(facts.tags));
        let optional = [
            ("RegistryId", facts.registry_id.as_ref().map(|id| json!(id))),
            ("RepositoryName", facts.repository.as_ref().map(|name| json!(name))),
            ("ImageSizeInBytes", facts.size_bytes.map(|size| json!(size.to_string()))),
            ("ImagePushedAt", facts.pushed_at_s.map(|time| json!(time))),
        ];
        members.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        members.insert("Version".into(), json!("1.0"));
    }
    format!("{detail:#}\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn tag_values_are_made_to_fit() {
        assert_eq!(super::sanitised("feat/ü #1\n"), "feat/ü _1_");
        assert_eq!(super::sanitised(&"x".repeat(300)).len(), 256);
    }
}
