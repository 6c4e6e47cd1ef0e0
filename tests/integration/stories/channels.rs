//! Devices on two contents: two DCMs decide at any time about one uplink, and neither knows of the other.

use grandstand::control::{ControlCenter, ControlConfig, LevelsConfig, RelaysConfig, Sharing};
use grandstand::proto::{
    AddressTable, ContentInfo, ContentKind, Coordinator, Device, Feed, Heartbeat, Input, Join,
    Outbox, Output, Received, ServerInfo, ToCenter, ToClient,
};
use grandstand::units::{
    Address, BitRate, Bytes, ContentId, HostId, NatKind, PeerId, Ratio, SimTime, Span,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NODE: PeerId = PeerId::new(0);
/// Of a substream of each content, in kbps; each has two.
const RATES: [u64; 2] = [250, 100];
const MOST: usize = 40;

struct Client {
    content: usize,
    host: u32,
    told: [Option<PeerId>; 2],
    takes: [Option<PeerId>; 2],
    last: u32,
    heard: SimTime,
    there: bool,
    /// It was opened because another session on its device was told so.
    is_relay: bool,
}

struct Play {
    center: ControlCenter,
    outbox: Outbox,
    now: SimTime,
    clients: Vec<Client>,
    /// Uplink of each device, in kbps.
    lends: Vec<u64>,
}

#[derive(Clone, Debug)]
enum Act {
    /// A device comes, with the first content, the second, or both.
    Come(u64, [bool; 2]),
    Leave(usize),
    Vanish(usize),
    /// A client reports; it has or has not yet done what it was told.
    Report(usize, bool),
    CannotConnect(usize),
    Wait(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let which =
        prop::sample::select(vec![[true, true], [true, true], [true, false], [false, true]]);
    let who = || 0..MOST;
    let act = prop_oneof![
        4 => (300..2500_u64, which).prop_map(|(lends, which)| Act::Come(lends, which)),
        1 => who().prop_map(Act::Leave),
        1 => who().prop_map(Act::Vanish),
        12 => (who(), prop::bool::weighted(0.8)).prop_map(|(who, does)| Act::Report(who, does)),
        1 => who().prop_map(Act::CannotConnect),
        3 => (50..1500_u64).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 1..250)
}

impl Play {
    fn new(sharing: Sharing) -> Self {
        Self::under(ControlConfig { sharing, ..ControlConfig::default() })
    }

    /// A control center that drafts as soon as anybody lacks anything.
    fn drafting() -> Self {
        let second = Span::from_secs(1);
        let relays = RelaysConfig {
            draft: true,
            call_after: second,
            give_back_after: second * 3,
            margin: Ratio::ZERO,
            least_viewers: 1,
            ..RelaysConfig::default()
        };
        let levels = LevelsConfig { top_members: 1, relays, ..LevelsConfig::default() };
        let levels = Some(levels);
        Self::under(ControlConfig { levels, maturity: second, ..ControlConfig::default() })
    }

    fn under(config: ControlConfig) -> Self {
        let mut play = Self {
            center: ControlCenter::new(config),
            outbox: Outbox::new(false),
            now: SimTime::from_secs(10),
            clients: Vec::new(),
            lends: Vec::new(),
        };
        let content = |number: usize| ContentInfo {
            content: ContentId::from_index(number),
            kind: ContentKind::Live,
            bitrate: BitRate::from_kbps(2 * RATES[number]),
            substreams: 2,
            packet: Bytes::new(1250),
            start: SimTime::ZERO,
            end: SimTime::from_secs(36_000),
            priority: 1 - number as u8,
        };
        let node =
            ServerInfo { peer: NODE, address: Address(0), capacity: BitRate::from_kbps(3_000) };
        let feeds = [
            Feed::Addresses(AddressTable::default()),
            Feed::Catalogue(vec![content(0), content(1)]),
            Feed::Servers(vec![node]),
        ];
        for feed in &feeds {
            play.center.handle(play.now, Input::Feed(feed), &mut play.outbox);
        }
        play
    }

    fn say(&mut self, from: PeerId, message: &ToCenter) {
        self.center.handle(self.now, Input::Message { from, message }, &mut self.outbox);
        self.hear();
    }

    /// Clients hear at once what they are told; they do it when they next report.
    fn hear(&mut self) {
        let mut orders = Vec::new();
        for output in self.outbox.drain() {
            let Output::Send { to, message } = output else { continue };
            if let ToClient::Assign(assignment) = message {
                let client = &mut self.clients[to.index() - 1];
                // Whoever has gone does nothing any more.
                for choice in assignment.parents.iter().filter(|_| client.there) {
                    client.told[choice.substream.index()] = choice.parent;
                }
            } else if matches!(message, ToClient::Serve { .. } | ToClient::Release) {
                orders.push((to.index() - 1, message));
            }
        }
        orders.into_iter().for_each(|(who, order)| self.obey(who, &order));
    }

    /// A device opens a session for others, or closes it.
    fn obey(&mut self, who: usize, order: &ToClient) {
        let Client { host, there, .. } = self.clients[who];
        let open =
            self.clients.iter().any(|other| other.is_relay && other.there && other.host == host);
        match order {
            ToClient::Serve { content } if there && !open => {
                let join =
                    self.join(content.index(), host, Some(HostId::new(host)), Some(peer(who)));
                self.say(peer(self.clients.len() - 1), &ToCenter::Join(join));
            }
            ToClient::Release if there => {
                self.go(who);
                self.say(peer(who), &ToCenter::Leave);
            }
            _ => {}
        }
    }

    fn act(&mut self, act: &Act) {
        let present = |who: usize| {
            let there = self.clients.iter().enumerate().filter(|(_, client)| client.there);
            let count = there.clone().count().max(1);
            there.map(|(number, _)| number).nth(who % count)
        };
        match *act {
            Act::Come(lends, which) if self.clients.len() < MOST => self.come(lends, which),
            Act::Come(..) => {}
            Act::Leave(who) => {
                if let Some(who) = present(who) {
                    for session in self.with_its_relay(who) {
                        self.go(session);
                        self.say(peer(session), &ToCenter::Leave);
                    }
                }
            }
            Act::Vanish(who) => {
                let gone = present(who).map(|who| self.with_its_relay(who)).unwrap_or_default();
                gone.into_iter().for_each(|session| self.go(session));
            }
            Act::Report(who, does) => {
                present(who).into_iter().for_each(|who| self.report(who, does))
            }
            Act::CannotConnect(who) => {
                if let Some(who) = present(who)
                    && let Some(parent) = self.clients[who].told[0]
                {
                    let substream = Default::default();
                    self.say(peer(who), &ToCenter::ConnectFailed { substream, parent });
                }
            }
            Act::Wait(millis) => {
                self.now += Span::from_millis(millis);
                // Whoever lives is heard every other second at least.
                let late = self.now.back(Span::from_secs(2));
                let due = |client: &Client| client.there && client.heard <= late;
                let due: Vec<usize> =
                    (0..self.clients.len()).filter(|who| due(&self.clients[*who])).collect();
                due.into_iter().for_each(|who| self.report(who, true));
                self.say(NODE, &ToCenter::Heartbeat(Heartbeat::default()));
                self.center.handle(self.now, Input::Timeout, &mut self.outbox);
                self.hear();
            }
        }
    }

    /// A session, and before it the one that goes with it.
    fn with_its_relay(&self, who: usize) -> Vec<usize> {
        let host = self.clients[who].host;
        let goes = |other: &Client| other.is_relay && other.there && other.host == host;
        let relays = (0..self.clients.len()).filter(|other| goes(&self.clients[*other]));
        relays.filter(|other| *other != who).chain([who]).collect()
    }

    fn go(&mut self, who: usize) {
        let client = &mut self.clients[who];
        (client.there, client.told, client.takes) = (false, [None; 2], [None; 2]);
    }

    fn come(&mut self, lends: u64, which: [bool; 2]) {
        let host = self.lends.len() as u32;
        self.lends.push(lends);
        for content in (0..2).filter(|content| which[*content]) {
            let shared = which.iter().all(|both| *both).then_some(HostId::new(host));
            let join = self.join(content, host, shared, None);
            self.say(peer(self.clients.len() - 1), &ToCenter::Join(join));
        }
    }

    /// One more session, and what it says.
    fn join(
        &mut self,
        content: usize,
        host: u32,
        shared: Option<HostId>,
        called: Option<PeerId>,
    ) -> Join {
        self.clients.push(Client {
            content,
            host,
            told: [None; 2],
            takes: [None; 2],
            last: 0,
            heard: self.now,
            there: true,
            is_relay: called.is_some(),
        });
        Join {
            client: HostId::new(host),
            content: ContentId::from_index(content),
            address: Address(host),
            nat: NatKind::Open,
            uplink: BitRate::from_kbps(self.lends[host as usize]),
            downlink: BitRate::from_kbps(900),
            behind: Span::ZERO,
            device: Device::default(),
            terms: None,
            host: shared,
            called,
        }
    }

    fn report(&mut self, who: usize, does: bool) {
        let client = &mut self.clients[who];
        client.takes = if does { client.told } else { client.takes };
        client.last += 50;
        client.heard = self.now;
        let last = client.last;
        let received = client.takes.map(|parent| Received { parent, last }).to_vec();
        let beat = Heartbeat { received, ..Heartbeat::default() };
        self.say(peer(who), &ToCenter::Heartbeat(beat));
    }

    /// What the children of a device's sessions take or are told to take, in kbps.
    fn promised(&self) -> BTreeMap<u32, u64> {
        let mut edges: BTreeSet<(usize, usize, PeerId)> = BTreeSet::new();
        for (child, client) in self.clients.iter().enumerate() {
            for substream in 0..2 {
                let parents = [client.told[substream], client.takes[substream]];
                edges.extend(parents.into_iter().flatten().map(|from| (child, substream, from)));
            }
        }
        let mut promised = BTreeMap::new();
        for (child, _, parent) in edges.into_iter().filter(|(.., parent)| *parent != NODE) {
            let above = &self.clients[parent.index() - 1];
            if above.there {
                *promised.entry(above.host).or_default() += RATES[self.clients[child].content];
            }
        }
        promised
    }

    fn fault(&self) -> Option<String> {
        let promised = self.promised();
        // A tenth is kept free for children that catch up.
        let over = promised.iter().find(|(host, sum)| **sum * 10 > self.lends[**host as usize] * 9);
        over.map(|(host, sum)| format!("{sum} of {} kbps", self.lends[*host as usize]))
    }
}

fn peer(client: usize) -> PeerId {
    PeerId::from_index(client + 1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_device_is_promised_twice_whatever_two_dcms_decide(halves: bool, acts in acts()) {
        let mut play = Play::new(if halves { Sharing::Halves } else { Sharing::Leases });
        for act in &acts {
            play.act(act);
            let fault = play.fault();
            prop_assert!(fault.is_none(), "after {act:?} at {}: {fault:?}", play.now);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_device_is_promised_twice_when_viewers_are_drafted(acts in acts()) {
        let mut play = Play::drafting();
        for act in &acts {
            play.act(act);
            let fault = play.fault();
            prop_assert!(fault.is_none(), "after {act:?} at {}: {fault:?}", play.now);
        }
    }
}

#[test]
fn a_strong_viewer_of_another_content_is_drafted_and_let_go() {
    let mut play = Play::drafting();
    // Two who watch the second content and lend much, then four who watch the first and lend nothing.
    (0..2).for_each(|_| play.act(&Act::Come(2_400, [false, true])));
    (0..4).for_each(|_| play.act(&Act::Come(0, [true, false])));
    let relays =
        |play: &Play| play.clients.iter().filter(|client| client.is_relay && client.there).count();
    for _ in 0..20 {
        (0..play.clients.len()).for_each(|who| play.act(&Act::Report(who, true)));
        play.act(&Act::Wait(1_000));
    }
    assert!(relays(&play) > 0, "somebody is drafted");
    let fed = |play: &Play| {
        let from_relays =
            |parent: &PeerId| *parent != NODE && play.clients[parent.index() - 1].is_relay;
        let told = play.clients.iter().flat_map(|client| client.told).flatten();
        told.filter(from_relays).count()
    };
    assert!(fed(&play) >= 4, "{} take from relays", fed(&play));
    // The viewers of the first content go: nobody needs it any more.
    (0..4).for_each(|_| play.act(&Act::Leave(2)));
    (0..20).for_each(|_| play.act(&Act::Wait(1_000)));
    assert_eq!(relays(&play), 0, "given back");
}

#[test]
fn a_device_serves_whichever_of_its_contents_needs_it() {
    let mut play = Play::new(Sharing::Leases);
    // One device for both, with room for six substreams of the first content; then five who lend nothing.
    play.act(&Act::Come(1_700, [true, true]));
    (0..4).for_each(|_| play.act(&Act::Come(0, [true, false])));
    for _ in 0..12 {
        (0..6).for_each(|who| play.act(&Act::Report(who, true)));
        play.act(&Act::Wait(1_000));
    }
    let from_device = |substream: usize| {
        play.clients.iter().filter(|client| client.takes[substream] == Some(peer(0))).count()
    };
    // A member is interior in one substream: there it feeds all four, more than half of its uplink.
    assert_eq!(from_device(0).max(from_device(1)), 4, "{:?}", play.promised());
}
