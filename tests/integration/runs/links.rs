//! Links in trouble: located from reports, left together, and told from outputs (rows C5, A2, R4, R5).

use super::*;
use grandstand::metrics::{EventKind, EventRow, IspRow};
use grandstand::units::{AsNumber, Bytes};

/// Links that fail and links that are too narrow, one after the other.
fn link_faults() -> &'static Outcome {
    static RUN: OnceLock<Outcome> = OnceLock::new();
    RUN.get_or_init(|| controlled("control/link_faults", &[]))
}

fn events(outcome: &Outcome, kind: EventKind) -> impl Iterator<Item = &EventRow> {
    outcome.records.events.iter().filter(move |row| row.event == kind)
}

/// The two networks in the last word but `after` of a row's detail, as `64500-64501`.
fn ends(detail: &str) -> [AsNumber; 2] {
    let link = detail.split(' ').nth(1).expect("a verdict or a fault names its link");
    let (a, b) = link.split_once('-').expect("two networks");
    [a, b].map(|number| AsNumber::new(number.parse().expect("a number")))
}

fn is_same(a: [AsNumber; 2], b: [AsNumber; 2]) -> bool {
    a == b || a == [b[1], b[0]]
}

fn is_concluded(row: &EventRow) -> bool {
    !row.detail.starts_with("announced")
}

#[test]
fn faults_of_links_are_located_from_reports_within_three_heartbeats() {
    let run = link_faults();
    let declared: Vec<&EventRow> =
        events(run, EventKind::LinkDeclared).filter(|row| is_concluded(row)).collect();
    let faults: Vec<&EventRow> = events(run, EventKind::FaultBegins).collect();
    assert_eq!(
        (faults.len() as f64, declared.len() as f64),
        (figure(run, "link_faults"), figure(run, "link_verdicts"))
    );
    let of = |fault: &EventRow| {
        let soon = fault.time..fault.time + Span::from_secs(40);
        let hit = |row: &&&EventRow| {
            soon.contains(&row.time) && is_same(ends(&row.detail), ends(&fault.detail))
        };
        declared
            .iter()
            .find(hit)
            .map(|row| (row.time.since(fault.time), row.detail.split(' ').next()))
    };
    let located: Vec<_> = faults.iter().filter_map(|fault| Some((fault, of(fault)?))).collect();
    assert_eq!(located.len() as f64, figure(run, "link_faults_located"));
    assert!(located.len() >= 8, "{} of {} faults", located.len(), faults.len());
    for (fault, (after, verdict)) in located {
        // Two silent or slow heartbeats, and two looks of a second.
        assert!(after <= Span::from_secs(8), "{}: after {after}", fault.detail);
        let expected = if fault.detail.starts_with("link_down") { "failed" } else { "congested" };
        assert_eq!(verdict, Some(expected), "{}", fault.detail);
    }
    assert!(figure(run, "link_fault_recall") >= 0.85);
    assert!(figure(run, "link_verdict_precision") >= 0.85);
}

#[test]
fn children_behind_a_link_in_trouble_are_moved_together_and_the_link_is_blamed() {
    let run = link_faults();
    let moved: Vec<&Decision> =
        triggered(run, Trigger::LinkFailed).chain(triggered(run, Trigger::LinkCongested)).collect();
    let mut at: BTreeMap<SimTime, usize> = BTreeMap::new();
    moved.iter().for_each(|decision| *at.entry(decision.time).or_default() += 1);
    let together: usize = at.values().filter(|count| **count > 1).sum();
    assert!(moved.len() >= 15 && together * 4 >= moved.len() * 3, "{at:?}");
    // Most of those who have lost a parent to a link name nobody as the culprit.
    let lost: Vec<&EventRow> =
        events(run, EventKind::Loss).filter(|row| row.detail == "link").collect();
    let innocent = lost.iter().filter(|row| row.blamed.is_none()).count();
    assert!(lost.len() >= 10 && innocent * 2 > lost.len(), "{innocent} of {}", lost.len());
    // A parent that was left for its link serves others in the same minute: it has lost no trust.
    let serves = |decision: &&&Decision| {
        let soon = decision.time..decision.time + Span::from_secs(60);
        run.decisions
            .iter()
            .any(|other| soon.contains(&other.time) && other.new_parent == decision.old_parent)
    };
    assert!(moved.iter().filter(serves).count() > 0);
}

#[test]
fn nobody_is_sent_over_a_link_in_trouble_while_another_path_leads_somewhere() {
    let run = link_faults();
    let viewers = viewers(run);
    let network = |peer: PeerId| viewers.get(&peer).map(|row| row.network);
    let (mut held, mut sent) = (0, 0);
    for declared in events(run, EventKind::LinkDeclared) {
        let [from, to] = ends(&declared.detail);
        let cleared = events(run, EventKind::LinkCleared)
            .find(|row| row.time > declared.time && ends(&row.detail) == [from, to]);
        let until = cleared.map_or(SimTime::from_secs(3600), |row| row.time);
        held += 1;
        for decision in &run.decisions {
            let within = decision.time >= declared.time && decision.time < until;
            let parent = decision.new_parent.and_then(network);
            // The access ISPs are all neighbours: their path is the link.
            sent +=
                usize::from(within && parent == Some(from) && network(decision.child) == Some(to));
        }
    }
    assert!(held >= 10, "{held} verdicts");
    // After routes have left a failed link, its two networks reach each other another way.
    assert!(sent <= 2, "{sent} were sent over links in trouble");
    let pruned = run.decisions.iter().filter(|decision| decision.pruned_congestion > 0).count();
    assert!(pruned >= 10, "a path was pruned in {pruned} decisions");
}

