//! Reassignment: who gets another parent, when and why (rows R1 to R13).

use super::*;
use grandstand::metrics::TransferRow;

#[test]
fn a_silent_death_is_noticed_within_two_heartbeats_and_repaired_within_three() {
    let center = &small_match()[0];
    // The child's first whole interval without data ends 2 to 4 s after the death; heartbeats take
    // up to 0.2 s, and suspicions are looked at again every second.
    let mean = figure(center, "time_to_detect.mean");
    assert!((2.0..4.0).contains(&mean), "mean {mean} s");
    assert!(figure(center, "time_to_detect.p05") >= 2.0);
    assert!(figure(center, "time_to_repair.p95") <= 6.0);
    assert!(figure(center, "time_to_repair.count") > 500.0);
}

#[test]
fn the_whole_loop_can_be_followed_for_one_child() {
    let run = tiny();
    let viewers = viewers(run);
    let mut followed = 0;
    for repair in triggered(run, Trigger::ParentSilent) {
        let (child, Some(old), Some(new)) = (repair.child, repair.old_parent, repair.new_parent)
        else {
            continue;
        };
        let Some(dead) = viewers.get(&old).filter(|row| row.silent && row.leave < repair.time)
        else {
            continue;
        };
        // The first assignment, when it joined.
        let about = |decision: &&Decision| {
            decision.child == child && decision.substream == repair.substream
        };
        let first = run.decisions.iter().find(about).expect("a first assignment");
        assert_eq!((first.trigger, first.old_parent), (Trigger::Join, None));
        // The change: data stop, two heartbeats show it, and one parent is exchanged for another.
        let between = |from: PeerId| {
            let rows = run.records.transfers.iter();
            rows.filter(move |row| row.source == from && row.destination == child)
        };
        // Where data had stopped further up already, the first empty interval began before the death.
        if !is_fed_as_ever(run, old, repair.substream, dead.leave) {
            continue;
        }
        let waited = repair.time.since(dead.leave).as_secs_f64();
        // An empty interval may begin with a packet that never became whole: 40 ms of a substream.
        assert!((1.96..7.0).contains(&waited), "decided {waited} s after the death");
        // The child switches, if it stays and the new parent is there.
        let gone = [child, new].map(|peer| viewers.get(&peer).map(|row| row.leave));
        let soon = repair.time + Span::from_secs(2);
        if gone.iter().flatten().all(|leave| *leave > soon)
            && between(old).any(|row| row.end == dead.leave)
        {
            let switched = between(new).any(|row| row.start > repair.time && row.start < soon);
            let refused = run.decisions.iter().filter(about).any(|decision| {
                decision.trigger == Trigger::ConnectFailed && decision.old_parent == Some(new)
            });
            assert!(switched || refused, "{child:?} did not switch from {old:?} to {new:?}");
            followed += u32::from(switched);
        }
    }
    assert!(followed >= 20, "{followed} loops from first assignment to switch");
}

/// Whether nothing happened for some seconds around an instant to those who feed a viewer, from its own
/// parent up to a CDN node.
fn is_fed_as_ever(run: &Outcome, viewer: PeerId, substream: Substream, at: SimTime) -> bool {
    let viewers = viewers(run);
    let around = at.back(Span::from_secs(4))..at + Span::from_secs(6);
    let mut next = Some(viewer);
    while let Some(peer) = next.filter(|peer| viewers.contains_key(peer)) {
        let about =
            |decision: &&Decision| decision.child == peer && decision.substream == substream;
        if run.decisions.iter().filter(about).any(|decision| around.contains(&decision.time)) {
            return false;
        }
        let before = run.decisions.iter().filter(about).rfind(|decision| decision.time < at);
        next = before.and_then(|decision| decision.new_parent);
        if next.and_then(|parent| viewers.get(&parent)).is_some_and(|row| row.leave < at) {
            return false;
        }
    }
    next.is_some()
}

#[test]
fn much_change_is_above_the_threshold_and_starts_a_recomputation() {
    let run = |above: &str| {
        let above = format!("control.recompute_above={above}");
        controlled("live_sport", &["audience.peak=300", "control.region=\"world\"", &above])
    };
    let [soon, late] = ["0.2", "1"].map(|above| {
        let run = run(above);
        assert!(figure(&run, "recomputations_whole") > 20.0);
        figure(&run, "recomputations_part")
    });
    assert!(soon > 100.0 && late < soon / 3.0, "{soon} and {late} recomputations of a part");
}

