//! Images in ECR: are they there, what is their digest, for which platforms are they built, what did the scan find.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::Builder;
use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;
use futures::StreamExt as _;
use greenlight_core::taskdef::image::{EcrRepository, ImageRef};
use greenlight_core::taskdef::online::{Answer, Obstacle, Platform, Scan, Unknown};
use greenlight_core::taskdef::pin::{ImageAnswer, ImageAnswers, ImageFacts};
use greenlight_kit::{AwsError, AwsErrorKind};
use serde_json::Value as Json;

use super::{CALLS_AT_ONCE, ImageQuestions, answer, region, unknown};

/// Manifests for several platforms
/// (<https://github.com/opencontainers/image-spec/blob/main/image-index.md>, 2026-11).
const INDEX_TYPES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];
/// Manifests for one.
const MANIFEST_TYPES: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];
/// An image's configuration is a few kilobytes; more is not read.
const MAX_CONFIG_BYTES: usize = 1 << 20;

/// What is asked besides presence and digest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    pub platform: Option<&'a Platform>,
    pub scans: bool,
}

#[derive(Debug, Default)]
pub struct Found {
    pub images: ImageAnswers,
    pub platforms: BTreeMap<ImageRef, Answer<Vec<Platform>>>,
    pub scans: BTreeMap<ImageRef, Answer<Scan>>,
    /// Why an image that cannot be written without an answer has none.
    pub failed: Option<AwsError>,
}

/// Asks about every image.
pub async fn ask(config: &SdkConfig, questions: &ImageQuestions, wanted: &Wanted<'_>) -> Found {
    let calls: Vec<_> = questions
        .images
        .iter()
        .filter_map(|image| {
            let repository = image.ecr()?;
            let client = Client::from_conf(Builder::from(config).region(region(&repository.region)).build());
            Some(async move { (image, one(&client, image, &repository, wanted).await) })
        })
        .collect();
    let mut answers: Vec<_> = futures::stream::iter(calls).buffer_unordered(CALLS_AT_ONCE).collect().await;
    // Whatever answered first, the same error is the one that is told.
    answers.sort_by_key(|(image, _)| *image);
    let mut found = Found::default();
    for (image, answers) in answers {
        found.images.insert(image.clone(), answers.image);
        found.platforms.extend(answers.platforms.map(|answer| (image.clone(), answer)));
        found.scans.extend(answers.scan.map(|answer| (image.clone(), answer)));
        if questions.needed.contains(image) {
            found.failed = found.failed.or(answers.error);
        }
    }
    found
}

/// What ECR says about one image.
#[derive(Debug)]
pub struct Answers {
    pub image: ImageAnswer,
    pub platforms: Option<Answer<Vec<Platform>>>,
    pub scan: Option<Answer<Scan>>,
    /// Why `image` is unknown.
    pub error: Option<AwsError>,
}

pub async fn one(
    client: &Client,
    image: &ImageRef,
    repository: &EcrRepository,
    wanted: &Wanted<'_>,
) -> Answers {
    let (described, error) = match describe(client, image, repository).await {
        Ok(described) => (described, None),
        Err(error) => (ImageAnswer::Unknown(unknown(&error)), Some(error)),
    };
    let facts = match &described {
        ImageAnswer::Found(facts) if wanted.platform.is_some() || wanted.scans => facts,
        _ => return Answers { image: described, platforms: None, scan: None, error },
    };
    let manifest = manifest(client, repository, &facts.digest).await;
    let platforms = async {
        match (&manifest, wanted.platform) {
            (_, None) => None,
            (Err(unknown), _) => Some(Answer::Unknown(unknown.clone())),
            (Ok(manifest), Some(_)) => Some(platforms(client, repository, manifest).await),
        }
    };
    let scan = async {
        if !wanted.scans {
            return None;
        }
        Some(match &manifest {
            // Which image of several would run is in the manifest.
            Err(unknown) => Answer::Unknown(unknown.clone()),
            Ok(manifest) => {
                scans(client, repository, &scanned(manifest, wanted.platform, &facts.digest)).await
            }
        })
    };
    let (platforms, scan) = futures::future::join(platforms, scan).await;
    Answers { image: described, platforms, scan, error }
}

