//! Rules about templates and about which image is written.

use std::collections::BTreeMap;

use greenlight_core::taskdef::finding::Findings;
use greenlight_core::taskdef::image::ImageRef;
use greenlight_core::taskdef::json::parse;
use greenlight_core::taskdef::online::{Obstacle, Unknown};
use greenlight_core::taskdef::pin::{self, Choice, ImageAnswer, ImageAnswers, ImageFacts, Images};
use greenlight_core::taskdef::template::{Parameter, Values, substitute};
use serde_json::json;

use crate::rules::{Outcome, broken_rules};

fn filled(text: &str) -> Vec<&'static str> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let values = Values {
        variables: [pair("A", "1"), pair("T", "true")].into(),
        images: BTreeMap::new(),
        parameters: [
            ("/plain".to_owned(), Parameter::Plain("p".to_owned())),
            ("/secure".to_owned(), Parameter::Secure),
            ("/unasked".to_owned(), Parameter::Unknown("run without --offline".to_owned())),
        ]
        .into(),
        placeholders: ["IMAGE1_NAME".to_owned()].into(),
    };
    let mut node = parse(&json!({ "v": text }).to_string(), 0).unwrap();
    let mut findings = Findings::default();
    substitute(&mut node, &values, &mut findings);
    broken_rules(&findings)
}

fn key(text: &str) -> Vec<&'static str> {
    let mut findings = Findings::default();
    substitute(&mut parse(&json!({ text: "v" }).to_string(), 0).unwrap(), &Values::default(), &mut findings);
    broken_rules(&findings)
}

const ECR: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app";
const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn pinned(image: &str, offline: bool, answer: Option<ImageAnswer>) -> Vec<&'static str> {
    let definition = json!({"containerDefinitions": [{"name": "web", "image": image}]});
    let answers: ImageAnswers =
        answer.map(|answer| (image.parse::<ImageRef>().unwrap(), answer)).into_iter().collect();
    let mut findings = Findings::default();
    let choice = Choice { offline, ..Choice::default() };
    pin::pin(&mut parse(&definition.to_string(), 0).unwrap(), &choice, &answers, &mut findings);
    broken_rules(&findings)
}

/// The same with an image that CodePipeline puts in, and as given.
fn pinned_by(mode: Images, image: &str, answer: Option<ImageAnswer>) -> Vec<&'static str> {
    let written = if mode == Images::Placeholder { "<IMAGE1_NAME>" } else { image };
    let definition = json!({"containerDefinitions": [{"name": "web", "image": written}]});
    let answers: ImageAnswers =
        answer.map(|answer| (image.parse::<ImageRef>().unwrap(), answer)).into_iter().collect();
    let choice = Choice {
        mode,
        offline: answers.is_empty(),
        given: [("web".to_owned(), image.to_owned())].into(),
        placeholders: [("IMAGE1_NAME".to_owned(), "web".to_owned())].into(),
    };
    let mut findings = Findings::default();
    let mut node = parse(&definition.to_string(), 0).unwrap();
    pin::pin(&mut node, &choice, &answers, &mut findings);
    assert_eq!(node.items("containerDefinitions")[0].text("image"), Some(written));
    let running = pin::running(&node, &choice);
    assert_eq!(running[0].image.as_ref().map(ToString::to_string).as_deref(), Some(image));
    broken_rules(&findings)
}

fn placeholders(count: usize) -> Vec<&'static str> {
    let placeholders = (1..=count).map(|n| (format!("IMAGE{n}_NAME"), format!("c{n}"))).collect();
    let choice = Choice { mode: Images::Placeholder, placeholders, ..Choice::default() };
    let mut findings = Findings::default();
    pin::pin(&mut parse("{}", 0).unwrap(), &choice, &ImageAnswers::new(), &mut findings);
    broken_rules(&findings)
}

/// What a pull-through cache has not fetched yet.
fn not_cached() -> ImageAnswer {
    ImageAnswer::Unknown(Unknown { obstacle: Obstacle::NotCached, detail: "rule".to_owned() })
}

