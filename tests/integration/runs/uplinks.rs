//! Viewers who take their uplinks for wider than they are (rows C5, C9).

use super::*;
use grandstand::metrics::{EventKind, EventRow};

/// With uplinks measured, with everybody believed, and where everybody is right.
fn three() -> &'static [Outcome; 3] {
    static RUNS: OnceLock<[Outcome; 3]> = OnceLock::new();
    RUNS.get_or_init(|| {
        let believed = ["control.measure_uplinks=false"];
        let right = ["access.dsl.overstated.factor=1", "access.cable.overstated.factor=1"];
        [&[][..], &believed, &right].map(|overrides| controlled("control/uplinks", overrides))
    })
}

/// Findings with what shows them, and three rates in bits per second: what the line carries, what was counted
/// on, what is from then on.
fn findings(run: &Outcome) -> Vec<(&EventRow, &str, [f64; 3])> {
    let rows = run.records.events.iter().filter(|row| row.event == EventKind::UplinkMeasured);
    rows.map(read).collect()
}

fn read(row: &EventRow) -> (&EventRow, &str, [f64; 3]) {
    let words: Vec<&str> = row.detail.split(' ').collect();
    let rate = |word: usize| words[word].parse().expect("a rate");
    (row, words[0], [rate(2), rate(5), rate(8)])
}

/// What a viewer's uplink carries and what is said of it, in bits per second.
fn uplink(run: &Outcome) -> BTreeMap<PeerId, [f64; 2]> {
    let rows = viewers(run).into_iter();
    rows.map(|(peer, row)| (peer, row.uplink.expect("told here").map(|rate| rate.as_f64())))
        .collect()
}

#[test]
fn what_uplinks_carry_is_found_and_nobody_honest_is_wronged() {
    let [run, believed, _] = three();
    assert!(figure(run, "uplinks_overstated") > 150.0);
    assert!(figure(run, "uplink_finding_precision") >= 0.95);
    assert!(figure(run, "uplink_finding_recall") >= 0.9);
    assert!(figure(run, "time_to_find_uplink.p50") <= 5.0);
    assert!(figure(run, "uplink_finding_error.p50") <= 0.05);
    assert_eq!(figure(believed, "uplink_finding_recall"), 0.0);
}

#[test]
fn a_probe_tells_what_the_line_carries() {
    let run = &three()[0];
    let uplink = uplink(run);
    let by_probe: Vec<_> = findings(run).into_iter().filter(|(_, by, _)| *by == "probe").collect();
    assert!(by_probe.len() > 50, "{}", by_probe.len());
    for (row, _, [carries, _, counts]) in by_probe {
        let [truth, _] = uplink[&row.peer.expect("a viewer")];
        assert!((carries / truth - 1.0).abs() < 0.01, "{row:?}: {truth}");
        assert!(counts <= carries, "{row:?}");
    }
}

#[test]
fn where_lines_are_too_narrow_measuring_keeps_the_picture() {
    let [run, believed, right] = three();
    let all = |metric: &str| [run, believed, right].map(|run| figure(run, metric));
    let [measured, believed, right] = all("continuity");
    assert!(measured > believed + 0.03, "{measured} against {believed}");
    assert!(measured > right - 0.004, "{measured}, and {right} if all were right");
    let [measured, believed, _] = all("stalls_per_hour");
    assert!(measured < believed / 5.0, "{measured} against {believed}");
}

#[test]
fn nobody_rises_whose_line_carries_no_more_than_the_stream() {
    let [run, believed, _] = three();
    let weak = |run: &Outcome| {
        let uplink = uplink(run);
        let risen: BTreeSet<PeerId> =
            triggered(run, Trigger::LevelChange).map(|change| change.child).collect();
        let weak = risen.iter().filter(|peer| uplink[*peer][0] <= 2e6).count();
        (risen.len(), weak)
    };
    let (risen, weak_ones) = weak(run);
    assert!(risen > 80 && weak_ones == 0, "{weak_ones} of {risen}");
    assert!(weak(believed).1 > 20, "whose word counts rises");
}

#[test]
fn where_everybody_is_right_hardly_anybody_is_found_to_be_wrong() {
    let right = &three()[2];
    let wronged = figure(right, "uplink_findings");
    assert!(wronged <= 2.0, "{wronged} of {}", figure(right, "sessions"));
    assert!(figure(right, "uplink_probes") > 100.0, "whoever rises has measured");
    let flat = controlled("control/levels", &[]);
    assert!(figure(&flat, "uplink_findings") <= 2.0);
}
