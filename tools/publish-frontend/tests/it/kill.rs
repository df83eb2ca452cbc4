//! A release of sixty files, killed after every single request, and with every single request failing in every way: at every
//! instant every page in the bucket has its files, and the run after it ends where an undisturbed run ends.

use std::process::{Child, Output};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use futures::stream::{self, StreamExt as _};
use local_pipeline::faults::{Fault, FaultKind};
use local_pipeline::log::LoggedCall;

use crate::bucket_state::{Snapshot, missing_files};
use crate::site::{Site, error, ok, output};
use crate::sixty_files;

/// Sites that are worked on at the same time.
const AT_A_TIME: usize = 4;

/// A site with release 1 live and release 2 in its build folder, watched after every request.
struct Watched {
    site: Site,
    before: Snapshot,
    broken: Arc<Mutex<Vec<String>>>,
    kill: Arc<Kill>,
}

/// Whom to kill after which request.
#[derive(Default)]
struct Kill {
    pid: AtomicI32,
    left: AtomicUsize,
}

impl Kill {
    fn request(&self) {
        if self.pid.load(Ordering::SeqCst) != 0 && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            let pid = rustix::process::Pid::from_raw(self.pid.swap(0, Ordering::SeqCst)).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        }
    }
}

impl Watched {
    async fn new() -> Self {
        let site = Site::empty().await;
        sixty_files::build(site.build.path(), 1);
        ok(&site.publish(&["--release-id", "one"]).await);
        std::fs::remove_dir_all(site.build.path()).unwrap();
        sixty_files::build(site.build.path(), 2);
        let (broken, kill) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Kill::default()));
        let objects = Arc::clone(&site.gateway.engines().objects);
        let (seen, killer) = (Arc::clone(&broken), Arc::clone(&kill));
        let observer = move |call: &LoggedCall| {
            let missing = missing_files(&objects);
            if !missing.is_empty() {
                seen.lock().unwrap().push(format!("after {} {}: {missing:?}", call.operation, call.path));
            }
            killer.request();
        };
        assert!(site.gateway.log().observe(observer));
        let before = Snapshot::of(&site.gateway.engines().objects);
        Self { site, before, broken, kill }
    }

    /// Back to where release 1 is live.
    fn reset(&self) {
        self.before.restore(&self.site.gateway.engines().objects);
        self.site.gateway.faults().clear();
        self.site.gateway.log().clear();
    }

    fn command(&self, more: &[&str]) -> std::process::Command {
        let source = self.site.build.path().display().to_string();
        let mut arguments = vec!["publish", "--source", &source, "--release-id", "two", "--lock-ttl", "1"];
        arguments.extend(["--keep-releases", "1", "--keep-days", "0"]);
        arguments.extend(more);
        self.site.command(&arguments)
    }

    async fn release(&self, more: &[&str]) -> Output {
        output(self.command(more)).await
    }

    /// When a lock that a killed run left is over.
    async fn release_after_the_lock(&self) {
        while self.lock_until_s().is_some_and(|until_s| until_s > jiff::Timestamp::now().as_second()) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        ok(&self.release(&[]).await);
    }

    fn lock_until_s(&self) -> Option<i64> {
        let lock = self.site.object(".greenlight/lock.json")?;
        serde_json::from_str::<serde_json::Value>(&lock).unwrap()["until_s"].as_i64()
    }

    async fn kill_after(&self, requests: usize) -> bool {
        let child: Child = self.command(&["--quiet"]).stderr(std::process::Stdio::null()).spawn().unwrap();
        self.kill.left.store(requests, Ordering::SeqCst);
        self.kill.pid.store(i32::try_from(child.id()).unwrap(), Ordering::SeqCst);
        let status = tokio::task::spawn_blocking(move || {
            let mut child = child;
            child.wait().unwrap()
        })
        .await
        .unwrap();
        self.kill.pid.store(0, Ordering::SeqCst);
        std::os::unix::process::ExitStatusExt::signal(&status) == Some(9)
    }

    #[track_caller]
    fn check(&self, expected: &Snapshot, what: &str) {
        let broken = self.broken.lock().unwrap();
        assert!(broken.is_empty(), "{what}: {broken:#?}");
        drop(broken);
        let now = Snapshot::of(&self.site.gateway.engines().objects);
        assert_eq!(
            now.site().keys().collect::<Vec<_>>(),
            expected.site().keys().collect::<Vec<_>>(),
            "{what}"
        );
        assert_eq!(now.site(), expected.site(), "{what}");
        let (now, expected) = (now.manifest().unwrap(), expected.manifest().unwrap());
        assert_eq!(now.files, expected.files, "{what}");
        assert_eq!((now.sequence, &now.history), (expected.sequence, &expected.history), "{what}");
    }
}

