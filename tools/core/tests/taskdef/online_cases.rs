//! Rules about what AWS answers, and that no answer is not an answer.

use std::collections::BTreeMap;

use greenlight_core::taskdef::appspec::{self, AppSpec, Mode};
use greenlight_core::taskdef::finding::Findings;
use greenlight_core::taskdef::node::{Node, Place};
use greenlight_core::taskdef::online::{
    Answer, Deployment, Gate, GroupFacts, LogGroup, Obstacle, Online, Platform, Questions, Revision,
    RoleFacts, Scan, SecretFacts, SecretName, ServiceFacts, Unknown, judge, questions, skipped, unasked,
    wanted_platform,
};
use greenlight_core::taskdef::pin::{Choice, ImageAnswer, ImageFacts, Images, running};
use greenlight_core::taskdef::{json, yaml};
use serde_json::json;

use crate::rules::{Outcome, broken_rules};

const IMAGE: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const SPEC: &str = "version: 0.0\nResources:\n- S:\n    Type: AWS::ECS::Service\n    Properties: {TaskDefinition: <TASK_DEFINITION>}\nHooks:\n- AfterAllowTestTraffic: check\n";

fn definition() -> Node {
    let definition = json!({"family": "app", "requiresCompatibilities": ["FARGATE"],
        "executionRoleArn": "arn:aws:iam::123456789012:role/exec", "taskRoleArn": "task",
        "containerDefinitions": [{"name": "web", "image": IMAGE, "portMappings": [{"containerPort": 80}],
            "secrets": [{"name": "S", "valueFrom": "/app/s"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "eu-central-1"}}}]});
    json::parse(&definition.to_string(), 0).unwrap()
}

fn spec() -> AppSpec {
    appspec::read(&yaml::parse(SPEC, 1).unwrap(), &definition(), Mode::Pipeline, &mut Findings::default())
        .unwrap()
}

fn deployment() -> Deployment {
    let named = |text: &str| Some((text.to_owned(), Place { file: 2, line: 3, column: 11, width: 4 }));
    Deployment {
        region: Some("eu-central-1".to_owned()),
        account: Some("123456789012".to_owned()),
        cluster: named("cluster"),
        service: named("service"),
        application: named("application"),
        deployment_group: named("group"),
    }
}

/// What AWS answers when all is well.
fn well() -> Online {
    let asked = asked();
    let image = IMAGE.parse().unwrap();
    let digest = IMAGE.split('@').nth(1).unwrap().to_owned();
    let platform = Platform { os: "linux".to_owned(), architecture: "amd64".to_owned() };
    Online {
        images: [(image, ImageAnswer::Found(ImageFacts { digest, ..ImageFacts::default() }))].into(),
        platforms: [(IMAGE.parse().unwrap(), Answer::Found(vec![platform]))].into(),
        scans: [(IMAGE.parse().unwrap(), Answer::Found(Scan::Complete(BTreeMap::new())))].into(),
        secrets: asked
            .secrets
            .into_iter()
            .map(|name| (name, Answer::Found(SecretFacts::default())))
            .collect(),
        log_groups: asked.log_groups.into_iter().map(|group| (group, Answer::Found(()))).collect(),
        roles: asked
            .roles
            .into_iter()
            .map(|role| (role, Answer::Found(RoleFacts { trusts_ecs_tasks: true })))
            .collect(),
        functions: asked.functions.into_iter().map(|function| (function, Answer::Found(()))).collect(),
        service: Some(Answer::Found(ServiceFacts {
            status: "ACTIVE".to_owned(),
            controller: "CODE_DEPLOY".to_owned(),
            balancers: vec![("web".to_owned(), 80)],
            fargate: true,
        })),
        group: Some(Answer::Found(GroupFacts {
            services: vec![("cluster".to_owned(), "service".to_owned())],
            test_listener: true,
            config: "CodeDeployDefault.ECSLinear10PercentEvery1Minutes".to_owned(),
            network_balancer: Some(false),
        })),
        latest: Some(Answer::Found(Revision { number: 900_000, arn: "arn".to_owned() })),
    }
}

fn asked() -> Questions {
    questions(&definition(), &spec().hooks, &deployment())
}

fn judged(change: fn(&mut Online)) -> Vec<&'static str> {
    let mut online = well();
    change(&mut online);
    let mut findings = Findings::default();
    let gate: Gate = "critical=0".parse().unwrap();
    judge_with(&gate, &online, &mut findings);
    broken_rules(&findings)
}

fn judge_with(gate: &Gate, online: &Online, findings: &mut Findings) {
    let definition = definition();
    let running = running(&definition, &Choice::default());
    let platform = wanted_platform(&definition, false);
    let images = (running.as_slice(), platform.as_ref());
    judge(&definition, images, Some(&spec()), &deployment(), gate, online, findings);
}

