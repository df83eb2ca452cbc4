//! CloudFront's REST API in XML, as far as a release needs it.

use std::fmt::Write as _;
use std::sync::Arc;

use http::{HeaderValue, Method};
use serde::Deserialize;

use super::Edge;
use super::distribution::Distribution;
use super::invalidation::Invalidation;
use super::operation::{API_PREFIX, operation};
use crate::api::{ApiError, xml_text};
use crate::http::{Request, Response, response};

const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
const MAX_ITEMS: usize = 100;

/// What is answered besides the XML.
struct Answer {
    status: u16,
    xml: String,
    header: Option<(&'static str, String)>,
}

impl Answer {
    fn ok(xml: String) -> Self {
        Self { status: 200, xml, header: None }
    }
}

pub fn handle(edge: &Edge, request: &Request) -> Response {
    let mut answer = match answer(edge, request) {
        Ok(answer) => {
            let xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", answer.xml);
            let mut response = response(answer.status, "text/xml", xml);
            if let Some((name, value)) = answer.header
                && let Ok(value) = HeaderValue::from_str(&value)
            {
                response.headers_mut().insert(name, value);
            }
            response
        }
        Err(error) => error_response(&error),
    };
    if let Ok(id) = HeaderValue::from_str(&uuid::Uuid::new_v4().to_string()) {
        answer.headers_mut().insert("x-amzn-requestid", id);
    }
    answer
}

fn error_response(error: &ApiError) -> Response {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{}</Type><Code>{}</Code>\
         <Message>{}</Message></Error><RequestId>{}</RequestId></ErrorResponse>",
        if error.status < 500 { "Sender" } else { "Receiver" },
        xml_text(&error.code),
        xml_text(&error.message),
        uuid::Uuid::new_v4()
    );
    response(error.status, "text/xml", xml)
}

