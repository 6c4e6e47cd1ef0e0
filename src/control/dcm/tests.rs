//! The books of clusters balance, whatever is said to them and however members move between them.

use super::choose::Surroundings;
use super::member::NOBODY;
use super::shelves::{Seeker, Tier};
use super::slots::SlotIndex;
use super::*;
use crate::control::config::ControlConfig;
use crate::control::monitor::Conditions;
use crate::proto::{
    AddressTable, ContentKind, Device, Friends, Heartbeat, Hours, Output, Received, ServerInfo,
};
use crate::units::{
    Address, AsNumber, BitRate, Bytes, ContentId, HostId, Metro, NatKind, Ratio, Span,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const NODES: [PeerId; 2] = [PeerId::new(0), PeerId::new(1)];

/// Two DCMs and what stands around them: whoever comes goes to the first.
pub(super) struct World {
    pub(super) dcms: [Dcm; 2],
    pub(super) config: ControlConfig,
    network: Conditions,
    servers: Servers,
    clients: Clients,
    history: History,
    now: SimTime,
    /// What each peer was told; those that are present.
    told: BTreeMap<PeerId, Vec<Option<PeerId>>>,
    joined: u32,
    /// The objective before and after the last recomputation.
    offered: f64,
    paid: f64,
}

impl World {
    pub(super) fn new(substreams: u8) -> Self {
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
    pub(super) fn act<T>(
        &mut self,
        number: usize,
        act: impl FnOnce(&mut Dcm, &mut Step<'_, '_>) -> T,
    ) -> T {
        let mut notices = Vec::new();
        let done = self.step(number, &mut notices, act);
        while let Some(notice) = notices.pop() {
            if let Some((dcm, id)) = self.clients.find(notice.about()) {
                self.step(dcm, &mut notices, |dcm, step| dcm.notice(id, notice, step));
            }
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
    fn hand_over(&mut self, from: usize, seed: u64) {
        let (before, known) = (self.edges(), self.known_pairs());
        let chosen = |(id, _): &(MemberId, &Member)| seed >> (id % 64) & 1 == 1;
        let who: Vec<MemberId> =
            self.dcms[from].view.members().filter(chosen).map(|(id, _)| id).collect();
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
        };
        let network = AsNumber::new(1 + self.joined % 2);
        let place = Place { network, country: *b"DE", metro: Metro::new(0) };
        let id = self.act(0, |dcm, step| {
            let id = dcm.admit(peer, &join, place, step);
            dcm.receive(id, step);
            id
        });
        self.clients.set(peer, 0, id);
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

    pub(super) fn perform(&mut self, act: &Act) {
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
            Act::HandOver(from, seed) => self.hand_over(*from, *seed),
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

    /// What does not balance.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |holds: bool, what: String| {
            if !holds {
                faults.push(what);
            }
        };
        let mut from_servers = 0;
        for (number, dcm) in self.dcms.iter().enumerate() {
            let view = &dcm.view;
            let mut slots = 0;
            for (id, member) in view.members() {
                slots += u64::from(member.slots);
                let home = self.clients.find(member.peer);
                check(home == Some((number, id)), format!("{id} is at {home:?}"));
                check(member.used <= member.slots, format!("{id} sends more than it lends"));
                let reserved = self.reserved_at(number, id);
                check(member.used == reserved, format!("{id} uses {} for {reserved}", member.used));
                self.check_room(number, id, &mut check);
                for substream in view.all_substreams() {
                    self.check_edge(number, id, substream, &mut check);
                    let fed = matches!(view.edge(id, substream).parent, Source::Server(_));
                    from_servers += u64::from(fed);
                }
            }
            for substream in view.all_substreams() {
                let is_fed = |id: MemberId| view.edge(id, substream).depth > 0;
                let fed = view.members().filter(|(id, _)| is_fed(*id)).count() as u32;
                for (id, _) in view.members() {
                    let (others, counted) =
                        (fed - u32::from(is_fed(id)), view.others_fed(id, substream));
                    check(others == counted, format!("{others} hold {substream}: {counted}"));
                }
            }
            let listed = view.crossings().map(|(.., edges)| edges.len()).sum::<usize>();
            let ends = view.members().flat_map(|(id, _)| {
                view.all_substreams().map(move |substream| (id, view.edge(id, substream).parent))
            });
            let network = |id: MemberId| view.member(id).place.network;
            let crossing = ends.filter(|(id, parent)| match *parent {
                Source::None | Source::Outside(_) => false,
                Source::Server(_) => true,
                Source::Member(parent) => network(parent) != network(*id),
            });
            let crossing = crossing.count();
            check(listed == crossing, format!("{listed} of {crossing} crossing edges are listed"));
            check(slots == dcm.slots, format!("{slots} slots are not {}", dcm.slots));
        }
        let [clients, _, downloads, _] = self.history.counts();
        check(clients <= 5 && downloads <= 50, format!("{clients} clients, {downloads} downloads"));
        let worse = self.paid > self.offered + 1e-9;
        check(!worse, format!("a recomputation made {} of {}", self.paid, self.offered));
        let reserved = self.dcms[0].content().substream_rate() * from_servers;
        check(self.servers.reserved() == reserved, format!("CDN nodes send {reserved}"));
        self.check_circles(&mut check);
        faults
    }

    /// Nobody is above itself in a substream, over whatever clusters the way leads.
    fn check_circles(&self, check: &mut impl FnMut(bool, String)) {
        let mut above: BTreeMap<(PeerId, Substream), PeerId> = BTreeMap::new();
        for dcm in &self.dcms {
            for (id, member) in dcm.view.members() {
                for substream in dcm.view.all_substreams() {
                    let parent = match dcm.view.edge(id, substream).parent {
                        Source::Member(parent) => dcm.view.member(parent).peer,
                        Source::Outside(parent) => parent,
                        Source::None | Source::Server(_) => continue,
                    };
                    above.insert((member.peer, substream), parent);
                }
            }
        }
        for (peer, substream) in above.keys() {
            let next = |at: &PeerId| above.get(&(*at, *substream)).copied();
            let way = std::iter::successors(Some(*peer), next).take(above.len() + 2).count();
            check(way <= above.len() + 1, format!("{peer} is above itself in {substream}"));
        }
    }

    /// Children of a member, here or in the other cluster, and former ones that have not reported
    /// their new parent.
    fn reserved_at(&self, number: usize, parent: MemberId) -> u16 {
        let (own, other) = (&self.dcms[number].view, &self.dcms[1 - number].view);
        let (stay, peer) = (own.stay(parent), own.member(parent).peer);
        let count = |view: &View, source: Source, former: Former| -> u16 {
            let each = |id| view.all_substreams().map(move |substream| (id, substream));
            let uses = |(id, substream)| {
                u16::from(view.edge(id, substream).parent == source)
                    + u16::from(view.releasing(id, substream) == Some(former))
            };
            view.members().flat_map(|(id, _)| each(id)).map(uses).sum()
        };
        let here = count(own, Source::Member(parent), Former::Member(stay));
        let there = count(other, Source::Outside(peer), Former::Outside(peer));
        let guests: u16 = own.guests(parent).map(|(.., slots)| u16::from(slots)).sum();
        assert_eq!(guests, there, "both sides know of the same edges between them");
        assert_eq!(count(own, Source::Outside(peer), Former::Outside(peer)), 0, "ends that meet");
        here + there
    }

    fn check_room(&self, number: usize, id: MemberId, check: &mut impl FnMut(bool, String)) {
        let view = &self.dcms[number].view;
        let member = view.member(id);
        let (depth, free) = (view.edge(id, member.home).depth, member.slots - member.used);
        let wanted = (depth > 0 && free > 0)
            .then(|| SlotIndex::key(member.nat, member.standing, depth, free))
            .flatten();
        let index = &view.index[member.home.index()];
        let anybody = Member { nat: NatKind::Open, ..member.clone() };
        let listed = Tier::ALL
            .into_iter()
            .flat_map(|tier| index.in_order(tier, Seeker::of(&anybody), slots::Placement::Leaf))
            .filter(|other| *other == id)
            .count();
        let places = match (member.resting, member.group, member.strangers) {
            (true, ..) => 0,
            (_, None, _) | (_, _, Strangers::Never) => 1,
            // Among its friends and among all.
            (_, Some(_), Strangers::Always | Strangers::Last) => 2,
        };
        let (room, expected) =
            (member.room.map(|room| room.key), if wanted.is_some() { places } else { 0 });
        check(room == wanted, format!("{id} stands at {room:?}, not {wanted:?}"));
        check(listed == expected, format!("{id} is listed {listed} times"));
    }

    fn check_edge(
        &self,
        number: usize,
        id: MemberId,
        substream: Substream,
        check: &mut impl FnMut(bool, String),
    ) {
        let view = &self.dcms[number].view;
        let (edge, member) = (view.edge(id, substream), view.member(id));
        let above = |parent: MemberId| match view.edge(parent, substream).depth {
            0 => 0,
            depth => depth + 1,
        };
        let depth = match edge.parent {
            Source::None => 0,
            Source::Server(_) => 1,
            Source::Member(parent) => above(parent),
            // As it was when the edge was cut.
            Source::Outside(_) => edge.depth,
        };
        let outside = view.outside(substream).filter(|other| *other == id).count();
        let cut = usize::from(matches!(edge.parent, Source::Outside(_)));
        check(outside == cut, format!("{id} is listed {outside} times as fed from outside"));
        check(edge.depth == depth, format!("{id} is {} deep, not {depth}", edge.depth));
        let interior = edge.first_child == NOBODY || view.serves_in(id, substream);
        check(interior, format!("{id} has children in {substream}, in which it does not serve"));
        if let Source::Member(parent) = edge.parent {
            let above = view.member(parent);
            check(!above.resting, format!("{parent} feeds {id} in its hours"));
            let friendly = above.strangers != Strangers::Never || above.group == member.group;
            check(friendly, format!("{parent} feeds {id}, a stranger"));
            let listed = view.children(parent, substream).filter(|child| *child == id).count();
            check(listed == 1, format!("{id} is {listed} times a child of {parent}"));
        }
        let fed = view.server_fed[substream.index()].iter().filter(|fed| **fed == id).count();
        let expected =
            matches!(edge.parent, Source::Server(_)) && member.nat != NatKind::UdpBlocked;
        check(fed == usize::from(expected), format!("{id} is listed {fed} times as server-fed"));
        let waits = self.dcms[number].waiting.list.contains(&(view.stay(id), substream));
        let waits = waits || member.left_out;
        check(edge.parent != Source::None || waits, format!("{id} is forgotten in {substream}"));
    }
}

#[derive(Clone, Debug)]
pub(super) enum Act {
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
    (no_serving, prop::option::weighted(0.4, friends), 0_u8..3)
        .prop_map(|(no_serving, friends, priority)| Terms { no_serving, friends, priority })
}

pub(super) fn act() -> impl Strategy<Value = Act> {
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
        acts in prop::collection::vec(act(), 1..250),
    ) {
        let mut world = World::new(substreams);
        world.config.history = history;
        for act in &acts {
            world.perform(act);
            let faults = world.faults();
            prop_assert!(faults.is_empty(), "after {act:?} at {}: {faults:#?}", world.now);
        }
    }
}
