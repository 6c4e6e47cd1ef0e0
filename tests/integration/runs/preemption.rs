//! Who takes whose place, and how many are moved for the better (rows A5, A6, R10, R11).

use super::*;
use grandstand::proto::Rule;

fn strong_nodes() -> &'static Outcome {
    static RUN: OnceLock<Outcome> = OnceLock::new();
    RUN.get_or_init(|| controlled("control/strong_nodes", &[]))
}

#[test]
fn a_strong_newcomer_takes_a_weak_ones_place_and_becomes_its_parent() {
    // Recomputations would bring the strong to the top before anybody had to take a place.
    let run = &controlled("control/strong_nodes", &["control.recompute_above=1"]);
    let viewers = viewers(run);
    let (mut taken, mut above) = (0, 0);
    for decision in triggered(run, Trigger::Preemption) {
        let Some(parent) = decision.new_parent else {
            panic!("{decision:?} takes and gives nothing")
        };
        match decision.rule {
            Rule::TakesPlace => taken += 1,
            Rule::BelowWhoTookItsPlace => {
                let [weaker, stronger] =
                    [decision.child, parent].map(|peer| &viewers[&peer].access);
                let waited = weaker == stronger || stronger == "strong";
                assert!(waited, "a {stronger} one above a {weaker} one: {decision:?}");
                above += u32::from(stronger == "strong" && weaker == "weak");
            }
            rule => panic!("{rule:?} with {decision:?}"),
        }
    }
    assert!(taken >= 10 && above >= 8, "{taken} places taken, {above} times by a strong one");
}

#[test]
fn the_strong_stand_nearer_to_the_source_than_the_weak_where_they_serve() {
    let run = strong_nodes();
    let viewers = viewers(run);
    for (time, tree) in trees(run) {
        let serves: BTreeSet<(PeerId, Substream)> =
            tree.iter().map(|((_, substream), parent)| (*parent, *substream)).collect();
        let hops = |peer: &PeerId, substream: Substream| {
            let above = |at: &PeerId| tree.get(&(*at, substream)).copied();
            std::iter::successors(Some(*peer), above).count() as f64 - 1.0
        };
        let mean = |access: &str| {
            let of_it = serves
                .iter()
                .filter(|(peer, _)| viewers.get(peer).is_some_and(|row| row.access == access));
            let depths: Vec<f64> = of_it.map(|(peer, substream)| hops(peer, *substream)).collect();
            depths.iter().sum::<f64>() / depths.len() as f64
        };
        let [strong, weak] = ["strong", "weak"].map(mean);
        assert!(strong < weak, "at {time}: {strong} hops to the strong, {weak} to the weak");
    }
}

#[test]
fn changes_for_the_better_keep_within_their_allowance() {
    let better = [Trigger::Improvement, Trigger::Recomputation, Trigger::Preemption];
    let run = |limit: &str| controlled("control/strong_nodes", &[limit]);
    let most = |run: &Outcome| {
        let mut by_minute: BTreeMap<u64, u32> = BTreeMap::new();
        for decision in &run.decisions {
            if better.contains(&decision.trigger) && decision.old_parent.is_some() {
                *by_minute.entry(decision.time.as_nanos() / 60_000_000_000).or_default() += 1;
            }
        }
        by_minute.into_values().max().unwrap_or_default()
    };
    let tight = run("control.improvements=0.1");
    // Two minutes' worth may fall into one: what was saved, and what it gives; of a hundred and twenty.
    assert!(most(&tight) <= 24, "{} changes in a minute", most(&tight));
    assert!(most(strong_nodes()) > most(&tight), "{} without the limit", most(strong_nodes()));
    assert!(figure(&tight, "changes_put_off") > 0.0);
}

#[test]
fn very_much_change_has_the_whole_recomputed_before_its_time() {
    let run = |above: &str| {
        let outcome = controlled("control/strong_nodes", &[above, "control.recompute_above=1"]);
        figure(&outcome, "recomputations_whole")
    };
    let [soon, late] =
        ["control.recompute_whole_above=0.3", "control.recompute_whole_above=1"].map(run);
    assert!(soon > late + 2.0, "{soon} and {late} recomputations of the whole");
}

/// A wave of newcomers under an order of assignment.
fn wave(order: &str) -> Outcome {
    controlled("control/many_at_once", &[&format!("control.assignment=\"{order}\"")])
}

/// The first decisions about those who were told together, as pairs of child and substream.
fn told_together(run: &Outcome) -> Vec<Vec<(PeerId, Substream)>> {
    let mut batches: BTreeMap<SimTime, Vec<(PeerId, Substream)>> = BTreeMap::new();
    for decision in triggered(run, Trigger::Join) {
        batches.entry(decision.time).or_default().push((decision.child, decision.substream));
    }
    batches.into_values().filter(|batch| batch.len() > 8).collect()
}

#[test]
fn newcomers_are_placed_client_by_client_or_in_turn() {
    let changes = |batch: &[(PeerId, Substream)]| {
        batch.windows(2).filter(|pair| pair[0].0 != pair[1].0).count() + 1
    };
    for (order, in_turn) in [("sequential", false), ("interleaved", true)] {
        let run = wave(order);
        let batches = told_together(&run);
        assert!(batches.len() >= 3, "{} waves", batches.len());
        for batch in batches {
            let clients: BTreeSet<PeerId> = batch.iter().map(|(child, _)| *child).collect();
            let expected = if in_turn { batch.len() } else { clients.len() };
            assert_eq!(changes(&batch), expected, "{order}: {batch:?}");
        }
    }
}

/// Of children whom their parents chose: how many live in the parent's city, and how many would if it had
/// taken some of all at random.
fn neighbours(run: &Outcome) -> (f64, f64) {
    let homes: BTreeMap<PeerId, _> =
        run.records.peers.iter().map(|row| (row.peer, (row.network, row.city))).collect();
    let (mut near, mut by_chance) = (0.0, 0.0);
    for row in run.decisions.iter().filter(|row| row.rule == Rule::ChosenByParent) {
        let home = homes[&row.new_parent.expect("a parent chose")];
        near += f64::from(u8::from(homes[&row.child] == home));
        let there = homes.values().filter(|other| **other == home).count();
        by_chance += there as f64 / homes.len() as f64;
    }
    (near, by_chance)
}

#[test]
fn parents_choose_children_where_that_is_the_order() {
    let run = wave("child-selection");
    let chosen = run.decisions.iter().filter(|row| row.rule == Rule::ChosenByParent).count();
    let joins = triggered(&run, Trigger::Join).count();
    assert!(chosen * 2 > joins, "{chosen} of {joins} first parents chose");
    let others = ["sequential", "interleaved"].map(wave);
    for other in &others {
        assert!(other.decisions.iter().all(|row| row.rule != Rule::ChosenByParent));
    }
    // Whom it takes are its neighbours, more often than if it took anybody of those who came (103 against
    // 80; those who will feed others come first, near or not).
    let (near, by_chance) = neighbours(&run);
    assert!(near > 1.15 * by_chance, "{near} in the parent's own city, {by_chance} by chance");
    for run in others.iter().chain([&run]) {
        assert!(figure(run, "continuity") > 0.97, "{}", figure(run, "continuity"));
    }
}
