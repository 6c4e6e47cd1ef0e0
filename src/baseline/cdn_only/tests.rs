//! CDN only, played by hand: rules, order and capacity.

use super::*;
use crate::proto::{AddressRange, ContentKind, Device, Output, PathClass, Place, Received};
use crate::units::{Address, Bytes, HostId, Metro, NatKind, Ratio};
use proptest::prelude::*;

/// CDN nodes have these numbers and those above; they lie in the networks 1, 2, ...
const NODES: u32 = 10_000;
const HEARTBEAT: Span = Span::from_secs(2);

/// A coordinator and the clients around it, played by hand.
struct Stage {
    coordinator: CdnOnly,
    outbox: Outbox,
    now: SimTime,
    capacities: Vec<u64>,
    /// What each viewer was told last.
    told: Vec<(PeerId, Option<PeerId>)>,
    decisions: Vec<Decision>,
    others: Vec<(PeerId, ToClient)>,
}

impl Stage {
    /// CDN nodes with room for so many viewers each, of a content of 1 Mbps in four substreams.
    fn new(admission: Admission, capacities: &[u64]) -> Self {
        let mut stage = Self {
            coordinator: CdnOnly::new(
                CdnOnlyConfig { admission, catch_up_reserve: Ratio::ZERO },
                HEARTBEAT,
            ),
            outbox: Outbox::new(true),
            now: SimTime::ZERO,
            capacities: capacities.to_vec(),
            told: Vec::new(),
            decisions: Vec::new(),
            others: Vec::new(),
        };
        let servers = stage.servers(capacities);
        // The nodes come before the table that says where they are.
        for feed in [catalogue(), servers, addresses(), routes()] {
            stage.input(Input::Feed(&feed));
        }
        stage
    }

    fn servers(&self, capacities: &[u64]) -> Feed {
        let info = |(number, viewers): (u32, &u64)| ServerInfo {
            peer: PeerId::new(NODES + number),
            address: Address(100 * (number + 1)),
            capacity: BitRate::from_kbps(1000 * viewers),
        };
        Feed::Servers((0..).zip(capacities).map(info).collect())
    }

    fn input(&mut self, input: Input<'_>) {
        self.coordinator.handle(self.now, input, &mut self.outbox);
        for output in self.outbox.drain() {
            match output {
                Output::Send { to, message: ToClient::Assign(assignment) } => {
                    let parent = assignment.parents[0].parent;
                    assert_eq!(assignment.parents.len(), 4);
                    assert!(assignment.parents.iter().all(|choice| choice.parent == parent));
                    self.told.push((to, parent));
                }
                Output::Send { to, message } => self.others.push((to, message)),
                Output::Explain(decision) => self.decisions.push(decision),
                Output::Regroup(_) | Output::Measure(_) | Output::Relay(_) => {}
                Output::Find(finding) => panic!("it looks for no links: {finding:?}"),
            }
        }
    }

    fn send(&mut self, from: u32, message: &ToCenter) {
        self.input(Input::Message { from: PeerId::new(from), message });
    }

    /// A viewer in a network; returns its node.
    fn join(&mut self, viewer: u32, network: u32) -> Option<u32> {
        self.join_content(viewer, network, 1)
    }

    fn join_content(&mut self, viewer: u32, network: u32, content: u32) -> Option<u32> {
        let join = Join {
            client: HostId::new(viewer),
            content: ContentId::new(content),
            address: Address(100 * network + 1),
            nat: NatKind::Open,
            uplink: BitRate::from_kbps(500),
            downlink: BitRate::from_kbps(5000),
            behind: Span::ZERO,
            device: Device::default(),
            terms: None,
            host: None,
            called: None,
        };
        self.send(viewer, &ToCenter::Join(join));
        self.node_of(viewer)
    }

    fn leave(&mut self, viewer: u32) {
        self.send(viewer, &ToCenter::Leave);
    }

    /// The node that the viewer was last told, counted from 0.
    fn node_of(&self, viewer: u32) -> Option<u32> {
        let viewer = PeerId::new(viewer);
        let (_, parent) = self.told.iter().rev().find(|(to, _)| *to == viewer)?;
        parent.map(|node| node.get() - NODES)
    }

    /// Heartbeats of these viewers and nodes, each 2 s, for so many seconds.
    fn beats(&mut self, seconds: u64, clients: &[u32]) {
        for _ in 0..seconds / 2 {
            self.now += HEARTBEAT;
            for client in clients {
                let node = self.node_of(*client).map(|node| PeerId::new(NODES + node));
                let received = vec![Received { parent: node, last: 0 }; 4];
                let received = if *client >= NODES { Vec::new() } else { received };
                let beat = Heartbeat { received, ..Heartbeat::default() };
                self.send(*client, &ToCenter::Heartbeat(beat));
            }
            while self.coordinator.next_timeout().is_some_and(|time| time <= self.now) {
                self.input(Input::Timeout);
            }
        }
    }

