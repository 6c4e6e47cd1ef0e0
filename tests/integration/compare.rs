//! Comparisons of real runs: verdicts, what is written, how it ends.

#![allow(clippy::disallowed_methods, reason = "the program's files are read and written")]

use super::cli::{grandstand as program, on_four_threads};
use assert_cmd::assert::Assert;
use grandstand::metrics::{PointRow, Points, direction, unit};
use grandstand::report::csv::{points_csv, summary_from_csv};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

const SEEDS: [u64; 3] = [1, 2, 3];

fn grandstand(folder: &Path, arguments: &[&str]) -> Assert {
    program(folder, arguments).assert()
}

/// `fast/` and `slow/`: the same three seeds, fibre lines with their 20 Mbps and with 2 Mbps.
fn runs() -> &'static Path {
    static ONCE: OnceLock<TempDir> = OnceLock::new();
    let folder = ONCE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        for (name, change) in [("fast", None), ("slow", Some("access.fibre.uplink=2 Mbps"))] {
            for seed in SEEDS {
                let (seed, out) = (seed.to_string(), format!("{name}/control-center-seed{seed}"));
                let mut run = vec!["run", "tiny", "--coordinator", "control-center", "--quiet"];
                run.extend(["--seed", &seed, "--out", &out]);
                run.extend(change.iter().flat_map(|change| ["--set", change]));
                grandstand(folder.path(), &run).success();
            }
        }
        folder
    });
    folder.path()
}

/// The verdict on each figure, from the table that `compare` writes.
fn verdicts(a: &str, b: &str, more: &[&str]) -> BTreeMap<String, String> {
    let compare = [&["compare", a, b, "--csv", "-"], more].concat();
    let output = grandstand(runs(), &compare).get_output().stdout.clone();
    let text = String::from_utf8(output).unwrap();
    let cells = |line: &str| line.split(',').map(str::to_string).collect::<Vec<_>>();
    let rows = text.lines().skip(1).map(cells);
    rows.map(|cells| (cells[2].clone(), cells[cells.len() - 1].clone())).collect()
}

fn with(verdict: &str, all: &BTreeMap<String, String>) -> Vec<String> {
    let found = all.iter().filter(|(_, other)| *other == verdict);
    found.map(|(metric, _)| metric.clone()).collect()
}

/// The figures of a folder of runs as one table, as a baseline is stored.
fn baseline(folder: &str) -> Vec<u8> {
    let mut points = Points::default();
    for seed in SEEDS {
        let path = runs().join(format!("{folder}/control-center-seed{seed}/summary.csv"));
        let summary = summary_from_csv("summary.csv", &fs::read(path).unwrap()).unwrap();
        points.rows.extend(summary.into_iter().map(|row| PointRow {
            point: 0,
            values: Vec::new(),
            coordinator: "control-center".into(),
            seed,
            metric: row.metric,
            unit: row.unit,
            value: row.value,
        }));
    }
    points_csv(&points)
}

#[test]
fn every_figure_of_a_run_has_a_direction() {
    let mut seen = 0;
    for (name, bytes) in on_four_threads().iter().filter(|(name, _)| name.ends_with("summary.csv"))
    {
        for row in summary_from_csv(name, bytes).unwrap() {
            assert!(direction(&row.metric).is_some(), "{name}: `{}`: add it", row.metric);
            assert_eq!(unit(&row.metric), Some(row.unit.as_ref()), "{name}: `{}`", row.metric);
            seen += 1;
        }
    }
    assert!(seen > 400, "only {seen} figures");
}

#[test]
fn slow_uplinks_are_worse_and_the_exit_status_says_so() {
    grandstand(runs(), &["compare", "fast", "slow"])
        .code(1)
        .stdout(contains("A: fast, B: slow").and(contains("3  worse")))
        .stderr(
            contains("the scenarios of A and B differ in access.fibre.uplink (20 Mbps and 2 Mbps)")
                .and(contains("peer_offload, cdn_bytes")),
        );
    let all = verdicts("fast", "slow", &[]);
    for (metric, verdict) in [
        ("peer_offload", "worse"),
        ("cdn_bytes", "worse"),
        ("control_bytes_share", "better"),
        ("resource_index", "changed"),
        ("sessions", "identical"),
        ("path_stretch.p50", "no difference shown"),
    ] {
        assert_eq!(all[metric], verdict, "{metric}");
    }
}

#[test]
fn swapping_the_sides_turns_worse_into_better() {
    let (there, back) = (verdicts("fast", "slow", &[]), verdicts("slow", "fast", &[]));
    assert_eq!(there.len(), back.len());
    for (one, other) in [("worse", "better"), ("better", "worse"), ("changed", "changed")] {
        assert!(!with(one, &there).is_empty(), "nothing is {one}");
        assert_eq!(with(one, &there), with(other, &back));
    }
}

#[test]
fn equal_runs_are_identical_and_nothing_is_wrong() {
    let all = verdicts("fast", "fast", &[]);
    assert_eq!(with("identical", &all).len(), all.len());
    assert!(all.len() > 100, "{all:?}");
    let equal = grandstand(runs(), &["compare", "fast", "fast"]).success().stderr(is_empty());
    equal.stdout(contains(format!("{} figures: {} identical", all.len(), all.len())));
}

