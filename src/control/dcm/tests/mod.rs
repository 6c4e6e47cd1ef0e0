//! The books of clusters balance, whatever is said to them and however members move between them.

use super::choose::Surroundings;
use super::member::{Former, NOBODY};
use super::shelves::{Seeker, Tier};
use super::slots::SlotIndex;
use super::*;
use crate::control::config::ControlConfig;
use crate::control::directory::Region;
use crate::control::levels::{Level, Post};
use crate::control::monitor::Conditions;
use crate::proto::{
    AddressTable, ContentKind, Device, Friends, Heartbeat, Hours, Output, Received, ServerInfo,
    Strangers,
};
use crate::units::{
    Address, AsNumber, BitRate, Bytes, ContentId, HostId, Metro, NatKind, Ratio, Span,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};

mod books;
mod planned;

const NODES: [PeerId; 2] = [PeerId::new(0), PeerId::new(1)];

/// Two DCMs and what stands around them: whoever comes goes to the first.
struct World {
    dcms: [Dcm; 2],
    config: ControlConfig,
    network: Conditions,
    servers: Servers,
    clients: Clients,
    history: History,
    posts: [Post; 2],
    now: SimTime,
    /// What each peer was told; those that are present.
    told: BTreeMap<PeerId, Vec<Option<PeerId>>>,
    joined: u32,
    /// The objective before and after the last recomputation.
    offered: f64,
    paid: f64,
}

impl World {
    /// Two DCMs side by side, or one above the other.
    fn new(substreams: u8, levels: bool) -> Self {
        let [bottom, second] =
            if levels { [Level::Bottom, Level::Second] } else { [Level::Flat; 2] };
        let mut posts =
            [bottom, second].map(|level| Post::new(ContentId::new(1), level, Region::WORLD));
        posts[0].above = levels.then_some(1);
        let content = ContentInfo {
            content: ContentId::new(1),
            kind: ContentKind::Live,
            bitrate: BitRate::from_kbps(100) * u64::from(substreams),
            substreams,
            packet: Bytes::new(1250),
            start: SimTime::ZERO,
            end: SimTime::from_secs(100_000),
            priority: 0,
        };
        let mut servers = Servers::default();
        let info =
            |peer| ServerInfo { peer, address: Address(0), capacity: BitRate::from_kbps(1000) };
        let reserve = Ratio::new(0.1).unwrap();
        servers.learn(SimTime::ZERO, &NODES.map(info), &AddressTable::default(), reserve);
        let config = ControlConfig { maturity: Span::from_secs(10), ..ControlConfig::default() };
        Self {
            dcms: [0, 1].map(|n| Dcm::new(SimTime::ZERO, content, n, Span::from_secs(15))),
            posts,
            config,
            network: Conditions::default(),
            servers,
            clients: Clients::default(),
            history: History::new(5),
            now: SimTime::from_secs(10),
            told: BTreeMap::new(),
            joined: NODES.len() as u32,
            offered: 0.0,
            paid: 0.0,
        }
    }

    /// Lets a DCM act, and the other with what it is told.
    fn act<T>(&mut self, number: usize, act: impl FnOnce(&mut Dcm, &mut Step<'_, '_>) -> T) -> T {
        let mut notices = Vec::new();
        let done = self.step(number, &mut notices, act);
        let mut line = VecDeque::from(notices);
        while let Some(notice) = line.pop_front() {
            let to = match notice.about() {
                About::Client(client) => self.clients.find(client),
                About::Dcm(number) => Some((number as usize, MemberId::MAX)),
            };
            let Some((dcm, id)) = to else {
                line.extend(notice.unknown());
                continue;
            };
            let mut answers = Vec::new();
            self.step(dcm, &mut answers, |dcm, step| dcm.notice(id, notice, step));
            line.extend(answers);
        }
        done
    }

    fn step<T>(
        &mut self,
        number: usize,
        notices: &mut Vec<Notice>,
        act: impl FnOnce(&mut Dcm, &mut Step<'_, '_>) -> T,
    ) -> T {
        let dcm = &mut self.dcms[number];
        let with = Surroundings {
            now: self.now,
            config: &self.config,
            network: &self.network,
            rate: dcm.content().substream_rate(),
            start: dcm.content().start,
            packet: dcm.content().packet,
        };
        let mut outbox = Outbox::new(false);
        let mut step = Step {
            with: &with,
            servers: &mut self.servers,
            clients: &mut self.clients,
            letters: &mut Vec::new(),
            posts: &self.posts,
            notices,
            history: &mut self.history,
            outbox: &mut outbox,
        };
        let done = act(dcm, &mut step);
        for output in outbox.drain() {
            if let Output::Send { to, message: ToClient::Assign(assignment) } = output {
                let width = usize::from(self.dcms[0].view.substreams);
                let told = self.told.entry(to).or_insert_with(|| vec![None; width]);
                for choice in assignment.parents {
                    told[choice.substream.index()] = choice.parent;
                }
            }
        }
        done
    }

