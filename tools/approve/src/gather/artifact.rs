//! Files out of an execution's artifacts: zip files in the pipeline's bucket.

use std::io::{Cursor, Read as _};

use bytes::Bytes;
use greenlight_core::approval::pending::ArtifactPlace;
use greenlight_kit::AwsError;

use crate::session::Session;

/// Artifacts of what is read here hold a few small files; something larger is not read into memory.
const MAX_ARTIFACT_BYTES: i64 = 64 * 1024 * 1024;
/// Unpacked. A small zip can hold a file of any size.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// A downloaded artifact.
#[derive(Debug, Clone)]
pub struct Artifact(Bytes);

/// Or a sentence that says why not.
pub async fn gather_artifact(session: &Session, place: &ArtifactPlace) -> Result<Artifact, String> {
    let shown = format!("the artifact s3://{}/{}", place.bucket, place.key);
    let request = session.objects.get_object().bucket(&place.bucket).key(&place.key);
    let output = request
        .send()
        .await
        .map_err(|error| format!("{shown} cannot be read: {}", AwsError::new("s3", "GetObject", &error)))?;
    if output.content_length().is_none_or(|length| length > MAX_ARTIFACT_BYTES) {
        return Err(format!("{shown} is larger than {} MB", MAX_ARTIFACT_BYTES / 1024 / 1024));
    }
    let body = output.body.collect().await.map_err(|error| format!("{shown} cannot be read: {error}"))?;
    Ok(Artifact(body.into_bytes()))
}

impl Artifact {
    pub fn text(&self, path: &str) -> Result<String, String> {
        let failed =
            |error: &dyn std::fmt::Display| format!("{path} cannot be read from its artifact: {error}");
        let mut archive = zip::ZipArchive::new(Cursor::new(&self.0)).map_err(|error| failed(&error))?;
        let entry = archive.by_name(path).map_err(|error| failed(&error))?;
        let mut text = String::new();
        let read =
            entry.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(|error| failed(&error))?;
        if u64::try_from(read).is_ok_and(|read| read > MAX_FILE_BYTES) {
            return Err(format!("{path} in its artifact is larger than {} KB", MAX_FILE_BYTES / 1024));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn artifact(size: usize) -> Artifact {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("prod/taskdef.json", zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&vec![b'x'; size]).unwrap();
        Artifact(writer.finish().unwrap().into_inner().into())
    }

    #[test]
    fn files_have_a_limit() {
        assert_eq!(artifact(3).text("prod/taskdef.json").unwrap(), "xxx");
        assert!(artifact(3).text("taskdef.json").unwrap_err().contains("taskdef.json"));
        let bomb = artifact(2 * 1024 * 1024);
        assert!(bomb.0.len() < 10_000);
        assert!(bomb.text("prod/taskdef.json").unwrap_err().contains("larger"));
        assert!(Artifact(Bytes::from_static(b"no zip")).text("x").is_err());
    }
}
