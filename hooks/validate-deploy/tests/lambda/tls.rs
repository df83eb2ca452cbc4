//! A server with a certificate for app.example.com (`tests/tls/make`), which answers every request with green's version.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::world::DIGEST;

const AUTHORITY: &str = include_str!("../tls/ca.pem");
const CERTIFICATE: &str = include_str!("../tls/server.pem");
const KEY: &str = include_str!("../tls/server.key");

pub struct HttpsServer {
    pub port: u16,
    hosts: Arc<Mutex<Vec<String>>>,
}

impl HttpsServer {
    pub fn start() -> Self {
        let chain = CertificateDer::pem_slice_iter(CERTIFICATE.as_bytes()).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let hosts = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&hosts);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, seen) = (Arc::clone(&config), Arc::clone(&seen));
                // A client that does not trust the certificate ends the connection: that is its test.
                std::thread::spawn(move || serve(config, stream.unwrap(), &seen).ok());
            }
        });
        Self { port, hosts }
    }

    pub fn authority() -> String {
        AUTHORITY.to_owned()
    }

    pub fn hosts(&self) -> Vec<String> {
        self.hosts.lock().unwrap().clone()
    }
}

fn serve(
    config: Arc<rustls::ServerConfig>,
    mut stream: std::net::TcpStream,
    hosts: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut tls = rustls::ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut tls = rustls::Stream::new(&mut tls, &mut stream);
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match tls.read(&mut buffer)? {
            0 => return Ok(()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
    let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let host =
        text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().trim().to_owned();
    hosts.lock().unwrap().push(host);
    write!(
        tls,
        "HTTP/1.1 200 OK\r\nx-app-image-digest: {DIGEST}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
    )?;
    tls.conn.send_close_notify();
    tls.flush()
}
