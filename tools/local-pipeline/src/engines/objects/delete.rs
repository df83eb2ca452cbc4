//! `DeleteObjects`: up to 1,000 keys, each with its own result.

use s3s::dto::{Delete, DeleteObjectsOutput, DeletedObject, ETagCondition, Error};
use s3s::{S3Result, s3_error};

use super::condition;
use super::store::Bucket;

const MAX_KEYS: usize = 1000;

pub fn delete(bucket: &mut Bucket, request: Delete) -> S3Result<DeleteObjectsOutput> {
    if request.objects.is_empty() || request.objects.len() > MAX_KEYS {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
    let quiet = request.quiet.unwrap_or_default();
    let mut deleted = Vec::new();
    let mut errors = Vec::new();
    for object in request.objects {
        let condition = object.e_tag.map(ETagCondition::ETag);
        let existing = bucket.objects.get(&object.key).map(AsRef::as_ref);
        match condition::check_write(condition.as_ref(), None, existing) {
            Ok(()) => {
                bucket.objects.remove(&object.key);
                if !quiet {
                    deleted.push(DeletedObject { key: Some(object.key), ..DeletedObject::default() });
                }
            }
            Err(error) => errors.push(Error {
                key: Some(object.key),
                code: Some(error.code().as_str().to_owned()),
                message: error.message().map(str::to_owned),
                ..Error::default()
            }),
        }
    }
    Ok(DeleteObjectsOutput { deleted: Some(deleted), errors: Some(errors), ..DeleteObjectsOutput::default() })
}
