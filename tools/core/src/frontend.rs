//! What `publish-frontend` decides: which file has which class and headers, what to upload in which order, what to delete,
//! what to invalidate.

pub mod caching;
pub mod html;
pub mod invalidation;
pub mod plan;
pub mod release;

pub use caching::{Class, Headers, Overrides};
pub use plan::{Desired, Observed, Plan, PlanError, Policy, Reason, plan};
pub use release::{Entry, LocalFile, Manifest, RemoteObject};

/// Everything of ours in the bucket that is not the site lies below this, under the prefix.
pub const OWN_FOLDER: &str = ".greenlight/";

/// The folder of a release inside the bucket: empty, or ending in `/`, so that `app` never means `app2/`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prefix(String);

impl Prefix {
    /// `app`, `/app` and `app/` are the same.
    pub fn new(text: &str) -> Self {
        let trimmed = text.trim_matches('/');
        Self(if trimmed.is_empty() { String::new() } else { format!("{trimmed}/") })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where visitors find the site below the root of a distribution with this origin path.
    pub fn served_below(&self, origin_path: &Self) -> &str {
        self.0.strip_prefix(&origin_path.0).unwrap_or(&self.0)
    }

    /// The key of a path of the site.
    pub fn key(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Prefix;

    #[test]
    fn a_prefix_ends_in_a_slash() {
        assert_eq!(Prefix::new("/app").key("a.js"), "app/a.js");
        assert_eq!(Prefix::new("a/b/").as_str(), "a/b/");
        assert_eq!(Prefix::new("/").as_str(), "");
        assert_eq!(Prefix::new("app").served_below(&Prefix::new("/")), "app/");
        assert_eq!(Prefix::new("app").served_below(&Prefix::new("/app")), "");
    }
}
