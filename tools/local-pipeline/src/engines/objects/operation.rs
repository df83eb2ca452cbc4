//! The name of the S3 operation that a request is, for the request log and for faults.

use http::{HeaderMap, Method, Uri};

/// `PutObject`, `ListObjectsV2`, …; `Unknown` for what S3 does not have. Path-style addressing.
pub fn operation(method: &Method, uri: &Uri, headers: &HeaderMap) -> &'static str {
    let path = uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let query: Vec<_> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|item| item.split_once('=').unwrap_or((item, "")))
        .collect();
    let has = |name: &str| query.iter().any(|(key, _)| *key == name);
    let method = method.as_str();
    if bucket.is_empty() {
        return if method == "GET" { "ListBuckets" } else { "Unknown" };
    }
    if key.is_empty() {
        return bucket_operation(method, &has, query.contains(&("list-type", "2")));
    }
    let copy = headers.contains_key("x-amz-copy-source");
    match method {
        "GET" if has("uploadId") => "ListParts",
        "GET" if has("tagging") => "GetObjectTagging",
        "GET" if has("acl") => "GetObjectAcl",
        "GET" if has("attributes") => "GetObjectAttributes",
        "GET" => "GetObject",
        "HEAD" => "HeadObject",
        "PUT" if has("partNumber") => {
            if copy {
                "UploadPartCopy"
            } else {
                "UploadPart"
            }
        }
        "PUT" if has("tagging") => "PutObjectTagging",
        "PUT" if has("acl") => "PutObjectAcl",
        "PUT" if copy => "CopyObject",
        "PUT" => "PutObject",
        "POST" if has("uploads") => "CreateMultipartUpload",
        "POST" if has("uploadId") => "CompleteMultipartUpload",
        "DELETE" if has("uploadId") => "AbortMultipartUpload",
        "DELETE" if has("tagging") => "DeleteObjectTagging",
        "DELETE" => "DeleteObject",
        _ => "Unknown",
    }
}

/// Sub-resources of a bucket: query parameter, reading operation, writing operation.
const SUB_RESOURCES: [(&str, &str, &str); 12] = [
    ("versioning", "GetBucketVersioning", "PutBucketVersioning"),
    ("policy", "GetBucketPolicy", "PutBucketPolicy"),
    ("encryption", "GetBucketEncryption", "PutBucketEncryption"),
    ("lifecycle", "GetBucketLifecycleConfiguration", "PutBucketLifecycleConfiguration"),
    ("publicAccessBlock", "GetPublicAccessBlock", "PutPublicAccessBlock"),
    ("ownershipControls", "GetBucketOwnershipControls", "PutBucketOwnershipControls"),
    ("tagging", "GetBucketTagging", "PutBucketTagging"),
    ("cors", "GetBucketCors", "PutBucketCors"),
    ("acl", "GetBucketAcl", "PutBucketAcl"),
    ("logging", "GetBucketLogging", "PutBucketLogging"),
    ("notification", "GetBucketNotificationConfiguration", "PutBucketNotificationConfiguration"),
    ("location", "GetBucketLocation", "Unknown"),
];

fn bucket_operation(method: &str, has: &dyn Fn(&str) -> bool, version_2: bool) -> &'static str {
    let sub_resource = SUB_RESOURCES.iter().find(|(parameter, ..)| has(parameter));
    match (method, sub_resource) {
        ("GET", Some((_, read, _))) => read,
        ("PUT", Some((_, _, write))) => write,
        ("GET", None) if version_2 => "ListObjectsV2",
        ("GET", None) if has("uploads") => "ListMultipartUploads",
        ("GET", None) if has("versions") => "ListObjectVersions",
        ("GET", None) => "ListObjects",
        ("HEAD", None) => "HeadBucket",
        ("PUT", None) => "CreateBucket",
        ("DELETE", None) => "DeleteBucket",
        ("POST", None) if has("delete") => "DeleteObjects",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_operations() {
        let plain = HeaderMap::new();
        let mut copy = HeaderMap::new();
        copy.insert("x-amz-copy-source", http::HeaderValue::from_static("b/k"));
        for (method, uri, headers, expected) in [
            ("GET", "/", &plain, "ListBuckets"),
            ("GET", "/b?list-type=2&prefix=x", &plain, "ListObjectsV2"),
            ("GET", "/b/?list-type=2", &plain, "ListObjectsV2"),
            ("POST", "/b/?delete", &plain, "DeleteObjects"),
            ("HEAD", "/b", &plain, "HeadBucket"),
            ("PUT", "/b", &plain, "CreateBucket"),
            ("PUT", "/b?versioning", &plain, "PutBucketVersioning"),
            ("PUT", "/b/k?x-id=PutObject", &plain, "PutObject"),
            ("PUT", "/b/a/k?x-id=CopyObject", &copy, "CopyObject"),
            ("GET", "/b/a/k?x-id=GetObject", &plain, "GetObject"),
            ("HEAD", "/b/k", &plain, "HeadObject"),
            ("POST", "/b/k?uploads", &plain, "CreateMultipartUpload"),
            ("PUT", "/b/k?partNumber=1&uploadId=u", &plain, "UploadPart"),
            ("POST", "/b/k?uploadId=u", &plain, "CompleteMultipartUpload"),
            ("DELETE", "/b/k?uploadId=u", &plain, "AbortMultipartUpload"),
            ("DELETE", "/b/k", &plain, "DeleteObject"),
            ("PATCH", "/b/k", &plain, "Unknown"),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(operation(&method, &uri.parse().unwrap(), headers), expected, "{method} {uri}");
        }
    }
}
