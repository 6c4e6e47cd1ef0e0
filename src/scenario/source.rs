//! The texts that a scenario is read from, laid end to end: one span names a place in any of them.
//!
//! The file is the first text, each `--set` another. No file is opened here.

use std::ops::Range;

/// Texts with their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    texts: Vec<Source>,
}

/// One text.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The file's name, or `--set`.
    pub(super) name: String,
    /// All of it.
    pub(super) text: String,
    /// Where it begins in the whole.
    pub(super) base: usize,
}

/// A place in one text, for people, with the lines around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The text's name.
    pub(super) name: String,
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
    /// The lines that the place covers.
    pub(super) excerpt: String,
    /// The place within the excerpt, in bytes.
    pub(super) within: Range<usize>,
}

/// More lines than this are not shown.
const LONGEST_EXCERPT: usize = 5;

impl Sources {
    /// Adds a text after the others.
    pub(super) fn add(&mut self, name: &str, text: &str) -> usize {
        // One byte between two texts, so that the end of one is not the beginning of the next.
        let base = self.texts.last().map_or(0, |last| last.base + last.text.len() + 1);
        self.texts.push(Source { name: name.to_string(), text: text.to_string(), base });
        self.texts.len() - 1
    }

    /// The text at `index`, in the order of adding.
    pub(super) fn get(&self, index: usize) -> &Source {
        &self.texts[index]
    }

    /// What stands at `span`.
    pub(super) fn text(&self, span: &Range<usize>) -> &str {
        self.holding(span).map_or("", |source| {
            source.text.get(span.start - source.base..span.end - source.base).unwrap_or_default()
        })
    }

    /// Where `span` is.
    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        let Some(source) = self.holding(span) else {
            return Place::of_text("", "", 0..0);
        };
        let end = span.end.saturating_sub(source.base);
        Place::of_text(&source.name, &source.text, span.start - source.base..end)
    }

    fn holding(&self, span: &Range<usize>) -> Option<&Source> {
        self.texts.iter().rev().find(|source| source.base <= span.start)
    }
}

impl Place {
    /// Where `span` is in `text`.
    pub(super) fn of_text(name: &str, text: &str, span: Range<usize>) -> Self {
        let start = floor(text, span.start);
        let end = floor(text, span.end).max(start);
        let first = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let shown: String = text[first..].split_inclusive('\n').take(LONGEST_EXCERPT).collect();
        let lines = text[start..end].matches('\n').count() + 1;
        let excerpt: String = shown.split_inclusive('\n').take(lines).collect();
        let excerpt = excerpt.trim_end_matches(['\n', '\r']).to_string();
        let within = (start - first).min(excerpt.len())..(end - first).min(excerpt.len());
        Self {
            name: name.to_string(),
            line: text[..start].matches('\n').count() + 1,
            column: text[first..start].chars().count() + 1,
            excerpt,
            within,
        }
    }

    /// A line of a file that is not kept, with a column when one is to blame.
    pub(super) fn of_line(name: &str, line: usize, column: Option<usize>, excerpt: &str) -> Self {
        let excerpt = excerpt.trim_end().to_string();
        let at = column.unwrap_or(1).max(1);
        let start = excerpt.char_indices().nth(at - 1).map_or(excerpt.len(), |(byte, _)| byte);
        let end = excerpt.len();
        Self { name: name.to_string(), line, column: at, within: start..end, excerpt }
    }
}

/// The largest boundary of a character that is not above `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|byte| text.is_char_boundary(*byte)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_found_in_its_own_text() {
        let mut sources = Sources::default();
        sources.add("a.toml", "x = 1\nyö = 2\n");
        let second = sources.add("--set", "z=3");
        let base = sources.get(second).base;
        let place = sources.place(&(10..11));
        assert_eq!((place.line, place.column, place.excerpt.as_str()), (2, 4, "yö = 2"));
        assert_eq!(&place.excerpt[place.within], "=");
        let place = sources.place(&(base + 2..base + 3));
        assert_eq!((place.name.as_str(), place.line, place.column), ("--set", 1, 3));
        assert_eq!(sources.text(&(base..base + 1)), "z");
    }

    #[test]
    fn a_place_past_the_end_or_inside_a_character_is_still_a_place() {
        let place = Place::of_text("a", "ö", 1..9);
        assert_eq!((place.line, place.column, place.within), (1, 1, 0..2));
        assert_eq!(Place::of_text("a", "", 0..0).excerpt, "");
        assert_eq!(Place::of_line("a", 3, Some(9), "abc\n").within, 3..3);
    }

    #[test]
    fn long_places_show_their_first_lines() {
        let text = "l\n".repeat(40);
        assert_eq!(
            Place::of_text("a", &text, 0..text.len()).excerpt.lines().count(),
            LONGEST_EXCERPT
        );
    }
}
