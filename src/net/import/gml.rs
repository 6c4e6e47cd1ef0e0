//! GML, the Graph Modelling Language: nested lists of keys with values.
//!
//! Read tolerantly: unknown keys are passed over, a word without quotes is a value. Understood are the
//! `graph` list, its `node` lists (`id`, `label`, `Country`, `Latitude`, `Longitude`) and its `edge`
//! lists (`source`, `target`, `LinkSpeedRaw`). A label that is a number is an AS number.

use super::map::{Item, Value, assemble};
use super::xml::unescaped;
use super::{ImportError, Imported, Position};
use std::collections::BTreeMap;

/// Lists within lists, at most; deeper ones are refused.
const DEEPEST: usize = 32;

/// Reads a text in this format.
///
/// # Errors
/// When the nesting is broken, a key has no value, there is no graph or no node, a node has no `id` or a
/// second one's, an edge does not lead from node to node, or a number is none.
pub fn read(text: &str) -> Result<Imported, ImportError> {
    let mut scanner = Scanner::new(text);
    let top = scanner.list(0)?;
    let graph = top.into_iter().find_map(|entry| match entry.content {
        Content::List(entries) if entry.key == "graph" => Some(entries),
        _ => None,
    });
    let no_graph = || scanner.here().refuse("the end of the text", "a list `graph [ ... ]`");
    let graph = graph.ok_or_else(no_graph)?;
    let (nodes, edges) = (items(&graph, "node"), items(&graph, "edge"));
    assemble(&nodes, &edges, text)
}

/// The lists under `key`, without the lists within them.
fn items(graph: &[Entry], key: &str) -> Vec<Item> {
    let lists = graph.iter().filter(|entry| entry.key == key);
    let lists = lists.filter_map(|entry| match &entry.content {
        Content::List(entries) => Some(Item { at: entry.at, attributes: values(entries) }),
        Content::Value(_) => None,
    });
    lists.collect()
}

fn values(entries: &[Entry]) -> BTreeMap<String, Value> {
    let values = entries.iter().filter_map(|entry| match &entry.content {
        Content::Value(value) => Some((entry.key.clone(), value.clone())),
        Content::List(_) => None,
    });
    values.collect()
}

struct Entry {
    key: String,
    at: Position,
    content: Content,
}

enum Content {
    List(Vec<Entry>),
    Value(Value),
}

enum Token {
    Open,
    Close,
    Word(String),
    Quoted(String),
}

