//! Several publishers, and one that is asked to stop.

use std::process::{Child, Output, Stdio};
use std::time::Duration;

use local_pipeline::faults::FaultKind;

use crate::bucket_state::missing_files;
use crate::site::{BUCKET, Site, failed, ok, text, write};

const LOCK: &str = ".greenlight/lock.json";

fn spawn(site: &Site, source: &std::path::Path, more: &[&str]) -> Child {
    let source = source.display().to_string();
    let mut arguments = vec!["publish", "--source", &source];
    arguments.extend(more);
    let mut command = site.command(&arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

async fn wait(child: Child) -> Output {
    tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap()
}

async fn until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} does not come");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_lock_says_who_holds_it() {
    let site = Site::new().await;
    let objects = &site.gateway.engines().objects;
    let lock = r#"{"owner":"build 7","release":"x","until_s":99999999999}"#;
    objects.put(BUCKET, LOCK, lock.into());
    let said = failed(&site.publish(&[]).await, 1);
    assert!(said.contains("build 7 is publishing to this site (lock until 5138-"), "{said}");
    assert!(objects.get(BUCKET, "index.html").is_none());
    assert_eq!(site.object(LOCK).unwrap(), lock);
    // Its holder died long ago.
    objects.put(BUCKET, LOCK, lock.replace("99999999999", "1").into());
    let said = site.publish(&[]).await;
    ok(&said);
    assert!(text(&said.stderr).contains("taking over a lock that was not renewed"), "{}", text(&said.stderr));
    assert!(objects.get(BUCKET, LOCK).is_none());
}

/// Several at once, again and again: the site is always one of the releases, whole, and whoever lost says why.
#[tokio::test(flavor = "multi_thread")]
async fn several_at_once() {
    let site = Site::new().await;
    let builds: Vec<tempfile::TempDir> = (0..4)
        .map(|number| {
            let folder = tempfile::tempdir().unwrap();
            let chunk = format!("assets/app-{number}{number}aaaa{number}{number}.js");
            write(folder.path(), "index.html", format!("<script src=/{chunk}></script>release {number}"));
            write(
                folder.path(),
                "docs/index.html",
                format!("<script src=/{chunk}></script>release {number}"),
            );
            write(folder.path(), &chunk, format!("{number}"));
            folder
        })
        .collect();
    for _ in 0..6 {
        let children: Vec<Child> = builds.iter().map(|build| spawn(&site, build.path(), &[])).collect();
        let mut won = 0;
        for child in children {
            let output = wait(child).await;
            let said = text(&output.stderr);
            match output.status.code() {
                Some(0) => won += 1,
                Some(1) => assert!(
                    said.contains("is publishing to this site") || said.contains("another release went live"),
                    "{said}"
                ),
                _ => panic!("{said}"),
            }
        }
        assert!(won >= 1);
        let release = |key: &str| site.object(key).unwrap().rsplit_once("release").unwrap().1.to_owned();
        assert_eq!(release("index.html"), release("docs/index.html"));
        assert_eq!(missing_files(&site.gateway.engines().objects), Vec::<String>::new());
        assert!(site.object(LOCK).is_none());
    }
}

/// Somebody releases while this one waits for its lock: what was planned is out of date.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_release_is_not_undone() {
    let site = Site::new().await;
    ok(&site.publish(&["--release-id", "one"]).await);
    site.second();
    let slow = site.build.path().to_owned();
    site.fault("PutObject", "lock.json", FaultKind::Latency { delay_ms: 2000 }, Some(1));
    site.gateway.log().clear();
    let child = spawn(&site, &slow, &["--release-id", "slow"]);
    until("the slow plan", || site.operations().len() >= 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let other = tempfile::tempdir().unwrap();
    write(other.path(), "index.html", "fast");
    let source = other.path().display().to_string();
    ok(&site.run(&["publish", "--source", &source, "--release-id", "fast"]).await);
    let said = failed(&wait(child).await, 1);
    assert!(said.contains("another release went live in the meantime"), "{said}");
    assert!(said.contains("the live site is unchanged"), "{said}");
    assert_eq!(site.object("index.html").unwrap(), "fast");
    // Not even what nobody would see: the other release may have a file of that name.
    assert!(site.object("assets/app-2222bbbb.js").is_none());
}

