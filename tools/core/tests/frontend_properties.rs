//! Properties of the frontend planner, for any local tree, remote state and policy.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use greenlight_core::frontend::plan::{Invalidate, Why};
use greenlight_core::frontend::release::Record;
use greenlight_core::frontend::{
    Class, Desired, Headers, LocalFile, Observed, Overrides, Plan, PlanError, Policy, Reason, RemoteObject,
    own, plan, rollback,
};
use proptest::prelude::*;

const DAY_S: i64 = 86_400;
/// Above what a record takes.
const LARGE_BYTES: u64 = 1024 * 1024;

fn local(path: &str, content: u8, cache_control: &str) -> LocalFile {
    let class = Class::of(path, false);
    let mut headers = Headers::new(path, class, &Overrides::default());
    if !cache_control.is_empty() {
        cache_control.clone_into(&mut headers.cache_control);
    }
    let size_bytes = if path.starts_with("large") { LARGE_BYTES } else { 0 } + u64::from(content) + 1;
    LocalFile { path: path.to_owned(), size_bytes, sha256: format!("{content:064x}"), class, headers }
}

/// A build: index.html and any of a few names, each with its own headers. An immutable name mostly has the content that its
/// hash promises.
fn build() -> impl Strategy<Value = Desired> {
    let names = [
        "a.html",
        "docs/b.html",
        "robots.txt",
        "version.json",
        "x y+%#é.txt",
        "large.mp4",
        "large.pdf",
        "assets/a-12345abc.js",
        "assets/b-98765fed.css",
    ];
    let file = (any::<u8>(), prop_oneof![4 => Just(""), 1 => Just("no-store")]);
    (0_u8..20, any::<u8>(), proptest::collection::vec(proptest::option::of(file), names.len())).prop_map(
        move |(name, index, contents)| {
            let mut files = vec![local("index.html", index, "")];
            for (name, content) in names.iter().zip(contents) {
                let Some((content, cache_control)) = content else { continue };
                let content = if Class::of(name, false) == Class::Immutable { 7 } else { content };
                files.push(local(name, content, cache_control));
            }
            Desired { release: format!("r{name}"), files, restores: None }
        },
    )
}

fn policy(now_s: i64, keep_releases: u64, keep_days: u32) -> Policy {
    Policy {
        keep_releases,
        keep_days,
        max_delete: 1000,
        force: false,
        change_immutable: false,
        delete_unknown: false,
        invalidate: Invalidate::Auto,
        served_below: String::new(),
        now_s,
    }
}

/// An object as a bucket has it: bytes (by their SHA-256) and headers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    sha256: String,
    headers: Headers,
    etag: String,
}

/// A bucket with our own folder.
#[derive(Debug, Clone, Default)]
struct World {
    site: BTreeMap<String, Stored>,
    manifest: Option<greenlight_core::frontend::Manifest>,
    records: BTreeMap<String, Record>,
    bodies: BTreeSet<String>,
    /// ETags as KMS makes them: never the same twice.
    writes: u64,
}

impl World {
    /// With objects that nobody may touch.
    fn with_foreign() -> Self {
        let mut world = Self::default();
        for path in ["uploads/u1.jpg", "app2/index.html"] {
            world.put(path, "foreign", Headers::new(path, Class::Mutable, &Overrides::default()));
        }
        world
    }

    fn put(&mut self, path: &str, sha256: &str, headers: Headers) -> String {
        self.writes += 1;
        let etag = format!("etag-{}", self.writes);
        let stored = Stored { sha256: sha256.to_owned(), headers, etag: etag.clone() };
        self.site.insert(path.to_owned(), stored);
        etag
    }

    fn observed(&self) -> Observed {
        let objects = self
            .site
            .iter()
            .map(|(path, stored)| (path.clone(), RemoteObject { size_bytes: 1, etag: stored.etag.clone() }));
        Observed { manifest: self.manifest.clone(), objects: objects.collect() }
    }

