//! Stories of made-up runs.

use super::*;
use crate::metrics::{EventKind, EventRow};
use crate::proto::{Decision, Rule, Trigger};
use crate::report::Manifest;
use crate::units::{AsNumber, Bytes, HostId, Metro, Substream};

fn session() -> PeerRow {
    PeerRow {
        peer: PeerId::new(4),
        network: AsNumber::new(7),
        access: "fibre".into(),
        nat: "open".into(),
        join: SimTime::from_secs(10),
        leave: SimTime::from_secs(100),
        silent: false,
        startup_delay: Some(Span::from_millis(1_200)),
        stalls: 1,
        stalled: Span::from_secs(2),
        due: Span::from_secs(80),
        on_time: Span::from_secs(78),
        lag: None,
        from_cdn: Bytes::new(1_000_000),
        from_peers: Bytes::new(3_000_000),
        sent: Bytes::new(10),
        parent_changes: 1,
        client: HostId::new(0),
        channel: None,
        fetched: None,
        uplink: None,
        city: Metro::new(0),
        dcm: None,
        dcm_changes: 0,
    }
}

fn decision(seconds: u64, trigger: Trigger, old: Option<u32>, new: u32) -> Decision {
    Decision {
        time: SimTime::from_secs(seconds),
        child: PeerId::new(4),
        substream: Substream(1),
        dcm: None,
        trigger,
        old_parent: old.map(PeerId::new),
        new_parent: Some(PeerId::new(new)),
        rule: Rule::NearestOfCandidates,
        feasible: 5,
        pruned_uplink: 2,
        pruned_policy: 0,
        pruned_nat: 1,
        pruned_congestion: 0,
        pruned_history: 0,
        considered: 2,
        outlook: None,
    }
}

fn event(seconds: u64, event: EventKind) -> EventRow {
    EventRow {
        peer: Some(PeerId::new(4)),
        lasted: Some(Span::from_secs(2)),
        ..EventRow::new(SimTime::from_secs(seconds), event)
    }
}

fn run() -> RunTables {
    let loss = EventRow {
        substream: Some(Substream(1)),
        other: Some(PeerId::new(8)),
        noticed: Some(Span::from_secs(1)),
        blamed: Some(PeerId::new(8)),
        detail: "silent".into(),
        ..event(50, EventKind::Loss)
    };
    let scenario =
        "duration = \"5 min\"\n[[cdn]]\nname = \"origin\"\n[[isp]]\nas = 7\nname = \"North\"\n";
    RunTables {
        manifest: Manifest {
            name: "tiny".into(),
            coordinator: "control-center".into(),
            seed: 1,
            scenario: scenario.into(),
            ..Manifest::default()
        },
        peers: vec![session()],
        decisions: vec![
            decision(10, Trigger::Join, None, 8),
            decision(51, Trigger::ParentSilent, Some(8), 0),
        ],
        events: vec![loss, event(60, EventKind::Stall)],
        ..RunTables::default()
    }
}

fn text(run: &RunTables, at: Option<SimTime>) -> String {
    story(&Story { run, peer: PeerId::new(4), at }).unwrap()
}

const STORY: &str = "\
Viewer 4 of tiny, under control-center, seed 1

  00:00:10.000  joins from North (AS 7), access fibre, NAT open
  00:00:10.000  substream 1: is told to take it from viewer 8, because it joined; chosen: the nearest of \
those with most room, close to the source (5 peers had it, left out: 2 without uplink, 1 by NAT, 2 looked at)
  00:00:11.200  first picture, 1.20 s after joining
  00:00:50.000  substream 1: viewer 8 went without a word: no more data
  00:00:51.000  substream 1: viewer 8 is blamed, 1.00 s after the data stopped
  00:00:51.000  substream 1: is told to take it from CDN node origin, because its parent fell silent \
(before: viewer 8); chosen: the nearest of those with most room, close to the source (5 peers had it, left \
out: 2 without uplink, 1 by NAT, 2 looked at)
  00:00:52.000  substream 1: data come again, after 2.00 s
  00:01:00.000  the picture stands still, for 2.00 s
  00:01:02.000  the picture moves again
  00:01:40.000  says good-bye and leaves

In all
  there        1 min 30 s
  picture      first after 1.20 s, stood still 1 time, 2.00 s in all
  on time      97.50 % of what was due
  received     1.00 MB from CDN nodes, 3.00 MB from peers (75.0 %)
  sent         10 B
  parents      1 change
  losses       1 was made good
";

#[test]
fn a_story_is_told_in_order_with_its_reasons() {
    assert_eq!(text(&run(), None), STORY);
}

#[test]
fn an_instant_has_its_parents_and_what_is_around_it_is_marked() {
    let told = text(&run(), Some(SimTime::from_secs(51)));
    let state = "At 00:00:51.000 it was watching.\nIts parents, by the last word of the coordinator:\n  \
                 substream 1: CDN node origin, since 00:00:51.000; no data since 00:00:50.000\n";
    assert!(told.contains(state), "{told}");
    let marked: Vec<&str> = told.lines().filter(|line| line.starts_with('>')).collect();
    assert_eq!(marked.len(), 6, "{told}");
    let rule = told.lines().position(|line| line.starts_with("--00:00:51.000---")).unwrap();
    assert!(told.lines().nth(rule + 1).unwrap().contains("data come again"), "{told}");
    let still = text(&run(), Some(SimTime::from_secs(61)));
    assert!(still.contains("its picture stood still"), "{still}");
    let before = text(&run(), Some(SimTime::from_secs(5)));
    assert!(before.contains("At 00:00:05.000 it had not come yet."), "{before}");
    let after = text(&run(), Some(SimTime::from_secs(200)));
    assert!(after.contains("At 00:03:20.000 it had gone."), "{after}");
}

#[test]
fn unknown_numbers_are_answered_with_the_nearest_and_with_the_sampling() {
    let mut run = run();
    run.manifest.scenario.push_str("[output]\npeers = \"1/4\"\n");
    let fault = EventRow { peer: Some(PeerId::new(2)), ..event(70, EventKind::Stall) };
    run.events.push(fault);
    let refused = |run: &RunTables, peer| {
        let asked = Story { run, peer: PeerId::new(peer), at: None };
        story(&asked).unwrap_err().to_string()
    };
    let said = "no table has a row of viewer 6; rows were kept of one viewer in 4 (output.peers); the \
                nearest that are there: 4";
    assert_eq!(refused(&run, 6), said);
    let said = "0 is the CDN node origin; expected the number of a viewer";
    assert_eq!(refused(&run, 0), said);
    let empty = RunTables::default();
    assert!(refused(&empty, 3).ends_with("run again with --set 'output.peers=\"all\"'"));
}

#[test]
fn who_is_there_at_the_end_does_not_leave() {
    let mut run = run();
    run.peers[0].leave = SimTime::from_secs(300);
    let told = text(&run, None);
    assert!(told.contains("00:05:00.000  is still there when the run ends"), "{told}");
    assert!(told.contains("there        4 min 50 s, until the run ended"), "{told}");
}

#[test]
fn without_a_row_of_the_session_the_rest_is_told() {
    let mut run = run();
    run.peers.clear();
    let told = text(&run, None);
    assert!(
        told.contains("No totals: peers.csv has no row of it (output.peers is all)."),
        "{told}"
    );
    assert!(told.contains("is told to take it from viewer 8"), "{told}");
}
