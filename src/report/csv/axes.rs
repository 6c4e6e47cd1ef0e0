//! What tables over the points of a sweep have in common: `point`, a column for each swept key, then
//! columns of their own.

use super::CsvError;
use super::read::{Line, rows_under};
use super::write::Sheet;
use csv::StringRecord;

const POINT: &str = "point";

/// An empty table with these swept keys and then these columns.
pub(super) fn sheet<'a>(axes: impl Iterator<Item = &'a str>, after: &[&'a str]) -> Sheet {
    let header: Vec<&str> = [POINT].into_iter().chain(axes).chain(after.iter().copied()).collect();
    Sheet::new(&header)
}

/// Begins a row with its point and the values of the swept keys.
pub(super) fn begin_row<'a, 's>(
    sheet: &'s mut Sheet,
    point: u32,
    values: impl IntoIterator<Item = &'a String>,
) -> &'s mut Sheet {
    sheet.put(point);
    values.into_iter().for_each(|value| _ = sheet.put(value.as_str()));
    sheet
}

/// What the header should be, in errors.
pub(super) fn expected(after: &[&str]) -> String {
    let after = after.join(",");
    format!(
        "the header `{POINT}`, a column with a name of its own for each swept key, then `{after}`"
    )
}

/// The swept keys, and every row.
pub(super) fn rows<T>(
    file: &str,
    bytes: &[u8],
    after: &[&str],
    row: impl Fn(&mut Line<'_>) -> Result<T, CsvError>,
) -> Result<(Vec<String>, Vec<T>), CsvError> {
    let is_right = |header: &StringRecord| axes(header, after).is_some();
    let (header, rows) = rows_under(file, bytes, &expected(after), is_right, row)?;
    Ok((axes(&header, after).unwrap_or_default(), rows))
}

/// The swept keys of a header; none when it is not that of such a table.
fn axes(header: &StringRecord, after: &[&str]) -> Option<Vec<String>> {
    let names: Vec<&str> = header.iter().collect();
    let axes = names.strip_prefix(&[POINT])?.strip_suffix(after)?;
    let is_new = |(place, name): (usize, &&str)| !name.is_empty() && !axes[..place].contains(name);
    let all_new = axes.iter().enumerate().all(is_new);
    all_new.then(|| axes.iter().map(ToString::to_string).collect())
}