/// An index itself is not scanned: the image of it that would run is, or, when nobody says which, each of them.
fn scanned(manifest: &Json, wanted: Option<&Platform>, own: &str) -> Vec<String> {
    let Some(entries) = entries(manifest) else { return vec![own.to_owned()] };
    let fits = |platform: &Platform| wanted.is_none_or(|wanted| platform == wanted);
    entries.into_iter().filter(|(platform, _)| fits(platform)).map(|(_, digest)| digest.to_owned()).collect()
}

/// The worst of several scans, severity by severity; one that is missing or unknown decides.
async fn scans(client: &Client, repository: &EcrRepository, digests: &[String]) -> Answer<Scan> {
    let answers =
        futures::future::join_all(digests.iter().map(|digest| scan(client, repository, digest))).await;
    let mut worst: BTreeMap<String, u64> = BTreeMap::new();
    if answers.is_empty() {
        return Answer::Missing;
    }
    for answer in answers {
        match answer {
            Answer::Found(Scan::Complete(counts)) => {
                for (severity, count) in counts {
                    let known = worst.entry(severity).or_default();
                    *known = count.max(*known);
                }
            }
            other => return other,
        }
    }
    Answer::Found(Scan::Complete(worst))
}

async fn describe(
    client: &Client,
    image: &ImageRef,
    repository: &EcrRepository,
) -> Result<ImageAnswer, AwsError> {
    // A digest says everything; a tag beside it is decoration. Without both, runtimes pull "latest".
    let tag = image.digest.is_none().then(|| image.tag.clone().unwrap_or_else(|| "latest".to_owned()));
    let id = ImageIdentifier::builder().set_image_digest(image.digest.clone()).set_image_tag(tag).build();
    let call = client
        .describe_images()
        .registry_id(&repository.registry_id)
        .repository_name(&repository.name)
        .image_ids(id);
    match call.send().await {
        Ok(answer) => Ok(answer_of(answer.image_details.unwrap_or_default().into_iter().next())),
        Err(error) => {
            let error = AwsError::new("ecr", "DescribeImages", &error);
            if error.kind != AwsErrorKind::NotFound {
                return Err(error);
            }
            Ok(match cached_by(client, repository).await {
                Some(rule) => ImageAnswer::Unknown(Unknown {
                    obstacle: Obstacle::NotCached,
                    detail: format!(
                        "the pull-through cache rule {rule} fetches it when it is pulled for the first time"
                    ),
                }),
                None => ImageAnswer::Missing,
            })
        }
    }
}

/// The rule that makes repository and image with the first pull
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private-wildcards.html>, 2026-11). Without an answer there is
/// none: the image is not there, and that is the safer thing to say.
async fn cached_by(client: &Client, repository: &EcrRepository) -> Option<String> {
    let call = client.describe_pull_through_cache_rules().registry_id(&repository.registry_id);
    let rules = call.into_paginator().items().send().try_collect().await.ok()?;
    let prefixes = rules.into_iter().filter_map(|rule| rule.ecr_repository_prefix);
    let covers = |prefix: &String| {
        prefix == "ROOT"
            || repository.name.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('/'))
    };
    prefixes.filter(covers).max_by_key(String::len)
}

fn answer_of(detail: Option<ImageDetail>) -> ImageAnswer {
    let Some(detail) = detail else { return ImageAnswer::Missing };
    let Some(digest) = detail.image_digest else { return ImageAnswer::Missing };
    if let Some(status) = detail.image_status.filter(|status| status.as_str() != "ACTIVE") {
        return ImageAnswer::Inactive(status.as_str().to_owned());
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

async fn manifest(client: &Client, repository: &EcrRepository, digest: &str) -> Result<Json, Unknown> {
    let types = INDEX_TYPES.into_iter().chain(MANIFEST_TYPES).map(str::to_owned).collect();
    let call = client
        .batch_get_image()
        .registry_id(&repository.registry_id)
        .repository_name(&repository.name)
        .set_accepted_media_types(Some(types))
        .image_ids(ImageIdentifier::builder().image_digest(digest).build());
    let found = call.send().await.map_err(|error| unknown(&AwsError::new("ecr", "BatchGetImage", &error)))?;
    let text = found.images().first().and_then(|image| image.image_manifest());
    text.and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| refused("ecr BatchGetImage gave no manifest that can be read"))
}

fn refused(detail: &str) -> Unknown {
    Unknown { obstacle: Obstacle::Refused, detail: detail.to_owned() }
}

fn text<'a>(value: &'a Json, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Json::as_str)
}

