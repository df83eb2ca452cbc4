//! Whether every target answers with the expected version.

/// What one answer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    Version(String),
    /// An answer without a version where one was expected.
    NoVersion {
        status: u16,
    },
    /// No answer.
    Unreachable {
        message: String,
    },
}

/// What to do after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask again at once.
    Again,
    /// Ask again after the poll interval.
    Wait,
    Holds,
    Mismatch {
        observed: String,
    },
    Unreachable {
        message: String,
    },
}

/// Connection errors in a row that are borne after the settle time.
const MAX_ERRORS_AFTER_SETTLING: u32 = 3;

/// Longer rows than this many times the first one are not asked for.
const MAX_LENGTHENING: u64 = 4;

/// Counts answers. Every answer in a row must carry the expected version; whoever has seen right and wrong answers side by side
/// (a pool in which an old task is left) asks for a longer row each time, so that luck does not pass it.
///
/// Where the load balancer takes targets in turn, as many answers as targets find every old one. Where it takes them at random (by
/// least outstanding requests, or from several nodes that each take their own turn), one old target of `n` stays unseen in `s·n`
/// answers with the chance `(1 − 1/n)^(s·n)`, which is at most `e^−s`: one in 1.2 million for the 14 samples per target that are the default.
#[derive(Debug, Clone)]
pub struct Identity {
    expected: String,
    needed: u64,
    row: u64,
    /// All answers that were right.
    right: u64,
    /// Wrong answers after the first right one.
    relapses: u64,
    errors: u32,
}

impl Identity {
    /// `targets` in the target group, each to be asked about `samples_per_target` times.
    pub fn new(expected: impl Into<String>, targets: usize, samples_per_target: u32) -> Self {
        let targets = u64::try_from(targets.max(1)).unwrap_or(u64::MAX);
        let needed = targets.saturating_mul(u64::from(samples_per_target.max(1)));
        Self { expected: expected.into(), needed, row: 0, right: 0, relapses: 0, errors: 0 }
    }

    /// Answers in a row that carried the expected version.
    pub const fn row(&self) -> u64 {
        self.row
    }

    /// Takes one answer. `settled`: the settle time is over, and nothing but the expected version is borne any more.
    pub fn observe(&mut self, observed: Observed, settled: bool) -> Step {
        let wrong = match observed {
            Observed::Version(version) if version == self.expected => {
                self.errors = 0;
                self.row += 1;
                self.right += 1;
                let needed = self.needed.saturating_mul((self.relapses + 1).min(MAX_LENGTHENING));
                return if self.row >= needed { Step::Holds } else { Step::Again };
            }
            Observed::Unreachable { message } => {
                self.row = 0;
                self.errors = if settled { self.errors + 1 } else { 0 };
                let over = self.errors >= MAX_ERRORS_AFTER_SETTLING;
                return if over { Step::Unreachable { message } } else { Step::Wait };
            }
            Observed::Version(version) => version,
            Observed::NoVersion { status } => format!("nothing (HTTP {status})"),
        };
        self.errors = 0;
        self.row = 0;
        if self.right > 0 {
            self.relapses += 1;
        }
        if settled { Step::Mismatch { observed: wrong } } else { Step::Wait }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Observed {
        Observed::Version(text.into())
    }

    #[test]
    fn as_many_answers_as_asked_for() {
        let mut identity = Identity::new("new", 2, 2);
        let steps: Vec<Step> = (0..4).map(|_| identity.observe(version("new"), false)).collect();
        assert_eq!(steps, [Step::Again, Step::Again, Step::Again, Step::Holds]);
    }

    #[test]
    fn old_answers_are_borne_only_while_settling() {
        let mut identity = Identity::new("new", 1, 1);
        assert_eq!(identity.observe(version("old"), false), Step::Wait);
        assert_eq!(identity.observe(version("old"), true), Step::Mismatch { observed: "old".into() });
        let mut identity = Identity::new("new", 1, 1);
        assert_eq!(identity.observe(Observed::NoVersion { status: 502 }, false), Step::Wait);
        assert_eq!(identity.observe(version("new"), false), Step::Holds);
    }

    #[test]
    fn connection_errors_are_counted_apart() {
        let error = || Observed::Unreachable { message: "refused".into() };
        let mut identity = Identity::new("new", 1, 1);
        assert_eq!(identity.observe(error(), true), Step::Wait);
        assert_eq!(identity.observe(error(), true), Step::Wait);
        assert_eq!(identity.observe(error(), true), Step::Unreachable { message: "refused".into() });
    }

    /// Round robin, wherever it begins.
    #[test]
    fn one_old_of_three_never_passes() {
        for start in 0..3 {
            let mut identity = Identity::new("new", 3, 1);
            for answer in 0..1_000_u32 {
                let text = if (answer + start) % 3 == 0 { "old" } else { "new" };
                let step = identity.observe(version(text), answer > 900);
                assert_ne!(step, Step::Holds, "start {start}, answer {answer}");
            }
        }
    }

    /// Random balancing, again and again: what luck would pass once in a while with fewer samples never passes.
    #[test]
    fn one_old_of_three_at_random_never_passes() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % 3
        };
        for settle_answers in [0, 200] {
            for run in 0..2_000 {
                let mut identity = Identity::new("new", 3, 14);
                let mut answers = 0;
                let end = loop {
                    let text = if random() == 0 { "old" } else { "new" };
                    match identity.observe(version(text), answers >= settle_answers) {
                        Step::Again | Step::Wait => answers += 1,
                        end => break end,
                    }
                };
                assert_eq!(end, Step::Mismatch { observed: "old".into() }, "run {run}");
            }
        }
    }

    #[test]
    fn a_flip_that_comes_late_passes_in_the_end() {
        let mut identity = Identity::new("new", 2, 14);
        for answer in 0..60 {
            let text = if answer % 2 == 0 { "old" } else { "new" };
            assert_ne!(identity.observe(version(text), false), Step::Holds);
        }
        let mut more = 0;
        while identity.observe(version("new"), true) != Step::Holds {
            more += 1;
        }
        assert!(more < 28 * 5, "{more}");
    }
}
