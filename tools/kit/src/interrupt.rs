//! Ctrl-C and SIGTERM: finish what is in flight, start nothing new, exit 130.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells whether the person or the system asked the program to stop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Interrupt {
    receiver: watch::Receiver<bool>,
    _sender: Arc<watch::Sender<bool>>,
}

impl Interrupt {
    /// Listens for SIGINT and SIGTERM on the current runtime.
    pub fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        let sender = Arc::new(sender);
        let interrupt = Self { receiver, _sender: Arc::clone(&sender) };
        tokio::spawn(async move {
            wait_for_signal().await;
            sender.send_replace(true);
        });
        interrupt
    }

    /// One that a test raises by hand, with the handle that raises it.
    pub fn manual() -> (Self, Arc<watch::Sender<bool>>) {
        let (sender, receiver) = watch::channel(false);
        let sender = Arc::new(sender);
        (Self { receiver, _sender: Arc::clone(&sender) }, sender)
    }

    pub fn is_raised(&self) -> bool {
        *self.receiver.borrow()
    }

    /// Returns when the interrupt is raised; never returns otherwise.
    pub async fn raised(&self) {
        let mut receiver = self.receiver.clone();
        if receiver.wait_for(|raised| *raised).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn wait_for_signal() {
    let ctrl_c = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = ctrl_c => {}, _ = terminate.recv() => {} }
        }
        Err(_) => {
            let _ = ctrl_c.await;
        }
    }
}
