//! How many tries a check has had and whether it may have another.

/// What to do after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Again,
    Passed,
    Failed,
}

/// Limits of one check; every one is at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub attempts: u32,
    pub connection_attempts: u32,
    pub consecutive: u32,
}

/// Counts right answers in a row, wrong answers, and connections without an answer, each apart.
#[derive(Debug, Clone)]
pub struct Progress {
    limits: Limits,
    row: u32,
    pub wrong: u32,
    pub connection_errors: u32,
    pub tries: u32,
}

impl Progress {
    pub const fn new(limits: Limits) -> Self {
        Self { limits, row: 0, wrong: 0, connection_errors: 0, tries: 0 }
    }

    pub const fn right(&mut self) -> Next {
        self.tries += 1;
        self.row += 1;
        if self.row >= self.limits.consecutive { Next::Passed } else { Next::Again }
    }

    pub const fn wrong(&mut self) -> Next {
        self.tries += 1;
        self.row = 0;
        self.wrong += 1;
        if self.wrong >= self.limits.attempts { Next::Failed } else { Next::Again }
    }

    pub const fn connection_error(&mut self) -> Next {
        self.tries += 1;
        self.row = 0;
        self.connection_errors += 1;
        if self.connection_errors >= self.limits.connection_attempts { Next::Failed } else { Next::Again }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_apart() {
        let mut progress = Progress::new(Limits { attempts: 2, connection_attempts: 2, consecutive: 2 });
        assert_eq!(progress.wrong(), Next::Again);
        assert_eq!(progress.connection_error(), Next::Again);
        assert_eq!(progress.right(), Next::Again);
        assert_eq!(progress.right(), Next::Passed);
        assert_eq!(progress.wrong(), Next::Failed);
        assert_eq!(progress.connection_error(), Next::Failed);
        assert_eq!((progress.tries, progress.wrong, progress.connection_errors), (6, 2, 2));
    }
}
