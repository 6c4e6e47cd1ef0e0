//! The command that runs something again, checked or not, as a shell takes it.

use crate::scenario::CoordinatorKind;
use crate::units::Span;
use std::fmt;

/// One run under one coordinator.
#[derive(Debug)]
pub(super) struct Repeat<'a> {
    /// Name or file.
    pub(super) scenario: &'a str,
    pub(super) coordinator: CoordinatorKind,
    pub(super) seed: u64,
    pub(super) overrides: &'a [String],
    pub(super) until: Option<Span>,
}

impl Repeat<'_> {
    /// A bug of this run in words, with the command that shows it again.
    pub(super) fn bug(&self, why: &str) -> String {
        format!("bug: {why}\nto see it again: {self}\n")
    }

    /// The command that repeats the run and checks nothing.
    pub(super) fn unchecked(&self) -> String {
        let (scenario, coordinator) = (quoted(self.scenario), self.coordinator.name());
        let mut text =
            format!("grandstand run {scenario} --coordinator {coordinator} --seed {}", self.seed);
        for change in self.overrides {
            text.push_str(&format!(" --set {}", quoted(change)));
        }
        if let Some(until) = self.until {
            text.push_str(&format!(" --until {}", quoted(&until.to_string())));
        }
        text
    }
}

impl fmt::Display for Repeat<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} --check", self.unchecked())
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/=+:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