/// The requests of an undisturbed release, and what it leaves.
async fn undisturbed(watched: &Watched) -> (Vec<LoggedCall>, Snapshot) {
    watched.reset();
    ok(&watched.release(&[]).await);
    let calls = watched.site.gateway.log().calls();
    assert!(calls.len() > 65, "{}", calls.len());
    let after = Snapshot::of(&watched.site.gateway.engines().objects);
    watched.check(&after, "undisturbed");
    // Only release 2 is kept, and its files.
    assert_eq!(after.site().len(), 60);
    (calls, after)
}

/// Does `one` for every request of the release, on several sites at the same time.
async fn for_every_request<F>(one: F)
where
    F: AsyncFn(&Watched, usize, &LoggedCall, &Snapshot),
{
    let first = Watched::new().await;
    let (calls, expected) = undisturbed(&first).await;
    let groups: Vec<Vec<(usize, LoggedCall)>> = (0..AT_A_TIME)
        .map(|group| calls.iter().cloned().enumerate().skip(group).step_by(AT_A_TIME).collect())
        .collect();
    stream::iter(groups)
        .map(|group| {
            let (one, expected) = (&one, &expected);
            async move {
                let watched = Watched::new().await;
                for (index, call) in group {
                    watched.reset();
                    one(&watched, index, &call, expected).await;
                }
            }
        })
        .buffer_unordered(AT_A_TIME)
        .collect::<()>()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_every_request() {
    for_every_request(async |watched, index, call, expected| {
        let what = format!("killed after request {index}, such as {} {}", call.operation, call.path);
        let killed = watched.kill_after(index + 1).await;
        assert!(killed, "{what}: it ended before");
        watched.release_after_the_lock().await;
        watched.check(expected, &what);
    })
    .await;
}

/// One request fails once: the SDK's retry mends it, or the next run does.
async fn each_fails_once(kind: FaultKind, more: &[&str]) {
    for_every_request(async |watched, index, call, expected| {
        let what = format!("{kind:?} at request {index}, such as {} {}", call.operation, call.path);
        let skip = u64::try_from(index).unwrap();
        let fault = Fault { skip, times: Some(1), kind: kind.clone(), ..Fault::error("*", "*", 500, "") };
        watched.site.gateway.faults().add(fault);
        let output = watched.release(more).await;
        watched.site.gateway.faults().clear();
        if !output.status.success() {
            watched.release_after_the_lock().await;
        }
        watched.check(expected, &what);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_throttled_once() {
    each_fails_once(error(503, "SlowDown"), &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_failing_once() {
    each_fails_once(error(500, "InternalError"), &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_connection_reset_once_before_the_call() {
    each_fails_once(FaultKind::Reset, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_lost_once() {
    each_fails_once(FaultKind::ResetAfter, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_too_late_once() {
    each_fails_once(FaultKind::HangAfter, &["--request-timeout", "1"]).await;
}

/// A request that is denied for ever ends the run; what visitors see is one release or the other, whole.
#[tokio::test(flavor = "multi_thread")]
async fn every_request_denied() {
    for_every_request(async |watched, _, call, expected| {
        let what = format!("denied: {} {}", call.operation, call.path);
        watched.site.gateway.faults().add(Fault {
            path_contains: call.path.clone(),
            ..Fault::error(&call.service, &call.operation, 403, "AccessDenied")
        });
        let output = watched.release(&["--format", "json"]).await;
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        if output.status.success() {
            // Only the lock may stay: it ends by itself.
            assert_eq!(call.operation, "DeleteObject", "{what}");
        } else {
            assert_eq!(output.status.code(), Some(77), "{what}");
            let page = watched.site.object("index.html").unwrap();
            match document["error"]["live_state"].as_str().unwrap() {
                "unchanged" => {
                    let (now, before) =
                        (Snapshot::of(&watched.site.gateway.engines().objects), &watched.before);
                    for (key, object) in before.site() {
                        assert_eq!(now.site().get(&key), Some(&object), "{what}: {key}");
                    }
                }
                "partial" => assert!(page.ends_with("release 1") || page.ends_with("release 2"), "{what}"),
                "new" => assert!(page.ends_with("release 2"), "{what}"),
                state => panic!("{what}: {state}"),
            }
        }
        watched.site.gateway.faults().clear();
        watched.release_after_the_lock().await;
        watched.check(expected, &what);
    })
    .await;
}