fn answer(edge: &Edge, request: &Request) -> Result<Answer, ApiError> {
    let path = request.uri().path();
    let segments: Vec<&str> = path
        .strip_prefix(API_PREFIX)
        .unwrap_or_default()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let named = |id: &str| {
        edge.distribution(id).ok_or_else(|| {
            ApiError::with_status(404, "NoSuchDistribution", "The specified distribution does not exist.")
        })
    };
    match (request.method(), segments.as_slice()) {
        (&Method::GET, ["distribution"]) => Ok(list_distributions(edge)),
        (&Method::GET, ["distribution", id]) => {
            let distribution = named(id)?;
            Ok(Answer {
                header: Some(("etag", etag(&distribution))),
                ..Answer::ok(distribution_xml(&distribution))
            })
        }
        (&Method::GET, ["distribution", id, "config"]) => {
            let distribution = named(id)?;
            let xml = format!(
                "<DistributionConfig xmlns=\"{NAMESPACE}\">{}</DistributionConfig>",
                config_xml(&distribution)
            );
            Ok(Answer { header: Some(("etag", etag(&distribution))), ..Answer::ok(xml) })
        }
        (&Method::POST, ["distribution", id, "invalidation"]) => create_invalidation(&named(id)?, request),
        (&Method::GET, ["distribution", id, "invalidation"]) => {
            list_invalidations(named(id)?.as_ref(), request)
        }
        (&Method::GET, ["distribution", id, "invalidation", invalidation]) => {
            let distribution = named(id)?;
            let state = distribution.invalidations();
            let found = state.get(invalidation).ok_or_else(|| {
                ApiError::with_status(404, "NoSuchInvalidation", "The specified invalidation does not exist.")
            })?;
            Ok(Answer::ok(invalidation_xml(found)))
        }
        _ => Err(ApiError::unknown_operation("cloudfront", operation(request.method(), request.uri()))),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InvalidationBatch {
    paths: Paths,
    caller_reference: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Paths {
    quantity: usize,
    #[serde(default)]
    items: Items,
}

#[derive(Deserialize, Default)]
struct Items {
    #[serde(rename = "Path", default)]
    path: Vec<String>,
}

fn create_invalidation(distribution: &Arc<Distribution>, request: &Request) -> Result<Answer, ApiError> {
    if request.body().is_empty() {
        return Err(ApiError::new(
            "MissingBody",
            "This operation requires a body. Ensure that the body is present and the Content-Type header is set.",
        ));
    }
    let text = String::from_utf8_lossy(request.body());
    let batch: InvalidationBatch = quick_xml::de::from_str(&text)
        .map_err(|error| ApiError::new("MalformedInput", format!("The XML cannot be read: {error}")))?;
    if batch.paths.quantity != batch.paths.items.path.len() {
        return Err(ApiError::new(
            "InconsistentQuantities",
            "The value of Quantity and the size of Items don't match.",
        ));
    }
    let invalidation = distribution.invalidate(batch.caller_reference, batch.paths.items.path)?;
    let location = format!("https://cloudfront.amazonaws.com{}/{}", request.uri().path(), invalidation.id);
    Ok(Answer { status: 201, xml: invalidation_xml(&invalidation), header: Some(("location", location)) })
}

fn list_invalidations(distribution: &Distribution, request: &Request) -> Result<Answer, ApiError> {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let parameter = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let invalid = || ApiError::new("InvalidArgument", "The argument MaxItems or Marker is invalid.");
    let max_items = parameter("MaxItems").map_or(Ok(MAX_ITEMS), str::parse).map_err(|_| invalid())?;
    let marker = parameter("Marker").unwrap_or_default();
    let state = distribution.invalidations();
    let start = match marker {
        "" => 0,
        marker => {
            state.newest_first().position(|invalidation| invalidation.id == marker).ok_or_else(invalid)? + 1
        }
    };
    let rest: Vec<&Invalidation> = state.newest_first().skip(start).collect();
    let page: Vec<&&Invalidation> = rest.iter().take(max_items).collect();
    let truncated = rest.len() > page.len();
    let mut items = String::new();
    for invalidation in &page {
        let _ = write!(
            items,
            "<InvalidationSummary><Id>{}</Id><CreateTime>{}</CreateTime><Status>{}</Status></InvalidationSummary>",
            invalidation.id,
            invalidation.created,
            status(invalidation)
        );
    }
    let next = page
        .last()
        .filter(|_| truncated)
        .map(|last| format!("<NextMarker>{}</NextMarker>", last.id))
        .unwrap_or_default();
    Ok(Answer::ok(format!(
        "<InvalidationList xmlns=\"{NAMESPACE}\"><Marker>{}</Marker>{next}<MaxItems>{max_items}</MaxItems>\
         <IsTruncated>{truncated}</IsTruncated><Quantity>{}</Quantity><Items>{items}</Items></InvalidationList>",
        xml_text(marker),
        page.len()
    )))
}

fn status(invalidation: &Invalidation) -> &'static str {
    if invalidation.completed { "Completed" } else { "InProgress" }
}

fn invalidation_xml(invalidation: &Invalidation) -> String {
    let paths: Vec<String> =
        invalidation.paths.iter().map(|path| format!("<Path>{}</Path>", xml_text(path))).collect();
    let paths = paths.concat();
    format!(
        "<Invalidation xmlns=\"{NAMESPACE}\"><Id>{}</Id><Status>{}</Status><CreateTime>{}</CreateTime><InvalidationBatch><Paths>\
         <Quantity>{}</Quantity><Items>{paths}</Items></Paths><CallerReference>{}</CallerReference></InvalidationBatch></Invalidation>",
        invalidation.id,
        status(invalidation),
        invalidation.created,
        invalidation.paths.len(),
        xml_text(&invalidation.caller_reference)
    )
}

/// Distributions do not change here, so the version is of the id.
fn etag(distribution: &Distribution) -> String {
    let id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, distribution.running.arn.as_bytes())
        .simple()
        .to_string()
        .to_uppercase();
    format!("E{}", id.chars().take(13).collect::<String>())
}

/// The distribution's host and port: there is no domain.
fn domain(distribution: &Distribution) -> &str {
    distribution.running.url.trim_start_matches("http://")
}

fn summary_xml(distribution: &Distribution) -> String {
    format!(
        "<Id>{}</Id><ARN>{}</ARN><Status>Deployed</Status><LastModifiedTime>{}</LastModifiedTime>",
        xml_text(&distribution.running.id),
        xml_text(&distribution.running.arn),
        distribution.created
    )
}

fn distribution_xml(distribution: &Distribution) -> String {
    format!(
        "<Distribution xmlns=\"{NAMESPACE}\">{}<InProgressInvalidationBatches>{}</InProgressInvalidationBatches><DomainName>{}</DomainName>\
         <DistributionConfig>{}</DistributionConfig></Distribution>",
        summary_xml(distribution),
        distribution.invalidations().in_progress(),
        domain(distribution),
        config_xml(distribution)
    )
}

fn list_distributions(edge: &Edge) -> Answer {
    let distributions = edge.distributions();
    let items: Vec<String> = distributions
        .values()
        .map(|distribution| {
            format!(
                "<DistributionSummary>{}<DomainName>{}</DomainName>{}</DistributionSummary>",
                summary_xml(distribution),
                domain(distribution),
                config_xml(distribution)
            )
        })
        .collect();
    let items = items.concat();
    Answer::ok(format!(
        "<DistributionList xmlns=\"{NAMESPACE}\"><Marker></Marker><MaxItems>{MAX_ITEMS}</MaxItems><IsTruncated>false</IsTruncated>\
         <Quantity>{}</Quantity><Items>{items}</Items></DistributionList>",
        distributions.len()
    ))
}

fn config_xml(distribution: &Distribution) -> String {
    let spec = &distribution.spec;
    let bucket = xml_text(&spec.bucket);
    let mut origins = format!(
        "<Origin><Id>site</Id><DomainName>{bucket}.s3.{}.amazonaws.com</DomainName><OriginPath>{}</OriginPath>\
         <S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig></Origin>",
        crate::names::REGION,
        xml_text(&spec.origin_path)
    );
    let mut behaviours = String::new();
    let api = distribution.api_authority();
    if let Some(authority) = api {
        let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
        let _ = write!(
            origins,
            "<Origin><Id>api</Id><DomainName>{}</DomainName><OriginPath></OriginPath><CustomOriginConfig><HTTPPort>{}</HTTPPort>\
             <HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>http-only</OriginProtocolPolicy></CustomOriginConfig></Origin>",
            xml_text(host),
            xml_text(port)
        );
        behaviours.push_str(
            "<CacheBehavior><PathPattern>/api/*</PathPattern><TargetOriginId>api</TargetOriginId>\
             <ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy></CacheBehavior>",
        );
    }
    format!(
        "<CallerReference>local-pipeline</CallerReference><Aliases><Quantity>0</Quantity></Aliases>\
         <DefaultRootObject>index.html</DefaultRootObject><Origins><Quantity>{}</Quantity><Items>{origins}</Items></Origins>\
         <DefaultCacheBehavior><TargetOriginId>site</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>\
         </DefaultCacheBehavior><CacheBehaviors><Quantity>{}</Quantity><Items>{behaviours}</Items></CacheBehaviors>\
         <Comment>local-pipeline</Comment><Enabled>true</Enabled>",
        1 + usize::from(api.is_some()),
        usize::from(api.is_some())
    )
}
