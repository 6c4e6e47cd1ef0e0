//! `points.csv`: the figures of many runs in one tidy table, shared by sweeps, comparisons and
//! baselines. One row a point, coordinator, seed and metric; every swept key has a column of its own.

use super::CsvError;
use super::axes::{begin_row, rows, sheet};
use super::read::Line;
use crate::metrics::{PointRow, Points};

/// The columns right of the swept keys.
const AFTER: [&str; 5] = ["coordinator", "seed", "metric", "unit", "value"];

/// `points.csv`: one row a figure.
///
/// # Panics
/// When a row has not one value an axis.
#[must_use]
pub fn points_csv(points: &Points) -> Vec<u8> {
    let mut sheet = sheet(points.axes.iter().map(String::as_str), &AFTER);
    for row in &points.rows {
        assert_eq!(row.values.len(), points.axes.len(), "a row has one value an axis");
        begin_row(&mut sheet, row.point, &row.values);
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
    let (axes, rows) = rows(file, bytes, &AFTER, row)?;
    Ok(Points { axes, rows })
}

#[cfg(test)]
mod tests {
    use super::super::axes::expected;
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
            assert_eq!(
                error.to_string(),
                format!("p.csv:1: `{header}`: expected {}", expected(&AFTER))
            );
        }
    }

    #[test]
    fn a_bad_cell_is_named_with_its_line_and_column() {
        let table = "point,x,coordinator,seed,metric,unit,value\n0,1,cdn-only,first,lag,s,2\n";
        let error = points_from_csv("p.csv", table.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "p.csv:2: seed: `first`: expected a whole number");
    }
}