/// A long upload keeps its lock; one whose lock was taken stops before it touches a page.
#[tokio::test(flavor = "multi_thread")]
async fn the_lock_is_renewed_and_its_loss_noticed() {
    let site = Site::new().await;
    site.fault("PutObject", "app-1111aaaa.js", FaultKind::Latency { delay_ms: 3500 }, Some(1));
    let child = spawn(&site, site.build.path(), &["--lock-ttl", "1"]);
    until("the lock", || site.object(LOCK).is_some()).await;
    let first = site.object(LOCK).unwrap();
    // Longer than its time to live: nobody else gets in.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let renewed = site.object(LOCK).unwrap();
    assert_ne!(first, renewed);
    let said = failed(&site.publish(&[]).await, 1);
    assert!(said.contains("is publishing to this site"), "{said}");
    ok(&wait(child).await);

    site.second();
    site.gateway.log().clear();
    site.fault("PutObject", "app-2222bbbb.js", FaultKind::Latency { delay_ms: 3500 }, Some(1));
    let child = spawn(&site, site.build.path(), &["--lock-ttl", "1", "--format", "json"]);
    until("the lock", || site.object(LOCK).is_some()).await;
    let other = r#"{"owner":"build 8","release":"x","until_s":99999999999}"#;
    site.gateway.engines().objects.put(BUCKET, LOCK, other.into());
    let output = wait(child).await;
    let said = failed(&output, 1);
    assert!(said.contains("the lock was lost") && said.contains("the live site is unchanged"), "{said}");
    assert!(site.object("index.html").unwrap().ends_with("one"));
    assert_eq!(site.object(LOCK).unwrap(), other);
}

/// SIGTERM while files go up: what is in flight ends, no page is touched, the lock is gone, 130.
#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_before_the_switch() {
    let site = Site::new().await;
    ok(&site.publish(&["--release-id", "one"]).await);
    site.second();
    for index in 0..20 {
        site.write(&format!("assets/more-{index:02}abcdef.js"), "x");
    }
    site.fault("PutObject", "/assets/", FaultKind::Latency { delay_ms: 400 }, None);
    site.gateway.log().clear();
    let child = spawn(&site, site.build.path(), &["--concurrency", "2", "--release-id", "two"]);
    until("an upload", || site.puts().len() > 2).await;
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let said = failed(&wait(child).await, 130);
    assert!(said.contains("interrupted") && said.contains("the live site is unchanged"), "{said}");
    assert!(said.contains("run the same command again"), "{said}");
    assert!(site.puts().len() < 12, "{:?}", site.puts());
    assert!(site.object("index.html").unwrap().ends_with("one"));
    assert!(site.object(LOCK).is_none());
    site.gateway.faults().clear();
    ok(&site.publish(&["--release-id", "two"]).await);
    assert!(site.object("index.html").unwrap().ends_with("two"));
}

/// SIGINT in the middle of the switch: it is ended, since half a switch helps nobody; what follows is not begun.
#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_during_the_switch() {
    let site = Site::new().await;
    ok(&site.publish(&["--release-id", "one"]).await);
    site.second();
    site.fault("PutObject", "index.html", FaultKind::Latency { delay_ms: 1000 }, Some(1));
    let child = spawn(&site, site.build.path(), &["--release-id", "two", "--wait", "--verify", "list"]);
    until("the chunk", || site.object("assets/app-2222bbbb.js").is_some()).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let said = failed(&wait(child).await, 130);
    assert!(said.contains("the new release is live"), "{said}");
    assert!(site.object("index.html").unwrap().ends_with("two"));
    assert!(site.object(LOCK).is_none());
    assert!(ok(&site.publish(&["--release-id", "two"]).await).contains("nothing to do"));
}

/// Renewals that fail until the lock is over are a lost lock: nothing of the live site is touched any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_cannot_be_renewed_is_lost() {
    let site = Site::new().await;
    ok(&site.publish(&["--release-id", "one"]).await);
    site.second();
    site.fault("PutObject", "app-2222bbbb.js", FaultKind::Latency { delay_ms: 5000 }, Some(1));
    site.gateway.log().clear();
    let child = spawn(&site, site.build.path(), &["--lock-ttl", "1", "--release-id", "slow"]);
    until("the lock", || site.object(LOCK).is_some()).await;
    site.fault("PutObject", "lock.json", crate::site::error(403, "AccessDenied"), None);
    let said = failed(&wait(child).await, 1);
    assert!(said.contains("the lock was lost") && said.contains("the live site is unchanged"), "{said}");
    assert!(site.object("index.html").unwrap().ends_with("one"));
}
