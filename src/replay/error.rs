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
    /// No link has this name.
    UnknownLink {
        /// The most similar name, when there is one.
        nearest: Option<String>,
    },
    /// The path crosses the link twice.
    CrossedTwice,
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

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, found, problem } = self;
        write!(f, "{file}, line {line}")?;
        if !column.is_empty() {
            write!(f, ", column {column}")?;
        }
        match problem {
            Problem::Malformed(message) => write!(f, ": {message}"),
            Problem::MissingColumn => write!(f, ": the header `{found}` lacks this column"),
            Problem::UnknownColumn(known) => {
                write!(f, ": `{found}`: expected one of {}", known.join(", "))
            }
            Problem::Number { expected } => write!(f, ": `{found}`: expected {expected}"),
            Problem::Empty => f.write_str(": nothing stands here: expected a value"),
            Problem::Duplicate { first } => {
                write!(f, ": `{found}`: expected another name than on line {first}")
            }
            Problem::UnknownLink { nearest } => {
                write!(f, ": `{found}`: expected the name of a link")?;
                nearest.as_ref().map_or(Ok(()), |name| write!(f, " (did you mean `{name}`?)"))
            }
            Problem::CrossedTwice => write!(f, ": `{found}`: expected every link once at most"),
            Problem::MissingStop => {
                f.write_str(": nothing stands here: expected a time, because bytes is empty")
            }
            Problem::NeverFinishes => write!(
                f,
                ": `{found}`: expected a path with capacity and a cap above zero, or a stop_s: \
                 the flow's rate stays zero and it never finishes"
            ),
        }
    }
}

impl std::error::Error for ReplayError {}
