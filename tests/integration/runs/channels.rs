//! Several contents at once (rows C10, W5): sessions of one device, and who may use how much of its lines.

use super::*;
use grandstand::proto::Rule;
use grandstand::units::{ContentId, HostId};

const NAME: &str = "control/channels";
const MATCH: ContentId = ContentId::new(0);
const STUDIO: ContentId = ContentId::new(1);
const HALVES: &str = "control.sharing=\"halves\"";

/// Three seeds, with leases and with halves.
fn paired() -> &'static [[Outcome; 2]; 3] {
    static RUNS: OnceLock<[[Outcome; 2]; 3]> = OnceLock::new();
    RUNS.get_or_init(|| {
        ["seed=1", "seed=2", "seed=3"]
            .map(|seed| [controlled(NAME, &[seed]), controlled(NAME, &[seed, HALVES])])
    })
}

fn leases() -> &'static Outcome {
    &paired()[0][0]
}

fn of_content(outcome: &Outcome, name: &str, metric: &str) -> f64 {
    let mut rows = outcome.records.groups.iter();
    let row = rows.find(|row| row.group == name && row.metric == metric);
    row.and_then(|row| row.value).unwrap_or_else(|| panic!("no {metric} of {name}"))
}

/// Content and device of every session.
fn channels(outcome: &Outcome) -> BTreeMap<PeerId, (ContentId, HostId)> {
    let rows = outcome.records.peers.iter();
    rows.map(|row| (row.peer, row.channel.expect("several contents"))).collect()
}

/// The sessions of devices that are on both channels, the match first.
fn on_both(outcome: &Outcome) -> Vec<[&PeerRow; 2]> {
    let mut hosts: BTreeMap<HostId, BTreeMap<ContentId, &PeerRow>> = BTreeMap::new();
    for row in &outcome.records.peers {
        let (content, host) = row.channel.expect("several contents");
        hosts.entry(host).or_default().insert(content, row);
    }
    let both = hosts.values().filter(|sessions| sessions.len() == 2);
    both.map(|sessions| [MATCH, STUDIO].map(|content| sessions[&content])).collect()
}

#[test]
fn leases_beat_halves_and_come_near_to_what_one_pool_could_do() {
    let offload = |outcome| figure(outcome, "peer_offload");
    for [leases, halves] in paired() {
        let bound = figure(leases, "peer_offload_bound");
        let (shared, fixed) = (offload(leases), offload(halves));
        // Of what halves lose against the pool of all uplinks, leases win back at least four fifths.
        assert!(fixed < bound - 0.1, "{fixed} of {bound} with halves: nothing to win");
        assert!((shared - fixed) / (bound - fixed) > 0.8, "{fixed}, {shared}, {bound}");
        assert!(figure(leases, "peer_offload_of_bound") > 0.95, "{shared} of {bound}");
        // The win is the match's; the studio had enough.
        let [before, after] = [halves, leases].map(|run| of_content(run, "match", "peer_offload"));
        assert!(after > before + 0.1, "{before} and {after} of the match");
    }
}

#[test]
fn no_device_promises_more_than_it_lends_over_all_its_channels() {
    let run = leases();
    let (sessions, rows) = (channels(run), viewers(run));
    // Of both channels: a device that is on one of them alone lends less.
    let lends = |access: &str| match access {
        "fibre" => 5_000.0,
        "cable" => 2_000.0,
        "dsl" => 250.0,
        other => panic!("{other}"),
    };
    let (mut looks, mut beyond_half) = (0, 0);
    for tree in trees(run).values() {
        let mut promised: BTreeMap<HostId, [f64; 2]> = BTreeMap::new();
        let mut access: BTreeMap<HostId, &str> = BTreeMap::new();
        for parent in tree.values().filter(|parent| rows.contains_key(parent)) {
            let (content, host) = sessions[parent];
            let rate = if content == MATCH { 500.0 } else { 250.0 };
            promised.entry(host).or_default()[content.index()] += rate;
            access.insert(host, rows[parent].access.as_str());
        }
        for (host, [of_match, of_studio]) in promised {
            let most = lends(access[&host]);
            assert!(of_match + of_studio <= most, "{host} promises {of_match} and {of_studio}");
            looks += 1;
            beyond_half += u32::from(of_match > most / 2.0);
        }
    }
    assert!(looks > 100 && beyond_half > 20, "{beyond_half} of {looks} lend more than a half");
    // Nobody was sent to a device that had no room after all.
    assert_eq!(refused(run), Vec::<&Decision>::new());
    assert!(figure(run, "share_recalls") > 0.0, "nothing was ever called back");
}

/// Decisions of which a parent that was there would not hear. Who takes another's place may still be below
/// it when that one asks: this is no want of room.
fn refused(outcome: &Outcome) -> Vec<&Decision> {
    let rows = viewers(outcome);
    let mut last: BTreeMap<(PeerId, Substream), Rule> = BTreeMap::new();
    let mut refused = Vec::new();
    for decision in &outcome.decisions {
        let before = last.insert((decision.child, decision.substream), decision.rule);
        let was_there =
            |parent: PeerId| rows.get(&parent).is_some_and(|row| row.leave > decision.time);
        if decision.trigger == Trigger::ConnectFailed
            && before != Some(Rule::BelowWhoTookItsPlace)
            && decision.old_parent.is_some_and(was_there)
        {
            refused.push(decision);
        }
    }
    refused
}