#[test]
fn the_children_of_who_says_good_bye_are_moved_within_a_second() {
    let run = &small_match()[0];
    let viewers = viewers(run);
    let mut moved: BTreeMap<(PeerId, PeerId), Vec<SimTime>> = BTreeMap::new();
    for decision in triggered(run, Trigger::ParentLeft) {
        let old = decision.old_parent.expect("somebody left");
        let row = viewers[&old];
        assert!(!row.silent && row.leave < decision.time, "{decision:?}");
        moved.entry((decision.child, old)).or_default().push(decision.time);
    }
    // Whoever was told to go elsewhere before did not need to be told again: it kept its parent for as long as it
    // tried to connect, which it gives up after two seconds.
    let already = |row: &TransferRow| {
        run.decisions.iter().any(|decision| {
            let before =
                decision.time <= row.end && row.end.since(decision.time) < Span::from_secs(2);
            before && decision.child == row.destination && decision.old_parent == Some(row.source)
        })
    };
    let mut left = 0;
    for row in &run.records.transfers {
        let Some(source) = viewers.get(&row.source) else { continue };
        let stays = viewers[&row.destination].leave > row.end + Span::from_secs(1);
        if source.silent || row.end != source.leave || !stays || row.end >= SimTime::from_secs(7200)
        {
            continue;
        }
        left += 1;
        let soon = row.end..row.end + Span::from_secs(1);
        let decisions = moved.get(&(row.destination, row.source));
        let found = decisions.is_some_and(|times| times.iter().any(|time| soon.contains(time)));
        assert!(found || already(row), "nobody looked after {row:?}");
    }
    assert!(left > 3000, "{left} transfers ended with a good-bye");
}

#[test]
fn only_the_children_of_the_dead_change_parents() {
    let overrides = [
        "audience.peak=1200",
        "output.assignments=\"all\"",
        "output.topology_at=[\"3590 s\"]",
        "fault=[{at=\"60 min\", peers_vanish=\"10 %\"}]",
        "audience.silent_leave=0",
    ];
    let run = controlled("live_sport", &overrides);
    let viewers = viewers(&run);
    let death = SimTime::from_secs(3600);
    let dead: BTreeSet<PeerId> = viewers
        .values()
        .filter(|row| row.silent && row.leave == death)
        .map(|row| row.peer)
        .collect();
    assert!(dead.len() > 20, "{} died", dead.len());
    let tree = &trees(&run)[&SimTime::from_secs(3590)];
    let is_below = |child: PeerId, substream: Substream| {
        let above = |at: &PeerId| tree.get(&(*at, substream)).copied();
        std::iter::successors(above(&child), above).any(|at| dead.contains(&at))
    };
    let alive = |child: &PeerId| !dead.contains(child);
    let below =
        tree.keys().filter(|(child, substream)| alive(child) && is_below(*child, *substream));
    let below = below.count();
    let children = tree.iter().filter(|((child, _), parent)| alive(child) && dead.contains(parent));
    let children = children.count();
    let victims = below - children;
    assert!(victims > 100, "{below} below the dead, {children} of them children");
    let until = death + Span::from_secs(10);
    let silent = triggered(&run, Trigger::ParentSilent)
        .filter(|decision| (death..until).contains(&decision.time));
    let (root, others): (Vec<&Decision>, Vec<&Decision>) =
        silent.partition(|decision| decision.old_parent.is_some_and(|old| dead.contains(&old)));
    assert!(root.len() * 10 > children * 9, "{} of {children} children were moved", root.len());
    assert!(others.len() * 50 < root.len(), "{} others beside {}", others.len(), root.len());
}

