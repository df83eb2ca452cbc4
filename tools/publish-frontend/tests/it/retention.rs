//! What is deleted, and what never is.

use crate::site::{BUCKET, Site, failed, ok, write};

#[tokio::test(flavor = "multi_thread")]
async fn foreign_objects_and_sibling_prefixes_are_left_alone() {
    let site = Site::new().await;
    let objects = &site.gateway.engines().objects;
    for key in ["app2/index.html", "app/uploads/me.jpg", "apple.txt"] {
        objects.put(BUCKET, key, "foreign".into());
    }
    let days = ["one", "two", "three"];
    for day in days {
        site.write("index.html", day);
        let keep = ["--release-id", day, "--prefix", "app", "--keep-releases", "1", "--keep-days", "0"];
        ok(&site.publish(&keep).await);
    }
    for key in ["app2/index.html", "app/uploads/me.jpg", "apple.txt"] {
        assert_eq!(site.object(key).as_deref(), Some("foreign"), "{key}");
    }
    assert_eq!(site.object("app/index.html").as_deref(), Some("three"));
    // Asked for by name, and then only below the prefix.
    let said = ok(&site.publish(&["--prefix", "app", "--delete-unknown"]).await);
    assert!(said.contains("- uploads/me.jpg  (not of any release)"), "{said}");
    assert!(site.object("app/uploads/me.jpg").is_none());
    assert!(site.object("app2/index.html").is_some() && site.object("apple.txt").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn old_files_go_when_no_release_needs_them() {
    let site = Site::empty().await;
    let keep = ["--keep-releases", "2", "--keep-days", "0"];
    for number in 1..=4 {
        let folder = site.build.path();
        std::fs::remove_dir_all(folder).unwrap();
        let chunk = format!("assets/app-{number}{number}{number}aaaa{number}.js");
        write(folder, "index.html", format!("<script src=/{chunk}></script>{number}"));
        write(folder, &chunk, format!("{number}"));
        ok(&site.publish(&keep).await);
    }
    let keys = site.gateway.engines().objects.list(BUCKET, "");
    let expected = [
        ".greenlight/manifest.json",
        ".greenlight/releases/0000000003.json",
        ".greenlight/releases/0000000004.json",
        "assets/app-333aaaa3.js",
        "assets/app-444aaaa4.js",
        "index.html",
    ];
    assert_eq!(keys, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_deletes_are_refused_and_not_cut() {
    let site = Site::new().await;
    for index in 0..30 {
        site.write(&format!("assets/c-{index:03}abcde.js"), "x");
    }
    ok(&site.publish(&[]).await);
    for index in 0..30 {
        site.remove(&format!("assets/c-{index:03}abcde.js"));
    }
    let keep = ["--keep-releases", "1", "--keep-days", "0", "--max-delete", "29"];
    let said = failed(&site.publish(&keep).await, 1);
    assert!(said.contains("30 files would be deleted, more than --max-delete 29"), "{said}");
    assert_eq!(site.gateway.engines().objects.list(BUCKET, "assets/c-").len(), 30);
    ok(&site.publish(&["--keep-releases", "1", "--keep-days", "0"]).await);
    assert_eq!(site.gateway.engines().objects.list(BUCKET, "assets/c-").len(), 0);
}
