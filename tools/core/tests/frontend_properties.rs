//! Properties of the frontend planner, for any local tree, remote state and policy.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use greenlight_core::frontend::plan::Invalidate;
use greenlight_core::frontend::{
    Class, Desired, Headers, LocalFile, Manifest, Observed, Overrides, Plan, Policy, RemoteObject, plan,
};
use proptest::prelude::*;

const DAY_S: i64 = 86_400;

fn local(path: &str, content: u8) -> LocalFile {
    let class = Class::of(path, false);
    LocalFile {
        path: path.to_owned(),
        size_bytes: u64::from(content) + 1,
        sha256: format!("{content:064x}"),
        class,
        headers: Headers::new(path, class, &Overrides::default()),
    }
}

/// A build: index.html and any of a few names. An immutable name always has the same content, as hashes promise.
fn build() -> impl Strategy<Value = Desired> {
    let names = [
        "a.html",
        "docs/b.html",
        "robots.txt",
        "version.json",
        "x y+%#é.txt",
        "assets/a-12345abc.js",
        "assets/b-98765fed.css",
    ];
    (any::<u8>(), proptest::collection::vec(proptest::option::of(any::<u8>()), names.len())).prop_map(
        move |(index, contents)| {
            let mut files = vec![local("index.html", index)];
            for (name, content) in names.iter().zip(contents) {
                let Some(content) = content else { continue };
                let content = if Class::of(name, false) == Class::Immutable { 7 } else { content };
                files.push(local(name, content));
            }
            Desired { release: format!("r{index}"), files }
        },
    )
}

fn policy(now_s: i64, keep_releases: u64) -> Policy {
    Policy {
        keep_releases,
        keep_days: 0,
        max_delete: 1000,
        force: false,
        invalidate: Invalidate::Auto,
        served_below: String::new(),
        now_s,
    }
}

/// Foreign objects that nobody may touch.
fn foreign() -> Observed {
    let objects = ["uploads/u1.jpg", "app2/index.html"]
        .map(|path| (path.to_owned(), RemoteObject { size_bytes: 1, etag: "foreign".to_owned() }));
    Observed { manifest: None, objects: objects.into() }
}

/// What S3 holds after the plan.
fn apply(plan: &Plan, observed: &Observed, now_s: i64) -> Observed {
    let etags: BTreeMap<String, String> = plan
        .uploads()
        .map(|upload| {
            (
                upload.file.path.clone(),
                format!("{}-{}", upload.file.sha256, upload.file.headers.fingerprint()),
            )
        })
        .collect();
    let mut objects = observed.objects.clone();
    for upload in plan.uploads() {
        let etag = etags[&upload.file.path].clone();
        objects.insert(upload.file.path.clone(), RemoteObject { size_bytes: upload.file.size_bytes, etag });
    }
    for path in &plan.deletes {
        objects.remove(path);
    }
    let manifest: Manifest = plan.manifest(&etags, now_s);
    Observed { manifest: Some(manifest), objects }
}

