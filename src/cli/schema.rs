//! `grandstand schema`: the JSON Schema of scenario files.

use super::exit::{Failure, say};
use crate::scenario;

/// The schema on standard output.
pub(super) fn schema() -> Result<(), Failure> {
    say(&scenario::schema())
}
