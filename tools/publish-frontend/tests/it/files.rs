//! Files of every kind: odd names, empty, large, many, unreadable, changing under our hands, under KMS.

use std::os::unix::process::CommandExt as _;

use greenlight_core::frontend::plan::Invalidate;
use greenlight_core::frontend::{Class, Desired, Headers, LocalFile, Observed, Overrides, Policy, own, plan};
use local_pipeline::faults::FaultKind;
use sha2::Digest as _;

use crate::site::{BUCKET, Site, error, failed, ok, output, text};

const ODD_NAMES: [&str; 9] = [
    "with space.txt",
    "ünï/côdé 漢字.txt",
    "plus+plus.txt",
    "100%.txt",
    "%41.txt",
    "hash#tag.txt",
    "quote'\"&<>.txt",
    "!before-our-own-folder.txt",
    "question?mark=1.txt",
];

#[tokio::test(flavor = "multi_thread")]
async fn odd_names_and_empty_files() {
    let site = Site::new().await;
    let long = format!("{}/{}.txt", "d".repeat(200), "n".repeat(200));
    for name in ODD_NAMES.into_iter().chain([long.as_str()]) {
        site.write(name, name);
    }
    site.write("empty.txt", "");
    ok(&site.publish(&["--verify", "get"]).await);
    for name in ODD_NAMES.into_iter().chain([long.as_str()]) {
        assert_eq!(site.object(name).as_deref(), Some(name));
    }
    assert_eq!(site.object("empty.txt").as_deref(), Some(""));
    // The next run knows them all; for the one that sorts before our own folder it lists once more.
    site.gateway.log().clear();
    let said = ok(&site.publish(&[]).await);
    assert!(said.contains("nothing to do"), "{said}");
    assert_eq!(site.operations().len(), 3, "{:?}", site.operations());
    // Changed: CloudFront gets names as it takes them.
    for name in ODD_NAMES {
        site.write(name, "changed");
    }
    let said = ok(&site.publish(&["--verify", "get"]).await);
    for path in ["/with%20space.txt", "/plus%2Bplus.txt", "/100%25.txt", "/%2541.txt", "/hash%23tag.txt"] {
        assert!(said.contains(&format!("i {path}\n")), "{path}: {said}");
    }
    assert_eq!(site.get("/with%20space.txt").await.1, "changed");
    // And they can be rolled back to.
    ok(&site.run(&["rollback", "--wait"]).await);
    for name in ODD_NAMES {
        assert_eq!(site.object(name).as_deref(), Some(name));
    }
}

/// Two parts and a half; then no change; then a rollback from the copy that was kept.
#[tokio::test(flavor = "multi_thread")]
async fn large_files_go_in_parts() {
    let site = Site::new().await;
    let large = |byte: u8| {
        let mut bytes = vec![byte; 70 * 1024 * 1024];
        bytes[0] = byte.wrapping_add(1);
        bytes
    };
    site.write("film.mp4", large(1));
    ok(&site.publish(&["--verify", "get", "--release-id", "one"]).await);
    let parts = site.operations().iter().filter(|name| *name == "UploadPart").count();
    assert_eq!(parts, 5);
    assert_eq!(site.gateway.engines().objects.get(BUCKET, "film.mp4").unwrap().body, large(1));
    assert!(ok(&site.publish(&[]).await).contains("nothing to do"));

    // A part that is refused ends the upload, and leaves no parts behind.
    site.write("film.mp4", large(2));
    site.fault("UploadPart", "partNumber=3", error(403, "AccessDenied"), None);
    let said = failed(&site.publish(&["--release-id", "two"]).await, 77);
    assert!(said.contains("s3:PutObject") && said.contains("the live site is unchanged"), "{said}");
    assert!(site.operations().iter().any(|name| name == "AbortMultipartUpload"));
    site.gateway.faults().clear();

    ok(&site.publish(&["--verify", "get", "--release-id", "two"]).await);
    assert_eq!(site.gateway.engines().objects.get(BUCKET, "film.mp4").unwrap().body, large(2));
    site.gateway.log().clear();
    ok(&site.run(&["rollback", "--verify", "get"]).await);
    assert_eq!(site.gateway.engines().objects.get(BUCKET, "film.mp4").unwrap().body, large(1));
    assert!(site.operations().iter().any(|name| name == "CopyObject"), "{:?}", site.operations());
    assert!(!site.operations().iter().any(|name| name == "UploadPart"));
}

/// Twenty thousand files are live; the manifest that is there says so. (`make bench` uploads as many.)
#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_files() {
    let site = Site::empty().await;
    site.write("index.html", "x");
    for index in 0..20_000 {
        site.write(&format!("assets/{:03}/c-{index:07}a.js", index % 200), format!("{index}"));
    }
    seed(&site);
    site.gateway.log().clear();
    let said = ok(&site.publish(&[]).await);
    // The manifest and 21 pages of 1,000 keys each.
    assert!(said.contains("nothing to do") && said.contains("(22 requests"), "{said}");
    assert!(site.writes().is_empty());
    site.write("index.html", "y");
    site.write("assets/new-0123abcd.js", "new");
    let said = ok(&site.publish(&[]).await);
    assert!(said.contains("2 to upload (4 B), 20000 unchanged"), "{said}");
    assert!(said.contains("20002 files verified"), "{said}");
}