    /// Viewers that each node serves, by what they were told last, of those in `present`.
    fn load(&self, present: &[u32]) -> Vec<u64> {
        let mut load = vec![0; self.capacities.len()];
        for node in present.iter().filter_map(|viewer| self.node_of(*viewer)) {
            load[node as usize] += 1;
        }
        load
    }

    fn figure(&self, metric: &str) -> f64 {
        let figures = self.coordinator.figures();
        figures.iter().find(|figure| figure.metric == metric).unwrap().value.unwrap()
    }
}

/// Content 1 has 1 Mbps, content 2 has 2 Mbps.
fn catalogue() -> Feed {
    let content = |number| ContentInfo {
        content: ContentId::new(number),
        kind: ContentKind::Live,
        bitrate: BitRate::from_kbps(1000) * u64::from(number),
        substreams: 4,
        packet: Bytes::new(1250),
        start: SimTime::ZERO,
        end: SimTime::from_secs(3600),
        priority: 0,
    };
    Feed::Catalogue(vec![content(1), content(2)])
}

/// Network `n` has the addresses from `100 n`.
fn addresses() -> Feed {
    let range = |n: u32| AddressRange {
        first: Address(100 * n),
        last: Address(100 * n + 99),
        place: Place { network: AsNumber::new(n), country: *b"DE", metro: Metro::new(0) },
    };
    Feed::Addresses(AddressTable::new((1..=3).map(range).collect()))
}

/// Networks are 10 ms from the next in number.
fn routes() -> Feed {
    let mut table = RouteTable::default();
    for (a, b) in [(1, 2), (2, 3), (1, 3)] {
        let rtt = 10 * (b - a);
        table.insert(AsNumber::new(a), AsNumber::new(b), PathClass::Transit, rtt, &[]);
        table.insert(AsNumber::new(b), AsNumber::new(a), PathClass::Transit, rtt, &[]);
    }
    Feed::Routes(table)
}

#[test]
fn a_viewer_gets_the_nearest_node_with_room() {
    let mut stage = Stage::new(Admission::Queue, &[1, 1, 1]);
    let nodes: Vec<Option<u32>> = (0..4).map(|viewer| stage.join(viewer, 3)).collect();
    assert_eq!(nodes, [Some(2), Some(1), Some(0), None]);
    assert_eq!(stage.others[0].1, ToClient::Welcome(Guidance::Directed));
    let rules: Vec<Rule> = stage.decisions.iter().step_by(4).map(|d| d.rule).collect();
    assert_eq!(rules[..3], [Rule::NearestServer; 3]);
    assert_eq!(rules[3], Rule::NothingHasRoom);
    let last = stage.decisions[15];
    assert_eq!((last.feasible, last.pruned_uplink, last.considered), (3, 3, 0));
}

#[test]
fn shared_nodes_take_everybody_nearby() {
    let mut stage = Stage::new(Admission::Share, &[1, 1, 1]);
    assert!((0..50).all(|viewer| stage.join(viewer, 2) == Some(1)));
    assert!((stage.figure("cdn_reserved_at_end") - 50.0).abs() < 1e-9);
}

#[test]
fn those_who_wait_are_served_in_their_order() {
    let mut stage = Stage::new(Admission::Queue, &[2]);
    for viewer in 0..6 {
        stage.join(viewer, 1);
    }
    stage.leave(3);
    stage.leave(0);
    assert_eq!((stage.node_of(2), stage.node_of(4)), (Some(0), None));
    stage.leave(1);
    assert_eq!((stage.node_of(4), stage.node_of(5)), (Some(0), None));
    // Whoever comes back has lost its place.
    stage.leave(5);
    stage.join(6, 1);
    stage.join(5, 1);
    stage.leave(2);
    assert_eq!((stage.node_of(6), stage.node_of(5)), (Some(0), None));
    assert!((stage.figure("admission_waited") - 6.0).abs() < 1e-9);
    assert!((stage.figure("admission_most_waiting") - 4.0).abs() < 1e-9);
    assert!((stage.figure("admission_waiting_at_end") - 1.0).abs() < 1e-9);
}

#[test]
fn a_small_content_does_not_overtake_a_large_one() {
    let mut stage = Stage::new(Admission::Queue, &[3]);
    stage.join_content(0, 1, 2);
    assert_eq!(stage.join_content(1, 1, 2), None);
    assert_eq!(stage.join(2, 1), None, "there is room for it, but not for the one before");
    stage.leave(1);
    assert_eq!(stage.node_of(2), Some(0), "whoever stood before it has gone");
}

