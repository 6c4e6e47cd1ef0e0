//! The tables of figures: summary, time series, distributions, bounds.

use super::CsvError;
use super::read::rows;
use super::write::Sheet;
use crate::metrics::{BoundRow, DistributionRow, GroupRow, SeriesRow, SummaryRow};

const SUMMARY: [&str; 3] = ["metric", "unit", "value"];
const TIMESERIES: [&str; 4] = ["time_s", "content", "metric", "value"];
const DISTRIBUTIONS: [&str; 5] = ["metric", "unit", "quantile", "value", "count"];
const GROUPS: [&str; 5] = ["by", "group", "metric", "unit", "value"];
const BOUNDS: [&str; 5] = ["scope", "quantity", "part", "unit", "value"];

/// `summary.csv`: one row a figure.
#[must_use]
pub fn summary_csv(summary: &[SummaryRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&SUMMARY);
    for row in summary {
        sheet.put(row.metric.as_str()).put(row.unit.as_ref()).put(row.value).end_row();
    }
    sheet.into_bytes()
}

/// The rows of a `summary.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`summary_csv`] would not have written.
pub fn summary_from_csv(file: &str, bytes: &[u8]) -> Result<Vec<SummaryRow>, CsvError> {
    rows(file, bytes, &SUMMARY, |line| {
        Ok(SummaryRow { metric: line.take()?, unit: line.take()?, value: line.take()? })
    })
}

/// `timeseries.csv`: one row a sample.
#[must_use]
pub fn timeseries_csv(series: &[SeriesRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&TIMESERIES);
    for row in series {
        sheet.put(row.time).put(row.content).put(row.metric.as_ref()).put(row.value).end_row();
    }
    sheet.into_bytes()
}

/// The rows of a `timeseries.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`timeseries_csv`] would not have written.
pub fn timeseries_from_csv(file: &str, bytes: &[u8]) -> Result<Vec<SeriesRow>, CsvError> {
    rows(file, bytes, &TIMESERIES, |line| {
        Ok(SeriesRow {
            time: line.take()?,
            content: line.take()?,
            metric: line.take()?,
            value: line.take()?,
        })
    })
}

/// `distributions.csv`: one row a quantile.
#[must_use]
pub fn distributions_csv(distributions: &[DistributionRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&DISTRIBUTIONS);
    for row in distributions {
        sheet.put(row.metric.as_ref()).put(row.unit.as_ref());
        sheet.put(row.quantile).put(row.value).put(row.count).end_row();
    }
    sheet.into_bytes()
}

/// The rows of a `distributions.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`distributions_csv`] would not have written.
pub fn distributions_from_csv(file: &str, bytes: &[u8]) -> Result<Vec<DistributionRow>, CsvError> {
    rows(file, bytes, &DISTRIBUTIONS, |line| {
        Ok(DistributionRow {
            metric: line.take()?,
            unit: line.take()?,
            quantile: line.take()?,
            value: line.take()?,
            count: line.take()?,
        })
    })
}

/// `groups.csv`: one row a figure of a part of the audience.
#[must_use]
pub fn groups_csv(groups: &[GroupRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&GROUPS);
    for row in groups {
        sheet.put(row.by.name()).put(row.group.as_str()).put(row.metric.as_ref());
        sheet.put(row.unit.as_ref()).put(row.value).end_row();
    }
    sheet.into_bytes()
}

/// `bounds.csv`: bounds, what was achieved, and what the difference was lost to.
#[must_use]
pub fn bounds_csv(bounds: &[BoundRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&BOUNDS);
    for row in bounds {
        sheet.put(row.scope.as_str()).put(row.quantity.as_ref()).put(row.part.as_ref());
        sheet.put(row.unit.as_ref()).put(row.value).end_row();
    }
    sheet.into_bytes()
}

/// The rows of a `bounds.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`bounds_csv`] would not have written.
pub fn bounds_from_csv(file: &str, bytes: &[u8]) -> Result<Vec<BoundRow>, CsvError> {
    rows(file, bytes, &BOUNDS, |line| {
        Ok(BoundRow {
            scope: line.take()?,
            quantity: line.take()?,
            part: line.take()?,
            unit: line.take()?,
            value: line.take()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{ContentId, SimTime, Span};

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_summary_keeps_absent_values_absent() {
        let summary = [
            SummaryRow { metric: "lag.p50".into(), unit: "s".into(), value: Some(0.1) },
            SummaryRow { metric: "refusals".into(), unit: "1".into(), value: None },
        ];
        let table = text(summary_csv(&summary));
        assert_eq!(table, "metric,unit,value\nlag.p50,s,0.1\nrefusals,1,\n");
        assert_eq!(summary_from_csv("s", table.as_bytes()).unwrap(), summary);
    }

    #[test]
    fn a_sample_is_written_to_the_nanosecond() {
        let series = [SeriesRow {
            time: SimTime::from_secs(2) + Span::from_nanos(5),
            content: Some(ContentId::new(1)),
            metric: "viewers".into(),
            value: 1e6,
        }];
        let table = text(timeseries_csv(&series));
        assert_eq!(table, "time_s,content,metric,value\n2.000000005,1,viewers,1000000\n");
        assert_eq!(timeseries_from_csv("t", table.as_bytes()).unwrap(), series);
    }

    #[test]
    fn quantiles_read_back() {
        let distributions = [DistributionRow {
            metric: "lag".into(),
            unit: "s".into(),
            quantile: 0.95,
            value: 7.25,
            count: 12,
        }];
        let table = text(distributions_csv(&distributions));
        assert_eq!(table, "metric,unit,quantile,value,count\nlag,s,0.95,7.25,12\n");
        assert_eq!(distributions_from_csv("d", table.as_bytes()).unwrap(), distributions);
    }

    #[test]
    fn bounds_read_back() {
        let bounds = [BoundRow {
            scope: "run".into(),
            quantity: "peer_offload".into(),
            part: "lost_startup".into(),
            unit: "share".into(),
            value: Some(0.02),
        }];
        let table = text(bounds_csv(&bounds));
        assert_eq!(
            table,
            "scope,quantity,part,unit,value\nrun,peer_offload,lost_startup,share,0.02\n"
        );
        assert_eq!(bounds_from_csv("b", table.as_bytes()).unwrap(), bounds);
        assert!(bounds_from_csv("b", b"scope\n").is_err());
    }
}