pub fn template_cases() -> Vec<Outcome> {
    let found =
        || Some(ImageAnswer::Found(ImageFacts { digest: DIGEST.to_owned(), ..ImageFacts::default() }));
    let tagged = format!("{ECR}:1");
    let digest = format!("{ECR}@{DIGEST}");
    vec![
        ("TD-TEMPLATE-SYNTAX", filled("${A"), filled("$${A")),
        ("TD-TEMPLATE-SYNTAX", filled("x${int:A}"), filled("${int:A}")),
        ("TD-TEMPLATE-TYPE", filled("${int:T}"), filled("${bool:T}")),
        ("TD-UNDEFINED", filled("${B}"), filled("${B:-}")),
        ("TD-PLACEHOLDER", filled("<IMAGE2_NAME>"), filled("<IMAGE1_NAME>")),
        ("TD-PLACEHOLDER", filled("{{ A }}"), filled("{ { A } }")),
        ("TD-SSM-SECURE", filled("${ssm:/secure}"), filled("${ssm:/plain}")),
        ("TD-SSM-MISSING", filled("${ssm:/gone}"), filled("${ssm:/plain}")),
        ("TD-SSM-OFFLINE", filled("${ssm:/unasked}"), filled("${ssm:/plain}")),
        ("TD-SSM-OFFLINE", filled("${ssm:/unasked:-x}"), filled("${ssm:/gone:-x}")),
        ("TD-SSM-SECURE", filled("${ssm:/secure:-x}"), filled("${ssm:/gone:-x}")),
        (
            "TD-IMAGE-MISSING",
            pinned(&tagged, false, Some(ImageAnswer::Missing)),
            pinned(&tagged, false, found()),
        ),
        (
            "TD-IMAGE-STATUS",
            pinned(&tagged, false, Some(ImageAnswer::Inactive("ARCHIVED".to_owned()))),
            pinned(&tagged, false, found()),
        ),
        (
            "TD-IMAGE-MISSING",
            pinned_by(Images::Placeholder, &tagged, Some(ImageAnswer::Missing)),
            pinned_by(Images::Placeholder, &tagged, found()),
        ),
        (
            "TD-IMAGE-MISSING",
            pinned_by(Images::AsIs, &tagged, Some(ImageAnswer::Missing)),
            pinned_by(Images::AsIs, &tagged, found()),
        ),
        (
            "TD-IMAGE-STATUS",
            pinned_by(Images::AsIs, &tagged, Some(ImageAnswer::Inactive("ARCHIVED".to_owned()))),
            pinned_by(Images::AsIs, &tagged, None),
        ),
        (
            "TD-IMAGE-OFFLINE",
            pinned_by(Images::Placeholder, &tagged, None),
            pinned_by(Images::Placeholder, &digest, None),
        ),
        (
            "TD-IMAGE-UNPINNED",
            pinned(&tagged, false, Some(not_cached())),
            pinned(&digest, false, Some(not_cached())),
        ),
        ("TD-IMAGE-OFFLINE", pinned(&tagged, true, None), pinned(&digest, true, None)),
        (
            "TD-IMAGE-UNPINNED",
            pinned("public.ecr.aws/x/app:1", false, None),
            pinned(&format!("public.ecr.aws/x/app@{DIGEST}"), false, None),
        ),
        ("TD-PLACEHOLDER-COUNT", placeholders(5), placeholders(4)),
        ("TD-PLACEHOLDER", key("${A}"), key("$A")),
    ]
}

/// Behind a placeholder no rule would see it.
#[test]
fn an_image_for_a_placeholder_must_be_one() {
    let node = parse(r#"{"containerDefinitions": [{"name": "web"}]}"#, 0).unwrap();
    let choice = |image: &str| Choice {
        mode: Images::Placeholder,
        given: [("web".to_owned(), image.to_owned())].into(),
        placeholders: [("IMAGE1_NAME".to_owned(), "web".to_owned())].into(),
        ..Choice::default()
    };
    assert!(choice("app:1").check_names(&node).is_ok());
    assert!(choice("NOT AN IMAGE").check_names(&node).unwrap_err().contains("is not an image"));
}