/// Puts the build into the bucket as a release of this program would.
fn seed(site: &Site) {
    let objects = &site.gateway.engines().objects;
    let files: Vec<LocalFile> = walkdir::WalkDir::new(site.build.path())
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(site.build.path()).unwrap().to_str().unwrap().to_owned();
            let class = Class::of(&path, false);
            let headers = Headers::new(&path, class, &Overrides::default());
            let body = std::fs::read(entry.path()).unwrap();
            let file = LocalFile {
                size_bytes: body.len().try_into().unwrap(),
                sha256: hex::encode(sha2::Sha256::digest(&body)),
                path,
                class,
                headers,
            };
            objects.put(BUCKET, &file.path, body.into());
            file
        })
        .collect();
    let desired = Desired { release: "one".into(), files, restores: None };
    let policy = Policy {
        keep_releases: 5,
        keep_days: 30,
        max_delete: 256,
        force: false,
        change_immutable: false,
        delete_unknown: false,
        invalidate: Invalidate::Auto,
        served_below: String::new(),
        now_s: 0,
    };
    let plan = plan(&desired, &Observed::default(), &policy).unwrap();
    let etag = |file: &LocalFile| (file.path.clone(), objects.get(BUCKET, &file.path).unwrap().etag);
    let manifest = plan.manifest(
        &desired.files.iter().map(etag).collect(),
        |_| false,
        &std::collections::BTreeSet::new(),
        0,
    );
    let key = format!("{}{}", own::FOLDER, own::MANIFEST);
    objects.put(BUCKET, &key, serde_json::to_vec(&manifest).unwrap().into());
}

/// ETags that are no MD5: they are only ever compared with themselves.
#[tokio::test(flavor = "multi_thread")]
async fn under_kms_nothing_is_uploaded_twice() {
    let site = Site::new().await;
    let kms = ["--sse", "aws:kms", "--sse-kms-key-id", "alias/site"];
    ok(&site.publish(&kms).await);
    site.gateway.log().clear();
    let said = ok(&site.publish(&kms).await);
    assert!(said.contains("nothing to do"), "{said}");
    assert!(site.writes().is_empty());
    site.second();
    ok(&site.publish(&kms).await);
    ok(&site.run(&["rollback", "--verify", "get", "--sse", "aws:kms"]).await);
    assert!(site.object("index.html").unwrap().ends_with("one"));
}

/// What the bucket gets is what the plan was made from, or nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_while_it_is_published() {
    for (size, after) in [(3, "three".to_owned()), (200_000, "x".repeat(200_000)), (200_000, "x".repeat(10))]
    {
        let site = Site::new().await;
        site.write("assets/app-1111aaaa.js", "a".repeat(size));
        // The lock comes after hashing and before uploading.
        site.fault("PutObject", "lock.json", FaultKind::Latency { delay_ms: 1500 }, Some(1));
        let source = site.build.path().display().to_string();
        let mut command = site.command(&["publish", "--source", &source]);
        command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let child = command.spawn().unwrap();
        while !site.operations().iter().any(|name| name == "ListObjectsV2") {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        // Listed; the plan is made within the delay of the lock.
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        site.write("assets/app-1111aaaa.js", after);
        let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
        let said = failed(&output, 1);
        assert!(said.contains("app-1111aaaa.js changed while it was published"), "{said}");
        assert!(said.contains("the live site is unchanged"), "{said}");
        assert!(site.object("index.html").is_none());
        assert!(site.object("assets/app-1111aaaa.js").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_files_and_links() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Site::new().await;
    site.write("secret.txt", "x");
    std::fs::set_permissions(site.build.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(site.build.path().join("secret.txt"), std::fs::Permissions::from_mode(0o000))
        .unwrap();
    let source = site.build.path().display().to_string();
    let mut command = site.command(&["publish", "--source", &source]);
    if rustix::process::geteuid().is_root() {
        // Root may read everything.
        command.uid(65_534).gid(65_534);
    }
    let said = failed(&output(command).await, 65);
    assert!(
        said.contains("cannot read") && said.contains("secret.txt") && said.contains("ermission denied"),
        "{said}"
    );
    site.remove("secret.txt");
    std::os::unix::fs::symlink("nowhere", site.build.path().join("broken")).unwrap();
    let said = failed(&site.publish(&[]).await, 65);
    assert!(said.contains("broken is a symbolic link that leads nowhere"), "{said}");
    assert!(site.writes().is_empty());
    ok(&site.publish(&["--exclude", "broken"]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_along() {
    let site = Site::new().await;
    site.write(".well-known/security.txt", "Contact: mailto:security@example.com");
    site.write(".vite/manifest.json", "{}");
    site.write("notes.tmp", "x");
    ok(&site
        .publish(&["--exclude", "*.tmp", "--source-maps", "upload", "--include", ".vite,.vite/**"])
        .await);
    let keys = site.gateway.engines().objects.list(BUCKET, "");
    let keys: Vec<&str> =
        keys.iter().map(String::as_str).filter(|key| !key.starts_with(".greenlight")).collect();
    let expected = [
        ".vite/manifest.json",
        ".well-known/security.txt",
        "assets/app-1111aaaa.js",
        "assets/app-1111aaaa.js.map",
        "index.html",
        "robots.txt",
    ];
    assert_eq!(keys, expected);
    let said = ok(&site.publish(&["--exclude", "*.tmp", "--format", "json", "--dry-run"]).await);
    assert!(said.contains("\"leave-out\"") && said.contains("\"excluded\""), "{said}");
    assert!(!text(said.as_bytes()).contains("SECRET"));
}
