//! How far runs are from what theory allows, and who comes nearer (rows A10, S7, S8).

use super::*;

#[test]
fn no_run_beats_its_bounds_and_all_losses_are_accounted_for() {
    for (outcome, coordinator) in small_match().iter().zip(ALL) {
        let [most, achieved] =
            ["bound", "achieved"].map(|part| bound(outcome, "peer_offload", part));
        assert!(achieved <= most + 1e-9, "{}: {achieved} beats {most}", coordinator.name());
        let lost: f64 = outcome
            .records
            .bounds
            .iter()
            .filter(|row| {
                row.scope == "run"
                    && row.quantity == "peer_offload"
                    && row.part.starts_with("lost_")
            })
            .filter_map(|row| row.value)
            .sum();
        assert!((most - achieved - lost).abs() < 1e-9, "{} is not {}", lost, most - achieved);
        let [least, sent] = ["bound", "achieved"].map(|part| bound(outcome, "cdn_bytes", part));
        assert!(sent >= least * figure(outcome, "continuity"), "{}", coordinator.name());
    }
}

#[test]
fn the_control_center_beats_its_baselines() {
    let [center, cdn_only, random, local] = small_match();
    let continuity = |outcome| figure(outcome, "continuity");
    assert!(continuity(center) >= 0.995, "continuity {}", continuity(center));
    for tracker in [random, local] {
        assert!(continuity(center) > continuity(tracker));
    }
    let offload =
        bound(center, "peer_offload", "achieved") / bound(center, "peer_offload", "bound");
    assert!(offload >= 0.85, "{offload} of the bound");
    assert_eq!(figure(cdn_only, "peer_offload"), 0.0);
    let crossing = |outcome| figure(outcome, "cross_isp_share");
    assert!(crossing(center) <= crossing(random) / 5.0);
    assert!(crossing(local) < crossing(random));
    assert!(figure(center, "border_copies_reachable.max") <= 5.0);
}

#[test]
fn no_tree_is_flatter_and_no_border_quieter_than_theory_allows() {
    for (outcome, coordinator) in small_match().iter().zip(ALL) {
        let [least, depth] = ["bound", "achieved"].map(|part| bound(outcome, "tree_depth", part));
        assert!(least >= 1.0 && depth >= least - 1e-9, "{}: {depth} hops", coordinator.name());
        let [most, received] =
            ["bound", "achieved"].map(|part| bound(outcome, "streaming_rate", part));
        // A viewer at 2.5 Mbps, of whom newcomers get some seconds more than they stay.
        assert!((2.0e6..2.8e6).contains(&received) && received < most, "{received} of {most} bps");
        let delivered = figure(outcome, "continuity");
        let mut borders = 0;
        for row in &outcome.records.isps {
            let scope = row.network.to_string();
            let part = |part| bound_in(outcome, &scope, "border_copies", part);
            let (Some(least), Some(copies)) = (part("bound"), part("achieved")) else { continue };
            borders += 1;
            assert!(copies >= least * delivered - 0.05, "{}: {copies} copies", row.name);
            assert_eq!((row.border_copies_bound, row.border_copies), (Some(least), Some(copies)));
        }
        assert_eq!(borders, 17);
    }
    // The control center is near the bound where the baselines are not.
    let above = |outcome: &Outcome| {
        bound(outcome, "tree_depth", "achieved") - bound(outcome, "tree_depth", "bound")
    };
    let [center, _, random, _] = small_match();
    assert!(above(center) < above(random), "{} and {} hops", above(center), above(random));
    let copies = |outcome| figure(outcome, "border_copies.mean");
    assert!(copies(center) < copies(random) / 5.0);
}