proptest! {
    #[test]
    fn releases_reach_the_desired_state(builds in proptest::collection::vec(build(), 1..8), keep in 1_u64..4) {
        let mut observed = foreign();
        for (day, desired) in (0_i64..).zip(&builds) {
            let now = day * DAY_S;
            let planned = plan(desired, &observed, &policy(now, keep)).unwrap();
            let before = observed.clone();
            observed = apply(&planned, &observed, now);
            // Every file is there with its bytes and headers.
            let manifest = observed.manifest.as_ref().unwrap();
            prop_assert_eq!(manifest.files.len(), desired.files.len());
            for file in &desired.files {
                let entry = &manifest.files[&file.path];
                prop_assert!(entry.is(file));
                prop_assert_eq!(&observed.objects[&file.path].etag, &entry.etag);
            }
            // A second plan is empty.
            let again = plan(desired, &observed, &policy(now, keep)).unwrap();
            prop_assert!(again.is_empty(), "{:?}", again);
            prop_assert!(again.invalidations.is_empty());
            // Foreign objects are untouched.
            prop_assert!(observed.objects.values().filter(|object| object.etag == "foreign").count() == 2);
            // What is deleted was ours, and is in none of the kept releases.
            for path in &planned.deletes {
                let live = before.manifest.as_ref().unwrap();
                prop_assert!(live.retired.contains_key(path) || live.files.contains_key(path));
                let day = usize::try_from(day).unwrap();
                let kept = builds[..=day].iter().rev().take(usize::try_from(keep).unwrap());
                for build in kept {
                    prop_assert!(build.files.iter().all(|file| &file.path != path), "{} is kept", path);
                }
            }
        }
    }

    #[test]
    fn pages_follow_assets_in_class_order(desired in build()) {
        let planned = plan(&desired, &foreign(), &policy(0, 3)).unwrap();
        prop_assert!(planned.assets.iter().all(|upload| upload.file.class == Class::Immutable));
        let classes: Vec<Class> = planned.pages.iter().map(|upload| upload.file.class).collect();
        prop_assert!(classes.is_sorted());
        prop_assert!(!classes.contains(&Class::Immutable));
    }

    #[test]
    fn a_foreign_edit_is_mended_and_invalidated(desired in build(), pick in any::<proptest::sample::Index>()) {
        let mut observed = apply(&plan(&desired, &foreign(), &policy(0, 3)).unwrap(), &foreign(), 0);
        let path = desired.files[pick.index(desired.files.len())].path.clone();
        observed.objects.get_mut(&path).unwrap().etag = "edited".to_owned();
        let planned = plan(&desired, &observed, &policy(1, 3)).unwrap();
        let uploads: Vec<&str> = planned.uploads().map(|upload| upload.file.path.as_str()).collect();
        prop_assert_eq!(uploads, [path.as_str()]);
        prop_assert!(!planned.invalidations.is_empty());
    }
}

#[test]
fn guards_name_what_overrides_them() {
    let empty = Desired { release: "r".into(), files: Vec::new() };
    assert_eq!(
        plan(&empty, &Observed::default(), &policy(0, 1)).unwrap_err().to_string(),
        "the build is empty"
    );
    let no_index = Desired { release: "r".into(), files: vec![local("a.html", 1)] };
    assert_eq!(
        plan(&no_index, &Observed::default(), &policy(0, 1)).unwrap_err().to_string(),
        "the build has no index.html"
    );

    let with = |content| Desired {
        release: "r".into(),
        files: vec![local("index.html", 1), local("assets/a-12345abc.js", content)],
    };
    let live = apply(&plan(&with(1), &Observed::default(), &policy(0, 1)).unwrap(), &Observed::default(), 0);
    let refused = plan(&with(2), &live, &policy(1, 1)).unwrap_err().to_string();
    assert!(refused.contains("assets/a-12345abc.js"), "{refused}");
    let forced = Policy { force: true, ..policy(1, 1) };
    assert!(plan(&with(2), &live, &forced).is_ok());

    let without = Desired { release: "r".into(), files: vec![local("index.html", 2)] };
    let retired = apply(&plan(&without, &live, &policy(1, 2)).unwrap(), &live, 1);
    let strict = Policy { max_delete: 0, ..policy(2 * DAY_S, 2) };
    let refused = plan(&with_index(3), &retired, &strict).unwrap_err().to_string();
    assert!(refused.contains("--max-delete 0"), "{refused}");
}

fn with_index(content: u8) -> Desired {
    Desired { release: "r".into(), files: vec![local("index.html", content)] }
}

#[test]
fn a_header_change_alone_is_uploaded() {
    let first = with_index(1);
    let live = apply(&plan(&first, &Observed::default(), &policy(0, 1)).unwrap(), &Observed::default(), 0);
    let mut second = first;
    second.files[0].headers.cache_control = "no-store".into();
    let planned = plan(&second, &live, &policy(1, 1)).unwrap();
    assert_eq!(planned.pages.len(), 1);
    assert_eq!(planned.invalidations, ["/", "/index.html"]);
}

#[test]
fn a_file_that_comes_back_is_no_longer_retired() {
    let with = Desired {
        release: "r".into(),
        files: vec![local("index.html", 1), local("assets/a-12345abc.js", 7)],
    };
    let without = with_index(1);
    let mut live = Observed::default();
    for (day, desired) in [(0, &with), (1, &without), (2, &with)] {
        live = apply(&plan(desired, &live, &policy(day, 5)).unwrap(), &live, day);
    }
    assert!(live.manifest.as_ref().unwrap().retired.is_empty());
    assert_eq!(live.manifest.as_ref().unwrap().files.len(), 2);
    assert!(plan(&with, &live, &policy(100 * DAY_S, 1)).unwrap().is_empty());
}
