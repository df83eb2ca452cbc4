//! Classes of files, and the headers that follow from them.

use globset::{Glob, GlobMatcher};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// How a file behaves over releases; also the order in which files go live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Its name changes with its content.
    Immutable,
    /// Any other file.
    Mutable,
    Html,
    /// `index.html` of the site.
    Entry,
    /// Read by running pages to find the new release: service worker, version.
    Control,
}

impl Class {
    /// Of a path of the site; `hashed` where the build's manifest lists it.
    pub fn of(path: &str, hashed: bool) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name {
            _ if path == "index.html" => Self::Entry,
            "sw.js" | "service-worker.js" | "version.json" => Self::Control,
            _ if matches!(name.rsplit_once('.'), Some((_, "html" | "htm"))) => Self::Html,
            _ if hashed || has_hash(name) => Self::Immutable,
            _ => Self::Mutable,
        }
    }

    const fn cache_control(self) -> &'static str {
        match self {
            Self::Immutable => "public, max-age=31536000, immutable",
            Self::Mutable => "public, max-age=300",
            Self::Html | Self::Entry | Self::Control => "no-cache",
        }
    }
}

/// `name-HASH.ext` or `name.HASH.ext` with a hash as bundlers write it: 8 to 64 characters, letters and digits mixed.
fn has_hash(name: &str) -> bool {
    let Some((stem, _)) = name.trim_end_matches(".map").rsplit_once('.') else { return false };
    let Some(at) = stem.rfind(['-', '.']) else { return false };
    let part = stem.get(at + 1..).unwrap_or_default();
    // Vite's hashes may hold `-` and `_`; eight characters from the end are one then.
    let tail = stem.get(stem.len().saturating_sub(8)..).unwrap_or_default();
    let before = stem.len().checked_sub(9).and_then(|at| stem.as_bytes().get(at));
    looks_random(part) || (matches!(before, Some(b'-' | b'.')) && looks_random(tail))
}

fn looks_random(part: &str) -> bool {
    let allowed = part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let digits = part.chars().filter(char::is_ascii_digit).count();
    let letters = part.chars().filter(char::is_ascii_alphabetic).count();
    let mixed_case =
        part.chars().any(|c| c.is_ascii_uppercase()) && part.chars().any(|c| c.is_ascii_lowercase());
    (8..=64).contains(&part.len())
        && allowed
        && letters > 0
        && (digits > 0 || mixed_case)
        && !is_words(part)
        && !is_dimensions(part)
}

/// `SemiBold`, `JaneSmith`: words with capitals, no digits.
fn is_words(part: &str) -> bool {
    let starts = part.chars().filter(char::is_ascii_uppercase).count();
    part.chars().all(|c| c.is_ascii_alphabetic())
        && part.starts_with(|c: char| c.is_ascii_uppercase())
        && part.split(|c: char| c.is_ascii_uppercase()).skip(1).all(|word| word.len() >= 2)
        && starts <= part.len() / 3
}

/// `1920x1080`
fn is_dimensions(part: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    part.split_once(['x', 'X']).is_some_and(|(width, height)| number(width) && number(height))
}

/// What S3 stores beside the bytes and CloudFront sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headers {
    pub content_type: String,
    pub cache_control: String,
}

impl Headers {
    pub fn new(path: &str, class: Class, overrides: &Overrides) -> Self {
        let cache_control = overrides.cache_control(path).unwrap_or(class.cache_control()).to_owned();
        let content_type = overrides.content_type(path).map_or_else(|| content_type(path), str::to_owned);
        Self { content_type, cache_control }
    }

    /// Changes whenever one of the headers does.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(format!("{}\n{}", self.content_type, self.cache_control));
        hex::encode(digest.get(..8).unwrap_or_default())
    }
}

/// `--cache-control GLOB=VALUE`, `--content-type GLOB=VALUE`; the last that matches wins.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    cache_control: Vec<(GlobMatcher, String)>,
    content_type: Vec<(GlobMatcher, String)>,
}

/// Why an override cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not GLOB=VALUE: {why}")]
pub struct OverrideError {
    pub text: String,
    pub why: String,
}

impl Overrides {
    pub fn parse(cache_control: &[String], content_type: &[String]) -> Result<Self, OverrideError> {
        let all = |list: &[String]| list.iter().map(|text| parse_one(text)).collect::<Result<Vec<_>, _>>();
        Ok(Self { cache_control: all(cache_control)?, content_type: all(content_type)? })
    }