    /// What the bucket is after the first `steps` writes of the plan (all where there are fewer).
    fn apply(&mut self, plan: &Plan, steps: usize, now_s: i64) {
        let mut left = steps;
        let mut step = || {
            let more = left > 0;
            left = left.saturating_sub(1);
            more
        };
        let mut lost = BTreeSet::new();
        for keep in &plan.keeps {
            if !step() {
                return;
            }
            match &keep.etag {
                Some(etag) => {
                    assert_eq!(&self.site[&keep.path].etag, etag);
                    assert_eq!(self.site[&keep.path].sha256, keep.sha256);
                    self.bodies.insert(own::body(&keep.sha256));
                }
                None if self.bodies.contains(&own::body(&keep.sha256)) => {}
                None => {
                    lost.insert(keep.sha256.clone());
                }
            }
        }
        let mut etags = BTreeMap::new();
        for upload in plan.uploads() {
            if !step() {
                return;
            }
            let file = &upload.file;
            etags.insert(file.path.clone(), self.put(&file.path, &file.sha256, file.headers.clone()));
        }
        if plan.is_release() {
            let manifest = plan.manifest(&etags, |path| plan.for_record.contains_key(path), &lost, now_s);
            let bodies =
                plan.for_record.keys().map(|path| (path.clone(), manifest.files[path].sha256.clone()));
            let record = Record { bodies: bodies.collect(), manifest: manifest.clone() };
            if !step() {
                return;
            }
            self.records.insert(own::record(plan.sequence), record);
            if !step() {
                return;
            }
            self.manifest = Some(manifest);
        }
        if step() {
            for delete in &plan.deletes {
                self.site.remove(&delete.path);
            }
            for name in &plan.expired {
                self.records.remove(name);
                self.bodies.remove(name);
            }
        }
    }

    fn publish(&mut self, desired: &Desired, policy: &Policy) -> Plan {
        let planned = plan(desired, &self.observed(), policy).unwrap();
        self.apply(&planned, usize::MAX, policy.now_s);
        planned
    }

    /// The site has these files, with their headers.
    fn check_site(&self, desired: &Desired) -> Result<(), TestCaseError> {
        for file in &desired.files {
            let stored = &self.site[&file.path];
            prop_assert_eq!(
                (&stored.sha256, &stored.headers),
                (&file.sha256, &file.headers),
                "{}",
                &file.path
            );
        }
        Ok(())
    }

    fn foreign(&self) -> usize {
        self.site.values().filter(|stored| stored.sha256 == "foreign").count()
    }

    fn roll_back(&mut self, to: Option<&str>, policy: &Policy) -> Desired {
        let live = self.manifest.clone().unwrap();
        let past = &rollback::choose(&live, &self.observed().objects, to).unwrap();
        let record = self.records[&own::record(past.sequence)].clone();
        let desired = rollback::desired(&record, past);
        let planned = plan(&desired, &self.observed(), policy).unwrap();
        rollback::check_bodies(&planned, &record, &live).unwrap();
        for upload in planned.uploads() {
            let file = &upload.file;
            let inline = record.bodies.get(&file.path) == Some(&file.sha256);
            assert!(inline || self.bodies.contains(&own::body(&file.sha256)), "no bytes for {}", file.path);
        }
        self.apply(&planned, usize::MAX, policy.now_s);
        desired
    }
}

/// What somebody else does to the bucket between two releases.
#[derive(Debug, Clone)]
enum Meddling {
    Nothing,
    Edits(proptest::sample::Index),
    Removes(proptest::sample::Index),
    /// A release of ours dies after so many writes.
    CutOff(Desired, usize),
}

fn meddling() -> impl Strategy<Value = Meddling> {
    prop_oneof![
        3 => Just(Meddling::Nothing),
        1 => any::<proptest::sample::Index>().prop_map(Meddling::Edits),
        1 => any::<proptest::sample::Index>().prop_map(Meddling::Removes),
        2 => (build(), 0_usize..14).prop_map(|(build, steps)| Meddling::CutOff(build, steps)),
    ]
}

