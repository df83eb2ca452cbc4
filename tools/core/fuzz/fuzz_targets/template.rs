//! Reads anything as a task definition, fills it and checks it.
#![no_main]

use greenlight_core::taskdef::document;
use greenlight_core::taskdef::excerpt::{self, Paint, Sources};
use greenlight_core::taskdef::finding::Findings;
use greenlight_core::taskdef::model::Model;
use greenlight_core::taskdef::normalise::normalise;
use greenlight_core::taskdef::overlay;
use greenlight_core::taskdef::template::{Values, parameters, substitute};
use greenlight_core::taskdef::validate::{Policy, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let file = sources.add("taskdef.json", text);
    let Ok((node, _)) = document::parse("taskdef.json", text, file) else { return };
    sources.mask(&node);
    let mut definition = overlay::unwrap(node);
    parameters(&definition);
    let mut findings = Findings::default();
    substitute(&mut definition, &Values::default(), &mut findings);
    let Ok(model) = Model::bundled() else { return };
    normalise(&mut definition, &model.read_only);
    validate(&definition, &model, &Policy::default(), &mut findings);
    findings.sort();
    for finding in findings.as_slice() {
        assert!(!excerpt::text(finding, &sources, Paint::Plain).is_empty());
    }
});
