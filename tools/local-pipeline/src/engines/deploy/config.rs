//! The predefined deployment configurations of ECS. No input or output.
//! <https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html>, 2026-11.

pub(super) const ALL_AT_ONCE: &str = "CodeDeployDefault.ECSAllAtOnce";

/// Green's share of production traffic in percent, and the minutes until the next step.
pub(super) type Steps = Vec<(u32, u32)>;

/// The steps of a configuration; the last one is all of the traffic. `None`: there is no such configuration.
pub(super) fn steps(name: &str) -> Option<Steps> {
    match name {
        ALL_AT_ONCE => Some(vec![(100, 0)]),
        "CodeDeployDefault.ECSCanary10Percent5Minutes" => Some(vec![(10, 5), (100, 0)]),
        "CodeDeployDefault.ECSCanary10Percent15Minutes" => Some(vec![(10, 15), (100, 0)]),
        "CodeDeployDefault.ECSLinear10PercentEvery1Minutes" => Some(linear(1)),
        "CodeDeployDefault.ECSLinear10PercentEvery3Minutes" => Some(linear(3)),
        _ => None,
    }
}

fn linear(minutes: u32) -> Steps {
    (1..=10).map(|step| (step * 10, if step == 10 { 0 } else { minutes })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_configuration_ends_with_all_traffic() {
        assert_eq!(steps("CodeDeployDefault.ECSCanary10Percent5Minutes"), Some(vec![(10, 5), (100, 0)]));
        let linear = steps("CodeDeployDefault.ECSLinear10PercentEvery3Minutes").unwrap();
        assert_eq!((linear.len(), linear[0], linear[9]), (10, (10, 3), (100, 0)));
        assert_eq!(steps("CodeDeployDefault.OneAtATime"), None);
    }
}
