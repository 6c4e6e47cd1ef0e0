//! The command line as its user sees it: what it prints, what it leaves behind, how it ends.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the program's files are read, and a run is interrupted after a while"
)]

use assert_cmd::Command;
use predicates::prelude::{PredicateBooleanExt, predicate};
use predicates::str::contains;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_grandstand");
const COORDINATORS: [&str; 4] = ["control-center", "cdn-only", "tracker-random", "tracker-local"];
const TABLES: [&str; 14] = [
    "assignments.csv",
    "bounds.csv",
    "clusters.csv",
    "distributions.csv",
    "events.csv",
    "groups.csv",
    "isps.csv",
    "links.csv",
    "peers.csv",
    "summary.csv",
    "timeseries.csv",
    "timing.csv",
    "topology.csv",
    "transfers.csv",
];
const CHARTS: [&str; 8] = [
    "audience_cdn_rate",
    "continuity_stalls",
    "startup_delay",
    "lag",
    "locality",
    "tree_depth",
    "time_to_repair",
    "offload_waterfall",
];

/// A run that would go on for longer than a test may.
const ENDLESS: [&str; 6] =
    ["run", "tiny", "--set", "duration=2000 h", "--coordinator", "control-center"];

pub(super) type Contents = BTreeMap<String, Vec<u8>>;

pub(super) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The program in a folder, which it must leave within a minute.
pub(super) fn grandstand(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).args(arguments).timeout(Duration::from_secs(120));
    command
}

/// Every file below a folder by its path.
pub(super) fn contents(folder: &Path) -> Contents {
    let mut found = Contents::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn charts() -> impl Iterator<Item = String> {
    CHARTS.iter().flat_map(|name| ["svg", "png"].map(|ending| format!("charts/{name}.{ending}")))
}

/// What `run` leaves in an empty folder, on so many threads.
pub(super) fn all_of(arguments: &[&str], threads: &str) -> Contents {
    let folder = folder();
    let mut run = grandstand(folder.path(), &[&["run"], arguments].concat());
    run.env("RAYON_NUM_THREADS", threads).assert().success();
    contents(folder.path())
}

/// What `run tiny` leaves in an empty folder, on so many threads, and what it says.
fn all_of_tiny(threads: &str) -> Contents {
    let folder = folder();
    let mut run = grandstand(folder.path(), &["run", "tiny"]);
    run.env("RAYON_NUM_THREADS", threads).assert().success().stdout(
        contains("tiny: Thirty viewers, four networks, every row written (seed 1)")
            .and(contains("control-center  cdn-only  tracker-random  tracker-local  bound"))
            .and(contains("results/tiny/comparison-seed1/ (19 files)")),
    );
    contents(folder.path())
}

/// The files that differ between two runs, but for the wall clock's.
pub(super) fn differing(first: &Contents, second: &Contents) -> Vec<String> {
    let names = first.keys().chain(second.keys().filter(|name| !first.contains_key(*name)));
    let names = names.filter(|name| !name.ends_with("/timing.csv"));
    names.filter(|name| first.get(*name) != second.get(*name)).cloned().collect()
}

pub(super) fn on_four_threads() -> &'static Contents {
    static ONCE: OnceLock<Contents> = OnceLock::new();
    ONCE.get_or_init(|| all_of_tiny("4"))
}

/// Writes contents back into a folder.
pub(super) fn restore(files: &Contents, folder: &Path) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_run_leaves_exactly_the_listed_files() {
    let mut expected = Vec::new();
    for coordinator in COORDINATORS {
        let tables = TABLES.iter().map(ToString::to_string);
        let names = tables.chain(charts()).chain(["manifest.toml".to_string()]);
        expected.extend(names.map(|name| format!("results/tiny/{coordinator}-seed1/{name}")));
    }
    let names = ["comparison.csv", "comparison.md", "manifest.toml"].map(str::to_string);
    let names = names.into_iter().chain(charts());
    expected.extend(names.map(|name| format!("results/tiny/comparison-seed1/{name}")));
    expected.sort();
    let found: Vec<&String> = on_four_threads().keys().collect();
    assert_eq!(found, expected.iter().collect::<Vec<_>>());
}

#[test]
fn two_runs_leave_the_same_bytes_on_any_number_of_threads() {
    let (four, one) = (on_four_threads(), all_of_tiny("1"));
    assert_eq!(differing(four, &one), Vec::<String>::new());
}

