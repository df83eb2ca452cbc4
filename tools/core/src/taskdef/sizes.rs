//! Which CPU and memory Fargate offers together: data, with the page and the date that it was read.

use serde::Deserialize;

/// The table of `data/fargate-sizes.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct Sizes {
    pub source: String,
    pub date: String,
    pub sizes: Vec<Size>,
}

/// One amount of CPU and what it goes with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// CPU units.
    pub cpu: i64,
    pub memory: Vec<Span>,
    #[serde(default)]
    pub linux_only: bool,
    /// Needs platform version 1.4.0 or newer.
    #[serde(default)]
    pub needs_1_4: bool,
}

/// `from` to `to` MiB in steps of `step`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub from: i64,
    pub to: i64,
    pub step: i64,
}

impl Sizes {
    /// The table that this program carries.
    pub fn bundled() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("../../data/fargate-sizes.json"))
    }
}

impl Size {
    pub fn offers(&self, memory: i64) -> bool {
        self.memory.iter().any(|span| {
            (span.from..=span.to).contains(&memory) && (memory - span.from) % span.step.max(1) == 0
        })
    }

    /// What it offers, for a message.
    pub fn list(&self) -> String {
        self.memory.iter().map(Span::list).collect::<Vec<_>>().join(", ")
    }
}

impl Span {
    fn list(&self) -> String {
        match (self.to - self.from) / self.step.max(1) {
            0 => self.from.to_string(),
            steps @ 1..=3 => {
                (0..=steps).map(|n| (self.from + n * self.step).to_string()).collect::<Vec<_>>().join(", ")
            }
            _ => format!("{} to {} in steps of {}", self.from, self.to, self.step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        let table = Sizes::bundled().unwrap();
        let cpus: Vec<i64> = table.sizes.iter().map(|size| size.cpu).collect();
        assert_eq!(cpus, [256, 512, 1024, 2048, 4096, 8192, 16384, 32768]);
        let count: usize =
            table.sizes.iter().map(|size| (1..=249_856).filter(|mib| size.offers(*mib)).count()).sum();
        // The rows of the page: 3, 4, 7, 13, 23, 12, 12 and 3 amounts of memory.
        assert_eq!(count, 3 + 4 + 7 + 13 + 23 + 12 + 12 + 3);
        assert!(table.sizes.iter().all(|size| size.needs_1_4 == (size.cpu >= 8192)));
    }
}
