//! The name of the CloudFront operation that a request is, for the request log and for faults.

use http::{Method, Uri};

pub const API_PREFIX: &str = "/2020-05-31/";

/// `CreateInvalidation`, `GetDistribution`, …; `Unknown` for what is not known here.
pub fn operation(method: &Method, uri: &Uri) -> &'static str {
    let Some(path) = uri.path().strip_prefix(API_PREFIX) else { return "Unknown" };
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["distribution"]) => "ListDistributions",
        ("POST", ["distribution"]) => "CreateDistribution",
        ("GET", ["distribution", _]) => "GetDistribution",
        ("DELETE", ["distribution", _]) => "DeleteDistribution",
        ("GET", ["distribution", _, "config"]) => "GetDistributionConfig",
        ("PUT", ["distribution", _, "config"]) => "UpdateDistribution",
        ("POST", ["distribution", _, "invalidation"]) => "CreateInvalidation",
        ("GET", ["distribution", _, "invalidation"]) => "ListInvalidations",
        ("GET", ["distribution", _, "invalidation", _]) => "GetInvalidation",
        ("GET", ["tagging"]) => "ListTagsForResource",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_operations() {
        for (method, path, expected) in [
            (Method::POST, "/2020-05-31/distribution/E1/invalidation", "CreateInvalidation"),
            (Method::GET, "/2020-05-31/distribution/E1/invalidation/I1", "GetInvalidation"),
            (Method::GET, "/2020-05-31/distribution/E1/invalidation?MaxItems=5", "ListInvalidations"),
            (Method::GET, "/2020-05-31/distribution/E1/config", "GetDistributionConfig"),
            (Method::GET, "/2020-05-31/distribution/E1", "GetDistribution"),
            (Method::GET, "/elsewhere", "Unknown"),
        ] {
            assert_eq!(operation(&method, &path.parse().unwrap()), expected, "{path}");
        }
    }
}
