//! The ports of the local world.

use std::net::{SocketAddr, TcpListener};

/// AWS_ENDPOINT_URL's port, as emulators have it.
pub const GATEWAY: u16 = 4566;
/// First port of the environment `test`; `prod` begins 100 later.
pub const FIRST: u16 = 8100;

/// Ports of one environment. 0 = any free one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvironmentPorts {
    /// The site, by CloudFront.
    pub site: u16,
    /// The load balancer's production listener.
    pub production: u16,
    /// The load balancer's test listener.
    pub test: u16,
}

impl EnvironmentPorts {
    const fn from(first: u16) -> Self {
        Self { site: first, production: first + 1, test: first + 2 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    pub gateway: u16,
    pub test: EnvironmentPorts,
    pub prod: EnvironmentPorts,
}

impl Ports {
    pub const fn fixed() -> Self {
        Self {
            gateway: GATEWAY,
            test: EnvironmentPorts::from(FIRST),
            prod: EnvironmentPorts::from(FIRST + 100),
        }
    }

    pub const fn free() -> Self {
        let environment = EnvironmentPorts { site: 0, production: 0, test: 0 };
        Self { gateway: 0, test: environment, prod: environment }
    }

    /// The ports that somebody else listens on.
    pub fn taken(&self) -> Vec<u16> {
        [
            self.gateway,
            self.test.site,
            self.test.production,
            self.test.test,
            self.prod.site,
            self.prod.production,
            self.prod.test,
        ]
        .into_iter()
        .filter(|port| *port != 0 && TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], *port))).is_err())
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let ports = Ports { gateway: port, ..Ports::free() };
        assert_eq!(ports.taken(), [port]);
        drop(listener);
        assert!(ports.taken().is_empty());
    }
}
