//! A plain list of links: two AS numbers a line between white space, `#` comments. No relationships.

use super::assembly::{Assembly, Outcome, lines, words};
use super::{ImportError, Imported, ImportedLink, Position};

/// Reads a text in this format. Self-loops are left out and repetitions merged, both counted.
///
/// # Errors
/// When a line has not two columns, a column is not an AS number, or there is no link at all.
pub fn read(text: &str) -> Result<Imported, ImportError> {
    let mut assembly = Assembly::default();
    for (number, line) in lines(text) {
        let [first, second] = words(number, line)[..] else {
            let expected = "two columns: AS and AS";
            return Err(Position::of_line(number).refuse(line, expected));
        };
        let (first, second) = (first.as_number()?, second.as_number()?);
        let link = ImportedLink { first, second, kind: None, capacity: None };
        if assembly.join_line(link, line, number)? == Outcome::Merged {
            assembly.notes.duplicates_merged += 1;
        }
    }
    assembly.finish(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (usize, Option<usize>, String) {
        let error = read(text).unwrap_err();
        (error.line, error.column, error.found)
    }

    #[test]
    fn links_are_unannotated_and_counted() {
        let notes =
            read("\u{feff}# FromNodeId\tToNodeId\n0\t1\n1  0\r\n1 1\n2\t 0\n").unwrap().notes;
        assert_eq!((notes.ases, notes.unannotated, notes.links()), (3, 2, 2));
        assert_eq!((notes.self_loops_dropped, notes.duplicates_merged), (1, 1));
    }

    #[test]
    fn a_line_has_two_columns() {
        assert_eq!(error("1 2\n\n7\n"), (3, None, "7".to_string()));
        assert_eq!(error("1 2 3"), (1, None, "1 2 3".to_string()));
    }

    #[test]
    fn an_as_number_is_a_number() {
        assert_eq!(error("1 \tx2"), (1, Some(4), "x2".to_string()));
    }

    #[test]
    fn a_text_without_links_is_refused() {
        assert_eq!(error("#\n#\n"), (2, None, "the end of the text".to_string()));
    }

    #[test]
    fn what_stands_there_is_cut_when_long() {
        let long = "x".repeat(1000);
        assert_eq!(error(&long).2, "x".repeat(60) + "...");
    }
}
