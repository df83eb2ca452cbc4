//! Reads anything as an AppSpec; what is accepted reads back the same.
#![no_main]

use greenlight_core::taskdef::appspec::{self, Mode};
use greenlight_core::taskdef::finding::Findings;
use greenlight_core::taskdef::{document, json};
use libfuzzer_sys::fuzz_target;

const DEFINITION: &str = r#"{"containerDefinitions": [{"name": "web", "portMappings": [{"containerPort": 8000}]}]}"#;

fuzz_target!(|text: &str| {
    let Ok(definition) = json::parse(DEFINITION, 1) else { return };
    let read = |text: &str| {
        let (node, _) = document::parse("appspec.yaml", text, 0).ok()?;
        appspec::read(&node, &definition, Mode::Pipeline, &mut Findings::default())
    };
    let Some(spec) = read(text) else { return };
    let written = spec.to_yaml();
    assert_eq!(read(&written).map(|again| again.to_yaml()), Some(written));
});