    /// Some members of one DCM become the other's; nothing else may change by it.
    fn hand_over(&mut self, from: usize, seed: u64) -> Vec<PeerId> {
        let (before, known) = (self.edges(), self.known_pairs());
        let chosen = |(id, _): &(MemberId, &Member)| seed >> (id % 64) & 1 == 1;
        let chosen = self.dcms[from].view.members().filter(chosen).map(|(id, _)| id);
        // Nobody rises who takes anything from below.
        let rises = self.posts[from].above.is_some();
        let takes_nothing = |id: MemberId| {
            let dcm = &self.dcms[from];
            dcm.view.all_substreams().all(|substream| {
                let parent = dcm.view.edge(id, substream).parent;
                parent == Source::None || dcm.is_direct(id, substream)
            })
        };
        let who: Vec<MemberId> = chosen.filter(|id| !rises || takes_nothing(*id)).collect();
        let peers = who.iter().map(|id| self.dcms[from].view.member(*id).peer).collect();
        let parcels = self.dcms[from].give(&who);
        assert_eq!(parcels.len(), who.len());
        self.dcms[1 - from].take(self.now, parcels, &mut self.clients);
        let after = self.edges();
        for (edge, row) in &before {
            assert_eq!(after.get(edge), Some(row), "{edge:?}");
        }
        assert_eq!(after.len(), before.len());
        // The other DCM may know of more: a child there could not connect to one who comes now.
        assert!(known.is_subset(&self.known_pairs()), "{known:?} are remembered");
        peers
    }

    /// Pairs of those present that could not connect, as the DCM of the first remembers.
    fn known_pairs(&self) -> BTreeSet<(PeerId, PeerId)> {
        let pairs = self.dcms.iter().flat_map(|dcm| {
            dcm.view.members().flat_map(|(_, member)| {
                let others = dcm.history.hopeless(self.now, member.peer);
                others.into_iter().map(|other| (member.peer, other))
            })
        });
        pairs.filter(|(_, other)| self.clients.find(*other).is_some()).collect()
    }

    /// All edges by name: the parent, whether the child has reported it, its last packet, the parent
    /// that still keeps uplink; and what each member sends.
    fn edges(&self) -> BTreeMap<(PeerId, Substream), String> {
        let mut edges = BTreeMap::new();
        for dcm in &self.dcms {
            for (id, member) in dcm.view.members() {
                for substream in dcm.view.all_substreams() {
                    let report = dcm.view.report(id, substream);
                    let former =
                        dcm.view.releasing(id, substream).and_then(|former| match former {
                            Former::Member(stay) => {
                                dcm.view.lasts(stay).then(|| dcm.view.member(stay.id).peer)
                            }
                            Former::Outside(peer) => Some(peer),
                        });
                    let parent = dcm.peer_of(dcm.view.edge(id, substream).parent, &self.servers);
                    let beat = dcm.view.reports.beat(id).at;
                    let avoided = dcm.view.avoided(id, substream);
                    let row = format!(
                        "{parent:?} {report:?} {former:?} {} {beat} {avoided:?} {:?} {}",
                        member.used, member.standing, member.resting
                    );
                    edges.insert((member.peer, substream), row);
                }
            }
        }
        edges
    }

    fn join(&mut self, uplink_kbps: u64, nat: NatKind, terms: &Terms) {
        let peer = PeerId::new(self.joined);
        self.joined += 1;
        let join = Join {
            client: HostId::new(peer.get() % 8),
            content: ContentId::new(1),
            address: Address(0),
            nat,
            uplink: BitRate::from_kbps(uplink_kbps),
            downlink: BitRate::from_kbps(10_000),
            behind: Span::ZERO,
            device: Device::default(),
            terms: Some(Box::new(terms.clone())),
            host: None,
            called: None,
        };
        let network = AsNumber::new(1 + self.joined % 2);
        let place = Place { network, country: *b"DE", metro: Metro::new(0) };
        let id = self.act(0, |dcm, step| dcm.admit(peer, &join, place, step));
        self.clients.set(peer, 0, id);
        self.act(0, |dcm, step| dcm.receive(id, step));
    }

    /// One of those present.
    fn someone(&self, who: usize) -> Option<(PeerId, usize, MemberId)> {
        let count: usize = self.dcms.iter().map(Dcm::len).sum();
        let members = |number: usize| {
            let members = self.dcms[number].view.members();
            members.map(move |(id, member)| (member.peer, number, id))
        };
        members(0).chain(members(1)).nth(who % count.max(1))
    }

