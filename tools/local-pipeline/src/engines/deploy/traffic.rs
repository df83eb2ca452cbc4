//! Which target group is production's, and what the listeners send where.

use super::run::Failure;
use super::state::Plan;
use crate::engines::balancer::Balancer;

/// The two target groups of a deployment.
#[derive(Debug, Clone)]
pub(super) struct Colours {
    pub blue_arn: String,
    pub green_arn: String,
}

fn invalid(error: &crate::api::ApiError) -> Failure {
    Failure {
        code: "ELASTIC_LOAD_BALANCING_INVALID",
        message: format!("The load balancer of the deployment group is not as it must be: {}", error.message),
        stopped: false,
    }
}

/// Blue is the group that the production listener sends most to.
pub(super) fn colours(balancer: &Balancer, plan: &Plan) -> Result<Colours, Failure> {
    let [first, second] = &plan.target_groups;
    let first = balancer.target_group_arn(first).map_err(|error| invalid(&error))?;
    let second = balancer.target_group_arn(second).map_err(|error| invalid(&error))?;
    let mut shares = (0, 0);
    for listener in &plan.production {
        for (arn, weight) in balancer.weights(listener).map_err(|error| invalid(&error))? {
            shares.0 += if arn == first { weight } else { 0 };
            shares.1 += if arn == second { weight } else { 0 };
        }
    }
    for listener in &plan.test {
        balancer.weights(listener).map_err(|error| invalid(&error))?;
    }
    Ok(if shares.1 > shares.0 {
        Colours { blue_arn: second, green_arn: first }
    } else {
        Colours { blue_arn: first, green_arn: second }
    })
}

/// Sends `green_percent` of the listeners' traffic to green and the rest to blue.
pub(super) fn shift(
    balancer: &Balancer,
    listeners: &[String],
    colours: &Colours,
    green_percent: u32,
) -> Result<(), Failure> {
    let weights = [
        (colours.blue_arn.clone(), 100_u32.saturating_sub(green_percent)),
        (colours.green_arn.clone(), green_percent),
    ];
    for listener in listeners {
        balancer.set_weights(listener, &weights).map_err(|error| invalid(&error))?;
    }
    Ok(())
}

/// The share of production traffic of a target group, in percent.
pub(super) fn share(balancer: &Balancer, plan: &Plan, group_arn: &str) -> f64 {
    let Some(weights) = plan.production.first().and_then(|listener| balancer.weights(listener).ok()) else {
        return 0.0;
    };
    let total: u32 = weights.iter().map(|(_, weight)| weight).sum();
    let own: u32 = weights.iter().filter(|(arn, _)| arn == group_arn).map(|(_, weight)| weight).sum();
    if total == 0 { 0.0 } else { f64::from(own) * 100.0 / f64::from(total) }
}