#[test]
fn a_match_leaves_the_same_bytes_on_any_number_of_threads() {
    // Forty minutes of the match: the ramp, the cut link and the goal.
    let run = ["live_sport", "--set", "audience.peak=300", "--until", "40 min"];
    let [four, one] = ["4", "1"].map(|threads| all_of(&run, threads));
    assert!(four.len() > 100, "only {} files", four.len());
    assert_eq!(differing(&four, &one), Vec::<String>::new());
}

#[test]
fn another_seed_gives_another_run_beside_the_first() {
    let folder = folder();
    let arguments = ["run", "tiny", "--coordinator", "cdn-only", "--seed", "2", "--quiet"];
    grandstand(folder.path(), &arguments).assert().success().stdout("").stderr("");
    let files = contents(folder.path());
    let summary = &files["results/tiny/cdn-only-seed2/summary.csv"];
    assert_ne!(*summary, on_four_threads()["results/tiny/cdn-only-seed1/summary.csv"]);
    assert!(!files.keys().any(|name| name.contains("comparison")));
}

#[test]
fn the_manifest_says_how_to_repeat_the_run() {
    let folder = folder();
    let arguments =
        ["run", "tiny", "--coordinator", "cdn-only", "--out", "first", "--until", "30 s"];
    let changed = ["--set", "audience.peak=9", "--graphml", "--seed", "7"];
    let run = grandstand(folder.path(), &[&arguments[..], &changed].concat()).assert().success();
    // The first instant at which the topology is taken is later than this run's end.
    let told = String::from_utf8_lossy(&run.get_output().stderr).to_string();
    assert!(told.contains("output.topology_at"), "{told}");
    let manifest = fs::read_to_string(folder.path().join("first/manifest.toml")).unwrap();
    for line in ["seed = 7", "until = \"30 s\"", "overrides = [\"audience.peak=9\"]", "peak = 9"] {
        assert!(manifest.lines().any(|found| found == line), "{line} in {manifest}");
    }
    let timing = fs::read_to_string(folder.path().join("first/timing.csv")).unwrap();
    for metric in ["wall_s,s,", "events,count,", "events_per_s,1/s,"] {
        assert!(timing.contains(metric), "{timing}");
    }
}

#[test]
fn a_checked_run_is_fine() {
    let folder = folder();
    let arguments = ["run", "tiny", "--check", "--until", "2 min"];
    let checked = grandstand(folder.path(), &arguments).assert().success();
    checked.stderr("checked: every invariant held, and two runs had the same events\n");
}

#[test]
fn an_earlier_result_is_replaced_and_another_folder_is_not() {
    let folder = folder();
    let run = ["run", "tiny", "--coordinator", "cdn-only", "--until", "10 s", "--out", "first"];
    grandstand(folder.path(), &run).assert().success();
    fs::remove_file(folder.path().join("first/summary.csv")).unwrap();
    grandstand(folder.path(), &run).assert().success();
    assert!(folder.path().join("first/summary.csv").exists());

    fs::write(folder.path().join("first/diary.txt"), "mine").unwrap();
    grandstand(folder.path(), &run).assert().code(2).stderr(contains("diary.txt"));
    fs::create_dir(folder.path().join("photos")).unwrap();
    fs::write(folder.path().join("photos/cat.png"), "mine").unwrap();
    let run = ["run", "tiny", "--coordinator", "cdn-only", "--out", "photos"];
    let refused = grandstand(folder.path(), &run).assert().code(2);
    refused.stderr(contains("photos: the folder is not a grandstand result"));
    assert_eq!(fs::read(folder.path().join("photos/cat.png")).unwrap(), b"mine");
}

#[test]
fn a_place_that_cannot_be_written_is_found_before_the_run() {
    let folder = folder();
    fs::write(folder.path().join("taken"), "").unwrap();
    for out in ["taken", "taken/deep/down"] {
        let arguments = [&ENDLESS[..], &["--out", out]].concat();
        let refused = grandstand(folder.path(), &arguments).assert().code(2).stdout("");
        refused.stderr(contains(out).and(contains("cannot be written")));
    }
    assert_eq!(contents(folder.path()).len(), 1);
}

