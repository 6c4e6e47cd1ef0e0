//! The parts of the control center, as far as runs show them (rows C1 to C4).

use super::*;
use grandstand::units::AsNumber;

#[test]
fn reports_come_every_heartbeat_and_repair_waits_for_them() {
    let [often, seldom] = ["2 s", "4 s"].map(|interval| {
        controlled(
            "tiny",
            &[
                "audience.peak=200",
                "cdn.origin.capacity=\"300 Mbps\"",
                &format!("client.heartbeat=\"{interval}\""),
            ],
        )
    });
    for (run, interval) in [(&often, 2.0), (&seldom, 4.0)] {
        // A report and its answer each interval; joins, assignments and good-byes on top.
        let reports = 2.0 * figure(run, "peer_seconds") / interval;
        let messages = figure(run, "control_messages");
        assert!(messages > reports * 0.95 && messages < reports * 1.3, "{messages}, not {reports}");
        let detected = figure(run, "time_to_detect.mean");
        assert!((interval..2.0 * interval).contains(&detected), "{detected} s at {interval} s");
        assert!(figure(run, "time_to_detect.count") > 50.0);
    }
}

/// The DCMs that decided about viewers, by what `region` says of their network.
fn deciders<R: Ord>(
    outcome: &Outcome,
    region: impl Fn(AsNumber) -> R,
) -> BTreeMap<R, BTreeSet<u32>> {
    let viewers = viewers(outcome);
    let mut deciders: BTreeMap<R, BTreeSet<u32>> = BTreeMap::new();
    for decision in &outcome.decisions {
        let dcm = decision.dcm.expect("a DCM decides");
        deciders.entry(region(viewers[&decision.child].network)).or_default().insert(dcm);
    }
    deciders
}

/// One DCM a region, and no two regions with the same.
fn assert_one_each<R: Ord + std::fmt::Debug>(
    deciders: &BTreeMap<R, BTreeSet<u32>>,
    regions: usize,
) {
    assert!(deciders.values().all(|dcms| dcms.len() == 1), "{deciders:?}");
    let all: BTreeSet<u32> = deciders.values().flatten().copied().collect();
    assert_eq!((deciders.len(), all.len()), (regions, regions), "{deciders:?}");
}

#[test]
fn one_dcm_answers_for_each_network() {
    let center = &small_match()[0];
    assert_one_each(&deciders(center, |network| network), 17);
    assert_eq!(figure(center, "control_dcms"), 17.0);
    assert_eq!(mean_between(center, "control_dcms", 1200, 6900), 17.0);
}

#[test]
fn a_dcm_is_made_for_the_first_viewer_and_given_up_after_the_last() {
    let waves = [
        "duration=\"8 min\"",
        "control.recompute=\"30 s\"",
        "fault=[]",
        "audience.session=[{name=\"all\", share=1, median=\"60 min\", sigma=0.1}]",
        "audience.phase=[{name=\"in\", until=\"30 s\", level=1}, {name=\"stay\", until=\"2 min\", level=1}, \
         {name=\"out\", until=\"130 s\", level=0}, {name=\"nobody\", until=\"5 min\", level=0}, \
         {name=\"again\", until=\"330 s\", level=1}]",
    ];
    let run = controlled("tiny", &waves);
    let dcms = |from, to| mean_between(&run, "control_dcms", from, to);
    assert_eq!(series(&run, "control_dcms").first().map(|(_, count)| *count <= 2.0), Some(true));
    assert_eq!((dcms(60, 120), dcms(220, 300), dcms(340, 480)), (2.0, 0.0, 2.0));
    assert_eq!(figure(&run, "control_dcms"), 4.0);
    // The later ones are others, and serve as well.
    let late = run.decisions.iter().filter(|decision| decision.time > SimTime::from_secs(300));
    let dcms: BTreeSet<_> = late.filter_map(|decision| decision.dcm).collect();
    assert_eq!(dcms, BTreeSet::from([2, 3]));
    assert!(mean_between(&run, "continuity", 400, 480) > 0.99);
}

#[test]
fn the_topology_is_the_one_that_the_dcms_decided() {
    for run in [&small_match()[0], tiny()] {
        let mut decided: BTreeMap<(PeerId, Substream), Vec<&Decision>> = BTreeMap::new();
        for decision in &run.decisions {
            decided.entry((decision.child, decision.substream)).or_default().push(decision);
        }
        let (mut edges, mut others) = (0, 0);
        for row in &run.records.topology {
            let about = &decided[&(row.child, row.substream)];
            let last = about.iter().rfind(|decision| decision.time <= row.time);
            let last = last.expect("nobody has a parent before a decision");
            // A new parent is asked, and the former one kept until it answers.
            if row.time.since(last.time) > Span::from_secs(3) {
                edges += 1;
                others += u32::from(last.new_parent != Some(row.parent));
            }
        }
        assert!(edges > 1000, "{edges} edges");
        assert_eq!(others, 0, "edges of {edges} that nobody decided");
    }
}

#[test]
fn cities_of_a_large_isp_are_dealt_out_to_its_dcms() {
    let run = controlled(
        "live_sport",
        &["audience.peak=1000", "isp[0].metros=6", "isp[0].dcms=3", "output.assignments=\"all\""],
    );
    let network = AsNumber::new(7018);
    let by_network = deciders(&run, |network| network);
    assert_eq!(by_network[&network].len(), 3, "{by_network:?}");
    assert!(by_network.iter().all(|(other, dcms)| *other == network || dcms.len() == 1));
    // Everybody has one DCM, and takes from nobody of another.
    let mut dcm_of: BTreeMap<PeerId, u32> = BTreeMap::new();
    for decision in &run.decisions {
        let dcm = decision.dcm.expect("a DCM decides");
        assert_eq!(*dcm_of.entry(decision.child).or_insert(dcm), dcm, "{:?}", decision.child);
    }
    let pairs = run.decisions.iter().filter_map(|d| Some((d.child, d.new_parent?)));
    for (child, parent) in pairs.filter(|(_, parent)| dcm_of.contains_key(parent)) {
        assert_eq!(dcm_of[&child], dcm_of[&parent], "{parent:?} feeds {child:?}");
    }
    // Cities are alike, so clusters are.
    let sizes: BTreeMap<u32, usize> = by_network[&network]
        .iter()
        .map(|dcm| (*dcm, dcm_of.values().filter(|other| *other == dcm).count()))
        .collect();
    let (least, most) = (sizes.values().min().unwrap(), sizes.values().max().unwrap());
    assert!(*least > 50 && most < &(2 * least), "{sizes:?}");
}