struct Scanner<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
    column: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { rest: text.chars().peekable(), line: 1, column: 1 }
    }

    const fn here(&self) -> Position {
        Position::new(self.line, self.column)
    }

    fn next_char(&mut self) -> Option<char> {
        let next = self.rest.next()?;
        (self.line, self.column) =
            if next == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        Some(next)
    }

    /// The entries up to the end of this list.
    fn list(&mut self, depth: usize) -> Result<Vec<Entry>, ImportError> {
        let opened = self.here();
        let mut entries = Vec::new();
        loop {
            self.skip_blank();
            let at = self.here();
            match self.token()? {
                None if depth == 0 => return Ok(entries),
                None => return Err(opened.refuse("[", "a `]` that closes this list")),
                Some(Token::Close) if depth > 0 => return Ok(entries),
                Some(Token::Word(key)) => {
                    let content = self.content(&key, at, depth)?;
                    entries.push(Entry { key, at, content });
                }
                Some(Token::Close) => return Err(at.refuse("]", "a key")),
                Some(Token::Open) => return Err(at.refuse("[", "a key")),
                Some(Token::Quoted(text)) => return Err(at.refuse(&text, "a key without quotes")),
            }
        }
    }

    fn content(&mut self, key: &str, of: Position, depth: usize) -> Result<Content, ImportError> {
        self.skip_blank();
        let at = self.here();
        match self.token()? {
            Some(Token::Open) if depth == DEEPEST => {
                Err(at.refuse("[", "at most 32 lists within one another"))
            }
            Some(Token::Open) => self.list(depth + 1).map(Content::List),
            Some(Token::Word(text) | Token::Quoted(text)) => Ok(Content::Value(Value { text, at })),
            Some(Token::Close) | None => Err(of.refuse(key, "a key with a value after it")),
        }
    }

    /// Passes over white space and comments.
    fn skip_blank(&mut self) {
        while let Some(next) = self.rest.peek().copied() {
            if next == '#' {
                while self.rest.peek().is_some_and(|c| *c != '\n') {
                    self.next_char();
                }
            } else if next.is_whitespace() {
                self.next_char();
            } else {
                return;
            }
        }
    }

    fn token(&mut self) -> Result<Option<Token>, ImportError> {
        let at = self.here();
        match self.rest.peek() {
            None => Ok(None),
            Some('[') => Ok(self.next_char().map(|_| Token::Open)),
            Some(']') => Ok(self.next_char().map(|_| Token::Close)),
            Some('"') => self.quoted(at).map(Some),
            Some(_) => Ok(Some(Token::Word(self.word()))),
        }
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while self.rest.peek().is_some_and(|c| !c.is_whitespace() && !"[]\"".contains(*c)) {
            word.extend(self.next_char());
        }
        word
    }

    fn quoted(&mut self, at: Position) -> Result<Token, ImportError> {
        let mut text = String::new();
        self.next_char();
        loop {
            match self.next_char() {
                Some('"') => return Ok(Token::Quoted(unescaped(&text).unwrap_or(text))),
                Some(other) => text.push(other),
                None => return Err(at.refuse("\"", "a second quote that ends this text")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Coordinates, Country};
    use crate::units::BitRate;

    const MAP: &str = "# a map\nCreator \"me\"\ngraph [\n  Network \"A [b] &amp; c\"\n  hull [ a [ b 1 ] ]\n  \
        node [\n    id 0\n    label \"New York\"\n    Country \"United States\"\n    \
        Longitude -74.0\n    Latitude 40.5\n  ]\n  node [ id 1 label \"B&#252;rn\" ]\n  \
        edge [\n    source 0\n    target 1\n    LinkSpeedRaw 1000000000.0\n  ]\n]\n";

    fn error(text: &str) -> (usize, Option<usize>, String) {
        let error = read(text).unwrap_err();
        (error.line, error.column, error.found)
    }

    fn nodes(text: &str) -> String {
        format!("graph [\nnode [ id 0 ]\nnode [ id 1 ]\n{text}\n]")
    }

    #[test]
    fn a_map_keeps_places_and_speeds() {
        let imported = read(MAP).unwrap();
        let york = &imported.ases[0];
        assert_eq!((york.name.as_str(), york.country), ("New York", Country::new("US")));
        assert_eq!(york.coordinates, Some(Coordinates { latitude: 40.5, longitude: -74.0 }));
        assert_eq!(imported.ases[1].name, "B\u{fc}rn");
        assert_eq!(imported.links[0].capacity, Some(BitRate::from_kbps(1_000_000)));
        assert_eq!((imported.notes.ases, imported.notes.unannotated), (2, 1));
    }

    #[test]
    fn numeric_labels_are_as_numbers() {
        let imported = read("graph [ node [ id 7 label \"3320\" ] ]").unwrap();
        assert_eq!(imported.ases[0].number.get(), 3320);
    }

    #[test]
    fn a_list_that_is_not_closed_is_refused() {
        assert_eq!(error("graph [\n node [ id 0"), (2, Some(8), "[".to_string()));
    }

    #[test]
    fn a_bracket_too_many_is_refused() {
        assert_eq!(error("graph [ ] ]"), (1, Some(11), "]".to_string()));
        assert_eq!(error("[ ]"), (1, Some(1), "[".to_string()));
    }

    #[test]
    fn a_key_has_no_quotes_and_has_a_value() {
        assert_eq!(error("graph [ \"node\" 1 ]"), (1, Some(9), "node".to_string()));
        assert_eq!(error("graph [ label ]"), (1, Some(9), "label".to_string()));
    }

    #[test]
    fn a_quote_that_is_not_ended_is_refused() {
        assert_eq!(error("graph [\nlabel \"a ]"), (2, Some(7), "\"".to_string()));
    }

    #[test]
    fn lists_are_not_nested_without_end() {
        assert_eq!(error(&"a [".repeat(100_000)), (1, Some(99), "[".to_string()));
    }

    #[test]
    fn there_is_a_graph_and_a_node_in_it() {
        assert_eq!(error("node [ id 0 ]"), (1, Some(14), "the end of the text".to_string()));
        assert_eq!(error("graph [ ]"), (1, None, "the end of the text".to_string()));
    }

    #[test]
    fn a_node_has_an_id_of_its_own() {
        assert_eq!(error("graph [ node [ label 1 ] ]"), (1, Some(9), "node".to_string()));
        assert_eq!(error(&nodes("node [ id 1 ]")), (4, Some(11), "1".to_string()));
    }

    #[test]
    fn an_edge_leads_from_node_to_node() {
        assert_eq!(error(&nodes("edge [ source 0 ]")), (4, Some(1), "edge".to_string()));
        assert_eq!(error(&nodes("edge [ source 0 target 9 ]")), (4, Some(24), "9".to_string()));
    }

    #[test]
    fn numbers_are_numbers_in_their_range() {
        assert_eq!(error(&nodes("node [ id 2 Latitude 91 ]")), (4, Some(22), "91".to_string()));
        assert_eq!(
            error(&nodes("node [ id 2 Longitude east ]")),
            (4, Some(23), "east".to_string())
        );
        let slow = nodes("edge [ source 0 target 1 LinkSpeedRaw -1 ]");
        assert_eq!(error(&slow), (4, Some(39), "-1".to_string()));
    }
}
