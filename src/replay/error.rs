//! What can be wrong with the two files, and where.

use std::fmt;

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// The links.
    Links,
    /// The flows.
    Flows,
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Links => "links",
            Self::Flows => "flows",
        })
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Not a table: what the CSV reader says.
    Malformed(String),
    /// The row has this many fields, and the header that many.
    Length {
        /// Fields of the row.
        found: u64,
        /// Columns of the header.
        expected: u64,
    },
    /// The header has this column twice.
    ColumnTwice,
    /// The header lacks this column.
    MissingColumn,
    /// The header has a column that means nothing; the known ones are these.
    UnknownColumn(&'static [&'static str]),
    /// Not a number, or not one in the range that is told.
    Number {
        /// What was expected.
        expected: &'static str,
    },
    /// A field that must not be empty is.
    Empty,
    /// The name or id stands on an earlier line, too.
    Duplicate {
        /// That line.
        first: u64,
    },
    /// A `;` in the name of a link: it would be two names in a path.
    Separator,
    /// No link has this name.
    UnknownLink {
        /// The most similar name, when there is one.
        nearest: Option<String>,
    },
    /// The path crosses the link twice.
    CrossedTwice,
    /// The path has more than 65,535 links.
    PathTooLong,
    /// A flow without `bytes` needs a `stop_s`.
    MissingStop,
    /// The flow has bytes left, no `stop_s`, and a rate that stays zero.
    NeverFinishes,
}

/// A problem, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayError {
    /// The file.
    pub file: File,
    /// The line, counted from 1; the header is line 1.
    pub line: u64,
    /// The name of the column; empty when it is the line as a whole.
    pub column: String,
    /// What stands there.
    pub found: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl ReplayError {
    /// The error without the file and the line, for those who show these in their own way.
    #[must_use]
    pub fn detail(&self) -> String {
        let column = if self.column.is_empty() { "" } else { ": column " };
        let Self { column: name, found, problem, .. } = self;
        let text = match problem {
            Problem::Empty => "nothing stands here: expected a value".to_string(),
            Problem::MissingStop => {
                "nothing stands here: expected a time, because bytes is empty".to_string()
            }
            Problem::MissingColumn => format!("the header `{found}` lacks this column"),
            Problem::Malformed(_) | Problem::Length { .. } => problem.to_string(),
            _ => format!("`{found}`: {problem}"),
        };
        format!("{column}{name}: {text}")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(message) => f.write_str(message),
            Self::Length { found, expected } => {
                write!(f, "expected {expected} fields, as the header has, and not {found}")
            }
            Self::UnknownColumn(known) => write!(f, "expected one of {}", known.join(", ")),
            Self::Number { expected } => write!(f, "expected {expected}"),
            Self::Duplicate { first } => write!(f, "expected another name than on line {first}"),
            Self::UnknownLink { nearest } => {
                f.write_str("expected the name of a link")?;
                nearest.as_ref().map_or(Ok(()), |name| write!(f, " (did you mean `{name}`?)"))
            }
            Self::NeverFinishes => f.write_str(
                "expected a path with capacity and a cap above zero, or a stop_s: the flow's rate \
                 stays zero and it never finishes",
            ),
            Self::ColumnTwice => f.write_str("expected every column once"),
            Self::Separator => {
                f.write_str("expected a name without `;`, which joins names in a path")
            }
            Self::CrossedTwice => f.write_str("expected every link once at most"),
            Self::PathTooLong => f.write_str("expected 65,535 links at most"),
            Self::Empty | Self::MissingStop => f.write_str("expected a value"),
            Self::MissingColumn => f.write_str("expected this column"),
        }
    }
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detail = self.detail().replacen(": column", ", column", 1);
        write!(f, "{}, line {}{detail}", self.file, self.line)
    }
}

impl std::error::Error for ReplayError {}