fn meddle(world: &mut World, meddling: &Meddling, policy: &Policy) {
    let ours: Vec<String> = world
        .site
        .iter()
        .filter(|(_, stored)| stored.sha256 != "foreign")
        .map(|(path, _)| path.clone())
        .collect();
    match meddling {
        Meddling::Nothing => {}
        Meddling::Edits(_) | Meddling::Removes(_) if ours.is_empty() => {}
        Meddling::Edits(pick) => {
            let path = &ours[pick.index(ours.len())];
            let headers = world.site[path].headers.clone();
            world.put(path, "edited", headers);
        }
        Meddling::Removes(pick) => {
            world.site.remove(&ours[pick.index(ours.len())]);
        }
        Meddling::CutOff(build, steps) => {
            let planned = plan(build, &world.observed(), policy).unwrap();
            world.apply(&planned, *steps, policy.now_s);
        }
    }
}

proptest! {
    #[test]
    fn releases_reach_the_desired_state(
        releases in proptest::collection::vec((meddling(), build()), 1..9), keep in 1_u64..4, days in 0_u32..3,
    ) {
        let mut world = World::with_foreign();
        for (day, (meddling, desired)) in (0_i64..).zip(&releases) {
            let policy = policy(day * DAY_S, keep, days);
            meddle(&mut world, meddling, &policy);
            let before = world.clone();
            let planned = world.publish(desired, &policy);
            world.check_site(desired)?;
            // A second plan is empty.
            let again = plan(desired, &world.observed(), &policy).unwrap();
            prop_assert!(again.is_empty(), "{:?}", again);
            prop_assert!(again.invalidations.is_empty());
            prop_assert_eq!(again.sequence, planned.sequence);
            // Foreign objects are untouched.
            prop_assert_eq!(world.foreign(), 2);
            // What is deleted was ours, is not in this release and in none that can be put back.
            for delete in &planned.deletes {
                let live = before.manifest.as_ref().unwrap();
                prop_assert!(live.retired.contains_key(&delete.path) || live.files.contains_key(&delete.path));
                prop_assert!(desired.files.iter().all(|file| file.path != delete.path));
            }
            for past in &world.manifest.as_ref().unwrap().history {
                let record = &world.records[&own::record(past.sequence)];
                for path in record.manifest.files.keys() {
                    prop_assert!(planned.deletes.iter().all(|delete| &delete.path != path), "{} is kept", path);
                }
            }
            prop_assert!(world.records.len() as u64 <= keep + 2, "{:?}", world.records.keys());
        }
    }

    /// Any of the kept releases comes back exactly as it was, in any order, with releases between.
    #[test]
    fn a_rollback_restores_that_site(
        builds in proptest::collection::vec(build(), 1..8), keep in 1_u64..6,
        picks in proptest::collection::vec((any::<proptest::sample::Index>(), proptest::option::of(build())), 1..6),
    ) {
        let mut world = World::with_foreign();
        let policy = Policy { change_immutable: true, ..policy(0, keep, 0) };
        for desired in &builds {
            world.publish(desired, &policy);
        }
        for (pick, between) in picks {
            let live = world.manifest.clone().unwrap();
            let others: Vec<u64> =
                live.history.iter().map(|past| past.sequence).filter(|sequence| *sequence != live.sequence).collect();
            if let Some(sequence) = others.get(pick.index(others.len().max(1))) {
                let was = world.records[&own::record(*sequence)].manifest.clone();
                // A name may be there twice; a number is not.
                let name = sequence.to_string();
                let desired = world.roll_back(Some(&name), &policy);
                world.check_site(&desired)?;
                let live = world.manifest.clone().unwrap();
                prop_assert_eq!(was.files.len(), live.files.len());
                for (path, entry) in &was.files {
                    prop_assert_eq!(&entry.sha256, &live.files[path].sha256);
                    prop_assert_eq!(&entry.headers, &live.files[path].headers);
                }
            }
            if let Some(between) = between {
                world.publish(&between, &policy);
                world.check_site(&between)?;
            }
            prop_assert_eq!(world.foreign(), 2);
        }
    }

    /// Killed after any write, and run again: the site is the one of an undisturbed run.
    #[test]
    fn a_cut_off_run_is_finished_by_the_next(first in build(), second in build(), steps in 0_usize..20) {
        let policy = policy(0, 2, 0);
        let mut world = World::with_foreign();
        world.publish(&first, &policy);
        let mut undisturbed = world.clone();
        let cut = plan(&second, &world.observed(), &policy).unwrap();
        world.apply(&cut, steps, 0);
        world.publish(&second, &policy);
        undisturbed.publish(&second, &policy);
        let site = |world: &World| -> Vec<(String, String, Headers)> {
            world.site.iter().map(|(path, s)| (path.clone(), s.sha256.clone(), s.headers.clone())).collect()
        };
        prop_assert_eq!(site(&world), site(&undisturbed));
        prop_assert_eq!(
            world.manifest.as_ref().map(|manifest| manifest.sequence),
            undisturbed.manifest.as_ref().map(|manifest| manifest.sequence)
        );
    }

    #[test]
    fn pages_follow_assets_in_class_order(desired in build()) {
        let planned = plan(&desired, &World::with_foreign().observed(), &policy(0, 3, 0)).unwrap();
        prop_assert!(planned.assets.iter().all(|upload| upload.file.class == Class::Immutable));
        let classes: Vec<Class> = planned.pages.iter().map(|upload| upload.file.class).collect();
        prop_assert!(classes.is_sorted());
        prop_assert!(!classes.contains(&Class::Immutable));
    }

    #[test]
    fn a_foreign_edit_is_mended_and_invalidated(desired in build(), pick in any::<proptest::sample::Index>()) {
        let mut world = World::with_foreign();
        world.publish(&desired, &policy(0, 3, 0));
        let path = desired.files[pick.index(desired.files.len())].path.clone();
        let headers = world.site[&path].headers.clone();
        world.put(&path, "edited", headers);
        let planned = plan(&desired, &world.observed(), &policy(1, 3, 0)).unwrap();
        let uploads: Vec<(&str, &Reason)> =
            planned.uploads().map(|upload| (upload.file.path.as_str(), &upload.reason)).collect();
        prop_assert_eq!(uploads, [(path.as_str(), &Reason::NotOurs)]);
        prop_assert!(!planned.invalidations.is_empty());
    }

    /// What nobody of ours put there goes only when it is asked for, and never what a kept release has.
    #[test]
    fn unknown_files_go_only_when_asked(builds in proptest::collection::vec(build(), 1..5)) {
        let mut world = World::with_foreign();
        for desired in &builds {
            world.publish(desired, &policy(0, 3, 0));
        }
        let asked = Policy { delete_unknown: true, ..policy(0, 3, 0) };
        let planned = world.publish(builds.last().unwrap(), &asked);
        let unknown = planned.deletes.iter().filter(|delete| delete.why == Why::Unknown).count();
        prop_assert_eq!((unknown, world.foreign()), (2, 0));
        for record in world.records.values() {
            for path in record.manifest.files.keys() {
                prop_assert!(world.site.contains_key(path), "{}", path);
            }
        }
    }
}

