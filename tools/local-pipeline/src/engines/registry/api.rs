//! ECR's JSON API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::manifest::image_not_found;
use super::reference::ImageReference;
use super::store::{Refused, Repositories, Repository, repository, repository_mut};
use crate::api::ApiError;
use crate::names::{ACCOUNT_ID, REGION, arn};

/// A token is good for twelve hours: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html> (2026-11).
const TOKEN_SECONDS: f64 = 12.0 * 3600.0;

pub fn call(
    repositories: &mut Repositories,
    endpoint_url: &str,
    operation: &str,
    input: &Value,
) -> Result<Value, ApiError> {
    match operation {
        "CreateRepository" => create_repository(repositories, input),
        "DeleteRepository" => delete_repository(repositories, input),
        "DescribeRepositories" => describe_repositories(repositories, input),
        "DescribeImages" => describe_images(repositories, input),
        "ListImages" => list_images(repositories, input),
        "BatchGetImage" => batch_get_image(repositories, input),
        "PutImage" => put_image(repositories, input),
        "GetDownloadUrlForLayer" => download_url(repositories, endpoint_url, input),
        "GetAuthorizationToken" => Ok(authorization_token()),
        _ => Err(ApiError::unknown_operation("ecr", operation)),
    }
}

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}

fn name(input: &Value) -> Result<&str, ApiError> {
    text(input, "repositoryName").ok_or_else(|| {
        ApiError::new(
            "InvalidParameterException",
            "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must not be null'",
        )
    })
}

fn seconds(time: Timestamp) -> f64 {
    time.as_duration().as_secs_f64()
}

fn host() -> String {
    format!("{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com")
}

fn described(name: &str, repository: &Repository) -> Value {
    json!({
        "repositoryArn": arn("ecr", &format!("repository/{name}")),
        "registryId": ACCOUNT_ID,
        "repositoryName": name,
        "repositoryUri": format!("{}/{name}", host()),
        "createdAt": seconds(repository.created),
        "imageTagMutability": if repository.immutable_tags { "IMMUTABLE" } else { "MUTABLE" },
        "imageScanningConfiguration": {"scanOnPush": false},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    })
}

fn create_repository(repositories: &mut Repositories, input: &Value) -> Result<Value, ApiError> {
    let name = name(input)?;
    if repositories.contains_key(name) {
        return Err(ApiError::new(
            "RepositoryAlreadyExistsException",
            format!(
                "The repository with name '{name}' already exists in the registry with id '{ACCOUNT_ID}'"
            ),
        ));
    }
    let repository = Repository::new(text(input, "imageTagMutability") == Some("IMMUTABLE"));
    let answer = json!({"repository": described(name, &repository)});
    repositories.insert(name.to_owned(), repository);
    Ok(answer)
}

fn delete_repository(repositories: &mut Repositories, input: &Value) -> Result<Value, ApiError> {
    let name = name(input)?;
    let found = repository(repositories, name)?;
    if !found.manifests.is_empty() && input.get("force").and_then(Value::as_bool) != Some(true) {
        return Err(ApiError::new(
            "RepositoryNotEmptyException",
            format!(
                "The repository with name '{name}' in registry with id '{ACCOUNT_ID}' cannot be deleted because it still contains images"
            ),
        ));
    }
    let answer = json!({"repository": described(name, found)});
    repositories.remove(name);
    Ok(answer)
}

fn describe_repositories(repositories: &Repositories, input: &Value) -> Result<Value, ApiError> {
    let found: Vec<Value> = match input.get("repositoryNames").and_then(Value::as_array) {
        Some(names) => names
            .iter()
            .filter_map(Value::as_str)
            .map(|name| Ok(described(name, repository(repositories, name)?)))
            .collect::<Result<_, ApiError>>()?,
        None => repositories.iter().map(|(name, repository)| described(name, repository)).collect(),
    };
    Ok(json!({"repositories": found}))
}

