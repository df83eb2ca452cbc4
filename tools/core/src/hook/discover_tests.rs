//! Green is found by both, or not at all.

use super::*;

const ARN: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/g/0123";

fn world() -> (TargetFacts, Vec<EcsTaskSetFacts>, Vec<PairFacts>) {
    let set = |id: &str, label: &str, group: &str| TaskSetFacts {
        id: id.into(),
        label: label.into(),
        target_group: group.into(),
    };
    let target = TargetFacts {
        target_id: "c:s".into(),
        lifecycle: vec![("AfterAllowTestTraffic".into(), "InProgress".into())],
        task_sets: vec![set("ts/1", "Blue", "b"), set("ts/2", "Green", "g")],
    };
    let ecs = vec![
        EcsTaskSetFacts { id: "ts/1".into(), external_id: Some("d-0".into()), ..Default::default() },
        EcsTaskSetFacts {
            id: "ts/2".into(),
            external_id: Some("d-1".into()),
            task_definition: "td:2".into(),
            container: Some("web".into()),
            target_group_arn: Some(ARN.into()),
        },
    ];
    let pairs = vec![PairFacts {
        target_groups: vec!["b".into(), "g".into()],
        production_listener_arns: vec!["prod".into()],
        test_listener_arns: vec!["test".into()],
    }];
    (target, ecs, pairs)
}

#[test]
fn both_agree() {
    let (target, ecs, pairs) = world();
    let found = green(Stage::AfterAllowTestTraffic, "d-1", &target, &ecs, &pairs).unwrap();
    assert_eq!((found.listener_arn.as_str(), found.blue_target_groups), ("test", vec!["b".to_owned()]));
    let found = green(Stage::AfterAllowTraffic, "d-1", &target, &ecs, &pairs).unwrap();
    assert_eq!((found.listener_arn.as_str(), found.blue_listener_arn), ("prod", None));
}

#[test]
fn blue_is_compared_with_only_while_it_serves() {
    let (mut target, ecs, pairs) = world();
    let found = |target: &TargetFacts| {
        green(Stage::AfterAllowTestTraffic, "d-1", target, &ecs, &pairs).unwrap().blue_listener_arn
    };
    assert_eq!(found(&target).as_deref(), Some("prod"));
    target.task_sets.remove(0);
    assert_eq!(found(&target), None, "the first deployment has no blue");
}

#[test]
fn blue_is_what_is_live() {
    let (mut target, mut ecs, _) = world();
    ecs[0].task_definition = "td:1".into();
    assert_eq!(live_task_definition(&target, &ecs), Some("td:1"));
    target.task_sets.remove(0);
    assert_eq!(live_task_definition(&target, &ecs), None);
}

#[test]
fn disagreement_is_an_error() {
    let (target, mut ecs, pairs) = world();
    assert_eq!(
        green(Stage::AfterAllowTestTraffic, "d-0", &target, &ecs, &pairs),
        Err(DiscoverError::Disagree { codedeploy: "ts/2".into(), ecs: "ts/1".into() })
    );
    assert_eq!(
        green(Stage::AfterAllowTestTraffic, "d-9", &target, &ecs, &pairs),
        Err(DiscoverError::ExternalCount(0))
    );
    ecs[1].target_group_arn = Some(ARN.replace("/g/", "/b/"));
    assert!(matches!(
        green(Stage::AfterAllowTestTraffic, "d-1", &target, &ecs, &pairs),
        Err(DiscoverError::TargetGroup { .. })
    ));
}

#[test]
fn only_the_event_in_progress_counts() {
    let events = |status: &str, name: &str| vec![(name.to_owned(), status.to_owned())];
    assert_eq!(running(&events("Succeeded", "AfterAllowTestTraffic")), Ok(Running::Answered));
    assert_eq!(running(&events("Failed", "AfterAllowTraffic")), Ok(Running::Answered));
    // CodeDeploy may call before it shows the event, and hooks without a function have ended by themselves.
    for (status, name) in [
        ("Pending", "AfterAllowTestTraffic"),
        ("Skipped", "AfterAllowTestTraffic"),
        ("InProgress", "AllowTestTraffic"),
        ("Succeeded", "BeforeInstall"),
    ] {
        assert_eq!(running(&events(status, name)), Ok(Running::NotYet), "{name} {status}");
    }
    assert_eq!(running(&[]), Ok(Running::NotYet));
    assert!(running(&events("InProgress", "AfterInstall")).is_err());
    assert_eq!(
        running(&events("InProgress", "AfterAllowTraffic")),
        Ok(Running::Hook(Stage::AfterAllowTraffic))
    );
}

#[test]
fn versions_of_images() {
    assert_eq!(image_version("r:5000/a/b@sha256:12"), Some("sha256:12"));
    assert_eq!(image_version("r:5000/a/b:v1"), Some("v1"));
    assert_eq!(image_version("r:5000/a/b"), None);
}
