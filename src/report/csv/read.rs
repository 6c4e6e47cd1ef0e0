//! A table being read back: an exact header, then cells of known kinds.

use super::CsvError;
use super::cell::FromCell;

/// One line of a table and where it stands.
#[derive(Debug)]
pub(super) struct Line<'a> {
    file: &'a str,
    header: &'a [&'static str],
    cells: &'a csv::StringRecord,
    number: u64,
    next: usize,
}

impl Line<'_> {
    /// The next cell of the line, as what the row holds there.
    pub(super) fn take<T: FromCell>(&mut self) -> Result<T, CsvError> {
        let text = self.cells.get(self.next).unwrap_or_default();
        let column = self.header.get(self.next).copied();
        self.next += 1;
        T::from_cell(text).ok_or_else(|| CsvError {
            file: self.file.to_string(),
            line: self.number,
            column,
            found: text.to_string(),
            expected: T::EXPECTED.to_string(),
        })
    }
}

/// Every row of the table in `bytes`, whose first line must be `header`.
pub(super) fn rows<T>(
    file: &str,
    bytes: &[u8],
    header: &[&'static str],
    row: impl Fn(&mut Line<'_>) -> Result<T, CsvError>,
) -> Result<Vec<T>, CsvError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut cells = csv::StringRecord::new();
    let mut rows = Vec::new();
    let mut is_header = true;
    while reader.read_record(&mut cells).map_err(|error| unreadable(file, &error))? {
        let number = cells.position().map_or(0, csv::Position::line);
        if is_header {
            check_header(file, header, &cells)?;
            is_header = false;
            continue;
        }
        check_length(file, header, &cells, number)?;
        rows.push(row(&mut Line { file, header, cells: &cells, number, next: 0 })?);
    }
    if is_header { Err(wrong_header(file, header, "")) } else { Ok(rows) }
}

fn check_header(file: &str, header: &[&str], cells: &csv::StringRecord) -> Result<(), CsvError> {
    if cells.iter().eq(header.iter().copied()) {
        return Ok(());
    }
    Err(wrong_header(file, header, &cells.iter().collect::<Vec<_>>().join(",")))
}

fn wrong_header(file: &str, header: &[&str], found: &str) -> CsvError {
    CsvError {
        file: file.to_string(),
        line: 1,
        column: None,
        found: found.to_string(),
        expected: format!("the header `{}`", header.join(",")),
    }
}

fn check_length(
    file: &str,
    header: &[&str],
    cells: &csv::StringRecord,
    line: u64,
) -> Result<(), CsvError> {
    if cells.len() == header.len() {
        return Ok(());
    }
    Err(CsvError {
        file: file.to_string(),
        line,
        column: None,
        found: cells.iter().collect::<Vec<_>>().join(","),
        expected: format!("{} cells, not {}", header.len(), cells.len()),
    })
}

fn unreadable(file: &str, error: &csv::Error) -> CsvError {
    CsvError {
        file: file.to_string(),
        line: error.position().map_or(0, csv::Position::line),
        column: None,
        found: "bytes that are not UTF-8".to_string(),
        expected: "text in UTF-8".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [&str; 2] = ["name", "count"];

    fn read(bytes: &[u8]) -> Result<Vec<(String, u64)>, String> {
        let row = |line: &mut Line<'_>| Ok((line.take()?, line.take()?));
        rows("t.csv", bytes, &HEADER, row).map_err(|error| error.to_string())
    }

    #[test]
    fn rows_follow_the_header() {
        assert_eq!(read(b"name,count\n\"a,b\",3\n").unwrap(), [("a,b".to_string(), 3)]);
        assert_eq!(read(b"name,count\n").unwrap(), []);
    }

    #[test]
    fn another_header_is_refused() {
        let error = "t.csv:1: `name,size`: expected the header `name,count`";
        assert_eq!(read(b"name,size\na,3\n").unwrap_err(), error);
        assert_eq!(read(b"").unwrap_err(), "t.csv:1: ``: expected the header `name,count`");
    }

    #[test]
    fn a_bad_cell_is_named_with_its_line_and_column() {
        let error = "t.csv:3: count: `many`: expected a whole number";
        assert_eq!(read(b"name,count\na,3\nb,many\n").unwrap_err(), error);
    }

    #[test]
    fn a_missing_cell_is_refused() {
        let error = "t.csv:2: `a`: expected 2 cells, not 1";
        assert_eq!(read(b"name,count\na\n").unwrap_err(), error);
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        let error = read(b"name,count\n\xff,3\n").unwrap_err();
        assert_eq!(error, "t.csv:2: `bytes that are not UTF-8`: expected text in UTF-8");
    }
}