#[test]
fn a_silent_node_is_down_until_it_is_heard() {
    let mut stage = Stage::new(Admission::Queue, &[3, 1]);
    for viewer in 0..3 {
        stage.join(viewer, 1);
    }
    stage.beats(6, &[0, 1, 2, NODES + 1]);
    assert_eq!(stage.load(&[0, 1, 2]), [3, 0]);
    stage.beats(2, &[0, 1, 2, NODES + 1]);
    assert_eq!([0, 1, 2].map(|viewer| stage.node_of(viewer)), [Some(1), None, None]);
    assert!(stage.decisions.iter().any(|d| d.trigger == Trigger::ParentSilent));
    assert!(stage.join(3, 1).is_none());
    stage.beats(2, &[0, 1, 2, 3, NODES, NODES + 1]);
    assert_eq!(
        [0, 1, 2, 3].map(|viewer| stage.node_of(viewer)),
        [Some(1), Some(0), Some(0), Some(0)]
    );
    assert!((stage.figure("cdn_nodes_lost") - 1.0).abs() < 1e-9);
}

#[test]
fn shared_nodes_that_are_all_down_leave_everybody_waiting() {
    let mut stage = Stage::new(Admission::Share, &[1]);
    stage.join(0, 1);
    stage.beats(8, &[0]);
    assert_eq!(stage.node_of(0), None);
    stage.beats(2, &[0, NODES]);
    assert_eq!(stage.node_of(0), Some(0));
}

#[test]
fn a_silent_viewer_loses_its_place_after_three_heartbeats() {
    let mut stage = Stage::new(Admission::Queue, &[1]);
    stage.join(0, 1);
    stage.join(1, 1);
    stage.beats(6, &[1, NODES]);
    assert_eq!(stage.node_of(1), None);
    stage.beats(2, &[1, NODES]);
    assert_eq!(stage.node_of(1), Some(0));
    assert!((stage.figure("control_deaths_concluded") - 1.0).abs() < 1e-9);
    stage.others.clear();
    stage.beats(2, &[0, 1, NODES]);
    let answers: Vec<&ToClient> = stage.others.iter().map(|(_, message)| message).collect();
    assert_eq!(answers, [&ToClient::Rejoin, &ToClient::Ack, &ToClient::Ack]);
}

#[test]
fn an_unreachable_node_is_left_for_the_next() {
    let mut stage = Stage::new(Admission::Queue, &[2, 1]);
    stage.join(0, 1);
    stage.join(1, 1);
    let failed = |substream| ToCenter::ConnectFailed {
        substream: Substream(substream),
        parent: PeerId::new(NODES),
    };
    (0..4).for_each(|substream| stage.send(0, &failed(substream)));
    assert_eq!(stage.told.len(), 3, "one move for the failures of all substreams");
    stage.send(1, &failed(0));
    assert_eq!([0, 1].map(|viewer| stage.node_of(viewer)), [Some(1), Some(0)]);
    assert_eq!(stage.load(&[0, 1]), [1, 1]);
}

#[test]
fn what_was_lost_or_asked_twice_is_told_again() {
    let mut stage = Stage::new(Admission::Queue, &[1]);
    stage.join(0, 1);
    stage.join(0, 1);
    assert_eq!(stage.told, [(PeerId::new(0), Some(PeerId::new(NODES))); 2]);
    let beat =
        Heartbeat { received: vec![Received { parent: None, last: 0 }; 4], ..Heartbeat::default() };
    for _ in 0..4 {
        assert_eq!(stage.told.len(), 2);
        stage.send(0, &ToCenter::Heartbeat(beat.clone()));
    }
    assert_eq!(stage.told.len(), 3);
    assert!((stage.figure("cdn_reserved_at_end") - 1.0).abs() < 1e-9);
}

#[test]
fn whoever_has_all_of_a_file_makes_room_for_the_next() {
    let mut stage = Stage::new(Admission::Queue, &[1]);
    let Feed::Catalogue(mut contents) = catalogue() else { unreachable!() };
    // 40 s at 1 Mbps: 1000 packets of each of four portions.
    (contents[0].kind, contents[0].end) = (ContentKind::File, SimTime::from_secs(40));
    stage.input(Input::Feed(&Feed::Catalogue(contents)));
    assert_eq!([stage.join(0, 1), stage.join(1, 1)], [Some(0), None]);
    let mut has = |lasts: [u32; 4]| {
        let parent = Some(PeerId::new(NODES));
        let of = |last| Received { parent: parent.filter(|_| last < 1000), last };
        let received = lasts.map(of).to_vec();
        stage.send(0, &ToCenter::Heartbeat(Heartbeat { received, ..Heartbeat::default() }));
        stage.node_of(1)
    };
    assert_eq!(has([1000, 1000, 1000, 998]), None, "a portion is missing");
    assert_eq!(has([1000, 1000, 1000, 1000]), Some(0), "its place is free");
    assert_eq!(has([1000; 4]), Some(0));
    assert!((stage.figure("cdn_reserved_at_end") - 1.0).abs() < 1e-9);
}

