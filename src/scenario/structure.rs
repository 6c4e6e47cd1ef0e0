//! The first check of a scenario file: keys and types, all errors at once.
//!
//! What is wrong is cut out of the tree, so that what remains can be read and checked further. What a
//! value means is not looked at here.

use super::diagnostics::{Diagnostic, Rule, did_you_mean};
use super::shape::{Key, Shape, listed};
use super::source::Sources;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// What the check found.
#[derive(Debug)]
pub(super) struct Structure<'s> {
    sources: &'s Sources,
    /// All errors.
    pub(super) errors: Vec<Diagnostic>,
    /// Where the tables and lists begin that lack something.
    pub(super) incomplete: BTreeSet<usize>,
}

impl<'s> Structure<'s> {
    /// Checks the tree of a whole file, and prunes it.
    pub(super) fn check(
        sources: &'s Sources,
        shape: &Shape,
        root: &mut Spanned<DeTable<'_>>,
    ) -> Self {
        let mut structure = Self { sources, errors: Vec::new(), incomplete: BTreeSet::new() };
        if let Shape::Table(keys) = shape {
            let span = root.span();
            structure.table(keys, root.get_mut(), &span, "");
        }
        structure
    }

    fn table(
        &mut self,
        keys: &BTreeMap<String, Key>,
        table: &mut DeTable<'_>,
        span: &Range<usize>,
        path: &str,
    ) {
        let required = keys.iter().filter(|(_, key)| key.required);
        for (name, key) in required.filter(|(name, _)| !table.contains_key(name.as_str())) {
            let expected = format!("`{name}` {}: {}", inside(path), key.shape.expectation());
            self.report(Rule::MissingKey, span, name, &expected);
            self.incomplete.insert(span.start);
        }
        for (key, mut value) in std::mem::replace(table, DeTable::new()) {
            let good = match keys.get(key.get_ref().as_ref()) {
                Some(known) => {
                    let path = join(path, key.get_ref());
                    self.value(&known.shape, &mut value, &path)
                }
                None => self.unknown(keys, &key, path),
            };
            if good {
                table.insert(key, value);
            } else {
                self.incomplete.insert(span.start);
            }
        }
    }

    fn unknown(
        &mut self,
        keys: &BTreeMap<String, Key>,
        key: &Spanned<Cow<'_, str>>,
        path: &str,
    ) -> bool {
        let names = || keys.keys().map(String::as_str);
        let expected = format!("one of the keys {}: {}", inside(path), listed(names()));
        let hint = did_you_mean(key.get_ref(), names());
        self.report(Rule::UnknownKey, &key.span(), key.get_ref(), &expected).hints.extend(hint);
        false
    }

    /// Checks a value; false when it must go.
    fn value(&mut self, shape: &Shape, value: &mut Spanned<DeValue<'_>>, path: &str) -> bool {
        let span = value.span();
        match (shape, value.get_mut()) {
            (Shape::Table(keys), DeValue::Table(table)) => {
                self.table(keys, table, &span, path);
                true
            }
            (Shape::List(of), DeValue::Array(list)) => self.list(of, list, path),
            (Shape::Choice(choices), DeValue::String(text)) => {
                let names = || choices.iter().map(|choice| choice.name.as_str());
                let known = names().any(|name| name == text);
                if !known {
                    let hint = did_you_mean(text, names());
                    let expected = shape.expectation();
                    self.report(Rule::UnknownChoice, &span, text, &expected).hints.extend(hint);
                }
                known
            }
            (Shape::Text(_), DeValue::String(_))
            | (Shape::Integer, DeValue::Integer(_))
            | (Shape::Number, DeValue::Integer(_) | DeValue::Float(_))
            | (Shape::Share, DeValue::Integer(_) | DeValue::Float(_) | DeValue::String(_))
            | (Shape::Truth, DeValue::Boolean(_)) => true,
            (Shape::Scalar, value) => {
                let single =
                    !matches!(value, DeValue::Array(_) | DeValue::Table(_) | DeValue::Datetime(_));
                single || self.wrong_type(shape, value, &span, path)
            }
            (_, value) => self.wrong_type(shape, value, &span, path),
        }
    }

    /// Checks the elements: a wrong table goes alone, a wrong value takes the list with it.
    fn list(&mut self, of: &Shape, list: &mut DeArray<'_>, path: &str) -> bool {
        let mut good = Vec::with_capacity(list.len());
        for value in list.iter_mut() {
            good.push(self.value(of, value, path));
        }
        if !matches!(of, Shape::Table(_)) {
            return good.iter().all(|good| *good);
        }
        if let Some(first) = list.first().filter(|_| good.contains(&false)) {
            self.incomplete.insert(first.span().start);
        }
        let kept = std::mem::replace(list, DeArray::new()).into_iter().zip(good);
        *list = kept.filter(|(_, good)| *good).map(|(value, _)| value).collect();
        true
    }

    fn wrong_type(
        &mut self,
        shape: &Shape,
        value: &DeValue<'_>,
        span: &Range<usize>,
        path: &str,
    ) -> bool {
        let found = self.sources.text(span).to_string();
        let hint = match (shape, value) {
            (Shape::List(_), DeValue::Table(_)) => Some(format!("write `[[{path}]]`")),
            (Shape::Table(_), DeValue::Array(_)) => Some(format!("write `[{path}]`")),
            (Shape::Text(Some(example)), DeValue::Integer(_) | DeValue::Float(_)) => {
                let unit = example.rsplit(' ').next().unwrap_or_default();
                Some(format!("write the unit, in quotes: \"{found} {unit}\"?"))
            }
            _ => None,
        };
        let expected = format!("{}, not {}", shape.expectation(), kind_of(value));
        self.report(Rule::WrongType, span, &found, &expected).hints.extend(hint);
        false
    }

    fn report(
        &mut self,
        rule: Rule,
        span: &Range<usize>,
        found: &str,
        expected: &str,
    ) -> &mut Diagnostic {
        let place = self.sources.place(span);
        let found: String = found.lines().next().unwrap_or_default().chars().take(60).collect();
        self.errors.push(Diagnostic::new(rule, place, &found, expected));
        let last = self.errors.len() - 1;
        &mut self.errors[last]
    }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn inside(path: &str) -> String {
    if path.is_empty() { "of the file".to_string() } else { format!("of `{path}`") }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_string() } else { format!("{path}.{key}") }
}