fn site(files: &[(&str, u8)]) -> Desired {
    let files = files.iter().map(|(path, content)| local(path, *content, "")).collect();
    Desired { release: "r".into(), files, restores: None }
}

#[test]
fn guards_name_what_overrides_them() {
    let empty = plan(&site(&[]), &Observed::default(), &policy(0, 1, 0));
    assert_eq!(empty.unwrap_err(), PlanError::EmptyBuild);
    let no_index = plan(&site(&[("a.html", 1)]), &Observed::default(), &policy(0, 1, 0));
    assert_eq!(no_index.unwrap_err(), PlanError::NoIndex);

    let chunk = "assets/a-12345abc.js";
    let mut world = World::default();
    world.publish(&site(&[("index.html", 1), (chunk, 1)]), &policy(0, 2, 0));
    let other_bytes = site(&[("index.html", 1), (chunk, 2)]);
    let refused = plan(&other_bytes, &world.observed(), &policy(1, 2, 0)).unwrap_err();
    assert_eq!(refused, PlanError::ImmutableChanged(vec![chunk.into()]));
    let forced = Policy { change_immutable: true, ..policy(1, 2, 0) };
    assert!(plan(&other_bytes, &world.observed(), &forced).is_ok());

    world.publish(&site(&[("index.html", 2)]), &policy(1, 2, 0));
    // Visitors may still have it from the release before.
    assert!(plan(&other_bytes, &world.observed(), &policy(1, 2, 0)).is_err());
    let strict = Policy { max_delete: 0, ..policy(2 * DAY_S, 2, 0) };
    let refused = plan(&site(&[("index.html", 3)]), &world.observed(), &strict).unwrap_err().to_string();
    assert!(refused.contains("--max-delete 0"), "{refused}");
}