/// A gate for one container's image, with all well otherwise.
fn gated(image: &str, choice: &Choice, change: fn(&mut Online)) -> Vec<&'static str> {
    let definition = json!({"family": "app", "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [{"name": "web", "image": image}]});
    let definition = json::parse(&definition.to_string(), 0).unwrap();
    let running = running(&definition, choice);
    let platform = wanted_platform(&definition, false);
    let mut online = well();
    change(&mut online);
    let mut findings = Findings::default();
    let gate: Gate = "critical=0".parse().unwrap();
    let images = (running.as_slice(), platform.as_ref());
    judge(&definition, images, None, &Deployment::default(), &gate, &online, &mut findings);
    broken_rules(&findings)
}

/// An image that CodePipeline fills in.
fn placeholder(image: Option<&str>) -> Choice {
    Choice {
        mode: Images::Placeholder,
        given: image.map(|image| ("web".to_owned(), image.to_owned())).into_iter().collect(),
        placeholders: [("IMAGE1_NAME".to_owned(), "web".to_owned())].into(),
        ..Choice::default()
    }
}

fn service(online: &mut Online, change: impl Fn(&mut ServiceFacts)) {
    let Some(Answer::Found(facts)) = &mut online.service else { panic!("no service") };
    change(facts);
}

fn group(online: &mut Online, change: impl Fn(&mut GroupFacts)) {
    let Some(Answer::Found(facts)) = &mut online.group else { panic!("no group") };
    change(facts);
}

fn counts(online: &mut Online, severity: &str) {
    let scan = Answer::Found(Scan::Complete([(severity.to_owned(), 1)].into()));
    online.scans.values_mut().for_each(|answer| *answer = scan.clone());
}

pub fn online_cases() -> Vec<Outcome> {
    let fine = |change: fn(&mut Online)| judged(change);
    vec![
        (
            "TD-IMAGE-PLATFORM",
            judged(|online| {
                let arm = Platform { os: "linux".to_owned(), architecture: "arm64".to_owned() };
                online.platforms.values_mut().for_each(|answer| *answer = Answer::Found(vec![arm.clone()]));
            }),
            fine(|_| {}),
        ),
        (
            "TD-SCAN-FINDINGS",
            judged(|online| counts(online, "critical")),
            fine(|online| counts(online, "high")),
        ),
        (
            "TD-SCAN-MISSING",
            judged(|online| online.scans.values_mut().for_each(|answer| *answer = Answer::Missing)),
            fine(|_| {}),
        ),
        (
            "TD-SCAN-MISSING",
            judged(|online| {
                let pending = Answer::Found(Scan::Pending("IN_PROGRESS".to_owned()));
                online.scans.values_mut().for_each(|answer| *answer = pending.clone());
            }),
            fine(|_| {}),
        ),
        // A gate that cannot be judged is not passed: outside of ECR, behind a placeholder that nobody names, not asked.
        (
            "TD-SCAN-MISSING",
            gated("nginx:1", &Choice::default(), |_| {}),
            gated(IMAGE, &Choice::default(), |_| {}),
        ),
        (
            "TD-SCAN-MISSING",
            gated("<IMAGE1_NAME>", &placeholder(None), |_| {}),
            gated("<IMAGE1_NAME>", &placeholder(Some(IMAGE)), |_| {}),
        ),
        (
            "TD-SCAN-MISSING",
            gated(IMAGE, &Choice::default(), |online| online.scans.clear()),
            gated(IMAGE, &Choice::default(), |_| {}),
        ),
        // What runs is judged, not the placeholder that is written.
        (
            "TD-SCAN-FINDINGS",
            gated("<IMAGE1_NAME>", &placeholder(Some(IMAGE)), |online| counts(online, "critical")),
            gated("<IMAGE1_NAME>", &placeholder(Some(IMAGE)), |online| counts(online, "high")),
        ),
        (
            "TD-IMAGE-PLATFORM",
            gated("<IMAGE1_NAME>", &placeholder(Some(IMAGE)), |online| {
                online.platforms.values_mut().for_each(|answer| *answer = Answer::Found(Vec::new()));
            }),
            gated("<IMAGE1_NAME>", &placeholder(Some(IMAGE)), |_| {}),
        ),
        (
            "TD-SECRET-MISSING",
            judged(|online| online.secrets.values_mut().for_each(|answer| *answer = Answer::Missing)),
            fine(|_| {}),
        ),
        (
            "TD-SECRET-MISSING",
            judged(|online| {
                online
                    .secrets
                    .values_mut()
                    .for_each(|answer| *answer = Answer::Found(SecretFacts { deleted: true }));
            }),
            fine(|_| {}),
        ),
        (
            "TD-LOG-GROUP-MISSING",
            judged(|online| online.log_groups.values_mut().for_each(|answer| *answer = Answer::Missing)),
            fine(|_| {}),
        ),
        (
            "TD-ROLE-MISSING",
            judged(|online| drop(online.roles.insert("task".to_owned(), Answer::Missing))),
            fine(|_| {}),
        ),
        (
            "TD-ROLE-TRUST",
            judged(|online| {
                let facts = RoleFacts { trusts_ecs_tasks: false };
                online.roles.insert("task".to_owned(), Answer::Found(facts));
            }),
            fine(|_| {}),
        ),
        (
            "TD-REVISIONS",
            judged(|online| {
                online.latest = Some(Answer::Found(Revision { number: 900_001, arn: "arn".to_owned() }));
            }),
            fine(|_| {}),
        ),
        ("DP-SERVICE", judged(|online| online.service = Some(Answer::Missing)), fine(|_| {})),
        (
            "DP-SERVICE",
            judged(|online| service(online, |facts| facts.status = "DRAINING".to_owned())),
            fine(|_| {}),
        ),
        (
            "DP-CONTROLLER",
            judged(|online| service(online, |facts| facts.controller = "ECS".to_owned())),
            fine(|_| {}),
        ),
        (
            "DP-LOAD-BALANCER",
            judged(|online| service(online, |facts| facts.balancers = vec![("web".to_owned(), 81)])),
            fine(|online| service(online, |facts| facts.balancers.push(("web".to_owned(), 81)))),
        ),
        ("DP-GROUP", judged(|online| online.group = Some(Answer::Missing)), fine(|_| {})),
        ("DP-GROUP-SERVICE", judged(|online| group(online, |facts| facts.services.clear())), fine(|_| {})),
        (
            "DP-TEST-LISTENER",
            judged(|online| group(online, |facts| facts.test_listener = false)),
            fine(|_| {}),
        ),
        (
            "DP-NLB-CONFIG",
            judged(|online| group(online, |facts| facts.network_balancer = Some(true))),
            fine(|online| {
                group(online, |facts| {
                    facts.network_balancer = Some(true);
                    facts.config = "CodeDeployDefault.ECSAllAtOnce".to_owned();
                });
            }),
        ),
        (
            "DP-HOOK",
            judged(|online| online.functions.values_mut().for_each(|answer| *answer = Answer::Missing)),
            fine(|_| {}),
        ),
    ]
}

#[test]
fn everything_is_asked() {
    let asked = asked();
    assert_eq!(
        asked.secrets.first(),
        Some(&SecretName::Parameter { name: "/app/s".to_owned(), region: None })
    );
    let group = LogGroup { region: "eu-central-1".to_owned(), name: "g".to_owned() };
    assert_eq!(asked.log_groups.first(), Some(&group));
    assert_eq!(asked.roles.len(), 2);
    assert_eq!(asked.functions.first().map(String::as_str), Some("check"));
    assert_eq!(asked.service, Some(("cluster".to_owned(), "service".to_owned())));
    assert_eq!(asked.group, Some(("application".to_owned(), "group".to_owned())));
    assert_eq!(asked.family.as_deref(), Some("app"));
    // Nobody said for which region: nothing is asked.
    let nowhere = Deployment::default();
    assert!(questions(&definition(), &spec().hooks, &nowhere).is_empty());
    // And that is said.
    let list = unasked(&definition(), &spec().hooks, &nowhere);
    assert!(list.iter().all(|one| one.obstacle == Obstacle::NotAsked && !one.gated));
    let list: Vec<&str> = list.iter().map(|one| one.what.as_str()).collect();
    let role = "role arn:aws:iam::123456789012:role/exec";
    assert_eq!(list, ["secret /app/s", "log group g", role, "role task", "hook function check"]);
    assert!(unasked(&definition(), &spec().hooks, &deployment()).is_empty());
}

/// Denied, throttled and missing are three things: only the last is a finding.
#[test]
fn what_could_not_be_asked_is_listed_and_no_finding() {
    for obstacle in [
        Obstacle::Denied,
        Obstacle::Credentials,
        Obstacle::Throttled,
        Obstacle::Unavailable,
        Obstacle::OtherAccount,
    ] {
        let unknown = Unknown { obstacle, detail: "why".to_owned() };
        let mut online = well();
        online.images.values_mut().for_each(|answer| *answer = ImageAnswer::Unknown(unknown.clone()));
        online.platforms.values_mut().for_each(|answer| *answer = Answer::Unknown(unknown.clone()));
        online.scans.values_mut().for_each(|answer| *answer = Answer::Unknown(unknown.clone()));
        online.secrets.values_mut().for_each(|answer| *answer = Answer::Unknown(unknown.clone()));
        online.log_groups.values_mut().for_each(|answer| *answer = Answer::Unknown(unknown.clone()));
        online.roles.values_mut().for_each(|answer| *answer = Answer::Unknown(unknown.clone()));
        online.functions.values_mut().for_each(|answer| *answer = Answer::Unknown(unknown.clone()));
        online.service = Some(Answer::Unknown(unknown.clone()));
        online.group = Some(Answer::Unknown(unknown.clone()));
        online.latest = Some(Answer::Unknown(unknown.clone()));
        let mut findings = Findings::default();
        judge_with(&Gate::default(), &online, &mut findings);
        assert_eq!(broken_rules(&findings), Vec::<&str>::new());
        let list = skipped(&online);
        assert_eq!(list.len(), 11, "{list:?}");
        assert!(list.iter().all(|one| one.obstacle == obstacle && one.detail == "why"));
        // A gate on scans cannot do without these.
        let gated: Vec<&str> = list.iter().filter(|one| one.gated).map(|one| &one.what[..5]).collect();
        assert_eq!(gated, ["image", "scan "]);
    }
}
