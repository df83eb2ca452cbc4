//! The network: a TCP proxy that adds a round-trip time.
//!
//! Every piece of bytes arrives half a round trip after it was sent, in each direction, however many are on their way: a delay
//! line, not a pause between reads. A new connection carries nothing for one round trip, as TCP's handshake does. Bandwidth is
//! not limited, packets are not lost, and there is no TLS (which would cost every new connection one more round trip).

mod delay;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::companion::{self, Companion};
use crate::error::BenchError;
use delay::DelayLine;

/// How much one read takes at most.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces of one connection that may be on their way: 16 MB, more than any sender here has open at once.
const PIECES_IN_FLIGHT: usize = 256;

/// The network, in a process of its own.
pub struct Link {
    companion: Companion,
    /// `127.0.0.1:PORT`
    pub address: String,
}

/// What went over the network since the last look.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Traffic {
    pub connections: u64,
    pub sent_bytes: u64,
    pub received_bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Started {
    address: String,
}

impl Link {
    pub fn start(to: &str, rtt_ms: u64) -> Result<Self, BenchError> {
        let (companion, Started { address }) = Companion::start("link", &[to, &rtt_ms.to_string()])?;
        Ok(Self { companion, address })
    }

    /// Traffic since the last call.
    pub fn take_traffic(&mut self) -> Result<Traffic, BenchError> {
        self.companion.ask("traffic")
    }

    pub fn cpu(&self) -> Option<Duration> {
        self.companion.cpu()
    }
}

/// The process.
pub fn serve(to: SocketAddr, rtt_ms: u64) -> Result<(), BenchError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(BenchError::io("start a runtime"))?;
    let proxy = Arc::new(Proxy::new(to, Duration::from_millis(rtt_ms)));
    let listener = runtime
        .block_on(TcpListener::bind(("127.0.0.1", 0)))
        .map_err(BenchError::io("listen on 127.0.0.1"))?;
    let address = listener.local_addr().map_err(BenchError::io("listen on 127.0.0.1"))?.to_string();
    runtime.spawn(Arc::clone(&proxy).accept(listener));
    companion::answer(&Started { address }, |question| match question {
        "traffic" => Some(json!(proxy.take_traffic())),
        _ => None,
    })
}

struct Proxy {
    to: SocketAddr,
    one_way: DelayLine,
    round_trip: DelayLine,
    connections: AtomicU64,
    sent_bytes: AtomicU64,
    received_bytes: AtomicU64,
}

impl Proxy {
    fn new(to: SocketAddr, rtt: Duration) -> Self {
        Self {
            to,
            one_way: DelayLine::new(rtt / 2),
            round_trip: DelayLine::new(rtt),
            connections: AtomicU64::new(0),
            sent_bytes: AtomicU64::new(0),
            received_bytes: AtomicU64::new(0),
        }
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        loop {
            let Ok((client, _)) = listener.accept().await else { continue };
            self.connections.fetch_add(1, Relaxed);
            tokio::spawn(Arc::clone(&self).connection(client, Instant::now()));
        }
    }

    async fn connection(self: Arc<Self>, client: TcpStream, accepted: Instant) {
        let Ok(server) = TcpStream::connect(self.to).await else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        // The client thinks that it is connected; over the network it would be so a round trip after it asked. What it sends
        // until then waits in the socket.
        self.round_trip.since(accepted).await;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::join!(
            carry(from_client, to_server, &self.one_way, &self.sent_bytes),
            carry(from_server, to_client, &self.one_way, &self.received_bytes),
        );
    }

    fn take_traffic(&self) -> Traffic {
        Traffic {
            connections: self.connections.swap(0, Relaxed),
            sent_bytes: self.sent_bytes.swap(0, Relaxed),
            received_bytes: self.received_bytes.swap(0, Relaxed),
        }
    }
}

/// One direction of a connection, until either end closes it.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, line: &DelayLine, count: &AtomicU64) {
    let (sender, mut arriving) = mpsc::channel(PIECES_IN_FLIGHT);
    let read = async move {
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(PIECE_BYTES);
            let length = from.read_buf(&mut buffer).await.unwrap_or(0);
            count.fetch_add(u64::try_from(length).unwrap_or(0), Relaxed);
            let piece = (line.since(Instant::now()), buffer.split().freeze());
            if sender.send(piece).await.is_err() || length == 0 {
                return;
            }
        }
    };
    let write = async move {
        while let Some((due, piece)) = arriving.recv().await {
            due.await;
            // An empty piece is the end: it takes as long as bytes do.
            if piece.is_empty() || to.write_all(&piece).await.is_err() {
                break;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RTT: Duration = Duration::from_millis(400);
    /// A busy machine may be late, but for less than another round trip, and never early.
    const SLACK: Duration = Duration::from_millis(390);

    /// A server that sends back what it gets, behind a link.
    async fn echo_behind_a_link() -> (Arc<Proxy>, SocketAddr) {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = server.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = server.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.into_split();
                    tokio::io::copy(&mut read, &mut write).await
                });
            }
        });
        let proxy = Arc::new(Proxy::new(to, RTT));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(Arc::clone(&proxy).accept(listener));
        (proxy, address)
    }

    async fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> Duration {
        let started = Instant::now();
        let mut back = vec![0; bytes.len()];
        let (mut read, mut write) = stream.split();
        let (sent, got) = tokio::join!(write.write_all(bytes), read.read_exact(&mut back));
        sent.unwrap();
        got.unwrap();
        assert_eq!(back, bytes);
        started.elapsed()
    }

    fn assert_about(took: Duration, wanted: Duration) {
        assert!(took >= wanted && took < wanted + SLACK, "{took:?} is not about {wanted:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_answer_takes_a_round_trip_and_the_first_one_two() {
        let (proxy, address) = echo_behind_a_link().await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        assert_about(exchange(&mut stream, b"first").await, 2 * RTT);
        assert_about(exchange(&mut stream, b"second").await, RTT);
        // Opened ahead of time, a connection costs nothing more.
        let mut idle = TcpStream::connect(address).await.unwrap();
        tokio::time::sleep(RTT + SLACK).await;
        assert_about(exchange(&mut idle, b"late").await, RTT);
        let traffic = proxy.take_traffic();
        assert_eq!((traffic.connections, traffic.sent_bytes, traffic.received_bytes), (2, 15, 15));
        assert_eq!(proxy.take_traffic().connections, 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_bytes_take_no_longer_than_few() {
        let (_proxy, address) = echo_behind_a_link().await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        exchange(&mut stream, b"first").await;
        // 8 MB are 128 pieces: were each of them to wait for the one before, this would take 128 round trips. A busy machine
        // needs a few for the copying.
        let took = exchange(&mut stream, &vec![7; 8 << 20]).await;
        assert!(took >= RTT && took < 32 * RTT, "{took:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_end_arrives_too() {
        let (_proxy, address) = echo_behind_a_link().await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"bye").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"bye");
    }
}
