//! The S3 server: local-pipeline's gateway with its `objects` engine, which checks every signature and checksum.

use std::collections::BTreeMap;

use local_pipeline::{Gateway, GatewaySettings, RunningGateway};
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::companion::{self, Companion};
use crate::error::BenchError;

/// An empty bucket, in a process of its own.
pub struct Store {
    companion: Companion,
    /// `127.0.0.1:PORT`
    pub address: String,
}

/// What was asked of the server since the last look.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Requests {
    pub operations: BTreeMap<String, u64>,
    /// Answers with a status that no client expects in the normal course: neither success nor 304, 404 or 412.
    pub failed: u64,
    /// Time that the server spent between having read a request and having its answer, added up.
    pub served_ms: u64,
}

impl Requests {
    pub fn total(&self) -> u64 {
        self.operations.values().sum()
    }
}

#[derive(Serialize, Deserialize)]
struct Started {
    address: String,
}

impl Store {
    pub fn start(bucket: &str) -> Result<Self, BenchError> {
        let (companion, Started { address }) = Companion::start("store", &[bucket])?;
        Ok(Self { companion, address })
    }

    /// Requests since the last call.
    pub fn take_requests(&mut self) -> Result<Requests, BenchError> {
        self.companion.ask("requests")
    }

    /// MD5 of every object, by key.
    pub fn objects(&mut self) -> Result<BTreeMap<String, String>, BenchError> {
        self.companion.ask("objects")
    }

    pub fn cpu(&self) -> Option<std::time::Duration> {
        self.companion.cpu()
    }
}

/// The process.
pub fn serve(bucket: &str) -> Result<(), BenchError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(BenchError::io("start a runtime"))?;
    let state = tempfile::tempdir().map_err(BenchError::io("make a folder"))?;
    let gateway = runtime
        .block_on(Gateway::start(GatewaySettings::in_process(state.path())))
        .map_err(BenchError::io("start the S3 server"))?;
    gateway.engines().objects.create_bucket(bucket);
    let address = gateway.url().trim_start_matches("http://").to_owned();
    companion::answer(&Started { address }, |question| match question {
        "requests" => Some(json!(requests(&gateway))),
        "objects" => Some(json!(objects(&gateway, bucket))),
        _ => None,
    })
}

fn requests(gateway: &RunningGateway) -> Requests {
    let mut requests = Requests::default();
    for call in gateway.log().calls() {
        *requests.operations.entry(call.operation).or_default() += 1;
        requests.failed += u64::from(!matches!(call.status, 200..=299 | 304 | 404 | 412));
        requests.served_ms += call.elapsed_ms;
    }
    gateway.log().clear();
    requests
}

fn objects(gateway: &RunningGateway, bucket: &str) -> BTreeMap<String, String> {
    let objects = &gateway.engines().objects;
    let keys = objects.list(bucket, "").into_iter();
    keys.filter_map(|key| {
        let body = objects.get(bucket, &key)?.body;
        Some((key, hex::encode(Md5::digest(&body))))
    })
    .collect()
}