/// The image ids of a request, as references into the repository.
fn references(name: &str, input: &Value) -> Option<Vec<ImageReference>> {
    let ids = input.get("imageIds").and_then(Value::as_array).filter(|ids| !ids.is_empty())?;
    let reference = |id: &Value| ImageReference {
        host: String::new(),
        repository: name.to_owned(),
        tag: text(id, "imageTag").map(str::to_owned),
        digest: text(id, "imageDigest").map(str::to_owned),
    };
    Some(ids.iter().map(reference).collect())
}

/// The digest, if it is there and a tag that is named too is on it.
fn resolve<'a>(repository: &'a Repository, reference: &ImageReference) -> Option<&'a str> {
    let digest = repository.resolve(reference)?;
    let agrees = reference
        .tag
        .as_ref()
        .is_none_or(|tag| repository.tags.get(tag).is_some_and(|tagged| tagged == digest));
    agrees.then_some(digest)
}

fn describe_images(repositories: &Repositories, input: &Value) -> Result<Value, ApiError> {
    let name = name(input)?;
    let repository = repository(repositories, name)?;
    let digests: Vec<&str> = match references(name, input) {
        Some(references) => references
            .iter()
            .map(|reference| resolve(repository, reference).ok_or_else(|| image_not_found(reference)))
            .collect::<Result<_, _>>()?,
        None => repository.manifests.keys().map(String::as_str).collect(),
    };
    let details: Vec<Value> = digests.iter().map(|digest| detail(name, repository, digest)).collect();
    Ok(json!({"imageDetails": details}))
}

fn detail(name: &str, repository: &Repository, digest: &str) -> Value {
    let Some(manifest) = repository.manifests.get(digest) else { return Value::Null };
    let parsed: Value = serde_json::from_slice(&manifest.body).unwrap_or_default();
    let layers = parsed.get("layers").and_then(Value::as_array).into_iter().flatten();
    let size: u64 = layers.filter_map(|layer| layer.get("size").and_then(Value::as_u64)).sum();
    let mut detail = json!({
        "registryId": ACCOUNT_ID,
        "repositoryName": name,
        "imageDigest": digest,
        "imageSizeInBytes": size,
        "imagePushedAt": seconds(manifest.pushed),
        "imageManifestMediaType": manifest.media_type,
    });
    let tags = repository.tags_of(digest);
    if let Some(fields) = detail.as_object_mut() {
        if !tags.is_empty() {
            fields.insert("imageTags".to_owned(), json!(tags));
        }
        if let Some(media_type) = parsed.pointer("/config/mediaType") {
            fields.insert("artifactMediaType".to_owned(), media_type.clone());
        }
    }
    detail
}

fn list_images(repositories: &Repositories, input: &Value) -> Result<Value, ApiError> {
    let repository = repository(repositories, name(input)?)?;
    let wanted = input.pointer("/filter/tagStatus").and_then(Value::as_str).unwrap_or("ANY");
    let mut ids = Vec::new();
    for digest in repository.manifests.keys() {
        let tags = repository.tags_of(digest);
        if tags.is_empty() && wanted != "TAGGED" {
            ids.push(json!({"imageDigest": digest}));
        }
        if wanted != "UNTAGGED" {
            ids.extend(tags.iter().map(|tag| json!({"imageDigest": digest, "imageTag": tag})));
        }
    }
    Ok(json!({"imageIds": ids}))
}

fn image_value(name: &str, repository: &Repository, digest: &str, tag: Option<&str>) -> Value {
    let mut id = json!({"imageDigest": digest});
    if let (Some(tag), Some(fields)) = (tag, id.as_object_mut()) {
        fields.insert("imageTag".to_owned(), json!(tag));
    }
    let manifest = repository.manifests.get(digest);
    json!({
        "registryId": ACCOUNT_ID,
        "repositoryName": name,
        "imageId": id,
        "imageManifest": manifest.map(|manifest| String::from_utf8_lossy(&manifest.body)),
        "imageManifestMediaType": manifest.map(|manifest| &manifest.media_type),
    })
}