#[test]
fn a_bad_scenario_is_shown_with_place_and_nearest_name() {
    let folder = folder();
    grandstand(folder.path(), &["init", "tiny", "mine.toml"]).assert().success();
    let path = folder.path().join("mine.toml");
    let text = fs::read_to_string(&path).unwrap().replace("bitrate = \"1 Mbps\"", "bitrat = 1");
    let line = 1 + text.lines().position(|line| line.starts_with("bitrat")).unwrap();
    fs::write(&path, text).unwrap();
    for command in ["run", "validate", "show"] {
        let refused = grandstand(folder.path(), &[command, "mine.toml"]).assert().code(2);
        let place = format!("mine.toml:{line}:1");
        refused.stdout("").stderr(contains(place).and(contains("did you mean `bitrate`?")));
    }
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    let folder = folder();
    let run = |arguments: &[&str]| grandstand(folder.path(), arguments).assert().code(2);
    run(&["run", "tiny", "--coordinator", "cdn-onyl"]).stderr(contains("'cdn-only'"));
    run(&["run", "tinny"]).stderr(contains("did you mean `tiny`?"));
    run(&["init", "tinny"]).stderr(contains("did you mean `tiny`?"));
    run(&["validat"]).stderr(contains("'validate'"));
    run(&["run", "tiny", "--set", "audience.paek=2"])
        .stderr(contains("--set:1:10").and(contains("did you mean `peak`?")));
    run(&["plot", "."]).stderr(contains("not a result folder"));
    assert!(contents(folder.path()).is_empty());
}

#[test]
fn what_is_shown_is_a_scenario_that_runs_the_same() {
    let folder = folder();
    let shown = grandstand(folder.path(), &["show", "tiny"]).assert().success();
    fs::write(folder.path().join("tiny.toml"), &shown.get_output().stdout).unwrap();
    let run = ["run", "./tiny.toml", "--coordinator", "cdn-only"];
    grandstand(folder.path(), &run).assert().success();
    let name = "results/tiny/cdn-only-seed1/timeseries.csv";
    assert_eq!(contents(folder.path())[name], on_four_threads()[name]);
}

#[test]
fn validate_says_what_is_in_each_and_all_that_is_wrong() {
    let folder = folder();
    fs::write(folder.path().join("a.toml"), "seed = \"x\"").unwrap();
    fs::write(folder.path().join("b.toml"), "titel = 1").unwrap();
    let arguments = ["validate", "a.toml", "tiny", "b.toml"];
    let result = grandstand(folder.path(), &arguments).assert().code(2);
    result
        .stdout(
            contains("3 customer-provider, 1 peering")
                .and(contains("49 sessions expected in 5 min with seed 1")),
        )
        .stderr(contains("a.toml:1:8").and(contains("b.toml:1:1")));
}

#[test]
fn plot_draws_the_same_charts_again() {
    let folder = folder();
    restore(on_four_threads(), folder.path());
    for name in ["control-center-seed1", "comparison-seed1"] {
        let place = format!("results/tiny/{name}");
        fs::remove_dir_all(folder.path().join(&place).join("charts")).unwrap();
        grandstand(folder.path(), &["plot", &place]).assert().success();
    }
    let found = contents(folder.path());
    let differ: Vec<&String> =
        found.keys().filter(|name| found.get(*name) != on_four_threads().get(*name)).collect();
    assert_eq!(differ, Vec::<&String>::new());
    assert_eq!(found.len(), on_four_threads().len());
}

#[test]
fn plot_refuses_a_comparison_with_another_run() {
    let folder = folder();
    restore(on_four_threads(), folder.path());
    let path = folder.path().join("results/tiny/cdn-only-seed1/manifest.toml");
    let text = fs::read_to_string(&path).unwrap();
    let digest = text.lines().find(|line| line.starts_with("event_digest")).unwrap();
    fs::write(&path, text.replace(digest, "event_digest = \"0\"")).unwrap();
    let refused = grandstand(folder.path(), &["plot", "results/tiny/comparison-seed1"]).assert();
    refused.code(2).stderr(contains("another run than the one that"));
}

