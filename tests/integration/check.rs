//! Checks: what holds, what does not, baselines, and what CI systems get.

#![allow(clippy::disallowed_methods, reason = "the program's files are read and written")]

use super::cli::grandstand as program;
use assert_cmd::assert::Assert;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty, starts_with};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn check(folder: &Path, arguments: &[&str]) -> Assert {
    program(folder, &[&["check"], arguments].concat()).assert()
}

/// A folder with `mine.toml`: tiny, and these expectations in the place of its own.
fn with(expectations: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tiny = include_str!("../../scenarios/tiny.toml");
    let (world, _) = tiny.split_once("[[expect]]").expect("tiny expects something");
    let text = world.replace("#:schema scenario.schema.json\n", "") + expectations;
    fs::write(folder.path().join("mine.toml"), text).unwrap();
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn small_built_in_scenarios_do_what_is_expected_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let small = [
        "tiny",
        "control/channels",
        "control/congested_peering",
        "control/devices",
        "control/downloads",
        "control/enterprises",
        "control/flash_crowd",
        "control/friends",
        "control/geo_block",
        "control/hovering",
        "control/levels",
        "control/link_faults",
        "control/many_at_once",
        "control/priority",
        "control/scarce",
        "control/serving_hours",
        "control/strong_nodes",
        "control/unreliable",
        "control/uplinks",
        "control/waypoints",
    ];
    let told = check(folder.path(), &small).success().stderr(is_empty());
    let told = text(&told.get_output().stdout);
    for name in small.map(|name| name.trim_start_matches("control/")) {
        assert!(told.contains(&format!("{name}: ")), "nothing about {name}:\n{told}");
    }
    assert!(!told.contains("FAIL") && !told.contains("skip"), "{told}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a check leaves no results");
}

