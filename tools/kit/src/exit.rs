//! Exit codes of every Greenlight program. `doc/exit-codes.md` is generated from this table.

use std::fmt;

/// How a program ended, as its caller (a buildspec, a script, a person) sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// 0
    Done,
    /// 1
    Negative,
    /// 2
    Usage,
    /// 3
    NothingToDo,
    /// 65
    MalformedInput,
    /// 69
    Unavailable,
    /// 70
    Internal,
    /// 75
    TimedOut,
    /// 77
    Denied,
    /// 78
    Configuration,
    /// 130
    Interrupted,
}

impl Exit {
    pub const ALL: [Self; 11] = [
        Self::Done,
        Self::Negative,
        Self::Usage,
        Self::NothingToDo,
        Self::MalformedInput,
        Self::Unavailable,
        Self::Internal,
        Self::TimedOut,
        Self::Denied,
        Self::Configuration,
        Self::Interrupted,
    ];

    /// The process exit status.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Negative => 1,
            Self::Usage => 2,
            Self::NothingToDo => 3,
            Self::MalformedInput => 65,
            Self::Unavailable => 69,
            Self::Internal => 70,
            Self::TimedOut => 75,
            Self::Denied => 77,
            Self::Configuration => 78,
            Self::Interrupted => 130,
        }
    }

    /// One sentence for the table in the documentation.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Negative => {
                "a negative answer: findings, drift, a check failed, rejected, a guard refused; nothing is wrong with the tool"
            }
            Self::Usage => "the command line is wrong",
            Self::NothingToDo => "nothing to do where something was asked for (approve: nothing is pending)",
            Self::MalformedInput => "an input file is unreadable or malformed",
            Self::Unavailable => "AWS did not answer, or answered 5xx or throttling, after retries",
            Self::Internal => "a defect in the tool; please report it",
            Self::TimedOut => "timed out; it is safe to run the same command again",
            Self::Denied => "credentials are missing or expired, or a permission is missing",
            Self::Configuration => "the configuration is wrong",
            Self::Interrupted => "interrupted by Ctrl-C or SIGTERM; what was in flight has been finished",
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code())
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn codes_are_distinct_and_documented() {
        let codes: std::collections::BTreeSet<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes.len(), Exit::ALL.len());
        assert!(Exit::ALL.iter().all(|exit| !exit.meaning().is_empty()));
    }
}