/// One link of 8 Mbps: `a` is capped at 2 Mbps, so `b` gets 6 until it is done after 2 s, and then
/// `c` until it is stopped after another.
#[test]
fn flows_are_replayed_as_by_hand() {
    let folder = folder();
    fs::write(folder.path().join("links.csv"), "name,capacity_bps,latency_s\nl,8000000,0.5\n")
        .unwrap();
    let flows = "id,start_s,bytes,rate_cap_bps,links,stop_s\na,0,1000000,2000000,l,\n\
        b,0,1500000,,l,\nc,2,,,l,3.5\n";
    fs::write(folder.path().join("flows.csv"), flows).unwrap();
    let expected = "id,finish_s,bytes_done,status\na,4.500000000,1000000.000,done\n\
        b,2.500000000,1500000.000,done\nc,3.500000000,750000.000,stopped\n";
    let arguments = ["replay-flows", "links.csv", "flows.csv", "out.csv"];
    grandstand(folder.path(), &arguments).assert().success().stdout("");
    assert_eq!(fs::read_to_string(folder.path().join("out.csv")).unwrap(), expected);
    let arguments = ["replay-flows", "links.csv", "flows.csv", "-"];
    grandstand(folder.path(), &arguments).assert().success().stdout(expected);
    fs::write(folder.path().join("flows.csv"), flows.replace(",l,3.5", ",m,3.5")).unwrap();
    grandstand(folder.path(), &arguments)
        .assert()
        .code(2)
        .stderr(contains("flows.csv:4: column links: `m`: expected the name of a link"));
}

#[test]
fn the_schema_is_the_carried_one() {
    let expected = include_str!("../../scenarios/scenario.schema.json");
    grandstand(folder().path(), &["schema"]).assert().success().stdout(predicate::eq(expected));
}

/// Every example that any help text ends with, in one folder, as a shell runs it.
#[test]
fn the_examples_in_help_texts_run() {
    let folder = folder();
    let first = [
        "run",
        "list",
        "show",
        "init",
        "validate",
        "schema",
        "compare",
        "check",
        "plan",
        "plot",
        "report",
        "explain",
        "replay-flows",
        "sweep",
        "merge",
        "completions",
        "man",
    ];
    fs::write(folder.path().join("links.csv"), "name,capacity_bps,latency_s\nl,8,\n").unwrap();
    fs::write(folder.path().join("flows.csv"), "id,start_s,bytes,rate_cap_bps,links\na,0,1,,l\n")
        .unwrap();
    let mut helps: Vec<Vec<&str>> = first.iter().map(|name| vec![*name, "--help"]).collect();
    helps.push(vec!["--help"]);
    for help in helps {
        let shown = grandstand(folder.path(), &help).assert().success();
        let text = String::from_utf8(shown.get_output().stdout.clone()).unwrap();
        let (_, examples) = text.split_once("Examples:\n").expect("a help text ends with examples");
        assert_eq!(examples.trim_end().lines().count(), 2, "{help:?}");
        for example in examples.trim_end().lines() {
            let line = example.trim().replacen("grandstand", PROGRAM, 1);
            let mut shell = Command::new("sh");
            shell.current_dir(folder.path()).args(["-c", &line]).assert().success();
        }
    }
}

#[test]
fn shells_and_man_know_every_command() {
    let folder = folder();
    let printed = |arguments: &[&str]| {
        let told = grandstand(folder.path(), arguments).assert().success();
        String::from_utf8(told.get_output().stdout.clone()).unwrap()
    };
    let help = printed(&["--help"]);
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    let names = listed.lines().take_while(|line| !line.is_empty());
    let names: Vec<&str> =
        names.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    let names = names.into_iter().filter(|name| !name.is_empty() && *name != "help");
    let (script, page) = (printed(&["completions", "bash"]), printed(&["man"]));
    for name in names {
        assert!(script.contains(name), "{name}");
        assert!(page.contains(&name.replace('-', "\\-")), "{name} in {page}");
        assert!(printed(&["man", name]).contains(".SH"), "{name}");
    }
    let wrong = grandstand(folder.path(), &["man", "swep"]).assert().code(2);
    wrong.stderr(contains("did you mean `sweep`?"));
}

#[test]
fn the_scenario_in_the_readme_runs() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```toml\n").unwrap();
    let (scenario, _) = rest.split_once("```").unwrap();
    assert!(scenario.lines().count() <= 10);
    let folder = folder();
    fs::write(folder.path().join("mine.toml"), scenario).unwrap();
    grandstand(folder.path(), &["run", "mine.toml"]).assert().success();
    assert!(folder.path().join("results/mine/comparison-seed1/charts/lag.png").exists());
}

/// Whether a process handles SIGINT by now.
#[cfg(target_os = "linux")]
fn listens(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    caught.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & 2 != 0)
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_run_leaves_nothing() {
    let folder = folder();
    let mut command = std::process::Command::new(PROGRAM);
    command.args(ENDLESS).current_dir(folder.path());
    let child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    while !listens(child.id()) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    let killed =
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(output.stderr, b"interrupted: no results were written\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
