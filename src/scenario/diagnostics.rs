//! What is wrong with a scenario: all errors at once, each with its rule, place and what was expected.
//!
//! Rendering is a pure function to text; nothing is printed here.

use super::source::Place;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt;

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident: $id:literal, $title:literal;)*) => {
        /// The rules that a scenario must keep.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* $name,)*
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The rule's name in messages.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// What breaking it means.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

rules! {
    /// The text is TOML.
    Syntax: "syntax", "not valid TOML";
    /// Only known keys.
    UnknownKey: "unknown-key", "unknown key";
    /// A key has a value of its type.
    WrongType: "wrong-type", "wrong type";
    /// Required keys are there.
    MissingKey: "missing-key", "missing key";
    /// A name from a fixed set.
    UnknownChoice: "unknown-choice", "unknown choice";
    /// A list that needs an element has one.
    EmptyList: "empty-list", "empty list";
    /// An override is `path=value`.
    OverrideForm: "override-form", "not an override";
    /// An override names something that is there.
    OverridePath: "override-path", "override of something that is not there";
    /// A value has a known unit.
    Quantity: "quantity", "not a value with a unit";
    /// A number is within its bounds.
    OutOfRange: "out-of-range", "out of range";
    /// A name is not empty.
    EmptyName: "empty-name", "empty name";
    /// No two elements of a list have the same name.
    DuplicateName: "duplicate-name", "name is taken";
    /// A country is two capital letters.
    Country: "country", "not a country code";
    /// A network is in the graph.
    UnknownNetwork: "unknown-network", "network is not in the graph";
    /// A network is listed once.
    DuplicateNetwork: "duplicate-network", "network is listed twice";
    /// Two networks are joined once, and none with itself.
    LinkEnds: "link-ends", "impossible link";
    /// A fault names a link that is there.
    UnknownLink: "unknown-link", "no such link";
    /// Every network that matters is connected to every other.
    Disconnected: "disconnected", "network is cut off";
    /// Keys that belong together or exclude each other do so.
    Combination: "combination", "keys do not go together";
    /// A built-in graph exists.
    UnknownGraph: "unknown-graph", "unknown built-in graph";
    /// A graph's format and relationships are known.
    GraphFormat: "graph-format", "unknown format or relationships of the graph";
    /// A file that is named can be read.
    UnreadableFile: "unreadable-file", "file cannot be read";
    /// A file that is named has the form that was expected.
    MalformedFile: "malformed-file", "malformed file";
    /// Shares of a whole add up to 1.
    Shares: "shares", "shares do not add up";
    /// Phases are in the order of time.
    PhaseOrder: "phase-order", "phases out of order";
    /// Stretches of time are in their order and apart, and end after they begin.
    HoursOrder: "hours-order", "hours out of order";
    /// What has a time lies within the run.
    OutsideRun: "outside-run", "outside the run";
    /// A fault names a CDN node that is there.
    UnknownCdn: "unknown-cdn", "unknown CDN node";
    /// A policy names a content that is there.
    UnknownContent: "unknown-content", "unknown content";
    /// An expectation names a figure that runs have.
    UnknownMetric: "unknown-metric", "unknown figure";
    /// A part of the audience that is named is there.
    UnknownGroup: "unknown-group", "unknown part of the audience";
    /// A policy names countries that exist.
    UnknownCountry: "unknown-country", "unknown country";
    /// A rate of arrivals is a number and `/s`, `/min` or `/h`.
    ArrivalRate: "arrival-rate", "not a rate of arrivals";
    /// A choice of rows is `all`, `none` or `1/n`.
    Rows: "rows", "not a choice of rows";
    /// Settings that depend on each other fit together.
    Inconsistent: "inconsistent", "settings do not fit together";
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that is broken.
    pub rule: Rule,
    /// What stands there; empty when nothing does.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// What to write instead, or where this comes from.
    pub hints: Vec<String>,
    place: Place,
}

/// Everything that is wrong with a scenario; at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors(Vec<Diagnostic>);

impl Diagnostic {
    pub(super) fn new(rule: Rule, place: Place, found: &str, expected: &str) -> Self {
        let (found, expected) = (found.to_string(), expected.to_string());
        Self { rule, found, expected, hints: Vec::new(), place }
    }

    pub(super) fn with_hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints);
        self
    }

    /// The file that the error is in, or `--set`.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.place.name
    }

    /// The line, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.place.line
    }

    /// The column in characters, from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.place.column
    }

    /// What is wrong, in a few words.
    #[must_use]
    pub fn title(&self) -> String {
        match self.found.as_str() {
            "" => self.rule.title().to_string(),
            found => format!("{}: `{found}`", self.rule.title()),
        }
    }

    fn group(&self) -> Group<'_> {
        let label = format!("expected {}", self.expected);
        let annotation = AnnotationKind::Primary.span(self.place.within.clone()).label(label);
        let snippet = Snippet::source(self.place.excerpt.as_str())
            .path(self.place.name.as_str())
            .line_start(self.place.line)
            .annotation(annotation);
        let hints = self.hints.iter().map(|hint| Level::HELP.message(hint.as_str()));
        Level::ERROR.primary_title(self.title()).id(self.rule.id()).element(snippet).elements(hints)
    }
}

