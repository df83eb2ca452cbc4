//! Rollback: exactly that site, in a handful of requests, or a refusal.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::bucket_state::{Snapshot, missing_files};
use crate::site::{BUCKET, Site, failed, ok, write};

/// A release with its own chunk, pages, headers, and a file that no record takes.
fn build(site: &Site, number: u8) {
    let folder = site.build.path();
    std::fs::remove_dir_all(folder).unwrap();
    let chunk = format!("assets/app-{number}{number}{number}aaaa{number}.js");
    write(folder, "index.html", format!("<script src=/{chunk}></script>{number}"));
    write(folder, &chunk, format!("{number}"));
    write(folder, "large.bin", vec![number; 300 * 1024]);
    write(folder, "same.txt", "same");
    write(folder, &format!("only-in-{number}.html"), "x");
}

async fn publish(site: &Site, number: u8) -> BTreeMap<String, (Vec<u8>, String, String)> {
    build(site, number);
    let (name, header) = (format!("r{number}"), format!("same.txt=max-age={number}"));
    ok(&site.publish(&["--release-id", &name, "--cache-control", &header]).await);
    let state = Snapshot::of(&site.gateway.engines().objects);
    let manifest = state.manifest().unwrap();
    state.site().into_iter().filter(|(path, _)| manifest.files.contains_key(path)).collect()
}

/// The files of the live release, as the bucket has them.
fn live(site: &Site) -> BTreeMap<String, (Vec<u8>, String, String)> {
    let state = Snapshot::of(&site.gateway.engines().objects);
    let manifest = state.manifest().unwrap();
    state.site().into_iter().filter(|(path, _)| manifest.files.contains_key(path)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn to_each_of_the_last_five_releases() {
    let site = Site::new().await;
    let mut published = Vec::new();
    for number in 1..=6 {
        published.push(publish(&site, number).await);
    }
    for number in [2_usize, 4, 3, 5, 6, 2] {
        let name = format!("r{number}");
        site.gateway.log().clear();
        let said = ok(&site.run(&["rollback", "--to", &name, "--wait", "--verify", "get"]).await);
        assert!(said.contains(&format!("release {name} is live again")), "{said}");
        assert_eq!(live(&site), published[number - 1], "{name}");
        assert_eq!(missing_files(&site.gateway.engines().objects), Vec::<String>::new());
        let (_, page) = site.get("/").await;
        assert!(page.ends_with(&number.to_string()), "{page}");
        let writes = site.writes();
        assert!(writes.len() <= 12, "{writes:?}");
    }
    let said = failed(&site.run(&["rollback", "--to", "r1"]).await, 3);
    assert!(said.contains("there is no release r1 to put back; there are: r2, r3, r4, r5, r6"), "{said}");
}

/// Plain rollback goes back and back, and never forward to what was left.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_name() {
    let site = Site::new().await;
    for number in 1..=3 {
        publish(&site, number).await;
    }
    let said = ok(&site.run(&["rollback"]).await);
    assert!(said.contains("release r2 is live again"), "{said}");
    let said = ok(&site.run(&["rollback"]).await);
    assert!(said.contains("release r1 is live again"), "{said}");
    let said = failed(&site.run(&["rollback"]).await, 3);
    assert!(said.contains("no earlier release is kept; r1 is the oldest one"), "{said}");
    let said = failed(&site.run(&["rollback", "--to", "r1"]).await, 3);
    assert!(said.contains("release r1 is live, and the bucket is as it left it"), "{said}");

    let output = site.run(&["releases", "--format", "json"]).await;
    let document: Value = serde_json::from_str(&ok(&output)).unwrap();
    let releases: Vec<(u64, &str, bool)> = document["releases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["sequence"].as_u64().unwrap(),
                one["release"].as_str().unwrap(),
                one["live"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(releases, [(5, "r1", true), (4, "r2", false), (3, "r3", false)]);
    let said = ok(&site.run(&["releases"]).await);
    assert!(said.starts_with("*    5  ") && said.contains("r1  5 files, put back from 1\n"), "{said}");
    // The same commit goes live again by being published.
    publish(&site, 3).await;
    assert!(site.get("/").await.1.ends_with('3'));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_a_rollback() {
    let site = Site::new().await;
    publish(&site, 1).await;
    publish(&site, 2).await;
    site.gateway.log().clear();
    let said = ok(&site.run(&["rollback", "--dry-run", "--format", "json"]).await);
    let document: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(document["release"], serde_json::json!({"id": "r1", "sequence": 3, "restores": 1}));
    assert_eq!(document["applied"], false);
    assert!(site.writes().is_empty(), "{:?}", site.writes());
}

/// A page whose chunks are gone does not come back; neither does a record that somebody changed.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_whole_is_refused() {
    let site = Site::new().await;
    publish(&site, 1).await;
    publish(&site, 2).await;
    let objects = &site.gateway.engines().objects;
    objects.delete(BUCKET, "assets/app-111aaaa1.js");
    let said = failed(&site.run(&["rollback"]).await, 1);
    assert!(
        said.contains(
            "1 file(s) of release r1 are neither in the bucket nor in its record: assets/app-111aaaa1.js"
        ),
        "{said}"
    );
    assert!(said.contains("build and publish that commit instead"), "{said}");
    assert!(site.get("/").await.1.ends_with('2'));

    let record = ".greenlight/releases/0000000001.json";
    let text = site.object(record).unwrap();
    objects.put(BUCKET, "assets/app-111aaaa1.js", "1".into());
    objects.put(
        BUCKET,
        record,
        text.replace("\"bodies\":{\"index.html\":\"", "\"bodies\":{\"index.html\":\"AAAA").into(),
    );
    let said = failed(&site.run(&["rollback"]).await, 65);
    assert!(said.contains("the record of release number 1 has no usable index.html"), "{said}");
    objects.delete(BUCKET, record);
    let said = failed(&site.run(&["rollback"]).await, 65);
    assert!(
        said.contains("the record of release number 1 has no usable record: the object is gone"),
        "{said}"
    );
    assert!(site.object(".greenlight/lock.json").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_was_published() {
    let site = Site::new().await;
    let said = failed(&site.run(&["rollback"]).await, 3);
    assert!(said.contains("nothing was published here yet"), "{said}");
    assert_eq!(ok(&site.run(&["releases"]).await), "nothing was published here yet\n");
}

/// A run that was cut off in the switch: plain rollback asks which is meant, and each can be had, the large file too.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_cut_off_switch() {
    let site = Site::new().await;
    let first = publish(&site, 1).await;
    let second = publish(&site, 2).await;
    build(&site, 3);
    site.fault("PutObject", "/index.html", crate::site::error(403, "AccessDenied"), None);
    failed(&site.publish(&["--release-id", "r3"]).await, 77);
    site.gateway.faults().clear();
    let said = failed(&site.run(&["rollback"]).await, 1);
    assert!(said.contains("the bucket is not as release r2 left it"), "{said}");
    assert!(said.contains("--to r2 puts it right; --to r1 goes back further"), "{said}");
    // The next run finds the copy that the one before made of the file that it overwrote.
    ok(&site.publish(&["--release-id", "r3"]).await);
    ok(&site.run(&["rollback", "--verify", "get"]).await);
    assert_eq!(live(&site), second);
    ok(&site.run(&["rollback", "--verify", "get"]).await);
    assert_eq!(live(&site), first);
}
