//! `image`: container images without Docker.

use greenlight_kit::{Exit, Failure};

use super::{say, tell};
use crate::cli::Image;
use crate::image::{BuildImage, build};

pub async fn run(image: Image) -> Result<Exit, Failure> {
    let Image::Build { context, dockerfile, requirements, push, endpoint_url, python, cache } = image;
    let built = build(BuildImage {
        dockerfile: dockerfile.unwrap_or_else(|| context.join("Dockerfile")),
        requirements: requirements.unwrap_or_else(|| context.join("requirements.txt")),
        context,
        push,
        endpoint_url,
        python,
        cache,
    })
    .await
    .map_err(|error| Failure::new(Exit::MalformedInput, error))?;
    for note in &built.notes {
        tell(&format!("note: {note}"));
    }
    say(&format!("{}@{}", built.reference, built.digest));
    Ok(Exit::Done)
}
