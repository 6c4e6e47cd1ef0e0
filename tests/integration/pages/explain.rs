//! Stories of viewers of `tiny`.

#![allow(
    clippy::disallowed_methods,
    reason = "result folders are changed before they are explained"
)]

use super::*;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

fn told(folder: &Path, result: &str, arguments: &[&str]) -> String {
    let arguments = [&["explain", result], arguments].concat();
    let output = grandstand(folder, &arguments).assert().success().stderr("");
    String::from_utf8(output.get_output().stdout.clone()).unwrap()
}

/// The first row of a table that fits.
fn row(result: &str, table: &str, fits: impl Fn(&[String]) -> bool) -> Vec<String> {
    let rows = rows(on_four_threads(), &format!("{result}/{table}"));
    rows.into_iter().find(|row| fits(row)).expect("a row that fits")
}

/// Times are told to the millisecond.
fn clock(seconds: &str) -> String {
    let millis = (seconds.parse::<f64>().unwrap() * 1000.0 + 1e-6) as u64;
    let (minutes, rest) = (millis / 60_000, millis % 60_000);
    format!("00:{minutes:02}:{:02}.{:03}", rest / 1000, rest % 1000)
}

fn line_of<'a>(story: &'a str, text: &str) -> &'a str {
    story.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text} in {story}"))
}

#[test]
fn a_joiner_is_told_its_parents_with_their_reasons_and_says_good_bye() {
    let folder = tiny();
    let peer =
        row(CENTER, "peers.csv", |row| row[6] == "false" && row[5].parse::<f64>().unwrap() < 200.0);
    let story = told(folder.path(), CENTER, &["--peer", &peer[0]]);
    let lines: Vec<&str> = story.lines().collect();
    let head = format!("Viewer {} of tiny, under control-center, seed 1", peer[0]);
    assert_eq!(lines[0], head);
    let joins = format!("  {}  joins from ", clock(&peer[4]));
    assert!(lines[2].starts_with(&joins), "{story}");
    assert!(lines[2].contains(&format!("access {}, NAT {}", peer[2], peer[3])), "{story}");
    for substream in 0..4 {
        let told = format!("substream {substream}: is told to take it from ");
        let line = line_of(&story, &told);
        assert!(line.contains(", because it joined; chosen: "), "{line}");
    }
    assert!(line_of(&story, "first picture, ").contains("after joining"));
    let leaves = format!("  {}  says good-bye and leaves", clock(&peer[5]));
    assert_eq!(line_of(&story, "leaves"), leaves);
    assert!(story.contains("In all\n  there "), "{story}");
    let times: Vec<&str> = lines.iter().filter(|line| line.starts_with("  00:")).copied().collect();
    assert!(times.windows(2).all(|pair| pair[0][..14] <= pair[1][..14]), "{story}");
}

#[test]
fn a_child_of_the_dead_hears_who_was_blamed_and_when_data_came_again() {
    let folder = tiny();
    let loss = row(CENTER, "events.csv", |row| {
        row[1] == "loss" && row[0] == "180" && !row[6].is_empty() && !row[7].is_empty()
    });
    let story = told(folder.path(), CENTER, &["--peer", &loss[2], "--at", "00:03:01"]);
    let (substream, parent) = (&loss[3], &loss[4]);
    let lost =
        format!("> 00:03:00.000  substream {substream}: viewer {parent} went without a word");
    let fault = "> 00:03:00.000  fault: 20.0 % of the viewers vanish without a word";
    let blamed = format!("substream {substream}: viewer {parent} is blamed, ");
    let decided = format!("because its parent fell silent (before: viewer {parent})");
    let again = format!("substream {substream}: data come again, after ");
    let order: Vec<usize> = [fault, &lost, &blamed, &decided, &again]
        .map(|text| story.lines().position(|line| line.contains(text)))
        .into_iter()
        .map(|found| found.unwrap_or_else(|| panic!("{story}")))
        .collect();
    assert!(order.is_sorted(), "{order:?} in {story}");
    let state = format!("  substream {substream}: viewer {parent}, since ");
    let line = line_of(&story, &state);
    assert!(line.ends_with("; no data since 00:03:00.000"), "{line}");
    // A span is the same instant.
    assert_eq!(told(folder.path(), CENTER, &["--peer", &loss[2], "--at", "3 min 1 s"]), story);
}

#[test]
fn who_vanished_in_the_fault_says_nothing() {
    let folder = tiny();
    let peer = row(CENTER, "peers.csv", |row| row[5] == "180" && row[6] == "true");
    let story = told(folder.path(), CENTER, &["--peer", &peer[0]]);
    let end = "  00:03:00.000  leaves without a word, in the fault of this moment";
    assert_eq!(line_of(&story, "leaves without"), end);
    let late = told(folder.path(), CENTER, &["--peer", &peer[0], "--at", "4 min"]);
    assert!(late.contains("At 00:04:00.000 it had gone."), "{late}");
}

#[test]
fn sources_tell_the_story_where_nobody_decides() {
    let folder = tiny();
    let result = "results/tiny/tracker-random-seed1";
    let transfer = row(result, "transfers.csv", |row| row[2] != "0");
    let story = told(folder.path(), result, &["--peer", &transfer[3], "--at", "00:01:30"]);
    let begins =
        format!("{}  a substream begins to come from viewer {}", clock(&transfer[7]), transfer[2]);
    assert!(story.contains(&begins), "{begins} in {story}");
    let ended = format!("  a substream from viewer {} ends, after ", transfer[2]);
    assert!(story.contains(&ended), "{story}");
    assert!(!story.contains("because"), "{story}");
}

#[test]
fn whoever_is_not_there_is_answered_with_who_is() {
    let folder = tiny();
    let refused = |arguments: &[&str]| {
        let arguments = [&["explain"], arguments].concat();
        grandstand(folder.path(), &arguments).assert().code(2).stdout("")
    };
    refused(&[CENTER, "--peer", "999"]).stderr(
        contains("control-center-seed1: no table has a row of viewer 999")
            .and(contains("the nearest that are there: 49")),
    );
    refused(&[CENTER, "--peer", "0"]).stderr(contains("0 is the CDN node origin"));
    refused(&[CENTER, "--peer", "9", "--at", "soon"]).stderr(contains("expected hh:mm:ss"));
    refused(&[COMPARISON, "--peer", "9"])
        .stderr(contains("a comparison of runs; expected one run"));
    refused(&["results/tiny", "--peer", "9"]).stderr(contains("name one of cdn-only-seed1"));
}
