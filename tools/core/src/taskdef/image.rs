//! Image references: `[host[:port]/]path[:tag][@sha256:…]`, and which of them live in Amazon ECR.
//!
//! Grammar: <https://github.com/distribution/reference> (2026-11). ECR's names:
//! <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html> (2026-11).

use std::fmt;
use std::str::FromStr;

/// Longest reference with a tag, and longest part before `@`, that ECS takes
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>, 2026-11).
pub const MAX_LENGTH: usize = 255;

/// Characters of a repository's name in ECR
/// (<https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html>, 2026-11).
const ECR_NAME_LENGTH: std::ops::RangeInclusive<usize> = 2..=256;

/// What the names of AWS's hosts end with, in the order of its partitions: aws and aws-us-gov, aws-cn, aws-eusc (European Sovereign
/// Cloud), aws-iso, aws-iso-b, aws-iso-e, aws-iso-f. From `partitions.json` of botocore 1.44.8 (2026-11).
const ECR_SUFFIXES: [&str; 7] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
];
/// The same for hosts that have an IPv6 address too.
const ECR_DUAL_STACK_SUFFIXES: [&str; 3] =
    ["on.aws", "on.amazonwebservices.com.cn", "on.amazonwebservices.eu"];

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageRef {
    /// Host with port, when there is one.
    pub host: Option<String>,
    pub path: String,
    pub tag: Option<String>,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: Option<String>,
}

/// Why a text is no image reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ImageError(String);

/// A private ECR repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EcrRepository {
    pub registry_id: String,
    pub region: String,
    pub name: String,
}

impl ImageRef {
    /// Host and path without tag and digest.
    pub fn repository(&self) -> String {
        self.host.as_ref().map_or_else(|| self.path.clone(), |host| format!("{host}/{}", self.path))
    }

    /// The same image, named by digest only. A tag beside a digest is ignored by every runtime and misleads people.
    #[must_use]
    pub fn pinned(&self, digest: &str) -> Self {
        Self { tag: None, digest: Some(digest.to_owned()), ..self.clone() }
    }

    /// `ACCOUNT.dkr.ecr[-fips].REGION.SUFFIX/NAME`, or dual-stack `ACCOUNT.dkr-ecr[-fips].REGION.SUFFIX/NAME`
    /// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html>, 2026-11).
    pub fn ecr(&self) -> Option<EcrRepository> {
        let (registry_id, rest) = self.host.as_deref()?.split_once('.')?;
        let (region, _) = if let Some(rest) = rest.strip_prefix("dkr.") {
            let rest = rest.strip_prefix("ecr.").or_else(|| rest.strip_prefix("ecr-fips."))?;
            rest.split_once('.').filter(|(_, suffix)| ECR_SUFFIXES.contains(suffix))?
        } else {
            let rest = rest.strip_prefix("dkr-ecr.").or_else(|| rest.strip_prefix("dkr-ecr-fips."))?;
            rest.split_once('.').filter(|(_, suffix)| ECR_DUAL_STACK_SUFFIXES.contains(suffix))?
        };
        let account = registry_id.len() == 12 && registry_id.chars().all(|c| c.is_ascii_digit());
        account.then(|| EcrRepository {
            registry_id: registry_id.to_owned(),
            region: region.to_owned(),
            name: self.path.clone(),
        })
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for ImageRef {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, ImageError> {
        let wrong = |why: String| Err(ImageError(why));
        if text.is_empty() {
            return wrong("it is empty".to_owned());
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        if let Some(digest) = digest
            && !is_digest(digest)
        {
            return wrong("after '@' only sha256: and 64 hexadecimal digits are allowed".to_owned());
        }
        if name.len() > MAX_LENGTH {
            return wrong(format!("it should be {MAX_LENGTH} characters or less, without the digest"));
        }
        let (host, rest) = match name.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), rest),
            _ => (None, name),
        };
        if let Some(host) = host
            && !is_host(host)
        {
            return wrong(format!("{host:?} is not a registry host"));
        }
        let (path, tag) = match rest.split_once(':') {
            Some((path, tag)) => (path, Some(tag)),
            None => (rest, None),
        };
        if let Some(tag) = tag
            && !is_tag(tag)
        {
            return wrong(format!(
                "{tag:?} is not a tag: 1 to 128 characters of A-Za-z0-9_.-, not beginning with '.' or '-'"
            ));
        }
        if let Some(part) = path.split('/').find(|part| !is_component(part)) {
            return wrong(format!(
                "{part:?} is not a part of a repository name: a-z0-9 with single '.', '_', '__' or '-' between"
            ));
        }
        let owned = |text: &str| text.to_owned();
        let image = Self {
            host: host.map(owned),
            path: path.to_owned(),
            tag: tag.map(owned),
            digest: digest.map(owned),
        };
        if image.ecr().is_some() && !ECR_NAME_LENGTH.contains(&image.path.len()) {
            return wrong("a repository of ECR has 2 to 256 characters".to_owned());
        }
        Ok(image)
    }
}

/// `sha256:` and exactly 64 lower-case hexadecimal digits.
pub fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
    })
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "1"));
    port.parse::<u16>().is_ok_and(|port| port > 0)
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && tag.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_component(part: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    part.starts_with(plain)
        && part.ends_with(plain)
        && part.split(plain).all(|gap| matches!(gap, "" | "." | "_" | "__") || gap.chars().all(|c| c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn good_and_bad_references() {
        for good in [
            "app",
            "a/b-c__d.e:V1",
            "localhost/app",
            "localhost:5000/app:x",
            "ghcr.io/o/a--b",
            &format!("app:v1@{DIGEST}"),
        ] {
            assert_eq!(good.parse::<ImageRef>().map(|image| image.to_string()), Ok(good.to_owned()));
        }
        let long = "a".repeat(256);
        for bad in [
            "",
            "NOT A VALID IMAGE!!",
            "App",
            "app:",
            "app:-x",
            "a//b",
            "app@sha256:v2",
            "app@md5:0",
            "a..b",
            "-a.io/app",
            &long,
        ] {
            assert!(bad.parse::<ImageRef>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ecr_is_recognised() {
        let image: ImageRef =
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com/greenlight/backend:1".parse().unwrap();
        let ecr = image.ecr().unwrap();
        assert_eq!(
            (ecr.registry_id.as_str(), ecr.region.as_str(), ecr.name.as_str()),
            ("123456789012", "eu-central-1", "greenlight/backend")
        );
        for host in [
            "123456789012.dkr-ecr.eu-central-1.on.aws",
            "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
            "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu",
            "123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov",
            "123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov",
        ] {
            let image: ImageRef = format!("{host}/app:1").parse().unwrap();
            assert_eq!(image.ecr().unwrap().name, "app", "{host}");
            assert_eq!(
                image.ecr().unwrap().region,
                host.split('.').nth(if host.contains("dkr-") { 2 } else { 3 }).unwrap()
            );
            assert!(format!("{host}/a:1").parse::<ImageRef>().is_err(), "{host}");
        }
        assert_eq!(image.pinned(DIGEST).to_string(), format!("{}@{DIGEST}", image.repository()));
        for other in [
            "public.ecr.aws/x/y:1",
            "123456789012.dkr.ecr.eu-central-1.example.com/a",
            "12.dkr.ecr.eu-central-1.amazonaws.com/a",
            "app:1",
        ] {
            assert_eq!(other.parse::<ImageRef>().unwrap().ecr(), None, "{other}");
        }
    }
}
