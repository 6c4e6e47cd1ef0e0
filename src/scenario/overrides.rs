//! `--set path=value`: changes of the parsed file before it is checked.
//!
//! A path is keys joined by dots; an element of a list is `list[0]`, or `list.name` where the elements
//! have a `name`. The value is TOML; what is not TOML is text.

use super::diagnostics::{Diagnostic, Rule, did_you_mean};
use super::shape::{Key, Shape, listed};
use super::source::Sources;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// What errors in an override call their file.
pub(super) const OVERRIDE: &str = "--set";

type Refusal = Box<Diagnostic>;

/// One step of a path.
#[derive(Clone, Debug)]
enum Step<'s> {
    Key(&'s str, Range<usize>),
    Index(usize, Range<usize>),
}

/// One override, taken apart.
#[derive(Debug)]
struct Override<'s> {
    sources: &'s Sources,
    steps: Vec<Step<'s>>,
    value: &'s str,
    value_at: usize,
}

/// Applies the override that is the text at `index` of the sources.
///
/// # Errors
/// [`Rule::OverrideForm`], [`Rule::OverridePath`] or [`Rule::UnknownKey`]; the tree stays as it was.
pub(super) fn apply<'s>(
    sources: &'s Sources,
    index: usize,
    shape: &Shape,
    root: &mut Spanned<DeTable<'s>>,
) -> Result<(), Refusal> {
    let change = Override::parse(sources, index)?;
    match shape {
        Shape::Table(keys) => change.set_in_table(keys, root.get_mut(), &change.steps),
        _ => Ok(()),
    }
}

impl<'s> Override<'s> {
    fn parse(sources: &'s Sources, index: usize) -> Result<Self, Refusal> {
        let source = sources.get(index);
        let (text, base) = (source.text.as_str(), source.base);
        let all = base..base + text.len();
        let form = |span: &Range<usize>| {
            let expected = "a path, `=` and a value, as in audience.peak=20000";
            Box::new(Diagnostic::new(Rule::OverrideForm, sources.place(span), text, expected))
        };
        let (path, value) = text.split_once('=').ok_or_else(|| form(&all))?;
        let steps = steps(path, base).map_err(|span| form(&span))?;
        let indent = value.len() - value.trim_start().len();
        Ok(Self { sources, steps, value: value.trim(), value_at: base + path.len() + 1 + indent })
    }

