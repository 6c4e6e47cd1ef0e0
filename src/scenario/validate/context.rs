//! What every check needs: the texts, the errors so far, and the checks of single values.
//!
//! A check that fails notes its error and returns something harmless, so that all errors are found; the
//! scenario that is made of harmless things is thrown away.

use crate::scenario::diagnostics::{Diagnostic, Rule};
use crate::scenario::load::Reader;
use crate::scenario::raw::{At, Quantity};
use crate::scenario::source::{Place, Sources};
use crate::units::{SimTime, Span};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

/// The state of a validation.
pub(in crate::scenario) struct Check<'a> {
    sources: &'a Sources,
    incomplete: &'a BTreeSet<usize>,
    read: Reader<'a>,
    errors: Vec<Diagnostic>,
}

impl<'a> Check<'a> {
    /// Nothing wrong yet; `incomplete` are the beginnings of tables that have lost a key.
    pub(in crate::scenario) const fn new(
        sources: &'a Sources,
        incomplete: &'a BTreeSet<usize>,
        read: Reader<'a>,
    ) -> Self {
        Self { sources, incomplete, read, errors: Vec::new() }
    }

    /// All errors.
    pub(in crate::scenario) fn into_errors(self) -> Vec<Diagnostic> {
        self.errors
    }

    /// What reads the files that the scenario names.
    pub(super) const fn reader(&self) -> Reader<'a> {
        self.read
    }

    /// Notes an error at `span`; what stands there is in the text.
    pub(super) fn report(
        &mut self,
        rule: Rule,
        span: &Range<usize>,
        expected: impl Display,
    ) -> &mut Diagnostic {
        let text = self.sources.text(span);
        let line = text.lines().next().unwrap_or_default().trim();
        let found: String = line.trim_matches(['"', '\'']).trim().chars().take(60).collect();
        let place = self.sources.place(span);
        self.note(Diagnostic::new(rule, place, &found, &expected.to_string()))
    }

    /// Notes an error in another file, named by the scenario at `named`.
    pub(super) fn report_in_file(
        &mut self,
        named: &Range<usize>,
        place: Place,
        found: &str,
        expected: &str,
    ) {
        let scenario = self.sources.place(named);
        let origin = format!("named in {}:{}:{}", scenario.name, scenario.line, scenario.column);
        self.note(
            Diagnostic::new(Rule::MalformedFile, place, found, expected).with_hints([origin]),
        );
    }

    fn note(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        self.errors.push(diagnostic);
        let last = self.errors.len() - 1;
        &mut self.errors[last]
    }

    /// Whether a table lacks something because of an error that is noted already.
    pub(super) fn is_incomplete(&self, table: &Range<usize>) -> bool {
        self.incomplete.contains(&table.start)
    }

    /// Runs a part of the check; the second value is true when it found nothing wrong.
    pub(super) fn clean<T>(&mut self, part: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let before = self.errors.len();
        let value = part(self);
        (value, self.errors.len() == before)
    }

    /// A value with a unit.
    pub(super) fn quantity<Q: Quantity>(
        &mut self,
        raw: &Option<At<Q>>,
        default: Q::Value,
    ) -> Q::Value {
        self.parsed(raw).unwrap_or(default)
    }

    /// A value with a unit, above 0.
    pub(super) fn positive<Q>(&mut self, raw: &Option<At<Q>>, default: Q::Value) -> Q::Value
    where
        Q: Quantity<Value: Default + PartialEq>,
    {
        match (self.parsed(raw), raw) {
            (Some(value), Some(at)) if value == Q::Value::default() => {
                self.report(Rule::OutOfRange, &at.span, "more than 0");
                default
            }
            (value, _) => value.unwrap_or(default),
        }
    }

    /// What a value with a unit means; none when there is none, or after an error.
    pub(super) fn parsed<Q: Quantity>(&mut self, raw: &Option<At<Q>>) -> Option<Q::Value> {
        let at = raw.as_ref()?;
        match at.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.report(Rule::Quantity, &at.span, error.expected).hints.extend(error.hint);
                None
            }
        }
    }

    /// An instant, given as a span from the start of the run.
    pub(super) fn instant<Q: Quantity<Value = Span>>(&mut self, raw: &Option<At<Q>>) -> SimTime {
        SimTime::ZERO + self.quantity(raw, Span::ZERO)
    }

    /// A whole number within bounds.
    pub(super) fn integer<T>(
        &mut self,
        raw: &Option<At<i64>>,
        within: RangeInclusive<T>,
        default: T,
    ) -> T
    where
        T: TryFrom<i64> + PartialOrd + Display,
    {
        let Some(at) = raw else { return default };
        match T::try_from(at.value).ok().filter(|value| within.contains(value)) {
            Some(value) => value,
            None => {
                let expected =
                    format!("a whole number from {} to {}", within.start(), within.end());
                self.report(Rule::OutOfRange, &at.span, expected);
                default
            }
        }
    }

    /// A number within bounds.
    pub(super) fn number(
        &mut self,
        raw: &Option<At<f64>>,
        within: RangeInclusive<f64>,
        default: f64,
    ) -> f64 {
        let Some(at) = raw else { return default };
        if within.contains(&at.value) {
            return at.value;
        }
        let expected = format!("a number from {} to {}", within.start(), within.end());
        self.report(Rule::OutOfRange, &at.span, expected);
        default
    }

    /// A name that is not empty and not among those that are taken.
    pub(super) fn name(
        &mut self,
        raw: &Option<At<String>>,
        taken: &mut BTreeSet<String>,
    ) -> String {
        let Some(at) = raw else { return String::new() };
        if at.value.trim().is_empty() {
            self.report(Rule::EmptyName, &at.span, "a name");
        } else if !taken.insert(at.value.clone()) {
            self.report(
                Rule::DuplicateName,
                &at.span,
                "a name that no other element of the list has",
            );
        }
        at.value.clone()
    }

    /// A country.
    pub(super) fn country(&mut self, raw: &Option<At<String>>) -> Option<[u8; 2]> {
        let at = raw.as_ref()?;
        let code = <[u8; 2]>::try_from(at.value.as_bytes()).ok();
        let code = code.filter(|code| code.iter().all(u8::is_ascii_uppercase));
        if code.is_none() {
            let upper = at.value.to_uppercase();
            let hint =
                (upper != at.value && upper.len() == 2).then(|| format!("did you mean `{upper}`?"));
            self.report(Rule::Country, &at.span, "two capital letters, as in DE")
                .hints
                .extend(hint);
        }
        code
    }

    /// A list that must have an element; where the list is, and its elements.
    pub(super) fn list<'r, T>(
        &mut self,
        raw: &'r Option<At<Vec<At<T>>>>,
        what: &str,
    ) -> &'r [At<T>] {
        let Some(at) = raw else { return &[] };
        if at.value.is_empty() {
            self.report(Rule::EmptyList, &at.span, format!("at least one {what}"));
        }
        &at.value
    }

    /// Shares that must add up to 1, in the list or table at `span`.
    pub(super) fn whole(
        &mut self,
        span: &Range<usize>,
        shares: impl Iterator<Item = f64>,
        of: &str,
    ) {
        let sum: f64 = shares.sum();
        // Percentages with a few decimals may be off by a rounding of the last.
        if (sum - 1.0).abs() > 1e-6 {
            let percent = (sum * 1e6).round() / 1e4;
            let expected = format!("shares of {of} that add up to 100 %, not {percent} %");
            self.report(Rule::Shares, span, expected);
        }
    }
}
