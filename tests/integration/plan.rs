//! Plans: the smallest value is one, the same on any number of threads, and told with its bound.

#![allow(clippy::disallowed_methods, reason = "the program's files are read and written")]

use super::cli::grandstand as program;
use assert_cmd::assert::Assert;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn plan(folder: &Path, arguments: &[&str]) -> Assert {
    program(folder, &[&["plan", "tiny"], arguments].concat()).assert()
}

type Row = BTreeMap<String, String>;

/// The rows of a table, by column.
fn rows(path: &Path) -> Vec<Row> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_string));
    let head: Vec<String> = lines.next().unwrap().collect();
    lines.map(|cells| head.iter().cloned().zip(cells).collect()).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: `{}`", row[column]))
}

const AUDIENCE: [&str; 8] = [
    "--knob",
    "cdn.capacity",
    "--target",
    "continuity.p05 >= 0.95",
    "--axis",
    "audience=20..80",
    "--steps",
    "2",
];

#[test]
fn the_answer_does_and_a_value_just_below_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let more = ["--seeds", "2", "--set", "cost.cdn_gb=0.02", "--out", "plan"];
    plan(folder.path(), &[&AUDIENCE[..], &more].concat())
        .success()
        .stdout(contains("continuity_per_session.p05 at least 0.95 with every seed"))
        .stdout(contains("audience.peak = 80: ").and(contains("; theory allows ")));
    let answers = rows(&folder.path().join("plan/plan.csv"));
    let trials = rows(&folder.path().join("plan/trials.csv"));
    assert_eq!(answers.len(), 2);
    for answer in &answers {
        assert_eq!((answer["answer"].as_str(), answer["unit"].as_str()), ("found", "Mbps"));
        let value = number(answer, "value");
        assert!(value >= number(answer, "bound"), "{answer:?}");
        assert!(number(answer, "cost") > 0.0 && number(answer, "most_seed") <= value);
        let own = || trials.iter().filter(|row| row["axis_value"] == answer["axis_value"]);
        let at: Vec<&Row> = own().filter(|row| number(row, "value") == value).collect();
        assert!(at.len() == 2 && at.iter().all(|row| number(row, "reached") >= 0.95));
        let fails = own().filter(|row| row["met"] == "false" && number(row, "value") < value);
        let nearest = fails.map(|row| number(row, "value")).fold(0.0, f64::max);
        assert!(value <= nearest * 1.06, "{value} is far above {nearest}");
        assert_eq!(own().count(), 2 * number(answer, "tried") as usize);
        assert_eq!(own().count(), number(answer, "runs") as usize);
    }
    assert!(folder.path().join("plan/charts/plan.png").exists());
    let asked = fs::read_to_string(folder.path().join("plan/plan.toml")).unwrap();
    let asked: toml::Table = asked.parse().unwrap();
    assert_eq!(asked["targets"][0].as_str(), Some("continuity.p05 >= 0.95"));
    assert!(asked["scenario"].as_str().unwrap().contains("cdn_gb = 0.02"));
}

#[test]
fn a_plan_is_the_same_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = |jobs: &str| {
        let more = ["--seeds", "2", "--quiet", "--out", jobs, "--jobs", jobs];
        plan(folder.path(), &[&AUDIENCE[..], &more].concat()).success();
        ["plan.csv", "trials.csv", "charts/plan.svg"]
            .map(|name| fs::read(folder.path().join(jobs).join(name)).unwrap())
    };
    assert_eq!(bytes("1"), bytes("8"));
}

#[test]
fn what_cannot_be_met_or_is_met_anyway_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let knob = ["--knob", "cdn.capacity=1 Mbps..4 Mbps", "--seeds", "1"];
    let high = [&knob[..], &["--target", "continuity >= 1"]].concat();
    plan(folder.path(), &high).success().stdout(contains("more than 4 Mbps (the most"));
    // Into the same folder again: a plan may be replaced by the next one.
    let low = [&knob[..], &["--target", "continuity >= 0"]].concat();
    plan(folder.path(), &low).success().stdout(contains("1 Mbps or less (the least"));
}

#[test]
fn more_that_is_worse_is_warned_of() {
    // The more viewers the more viewers: a target that more of the knob can only miss.
    let folder = tempfile::tempdir().unwrap();
    let knob = ["--knob", "audience.peak=10..60", "--target", "viewers_peak <= 12", "--seeds", "1"];
    let told = plan(folder.path(), &knob).success();
    told.stderr(contains("warning: not monotone: ").and(contains(" does not; ")));
}

#[test]
fn questions_without_sense_are_answered_before_anything_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let target = ["--target", "continuity >= 0.9"];
    let asked = |arguments: &[&str], answer: &str| {
        plan(folder.path(), arguments).code(2).stderr(contains(answer.to_string()));
    };
    let knob = |name: &'static str| [&["--knob", name], &target[..]].concat();
    asked(&knob("audience.peak"), "--knob audience.peak: expected cdn.capacity, or a path");
    asked(&knob("audience.peek=1..9"), "did you mean `peak`?");
    let wrong = ["--knob", "cdn.capacity", "--target", "continuty >= 0.9"];
    asked(&wrong, "did you mean `continuity`?");
    let wrong = ["--knob", "cdn.capacity", "--target", "continuity"];
    asked(&wrong, "--target continuity: expected a figure, `>=` or `<=`, and a value");
    let axis = [&knob("cdn.capacity")[..], &["--axis", "audience=0..5"]].concat();
    asked(&axis, "--axis audience=0..5: expected a path");
    let two = ["--coordinator", "cdn-only", "--coordinator", "control-center"];
    asked(&[&knob("cdn.capacity")[..], &two].concat(), "a plan is made for one coordinator");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
