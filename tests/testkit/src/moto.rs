//! moto as a server: an AWS that nobody here wrote. `make test` installs it below `tests/moto`.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::programs::project_root;

/// Its imports take seconds on a busy machine.
const LONGEST_START: Duration = Duration::from_mins(1);
/// Set by `make test`, which installs it.
const REQUIRED: &str = "REQUIRE_MOTO";

/// A server of its own, ended with the test.
pub struct Moto {
    child: Child,
    url: String,
}

impl Moto {
    /// Nothing where it is not installed, unless `REQUIRE_MOTO` says that it must be.
    pub fn start() -> Option<Self> {
        let python = project_root().join("tests/moto/.venv/bin/python");
        if !python.exists() {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set, and there is no {}",
                python.display()
            );
            eprintln!("skipped: moto is not installed; `make moto` installs it");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut command = Command::new(python);
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let moto = Self { child, url: format!("http://{address}") };
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(started.elapsed() < LONGEST_START, "moto does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(moto)
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