#[test]
fn children_leave_a_path_that_is_too_narrow_and_the_picture_comes_back() {
    let run = controlled("control/congested_peering", &[]);
    let narrow = SimTime::from_secs(120)..SimTime::from_secs(240);
    let near = PeerId::new(0);
    // Each for itself, or all together when the monitor has found the link.
    let moved: Vec<_> = triggered(&run, Trigger::Congestion)
        .chain(triggered(&run, Trigger::LinkCongested))
        .collect();
    assert!(!moved.is_empty(), "nobody noticed");
    assert!(moved.iter().all(|decision| narrow.contains(&decision.time)), "{moved:?}");
    assert!(moved.iter().any(|decision| decision.old_parent == Some(near)));
    assert!(moved.iter().all(|decision| decision.new_parent != Some(near)));
    // Three heartbeats of two seconds below the rate, and a first one that is only partly so.
    let first = moved[0].time.since(narrow.start).as_secs_f64();
    assert!((4.0..10.0).contains(&first), "first moved after {first} s");
    assert_eq!(mean_between(&run, "continuity", 60, 120), 1.0);
    let back = mean_between(&run, "continuity", 150, 240);
    assert!(back > 0.99, "continuity {back} while the link was still narrow");
    let baseline = checked(&scenario("control/congested_peering", &[]), CoordinatorKind::CdnOnly);
    let without = mean_between(&baseline, "continuity", 150, 240);
    assert!(without < 0.5, "continuity {without} without anybody who moves them");
}

#[test]
fn no_recomputation_raises_the_objective() {
    let run = &small_match()[0];
    assert_eq!(figure(run, "recomputations_worse"), 0.0);
    let (before, after) = (series(run, "objective_before"), series(run, "objective"));
    assert!(before.len() > 600 && before.len() == after.len(), "{} samples", before.len());
    let mut better = 0;
    for ((time, before), (_, after)) in before.iter().zip(&after) {
        assert!(*after <= before * (1.0 + 1e-9), "{before} became {after} at {time:?}");
        better += u32::from(*after < before * 0.999);
    }
    assert!(better > 100, "better at {better} samples only");
    assert!(figure(run, "recomputation_moves") > 500.0);
    assert!(figure(run, "objective") < figure(run, "objective_before"));
}

#[test]
fn a_country_is_one_cluster_and_nobody_takes_from_another_country() {
    let overrides =
        ["audience.peak=300", "control.region=\"country\"", "output.assignments=\"all\""];
    let run = controlled("live_sport", &overrides);
    let viewers = viewers(&run);
    let country: BTreeMap<_, _> =
        run.records.isps.iter().map(|row| (row.network, row.country.as_str())).collect();
    let mut networks = BTreeSet::new();
    let mut clusters: BTreeMap<&str, BTreeSet<Option<u32>>> = BTreeMap::new();
    for decision in &run.decisions {
        let child = viewers[&decision.child];
        clusters.entry(country[&child.network]).or_default().insert(decision.dcm);
        if let Some(parent) = decision.new_parent.and_then(|parent| viewers.get(&parent)) {
            assert_eq!(country[&parent.network], country[&child.network], "{decision:?}");
            networks.insert(parent.network == child.network);
        }
    }
    assert_eq!(networks.len(), 2, "parents in the same network and in others of the country");
    assert_eq!(figure(&run, "control_dcms"), 8.0);
    assert!(clusters.len() == 8 && clusters.values().all(|dcms| dcms.len() == 1), "{clusters:?}");
}

#[test]
fn the_whole_is_recomputed_every_five_minutes_or_as_often_as_it_is_told() {
    for (setting, seconds) in [("5 min", 300), ("10 min", 600)] {
        let overrides = [
            "audience.peak=300",
            "control.region=\"world\"",
            "control.recompute_above=1",
            "output.assignments=\"all\"",
            &format!("control.recompute=\"{setting}\""),
        ];
        let run = controlled("live_sport", &overrides);
        let whole = figure(&run, "recomputations_whole");
        assert_eq!(whole, (7200 / seconds - 1) as f64, "recomputations every {setting}");
        let times: BTreeSet<u64> = triggered(&run, Trigger::Recomputation)
            .map(|decision| decision.time.as_nanos() / 1_000_000_000)
            .collect();
        // What one of them decides is done within seconds, one look after the other, with a few looks between
        // them at which nothing can be done.
        let begins = times
            .iter()
            .filter(|time| times.range(time.saturating_sub(6)..**time).next().is_none());
        // The clock starts with the first viewer; looks are a second apart.
        let (due, others): (Vec<u64>, Vec<u64>) =
            begins.copied().partition(|time| *time % seconds <= 5);
        assert!(due.len() as f64 >= whole * 0.8, "{due:?} of {whole}");
        let between = ["recomputations_part", "recomputations_again"];
        let between: f64 = between.map(|metric| figure(&run, metric)).into_iter().sum();
        assert!(others.len() as f64 <= between, "{others:?} of {between}");
    }
}