    /// A report of one who does what it was told, or still what it did before; data come or do not.
    fn beat(&mut self, (peer, number, id): (PeerId, usize, MemberId), heeds: bool, arrives: bool) {
        let view = &self.dcms[number].view;
        let received = view.all_substreams().map(|substream| {
            let told = self.told[&peer][substream.index()];
            let parent = if heeds { told } else { None };
            let last = view.report(id, substream).last + if arrives { 20 } else { 0 };
            Received { parent, last }
        });
        let beat = Heartbeat { received: received.collect(), ..Heartbeat::default() };
        self.act(number, |dcm, step| dcm.heartbeat(id, &beat, step));
    }

    fn perform(&mut self, act: &Act) {
        let who = |who: &usize| self.someone(*who);
        match act {
            Act::Join(uplink_kbps, nat, terms) => self.join(*uplink_kbps, *nat, terms),
            Act::Leave(name) => {
                if let Some((_, number, id)) = who(name) {
                    self.act(number, |dcm, step| dcm.leave(id, step));
                }
            }
            Act::Beat(name, heeds, arrives) => {
                if let Some(who) = who(name) {
                    self.beat(who, *heeds, *arrives);
                }
            }
            Act::CannotConnect(name) => {
                if let Some((peer, number, id)) = who(name)
                    && let Some(parent) = self.told[&peer][0]
                {
                    let substream = Substream(0);
                    self.act(number, |dcm, step| dcm.connect_failed(id, substream, parent, step));
                }
            }
            Act::HandOver(from, seed) => {
                let moved = self.hand_over(*from, *seed);
                for peer in moved {
                    if self.posts[0].above.is_some()
                        && let Some((number, id)) = self.clients.find(peer)
                    {
                        self.act(number, |dcm, step| dcm.settle(id, step));
                    }
                }
            }
            Act::Node(number, up) if *up => self.servers.heard(*number, self.now),
            Act::Node(number, _) => self.servers.lose(*number),
            Act::Second => {
                self.now += Span::from_secs(1);
                (self.paid, self.offered) = (0.0, 0.0);
                for number in [0, 1] {
                    let before = self.dcms[number].counts();
                    self.act(number, |dcm, step| dcm.tick(step));
                    let after = self.dcms[number].counts();
                    self.paid += after.all.after - before.all.after;
                    self.offered += after.all.before - before.all.before;
                }
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Join(u64, NatKind, Terms),
    Leave(usize),
    /// Who reports, whether it has done what it was told, and whether data came.
    Beat(usize, bool, bool),
    CannotConnect(usize),
    /// A CDN node is heard or lost.
    Node(u16, bool),
    Second,
    /// Some members of a DCM, by the bits of their numbers, become the other's.
    HandOver(usize, u64),
}

fn terms() -> impl Strategy<Value = Terms> {
    let words = vec![Strangers::Always, Strangers::Last, Strangers::Never];
    let friends = (prop::sample::select(vec!["a", "b"]), prop::sample::select(words))
        .prop_map(|(group, strangers)| Friends { group: group.into(), strangers });
    let hours = (10_u64..40, 1_u64..20).prop_map(|(from, length)| Hours {
        from: SimTime::from_secs(from),
        until: SimTime::from_secs(from + length),
    });
    let no_serving = prop::option::weighted(0.3, hours).prop_map(Vec::from_iter);
    (no_serving, prop::option::weighted(0.4, friends), 0_u8..3, prop::bool::weighted(0.2)).prop_map(
        |(no_serving, friends, priority, lan_only)| Terms {
            no_serving,
            friends,
            priority,
            lan_only,
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    let uplink = prop::sample::select(vec![0_u64, 130, 250, 500, 2000]);
    prop_oneof![
        6 => (uplink, prop::sample::select(NatKind::ALL.to_vec()), terms())
            .prop_map(|(uplink, nat, terms)| Act::Join(uplink, nat, terms)),
        2 => (0_usize..64).prop_map(Act::Leave),
        20 => (0_usize..64, prop::bool::weighted(0.8), prop::bool::weighted(0.7))
            .prop_map(|(who, heeds, arrives)| Act::Beat(who, heeds, arrives)),
        2 => (0_usize..64).prop_map(Act::CannotConnect),
        1 => (0_u16..2, any::<bool>()).prop_map(|(number, up)| Act::Node(number, up)),
        4 => Just(Act::Second),
        1 => (0_usize..2, prop_oneof![Just(u64::MAX), any::<u64>()])
            .prop_map(|(from, seed)| Act::HandOver(from, seed)),
    ]
}

proptest! {
    #[test]
    fn the_books_balance(
        substreams in 1_u8..5,
        history in any::<bool>(),
        levels in any::<bool>(),
        acts in prop::collection::vec(act(), 1..250),
    ) {
        let mut world = World::new(substreams, levels);
        world.config.history = history;
        for act in &acts {
            world.perform(act);
            let faults = world.faults();
            prop_assert!(faults.is_empty(), "after {act:?} at {}: {faults:#?}", world.now);
        }
    }
}
