//! Visitors: they load a page with all its files and the API, over and over, and count what fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use local_pipeline::client;
use tokio::task::JoinHandle;

/// Pause between two visits.
const PAUSE: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Seen {
    stop: AtomicBool,
    visits: AtomicUsize,
    failures: std::sync::Mutex<Vec<String>>,
}

/// Visitors of one site, until [`Visitors::leave`].
pub struct Visitors {
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Visitors {
    pub fn arrive(url: String) -> Self {
        let seen = Arc::new(Seen::default());
        let task = tokio::spawn({
            let seen = Arc::clone(&seen);
            async move {
                while !seen.stop.load(Ordering::Relaxed) {
                    if let Err(failure) = visit(&url).await {
                        seen.failures.lock().unwrap().push(failure);
                    }
                    seen.visits.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        });
        Self { seen, task }
    }

    /// How many visits there were, and what failed.
    pub async fn leave(self) -> (usize, Vec<String>) {
        self.seen.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
        let failures = std::mem::take(&mut *self.seen.failures.lock().unwrap());
        (self.seen.visits.load(Ordering::Relaxed), failures)
    }
}

/// The page, everything that it references, and the API.
async fn visit(url: &str) -> Result<(), String> {
    let page = get(url, "/").await?;
    for file in referenced(&page) {
        get(url, &file).await?;
    }
    get(url, "/api/version").await.map(|_| ())
}

pub async fn get(url: &str, path: &str) -> Result<String, String> {
    let answer = client::send("GET", &format!("{url}{path}"), &[], String::new())
        .await
        .map_err(|error| format!("GET {path}: {error}"))?;
    if answer.status == 200 {
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    } else {
        Err(format!("GET {path}: {}", answer.status))
    }
}

/// Paths in `src="…"` and `href="…"` that lie on the site.
fn referenced(page: &str) -> Vec<String> {
    ["src=\"", "href=\""]
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| path.starts_with('/') && !path.starts_with("//"))
        .map(str::to_owned)
        .collect()
}
