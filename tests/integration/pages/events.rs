//! `events.csv` against the other tables of the same run.

#![allow(clippy::disallowed_methods, reason = "the program's files are read")]

use super::*;
use std::collections::BTreeMap;

const COORDINATORS: [&str; 4] = ["control-center", "cdn-only", "tracker-random", "tracker-local"];

fn number(cell: &str) -> f64 {
    cell.parse().unwrap()
}

#[test]
fn stalls_are_those_of_the_sessions() {
    let mut stalls = 0;
    for coordinator in COORDINATORS {
        let place = format!("results/tiny/{coordinator}-seed1");
        let mut found: BTreeMap<String, (u32, f64)> = BTreeMap::new();
        for row in rows(on_four_threads(), &format!("{place}/events.csv")) {
            if row[1] == "stall" {
                let (count, lasted) = found.entry(row[2].clone()).or_default();
                (*count, *lasted) = (*count + 1, *lasted + number(&row[7]));
            }
        }
        for row in rows(on_four_threads(), &format!("{place}/peers.csv")) {
            let (count, lasted) = found.remove(&row[0]).unwrap_or_default();
            assert_eq!(row[8], count.to_string(), "{coordinator}, viewer {}", row[0]);
            assert!((number(&row[9]) - lasted).abs() < 1e-6, "{coordinator}, viewer {}", row[0]);
            stalls += count;
        }
        assert!(found.is_empty(), "{found:?}");
    }
    assert!(stalls > 0, "no picture stood still anywhere: nothing was compared");
}

#[test]
fn losses_are_those_of_the_summary() {
    for coordinator in COORDINATORS {
        let place = format!("results/tiny/{coordinator}-seed1");
        let events = rows(on_four_threads(), &format!("{place}/events.csv"));
        let summary = rows(on_four_threads(), &format!("{place}/summary.csv"));
        for (detail, suffix) in
            [("silent", ""), ("graceful", "_graceful"), ("cdn_node", "_cdn_node")]
        {
            let of_kind = || events.iter().filter(|row| row[1] == "loss" && row[8] == detail);
            for (metric, column) in [("time_to_detect", 5), ("time_to_repair", 7)] {
                let count = of_kind().filter(|row| !row[column].is_empty()).count();
                let metric = format!("{metric}{suffix}.count");
                let figure = summary.iter().find(|row| row[0] == metric).unwrap();
                assert_eq!(figure[2], count.to_string(), "{coordinator}: {metric}");
            }
        }
    }
}

#[test]
fn rows_are_in_order_and_faults_are_told_with_their_place() {
    let events = rows(on_four_threads(), &format!("{CENTER}/events.csv"));
    assert!(events.windows(2).all(|pair| number(&pair[0][0]) <= number(&pair[1][0])));
    let faults: Vec<String> =
        events.iter().filter(|row| row[1].starts_with("fault")).map(|row| row.join(",")).collect();
    assert_eq!(faults, ["180,fault_begins,,,,,,,peers_vanish 0.2"]);
}

/// Who was blamed is who is gone, for everybody whose parent went in the wave of the third minute.
#[test]
fn the_dead_are_blamed() {
    let events = rows(on_four_threads(), &format!("{CENTER}/events.csv"));
    let wave: Vec<_> =
        events.iter().filter(|row| row[1] == "loss" && number(&row[0]) == 180.0).collect();
    assert!(wave.len() > 3, "{wave:?}");
    let noticed: Vec<_> = wave.iter().filter(|row| !row[6].is_empty()).collect();
    assert!(noticed.len() * 2 > wave.len(), "{wave:?}");
    assert!(noticed.iter().all(|row| row[4] == row[6]), "{noticed:?}");
}

#[test]
fn rows_about_viewers_follow_the_sampling_of_peers() {
    let sampled = |kept: &str| {
        let folder = folder();
        let set = format!("output.peers={kept}");
        let run = [
            "run",
            "tiny",
            "--coordinator",
            "control-center",
            "--quiet",
            "--out",
            "a",
            "--set",
            &set,
        ];
        grandstand(folder.path(), &run).assert().success();
        crate::cli::contents(folder.path())
    };
    let all = rows(on_four_threads(), &format!("{CENTER}/events.csv"));
    let wanted = |every: Option<u32>| {
        let keeps = |row: &&Vec<String>| {
            let peer = row[2].parse::<u32>().ok();
            peer.is_none_or(|peer| every.is_some_and(|every| peer.is_multiple_of(every)))
        };
        all.iter().filter(keeps).cloned().collect::<Vec<_>>()
    };
    let quarter = sampled("1/4");
    let found = rows(&quarter, "a/events.csv");
    assert_eq!(found, wanted(Some(4)));
    assert!(found.len() > 5 && found.len() < all.len(), "{}", found.len());
    assert_eq!(rows(&sampled("none"), "a/events.csv"), wanted(None));
}
