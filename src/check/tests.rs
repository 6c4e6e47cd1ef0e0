//! Comparisons of figures made up for them.

use super::{Comparison, Side, compare};
use crate::metrics::{PointRow, Points, Verdict};

/// One figure of control-center at one point, seeds from 1 on.
fn figures(metric: &str, values: &[f64]) -> Points {
    let rows = values.iter().zip(1..).map(|(value, seed)| PointRow {
        point: 0,
        values: Vec::new(),
        coordinator: "control-center".into(),
        seed,
        metric: metric.into(),
        unit: "s".into(),
        value: Some(*value),
    });
    Points { axes: Vec::new(), rows: rows.collect() }
}

fn compared(metric: &str, a: &[f64], b: &[f64], tolerance: Option<f64>) -> Comparison {
    compare(&figures(metric, a), &figures(metric, b), tolerance).unwrap()
}

fn verdict(metric: &str, a: &[f64], b: &[f64], tolerance: Option<f64>) -> Verdict {
    let comparison = compared(metric, a, b, tolerance);
    assert_eq!(comparison.rows.len(), 1, "{comparison:?}");
    comparison.rows[0].verdict
}

/// Differences 1, 2, 3: mean 2, standard error 0.57735, t(0.975; 2) = 4.302653, so half the interval
/// is 2.484138 and zero lies within. With 4, 5, 6 it does not.
#[test]
fn a_difference_is_that_of_the_pairs() {
    let comparison = compared("lag.p50", &[10.0, 20.0, 30.0], &[14.0, 25.0, 36.0], None);
    let row = &comparison.rows[0];
    assert_eq!((row.pairs, row.mean_a, row.mean_b, row.difference), (3, 20.0, 25.0, 5.0));
    assert_eq!(row.change(), Some(25.0));
    let interval = row.interval.unwrap();
    assert!((interval.low - 2.515_862).abs() < 1e-5 && (interval.high - 7.484_138).abs() < 1e-5);
    let (low, high) = row.change_interval().unwrap();
    assert!((low - 12.579_31).abs() < 1e-4 && (high - 37.420_69).abs() < 1e-4);
    // Seeds differ far more from each other than the sides do: unpaired, nothing would be shown.
    assert_eq!(row.verdict, Verdict::Worse);
    let shown = verdict("lag.p50", &[10.0, 20.0, 30.0], &[11.0, 22.0, 33.0], None);
    assert_eq!(shown, Verdict::NoDifferenceShown);
}

#[test]
fn the_good_side_depends_on_the_figure_and_on_the_order() {
    let (less, more) = ([10.0, 20.0, 30.0], [14.0, 25.0, 36.0]);
    for (metric, rising, falling) in [
        ("lag.p50", Verdict::Worse, Verdict::Better),
        ("continuity", Verdict::Better, Verdict::Worse),
        ("viewers_peak", Verdict::Changed, Verdict::Changed),
        ("unheard_of", Verdict::Changed, Verdict::Changed),
    ] {
        assert_eq!(verdict(metric, &less, &more, None), rising, "{metric}");
        assert_eq!(verdict(metric, &more, &less, None), falling, "{metric}");
    }
}

#[test]
fn equal_pairs_are_identical_and_one_pair_shows_nothing() {
    assert_eq!(verdict("lag.p50", &[3.0], &[3.0], None), Verdict::Identical);
    assert_eq!(verdict("lag.p50", &[3.0, 4.0], &[3.0, 4.0], Some(1.0)), Verdict::Identical);
    assert_eq!(verdict("lag.p50", &[3.0], &[4.0], None), Verdict::TooFewSeeds);
}

#[test]
fn a_tolerance_forgives_small_changes_and_asks_for_enough_seeds() {
    // 1 % on every seed: the interval has no width.
    let (a, b) = ([100.0, 100.0, 100.0], [101.0, 101.0, 101.0]);
    assert_eq!(verdict("lag.p50", &a, &b, None), Verdict::Worse);
    assert_eq!(verdict("lag.p50", &a, &b, Some(1.0)), Verdict::WithinTolerance);
    assert_eq!(verdict("lag.p50", &a, &b, Some(0.9)), Verdict::Worse);
    // From -0.484 to 4.484, so 4.968 % wide.
    let b = [101.0, 102.0, 103.0];
    assert_eq!(verdict("lag.p50", &a, &b, Some(5.0)), Verdict::NoDifferenceShown);
    assert_eq!(verdict("lag.p50", &a, &b, Some(4.9)), Verdict::TooFewSeeds);
    // Nothing can be said in per cent of zero.
    let (a, b) = ([0.0, 0.0, 0.0], [0.0, 0.0, 1.0]);
    assert_eq!(verdict("lag.p50", &a, &b, Some(50.0)), Verdict::TooFewSeeds);
    assert_eq!(compared("lag.p50", &a, &b, None).rows[0].change(), None);
}

#[test]
fn points_meet_by_the_names_of_their_axes() {
    let with_axes = |axes: [&str; 2], values: [&str; 2], point| {
        let mut points = figures("lag.p50", &[1.0, 2.0]);
        points.axes = axes.map(str::to_string).to_vec();
        for row in &mut points.rows {
            (row.point, row.values) = (point, values.map(str::to_string).to_vec());
        }
        points
    };
    let a = with_axes(["x", "y"], ["1", "2"], 0);
    let same = compare(&a, &with_axes(["y", "x"], ["2", "1"], 7), None).unwrap();
    assert_eq!((same.rows.len(), same.unpaired.len(), same.rows[0].point), (1, 0, 0));
    assert_eq!(same.rows[0].values, [("x", "1"), ("y", "2")].map(|(k, v)| (k.into(), v.into())));
    let other = compare(&a, &with_axes(["y", "x"], ["1", "2"], 0), None).unwrap();
    assert_eq!((other.rows.len(), other.unpaired.len()), (0, 2));
    let told = "only in A: control-center, x = 1, y = 2, seeds 1, 2";
    assert_eq!(other.unpaired[0].to_string(), told);
}

#[test]
fn what_only_one_side_has_is_told() {
    let (mut a, mut b) = (figures("lag.p50", &[1.0, 2.0, 3.0]), figures("lag.p50", &[1.0, 2.0]));
    a.rows.extend(figures("startup_delay.p50", &[1.0, 2.0]).rows);
    let mut absent = figures("startup_delay.p50", &[1.0, 2.0]).rows;
    absent[1].value = None;
    b.rows.extend(absent);
    b.rows.extend(figures("lag.p95", &[5.0]).rows);
    let comparison = compare(&a, &b, None).unwrap();
    let told: Vec<String> = comparison.unpaired.iter().map(ToString::to_string).collect();
    let expected = [
        "only in A: control-center, seed 3",
        "only in A: `startup_delay.p50` of control-center, seed 2",
        "only in B: `lag.p95` of control-center, seed 1",
    ];
    assert_eq!(told, expected);
    assert_eq!(comparison.unpaired[2].side, Side::B);
    let pairs: Vec<usize> = comparison.rows.iter().map(|row| row.pairs).collect();
    assert_eq!(pairs, [2, 1]);
}

#[test]
fn the_same_run_twice_is_refused() {
    let mut twice = figures("lag.p50", &[1.0]);
    twice.rows.extend(figures("lag.p50", &[2.0]).rows);
    let error = compare(&figures("lag.p50", &[1.0]), &twice, None).unwrap_err().to_string();
    let told = "`lag.p50` of control-center with seed 1 is there twice";
    assert!(error.starts_with(told), "{error}");
}
