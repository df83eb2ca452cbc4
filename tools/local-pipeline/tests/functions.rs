//! Lambda: real processes behind the Runtime API.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/blue_green.rs"]
#[allow(dead_code, reason = "shared between test programs")]
mod blue_green;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use blue_green::{World, eventually};
use bytes::Bytes;
use local_pipeline::engines::functions::InvocationType;
use serde_json::{Value, json};

/// Answers with what it sees; the payload says what to do.
const FUNCTION: &str = r#"
import json, os, sys, time, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
count = 0
while True:
    with urllib.request.urlopen(f"{api}/next") as answer:
        event, headers = json.load(answer), answer.headers
    count += 1
    request = headers["Lambda-Runtime-Aws-Request-Id"]
    do = event.get("do")
    print("handling", do, flush=True)
    if do == "die":
        sys.exit(7)
    if do == "sleep":
        time.sleep(60)
    if do == "count":
        with open(os.environ["COUNT"], "a") as file:
            file.write(request + "\n")
    body = {"count": count, "deadline": int(headers["Lambda-Runtime-Deadline-Ms"]), "request": request,
            "arn": headers["Lambda-Runtime-Invoked-Function-Arn"], "memory": os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]}
    if do in ("fail", "count"):
        path, body = "error", {"errorMessage": "as asked", "errorType": "Asked"}
    else:
        path = "response"
    urllib.request.urlopen(f"{api}/{request}/{path}", data=json.dumps(body).encode())
"#;

async fn invoke(world: &World, payload: Value) -> (Option<String>, Value, String) {
    let functions = &world.gateway.engines().functions;
    let payload = Bytes::from(payload.to_string());
    let outcome = functions.invoke("hook", payload, InvocationType::RequestResponse).await.unwrap();
    (outcome.function_error, serde_json::from_slice(&outcome.payload).unwrap(), outcome.log_tail)
}

#[tokio::test]
async fn a_warm_process_gets_exact_deadlines_and_a_lost_one_is_replaced() {
    let world = World::start().await;
    let before = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let environment =
        BTreeMap::from([("COUNT".to_owned(), world.state.path().join("count").display().to_string())]);
    world.function("hook", FUNCTION, environment, Duration::from_secs(2));
    let functions = &world.gateway.engines().functions;
    assert_eq!(functions.process_count(), 0);

    let (error, first, log) = invoke(&world, json!({})).await;
    let after = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    assert_eq!(error, None);
    let deadline = u128::from(first["deadline"].as_u64().unwrap());
    assert!((before + 2000..=after + 2000).contains(&deadline));
    assert_eq!(first["arn"], "arn:aws:lambda:eu-central-1:123456789012:function:hook");
    assert_eq!(first["memory"], "128");
    assert!(log.contains("handling None") && log.contains("REPORT RequestId"), "{log}");
    assert_eq!(invoke(&world, json!({})).await.1["count"], 2, "the process is warm");
    let (error, body, _) = invoke(&world, json!({"do": "fail"})).await;
    assert_eq!((error.as_deref(), &body["errorType"]), (Some("Unhandled"), &json!("Asked")));
    assert_eq!(invoke(&world, json!({})).await.1["count"], 4, "an error does not end the process");

    let (error, body, _) = invoke(&world, json!({"do": "die"})).await;
    assert_eq!((error.as_deref(), &body["errorType"]), (Some("Unhandled"), &json!("Runtime.ExitError")));
    assert_eq!(invoke(&world, json!({})).await.1["count"], 1);
    let (_, body, _) = invoke(&world, json!({"do": "sleep"})).await;
    assert!(body["errorMessage"].as_str().unwrap().contains("Task timed out after 2.00 seconds"));
    assert_eq!(invoke(&world, json!({})).await.1["count"], 1);

    functions.set_retry_delays(&[Duration::from_millis(1), Duration::from_millis(1)]);
    let outcome =
        functions.invoke("hook", Bytes::from(r#"{"do":"count"}"#), InvocationType::Event).await.unwrap();
    assert_eq!(outcome.status, 202);
    let count = world.state.path().join("count");
    eventually(|| async { std::fs::read_to_string(&count).is_ok_and(|text| text.lines().count() == 3) })
        .await;
    let text = std::fs::read_to_string(&count).unwrap();
    assert!(text.lines().all(|line| Some(line) == text.lines().next()), "retries have the same request id");
    functions.shutdown().await;
    assert_eq!(functions.process_count(), 0);
    world.gateway.stop().await;
}

#[tokio::test]
async fn the_rest_api_knows_its_functions() {
    let world = World::start().await;
    world.function("hook", FUNCTION, BTreeMap::new(), Duration::from_secs(2));
    let functions = &world.gateway.engines().functions;
    let call = |method: &str, path: &str| {
        let request =
            http::Request::builder().method(method).uri(path).body(Bytes::from_static(b"{}")).unwrap();
        functions.handle_api(request)
    };
    assert_eq!(call("GET", "/2015-03-31/functions/hook").await.status(), 200);
    let missing = call("GET", "/2015-03-31/functions/none").await;
    assert_eq!(missing.status(), 404);
    assert_eq!(missing.headers()["x-amzn-errortype"], "ResourceNotFoundException");
    let invoked = call("POST", "/2015-03-31/functions/hook/invocations").await;
    assert_eq!(invoked.status(), 200);
    assert!(!invoked.headers().contains_key("x-amz-function-error"));
    world.gateway.stop().await;
}