    /// What somebody chose for this path.
    pub fn cache_control(&self, path: &str) -> Option<&str> {
        last_match(&self.cache_control, path)
    }

    fn content_type(&self, path: &str) -> Option<&str> {
        last_match(&self.content_type, path)
    }
}

fn parse_one(text: &str) -> Result<(GlobMatcher, String), OverrideError> {
    let error = |why: String| OverrideError { text: text.to_owned(), why };
    let (glob, value) = text.split_once('=').ok_or_else(|| error("there is no '='".to_owned()))?;
    let glob = Glob::new(glob).map_err(|source| error(source.to_string()))?;
    if value.is_empty() || !value.chars().all(|c| (' '..='~').contains(&c)) {
        return Err(error("the value must be printable ASCII".to_owned()));
    }
    Ok((glob.compile_matcher(), value.to_owned()))
}

fn last_match<'a>(list: &'a [(GlobMatcher, String)], path: &str) -> Option<&'a str> {
    list.iter().rev().find(|(glob, _)| glob.is_match(path)).map(|(_, value)| value.as_str())
}

/// Types that `mime_guess` has wrong or not at all for the web.
const CONTENT_TYPES: [(&str, &str); 14] = [
    ("avif", "image/avif"),
    ("cjs", "text/javascript"),
    ("css", "text/css"),
    ("html", "text/html"),
    ("ico", "image/x-icon"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("mjs", "text/javascript"),
    ("otf", "font/otf"),
    ("ts", "video/mp2t"),
    ("wasm", "application/wasm"),
    ("webmanifest", "application/manifest+json"),
    ("woff", "font/woff"),
];

fn content_type(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == "apple-app-site-association" {
        return "application/json".to_owned();
    }
    let extension =
        name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    let known =
        CONTENT_TYPES.iter().find(|(known, _)| *known == extension).map(|(_, kind)| (*kind).to_owned());
    let kind = known.unwrap_or_else(|| {
        mime_guess::from_ext(&extension).first_raw().unwrap_or("application/octet-stream").to_owned()
    });
    if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        for (path, class) in [
            ("index.html", Class::Entry),
            ("docs/index.html", Class::Html),
            ("assets/index-DWOS-jWj.css", Class::Immutable),
            ("assets/release-__L3Oks9.js", Class::Immutable),
            ("static/js/main.8f3a2b1c.js", Class::Immutable),
            ("assets/index-Fj2Tb37k.js.map", Class::Immutable),
            ("version.json", Class::Control),
            ("sw.js", Class::Control),
            ("favicon.svg", Class::Mutable),
            ("apple-touch-icon.png", Class::Mutable),
            ("jquery-migrate.js", Class::Mutable),
            ("bootstrap-5.min.css", Class::Mutable),
            ("og-image-1920x1080.png", Class::Mutable),
            ("team-JaneSmith.jpg", Class::Mutable),
            ("Inter-SemiBold.woff2", Class::Mutable),
        ] {
            assert_eq!(Class::of(path, false), class, "{path}");
        }
        assert_eq!(Class::of("plain.js", true), Class::Immutable);
    }

    #[test]
    fn content_types() {
        for (path, kind) in [
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.JS", "text/javascript; charset=utf-8"),
            ("a.js.map", "application/json"),
            ("a.webmanifest", "application/manifest+json"),
            (".well-known/apple-app-site-association", "application/json"),
            ("a.svg", "image/svg+xml"),
            ("a.woff2", "font/woff2"),
            ("noextension", "application/octet-stream"),
        ] {
            assert_eq!(content_type(path), kind, "{path}");
        }
    }

    #[test]
    fn overrides_win_and_the_last_wins() {
        let overrides =
            Overrides::parse(&["**/*.js=no-store".into(), "a.js=max-age=1".into()], &["*.x=text/x".into()])
                .unwrap();
        assert_eq!(Headers::new("a.js", Class::Mutable, &overrides).cache_control, "max-age=1");
        assert_eq!(Headers::new("b.js", Class::Mutable, &overrides).cache_control, "no-store");
        assert_eq!(Headers::new("f.x", Class::Mutable, &overrides).content_type, "text/x");
        assert!(Overrides::parse(&["a.js".into()], &[]).is_err());
        assert!(Overrides::parse(&["[=x".into()], &[]).is_err());
        assert!(Overrides::parse(&["a=x\u{7}".into()], &[]).is_err());
    }
}
