//! Sweeps as their user sees them: the same tables however the runs were spread over threads, machines
//! and attempts.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the program's files are read, and it is killed after a while"
)]

use super::cli::{Contents, PROGRAM, contents, differing, folder, grandstand};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;
use std::{fs, thread};

/// Four points, two coordinators, three seeds: 24 runs of two minutes.
const STUDY: [&str; 14] = [
    "sweep",
    "tiny",
    "--vary",
    "audience.peak=10,20",
    "--vary",
    "content[0].bitrate=500 kbps,1 Mbps",
    "--seeds",
    "3",
    "--coordinator",
    "control-center",
    "--coordinator",
    "cdn-only",
    "--until",
    "120 s",
];
const RUNS: usize = 24;

/// The study with more arguments.
fn study<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&STUDY[..], more].concat()
}

/// The folder of the study done at once.
fn whole() -> &'static Contents {
    static ONCE: OnceLock<Contents> = OnceLock::new();
    ONCE.get_or_init(|| {
        let folder = folder();
        let arguments = study(&["--out", "all", "--jobs", "4"]);
        grandstand(folder.path(), &arguments).assert().success();
        contents(&folder.path().join("all"))
    })
}

/// The rows of a table as cells.
fn table(files: &Contents, name: &str) -> Vec<Vec<String>> {
    let text = String::from_utf8(files[name].clone()).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_string).collect()).collect()
}

#[test]
fn every_point_coordinator_and_seed_has_its_rows() {
    let rows = table(whole(), "points.csv");
    let runs: BTreeSet<&[String]> = rows.iter().map(|row| &row[..5]).collect();
    assert_eq!(runs.len(), RUNS);
    let values: BTreeSet<&[String]> = rows.iter().map(|row| &row[..3]).collect();
    let expected = [
        ("0", "10", "500 kbps"),
        ("1", "10", "1 Mbps"),
        ("2", "20", "500 kbps"),
        ("3", "20", "1 Mbps"),
    ];
    let expected: Vec<[String; 3]> =
        expected.iter().map(|(n, peak, rate)| [n, peak, rate].map(ToString::to_string)).collect();
    assert_eq!(
        values.into_iter().collect::<Vec<_>>(),
        expected.iter().map(|e| &e[..]).collect::<Vec<_>>()
    );
    // A point is the run of the same scenario: its figures are those of `run`.
    let folder = folder();
    let run = [
        "run",
        "tiny",
        "--coordinator",
        "cdn-only",
        "--seed",
        "2",
        "--until",
        "120 s",
        "--out",
        "one",
    ];
    let changes = ["--set", "audience.peak=20", "--set", "content[0].bitrate=1 Mbps"];
    grandstand(folder.path(), &[&run[..], &changes].concat()).assert().success();
    let single = table(&contents(&folder.path().join("one")), "summary.csv");
    let swept = rows.iter().filter(|row| row[..5] == ["3", "20", "1 Mbps", "cdn-only", "2"]);
    assert_eq!(swept.map(|row| row[5..].to_vec()).collect::<Vec<_>>(), single);
}

#[test]
fn means_over_the_seeds_are_those_of_the_rows() {
    let (points, rows) = (table(whole(), "points.csv"), table(whole(), "aggregate.csv"));
    assert_eq!(rows.len() * 3, points.len());
    for row in rows.iter().filter(|row| row[4] == "continuity" || row[4] == "cdn_bytes") {
        let of_row = points.iter().filter(|point| point[..4] == row[..4] && point[5] == row[4]);
        let values: Vec<f64> = of_row.map(|point| point[7].parse().unwrap()).collect();
        let [mean, low, high] = [7, 8, 9].map(|cell| row[cell].parse::<f64>().unwrap());
        assert_eq!((row[6].as_str(), values.len()), ("3", 3));
        let expected = values.iter().sum::<f64>() / 3.0;
        assert!((mean - expected).abs() <= 1e-9 * expected.abs());
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        // Two degrees of freedom: t is 4.302653.
        let half = 4.302_653 * (squares / 2.0 / 3.0).sqrt();
        let near =
            |end: f64, expected: f64| (end - expected).abs() <= 1e-5 * half + 1e-9 * mean.abs();
        assert!(near(low, mean - half) && near(high, mean + half), "{row:?}");
    }
}

