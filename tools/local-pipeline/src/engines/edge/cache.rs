//! The edge cache: what is kept for how long, and what an invalidation takes out of it.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::invalidation::PathPattern;
use crate::engines::objects::StoredObject;

/// What the S3 origin answered for a path.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "almost every entry is an object")]
pub enum Cached {
    Object(StoredObject),
    Missing,
}

#[derive(Clone)]
pub struct Entry {
    pub cached: Cached,
    pub stored_at: Instant,
    pub ttl: Duration,
}

impl Entry {
    pub fn age(&self) -> Duration {
        self.stored_at.elapsed()
    }

    pub fn is_fresh(&self) -> bool {
        self.age() < self.ttl
    }
}

/// By path, percent-decoded, after URL rewriting.
#[derive(Default)]
pub struct Cache {
    entries: BTreeMap<String, Entry>,
}

impl Cache {
    pub fn get(&self, path: &str) -> Option<Entry> {
        self.entries.get(path).cloned()
    }

    pub fn insert(&mut self, path: String, cached: Cached, ttl: Duration) {
        self.entries.insert(path, Entry { cached, stored_at: Instant::now(), ttl });
    }

    pub fn remove(&mut self, path: &str) {
        self.entries.remove(path);
    }

    pub fn purge(&mut self, patterns: &[PathPattern]) {
        self.entries.retain(|path, _| !patterns.iter().any(|pattern| pattern.matches(path)));
    }
}

/// What `Cache-Control` lets a shared cache do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storing {
    /// `no-store`, `private`
    Never,
    /// `no-cache` is zero: kept, but asked about every time.
    For(Duration),
}

/// With a minimum TTL of 0, as
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html> (2026-11) tells.
pub fn storing(cache_control: Option<&str>, default_ttl: Duration, max_ttl: Duration) -> Storing {
    let mut max_age = None;
    let mut shared_max_age = None;
    let mut no_cache = false;
    for directive in cache_control.unwrap_or_default().split(',') {
        let directive = directive.trim().to_ascii_lowercase();
        let (name, value) = directive.split_once('=').unwrap_or((&directive, ""));
        let seconds = || value.trim_matches('"').parse().ok().map(Duration::from_secs);
        match name {
            "no-store" | "private" => return Storing::Never,
            "no-cache" => no_cache = true,
            "max-age" => max_age = seconds(),
            "s-maxage" => shared_max_age = seconds(),
            _ => {}
        }
    }
    let ttl = if no_cache { Duration::ZERO } else { shared_max_age.or(max_age).unwrap_or(default_ttl) };
    Storing::For(ttl.min(max_ttl))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_control_decides() {
        let of = |text| storing(text, Duration::from_hours(24), Duration::from_secs(1_000_000));
        assert_eq!(of(None), Storing::For(Duration::from_hours(24)));
        assert_eq!(of(Some("public, max-age=60")), Storing::For(Duration::from_mins(1)));
        assert_eq!(of(Some("max-age=60, s-maxage=5")), Storing::For(Duration::from_secs(5)));
        assert_eq!(of(Some("max-age=31536000, immutable")), Storing::For(Duration::from_secs(1_000_000)));
        assert_eq!(of(Some("No-Cache")), Storing::For(Duration::ZERO));
        assert_eq!(of(Some("no-store")), Storing::Never);
        assert_eq!(of(Some("private, max-age=60")), Storing::Never);
    }
}
