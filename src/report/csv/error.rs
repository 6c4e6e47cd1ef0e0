//! Why a table was refused.

use std::fmt;

/// A cell, a row or a header that is not what the table should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column's name; absent when the whole line is meant.
    pub column: Option<String>,
    /// What stands there.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, "{column}: ")?;
        }
        write!(f, "`{}`: expected {}", self.found, self.expected)
    }
}

impl std::error::Error for CsvError {}
