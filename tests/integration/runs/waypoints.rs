//! Waypoint servers and drafted clients against none, on the same viewers (row W4).

use super::*;
use grandstand::metrics::{EventKind, EventRow, TransferRow};
use grandstand::proto::Rule;

const NAME: &str = "control/waypoints";
const WITHOUT: &str = "control.levels.relays.enabled=false";
const CITY: u32 = 64501;
const VALLEY: u32 = 64502;
const COAST: u32 = 64503;
/// CDN nodes come first, then waypoint servers: in Valley, and in Coast.
const ORIGIN: u32 = 0;
const ALP: u32 = 1;
const HARBOUR: u32 = 2;

/// Three seeds, with relays and without.
fn paired() -> &'static [[Outcome; 2]; 3] {
    static RUNS: OnceLock<[[Outcome; 2]; 3]> = OnceLock::new();
    RUNS.get_or_init(|| {
        ["seed=1", "seed=2", "seed=3"]
            .map(|seed| [controlled(NAME, &[seed]), controlled(NAME, &[seed, WITHOUT])])
    })
}

fn of_kind(run: &Outcome, kind: EventKind) -> impl Iterator<Item = &EventRow> {
    run.records.events.iter().filter(move |row| row.event == kind)
}

/// The network for which a relay was called, and its kind.
fn served(row: &EventRow) -> (u32, &str) {
    let words: Vec<&str> = row.detail.split(' ').collect();
    (words[2].parse().expect("a network"), words[0])
}

fn calls_of(run: &Outcome, network: u32) -> Vec<&EventRow> {
    of_kind(run, EventKind::RelayCalled).filter(|row| served(row).0 == network).collect()
}

fn copies_into(run: &Outcome, network: u32) -> f64 {
    let row = run.records.isps.iter().find(|row| row.network.get() == network).expect("an ISP");
    row.border_copies.expect("it has viewers")
}

/// Under which number each drafted viewer's device served, with when it was called.
fn drafted(run: &Outcome) -> BTreeMap<PeerId, (PeerId, SimTime)> {
    let called = of_kind(run, EventKind::RelayCalled).filter(|row| served(row).1 == "drafted");
    called.filter_map(|row| Some((row.peer?, (row.other?, row.time)))).collect()
}

#[test]
fn regions_without_strong_viewers_get_relays_and_no_other_does() {
    for [run, without] in paired() {
        assert_eq!(calls_of(run, CITY), Vec::<&EventRow>::new());
        let [of_valley] = calls_of(run, VALLEY)[..] else { panic!("one for Valley") };
        assert_eq!((of_valley.peer, served(of_valley).1), (Some(PeerId::new(ALP)), "waypoint"));
        let of_coast = calls_of(run, COAST);
        let kinds: BTreeSet<&str> = of_coast.iter().map(|row| served(row).1).collect();
        assert!(kinds.contains("drafted"), "{of_coast:?}");
        // The waypoint server of Valley is farther from Coast than the CDN node.
        assert!(of_coast.iter().all(|row| row.peer != Some(PeerId::new(ALP))), "{of_coast:?}");
        assert_eq!(of_kind(without, EventKind::RelayCalled).count(), 0);
        let valley: BTreeSet<&str> = rows_of(run, VALLEY).map(|row| row.access.as_str()).collect();
        assert_eq!(valley, ["dsl", "evening"].into(), "the lines that are sold there");
    }
}

fn rows_of(run: &Outcome, network: u32) -> impl Iterator<Item = &PeerRow> {
    run.records.peers.iter().filter(move |row| row.network.get() == network)
}

#[test]
fn relays_spare_the_way_into_a_region_and_cdn_nodes_and_cost_no_picture() {
    for [run, without] in paired() {
        assert_eq!(figure(run, "sessions"), figure(without, "sessions"), "the same viewers");
        let [with, before] = [run, without].map(|run| copies_into(run, VALLEY));
        assert!(with < before / 4.0, "{with} copies into Valley against {before}");
        let [with, before] = [run, without].map(|run| copies_into(run, COAST));
        assert!(with < before - 2.0, "{with} copies into Coast against {before}");
        let of_nodes = figure(run, "cdn_bytes") - figure(run, "waypoint_bytes");
        let before = figure(without, "cdn_bytes");
        assert!(of_nodes < before / 2.0, "{of_nodes} B against {before} B from CDN nodes");
        let [with, before] = [run, without].map(|run| figure(run, "continuity"));
        assert!(with > before - 0.001, "{with} against {before}");
    }
}

