//! `grandstand list`: the built-in scenarios.

use super::exit::{Failure, say};
use crate::scenario::builtin;

/// Name and title of each, one a line.
pub(super) fn list() -> Result<(), Failure> {
    let width = builtin::list().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = builtin::list().map(|(name, title)| format!("{name:<width$}  {title}\n"));
    say(&lines.collect::<String>())
}
