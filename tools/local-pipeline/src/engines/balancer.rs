//! Application Load Balancers: listeners are real ports of 127.0.0.1 that send HTTP to the healthy targets of weighted target
//! groups, and target health is what real health checks find.
//!
//! Differs from AWS: a target group without a healthy target answers 503 (AWS sends to unhealthy targets when there is no
//! other), an `HTTPS` listener speaks plain HTTP, health check intervals may be as short as one second (AWS: five), a new
//! target is probed four times a second until its first success, and there are no rules but the default one.

mod client;
mod health;
mod proxy;
mod query;
mod state;
mod xml;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

pub(crate) use client::exchange;
pub use state::{HealthState, TargetHealth};

use crate::api::{ApiError, Query};
use state::{Action, Listener, State, Target, Weighted};

pub struct Balancer {
    inner: Arc<Inner>,
}

/// What the listeners' and health checks' tasks share with [`Balancer`].
struct Inner {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bump(&self) {
        self.changed.send_modify(|version| *version = version.wrapping_add(1));
    }
}

impl Balancer {
    pub fn new() -> Arc<Self> {
        let (changed, _) = watch::channel(0);
        Arc::new(Self { inner: Arc::new(Inner { state: Mutex::default(), changed }) })
    }

    #[expect(clippy::unused_async, reason = "every engine's call is asynchronous")]
    pub async fn call(&self, query: &Query) -> Result<String, ApiError> {
        query::call(self, query)
    }

    /// Fires at every change of weights, targets and their health.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changed.subscribe()
    }

    /// The weights of a listener's default action, in its order. Empty for a listener that does not forward.
    pub fn weights(&self, listener_arn: &str) -> Result<Vec<(String, u32)>, ApiError> {
        Ok(self.inner.lock().listener(listener_arn)?.weights())
    }

    /// Replaces a listener's default action by a weighted forward. Requests that were already sent to a target are not touched.
    pub fn set_weights(&self, listener_arn: &str, weights: &[(String, u32)]) -> Result<(), ApiError> {
        {
            let mut state = self.inner.lock();
            for (group, _) in weights {
                state.group(group)?;
            }
            let listener = state.listener_mut(listener_arn)?;
            listener.action =
                Action::Forward(weights.iter().map(|(arn, weight)| Weighted::new(arn, *weight)).collect());
        }
        self.inner.bump();
        Ok(())
    }

    /// The port of 127.0.0.1 on which the listener answers.
    pub fn listener_port(&self, listener_arn: &str) -> Result<u16, ApiError> {
        Ok(self.inner.lock().listener(listener_arn)?.port)
    }

    pub fn target_group_arn(&self, name: &str) -> Result<String, ApiError> {
        let state = self.inner.lock();
        let group = state.groups.values().find(|group| group.name == name);
        group.map(|group| group.arn.clone()).ok_or_else(state::no_group)
    }

    pub fn target_group_name(&self, arn: &str) -> Result<String, ApiError> {
        Ok(self.inner.lock().group(arn)?.name.clone())
    }

    /// Whether some listener names the target group; AWS checks health of no other.
    pub fn is_in_use(&self, group_arn: &str) -> Result<bool, ApiError> {
        let state = self.inner.lock();
        state.group(group_arn)?;
        Ok(state.in_use(group_arn))
    }

    /// Adds a target; it takes requests from its first successful health check.
    pub fn register(&self, group_arn: &str, id: &str, port: u16) -> Result<(), ApiError> {
        let generation = {
            let mut state = self.inner.lock();
            state.generation += 1;
            let generation = state.generation;
            let group = state.group_mut(group_arn)?;
            match group.target_mut(id, port) {
                Some(target) if !target.draining => return Ok(()),
                Some(target) => {
                    *target = Target { in_flight: target.in_flight, ..Target::new(id, port, generation) }
                }
                None => group.targets.push(Target::new(id, port, generation)),
            }
            let probe = health::watch(
                Arc::downgrade(&self.inner),
                health::Subject { group_arn: group_arn.to_owned(), id: id.to_owned(), port, generation },
            );
            state.background.retain(|handle| !handle.is_finished());
            state.background.push(tokio::spawn(probe).abort_handle());
            generation
        };
        tracing::debug!(group_arn, id, port, generation, "target registered");
        self.inner.bump();
        Ok(())
    }

    /// Takes a target out: no new request goes there, those in flight finish.
    pub fn deregister(&self, group_arn: &str, id: &str, port: u16) -> Result<(), ApiError> {
        {
            let mut state = self.inner.lock();
            let group = state.group_mut(group_arn)?;
            let delay = group.deregistration_delay();
            if let Some(target) = group.target_mut(id, port).filter(|target| !target.draining) {
                target.draining = true;
                let generation = target.generation;
                let inner = Arc::downgrade(&self.inner);
                let (group_arn, id) = (group_arn.to_owned(), id.to_owned());
                let expiry = tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    if let Some(inner) = inner.upgrade() {
                        inner.lock().forget(&group_arn, &id, port, generation);
                        inner.bump();
                    }
                });
                state.background.push(expiry.abort_handle());
            }
            state.remove_drained(group_arn);
        }
        self.inner.bump();
        Ok(())
    }

    /// Waits until a deregistered target has no request in flight, at most `limit`; whether it is so.
    pub async fn drained(&self, group_arn: &str, id: &str, port: u16, limit: Duration) -> bool {
        let mut changes = self.changes();
        let gone = async {
            loop {
                changes.borrow_and_update();
                let there =
                    self.inner.lock().group(group_arn).is_ok_and(|group| group.target(id, port).is_some());
                if !there || changes.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(limit, gone).await.is_ok()
    }

    pub fn target_health(&self, group_arn: &str) -> Result<Vec<TargetHealth>, ApiError> {
        let state = self.inner.lock();
        let in_use = state.in_use(group_arn);
        Ok(state.group(group_arn)?.targets.iter().map(|target| target.health(in_use)).collect())
    }

    /// Opens the port of a listener (0 = a free one) and serves it.
    fn listen(&self, mut listener: Listener) -> Result<Listener, ApiError> {
        let refused = |error: std::io::Error| {
            let port = listener.port;
            ApiError::new(
                "InvalidConfigurationRequest",
                format!("port {port} of 127.0.0.1 cannot be opened: {error}"),
            )
        };
        let socket = std::net::TcpListener::bind(("127.0.0.1", listener.port)).map_err(refused)?;
        socket.set_nonblocking(true).map_err(refused)?;
        let port = socket.local_addr().map_err(refused)?.port();
        let socket = tokio::net::TcpListener::from_std(socket).map_err(refused)?;
        listener.port = port;
        let serve =
            proxy::serve(Arc::clone(&self.inner), listener.arn.clone(), listener.protocol.clone(), socket);
        listener.server = Some(tokio::spawn(serve).abort_handle());
        self.inner.lock().listeners.insert(listener.arn.clone(), listener.clone());
        self.inner.bump();
        Ok(listener)
    }

    /// Closes every port and ends every health check.
    pub fn shutdown(&self) {
        let mut state = self.inner.lock();
        for handle in state.background.drain(..) {
            handle.abort();
        }
        for listener in state.listeners.values_mut() {
            if let Some(server) = listener.server.take() {
                server.abort();
            }
        }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.shutdown();
    }
}
