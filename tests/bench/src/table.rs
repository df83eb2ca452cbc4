//! Tables in Markdown that are also readable as text.

pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The first column is text; the others are numbers and stand to the right.
    pub fn new<const N: usize>(head: [&str; N]) -> Self {
        Self { rows: vec![head.map(str::to_owned).to_vec()] }
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into_iter().collect());
    }

    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(3)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &[String]| -> String {
            let cells = widths.iter().enumerate().map(|(column, width)| {
                let cell = row.get(column).map_or("", String::as_str);
                if column == 0 { format!(" {cell:<width$} |") } else { format!(" {cell:>width$} |") }
            });
            format!("|{}\n", cells.collect::<String>())
        };
        let rule: String = widths
            .iter()
            .enumerate()
            .map(|(column, width)| match column {
                0 => format!(" {} |", "-".repeat(*width)),
                _ => format!(" {}: |", "-".repeat(width - 1)),
            })
            .collect();
        let mut rows = self.rows.iter();
        let head = rows.next().map(|row| line(row)).unwrap_or_default();
        format!("{head}|{rule}\n{}", rows.map(|row| line(row)).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(["tool", "wall s", "×"]);
        table.row(["a".into(), "1.20".into(), "1.0".into()]);
        table.row(["longer".into(), "10.00".into(), "8.3".into()]);
        assert_eq!(
            table.render(),
            "| tool   | wall s |   × |\n| ------ | -----: | --: |\n| a      |   1.20 | 1.0 |\n| longer |  10.00 | 8.3 |\n"
        );
    }
}
