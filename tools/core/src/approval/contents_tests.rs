use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::frontend::caching::Headers;
use crate::frontend::release::{Entry, SCHEMA};
use crate::taskdef::compare::canonical;

fn manifest(release: &str, files: &[(&str, Class, u64, &str)]) -> Manifest {
    let entry = |(path, class, size_bytes, sha256): &(&str, Class, u64, &str)| {
        let entry = Entry {
            size_bytes: *size_bytes,
            sha256: (*sha256).to_owned(),
            etag: String::new(),
            headers: Headers { content_type: "text/plain".into(), cache_control: "no-cache".into() },
            class: *class,
            in_record: false,
        };
        ((*path).to_owned(), entry)
    };
    Manifest {
        schema: SCHEMA.into(),
        release: release.into(),
        sequence: 1,
        published_s: 0,
        files: files.iter().map(entry).collect(),
        retired: BTreeMap::new(),
        history: Vec::new(),
        dropped: Vec::new(),
        bodies: BTreeMap::new(),
    }
}

#[test]
fn sites_differ_by_files_and_bytes() {
    let live = manifest(
        "aaa",
        &[
            ("index.html", Class::Entry, 10, "1"),
            ("assets/app-1.js", Class::Immutable, 100, "2"),
            ("robots.txt", Class::Mutable, 5, "3"),
        ],
    );
    let mut next = manifest(
        "bbb",
        &[
            ("index.html", Class::Entry, 12, "9"),
            ("assets/app-2.js", Class::Immutable, 110, "4"),
            ("about.html", Class::Html, 7, "5"),
            ("robots.txt", Class::Mutable, 5, "3"),
        ],
    );
    let found = frontend(Some(&live), &next);
    assert_eq!(found.live.as_deref(), Some("aaa"));
    assert_eq!(found.added, ["about.html", "assets/app-2.js"]);
    assert_eq!(
        (found.changed.as_slice(), found.removed.as_slice()),
        (&["index.html".to_owned()][..], &["assets/app-1.js".to_owned()][..])
    );
    assert_eq!(found.bytes, 129);
    assert!(frontend(Some(&live), &live).is_same());
    assert_eq!(frontend(None, &live).added.len(), 3);
    // The same bytes with other headers are another answer to a visitor.
    next = live.clone();
    next.files.get_mut("robots.txt").unwrap().headers.cache_control = "no-store".into();
    assert_eq!(frontend(Some(&live), &next).changed, ["robots.txt"]);
}

fn definition(image: &str, secret: &str) -> Json {
    json!({"family": "app", "containerDefinitions": [{
        "name": "web", "image": image, "environment": [{"name": "DB_PASSWORD", "value": secret}],
    }]})
}

#[test]
fn settings_are_names_and_images_are_apart() {
    let digest = format!("repo@sha256:{}", "a".repeat(64));
    let (before, after) = (definition("repo:old", "hunter2"), definition(&digest, "hunter3"));
    let found = settings("arn:old", &canonical(&before), &canonical(&after));
    assert_eq!(found.changed.len(), 1);
    assert_eq!(found.changed[0].path, "containerDefinitions/web/environment/DB_PASSWORD/value");
    assert!(!serde_json::to_string(&found).unwrap().contains("hunter"));
    let images = images(&after, Some(&before));
    assert_eq!(images.len(), 1);
    assert_eq!(images[0].before.as_deref(), Some("repo:old"));
    assert!(images[0].is_new() && images[0].digest().is_some_and(|digest| digest.len() == 71));
}

fn contents(images: Vec<Image>, source: RangeSource) -> Contents {
    Contents {
        commits: Known::Known(Range { source, commits: Vec::new(), taken_back: Vec::new() }),
        deployments: Known::Known(vec![Deployment {
            action: "Deploy".into(),
            images: Known::Known(images),
            task_definition: Known::Missing { why: "AccessDenied".into() },
        }]),
        frontend: Known::Missing { why: "not configured".into() },
    }
}

#[test]
fn a_piece_is_missing_when_it_is_not_whole() {
    let image = |image: &str| Image { container: "web".into(), image: image.into(), before: None };
    let half = contents(vec![image("repo:latest")], RangeSource::Executions);
    assert!(half.missing(Piece::Commits).is_some_and(|why| why.contains("not every commit")));
    assert!(half.missing(Piece::Image).is_some_and(|why| why.contains("not pinned")));
    assert_eq!(half.missing(Piece::TaskDefinition).as_deref(), Some("AccessDenied"));
    assert_eq!(half.missing(Piece::Frontend).as_deref(), Some("not configured"));
    let whole = contents(vec![image("repo@sha256:0123")], RangeSource::Git);
    assert_eq!((whole.missing(Piece::Commits), whole.missing(Piece::Image)), (None, None));
}
