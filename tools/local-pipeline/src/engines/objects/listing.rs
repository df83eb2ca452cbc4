//! `ListObjectsV2`: keys in the order of their UTF-8 bytes, folded at the delimiter, page by page.

use s3s::dto::{
    CommonPrefix, EncodingType, ListObjectsV2Input, ListObjectsV2Output, Object as ListedObject,
    ObjectStorageClass,
};
use s3s::{S3Result, s3_error};

use super::store::{Bucket, Object};

const MAX_KEYS: i32 = 1000;

enum Entry<'a> {
    Object(&'a str, &'a Object),
    Prefix(String),
}

impl Entry<'_> {
    /// Opaque to clients: where the next page starts.
    fn token(&self) -> String {
        match self {
            Self::Object(key, _) => hex::encode(format!("k{key}")),
            Self::Prefix(prefix) => hex::encode(format!("p{prefix}")),
        }
    }
}

pub fn list(bucket: &Bucket, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let max_keys = input.max_keys.unwrap_or(MAX_KEYS);
    if max_keys < 0 {
        return Err(s3_error!(
            InvalidArgument,
            "Argument maxKeys must be an integer between 0 and 2147483647"
        ));
    }
    let max_keys = max_keys.min(MAX_KEYS);
    let after = match &input.continuation_token {
        Some(token) => Some(decode_token(token)?),
        None => input.start_after.clone().map(|key| ('k', key)),
    };
    let limit = usize::try_from(max_keys).unwrap_or_default();
    let (entries, truncated) = page(bucket, &input, after.as_ref(), limit);
    let next = entries.last().filter(|_| truncated).map(Entry::token);
    let url_encoded =
        input.encoding_type.as_ref().is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
    let text = |text: &str| if url_encoded { encode(text) } else { text.to_owned() };

    let mut contents = Vec::new();
    let mut common_prefixes = Vec::new();
    for entry in &entries {
        match entry {
            Entry::Object(key, object) => contents.push(listed(text(key), object)),
            Entry::Prefix(prefix) => common_prefixes.push(CommonPrefix { prefix: Some(text(prefix)) }),
        }
    }
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(text(input.prefix.as_deref().unwrap_or_default())),
        delimiter: input.delimiter.as_deref().map(text),
        start_after: input.start_after.as_deref().map(text),
        encoding_type: input.encoding_type,
        max_keys: Some(max_keys),
        key_count: i32::try_from(entries.len()).ok(),
        continuation_token: input.continuation_token,
        is_truncated: Some(truncated),
        next_continuation_token: next,
        contents: Some(contents),
        common_prefixes: Some(common_prefixes),
        ..ListObjectsV2Output::default()
    })
}

/// At most `limit` entries after `after`, and whether there are more.
fn page<'a>(
    bucket: &'a Bucket,
    input: &ListObjectsV2Input,
    after: Option<&(char, String)>,
    limit: usize,
) -> (Vec<Entry<'a>>, bool) {
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
    let start = after.map_or(prefix, |(_, key)| prefix.max(key.as_str()));
    let mut entries: Vec<Entry<'a>> = Vec::new();
    for (key, object) in bucket.objects.range(start.to_owned()..) {
        let Some(rest) = key.strip_prefix(prefix) else { break };
        let passed = match after {
            Some(('p', done)) => key.starts_with(done.as_str()),
            Some((_, done)) => key <= done,
            None => false,
        };
        if passed {
            continue;
        }
        let common = delimiter
            .and_then(|delimiter| Some(&rest[..rest.find(delimiter)? + delimiter.len()]))
            .map(|head| format!("{prefix}{head}"));
        if let (Some(Entry::Prefix(last)), Some(common)) = (entries.last(), &common)
            && last == common
        {
            continue;
        }
        if entries.len() == limit {
            return (entries, limit > 0);
        }
        entries.push(common.map_or(Entry::Object(key, object), Entry::Prefix));
    }
    (entries, false)
}

fn listed(key: String, object: &Object) -> ListedObject {
    let class =
        object.attributes.storage_class.as_ref().map_or(ObjectStorageClass::STANDARD, |class| class.as_str());
    ListedObject {
        key: Some(key),
        e_tag: Some(object.e_tag()),
        last_modified: Some(object.modified()),
        size: Some(object.length()),
        storage_class: Some(ObjectStorageClass::from(class.to_owned())),
        ..ListedObject::default()
    }
}

fn decode_token(token: &str) -> S3Result<(char, String)> {
    let invalid = || s3_error!(InvalidArgument, "The continuation token provided is incorrect");
    let text = String::from_utf8(hex::decode(token).map_err(|_| invalid())?).map_err(|_| invalid())?;
    let kind = text.chars().next().filter(|kind| matches!(kind, 'k' | 'p')).ok_or_else(invalid)?;
    Ok((kind, text.chars().skip(1).collect()))
}

/// As S3 does for `encoding-type=url`: everything but unreserved characters and the slash.
fn encode(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
}