fn batch_get_image(repositories: &Repositories, input: &Value) -> Result<Value, ApiError> {
    let name = name(input)?;
    let repository = repository(repositories, name)?;
    let mut images = Vec::new();
    let mut failures = Vec::new();
    for reference in references(name, input).unwrap_or_default() {
        match resolve(repository, &reference) {
            Some(digest) => images.push(image_value(name, repository, digest, reference.tag.as_deref())),
            None => failures.push(json!({
                "imageId": id_of(&reference),
                "failureCode": "ImageNotFound",
                "failureReason": "Requested image not found",
            })),
        }
    }
    Ok(json!({"images": images, "failures": failures}))
}

fn id_of(reference: &ImageReference) -> Value {
    let mut id = serde_json::Map::new();
    if let Some(digest) = &reference.digest {
        id.insert("imageDigest".to_owned(), json!(digest));
    }
    if let Some(tag) = &reference.tag {
        id.insert("imageTag".to_owned(), json!(tag));
    }
    Value::Object(id)
}

fn put_image(repositories: &mut Repositories, input: &Value) -> Result<Value, ApiError> {
    let name = name(input)?;
    let repository = repository_mut(repositories, name)?;
    let body = Bytes::from(text(input, "imageManifest").unwrap_or_default().to_owned());
    let tag = text(input, "imageTag");
    let digest = super::store::digest(&body);
    if repository.manifests.contains_key(&digest)
        && tag.is_none_or(|tag| repository.tags.get(tag) == Some(&digest))
    {
        return Err(ApiError::new(
            "ImageAlreadyExistsException",
            format!("Image with digest '{digest}' and tag '{}' already exists", tag.unwrap_or("null")),
        ));
    }
    let stored =
        repository.put_manifest(&body, text(input, "imageManifestMediaType"), tag.unwrap_or(&digest));
    let digest = stored.map_err(|refused| match refused {
        Refused::TagExists { tag, .. } => ApiError::new(
            "ImageTagAlreadyExistsException",
            format!("The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because the repository is immutable."),
        ),
        Refused::BlobUnknown(digest) => ApiError::new("LayersNotFoundException", format!("Layer '{digest}' does not exist")),
        Refused::Invalid(message) => ApiError::new("InvalidParameterException", format!("Invalid parameter at 'imageManifest': {message}")),
        Refused::Digest => ApiError::new("ImageDigestDoesNotMatchException", "The digest does not match the manifest"),
    })?;
    Ok(json!({"image": image_value(name, repository, &digest, tag)}))
}

/// A layer or a configuration, by a link of the distribution API. ECR's own is signed and ends after an hour
/// (<https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html>, 2026-11).
fn download_url(repositories: &Repositories, endpoint_url: &str, input: &Value) -> Result<Value, ApiError> {
    let name = name(input)?;
    let repository = repository(repositories, name)?;
    let digest = text(input, "layerDigest").unwrap_or_default();
    if !repository.blobs.contains_key(digest) {
        return Err(ApiError::new(
            "LayersNotFoundException",
            format!(
                "The layer with digest '{digest}' does not exist in the repository with name '{name}' in the registry with id '{ACCOUNT_ID}'"
            ),
        ));
    }
    Ok(json!({"downloadUrl": format!("{endpoint_url}/v2/{name}/blobs/{digest}"), "layerDigest": digest}))
}

fn authorization_token() -> Value {
    let token = STANDARD.encode("AWS:local-pipeline");
    json!({"authorizationData": [{
        "authorizationToken": token,
        "expiresAt": seconds(Timestamp::now()) + TOKEN_SECONDS,
        "proxyEndpoint": format!("https://{}", host()),
    }]})
}
