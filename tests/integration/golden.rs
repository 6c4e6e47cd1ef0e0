//! What `run tiny` leaves, compared with files of the repository that a person can read.
//!
//! Not a judgement of what is good: a change that is wanted is written down with
//! `UPDATE_GOLDEN=1 cargo test --test integration golden` and shows in the review as a difference.

#![allow(
    clippy::disallowed_methods,
    reason = "goldens are files, and the environment says whether to write them anew"
)]

use super::cli::on_four_threads;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const COORDINATORS: [&str; 4] = ["control-center", "cdn-only", "tracker-random", "tracker-local"];
/// Rows of a long table that a golden keeps: the first minute of the run.
const FIRST_ROWS: usize = 60;
/// The sampled instant of `topology.csv` that a golden keeps, in seconds: the audience is complete.
const INSTANT: &str = "90,";

/// A table as a run of `tiny` left it.
fn table(coordinator: &str, name: &str) -> &'static str {
    let path = format!("results/tiny/{coordinator}-seed1/{name}");
    let bytes = on_four_threads().get(&path).unwrap_or_else(|| panic!("no {path}"));
    std::str::from_utf8(bytes).expect("tables are text")
}

/// The head of a table and those rows that are wanted.
fn excerpt(table: &str, wanted: impl Fn(usize, &str) -> bool) -> String {
    let lines = table.lines().enumerate();
    let kept = lines.filter(|(number, line)| *number == 0 || wanted(*number, line));
    kept.map(|(_, line)| format!("{line}\n")).collect()
}

/// Where two texts differ first, in words; none when they are equal.
fn difference(stored: &str, found: &str) -> Option<String> {
    if stored == found {
        return None;
    }
    let (mut before, mut after) = (stored.lines(), found.lines());
    let mut number = 0;
    loop {
        number += 1;
        let (old, new) = (before.next(), after.next());
        if old != new || old.is_none() {
            let [old, new] = [old, new].map(|line| line.unwrap_or("(the end)"));
            return Some(format!("line {number}\n  stored: {old}\n  found:  {new}"));
        }
    }
}

/// Compares a text with a golden or, where the environment says so, writes the golden anew.
fn judge(file: &str, found: &str, wrong: &mut String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tiny").join(file);
    if std::env::var("UPDATE_GOLDEN").is_ok() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, found).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    if let Some(difference) = difference(&stored, found) {
        writeln!(wrong, "tests/golden/tiny/{file}: {difference}").unwrap();
    }
}

#[test]
fn tiny_leaves_what_its_goldens_say() {
    let mut wrong = String::new();
    for coordinator in COORDINATORS {
        let name = format!("{coordinator}/summary.csv");
        judge(&name, table(coordinator, "summary.csv"), &mut wrong);
    }
    let center = |name| table("control-center", name);
    judge("control-center/bounds.csv", center("bounds.csv"), &mut wrong);
    let first = excerpt(center("assignments.csv"), |number, _| number <= FIRST_ROWS);
    judge("control-center/assignments.csv", &first, &mut wrong);
    let instant = excerpt(center("topology.csv"), |_, row| row.starts_with(INSTANT));
    judge("control-center/topology.csv", &instant, &mut wrong);
    let refresh = "where that is wanted: `UPDATE_GOLDEN=1 cargo test --test integration golden`";
    assert!(wrong.is_empty(), "not what the program leaves:\n{wrong}{refresh}");
}

#[test]
fn the_first_line_that_differs_is_shown_with_both_texts() {
    assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    let shown = |stored, found| difference(stored, found).expect("they differ");
    assert_eq!(shown("a\nb\nc\n", "a\nB\nC\n"), "line 2\n  stored: b\n  found:  B");
    assert_eq!(shown("a\n", "a\nb\n"), "line 2\n  stored: (the end)\n  found:  b");
    assert_eq!(shown("", "a\n"), "line 1\n  stored: (the end)\n  found:  a");
    // Only the ends of lines differ: all lines are equal, the texts are not.
    assert_eq!(shown("a\n", "a"), "line 2\n  stored: (the end)\n  found:  (the end)");
}

#[test]
fn an_excerpt_keeps_the_head_and_the_rows_that_are_wanted() {
    assert_eq!(
        excerpt("h\n90,a\n180,b\n90,c\n", |_, row| row.starts_with(INSTANT)),
        "h\n90,a\n90,c\n"
    );
    assert_eq!(excerpt("h\na\nb\n", |number, _| number <= 1), "h\na\n");
}
