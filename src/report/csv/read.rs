//! A table being read back: an expected header, then cells of known kinds.

use super::CsvError;
use super::cell::FromCell;
use csv::StringRecord;

/// One line of a table and where it stands.
#[derive(Debug)]
pub(super) struct Line<'a> {
    file: &'a str,
    header: &'a StringRecord,
    cells: &'a StringRecord,
    number: u64,
    next: usize,
}

impl Line<'_> {
    /// The next cell of the line, as what the row holds there.
    pub(super) fn take<T: FromCell>(&mut self) -> Result<T, CsvError> {
        let text = self.cells.get(self.next).unwrap_or_default();
        let column = self.header.get(self.next).map(str::to_string);
        self.next += 1;
        T::from_cell(text).ok_or_else(|| CsvError {
            file: self.file.to_string(),
            line: self.number,
            column,
            found: text.to_string(),
            expected: T::EXPECTED.to_string(),
        })
    }

    /// Whether the next cell is in this column.
    pub(super) fn is_at(&self, column: &str) -> bool {
        self.header.get(self.next) == Some(column)
    }

    /// The next cells of the line, up to the last `rest` ones.
    pub(super) fn take_until<T: FromCell>(&mut self, rest: usize) -> Result<Vec<T>, CsvError> {
        (self.next + rest..self.cells.len()).map(|_| self.take()).collect()
    }
}

/// Every row of the table in `bytes`, whose first line must be `header`.
pub(super) fn rows<T>(
    file: &str,
    bytes: &[u8],
    header: &[&'static str],
    row: impl Fn(&mut Line<'_>) -> Result<T, CsvError>,
) -> Result<Vec<T>, CsvError> {
    let expected = format!("the header `{}`", header.join(","));
    let is_right = |found: &StringRecord| found.iter().eq(header.iter().copied());
    rows_under(file, bytes, &expected, is_right, row).map(|(_, rows)| rows)
}

/// The header and every row of a table whose columns are not all known beforehand: `is_right` judges
/// the header, and `expected` says in errors what it should have been.
pub(super) fn rows_under<T>(
    file: &str,
    bytes: &[u8],
    expected: &str,
    is_right: impl Fn(&StringRecord) -> bool,
    row: impl Fn(&mut Line<'_>) -> Result<T, CsvError>,
) -> Result<(StringRecord, Vec<T>), CsvError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut header = StringRecord::new();
    reader.read_record(&mut header).map_err(|error| unreadable(file, &error))?;
    if !is_right(&header) {
        return Err(whole_line(file, 1, &header, expected.to_string()));
    }
    let (mut cells, mut rows) = (StringRecord::new(), Vec::new());
    while reader.read_record(&mut cells).map_err(|error| unreadable(file, &error))? {
        let number = cells.position().map_or(0, csv::Position::line);
        if cells.len() != header.len() {
            let expected = format!("{} cells, not {}", header.len(), cells.len());
            return Err(whole_line(file, number, &cells, expected));
        }
        rows.push(row(&mut Line { file, header: &header, cells: &cells, number, next: 0 })?);
    }
    Ok((header, rows))
}

fn whole_line(file: &str, line: u64, found: &StringRecord, expected: String) -> CsvError {
    let found = found.iter().collect::<Vec<_>>().join(",");
    CsvError { file: file.to_string(), line, column: None, found, expected }
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