impl Errors {
    /// These errors, those of the file `main` first, in the order of files, lines and columns.
    pub(super) fn new(mut all: Vec<Diagnostic>, main: &str) -> Self {
        all.sort_by_key(|d| {
            let place = &d.place;
            (place.name != main, place.name.clone(), place.line, place.column, d.rule)
        });
        all.dedup();
        Self(all)
    }

    /// Each of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// All of them as a compiler would show them, with terminal colours when asked for.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let mut text = String::new();
        for diagnostic in &self.0 {
            text.push_str(&renderer.render(&[diagnostic.group()]));
            text.push_str("\n\n");
        }
        let count = self.0.len();
        let plural = if count == 1 { "" } else { "s" };
        text.push_str(&format!("{count} error{plural}\n"));
        text
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Errors {}

/// The name among `names` that `text` is a slip of, if any.
pub(super) fn nearest<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = text.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&lower, &name.to_lowercase());
    let close = |name: &str| distance(name) <= (name.chars().count().max(3) / 3).max(1);
    let scored = names.into_iter().filter(|name| close(name)).map(|name| (distance(name), name));
    scored.min().map(|(_, name)| name)
}

/// The hint that names the nearest of `names`.
pub(super) fn did_you_mean<'a>(
    text: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(text, names).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error() -> Diagnostic {
        let place = Place::of_text("live.toml", "seed = 1\nbitrat = 2\n", 9..15);
        Diagnostic::new(Rule::UnknownKey, place, "bitrat", "one of bitrate, name")
            .with_hints(did_you_mean("bitrat", ["bitrate", "name"]))
    }

    #[test]
    fn an_error_is_shown_with_place_expectation_and_nearest_name() {
        let errors = Errors::new(vec![error(), error()], "live.toml");
        let expected = "\
error[unknown-key]: unknown key: `bitrat`
 --> live.toml:2:1
  |
2 | bitrat = 2
  | ^^^^^^ expected one of bitrate, name
  |
  = help: did you mean `bitrate`?

1 error
";
        assert_eq!(errors.to_string(), expected);
        assert!(errors.render(true).contains("\u{1b}["));
    }

    #[test]
    fn only_a_slip_of_a_name_is_taken_for_it() {
        assert_eq!(nearest("Audiance", ["audience", "access"]), Some("audience"));
        assert_eq!(nearest("xyz", ["audience", "access"]), None);
        assert_eq!(nearest("cnd", ["cdn", "as"]), Some("cdn"));
    }

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let ids: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), Rule::ALL.len());
    }
}
