//! `points.csv`: the figures of many runs in one tidy table, shared by sweeps, comparisons and
//! baselines. One row a point, coordinator, seed and metric; every swept key has a column of its own.

use super::CsvError;
use super::read::{Line, rows_under};
use super::write::Sheet;
use crate::metrics::{PointRow, Points};

/// The columns left of the swept keys, and right of them.
const BEFORE: [&str; 1] = ["point"];
const AFTER: [&str; 5] = ["coordinator", "seed", "metric", "unit", "value"];
const EXPECTED: &str = "the header `point`, a column with a name of its own for each swept key, then \
     `coordinator,seed,metric,unit,value`";

/// `points.csv`: one row a figure.
///
/// # Panics
/// When a row has not one value an axis.
#[must_use]
pub fn points_csv(points: &Points) -> Vec<u8> {
    let axes = points.axes.iter().map(String::as_str);
    let header: Vec<&str> = BEFORE.into_iter().chain(axes).chain(AFTER).collect();
    let mut sheet = Sheet::new(&header);
    for row in &points.rows {
        assert_eq!(row.values.len(), points.axes.len(), "a row has one value an axis");
        sheet.put(row.point);
        for value in &row.values {
            sheet.put(value.as_str());
        }
        sheet.put(row.coordinator.as_str()).put(row.seed).put(row.metric.as_str());
        sheet.put(row.unit.as_ref()).put(row.value).end_row();
    }
    sheet.into_bytes()
}

/// The content of a `points.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`points_csv`] would not have written.
pub fn points_from_csv(file: &str, bytes: &[u8]) -> Result<Points, CsvError> {
    let row = |line: &mut Line<'_>| {
        Ok(PointRow {
            point: line.take()?,
            values: line.take_until(AFTER.len())?,
            coordinator: line.take()?,
            seed: line.take()?,
            metric: line.take()?,
            unit: line.take()?,
            value: line.take()?,
        })
    };
    let is_right = |header: &csv::StringRecord| axes(header).is_some();
    let (header, rows) = rows_under(file, bytes, EXPECTED, is_right, row)?;
    let axes = axes(&header).unwrap_or_default();
    Ok(Points { axes: axes.into_iter().map(str::to_string).collect(), rows })
}

/// The swept keys of a header; none when it is not that of such a table.
fn axes(header: &csv::StringRecord) -> Option<Vec<&str>> {
    let names: Vec<&str> = header.iter().collect();
    let axes = names.strip_prefix(&BEFORE)?.strip_suffix(&AFTER)?;
    let is_new = |(place, name): (usize, &&str)| !name.is_empty() && !axes[..place].contains(name);
    axes.iter().enumerate().all(is_new).then(|| axes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(point: u32, values: &[&str], seed: u64, value: Option<f64>) -> PointRow {
        PointRow {
            point,
            values: values.iter().map(ToString::to_string).collect(),
            coordinator: "cdn-only".into(),
            seed,
            metric: "lag.p50".into(),
            unit: "s".into(),
            value,
        }
    }

    #[test]
    fn points_of_none_one_and_several_axes_read_back() {
        for axes in [&[][..], &["audience.peak"], &["audience.peak", "cdn.0.capacity"]] {
            let values = &["20", "40 Mbps, or so"][..axes.len()];
            let rows = vec![row(0, values, 1, Some(0.1)), row(1, values, u64::MAX, None)];
            let points = Points { axes: axes.iter().map(ToString::to_string).collect(), rows };
            assert_eq!(points_from_csv("p", &points_csv(&points)).unwrap(), points);
        }
    }

    #[test]
    fn every_swept_key_is_a_column() {
        let rows = vec![row(3, &["2 Mbps"], 7, Some(1.5))];
        let points = Points { axes: vec!["content.0.bitrate".into()], rows };
        let table = "point,content.0.bitrate,coordinator,seed,metric,unit,value\n\
                     3,2 Mbps,cdn-only,7,lag.p50,s,1.5\n";
        assert_eq!(String::from_utf8(points_csv(&points)).unwrap(), table);
    }

    #[test]
    fn another_header_is_refused() {
        for header in [
            "",
            "metric,unit,value",
            "point,seed,coordinator,metric,unit,value",
            "point,a,a,coordinator,seed,metric,unit,value",
            "point,,coordinator,seed,metric,unit,value",
        ] {
            let error = points_from_csv("p.csv", format!("{header}\n").as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), format!("p.csv:1: `{header}`: expected {EXPECTED}"));
        }
    }

    #[test]
    fn a_bad_cell_is_named_with_its_line_and_column() {
        let table = "point,x,coordinator,seed,metric,unit,value\n0,1,cdn-only,first,lag,s,2\n";
        let error = points_from_csv("p.csv", table.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "p.csv:2: seed: `first`: expected a whole number");
    }
}
