//! Rules about templates and about which image is written.

use std::collections::BTreeMap;

use greenlight_core::taskdef::finding::Findings;
use greenlight_core::taskdef::image::ImageRef;
use greenlight_core::taskdef::json::parse;
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
            ("/unasked".to_owned(), Parameter::NotAsked),
        ]
        .into(),
        placeholders: ["IMAGE1_NAME".to_owned()].into(),
    };
    let mut node = parse(&json!({ "v": text }).to_string(), 0).unwrap();
    let mut findings = Findings::default();
    substitute(&mut node, &values, &mut findings);
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

fn placeholders(count: usize) -> Vec<&'static str> {
    let placeholders = (1..=count).map(|n| (format!("IMAGE{n}_NAME"), format!("c{n}"))).collect();
    let choice = Choice { mode: Images::Placeholder, placeholders, ..Choice::default() };
    let mut findings = Findings::default();
    pin::pin(&mut parse("{}", 0).unwrap(), &choice, &ImageAnswers::new(), &mut findings);
    broken_rules(&findings)
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
        ("TD-IMAGE-OFFLINE", pinned(&tagged, true, None), pinned(&digest, true, None)),
        (
            "TD-IMAGE-UNPINNED",
            pinned("public.ecr.aws/x/app:1", false, None),
            pinned(&format!("public.ecr.aws/x/app@{DIGEST}"), false, None),
        ),
        ("TD-PLACEHOLDER-COUNT", placeholders(5), placeholders(4)),
    ]
}
