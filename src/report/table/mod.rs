//! The comparison that people read first: metrics down, coordinators across, the bound at the end.
//!
//! Not here: every figure of a run; that is `summary.csv`.

mod differences;
mod number;
mod rows;

use crate::metrics::{BoundRow, SummaryRow};
pub use differences::is_headline;
use number::Scale;
use rows::{Bound, ROWS};

/// Shown where a run has no value.
pub(super) const ABSENT: &str = "–";
const GAP: &str = "  ";
/// Metric and unit stand left of the coordinators.
const FIXED_COLUMNS: usize = 2;

/// One coordinator's figures.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Its name.
    pub coordinator: &'a str,
    /// What it reached.
    pub summary: &'a [SummaryRow],
}

/// A table of texts, ready to be laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Metric, unit, one value a run and the bound of each row.
    pub(super) fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// The curated rows of these runs, with the bounds of the whole run (`scope` is `run`) on the
    /// same quantities. All values of a row share its unit.
    #[must_use]
    pub fn new(columns: &[Column<'_>], bounds: &[BoundRow]) -> Self {
        let names = columns.iter().map(|column| column.coordinator);
        let head = ["metric", "unit"].into_iter().chain(names).chain(["bound"]);
        let row = |row: &rows::Row| {
            let reached = columns.iter().map(|column| value_of(column.summary, row.metric));
            let is_there = |column: &Column<'_>| {
                column.summary.iter().any(|figure| figure.metric == row.metric)
            };
            let has_none = !columns.is_empty() && !columns.iter().any(is_there);
            if row.is_of_some && has_none {
                return None;
            }
            let bound = bound_of(bounds, columns, row.bound);
            let values: Vec<Option<f64>> = reached.chain([bound]).collect();
            let scale = Scale::of(row.kind, &values);
            let cell = |value: &Option<f64>| value.map_or(ABSENT.to_string(), |v| scale.show(v));
            let cells = values.iter().map(cell);
            let named = [row.metric.to_string(), scale.unit.to_string()];
            Some(named.into_iter().chain(cells).collect())
        };
        let rows = ROWS.iter().filter_map(row).collect();
        Self { head: head.map(str::to_string).collect(), rows }
    }

    /// The table as aligned text. When it is wider than `width` characters, the coordinators stand
    /// in several tables one below the other, each with its metrics.
    #[must_use]
    pub fn render(&self, width: usize) -> String {
        let parts = self.parts(width);
        let texts: Vec<String> = parts.iter().map(|columns| self.aligned(columns)).collect();
        texts.join("\n")
    }

    /// The table in Markdown, numbers to the right.
    #[must_use]
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let escaped: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", escaped.join(" | "))
        };
        let numbers = " ---: |".repeat(self.head.len() - FIXED_COLUMNS);
        let rule = format!("| --- | --- |{numbers}\n");
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("{}{rule}{rows}", line(&self.head))
    }

    /// Which columns stand together.
    fn parts(&self, width: usize) -> Vec<Vec<usize>> {
        let fixed: Vec<usize> = (0..FIXED_COLUMNS).collect();
        let mut parts = vec![fixed.clone()];
        for column in FIXED_COLUMNS..self.head.len() {
            let last = parts.last_mut().expect("there is always a first part");
            last.push(column);
            if self.width_of(last) > width && last.len() > FIXED_COLUMNS + 1 {
                last.pop();
                parts.push(fixed.iter().copied().chain([column]).collect());
            }
        }
        parts
    }

    fn width_of(&self, columns: &[usize]) -> usize {
        let cells: usize = columns.iter().map(|column| self.column_width(*column)).sum();
        cells + GAP.len() * (columns.len() - 1)
    }

    fn column_width(&self, column: usize) -> usize {
        let cells = self.rows.iter().chain([&self.head]).map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    }

    fn aligned(&self, columns: &[usize]) -> String {
        let rule = vec!["─".repeat(self.width_of(columns))];
        let body = self.rows.iter().map(|row| self.line(row, columns));
        let lines: Vec<String> =
            [self.line(&self.head, columns)].into_iter().chain(rule).chain(body).collect();
        lines.join("\n") + "\n"
    }

    fn line(&self, cells: &[String], columns: &[usize]) -> String {
        let padded = columns.iter().map(|column| {
            let (cell, width) = (&cells[*column], self.column_width(*column));
            if *column < FIXED_COLUMNS {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        padded.collect::<Vec<_>>().join(GAP).trim_end().to_string()
    }
}

fn value_of(summary: &[SummaryRow], metric: &str) -> Option<f64> {
    summary.iter().find(|row| row.metric == metric).and_then(|row| row.value)
}

/// The bound of a row; a figure is that of the last coordinator that has it.
fn bound_of(bounds: &[BoundRow], columns: &[Column<'_>], bound: Bound) -> Option<f64> {
    let of_run = |row: &&BoundRow| row.scope == "run" && row.part == "bound";
    match bound {
        Bound::None => None,
        Bound::Quantity(quantity) => {
            bounds.iter().filter(of_run).find(|row| row.quantity == quantity)?.value
        }
        Bound::Figure(metric) => {
            columns.iter().rev().find_map(|column| value_of(column.summary, metric))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(metric: &str, value: f64) -> SummaryRow {
        SummaryRow { metric: metric.into(), unit: "".into(), value: Some(value) }
    }

    fn table() -> Table {
        let cdn = [figure("viewers_peak", 1e6), figure("cdn_bytes", 5.4e15)];
        let center = [
            figure("viewers_peak", 1e6),
            figure("cdn_bytes", 4.2e13),
            figure("peer_offload", 0.9922),
            figure("startup_delay.p50", 0.31),
            figure("border_copies.mean", 2.5),
            figure("border_copies_bound.mean", 1.25),
        ];
        let bound = BoundRow {
            scope: "run".into(),
            quantity: "peer_offload".into(),
            part: "bound".into(),
            unit: "share".into(),
            value: Some(0.999_99),
        };
        let columns = [
            Column { coordinator: "cdn-only", summary: &cdn },
            Column { coordinator: "control-center", summary: &center },
        ];
        Table::new(&columns, &[bound])
    }

    fn line(text: &str, metric: &str) -> String {
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().map(words).find(|line| line.starts_with(metric)).unwrap_or_default()
    }

    #[test]
    fn values_of_a_row_share_its_unit_and_absent_ones_are_dashes() {
        let text = table().render(200);
        assert_eq!(line(&text, "viewers_peak"), "viewers_peak 1,000,000 1,000,000 –");
        assert_eq!(line(&text, "cdn_bytes"), "cdn_bytes PB 5.40 0.0420 –");
        assert_eq!(line(&text, "peer_offload"), "peer_offload % – 99.22 99.999");
        assert_eq!(line(&text, "border_copies.mean"), "border_copies.mean copies – 2.50 1.25");
        assert_eq!(line(&text, "startup_delay.p50"), "startup_delay.p50 ms – 310 –");
        assert_eq!(line(&text, "refusals"), "refusals – – –");
    }

    #[test]
    fn columns_are_aligned_to_the_right_edge() {
        let text = table().render(200);
        let ends: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert!(ends.windows(2).all(|w| w[0] == w[1]), "{text}");
        // What only runs of some kind have is left out where none has it.
        let always = ROWS.iter().filter(|row| !row.is_of_some).count();
        assert_eq!(text.lines().count(), always + 2);
        assert!(!text.contains("downloads"), "{text}");
    }

    #[test]
    fn a_narrow_terminal_gets_several_tables() {
        let text = table().render(70);
        assert_eq!(text.matches("metric").count(), 2, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 70), "{text}");
        let narrowest = table().render(0);
        assert_eq!(narrowest.matches("metric").count(), 3, "one a column: {narrowest}");
    }

    #[test]
    fn markdown_has_a_rule_and_a_cell_a_column() {
        let text = table().markdown();
        let mut lines = text.lines();
        let head = "| metric | unit | cdn-only | control-center | bound |";
        assert_eq!(lines.next(), Some(head));
        assert_eq!(lines.next(), Some("| --- | --- | ---: | ---: | ---: |"));
        assert!(lines.all(|line| line.matches('|').count() == 6));
    }

    #[test]
    fn a_bound_of_one_isp_is_not_the_bound_of_the_run() {
        let bound = BoundRow {
            scope: "3320".into(),
            quantity: "peer_offload".into(),
            part: "bound".into(),
            unit: "share".into(),
            value: Some(0.5),
        };
        let text = Table::new(&[], &[bound]).render(80);
        assert_eq!(line(&text, "peer_offload"), "peer_offload % –");
    }
}