/// Platform and digest of everything in an index. Attestations are entries for the platform "unknown".
fn entries(manifest: &Json) -> Option<Vec<(Platform, &str)>> {
    let manifests = manifest.get("manifests")?.as_array()?;
    let entry = |entry| {
        let (os, architecture) = (text(entry, "/platform/os")?, text(entry, "/platform/architecture")?);
        let platform = Platform { os: os.to_owned(), architecture: architecture.to_owned() };
        Some((platform, text(entry, "/digest")?))
    };
    Some(manifests.iter().filter_map(entry).filter(|(platform, _)| platform.os != "unknown").collect())
}

async fn platforms(client: &Client, repository: &EcrRepository, manifest: &Json) -> Answer<Vec<Platform>> {
    if let Some(entries) = entries(manifest) {
        return Answer::Found(entries.into_iter().map(|(platform, _)| platform).collect());
    }
    let Some(config) = text(manifest, "/config/digest") else {
        return Answer::Unknown(refused("the manifest names no configuration"));
    };
    let call = client
        .get_download_url_for_layer()
        .registry_id(&repository.registry_id)
        .repository_name(&repository.name)
        .layer_digest(config);
    let url = match call.send().await {
        Ok(found) => found.download_url.unwrap_or_default(),
        Err(error) => return answer(&AwsError::new("ecr", "GetDownloadUrlForLayer", &error)),
    };
    // The link is signed and appears in no message.
    match download(&url).await {
        Ok(config) => match (text(&config, "/os"), text(&config, "/architecture")) {
            (Some(os), Some(architecture)) => {
                Answer::Found(vec![Platform { os: os.to_owned(), architecture: architecture.to_owned() }])
            }
            _ => Answer::Unknown(refused("the image's configuration names no platform")),
        },
        Err(unknown) => Answer::Unknown(unknown),
    }
}

/// Fetches a small JSON document from a signed link.
async fn download(url: &str) -> Result<Json, Unknown> {
    let failed = || Unknown {
        obstacle: Obstacle::Unavailable,
        detail: "the image's configuration could not be downloaded".to_owned(),
    };
    let request = HttpRequest::get(url).map_err(|_| refused("ecr GetDownloadUrlForLayer gave no link"))?;
    let connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).build();
    let answer = connector.call(request).await.map_err(|_| failed())?;
    if !answer.status().is_success() {
        return Err(failed());
    }
    let bytes = ByteStream::new(answer.into_body()).collect().await.map_err(|_| failed())?.into_bytes();
    if bytes.len() > MAX_CONFIG_BYTES {
        return Err(refused("the image's configuration is too large"));
    }
    serde_json::from_slice(&bytes).map_err(|_| refused("the image's configuration is not JSON"))
}

async fn scan(client: &Client, repository: &EcrRepository, digest: &str) -> Answer<Scan> {
    let call = client
        .describe_image_scan_findings()
        .registry_id(&repository.registry_id)
        .repository_name(&repository.name)
        .image_id(ImageIdentifier::builder().image_digest(digest).build());
    let found = match call.send().await {
        Ok(found) => found,
        Err(error) => return answer(&AwsError::new("ecr", "DescribeImageScanFindings", &error)),
    };
    let status = found
        .image_scan_status()
        .and_then(|status| status.status())
        .map_or("unknown", |status| status.as_str());
    // ACTIVE is the state of Inspector's continuous scan, COMPLETE that of the basic one.
    if !matches!(status, "COMPLETE" | "ACTIVE") {
        return Answer::Found(Scan::Pending(status.to_owned()));
    }
    let counts = found.image_scan_findings().and_then(|findings| findings.finding_severity_counts());
    let counts = counts.into_iter().flatten();
    Answer::Found(Scan::Complete(
        counts
            .map(|(severity, count)| {
                (severity.as_str().to_ascii_lowercase(), u64::try_from(*count).unwrap_or(0))
            })
            .collect(),
    ))
}
