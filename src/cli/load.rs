//! The only reader of files.

use super::exit::Failure;
use crate::report::{Manifest, manifest_from_toml};
use crate::scenario::{self, Scenario, builtin};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// The file that makes a folder a result.
pub(super) const MANIFEST: &str = "manifest.toml";

/// The text of a scenario, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Source {
    text: String,
    /// The name in errors.
    file: String,
    /// What files that it names are relative to.
    folder: PathBuf,
}

/// A scenario by the name of a built-in one or of its file, with overrides.
pub(super) fn scenario(name: &str, overrides: &[String]) -> Result<Scenario, Failure> {
    from_source(&source(name)?, overrides)
}

/// The scenario in a text, with overrides.
pub(super) fn from_source(source: &Source, overrides: &[String]) -> Result<Scenario, Failure> {
    let read =
        |file: &str| std::fs::read(source.folder.join(file)).map_err(|error| error.to_string());
    let loaded = scenario::load(&source.text, &source.file, overrides, &read);
    let colour = std::io::stderr().is_terminal();
    loaded.map_err(|errors| Failure::Input(errors.render(colour)))
}

/// The text of a scenario by its name or file.
pub(super) fn source(name: &str) -> Result<Source, Failure> {
    if let Some(text) = builtin::text(name) {
        return Ok(Source {
            text: text.to_string(),
            file: format!("{name}.toml"),
            folder: PathBuf::from("."),
        });
    }
    let path = Path::new(name);
    if !path.exists() {
        return Err(no_such_scenario(name));
    }
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok(Source { text: text(path)?, file: name.to_string(), folder })
}

/// The text of the built-in scenario with this name.
pub(super) fn built_in(name: &str) -> Result<&'static str, Failure> {
    builtin::text(name).ok_or_else(|| no_such_scenario(name))
}

fn no_such_scenario(name: &str) -> Failure {
    let names: Vec<&str> = builtin::list().map(|(name, _)| name).collect();
    let hint = nearest(name, names.iter().copied());
    Failure::input(format_args!(
        "`{name}` is neither a built-in scenario ({}) nor a file{hint}",
        names.join(", ")
    ))
}

/// The question whether the name that is nearest was meant; empty when none is near.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let distance = |known: &'a str| (strsim::damerau_levenshtein(name, known), known);
    let near = known.into_iter().map(distance).min();
    let near = near.filter(|(distance, known)| *distance <= known.len().max(3) / 3);
    near.map_or(String::new(), |(_, known)| format!("; did you mean `{known}`?"))
}

/// The text of a file.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let bytes = bytes(path)?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::input(format_args!("{}: expected UTF-8 text", path.display())))
}

/// The content of a file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::input(format_args!("{}: {error}", path.display())))
}

/// The manifest of a result folder.
pub(super) fn manifest(folder: &Path) -> Result<Manifest, Failure> {
    let path = folder.join(MANIFEST);
    if !path.exists() {
        let message = format!("{}: not a result folder: no manifest.toml", folder.display());
        return Err(Failure::input(message));
    }
    manifest_from_toml(&path.display().to_string(), &text(&path)?).map_err(Failure::input)
}
