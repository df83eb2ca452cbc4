//! Which paths CloudFront must forget.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::plan::Plan;

/// More paths than this become one wildcard: a wildcard counts as one path
/// (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PayingForInvalidation.html>, 2026-11).
pub const MOST_PATHS: usize = 15;
/// Paths a month that cost nothing (same page).
pub const FREE_PATHS_A_MONTH: usize = 1_000;
/// What each path beyond them costs (<https://aws.amazon.com/cloudfront/pricing/>, 2026-11).
pub const DOLLARS_A_PATH: f64 = 0.005;

/// Unreserved characters and the slash stay as they are.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Paths as CloudFront takes them, sorted, for site paths whose cached copies are stale. `served_below` is where visitors find
/// the site below the distribution's root: empty, or ending in `/`.
pub fn paths<'a>(served_below: &str, changed: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut all = BTreeSet::new();
    for path in changed {
        let path = format!("/{served_below}{path}");
        if let Some(folder) = path.strip_suffix("index.html") {
            all.insert(encode(folder));
        }
        all.insert(encode(&path));
    }
    if all.len() <= MOST_PATHS {
        return all.into_iter().collect();
    }
    let all: Vec<String> = all.into_iter().collect();
    vec![format!("{}*", common_folder(&all))]
}

/// The CallerReference: tells this release's invalidation from every other one, and finds it again when a run is repeated
/// (<https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_InvalidationBatch.html>, 2026-11).
pub fn reference(plan: &Plan) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("{} {}\n", plan.sequence, plan.release));
    for upload in &plan.pages {
        let file = &upload.file;
        digest.update(format!("{} {} {}\n", file.path, file.sha256, file.headers.fingerprint()));
    }
    digest.update(plan.invalidations.join("\n"));
    hex::encode(digest.finalize())
}

fn encode(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// The longest folder that all paths lie in, ending in `/`.
fn common_folder(paths: &[String]) -> String {
    let (Some(first), Some(last)) = (paths.first(), paths.last()) else { return "/".to_owned() };
    // Sorted: what the first and the last share, all share.
    let shared: String =
        first.chars().zip(last.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    shared.rsplit_once('/').map_or_else(|| "/".to_owned(), |(folder, _)| format!("{folder}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_is_its_folder_too() {
        assert_eq!(
            paths("", ["index.html", "docs/index.html"]),
            ["/", "/docs/", "/docs/index.html", "/index.html"]
        );
    }

    #[test]
    fn names_are_encoded() {
        assert_eq!(paths("app/", ["a b+c%#é.html"]), ["/app/a%20b%2Bc%25%23%C3%A9.html"]);
    }

    #[test]
    fn many_become_a_wildcard() {
        let many: Vec<String> = (0..20).map(|n| format!("docs/page{n}.html")).collect();
        assert_eq!(paths("", many.iter().map(String::as_str)), ["/docs/*"]);
        let mixed = many.iter().map(String::as_str).chain(["index.html"]);
        assert_eq!(paths("", mixed), ["/*"]);
    }
}
