//! A promise, and whether a run kept it.

use crate::table::Table;

pub struct Bar {
    pub what: String,
    /// What was measured, where it was.
    pub value: Option<f64>,
    /// At most this.
    pub limit: f64,
    pub decimals: usize,
}

impl Bar {
    pub fn is_met(&self) -> Option<bool> {
        self.value.map(|value| value <= self.limit)
    }
}

pub fn table(bars: &[Bar]) -> String {
    let mut table = Table::new(["promise", "measured", "at most", "kept"]);
    for bar in bars {
        let decimals = bar.decimals;
        let number = |value: f64| format!("{value:.decimals$}");
        let kept = match bar.is_met() {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "not measured",
        };
        table.row([
            bar.what.clone(),
            bar.value.map_or_else(|| "–".to_owned(), number),
            number(bar.limit),
            kept.to_owned(),
        ]);
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use super::Bar;

    fn bar(value: Option<f64>) -> Bar {
        Bar { what: String::new(), value, limit: 3.0, decimals: 0 }
    }

    #[test]
    fn kept_up_to_the_limit() {
        assert_eq!(bar(Some(3.0)).is_met(), Some(true));
        assert_eq!(bar(Some(4.0)).is_met(), Some(false));
        assert_eq!(bar(None).is_met(), None);
    }
}
