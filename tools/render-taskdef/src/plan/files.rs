//! The bytes of the three files.

use greenlight_core::taskdef::appspec::AppSpec;
use greenlight_core::taskdef::image::ImageRef;
use greenlight_core::taskdef::node::Node;
use greenlight_core::taskdef::pin::{self, ImageAnswer};
use serde_json::json;

use super::{Inputs, Observed};

/// All files that a run can write. One of an earlier run that this run does not write is taken away.
pub const NAMES: [&str; 3] = ["taskdef.json", "appspec.yaml", "imageDetail.json"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: &'static str,
    pub content: String,
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
    let given = inputs.choice.given.get(&spec.container).map(String::as_str);
    // In placeholder mode the file is what fills the placeholder, so it names the image that was given. Without one, what fills it comes
    // from another action of the pipeline.
    if let Some(image) = given.or(written).filter(|text| text.parse::<ImageRef>().is_ok()) {
        files.push(File { name: "imageDetail.json", content: image_detail(image, inputs, observed) });
    }
    files
}

/// The form of <https://docs.aws.amazon.com/codepipeline/latest/userguide/file-reference.html> (2026-11); only `ImageURI` is needed.
fn image_detail(image: &str, inputs: &Inputs, observed: &Observed) -> String {
    let answers = &observed.online.images;
    let as_is = inputs.choice.mode == pin::Images::AsIs;
    let mut detail = json!({"ImageURI": if as_is { image.to_owned() } else { pin::pinned(image, answers) }});
    let answer = image.parse::<ImageRef>().ok().and_then(|image| answers.get(&image));
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
