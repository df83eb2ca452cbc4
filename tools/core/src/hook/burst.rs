//! Whether green bears many requests at once.

use super::model::Burst;

/// One request of a burst: how long it took, and whether it was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shot {
    pub elapsed_ms: u64,
    /// Why it counts as an error.
    pub error: Option<String>,
}

/// Numbers of a burst, in words for the report, and what is too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub text: String,
    pub wrong: Vec<String>,
}

/// Errors count with their time, too: a timeout is slow.
pub fn decide(limits: &Burst, shots: &[Shot]) -> Summary {
    let errors: Vec<&String> = shots.iter().filter_map(|shot| shot.error.as_ref()).collect();
    let mut times: Vec<u64> = shots.iter().map(|shot| shot.elapsed_ms).collect();
    times.sort_unstable();
    let [p50, p95, p99] = [50, 95, 99].map(|percent| percentile(&times, percent));
    let text = format!(
        "{} requests, {} errors, p50 {p50} ms, p95 {p95} ms, p99 {p99} ms",
        shots.len(),
        errors.len()
    );
    let mut wrong = Vec::new();
    let rate = share(errors.len(), shots.len());
    if shots.is_empty() || rate > limits.max_error_rate {
        let example = errors.first().map(|error| format!(", such as: {error}")).unwrap_or_default();
        wrong.push(format!(
            "{:.2} % of the requests failed, at most {:.2} % may{example}",
            rate * 100.0,
            limits.max_error_rate * 100.0
        ));
    }
    for (name, found, limit) in
        [("p50", p50, limits.max_p50_ms), ("p95", p95, limits.max_p95_ms), ("p99", p99, limits.max_p99_ms)]
    {
        if let Some(limit) = limit.filter(|limit| found > *limit) {
            wrong.push(format!("{name} is {found} ms, at most {limit} ms are allowed"));
        }
    }
    Summary { text, wrong }
}

/// The least value that at least `percent` of the (sorted) values do not exceed.
pub fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Counts here are far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "a share of requests")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(text: &str) -> Burst {
        toml::from_str(&format!("path = '/'\nrequests = 1\n{text}")).unwrap()
    }

    fn shots(times: &[u64], errors: usize) -> Vec<Shot> {
        let error = |index| (index < errors).then(|| "status is 503".to_owned());
        times
            .iter()
            .enumerate()
            .map(|(index, &elapsed_ms)| Shot { elapsed_ms, error: error(index) })
            .collect()
    }

    #[test]
    fn percentiles_by_nearest_rank() {
        let times: Vec<u64> = (1..=100).collect();
        assert_eq!([50, 95, 99, 100].map(|percent| percentile(&times, percent)), [50, 95, 99, 100]);
        assert_eq!([percentile(&[7], 50), percentile(&[7], 99), percentile(&[], 50)], [7, 7, 0]);
    }

    #[test]
    fn limits_hold_exactly() {
        let times: Vec<u64> = (1..=100).collect();
        let met = limits("max_error_rate = 0.02\nmax_p50_ms = 50\nmax_p95_ms = 95\nmax_p99_ms = 99");
        assert_eq!(decide(&met, &shots(&times, 2)).wrong, Vec::<String>::new());
        assert_eq!(decide(&met, &shots(&times, 3)).wrong.len(), 1);
        let not_met = limits("max_error_rate = 0.02\nmax_p50_ms = 49\nmax_p95_ms = 94\nmax_p99_ms = 98");
        assert_eq!(decide(&not_met, &shots(&times, 3)).wrong.len(), 4);
    }

    #[test]
    fn one_error_is_too_many_unless_allowed_and_none_at_all_is_no_pass() {
        let summary = decide(&limits(""), &shots(&[1; 200], 1));
        assert_eq!(
            summary.wrong,
            ["0.50 % of the requests failed, at most 0.00 % may, such as: status is 503"]
        );
        assert_eq!(summary.text, "200 requests, 1 errors, p50 1 ms, p95 1 ms, p99 1 ms");
        assert_eq!(decide(&limits(""), &[]).wrong.len(), 1);
    }
}
