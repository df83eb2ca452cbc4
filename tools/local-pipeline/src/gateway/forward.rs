//! Calls that no engine owns, handed to the emulator unchanged.

use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::api::{ApiError, json_response};
use crate::http::{Request, Response};

pub struct Emulator {
    url: String,
    client: Client<HttpConnector, Full<bytes::Bytes>>,
}

impl Emulator {
    pub fn new(url: String) -> Self {
        Self { url, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    pub async fn forward(&self, request: Request) -> Response {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        match format!("{}{path}", self.url).parse() {
            Ok(uri) => parts.uri = uri,
            Err(_) => return json_response(Err(ApiError::internal("the emulator's URL is malformed"))),
        }
        match self.client.request(http::Request::from_parts(parts, Full::new(body))).await {
            Ok(response) => response.map(|body| body.map_err(Into::into).boxed_unsync()),
            Err(error) => json_response(Err(ApiError::with_status(
                503,
                "ServiceUnavailable",
                format!("the emulator at {} does not answer: {error}", self.url),
            ))),
        }
    }
}