#[test]
fn nobody_gets_an_unknown_content() {
    let mut stage = Stage::new(Admission::Queue, &[1]);
    stage.input(Input::Feed(&Feed::Catalogue(Vec::new())));
    stage.join(0, 1);
    assert_eq!(stage.others, [(PeerId::new(0), ToClient::Refuse(Refusal::UnknownContent))]);
}

#[test]
fn a_node_that_is_withdrawn_serves_nobody_and_a_larger_one_serves_more() {
    let mut stage = Stage::new(Admission::Queue, &[1, 1]);
    for viewer in 0..3 {
        stage.join(viewer, 1);
    }
    let grown = stage.servers(&[2]);
    stage.input(Input::Feed(&grown));
    // Viewer 1 lost its node and stands behind viewer 2, who was waiting before.
    assert_eq!([0, 1, 2].map(|viewer| stage.node_of(viewer)), [Some(0), None, Some(0)]);
}

#[test]
fn a_spurious_timeout_changes_nothing() {
    let mut stage = Stage::new(Admission::Queue, &[1]);
    stage.join(0, 1);
    let (due, told) = (stage.coordinator.next_timeout(), stage.told.clone());
    stage.input(Input::Timeout);
    assert_eq!((stage.coordinator.next_timeout(), stage.told), (due, told));
    assert_eq!(due, Some(SimTime::ZERO + Span::from_millis(6500)));
}

proptest! {
    /// No node serves more than it can, nobody waits where there is room, and nobody overtakes.
    #[test]
    fn capacity_holds_under_any_coming_and_going(
        capacities in prop::collection::vec(0_u64..4, 1..4),
        steps in prop::collection::vec((0_u32..12, 1_u32..4, any::<bool>()), 1..120),
    ) {
        let mut stage = Stage::new(Admission::Queue, &capacities);
        let mut present: Vec<u32> = Vec::new();
        for (viewer, network, joins) in steps {
            present.retain(|other| *other != viewer || stage.node_of(viewer).is_some() && joins);
            if joins && !present.contains(&viewer) {
                // A viewer that waits and comes again leaves first: its place in the order is new.
                stage.leave(viewer);
                present.push(viewer);
                stage.join(viewer, network);
            } else if !joins {
                stage.leave(viewer);
            }
            let load = stage.load(&present);
            prop_assert!(load.iter().zip(&capacities).all(|(used, room)| used <= room), "{load:?}");
            let served: Vec<bool> = present.iter().map(|v| stage.node_of(*v).is_some()).collect();
            let waiting = served.iter().filter(|served| !**served).count() as u64;
            let room: u64 = capacities.iter().sum::<u64>() - load.iter().sum::<u64>();
            prop_assert!(waiting == 0 || room == 0);
            prop_assert!(served.is_sorted_by(|a, b| a >= b), "somebody overtook: {served:?}");
        }
    }
}

#[test]
fn whoever_finds_no_room_is_refused_for_good_where_that_is_the_rule() {
    let mut stage = Stage::new(Admission::Reject, &[1]);
    assert_eq!((stage.join(0, 1), stage.join(1, 1)), (Some(0), None));
    let refusal = ToClient::Refuse(Refusal::NoCapacity);
    let refused = |stage: &Stage| stage.others.iter().filter(|(_, told)| *told == refusal).count();
    assert_eq!(refused(&stage), 1);
    // Room that becomes free is for those who come later, and asking again does not help.
    stage.leave(0);
    assert_eq!((stage.join(1, 1), refused(&stage)), (None, 2));
    assert_eq!(stage.join(2, 1), Some(0));
    stage.leave(1);
    assert_eq!((stage.figure("admission_refused"), stage.figure("admission_waited")), (1.0, 0.0));
    assert_eq!(stage.figure("control_clients_at_end"), 1.0);
}

#[test]
fn whoever_loses_its_node_waits_also_where_newcomers_are_refused() {
    let mut stage = Stage::new(Admission::Reject, &[1, 1]);
    assert_eq!((stage.join(0, 1), stage.join(1, 1)), (Some(0), Some(1)));
    stage.beats(8, &[0, 1, NODES + 1]);
    assert_eq!(stage.figure("admission_waited"), 1.0);
    stage.leave(1);
    assert_eq!(stage.node_of(0), Some(1));
}
