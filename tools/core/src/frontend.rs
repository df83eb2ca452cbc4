//! What `publish-frontend` decides: which file has which class and headers, what to upload in which order, what to delete,
//! what to invalidate.

pub mod bodies;
pub mod caching;
pub mod diff;
pub mod html;
pub mod invalidation;
pub mod own;
pub mod plan;
pub mod release;
mod retention;
pub mod rollback;

pub use caching::{Class, Headers, Overrides};
pub use diff::Reason;
pub use plan::{Desired, Observed, Plan, PlanError, Policy, plan};
pub use release::{Entry, LocalFile, Manifest, RemoteObject};

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

    /// Where visitors find the site below the root of a distribution with this origin path; nothing where its origin path
    /// lies beside the site.
    pub fn served_below(&self, origin_path: &Self) -> Option<&str> {
        self.0.strip_prefix(&origin_path.0)
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
        let site = Prefix::new("app");
        assert_eq!(site.served_below(&Prefix::new("/")), Some("app/"));
        assert_eq!(site.served_below(&site), Some(""));
        assert_eq!(site.served_below(&Prefix::new("ap")), None);
    }
}