#[test]
fn every_table_says_of_which_content_it_speaks() {
    let run = leases();
    let sessions = channels(run);
    for row in &run.records.topology {
        assert_eq!(sessions[&row.child].0, row.content);
        let parent = sessions.get(&row.parent);
        assert!(parent.is_none_or(|(content, _)| *content == row.content), "{row:?}");
    }
    for (name, content) in [("match", MATCH), ("studio", STUDIO)] {
        let rows = || run.records.peers.iter().filter(|row| row.channel.unwrap().0 == content);
        let received: u64 = rows().map(|row| row.from_cdn.get() + row.from_peers.get()).sum();
        let transfers = run.records.transfers.iter().filter(|row| row.title == name);
        let moved: u64 = transfers.map(|row| row.bytes.get()).sum();
        // Each transfer is rounded down to a byte.
        assert!(moved.abs_diff(received) * 10_000 < received, "{moved} of {received} of {name}");
        assert_eq!(of_content(run, name, "sessions"), rows().count() as f64);
        let offload = rows().map(|row| row.from_peers.get()).sum::<u64>() as f64 / received as f64;
        assert!((of_content(run, name, "peer_offload") - offload).abs() < 1e-9);
        // A second a sample: rates add up to bytes.
        let rates = ["peer_rate_bps", "cdn_rate_bps"];
        let samples = run
            .records
            .series
            .iter()
            .filter(|row| row.content == Some(content) && rates.contains(&row.metric.as_ref()));
        let bits: f64 = samples.map(|row| row.value).sum();
        assert!((bits / 8.0 / received as f64 - 1.0).abs() < 1e-6, "{bits} and {received}");
        let bound = bound_in(run, &format!("content {name}"), "peer_offload", "bound").unwrap();
        assert!(of_content(run, name, "peer_offload") < bound && bound < 1.0, "{bound}");
    }
    let of_whole = ["control_messages_per_s", "cdn_rate_bound_pooled_bps", "objective"];
    let mut samples = run.records.series.iter();
    assert!(samples.all(|row| row.content.is_none() == is_of_whole(&row.metric, &of_whole)));
}

fn is_of_whole(metric: &str, more: &[&str]) -> bool {
    let known =
        ["peer_offload_bound_pooled", "hosts_uplink_bps", "objective_before", "control_dcms"];
    more.contains(&metric) || known.contains(&metric)
}

/// Sessions on lines that carry one channel and not both: of the match, of the studio.
fn on_slow_lines(outcome: &Outcome) -> Vec<[&PeerRow; 2]> {
    let slow: Vec<_> =
        on_both(outcome).into_iter().filter(|both| both[0].access == "dsl").collect();
    assert!(slow.len() > 2, "{} devices", slow.len());
    slow
}

#[test]
fn on_a_line_for_one_channel_the_more_important_one_plays() {
    let late = |row: &PeerRow| row.due.as_secs_f64() - row.on_time.as_secs_f64();
    for [of_match, of_studio] in on_slow_lines(leases()) {
        assert_eq!((late(of_match), of_match.stalls), (0.0, 0), "{of_match:?}");
        let received = of_studio.from_cdn.get() + of_studio.from_peers.get();
        assert_eq!(received, 0, "{of_studio:?}");
    }
    // Where nobody decides, both get too little.
    let nobody = checked(&scenario(NAME, &[]), CoordinatorKind::CdnOnly);
    let suffers = |both: &&[&PeerRow; 2]| both[0].stalls > 0;
    let slow = on_slow_lines(&nobody);
    assert!(slow.iter().filter(suffers).count() * 2 > slow.len(), "{slow:?}");
}

#[test]
fn whoever_came_first_gives_its_line_to_what_is_more_important() {
    let run = controlled(NAME, &["audience.watch[2].contents=[\"studio\", \"match\"]"]);
    let slow = on_slow_lines(&run);
    for [of_match, of_studio] in &slow {
        assert!(of_match.startup_delay.is_some() && of_match.stalls == 0, "{of_match:?}");
        assert!(of_studio.startup_delay.is_none(), "{of_studio:?}");
    }
    let told: BTreeSet<PeerId> = run
        .decisions
        .iter()
        .filter(|decision| decision.rule == Rule::DownlinkTaken)
        .map(|decision| decision.child)
        .collect();
    assert!(slow.iter().all(|[_, of_studio]| told.contains(&of_studio.peer)), "it is explained");
}

#[test]
fn shares_hold_when_messages_get_lost_and_devices_vanish() {
    let faults = "fault=[{ at = \"2 min\", peers_vanish = \"20 %\" }]";
    let run = controlled(NAME, &["network.control_loss=0.1", faults]);
    let gone: Vec<[&PeerRow; 2]> =
        on_both(&run).into_iter().filter(|both| both[0].leave == SimTime::from_secs(120)).collect();
    assert!(gone.len() > 4, "{} devices vanished", gone.len());
    assert!(gone.iter().all(|[one, other]| one.leave == other.leave && other.silent));
    assert!(figure(&run, "continuity") > 0.9, "{}", figure(&run, "continuity"));
}

#[test]
fn trackers_carry_several_contents_too() {
    for kind in [CoordinatorKind::TrackerRandom, CoordinatorKind::TrackerLocal] {
        let run = checked(&scenario(NAME, &[]), kind);
        for name in ["match", "studio"] {
            let offload = of_content(&run, name, "peer_offload");
            assert!(offload > 0.5, "{offload} of {name} under {}", kind.name());
        }
    }
}