#[test]
fn a_waypoint_is_given_back_and_nobody_misses_it() {
    for [run, _] in paired() {
        let ends = of_kind(run, EventKind::RelayEnds);
        let back: Vec<&EventRow> = ends.filter(|row| row.peer == Some(PeerId::new(ALP))).collect();
        let [back] = back[..] else { panic!("given back once: {back:?}") };
        assert!(back.detail.contains("enough_strong"), "{back:?}");
        // Strong viewers serve from the fifth minute on, and have to last for another one.
        assert!((355..375).contains(&(back.time.as_nanos() / 1_000_000_000)), "{}", back.time);
        let moved: BTreeSet<PeerId> = triggered(run, Trigger::GivenBack)
            .inspect(|row| assert_eq!(row.old_parent, Some(PeerId::new(ALP)), "{row:?}"))
            .inspect(|row| assert!(row.new_parent.is_some(), "{row:?}"))
            .map(|row| row.child)
            .collect();
        assert!(moved.len() > 10, "{} were moved", moved.len());
        let until = back.time + Span::from_secs(30);
        let stood = of_kind(run, EventKind::Stall)
            .filter(|row| row.time >= back.time && row.time < until)
            .filter(|row| row.peer.is_some_and(|peer| moved.contains(&peer)));
        assert_eq!(stood.collect::<Vec<_>>(), Vec::<&EventRow>::new(), "no picture stood");
        let later = trees(run).remove(&SimTime::from_secs(480)).expect("a look at 8 min");
        assert!(later.values().all(|parent| *parent != PeerId::new(ALP)));
        let here: BTreeSet<PeerId> = later.keys().map(|(child, _)| *child).collect();
        let there = moved.intersection(&here);
        assert!(there.clone().count() > 5);
        for child in there {
            let fed = (0..4).filter(|n| later.contains_key(&(*child, Substream(*n)))).count();
            assert_eq!(fed, 4, "{child} is fed in all substreams");
        }
    }
}

/// Stretches of so many seconds in which the strong of Valley serve nobody, and as many between.
fn hours(seconds: u64) -> String {
    let stretch = |nth: u64| {
        let from = 2 * nth * seconds;
        format!("{{ from = \"{from} s\", until = \"{} s\" }}", from + seconds)
    };
    let all: Vec<String> = (0..=(540 - seconds) / (2 * seconds)).map(stretch).collect();
    format!("access.evening.no_serving=[{}]", all.join(", "))
}

#[test]
fn strong_viewers_who_come_and_go_make_nothing_flap() {
    let count = |run: &Outcome, kind| {
        of_kind(run, kind).filter(|row| row.peer == Some(PeerId::new(ALP))).count()
    };
    // Enough for 40 seconds, and again for none: six times called and given back without hysteresis.
    let run = controlled(NAME, &[&hours(40)]);
    let [called, back] =
        [EventKind::RelayCalled, EventKind::RelayEnds].map(|kind| count(&run, kind));
    assert_eq!((called, back), (1, 0));
    // Long enough to be given back: once a time.
    let run = controlled(NAME, &[&hours(90)]);
    let [called, back] =
        [EventKind::RelayCalled, EventKind::RelayEnds].map(|kind| count(&run, kind));
    assert!(called <= 3 && back <= 3, "{called} times called and {back} times given back");
}