#[test]
fn a_header_change_alone_is_uploaded() {
    let mut world = World::default();
    let mut desired = site(&[("index.html", 1)]);
    world.publish(&desired, &policy(0, 1, 0));
    desired.files[0].headers.cache_control = "no-store".into();
    let planned = world.publish(&desired, &policy(1, 1, 0));
    assert!(
        matches!(&planned.pages[0].reason, Reason::HeadersChanged { old } if old.cache_control == "no-cache")
    );
    assert_eq!(planned.invalidations, ["/", "/index.html"]);
}

#[test]
fn what_is_over_goes_without_a_new_release() {
    let mut world = World::default();
    world.publish(&site(&[("index.html", 1), ("old.txt", 1)]), &policy(0, 1, 30));
    let now = site(&[("index.html", 2)]);
    world.publish(&now, &policy(DAY_S, 1, 30));
    assert!(world.publish(&now, &policy(30 * DAY_S, 1, 30)).is_empty());
    let over = world.publish(&now, &policy(31 * DAY_S, 1, 30));
    assert_eq!((over.deletes.len(), over.is_release(), over.sequence), (1, false, 2));
    assert_eq!(over.invalidations, ["/old.txt"]);
    assert!(world.publish(&now, &policy(32 * DAY_S, 1, 30)).is_empty());
}

/// Immutable files that go need no invalidation: nobody gets other bytes under that name.
#[test]
fn deleted_chunks_are_not_invalidated() {
    let mut world = World::default();
    world.publish(&site(&[("index.html", 1), ("assets/a-12345abc.js", 7)]), &policy(0, 1, 0));
    let planned = world.publish(&site(&[("index.html", 2)]), &policy(DAY_S, 1, 0));
    assert_eq!(planned.deletes.len(), 1);
    assert_eq!(planned.invalidations, ["/", "/index.html"]);
}

#[test]
fn large_files_are_kept_for_a_rollback_as_long_as_it_can_be() {
    let mut world = World::default();
    for content in 1..=4 {
        world.publish(&site(&[("index.html", content), ("large.mp4", content)]), &policy(0, 2, 0));
    }
    // The release before the live one, and nothing older.
    assert_eq!(world.bodies, BTreeSet::from([own::body(&format!("{:064x}", 3))]));
    let back = world.roll_back(None, &policy(0, 2, 0));
    assert_eq!(
        world.site["large.mp4"].sha256,
        back.files.iter().find(|f| f.path == "large.mp4").unwrap().sha256
    );
}
