//! What the line formats share: fields with their columns, and links put together one by one.

use super::{ImportError, ImportNotes, Imported, ImportedLink, Position};
use crate::net::{As, LinkKind};
use crate::units::AsNumber;
use std::collections::{BTreeMap, BTreeSet};

/// A field of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub(super) at: Position,
    pub(super) text: &'a str,
}

/// The lines that are neither empty nor a `#` comment, with their numbers.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}

/// The fields of a line between separators; empty ones are kept.
pub(super) fn fields(number: usize, line: &str, separator: fn(char) -> bool) -> Vec<Field<'_>> {
    let mut column = 1;
    let fields = line.split(separator).map(|text| {
        let at = Position::new(number, column);
        column += text.chars().count() + 1;
        Field { at, text: text.trim() }
    });
    fields.collect()
}

/// The fields of a line between white space.
pub(super) fn words(number: usize, line: &str) -> Vec<Field<'_>> {
    let mut words = fields(number, line, char::is_whitespace);
    words.retain(|word| !word.text.is_empty());
    words
}

impl Field<'_> {
    pub(super) fn refuse(&self, expected: &str) -> ImportError {
        self.at.refuse(self.text, expected)
    }

    pub(super) fn as_number(&self) -> Result<AsNumber, ImportError> {
        let number = self.text.parse().map(AsNumber::new);
        number.map_err(|_| self.refuse("an AS number between 0 and 4294967295"))
    }
}

/// What became of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Added,
    /// The pair was there; capacities of both are added up.
    Merged,
    /// It led back to its own end, and was counted and left out.
    Dropped,
}

/// The pair was there with another relationship.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conflict;

/// An import in the making.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    pub(super) ases: Vec<As>,
    pub(super) notes: ImportNotes,
    numbers: BTreeSet<AsNumber>,
    links: Vec<ImportedLink>,
    by_ends: BTreeMap<(AsNumber, AsNumber), usize>,
}

impl Assembly {
    /// Makes sure that an AS is there, without a name.
    pub(super) fn name(&mut self, number: AsNumber) {
        if !self.numbers.contains(&number) {
            self.add(As { number, name: String::new(), country: None, coordinates: None });
        }
    }

    /// Adds an AS with a number that is new.
    pub(super) fn add(&mut self, system: As) {
        self.numbers.insert(system.number);
        self.ases.push(system);
    }

    /// Adds a link and, where they are new, its ends.
    pub(super) fn join(&mut self, link: ImportedLink) -> Result<Outcome, Conflict> {
        self.name(link.first);
        self.name(link.second);
        if link.first == link.second {
            self.notes.self_loops_dropped += 1;
            return Ok(Outcome::Dropped);
        }
        let ends = (link.first.min(link.second), link.first.max(link.second));
        if let Some(index) = self.by_ends.get(&ends) {
            return self.links[*index].merge(&link).map(|()| Outcome::Merged);
        }
        self.by_ends.insert(ends, self.links.len());
        self.links.push(link);
        Ok(Outcome::Added)
    }

    /// [`Assembly::join`] for a line that says everything about one link.
    pub(super) fn join_line(
        &mut self,
        link: ImportedLink,
        line: &str,
        number: usize,
    ) -> Result<Outcome, ImportError> {
        let expected = "the relationship that an earlier line gives these two ASes";
        self.join(link).map_err(|Conflict| Position::of_line(number).refuse(line, expected))
    }

    /// The whole import.
    pub(super) fn finish(mut self, text: &str) -> Result<Imported, ImportError> {
        if self.ases.is_empty() {
            let end = Position::of_line(text.lines().count().max(1));
            return Err(end.refuse("the end of the text", "at least one AS"));
        }
        self.notes.ases = self.ases.len();
        for link in &self.links {
            match link.kind {
                Some(kind) => self.notes.annotated.add(kind),
                None => self.notes.unannotated += 1,
            }
        }
        Ok(Imported { ases: self.ases, links: self.links, notes: self.notes })
    }
}

impl ImportedLink {
    fn merge(&mut self, other: &Self) -> Result<(), Conflict> {
        let turned = self.first != other.first;
        if self.kind != other.kind || (turned && self.kind == Some(LinkKind::CustomerProvider)) {
            return Err(Conflict);
        }
        self.capacity = match (self.capacity, other.capacity) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        Ok(())
    }
}