#[test]
fn whoever_is_drafted_watches_as_well_as_others_and_sends_no_more_than_it_lends() {
    let (mut devices, mut sent) = (0, 0);
    for [run, _] in paired() {
        let (rows, relays) = (viewers(run), drafted(run));
        for (owner, (relay, called)) in &relays {
            let row = rows[owner];
            assert_eq!((row.access.as_str(), row.network.get()), ("few", COAST), "{row:?}");
            assert_eq!(row.channel.expect("two contents").0.get(), 1, "it watches the studio");
            // Nothing was late after it had been called: what was late before came with its start.
            let stalls = of_kind(run, EventKind::Stall);
            let late = stalls.filter(|row| row.peer == Some(*owner) && row.time >= *called);
            assert_eq!(late.count(), 0, "{owner}");
            // What it sent and received for its own content it goes on with.
            let soon = *called + Span::from_secs(10);
            let recalled = triggered(run, Trigger::ShareRecalled).filter(|row| {
                let its_own = row.child == *owner || row.old_parent == Some(*owner);
                its_own && row.time >= *called && row.time < soon
            });
            assert_eq!(recalled.count(), 0, "{owner} was called at {called}");
            let most = most_at_once(run, [*owner, *relay]);
            assert!(most <= 3_000.0, "{owner} sends {most} kbps in all and lends 3,000");
            devices += 1;
            let of_relay = run.records.transfers.iter().filter(|row| row.source == *relay);
            sent += of_relay.map(|row| row.bytes.get()).sum::<u64>();
        }
        let late = |row: &&&PeerRow| row.due.as_secs_f64() - row.on_time.as_secs_f64();
        let like = rows.values().filter(|row| {
            row.access == "few" && row.channel.is_some_and(|(content, _)| content.get() == 1)
        });
        let (those, others): (Vec<_>, Vec<_>) =
            like.partition(|row| relays.contains_key(&row.peer));
        let mean =
            |rows: &[&&PeerRow]| rows.iter().map(late).sum::<f64>() / rows.len().max(1) as f64;
        assert!(mean(&those) <= mean(&others) + 0.5, "{} and {}", mean(&those), mean(&others));
    }
    assert!(devices >= 6 && sent > 100_000_000, "{devices} devices sent {sent} B");
}

/// The most that some sessions of one device sent together, in kbps: every transfer is one substream.
fn most_at_once(run: &Outcome, sessions: [PeerId; 2]) -> f64 {
    let own: Vec<&TransferRow> =
        run.records.transfers.iter().filter(|row| sessions.contains(&row.source)).collect();
    let at = |time: SimTime| {
        let now = own.iter().filter(|row| row.start <= time && time < row.end);
        now.map(|row| if row.title == "match" { 250.0 } else { 62.5 }).sum::<f64>()
    };
    own.iter().map(|row| at(row.start)).fold(0.0, f64::max)
}

#[test]
fn what_waypoints_send_is_servers_and_what_relays_receive_counts_for_nobody() {
    for [run, _] in paired() {
        let watchers = viewers(run);
        let is_server = |peer: PeerId| [ORIGIN, ALP, HARBOUR].contains(&peer.get());
        let (mut watched, mut servers, mut waypoints, mut relayed) = (0.0, 0.0, 0.0, 0.0);
        for row in &run.records.transfers {
            let bytes = row.bytes.get() as f64;
            let to_viewer = watchers.contains_key(&row.destination);
            *if to_viewer { &mut watched } else { &mut relayed } += bytes;
            servers += if is_server(row.source) { bytes } else { 0.0 };
            let waypoint = is_server(row.source) && row.source.get() != ORIGIN;
            waypoints += if waypoint { bytes } else { 0.0 };
        }
        let near = |metric: &str, value: f64| {
            let known = figure(run, metric);
            assert!((known / value - 1.0).abs() < 1e-3, "{metric}: {known} against {value}");
        };
        near("peer_offload", (watched - servers) / watched);
        near("waypoint_bytes", waypoints);
        near("relay_bytes", relayed);
        near("cdn_bytes", servers);
        assert!(figure(run, "peer_offload") <= figure(run, "peer_offload_bound"));
        assert!(figure(run, "peer_offload") <= bound(run, "peer_offload", "bound"));
        assert!(bound(run, "peer_offload", "lost_waypoints") > 0.0);
        // Nobody who watches nothing is in the account of those who watch.
        let sessions = run.records.peers.len() as f64;
        assert_eq!(figure(run, "sessions"), sessions);
        assert!(run.records.peers.iter().all(|row| row.peer.get() > HARBOUR));
        assert!(triggered(run, Trigger::Called).all(|row| row.rule != Rule::Ejected));
    }
}