#[test]
fn threads_shards_and_attempts_do_not_show() {
    let folder = folder();
    let single = study(&["--out", "single", "--jobs", "1"]);
    grandstand(folder.path(), &single).assert().success();
    assert_eq!(differing(whole(), &contents(&folder.path().join("single"))), Vec::<String>::new());
    for shard in ["0/3", "1/3", "2/3"] {
        let place = format!("machine{}", &shard[..1]);
        let part = study(&["--out", &place, "--shard", shard]);
        grandstand(folder.path(), &part).assert().success();
        assert!(!folder.path().join(place).join("points.csv").exists());
    }
    let merge = ["merge", "machine0", "machine1", "--out", "merged"];
    let missing = "error: 8 of 24 runs are missing";
    grandstand(folder.path(), &merge).assert().code(2).stderr(contains(missing));
    let merge = ["merge", "machine0", "machine1", "machine2", "--out", "merged"];
    grandstand(folder.path(), &merge).assert().success();
    assert_eq!(differing(whole(), &contents(&folder.path().join("merged"))), Vec::<String>::new());
}

#[test]
fn a_sweep_that_is_killed_goes_on_where_it_was() {
    let folder = folder();
    let out = folder.path().join("killed");
    let arguments = study(&["--out", "killed", "--jobs", "1"]);
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder.path()).args(&arguments).stderr(Stdio::null()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let done = || fs::read_dir(out.join("runs")).map_or(0, |files| files.count());
    while done() < 3 {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be killed");
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(done() < RUNS && !out.join("points.csv").exists());
    // What was half written when it was killed is not taken for a run.
    let kept = fs::read_dir(out.join("runs"))
        .unwrap()
        .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().ends_with(".csv"));
    let announced = format!("{} of 24 runs to do", RUNS - kept.count());
    grandstand(folder.path(), &arguments).assert().success().stderr(contains(announced));
    assert!(out.join("points.csv").exists());
    let mut found = contents(&out);
    found.retain(|name, _| !name.contains(".grandstand-"));
    assert_eq!(differing(whole(), &found), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn a_sweep_that_is_interrupted_says_what_is_kept() {
    let folder = folder();
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder.path()).args(study(&["--out", "cut", "--jobs", "1"]));
    let child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let runs = folder.path().join("cut/runs");
    while fs::read_dir(&runs).map_or(0, |files| files.count()) < 2 {
        thread::sleep(Duration::from_millis(1));
    }
    assert!(
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success()
    );
    let ended = child.wait_with_output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    let kept = fs::read_dir(&runs).unwrap().count();
    assert_eq!(ended.status.code(), Some(130), "{told}");
    assert!(
        told.contains(&format!("interrupted: {kept} of {RUNS} runs are kept in cut")),
        "{told}"
    );
    assert!(!told.contains("no results") && kept < RUNS, "{told}");
}

#[test]
fn more_seeds_run_only_what_is_new() {
    let folder = folder();
    let sweep = |seeds: &'static str| {
        let sweep =
            ["sweep", "tiny", "--until", "60 s", "--coordinator", "cdn-only", "--seeds", seeds];
        grandstand(folder.path(), &sweep)
    };
    sweep("2").assert().success().stderr(contains("2 of 2 runs to do"));
    sweep("3").assert().success().stderr(contains("1 of 3 runs to do"));
    let again = ["sweep", "tiny", "--until", "60 s", "--coordinator", "cdn-only", "--seeds", "3"];
    grandstand(folder.path(), &[&again[..], &["--force"]].concat())
        .assert()
        .success()
        .stderr(contains("3 of 3 runs to do"));
}

#[test]
fn nothing_is_run_when_a_point_is_wrong() {
    let folder = folder();
    let sweep = ["sweep", "tiny", "--vary", "audience.peak=10,0"];
    let told = contains("point 1 (audience.peak=0):").and(contains("error: nothing was run"));
    grandstand(folder.path(), &sweep).assert().code(2).stderr(told);
    assert!(!folder.path().join("results").exists());
    let foreign = ["sweep", "tiny", "--out", "."];
    fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    grandstand(folder.path(), &foreign).assert().code(2).stderr(contains("no runs.csv"));
    grandstand(folder.path(), &["merge", "."]).assert().code(2).stderr(contains("no runs.csv"));
}
