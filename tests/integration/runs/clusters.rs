//! Clusters that split and merge, and a machine that takes its time (rows C2, C3, C11, R15).

use super::*;
use grandstand::metrics::EventKind;
use grandstand::proto::Regrouping;
use grandstand::units::{AsNumber, Metro};

/// Ten thousand joins within a second, served by splitting.
fn flash_crowd() -> &'static (Scenario, Outcome) {
    static RUN: OnceLock<(Scenario, Outcome)> = OnceLock::new();
    RUN.get_or_init(|| kept("control/flash_crowd"))
}

/// An audience that hovers about the sizes at which clusters split and merge.
fn hovering() -> &'static (Scenario, Outcome) {
    static RUN: OnceLock<(Scenario, Outcome)> = OnceLock::new();
    RUN.get_or_init(|| kept("control/hovering"))
}

fn kept(name: &str) -> (Scenario, Outcome) {
    let scenario = scenario(name, &[]);
    let run = checked(&scenario, CoordinatorKind::ControlCenter);
    (scenario, run)
}

/// A scenario for the tests of determinism: as many splits, a tenth of the viewers.
pub(super) fn reduced() -> Scenario {
    scenario(
        "control/flash_crowd",
        &[
            "audience.peak=1000",
            "control.clusters.split_above=150",
            "control.service.join=\"2 ms\"",
        ],
    )
}

#[test]
fn a_flash_crowd_is_served_by_splitting_and_hardly_anybody_waits() {
    let (_, run) = flash_crowd();
    assert_eq!(figure(run, "sessions"), 10_000.0);
    let joined: BTreeSet<u64> = run.records.peers.iter().map(|row| row.join.as_nanos()).collect();
    let within = joined.last().unwrap() - joined.first().unwrap();
    assert!(within < 1_000_000_000, "all have come within {within} ns");
    let [half, most] = ["p50", "p99"].map(|part| figure(run, &format!("decision_time.{part}")));
    assert!(half < 0.002 && most < 0.2, "decisions take {half} s and {most} s");
    let [half, most] = ["p50", "p99"].map(|part| figure(run, &format!("first_byte.{part}")));
    assert!(half < 0.12 && most < 0.35, "first bytes take {half} s and {most} s");
    // A cluster is above its limit until the machine has handed enough of it over.
    assert!(figure(run, "cluster_size.max") < 1.1 * 1500.0);
    assert!(figure(run, "cluster_above_limit.max") < 0.1);
    assert!(figure(run, "cluster_splits") >= 7.0);
    assert_eq!(figure(run, "cluster_merges"), 0.0);
    assert!(figure(run, "continuity") > 0.999);
}

#[test]
fn without_splits_one_machine_makes_them_wait() {
    let scenario = scenario("control/flash_crowd", &["control.clusters.split_above=1000000"]);
    let run = checked(&scenario, CoordinatorKind::ControlCenter);
    assert_eq!(figure(&run, "cluster_splits"), 0.0);
    // Twice as many ask in a second as it can serve: the last waits for a second, the median for half.
    let [half, most] = ["p50", "p99"].map(|part| figure(&run, &format!("decision_time.{part}")));
    assert!((half - 0.5).abs() < 0.05 && (most - 1.0).abs() < 0.1, "{half} s and {most} s");
    let (_, split) = flash_crowd();
    assert!(figure(split, "decision_time.p99") < most / 5.0);
    assert!(figure(split, "control_line.max") < figure(&run, "control_line.max") / 4.0);
}

#[test]
fn an_audience_that_hovers_is_split_once_and_put_together_once_a_time() {
    let (scenario, run) = hovering();
    let sizes = scenario.control.clusters;
    let (split, merge) = (f64::from(sizes.split_above), f64::from(sizes.merge_below));
    // The audience crosses either size far more often than anything follows.
    let viewers: Vec<f64> = series(run, "viewers").into_iter().map(|(_, count)| count).collect();
    let crossings =
        |size: f64| viewers.windows(2).filter(|pair| (pair[0] > size) != (pair[1] > size)).count();
    assert!(crossings(split) >= 10 && crossings(merge) >= 8, "{}", crossings(merge));
    let changes: Vec<bool> = run.regroupings.iter().map(|change| change.split).collect();
    assert_eq!(changes, [true, false, true], "{:?}", run.regroupings);
    assert_eq!((figure(run, "cluster_splits"), figure(run, "cluster_merges")), (2.0, 1.0));
    assert!(figure(run, "cluster_above_limit.max") < 0.1);
    assert!(figure(run, "cluster_size.max") <= split + 1.0);
}

/// A bit of the hash by which chance divides: the finaliser of splitmix64.
fn bit_of(peer: PeerId, bit: u32) -> u64 {
    let mut bits = u64::from(peer.get()).wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (bits ^ (bits >> 31)) >> bit & 1
}

