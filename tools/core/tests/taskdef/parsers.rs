//! The parsers on anything: they answer, they never panic, and what they accept has an order, a size and places.

use std::fmt::Write as _;

use greenlight_core::taskdef::appspec::{self, Mode};
use greenlight_core::taskdef::document;
use greenlight_core::taskdef::excerpt::{self, Paint, Sources};
use greenlight_core::taskdef::finding::Findings;
use greenlight_core::taskdef::model::Model;
use greenlight_core::taskdef::normalise::normalise;
use greenlight_core::taskdef::overlay;
use greenlight_core::taskdef::template::{Values, parameters, substitute};
use greenlight_core::taskdef::validate::{Policy, validate};
use proptest::prelude::*;

use crate::rules::base;

/// Everything that happens to one task definition, after it was read.
fn through(name: &str, text: &str) -> Option<String> {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let (node, _) = document::parse(name, text, file).ok()?;
    sources.mask(&node);
    let mut definition = overlay::merge(overlay::unwrap(node.clone()), overlay::unwrap(node));
    parameters(&definition);
    let mut findings = Findings::default();
    substitute(&mut definition, &Values::default(), &mut findings);
    let model = Model::bundled().unwrap();
    normalise(&mut definition, &model.read_only);
    validate(&definition, &model, &Policy::default(), &mut findings);
    appspec::read(&definition, &definition, Mode::Pipeline, &mut findings);
    findings.sort();
    let mut out = String::new();
    for finding in findings.as_slice() {
        assert!(finding.place.line > 0 && finding.place.column > 0, "{finding:?}");
        let _ = write!(out, "{}", excerpt::text(finding, &sources, Paint::Plain));
    }
    Some(out)
}

/// A valid text with a piece cut out, put in or repeated.
fn mutated(text: &str, edits: &[(usize, usize, String)]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (at, length, with) in edits {
        let at = at % (characters.len() + 1);
        let end = (at + length).min(characters.len());
        characters.splice(at..end, with.chars());
    }
    characters.into_iter().collect()
}

const APPSPEC: &str = "version: 0.0\nResources:\n  - Service:\n      Type: AWS::ECS::Service\n      Properties:\n        TaskDefinition: <TASK_DEFINITION>\n        LoadBalancerInfo: {ContainerName: web, ContainerPort: 80}\nHooks:\n  - AfterInstall: a\n";

fn edits() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
    let piece = prop_oneof![
        Just(String::new()),
        "[\\x00-\\x7f]{1,4}",
        "[{}\\[\\]\",:$<>&*#|\\n-]{1,6}",
        Just("${".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("1e999".to_owned()),
        Just("18446744073709551616".to_owned()),
        ".{1,3}",
    ];
    prop::collection::vec((any::<usize>(), 0_usize..12, piece), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200), yaml in any::<bool>()) {
        let text = String::from_utf8_lossy(&bytes);
        through(if yaml { "taskdef.yaml" } else { "taskdef.json" }, &text);
    }

    #[test]
    fn mutated_task_definitions(edits in edits()) {
        let text = mutated(&format!("{:#}", base()), &edits);
        // The same text gives the same findings, and line ends do not matter.
        let once = through("taskdef.json", &text);
        prop_assert_eq!(&once, &through("taskdef.json", &text));
        if !text.contains('\r') && !text.contains("/*") {
            prop_assert_eq!(&once, &through("taskdef.json", &text.replace('\n', "\r\n")));
        }
    }

    #[test]
    fn mutated_appspecs(edits in edits()) {
        through("appspec.yaml", &mutated(APPSPEC, &edits));
    }

    #[test]
    fn templates_never_see_the_structure(value in ".{0,20}") {
        let mut node = document::parse("t.json", "{\"a\": \"x${V}y\"}", 0).unwrap().0;
        let values = Values { variables: [("V".to_owned(), value.clone())].into(), ..Values::default() };
        let mut findings = Findings::default();
        substitute(&mut node, &values, &mut findings);
        prop_assert_eq!(node.to_json(), serde_json::json!({"a": format!("x{value}y")}));
        prop_assert!(findings.as_slice().is_empty());
    }

    /// No mutation of a file lets a value of the environment out.
    #[test]
    fn values_of_the_environment_stay_in(edits in edits()) {
        let mut definition = base();
        definition["containerDefinitions"][0]["environment"][0]["value"] = serde_json::json!("hunter2SECRET");
        let compact = definition.to_string();
        // Edits behind the environment: inside, a half of the value may become something else.
        let end = compact.find("hunter2SECRET").unwrap() + 20;
        let text = compact[..end].to_owned() + &mutated(&compact[end..], &edits);
        let shown = through("taskdef.json", &text).unwrap_or_default();
        prop_assert!(!shown.contains("hunter2SECRET"), "{}", shown);
    }
}
