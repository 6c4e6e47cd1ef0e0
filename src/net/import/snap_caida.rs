//! The `as-caidaYYYYMMDD.txt` files of SNAP: three columns From, To, Relationship.
//!
//! The sign is the reverse of CAIDA's own: -1 means that From is a customer of To, 1 that it is the
//! provider, 0 that they are peers, 2 that they are siblings. Every link is listed in both directions.

use super::assembly::{Assembly, Field, lines, words};
use super::{ImportError, Imported, ImportedLink};
use crate::net::LinkKind;
use std::collections::BTreeSet;

/// Reads a text in this format.
///
/// A link may be listed in one direction only; a second line in the same direction is counted as merged.
///
/// # Errors
/// When a line has not three columns, a column is not what the format wants, two lines contradict one
/// another, or there is no link at all.
pub fn read(text: &str) -> Result<Imported, ImportError> {
    let (mut assembly, mut directed) = (Assembly::default(), BTreeSet::new());
    for (number, line) in lines(text) {
        let words = words(number, line);
        let link = link(&words, number, line)?;
        assembly.join_line(link, line, number)?;
        if !directed.insert((words[0].text, words[1].text)) && link.first != link.second {
            assembly.notes.duplicates_merged += 1;
        }
    }
    assembly.finish(text)
}

fn link(words: &[Field<'_>], number: usize, line: &str) -> Result<ImportedLink, ImportError> {
    let [from, to, code] = words else {
        let expected = "three columns: AS, AS and -1, 0, 1 or 2";
        return Err(super::Position::of_line(number).refuse(line, expected));
    };
    let (from, to) = (from.as_number()?, to.as_number()?);
    let (first, second, kind) = match code.text {
        "-1" => (from, to, LinkKind::CustomerProvider),
        "1" => (to, from, LinkKind::CustomerProvider),
        "0" => (from, to, LinkKind::Peering),
        "2" => (from, to, LinkKind::Sibling),
        _ => return Err(code.refuse("-1 (customer), 1 (provider), 0 (peers) or 2 (siblings)")),
    };
    Ok(ImportedLink { first, second, kind: Some(kind), capacity: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::LinkCounts;
    use crate::units::AsNumber;

    const SAMPLE: &str = "# Directed graph\n# FromNodeId        ToNodeId\tRelationship\n\
        64496\t64497\t0\n64497\t64496\t0\n64498\t64496\t-1\n64496\t64498\t1\n\
        64500\t64501\t2\n64501\t64500\t2\n";

    fn error(text: &str) -> (usize, Option<usize>, String) {
        let error = read(text).unwrap_err();
        (error.line, error.column, error.found)
    }

    #[test]
    fn a_link_listed_both_ways_is_one_link() {
        let imported = read(SAMPLE).unwrap();
        assert_eq!(imported.notes.annotated, LinkCounts { transit: 1, peering: 1, sibling: 1 });
        assert_eq!((imported.notes.ases, imported.notes.duplicates_merged), (5, 0));
        let transit = imported.links[1];
        assert_eq!([transit.first, transit.second], [64498, 64496].map(AsNumber::new));
    }

    #[test]
    fn the_same_direction_twice_is_a_repetition() {
        let notes = read("1\t2\t0\n1\t2\t0\n2\t1\t0\n3\t3\t0\n").unwrap().notes;
        assert_eq!((notes.links(), notes.duplicates_merged, notes.self_loops_dropped), (1, 1, 1));
    }

    #[test]
    fn a_line_has_three_columns() {
        assert_eq!(error("1\t2\n"), (1, None, "1\t2".to_string()));
        assert_eq!(error("1\t2\t0\t9\n"), (1, None, "1\t2\t0\t9".to_string()));
    }

    #[test]
    fn an_as_number_is_a_number() {
        assert_eq!(error("12\t-2\t0"), (1, Some(4), "-2".to_string()));
    }

    #[test]
    fn a_relationship_is_one_of_four() {
        assert_eq!(error("1\t2\t3"), (1, Some(5), "3".to_string()));
    }

    #[test]
    fn the_two_directions_must_agree() {
        assert_eq!(error("1\t2\t-1\n2\t1\t-1"), (2, None, "2\t1\t-1".to_string()));
    }

    #[test]
    fn a_text_without_links_is_refused() {
        assert_eq!(error(""), (1, None, "the end of the text".to_string()));
    }
}