/// Whether a viewer is inside the line of a split.
fn is_inside(
    change: &Regrouping,
    (peer, network, city): (PeerId, AsNumber, Metro),
    scenario: &Scenario,
) -> bool {
    let isps = &scenario.topology.isps;
    let isp = isps.iter().find(|isp| scenario.topology.graph.at(isp.network).number == network);
    let country = String::from_utf8_lossy(&isp.expect("an ISP of the scenario").country);
    let inside = change.inside.as_deref().expect("a split has a line");
    let word = match change.by.as_deref().expect("a split has a line") {
        "network" => network.to_string(),
        "country" => country.into_owned(),
        "city" | "district" => format!("{network}/{city}"),
        "chance" => {
            let (bit, _) = inside.split_once(':').expect("which bit, and which value");
            format!("{bit}:{}", bit_of(peer, bit.parse().unwrap()))
        }
        other => panic!("a line by {other}"),
    };
    inside.split(';').any(|one| one == word.trim_start_matches("AS"))
}

#[test]
fn every_decision_is_made_where_the_directory_says_and_every_viewer_knows_where_that_is() {
    for (scenario, run) in [flash_crowd(), hovering()] {
        let rows = viewers(run);
        // All begin at the first DCM; each split and each merge sends some elsewhere.
        let mut at: BTreeMap<PeerId, u32> = rows.keys().map(|peer| (*peer, 0)).collect();
        let mut changes = run.regroupings.iter().peekable();
        let mut decided: BTreeMap<PeerId, u32> = BTreeMap::new();
        for decision in &run.decisions {
            while let Some(change) = changes.next_if(|change| change.time <= decision.time) {
                for (peer, dcm) in &mut at {
                    let row = rows[peer];
                    let who = (row.peer, row.network, row.city);
                    if !change.split && *dcm == change.other {
                        *dcm = change.dcm;
                    } else if change.split
                        && *dcm == change.dcm
                        && Some(is_inside(change, who, scenario)) == change.inside_moved
                    {
                        *dcm = change.other;
                    }
                }
            }
            let dcm = decision.dcm.expect("a DCM decides");
            assert_eq!(dcm, at[&decision.child], "{decision:?}");
            decided.insert(decision.child, dcm);
        }
        assert_eq!(changes.next(), None, "decisions come after every change");
        assert!(decided.values().collect::<BTreeSet<_>>().len() >= 2);
        // Whoever was moved and stayed for two reports after the last change has been told where to.
        let last = run.regroupings.last().expect("something has changed").time;
        let (mut moved, mut others) = (0, 0);
        for row in run.records.peers.iter().filter(|row| row.join < last) {
            match row.dcm {
                Some(dcm) if row.leave.since(last) > Span::from_secs(5) => {
                    moved += 1;
                    assert_eq!(dcm, at[&row.peer], "{row:?}");
                }
                Some(_) => {}
                None => others += 1,
            }
        }
        assert!(moved > 20 && others > 40, "{moved} moved, {others} not");
        assert!(figure(run, "cluster_unaware_at_end") <= 2.0, "those who leave at the very end");
    }
}

#[test]
fn no_picture_stands_still_because_of_a_move() {
    let (_, flash) = flash_crowd();
    assert!(flash.records.peers.iter().all(|row| row.stalls == 0), "moved or not");
    let (_, run) = hovering();
    let rows = viewers(run);
    let is_moved = |peer: PeerId| rows.get(&peer).is_some_and(|row| row.dcm_changes > 0);
    // The heartbeats in which it is told, the edges that come home, and the buffer.
    let after = |time: SimTime| {
        let mut changes = run.regroupings.iter();
        changes.any(|change| change.time <= time && time.since(change.time) < Span::from_secs(30))
    };
    let stalls = run.records.events.iter().filter(|event| event.event == EventKind::Stall);
    let of_moved = stalls.filter(|event| event.peer.is_some_and(is_moved) && after(event.time));
    assert_eq!(of_moved.count(), 0);
    // Over their whole sessions those who were moved are no worse off than the others.
    let share = |moved: bool| {
        let some = run.records.peers.iter().filter(|row| (row.dcm_changes > 0) == moved);
        let (stalled, due) = some.fold((0.0, 0.0), |(stalled, due), row| {
            (stalled + row.stalled.as_secs_f64(), due + row.due.as_secs_f64())
        });
        (stalled / due, due)
    };
    let ((moved, much), (others, more)) = (share(true), share(false));
    assert!(much > 10_000.0 && more > 10_000.0, "{much} s and {more} s of media");
    assert!(moved < others + 0.001, "{moved} of the time of those moved, {others} of the others");
}

#[test]
fn cut_edges_come_home_once_each_and_not_all_at_once() {
    for (_, run) in [flash_crowd(), hovering()] {
        let cut: f64 = run.regroupings.iter().map(|change| f64::from(change.edges)).sum();
        let left = figure(run, "cluster_edges_cut_at_end");
        let home: Vec<&Decision> = triggered(run, Trigger::OtherCluster).collect();
        assert!(home.len() as f64 <= cut - left, "{} of {cut} less {left}", home.len());
        assert!(home.len() as f64 > 0.5 * cut, "{} of {cut}", home.len());
        // The others wait for room in their own clusters.
        assert!(left < 0.3 * cut, "{left} of {cut} are left");
        let mut seconds: BTreeMap<(u32, Substream, u64), u32> = BTreeMap::new();
        for decision in home {
            let second = decision.time.as_nanos() / 1_000_000_000;
            let place = (decision.dcm.expect("a DCM decides"), decision.substream, second);
            *seconds.entry(place).or_default() += 1;
        }
        assert!(seconds.values().all(|moves| *moves <= 2 * 64), "no storm: {seconds:?}");
    }
}
