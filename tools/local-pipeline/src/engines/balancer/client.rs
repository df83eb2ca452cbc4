//! One HTTP exchange on a connection of its own: nothing is pooled, so that a target that ends never breaks a reused connection.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;

use crate::http::{Body, BoxError};

pub(crate) async fn exchange(
    host: &str,
    port: u16,
    request: http::Request<Body>,
) -> Result<http::Response<Incoming>, BoxError> {
    let stream = tokio::net::TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection to a target ended");
        }
    });
    Ok(sender.send_request(request).await?)
}

/// An incoming body as one that can be sent on.
pub(super) fn stream(body: Incoming) -> Body {
    body.map_err(|error| Box::new(error) as BoxError).boxed_unsync()
}
