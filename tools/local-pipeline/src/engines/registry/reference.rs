//! Names of images.

/// `host/repository[:tag][@sha256:…]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    /// As it was written; empty if there is none.
    pub host: String,
    pub repository: String,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

impl ImageReference {
    pub fn parse(image: &str) -> Option<Self> {
        let (name, digest) = match image.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (image, None),
        };
        let digest_is_valid = digest.is_none_or(|digest| {
            digest
                .strip_prefix("sha256:")
                .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        });
        let (host, path) = match name.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
            _ => ("", name),
        };
        let (repository, tag) = match path.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (path, None),
        };
        let valid = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
        };
        let tag_is_valid = tag.is_none_or(|tag| valid(tag) && !tag.contains('/'));
        (digest_is_valid && tag_is_valid && valid(repository)).then(|| Self {
            host: host.to_owned(),
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let image = ImageReference::parse(&format!(
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com/greenlight/backend:1@{digest}"
        ))
        .unwrap();
        assert_eq!(image.repository, "greenlight/backend");
        assert_eq!(image.tag.as_deref(), Some("1"));
        assert_eq!(image.digest, Some(digest));
        let local = ImageReference::parse("localhost:5000/web").unwrap();
        assert_eq!(
            (local.host.as_str(), local.repository.as_str(), local.tag),
            ("localhost:5000", "web", None)
        );
        assert_eq!(ImageReference::parse("greenlight/backend").unwrap().repository, "greenlight/backend");
        for wrong in ["", "a@sha256:short", "a:", "a b", "host.io/"] {
            assert_eq!(ImageReference::parse(wrong), None, "{wrong}");
        }
    }
}
