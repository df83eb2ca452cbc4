//! The protocols of AWS's services, as far as the engines speak them: JSON 1.0/1.1 and query.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::http::{Response, response};

/// An error as AWS answers it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    pub status: u16,
    /// AWS's code, such as `PipelineNotFoundException`.
    pub code: String,
    pub message: String,
}

impl ApiError {
    /// A client error (HTTP 400), which is what the JSON services answer for all of their modelled errors.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.to_owned(), message: message.into() }
    }

    pub fn with_status(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, ..Self::new(code, message) }
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::with_status(500, "InternalFailure", message)
    }

    /// The engine does not have this operation; the gateway asks the emulator, and without one answers this.
    pub fn unknown_operation(service: &str, operation: &str) -> Self {
        Self::with_status(
            501,
            UNKNOWN_OPERATION,
            format!("local-pipeline has no {service} {operation}; see doc/local-pipeline.md"),
        )
    }

    pub fn is_unknown_operation(&self) -> bool {
        self.code == UNKNOWN_OPERATION
    }
}

const UNKNOWN_OPERATION: &str = "UnknownOperationException";

/// The answer of a JSON service.
pub fn json_response(result: Result<Value, ApiError>) -> Response {
    let (status, body) = match result {
        Ok(value) => (200, value),
        Err(error) => (error.status, json!({"__type": error.code, "message": error.message})),
    };
    response(status, "application/x-amz-json-1.1", body.to_string())
}

/// The parameters of a query service (`Action=…&Names.member.1=…`).
#[derive(Debug, Clone, Default)]
pub struct Query {
    parameters: BTreeMap<String, String>,
}

impl Query {
    pub fn parse(body: &[u8]) -> Self {
        Self { parameters: url::form_urlencoded::parse(body).into_owned().collect() }
    }

    pub fn action(&self) -> &str {
        self.get("Action").unwrap_or_default()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// `NAME.member.1`, `NAME.member.2`, … as far as they are there.
    pub fn list(&self, name: &str) -> Vec<&str> {
        (1..).map_while(|index| self.get(&format!("{name}.member.{index}"))).collect()
    }

    /// The sub-parameters of `NAME.member.1`, `NAME.member.2`, …, without that prefix.
    pub fn structures(&self, name: &str) -> Vec<Self> {
        let mut all = Vec::new();
        loop {
            let next = self.structure(&format!("{name}.member.{}", all.len() + 1));
            if next.parameters.is_empty() {
                return all;
            }
            all.push(next);
        }
    }

    /// The sub-parameters of `NAME`, without that prefix.
    #[must_use]
    pub fn structure(&self, name: &str) -> Self {
        let prefix = format!("{name}.");
        let parameters = self
            .parameters
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?.to_owned(), value.clone())))
            .collect();
        Self { parameters }
    }
}

/// The answer of a query service. `result` is the XML inside `<ActionResult>`.
pub fn query_response(namespace: &str, action: &str, result: Result<String, ApiError>) -> Response {
    let id = uuid::Uuid::new_v4();
    match result {
        Ok(xml) => response(
            200,
            "text/xml",
            format!(
                "<{action}Response xmlns=\"{namespace}\"><{action}Result>{xml}</{action}Result>\
                 <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{action}Response>"
            ),
        ),
        Err(error) => response(
            error.status,
            "text/xml",
            format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{}</Type><Code>{}</Code><Message>{}</Message></Error>\
                 <RequestId>{id}</RequestId></ErrorResponse>",
                if error.status < 500 { "Sender" } else { "Receiver" },
                xml_text(&error.code),
                xml_text(&error.message)
            ),
        ),
    }
}

/// Text as XML character data.
pub fn xml_text(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_lists_and_structures() {
        let query = Query::parse(
            b"Action=A&Names.member.1=x&Names.member.2=y&T.member.1.Id=a&T.member.1.Port=80&T.member.2.Id=b",
        );
        assert_eq!(query.action(), "A");
        assert_eq!(query.list("Names"), ["x", "y"]);
        let targets = query.structures("T");
        assert_eq!(targets.len(), 2);
        assert_eq!(targets[0].get("Port"), Some("80"));
        assert_eq!(targets[1].get("Id"), Some("b"));
    }
}
