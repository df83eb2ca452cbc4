//! What people and tests ask the gateway itself: request log, faults, status.

use http::Method;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::gateway::Shared;
use crate::http::{Request, Response, response};

/// No AWS path begins like this.
pub const PREFIX: &str = "/_local/";

pub fn handle(shared: &Shared, request: &Request) -> Response {
    let path = request.uri().path().trim_start_matches(PREFIX);
    match (request.method(), path) {
        (&Method::GET, "health") => answer(200, &json!({"status": "ok"})),
        (&Method::GET, "log") => answer(200, &json!(shared.log.calls())),
        (&Method::DELETE, "log") => {
            shared.log.clear();
            answer(200, &json!({}))
        }
        (&Method::GET, "faults") => answer(200, &json!(shared.faults.list())),
        (&Method::POST, "faults") => match serde_json::from_slice::<Fault>(request.body()) {
            Ok(fault) => {
                shared.faults.add(fault);
                answer(200, &json!({}))
            }
            Err(error) => answer(400, &json!({"message": error.to_string()})),
        },
        (&Method::DELETE, "faults") => {
            shared.faults.clear();
            answer(200, &json!({}))
        }
        _ => answer(404, &json!({"message": format!("there is no {} {path}", request.method())})),
    }
}

fn answer(status: u16, body: &Value) -> Response {
    response(status, "application/json", body.to_string())
}
