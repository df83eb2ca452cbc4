//! Whether green is complete and its load balancer finds it healthy.

/// What was read in one poll.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Poll {
    pub desired: i64,
    pub running: i64,
    pub pending: i64,
    pub targets: Vec<TargetState>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetState {
    /// `id:port`
    pub id: String,
    /// elbv2's word: `healthy`, `unhealthy`, `initial`, `draining`, …
    pub state: String,
    /// elbv2's reason code and description.
    pub reason: Option<String>,
}

impl TargetState {
    /// Targets of an earlier deployment that finish their last requests.
    fn leaves(&self) -> bool {
        self.state.ends_with("draining")
    }
}

/// How many targets take traffic, or why green is not ready.
pub fn decide(poll: &Poll) -> Result<usize, String> {
    let Poll { desired, running, pending, targets } = poll;
    if *desired < 1 {
        return Err("green's desired count is 0: there is nothing to test".to_owned());
    }
    if running != desired || *pending != 0 {
        return Err(format!("{running} of {desired} tasks are running, {pending} are pending"));
    }
    let active: Vec<&TargetState> = targets.iter().filter(|target| !target.leaves()).collect();
    let sick: Vec<String> =
        active.iter().filter(|target| target.state != "healthy").map(|target| describe(target)).collect();
    if !sick.is_empty() {
        return Err(sick.join("; "));
    }
    if i64::try_from(active.len()).unwrap_or(i64::MAX) < *desired {
        return Err(format!("{} of {desired} targets are registered", active.len()));
    }
    Ok(active.len())
}

fn describe(target: &TargetState) -> String {
    let reason = target.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("target {} is {}{reason}", target.id, target.state)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(running: i64, states: &[&str]) -> Poll {
        let targets = states
            .iter()
            .map(|state| TargetState { state: (*state).into(), ..TargetState::default() })
            .collect();
        Poll { desired: 2, running, pending: 0, targets }
    }

    #[test]
    fn all_or_nothing() {
        assert_eq!(decide(&poll(2, &["healthy", "healthy"])), Ok(2));
        assert_eq!(decide(&poll(2, &["healthy", "healthy", "draining"])), Ok(2));
        for bad in [
            poll(1, &["healthy", "healthy"]),
            poll(2, &["healthy"]),
            poll(2, &["healthy", "unused"]),
            poll(2, &["healthy", "healthy", "unhealthy"]),
            Poll::default(),
        ] {
            assert!(decide(&bad).is_err(), "{bad:?}");
        }
    }
}
