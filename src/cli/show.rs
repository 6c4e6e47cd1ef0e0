//! `grandstand show`: a scenario with every default filled in.

use super::args::ShowArguments;
use super::exit::{Failure, say};
use super::load;
use crate::scenario::to_toml;

/// The resolved scenario on standard output.
pub(super) fn show(arguments: &ShowArguments) -> Result<(), Failure> {
    say(&to_toml(&load::scenario(&arguments.name, &[])?))
}