#[test]
fn one_seed_shows_nothing() {
    let (a, b) = ("fast/control-center-seed1", "slow/control-center-seed1");
    let all = verdicts(a, b, &[]);
    assert_eq!(all["peer_offload"], "too few seeds");
    assert!(with("worse", &all).is_empty() && with("better", &all).is_empty(), "{all:?}");
    grandstand(runs(), &["compare", a, b]).success();
}

#[test]
fn a_stored_baseline_is_as_good_as_the_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("points.csv");
    fs::write(&file, baseline("fast")).unwrap();
    let expected = verdicts("fast", "slow", &[]);
    for place in [file.as_path(), folder.path()] {
        assert_eq!(verdicts(place.to_str().unwrap(), "slow", &[]), expected);
    }
}

#[test]
fn a_tolerance_forgives_and_a_name_narrows() {
    let all = verdicts("fast", "slow", &["--tolerance", "300 %"]);
    assert_eq!(with("worse", &all), Vec::<String>::new());
    assert_eq!(all["peer_offload"], "within tolerance");
    let one = verdicts("fast", "slow", &["--metric", "lag.p95"]);
    assert_eq!(one.keys().collect::<Vec<_>>(), ["lag.p95"]);
}

#[test]
fn what_only_one_side_has_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let table = String::from_utf8(baseline("fast")).unwrap();
    let wanted = |line: &&str| !line.contains(",3,") && !line.contains(",1,refusals,");
    let fewer: String = table.lines().filter(wanted).map(|line| format!("{line}\n")).collect();
    let file = folder.path().join("fewer.csv");
    fs::write(&file, fewer).unwrap();
    grandstand(runs(), &["compare", "fast", file.to_str().unwrap()]).success().stderr(
        contains("only in A: control-center, seed 3")
            .and(contains("only in A: `refusals` of control-center, seed 1\n")),
    );
}

#[test]
fn the_comparison_is_written_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let (svg, png, csv) = (place("c.svg"), place("c.png"), place("c.csv"));
    let compare = ["compare", "fast", "slow", "--metric", "cdn_bytes", "--markdown", "-"];
    let files = ["--chart", &svg, "--csv", &csv];
    grandstand(runs(), &[&compare[..], &files].concat()).code(1).stdout(
        contains("| metric | unit | A | B | change | 95 % interval | pairs | verdict |")
            .and(contains("| cdn_bytes | MB |"))
            .and(contains("─").not()),
    );
    grandstand(runs(), &["compare", "fast", "slow", "--chart", &png]).code(1);
    let text = fs::read_to_string(&svg).unwrap();
    assert!(text.contains("cdn_bytes") && text.contains("change in per cent"), "{text}");
    assert!(fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(fs::read_to_string(&csv).unwrap().lines().count(), 2);
}

#[test]
fn bad_places_and_names_are_answered() {
    let refused = |arguments: &[&str]| {
        grandstand(runs(), &[&["compare"], arguments].concat()).code(2).stdout(is_empty())
    };
    refused(&["fats", "slow"]).stderr(contains("fats: no such file or folder: expected"));
    refused(&["fast", "slow", "--metric", "peer_ofload"])
        .stderr(contains("--metric peer_ofload: neither A nor B").and(contains("`peer_offload`?")));
    refused(&["fast", "slow", "--chart", "c.jpg"]).stderr(contains(".svg or .png"));
    refused(&["fast", "slow", "--tolerance", "-1"]).stderr(contains("tolerance"));
    let pair = ["fast/control-center-seed1", "slow/control-center-seed2"];
    refused(&pair).stderr(
        contains("nothing to compare")
            .and(contains("A has control-center with seed 1; B has control-center with seed 2")),
    );
}

#[test]
fn a_broken_folder_is_named_with_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let refused = |place: &Path| {
        grandstand(runs(), &["compare", "fast", place.to_str().unwrap()]).code(2).stdout("")
    };
    refused(folder.path()).stderr(contains("no run is in this folder: expected"));
    fs::create_dir(&run).unwrap();
    let copy = |name: &str| {
        fs::copy(runs().join("fast/control-center-seed1").join(name), run.join(name)).unwrap()
    };
    copy("manifest.toml");
    refused(&run).stderr(contains("summary.csv: No such file"));
    copy("summary.csv");
    let summary = fs::read_to_string(run.join("summary.csv")).unwrap();
    fs::write(run.join("summary.csv"), summary.replace("lag.p50,s,", "lag.p50,s,x")).unwrap();
    refused(folder.path()).stderr(contains("summary.csv:").and(contains("expected a number")));
    let twice = folder.path().join("again");
    copy("summary.csv");
    fs::create_dir(&twice).unwrap();
    for name in ["manifest.toml", "summary.csv"] {
        fs::copy(run.join(name), twice.join(name)).unwrap();
    }
    refused(folder.path()).stderr(contains("with seed 1 is there twice"));
    let manifest = fs::read_to_string(run.join("manifest.toml")).unwrap();
    let joint = manifest.replace("= \"control-center\"", "= \"control-center, cdn-only\"");
    fs::write(run.join("manifest.toml"), joint).unwrap();
    refused(&run).stderr(contains("this folder compares several runs"));
    grandstand(runs(), &["compare", "fast", folder.path().to_str().unwrap()]).success();
}
