//! CAIDA AS relationships: serial-1 (`provider|customer|-1`, `peer|peer|0`) and serial-2, which adds
//! a fourth field with the source of the inference. Lines that begin with `#` are comments.

use super::assembly::{Assembly, Field, Outcome, fields, lines};
use super::{ImportError, Imported, ImportedLink};
use crate::net::LinkKind;

/// Reads a text in either format.
///
/// # Errors
/// When a line has not three or four fields, a field is not what the format wants, two lines
/// contradict one another, or there is no link at all.
pub fn read(text: &str) -> Result<Imported, ImportError> {
    let mut assembly = Assembly::default();
    for (number, line) in lines(text) {
        let link = link(&fields(number, line, |c| c == '|'), number, line)?;
        if assembly.join_line(link, line, number)? == Outcome::Merged {
            assembly.notes.duplicates_merged += 1;
        }
    }
    assembly.finish(text)
}

fn link(fields: &[Field<'_>], number: usize, line: &str) -> Result<ImportedLink, ImportError> {
    let ([left, right, code] | [left, right, code, _]) = fields else {
        let expected = "three or four fields between `|`: AS, AS, -1 or 0, and a source";
        return Err(super::Position::of_line(number).refuse(line, expected));
    };
    let (left, right) = (left.as_number()?, right.as_number()?);
    let (first, second, kind) = match code.text {
        "-1" => (right, left, LinkKind::CustomerProvider),
        "0" => (left, right, LinkKind::Peering),
        _ => return Err(code.refuse("-1 (provider to customer) or 0 (peers)")),
    };
    Ok(ImportedLink { first, second, kind: Some(kind), capacity: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::LinkCounts;
    use crate::units::AsNumber;

    const SERIAL_1: &str = "# inferred clique: 64496 64497\n64496|64497|0\n64496|64498|-1\n\n\
        64497|64499|-1\n64498|64499|0\n";

    fn error(text: &str) -> (usize, Option<usize>, String) {
        let error = read(text).unwrap_err();
        (error.line, error.column, error.found)
    }

    #[test]
    fn serial_1_tells_the_provider_first() {
        let imported = read(SERIAL_1).unwrap();
        assert_eq!(imported.notes.annotated, LinkCounts { transit: 2, peering: 2, sibling: 0 });
        assert_eq!((imported.notes.ases, imported.notes.unannotated), (4, 0));
        let transit = imported.links[1];
        assert_eq!([transit.first, transit.second], [64498, 64496].map(AsNumber::new));
        assert_eq!(transit.kind, Some(LinkKind::CustomerProvider));
    }

    #[test]
    fn serial_2_adds_a_source() {
        let with_source: String =
            SERIAL_1.lines().map(|line| line.to_string() + "|bgp\r\n").collect();
        assert_eq!(read(&with_source.replace("\r\n|bgp", "")), read(SERIAL_1));
    }

    #[test]
    fn loops_are_dropped_and_repetitions_merged() {
        let notes = read("1|2|0\n2|1|0\n3|3|0\n").unwrap().notes;
        let counted = (notes.ases, notes.links(), notes.self_loops_dropped);
        assert_eq!((counted, notes.duplicates_merged), ((3, 1, 1), 1));
    }

    #[test]
    fn a_line_has_three_or_four_fields() {
        assert_eq!(error("1|2|0\n1|2\n"), (2, None, "1|2".to_string()));
        assert_eq!(error("1|2|0|bgp|more"), (1, None, "1|2|0|bgp|more".to_string()));
    }

    #[test]
    fn an_as_number_is_a_number() {
        assert_eq!(error("1|AS2|0"), (1, Some(3), "AS2".to_string()));
        assert_eq!(error("4294967296|2|0"), (1, Some(1), "4294967296".to_string()));
    }

    #[test]
    fn a_relationship_is_one_of_two() {
        assert_eq!(error("# c\n10|2|1"), (2, Some(6), "1".to_string()));
    }

    #[test]
    fn two_lines_must_not_contradict_one_another() {
        assert_eq!(error("1|2|-1\n2|1|-1"), (2, None, "2|1|-1".to_string()));
        assert_eq!(error("1|2|-1\n1|2|0"), (2, None, "1|2|0".to_string()));
    }

    #[test]
    fn a_text_without_links_is_refused() {
        assert_eq!(error("# nothing\n"), (1, None, "the end of the text".to_string()));
    }

    #[test]
    fn an_error_reads_as_a_sentence() {
        assert_eq!(
            read("1|2|7").unwrap_err().to_string(),
            "line 1, column 5: found `7`, expected -1 (provider to customer) or 0 (peers)"
        );
    }
}
