//! The tracker, played by hand: who is named, and who no longer.

use super::*;
use crate::proto::{AddressRange, Device, Heartbeat, Output, Place};
use crate::units::{AsNumber, BitRate, HostId, Metro, NatKind, stream};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A tracker and who asks it. Network `n` has the addresses from `1_000_000 n`; networks of the
/// same ten are of one country.
struct Stage {
    tracker: Tracker,
    now: SimTime,
}

impl Stage {
    fn new(locality: Locality) -> Self {
        let rng = stream(1, "tracker", 0);
        let mut tracker = Tracker::new(TrackerConfig::default(), locality, rng);
        let range = |n: u32| AddressRange {
            first: Address(1_000_000 * n),
            last: Address(1_000_000 * n + 999_999),
            place: Place {
                network: AsNumber::new(n),
                country: [b'A', b'A' + (n / 10) as u8],
                metro: Metro::new(0),
            },
        };
        let table = Feed::Addresses(AddressTable::new((1..200).map(range).collect()));
        tracker.handle(SimTime::ZERO, Input::Feed(&table), &mut Outbox::default());
        Self { tracker, now: SimTime::ZERO }
    }

    fn send(&mut self, from: u32, message: &ToCenter) -> Vec<ToClient> {
        let mut outbox = Outbox::default();
        let input = Input::Message { from: PeerId::new(from), message };
        self.tracker.handle(self.now, input, &mut outbox);
        let sent = outbox.drain().map(|output| match output {
            Output::Send { to, message } if to == PeerId::new(from) => message,
            other => panic!("{other:?} is not for the one who asked"),
        });
        sent.collect()
    }

    fn join(&mut self, peer: u32, network: u32) -> Vec<u32> {
        self.join_content(peer, network, 1)
    }

    fn join_content(&mut self, peer: u32, network: u32, content: u32) -> Vec<u32> {
        let join = Join {
            client: HostId::new(peer),
            content: ContentId::new(content),
            address: address(peer, network),
            nat: NatKind::Open,
            uplink: BitRate::from_kbps(500),
            downlink: BitRate::from_kbps(5000),
            behind: Span::ZERO,
            device: Device::default(),
            terms: None,
            host: None,
            called: None,
        };
        let sent = self.send(peer, &ToCenter::Join(join));
        assert_eq!(sent[0], ToClient::Welcome(Guidance::SelfDirected));
        named(&sent[1..])
    }

    fn announce(&mut self, peer: u32) -> Vec<u32> {
        let sent = self.send(peer, &ToCenter::Announce);
        named(&sent)
    }

    fn figure(&self, metric: &str) -> f64 {
        let figures = self.tracker.figures();
        figures.iter().find(|figure| figure.metric == metric).unwrap().value.unwrap()
    }
}

fn address(peer: u32, network: u32) -> Address {
    Address(1_000_000 * network + peer)
}

/// The peers of the one answer; each with the address with which it joined.
fn named(sent: &[ToClient]) -> Vec<u32> {
    let [ToClient::Neighbors(neighbors)] = sent else { panic!("{sent:?} is not one answer") };
    for neighbor in neighbors {
        assert_eq!(neighbor.address.0 % 1_000_000, neighbor.peer.get());
    }
    neighbors.iter().map(|neighbor| neighbor.peer.get()).collect()
}

fn set(peers: &[u32]) -> BTreeSet<u32> {
    peers.iter().copied().collect()
}

#[test]
fn the_random_tracker_names_fifty_others_of_the_same_content() {
    let mut stage = Stage::new(Locality::Random);
    assert!(stage.join(0, 1).is_empty());
    assert_eq!(stage.join(1, 1), [0]);
    stage.join_content(2, 1, 2);
    for peer in 3..200 {
        let answer = stage.join(peer, peer % 7);
        assert_eq!(set(&answer).len(), answer.len());
        assert_eq!(answer.len(), (peer as usize - 1).min(50));
        assert!(!answer.contains(&peer) && !answer.contains(&2));
    }
}

#[test]
fn everybody_is_named_equally_often() {
    let mut stage = Stage::new(Locality::Random);
    for peer in 0..101 {
        stage.join(peer, 1);
    }
    let mut times = vec![0_u32; 101];
    for _ in 0..2000 {
        stage.announce(100).into_iter().for_each(|peer| times[peer as usize] += 1);
    }
    // 1000 each; five standard deviations of Binomial(2000, 1/2) are 112.
    assert!(times[..100].iter().all(|count| count.abs_diff(1000) < 112), "{times:?}");
    assert_eq!(times[100], 0);
}

#[test]
fn the_local_tracker_names_31_of_the_network_and_4_from_elsewhere() {
    let mut stage = Stage::new(Locality::Local);
    let network = |peer: u32| 10 + peer % 5;
    for peer in 0..500 {
        stage.join(peer, network(peer));
    }
    for peer in [0, 77, 499] {
        let answer = stage.announce(peer);
        let inside = answer.iter().filter(|other| network(**other) == network(peer)).count();
        assert_eq!((answer.len(), set(&answer).len(), inside), (35, 35, 31));
        assert!(!answer.contains(&peer));
    }
    assert!(stage.figure("tracker_named_in_network") > 0.5);
}