const MIXED: &str = "
[[expect]]
metric = \"continuity\"
at_least = 0.5
[[expect]]
metric = \"tree_depth.max\"
at_most = 1
coordinators = [\"control-center\", \"cdn-only\"]
[[expect]]
metric = \"cdn_bytes\"
at_most = \"1 kB\"
over = \"mean\"
coordinators = [\"cdn-only\"]
[[expect]]
metric = \"continuity\"
at_least = \"99.9999 %\"
class = \"dsl\"
coordinators = [\"cdn-only\"]
[[expect]]
metric = \"objective\"
at_least = 0
coordinators = [\"tracker-local\"]
";

/// Two seeds: five things are wrong, one of them twice under the control center.
const TWO: [&str; 7] =
    ["mine.toml", "--seeds", "2", "--coordinator", "control-center", "--coordinator", "cdn-only"];

#[test]
fn each_thing_that_does_not_hold_is_a_line_and_the_status_is_1() {
    let folder = with(MIXED);
    let told = check(folder.path(), &TWO).code(1);
    let (out, err) = (text(&told.get_output().stdout), text(&told.get_output().stderr));
    let depth = "failed: mine: tree_depth.max under control-center with seed";
    assert_eq!(err.matches(depth).count(), 2, "{err}");
    assert!(err.contains("hops, expected at most 1 hops\n"), "{err}");
    let bytes = "failed: mine: cdn_bytes under cdn-only in the mean over the seeds is ";
    assert_eq!(err.matches(bytes).count(), 1, "{err}");
    assert!(err.contains("failed: mine: continuity of class dsl under cdn-only with seed 1"));
    assert!(err.lines().all(|line| line.starts_with("failed: mine: ")), "{err}");
    assert!(out.starts_with("mine: 6 expectations, seeds 1 to 2\n"), "{out}");
    assert!(out.contains("  pass  continuity at least 0.5 with every seed, control-center: "));
    assert!(
        out.contains("  pass  tree_depth.max at most 1 hops with every seed, cdn-only: 1 hops")
    );
    assert!(out.contains("  FAIL  cdn_bytes at most 1000 B in the mean, cdn-only: "), "{out}");
    assert!(
        out.contains("  skip  objective at least 0 per Mbps: none of its coordinators"),
        "{out}"
    );
}

#[test]
fn a_figure_that_a_run_does_not_have_does_not_pass() {
    let folder = with("[[expect]]\nmetric = \"objective\"\nat_least = 0\n");
    let only = ["mine.toml", "--seeds", "1", "--coordinator", "cdn-only"];
    let missing = "objective under cdn-only with seed 1 has no value, expected at least 0";
    check(folder.path(), &only).code(1).stderr(contains(missing));
}

#[test]
fn ci_systems_and_pull_requests_get_the_same_outcome() {
    let folder = with(MIXED);
    let more = ["--junit", "junit.xml", "--markdown", "-"];
    let told = check(folder.path(), &[&TWO[..], &more].concat()).code(1);
    let markdown = text(&told.get_output().stdout);
    assert!(markdown.starts_with("### Grandstand check: 5 failures\n"), "{markdown}");
    assert!(
        markdown.contains("| ✗ | tree_depth.max at most 1 hops with every seed | control-center |")
    );
    let xml = fs::read_to_string(folder.path().join("junit.xml")).unwrap();
    let report = quick_junit::Report::deserialize_from_str(&xml).expect("JUnit XML");
    let [suite] = report.test_suites.as_slice() else { panic!("one suite a scenario: {xml}") };
    assert_eq!((suite.tests, suite.failures, suite.skipped), (7, 3, 1), "{xml}");
    let failed = suite.test_cases.iter().find(|case| case.name.contains("tree_depth.max"));
    assert_eq!(failed.unwrap().classname.as_deref(), Some("mine.control-center"));
}

#[test]
fn a_check_says_the_same_on_any_number_of_threads() {
    let folder = with(MIXED);
    let said = |jobs: &str| {
        let files = ["--save-baseline", "b.csv", "--junit", "j.xml", "--jobs", jobs];
        let told = check(folder.path(), &[&TWO[..], &files].concat()).code(1);
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        let out = told.get_output();
        [out.stdout.clone(), out.stderr.clone(), read("b.csv"), read("j.xml")]
    };
    assert_eq!(said("1"), said("8"));
}

const BASELINE: [&str; 5] = ["tiny", "--coordinator", "control-center", "--seeds", "3"];

#[test]
fn a_baseline_fails_what_is_worse_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| check(folder.path(), &[&BASELINE[..], more].concat());
    run(&["--save-baseline", "main.csv"]).success();
    let same = run(&["--baseline", "main.csv"]).success();
    same.stdout(contains("figures against the baseline: ").and(contains(" identical\n")));
    let slow = ["--baseline", "main.csv", "--set", "access.fibre.uplink=2 Mbps"];
    let worse = "failed: tiny: peer_offload under control-center is worse by -";
    run(&slow).code(1).stderr(contains(worse));
    let one = [&slow[..], &["--metric", "tree_depth.max"]].concat();
    run(&one).stdout(contains("1 figures against the baseline"));
    // What was forgiven for its size is said, and is no failure of the baseline.
    let lax = [&slow[..], &["--tolerance", "100000 %"]].concat();
    let told = run(&lax);
    let err = text(&told.get_output().stderr);
    assert!(!err.contains("is worse"), "{err}");
    assert!(text(&told.get_output().stdout).contains("within tolerance"));
}

#[test]
fn a_baseline_that_does_not_fit_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| check(folder.path(), &[&BASELINE[..], more].concat());
    run(&["--baseline", "no.csv"]).code(2).stderr(starts_with("error: no.csv: "));
    run(&["--save-baseline", "main.csv", "--seeds", "1"]).code(2); // given twice
    check(folder.path(), &["tiny", "--seeds", "1", "--save-baseline", "main.csv"]).success();
    let other = ["--baseline", "main.csv", "--seed", "50"];
    let nothing = "main.csv: nothing of tiny to compare with";
    run(&other).code(2).stderr(contains(nothing));
    let partly = "note: main.csv lacks 2 of 3 runs of tiny";
    run(&["--baseline", "main.csv"]).success().stderr(contains(partly));
    fs::write(folder.path().join("bad.csv"), "point,coordinator,seed,metric,unit,value\n").unwrap();
    run(&["--baseline", "bad.csv"]).code(2).stderr(contains("bad.csv: not a baseline"));
    let typo = ["--baseline", "main.csv", "--metric", "continuty"];
    run(&typo).code(2).stderr(contains("did you mean `continuity`?"));
    check(folder.path(), &["tiny", "tiny"]).code(2).stderr(contains("is there already"));
}