#[test]
fn what_an_isp_announces_is_left_before_it_begins() {
    let run = link_faults();
    let begins = SimTime::from_secs(1000);
    let moved: Vec<&Decision> = triggered(run, Trigger::LinkAnnounced).collect();
    assert!(!moved.is_empty());
    assert!(moved.iter().all(|decision| decision.time < begins
        && decision.time.since(SimTime::ZERO) > Span::from_secs(990)));
    let lost =
        events(run, EventKind::Loss).filter(|row| row.time >= begins && row.detail == "link");
    assert_eq!(lost.count(), 0, "nobody is left behind the link");
    assert_eq!(mean_between(run, "continuity", 1000, 1040), 1.0);
    let over: Vec<_> = events(run, EventKind::LinkCleared)
        .filter(|row| row.time.since(begins) > Span::from_secs(30))
        .collect();
    assert_eq!(over.len(), 2, "both directions are free again: {over:?}");
}

#[test]
fn without_the_monitor_each_child_suffers_for_itself() {
    let runs = |monitor: bool| -> Vec<Outcome> {
        let run = |seed: u32| {
            let overrides = [format!("control.monitor={monitor}"), format!("seed={seed}")];
            controlled("control/link_faults", &[0, 1].map(|number| overrides[number].as_str()))
        };
        (1..=4).map(run).collect()
    };
    let both = [true, false].map(runs);
    let declared = |run: &Outcome| events(run, EventKind::LinkDeclared).count();
    assert_eq!(both[1].iter().map(declared).sum::<usize>(), 0);
    // One audience is too small to tell: the mean of four.
    let mean = |metric: &str| {
        let of =
            |runs: &Vec<Outcome>| runs.iter().map(|run| figure(run, metric)).sum::<f64>() / 4.0;
        [of(&both[0]), of(&both[1])]
    };
    let (stalls, continuity) = (mean("stalls_per_hour"), mean("continuity"));
    assert!(stalls[0] * 2.0 < stalls[1], "{stalls:?}");
    assert!(continuity[0] > continuity[1] + 0.003, "{continuity:?}");
    let repair = mean("time_to_repair_link.mean");
    assert!(repair[0] < repair[1], "{repair:?}");
}

#[test]
fn late_and_wrong_feeds_cost_little_of_what_is_located() {
    for (feeds, precision, recall) in [
        ("feeds.route_delay=\"2 min\"", 0.9, 0.9),
        ("feeds.wrong_routes=\"10 %\"", 0.85, 0.9),
        ("feeds.missing_routes=\"10 %\"", 0.8, 0.78),
    ] {
        let runs: Vec<Outcome> = (1..=4)
            .map(|seed| controlled("control/link_faults", &[feeds, &format!("seed={seed}")]))
            .collect();
        let sum = |metric| runs.iter().map(|run| figure(run, metric)).sum::<f64>();
        let right = runs
            .iter()
            .map(|run| figure(run, "link_verdicts") * figure(run, "link_verdict_precision"));
        let [right, located] = [
            right.sum::<f64>() / sum("link_verdicts"),
            sum("link_faults_located") / sum("link_faults_felt"),
        ];
        assert!(right >= precision && located >= recall, "{feeds}: {right:.3}, {located:.3}");
    }
}

#[test]
fn what_isps_carry_is_known_from_addresses_and_sequence_numbers() {
    let run = link_faults();
    // A heartbeat of everything at the end of each session, and one of a substream at each change of parent.
    let (heartbeat, bitrate, substreams) = (2.0, 1e6, 4.0);
    let changes: u32 = run.records.peers.iter().map(|row| row.parent_changes).sum();
    let unknown = |isp: &IspRow| {
        let sessions = isp.sessions as f64;
        (sessions + f64::from(changes) / substreams) * heartbeat * bitrate / 8.0
    };
    for isp in &run.records.isps {
        let heard =
            [isp.heard_on_net, isp.heard_peering_in, isp.heard_transit_in, isp.heard_off_net_out];
        let moved = [isp.on_net, isp.peering_in, isp.transit_in, isp.off_net_out];
        for (heard, moved) in heard.into_iter().zip(moved) {
            let off = (heard.expect("an account").as_f64() - moved.as_f64()).abs();
            assert!(off <= unknown(isp), "{}: {heard:?} for {moved}: {off}", isp.name);
        }
        let all: f64 = moved.iter().copied().map(Bytes::as_f64).sum();
        assert!(unknown(isp) * 20.0 < all, "{}: the tolerance says nothing", isp.name);
    }
    let baseline = checked(&scenario("control/link_faults", &[]), CoordinatorKind::TrackerLocal);
    assert!(baseline.records.isps.iter().all(|isp| isp.heard_on_net.is_none()));
}
