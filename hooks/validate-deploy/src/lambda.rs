//! The Lambda function.

use std::process::ExitCode;

use greenlight_kit::flags::{CommonFlags, LogFormat};
use greenlight_kit::{Exit, logging};
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::Value;

use crate::handler;
use crate::record::print_line;
use crate::watchdog::Deadline;

/// Lambda sets this for custom runtimes (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>, 2026-11).
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

pub fn is_called_by_lambda() -> bool {
    std::env::var_os(RUNTIME_API).is_some_and(|address| !address.is_empty())
}

/// Takes events until Lambda ends the process.
pub fn serve() -> ExitCode {
    // The text of a panic may repeat what an answer held; the place is what helps.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        print_line(&serde_json::json!({"level": "ERROR", "message": format!("a panic at {place}")}));
    }));
    logging::init(&CommonFlags { log_format: LogFormat::Json, ..CommonFlags::default() });
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(lambda_runtime::Error::from)
        .and_then(|runtime| runtime.block_on(Runtime::new(service_fn(invoke)).run()));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_line(&serde_json::json!({"level": "ERROR", "message": error.to_string()}));
            Exit::Internal.into()
        }
    }
}

async fn invoke(event: LambdaEvent<Value>) -> Result<Value, lambda_runtime::Error> {
    let deadline = Deadline::from_lambda(event.context.deadline);
    let result = handler::handle(&event.payload, deadline).await;
    result.map_err(|error| {
        print_line(&serde_json::json!({"level": "ERROR", "message": error.to_string()}));
        error.into()
    })
}