#[test]
fn a_short_network_is_filled_from_its_country() {
    let mut stage = Stage::new(Locality::Local);
    // Network 11 has 6 peers, its country 10 more, the world 500 more.
    for peer in 0..516 {
        let network = if peer < 6 {
            11
        } else if peer < 16 {
            12
        } else {
            30 + peer % 9
        };
        stage.join(peer, network);
    }
    let answer = set(&stage.announce(0));
    assert!((1..16).all(|peer| answer.contains(&peer)), "{answer:?}");
    assert_eq!(answer.len(), 15 + 4);
}

#[test]
fn a_full_country_gives_only_what_is_missing() {
    let mut stage = Stage::new(Locality::Local);
    for peer in 0..300 {
        stage.join(peer, if peer < 10 { 11 } else { 12 });
    }
    let answer = stage.announce(0);
    assert_eq!((answer.len(), set(&answer).len()), (35, 35));
    assert!((1..10).all(|peer| answer.contains(&peer)));
}

#[test]
fn an_unknown_address_is_answered_at_random_and_named_elsewhere() {
    let mut stage = Stage::new(Locality::Local);
    for peer in 0..100 {
        stage.join(peer, 11);
    }
    assert_eq!(stage.join(100, 900).len(), 35);
    let named = (0..100).filter(|peer| stage.announce(*peer).contains(&100)).count();
    assert_eq!(named, 100, "it is the only one from elsewhere");
}

#[test]
fn an_entry_is_evicted_after_two_missed_announces() {
    let mut stage = Stage::new(Locality::Random);
    stage.join(0, 1);
    stage.join(1, 1);
    stage.now = SimTime::from_secs(120);
    assert_eq!(stage.announce(0), [1]);
    stage.now = SimTime::from_secs(239);
    assert_eq!(stage.announce(0), [1]);
    stage.now = SimTime::from_secs(240);
    assert!(stage.announce(0).is_empty());
    assert_eq!(stage.send(1, &ToCenter::Announce), [ToClient::Rejoin]);
    assert!((stage.figure("control_deaths_concluded") - 1.0).abs() < 1e-9);
}

#[test]
fn who_leaves_is_not_named_and_who_comes_again_is_named_once() {
    let mut stage = Stage::new(Locality::Local);
    stage.join(0, 11);
    stage.join(1, 11);
    stage.join(2, 11);
    stage.join(2, 12);
    stage.send(1, &ToCenter::Leave);
    assert_eq!(stage.announce(0), [2]);
    assert!((stage.figure("control_clients_at_end") - 2.0).abs() < 1e-9);
}

#[test]
fn heartbeats_are_acknowledged_and_change_nothing() {
    let mut stage = Stage::new(Locality::Random);
    let beat = ToCenter::Heartbeat(Heartbeat::default());
    assert_eq!(stage.send(9, &beat), [ToClient::Ack]);
    assert!(stage.join(0, 1).is_empty());
    assert_eq!(stage.tracker.next_timeout(), None);
}

#[test]
fn the_same_stream_gives_the_same_answers() {
    let run = || {
        let mut stage = Stage::new(Locality::Local);
        (0..400).map(|peer| stage.join(peer, 10 + peer % 30)).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}

proptest! {
    /// After any coming and going the answer is what the rules say of those present.
    #[test]
    fn an_answer_holds_who_is_there(
        steps in prop::collection::vec((0_u32..150, 10_u32..24, 0_u32..4), 1..400),
    ) {
        let mut stage = Stage::new(Locality::Local);
        let mut present: Vec<Option<u32>> = vec![None; 150];
        for (peer, network, what) in steps {
            if what == 0 {
                stage.send(peer, &ToCenter::Leave);
                present[peer as usize] = None;
                continue;
            }
            let answer = stage.join(peer, network);
            present[peer as usize] = Some(network);
            let others = |rule: &dyn Fn(u32) -> bool| {
                let all = present.iter().enumerate().filter(|(other, _)| *other != peer as usize);
                all.filter(|(_, network)| network.is_some_and(rule)).count()
            };
            let (own, country) = (others(&|n| n == network), others(&|n| n / 10 == network / 10));
            let inside = country.min(31);
            let elsewhere = (others(&|_| true) - own - (inside - own.min(31))).min(4);
            prop_assert_eq!(set(&answer).len(), inside + elsewhere);
            prop_assert_eq!(answer.len(), inside + elsewhere);
            prop_assert!(answer.iter().all(|p| present[*p as usize].is_some() && *p != peer));
            let named = answer.iter().filter(|p| present[**p as usize] == Some(network)).count();
            prop_assert_eq!(named, own.min(31));
        }
    }
}