    fn set_in_table(
        &self,
        keys: &BTreeMap<String, Key>,
        table: &mut DeTable<'s>,
        steps: &[Step<'s>],
    ) -> Result<(), Refusal> {
        let Some((Step::Key(name, span), rest)) = steps.split_first() else {
            let names = listed(keys.keys().map(String::as_str));
            return Err(self.refuse(steps.first(), &format!("one of the keys {names}")));
        };
        let Some(key) = keys.get(*name) else {
            let names = || keys.keys().map(String::as_str);
            let expected = format!("one of {}", listed(names()));
            let place = self.sources.place(span);
            let refusal = Diagnostic::new(Rule::UnknownKey, place, name, &expected);
            return Err(Box::new(refusal.with_hints(did_you_mean(name, names()))));
        };
        if rest.is_empty() {
            self.put(table, name, span, self.parsed(&key.shape));
            return Ok(());
        }
        if !matches!(key.shape, Shape::Table(_) | Shape::List(_)) {
            return Err(self.refuse(rest.first(), "the path to end before this"));
        }
        if !table.contains_key(*name) {
            if let Shape::List(_) = key.shape {
                let expected = format!("a list that the file writes out; it has no `{name}`");
                return Err(self.refuse(steps.first(), &expected));
            }
            self.put(table, name, span, Spanned::new(span.clone(), DeValue::Table(DeTable::new())));
        }
        let next = table.get_mut(*name);
        next.map_or(Ok(()), |next| self.set_in_value(&key.shape, next, rest))
    }

    fn set_in_value(
        &self,
        shape: &Shape,
        target: &mut Spanned<DeValue<'s>>,
        steps: &[Step<'s>],
    ) -> Result<(), Refusal> {
        let Some(first) = steps.first() else {
            *target = self.parsed(shape);
            return Ok(());
        };
        match (shape, target.get_mut()) {
            (Shape::Table(keys), DeValue::Table(table)) => self.set_in_table(keys, table, steps),
            (Shape::List(of), DeValue::Array(list)) => {
                let index = self.element(list, first)?;
                let element = list.get_mut(index);
                element.map_or(Ok(()), |element| self.set_in_value(of, element, &steps[1..]))
            }
            _ => Err(self.refuse(Some(first), "the path to end before this")),
        }
    }

    /// Which element of a list a step means.
    fn element(&self, list: &DeArray<'s>, step: &Step<'s>) -> Result<usize, Refusal> {
        let names: Vec<&str> =
            list.iter().filter_map(|element| name_of(element.get_ref())).collect();
        let found = match step {
            Step::Index(index, _) => (*index < list.len()).then_some(*index),
            Step::Key(name, _) => {
                list.iter().position(|element| name_of(element.get_ref()) == Some(*name))
            }
        };
        found.ok_or_else(|| {
            let last = list.len().saturating_sub(1);
            let expected = match names.as_slice() {
                [] => format!("an index, [0] to [{last}]"),
                names => {
                    format!("one of {}, or an index up to [{last}]", listed(names.iter().copied()))
                }
            };
            let hint = match step {
                Step::Key(name, _) => did_you_mean(name, names.iter().copied()),
                Step::Index(..) => None,
            };
            let mut refusal = self.refuse(Some(step), &expected);
            refusal.hints.extend(hint);
            refusal
        })
    }

    fn put(
        &self,
        table: &mut DeTable<'s>,
        name: &'s str,
        span: &Range<usize>,
        value: Spanned<DeValue<'s>>,
    ) {
        // The key of the file would keep its place there.
        table.remove(name);
        table.insert(Spanned::new(span.clone(), Cow::Borrowed(name)), value);
    }

    /// The value, as TOML where it is TOML and the shape does not want text.
    fn parsed(&self, shape: &Shape) -> Spanned<DeValue<'s>> {
        let whole = self.value_at..self.value_at + self.value.len();
        let text = || Spanned::new(whole.clone(), DeValue::String(Cow::Borrowed(self.value)));
        let wants_text = matches!(shape, Shape::Text(None) | Shape::Choice(_));
        match DeValue::parse(self.value) {
            Ok(value) if !wants_text || value.get_ref().is_str() => moved(value, self.value_at),
            _ => text(),
        }
    }

    fn refuse(&self, step: Option<&Step<'s>>, expected: &str) -> Refusal {
        let end = self.value_at.saturating_sub(1);
        let span = match step {
            Some(Step::Key(_, span) | Step::Index(_, span)) => span.clone(),
            None => end..end,
        };
        let found = self.sources.text(&span);
        Box::new(Diagnostic::new(Rule::OverridePath, self.sources.place(&span), found, expected))
    }
}

fn name_of<'a>(element: &'a DeValue<'_>) -> Option<&'a str> {
    element.as_table()?.get("name")?.get_ref().as_str()
}

/// The steps of a path that begins at `base`; the place of what is none as the error.
fn steps(path: &str, base: usize) -> Result<Vec<Step<'_>>, Range<usize>> {
    let mut steps = Vec::new();
    let mut at = base;
    for part in path.split('.') {
        let name = part.split('[').next().unwrap_or_default();
        let trimmed = name.trim();
        let start = at + (name.len() - name.trim_start().len());
        if trimmed.is_empty() {
            return Err(at..at + part.len());
        }
        steps.push(Step::Key(trimmed, start..start + trimmed.len()));
        let mut index_at = at + name.len();
        for bracket in part[name.len()..].split_inclusive(']') {
            let span = index_at..index_at + bracket.len();
            let digits = bracket.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let index = digits.and_then(|digits| digits.trim().parse().ok());
            steps.push(Step::Index(index.ok_or_else(|| span.clone())?, span));
            index_at += bracket.len();
        }
        at += part.len() + 1;
    }
    Ok(steps)
}

/// The same value, `by` bytes further on.
fn moved<'s>(value: Spanned<DeValue<'s>>, by: usize) -> Spanned<DeValue<'s>> {
    let span = value.span();
    let inner = match value.into_inner() {
        DeValue::Array(list) => {
            DeValue::Array(list.into_iter().map(|element| moved(element, by)).collect())
        }
        DeValue::Table(table) => {
            let entries = table.into_iter().map(|(key, value)| {
                let at = key.span();
                (Spanned::new(at.start + by..at.end + by, key.into_inner()), moved(value, by))
            });
            DeValue::Table(entries.collect())
        }
        other => other,
    };
    Spanned::new(span.start + by..span.end + by, inner)
}
