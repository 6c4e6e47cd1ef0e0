//! From texts to a scenario: parse, override, check keys and types, read, validate.

use super::diagnostics::{Diagnostic, Errors, Rule};
use super::model::Scenario;
use super::overrides::{self, OVERRIDE};
use super::raw::RawScenario;
use super::shape::Shape;
use super::source::Sources;
use super::structure::Structure;
use super::validate::{self, Check};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use std::io::Read;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, Deserializer};

/// What reads a file that a scenario names, relative to the scenario; the error says why it could not.
pub type Reader<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, String>;

/// The scenario in `text`, which stands in `file`, with overrides (`path=value`) applied in order.
///
/// # Errors
/// All that is wrong with it, one variant of [`Rule`] per rule; errors of syntax hide the others.
pub fn load(
    text: &str,
    file: &str,
    overrides: &[String],
    read: Reader<'_>,
) -> Result<Scenario, Errors> {
    let mut sources = Sources::default();
    sources.add(file, text);
    for change in overrides {
        sources.add(OVERRIDE, change);
    }
    let (mut root, mut errors) = parse(&sources);
    if !errors.is_empty() {
        return Err(Errors::new(errors, file));
    }
    let shape = Shape::of_scenario();
    errors.extend(override_all(&sources, overrides.len(), &shape, &mut root));
    let structure = Structure::check(&sources, &shape, &mut root);
    errors.extend(structure.errors);
    let mut check = Check::new(&sources, &structure.incomplete, read);
    let raw = RawScenario::deserialize(Deserializer::from(root)).unwrap_or_else(|error| {
        errors.push(not_read(&sources, &error));
        RawScenario::default()
    });
    let scenario = validate::scenario(&mut check, &raw, &name_of(file));
    errors.extend(check.into_errors());
    if errors.is_empty() {
        Ok(Scenario { overrides: overrides.to_vec(), ..scenario })
    } else {
        Err(Errors::new(errors, file))
    }
}

/// The tree of the file, and its errors of syntax.
fn parse(sources: &Sources) -> (Spanned<DeTable<'_>>, Vec<Diagnostic>) {
    let (root, errors) = DeTable::parse_recoverable(&sources.get(0).text);
    let errors = errors.iter().map(|error| {
        let span = error.span().unwrap_or_default();
        let found = sources.text(&span).lines().next().unwrap_or_default().to_string();
        Diagnostic::new(
            Rule::Syntax,
            sources.place(&span),
            &found,
            &format!("TOML: {}", error.message()),
        )
    });
    (root, errors.collect())
}

/// Applies the overrides, which are the texts after the first, in order.
fn override_all<'s>(
    sources: &'s Sources,
    count: usize,
    shape: &Shape,
    root: &mut Spanned<DeTable<'s>>,
) -> Vec<Diagnostic> {
    let applied = (1..=count).map(|index| overrides::apply(sources, index, shape, root));
    applied.filter_map(Result::err).map(|error| *error).collect()
}

/// What serde refuses although keys and types are right, such as a number of more than 64 bits.
fn not_read(sources: &Sources, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or_default();
    let found = sources.text(&span).lines().next().unwrap_or_default().to_string();
    Diagnostic::new(Rule::WrongType, sources.place(&span), &found, error.message())
}

/// The scenario's name: the file's, without folder and ending.
fn name_of(file: &str) -> String {
    let stem = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.filter(|stem| !stem.is_empty()).unwrap_or_else(|| "scenario".to_string())
}

/// The content of a file: unpacked when its name ends in `.gz`.
///
/// # Errors
/// When it is no gzip file.
pub(super) fn unpacked(file: &str, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if !file.ends_with(".gz") {
        return Ok(bytes);
    }
    let mut content = Vec::new();
    let read = MultiGzDecoder::new(&bytes[..]).read_to_end(&mut content);
    read.map(|_| content).map_err(|error| format!("not a gzip file ({error})"))
}
