//! `grandstand init`: a copy of a built-in scenario.

use super::args::InitArguments;
use super::exit::{Failure, tell};
use super::{load, output};
use std::path::PathBuf;

/// The built-in scenario, comments and all, in a new file.
pub(super) fn init(arguments: &InitArguments) -> Result<(), Failure> {
    let text = load::built_in(&arguments.name)?;
    let short = arguments.name.rsplit('/').next().unwrap_or_default();
    let default = || PathBuf::from(format!("{short}.toml"));
    let file = arguments.file.clone().unwrap_or_else(default);
    output::new_file(&file, text.as_bytes())?;
    let file = file.display();
    tell(&format!("wrote {file}; edit it, then: grandstand run {file}\n"));
    Ok(())
}
