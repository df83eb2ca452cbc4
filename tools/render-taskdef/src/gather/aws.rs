//! The two things that are read from AWS. The value of a `SecureString` is never asked for in plain.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecr::types::ImageIdentifier;
use aws_sdk_ssm::types::ParameterType;
use futures::{StreamExt as _, TryStreamExt as _};
use greenlight_core::taskdef::image::ImageRef;
use greenlight_core::taskdef::template::Parameter;
use greenlight_kit::{AwsError, AwsErrorKind, AwsFlags, Failure};

use crate::plan::{ImageAnswer, ImageFacts};

/// Names in one call of `GetParameters`
/// (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>, 2026-11).
const PARAMETERS_PER_CALL: usize = 10;
const CALLS_AT_ONCE: usize = 8;

/// Reads plain parameters; asks AWS nothing when there are none.
pub async fn parameters(
    aws: &AwsFlags,
    region: Option<&str>,
    names: BTreeSet<String>,
) -> Result<BTreeMap<String, Parameter>, Failure> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut flags = aws.clone();
    flags.region = flags.region.or_else(|| region.map(str::to_owned));
    let client = aws_sdk_ssm::Client::new(&flags.load().await);
    let names: Vec<String> = names.into_iter().collect();
    let answers: Vec<_> = futures::stream::iter(names.chunks(PARAMETERS_PER_CALL).map(<[String]>::to_vec))
        .map(|chunk| {
            let call = client.get_parameters().set_names(Some(chunk)).with_decryption(false);
            async move { call.send().await.map_err(|error| AwsError::new("ssm", "GetParameters", &error)) }
        })
        .buffered(CALLS_AT_ONCE)
        .try_collect()
        .await?;
    let mut found: BTreeMap<String, Parameter> =
        names.into_iter().map(|name| (name, Parameter::Missing)).collect();
    for parameter in answers.into_iter().flat_map(|answer| answer.parameters.unwrap_or_default()) {
        let value = match parameter.r#type {
            Some(ParameterType::SecureString) => Parameter::Secure,
            _ => Parameter::Plain(parameter.value.unwrap_or_default()),
        };
        if let Some(name) = parameter.name {
            found.insert(name, value);
        }
    }
    Ok(found)
}

/// Asks ECR for each image in a private repository: is it there, can it be pulled, what is its digest. For an image for several
/// platforms the digest is the index's.
pub async fn images(
    aws: &AwsFlags,
    wanted: BTreeSet<ImageRef>,
) -> Result<BTreeMap<ImageRef, ImageAnswer>, Failure> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let config = aws.load().await;
    let calls = wanted.into_iter().filter_map(|image| {
        let repository = image.ecr()?;
        let region = aws_sdk_ecr::config::Region::new(repository.region);
        let client = aws_sdk_ecr::Client::from_conf(
            aws_sdk_ecr::config::Builder::from(&config).region(region).build(),
        );
        // A digest says everything; a tag beside it is decoration. Without both, runtimes pull "latest".
        let tag = image.digest.is_none().then(|| image.tag.clone().unwrap_or_else(|| "latest".to_owned()));
        let id = ImageIdentifier::builder().set_image_digest(image.digest.clone()).set_image_tag(tag).build();
        let call = client
            .describe_images()
            .registry_id(repository.registry_id)
            .repository_name(repository.name)
            .image_ids(id);
        Some(async move {
            match call.send().await {
                Ok(answer) => {
                    Ok((image, answer_of(answer.image_details.unwrap_or_default().into_iter().next())))
                }
                Err(error) => {
                    let error = AwsError::new("ecr", "DescribeImages", &error);
                    let missing = error.kind == AwsErrorKind::NotFound;
                    if missing { Ok((image, ImageAnswer::Missing)) } else { Err(error) }
                }
            }
        })
    });
    let answers: BTreeMap<_, _> =
        futures::stream::iter(calls).buffer_unordered(CALLS_AT_ONCE).try_collect().await?;
    Ok(answers)
}

fn answer_of(detail: Option<aws_sdk_ecr::types::ImageDetail>) -> ImageAnswer {
    let Some(detail) = detail else { return ImageAnswer::Missing };
    let Some(digest) = detail.image_digest else { return ImageAnswer::Missing };
    match detail.image_status {
        Some(status) if status.as_str() != "ACTIVE" => {
            return ImageAnswer::Inactive(status.as_str().to_owned());
        }
        _ => {}
    }
    let mut tags = detail.image_tags.unwrap_or_default();
    tags.sort();
    ImageAnswer::Found(ImageFacts {
        digest,
        registry_id: detail.registry_id,
        repository: detail.repository_name,
        tags,
        size_bytes: detail.image_size_in_bytes,
        pushed_at_s: detail.image_pushed_at.map(|time| time.secs()),
    })
}
