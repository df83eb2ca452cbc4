//! Checksums of uploads: `Content-MD5` and the five `x-amz-checksum-*`, in headers or trailers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use md5::{Digest as _, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::Checksum as _;
use s3s::dto::{Checksum, ChecksumType};
use s3s::{S3Result, TrailingHeaders, s3_error};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Crc32, "crc32"),
        (Self::Crc32c, "crc32c"),
        (Self::Crc64Nvme, "crc64nvme"),
        (Self::Sha1, "sha1"),
        (Self::Sha256, "sha256"),
    ];

    /// By its name in the API, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(algorithm, _)| algorithm)
    }

    pub fn name(self) -> String {
        Self::ALL
            .into_iter()
            .find(|(known, _)| *known == self)
            .map(|(_, name)| name.to_uppercase())
            .unwrap_or_default()
    }
}

/// The value of one algorithm.
pub fn value(checksum: &Checksum, algorithm: Algorithm) -> Option<&str> {
    match algorithm {
        Algorithm::Crc32 => checksum.checksum_crc32.as_deref(),
        Algorithm::Crc32c => checksum.checksum_crc32c.as_deref(),
        Algorithm::Crc64Nvme => checksum.checksum_crc64nvme.as_deref(),
        Algorithm::Sha1 => checksum.checksum_sha1.as_deref(),
        Algorithm::Sha256 => checksum.checksum_sha256.as_deref(),
    }
}

pub fn with_value(algorithm: Algorithm, value: String) -> Checksum {
    let mut checksum = Checksum::default();
    let slot = match algorithm {
        Algorithm::Crc32 => &mut checksum.checksum_crc32,
        Algorithm::Crc32c => &mut checksum.checksum_crc32c,
        Algorithm::Crc64Nvme => &mut checksum.checksum_crc64nvme,
        Algorithm::Sha1 => &mut checksum.checksum_sha1,
        Algorithm::Sha256 => &mut checksum.checksum_sha256,
    };
    *slot = Some(value);
    checksum
}

pub fn compute(algorithm: Algorithm, body: &[u8]) -> Checksum {
    let mut hasher = ChecksumHasher::default();
    match algorithm {
        Algorithm::Crc32 => hasher.crc32 = Some(s3s::crypto::Crc32::new()),
        Algorithm::Crc32c => hasher.crc32c = Some(s3s::crypto::Crc32c::new()),
        Algorithm::Crc64Nvme => hasher.crc64nvme = Some(s3s::crypto::Crc64Nvme::new()),
        Algorithm::Sha1 => hasher.sha1 = Some(s3s::crypto::Sha1::new()),
        Algorithm::Sha256 => hasher.sha256 = Some(s3s::crypto::Sha256::new()),
    }
    hasher.update(body);
    hasher.finalize()
}

/// Checks `body` against what the request says of it. Answers the checksum that is stored: the one that was sent, or, as S3
/// does since 2024, CRC64NVME.
pub fn verify(body: &[u8], headers: &HeaderMap, trailers: Option<&TrailingHeaders>) -> S3Result<Checksum> {
    verify_md5(body, headers)?;
    let trailers = trailers.and_then(TrailingHeaders::take).unwrap_or_default();
    let mut sent = Vec::new();
    for (algorithm, name) in Algorithm::ALL {
        let header = format!("x-amz-checksum-{name}");
        if let Some(value) = headers.get(&header).or_else(|| trailers.get(&header)) {
            sent.push((algorithm, value.to_str().unwrap_or_default().trim().to_owned()));
        }
    }
    let mut checksum = match sent.as_slice() {
        [] if headers.contains_key("x-amz-sdk-checksum-algorithm")
            && !headers.contains_key("content-md5") =>
        {
            return Err(s3_error!(
                InvalidRequest,
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found."
            ));
        }
        [] => compute(Algorithm::Crc64Nvme, body),
        [(algorithm, sent)] => {
            let checksum = compute(*algorithm, body);
            if value(&checksum, *algorithm) != Some(sent) {
                return Err(s3_error!(
                    BadDigest,
                    "The {} you specified did not match the calculated checksum.",
                    algorithm.name()
                ));
            }
            checksum
        }
        _ => {
            return Err(s3_error!(
                InvalidRequest,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
            ));
        }
    };
    checksum.checksum_type = Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT));
    Ok(checksum)
}

fn verify_md5(body: &[u8], headers: &HeaderMap) -> S3Result<()> {
    let Some(sent) = headers.get("content-md5") else { return Ok(()) };
    let sent = STANDARD.decode(sent.as_bytes()).unwrap_or_default();
    if sent.len() != 16 {
        return Err(s3_error!(InvalidDigest, "The Content-MD5 you specified was invalid."));
    }
    if sent == Md5::digest(body).as_slice() {
        Ok(())
    } else {
        Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."))
    }
}

/// The checksum of a multipart object: of the whole, or of the parts' checksums with their number behind.
pub fn of_parts<'a>(
    algorithm: Algorithm,
    full_object: bool,
    body: &[u8],
    parts: impl Iterator<Item = &'a Checksum>,
) -> Checksum {
    if full_object {
        let mut checksum = compute(algorithm, body);
        checksum.checksum_type = Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT));
        return checksum;
    }
    let mut bytes = Vec::new();
    let mut count = 0;
    for part in parts {
        bytes.extend(STANDARD.decode(value(part, algorithm).unwrap_or_default()).unwrap_or_default());
        count += 1;
    }
    let whole = compute(algorithm, &bytes);
    let mut checksum =
        with_value(algorithm, format!("{}-{count}", value(&whole, algorithm).unwrap_or_default()));
    checksum.checksum_type = Some(ChecksumType::from_static(ChecksumType::COMPOSITE));
    checksum
}
