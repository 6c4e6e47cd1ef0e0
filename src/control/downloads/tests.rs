//! Whatever clients of files and of streams do, in any order: the books of all files balance.

use super::fetcher::Source;
use crate::control::config::ControlConfig;
use crate::control::machine::ControlCenter;
use crate::proto::{
    ContentInfo, ContentKind, Coordinator, Device, Feed, Heartbeat, Hours, Input, Join, Outbox,
    Output, Received, ServerInfo, Terms, ToCenter, ToClient,
};
use crate::units::{
    Address, BitRate, Bytes, ContentId, HostId, NatKind, PeerId, SimTime, Span, Substream,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const STREAM: ContentId = ContentId::new(0);
const FILE: ContentId = ContentId::new(1);
const PORTIONS: u8 = 2;
/// Devices: each may fetch the file, watch the stream, or both.
const DEVICES: u32 = 8;
/// Packets of a portion: 100 s at 500 kbps.
const PACKETS: u32 = 5_000;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// The session of a device for the stream or the file begins, with an uplink in portions of the file.
    Join {
        device: u32,
        file: bool,
        uplink: u64,
    },
    Leave {
        device: u32,
        file: bool,
    },
    /// It reports, and so much has come of each portion since.
    Report {
        device: u32,
        file: bool,
        packets: u32,
    },
    /// It could not reach its source.
    Fail {
        device: u32,
        portion: u8,
    },
    /// Time passes; CDN nodes report or do not.
    Pass {
        seconds: u64,
        nodes: bool,
    },
}

fn events() -> impl Strategy<Value = Event> {
    let device = 0..DEVICES;
    prop_oneof![
        3 => (device.clone(), any::<bool>(), 0..8_u64)
            .prop_map(|(device, file, uplink)| Event::Join { device, file, uplink }),
        1 => (device.clone(), any::<bool>()).prop_map(|(device, file)| Event::Leave { device, file }),
        8 => (device.clone(), any::<bool>(), 0..2_500_u32)
            .prop_map(|(device, file, packets)| Event::Report { device, file, packets }),
        1 => (device, 0..PORTIONS).prop_map(|(device, portion)| Event::Fail { device, portion }),
        3 => (0..4_u64, any::<bool>()).prop_map(|(seconds, nodes)| Event::Pass { seconds, nodes }),
    ]
}

/// The control center and what it has told whom.
struct World {
    center: ControlCenter,
    outbox: Outbox,
    now: SimTime,
    told: BTreeMap<(PeerId, Substream), Option<PeerId>>,
    has: BTreeMap<(PeerId, Substream), u32>,
}

fn info(content: ContentId, kind: ContentKind) -> ContentInfo {
    ContentInfo {
        content,
        kind,
        bitrate: BitRate::from_kbps(1_000),
        substreams: PORTIONS,
        packet: Bytes::new(1250),
        start: SimTime::ZERO,
        end: SimTime::from_secs(if kind == ContentKind::File { 100 } else { 36_000 }),
        priority: 0,
    }
}

/// Some serve their own network only, and some nobody at certain hours.
fn terms_of(device: u32) -> Option<Terms> {
    let hours =
        |from, until| Hours { from: SimTime::from_secs(from), until: SimTime::from_secs(until) };
    match device % 5 {
        3 => Some(Terms { no_serving: vec![hours(4, 8), hours(15, 40)], ..Terms::default() }),
        4 => Some(Terms { lan_only: true, ..Terms::default() }),
        _ => None,
    }
}

/// One peer a session, after the two CDN nodes.
fn session(device: u32, file: bool) -> PeerId {
    PeerId::new(2 + 2 * device + u32::from(file))
}

impl World {
    fn new() -> Self {
        Self::with_nodes_of(4_000)
    }

    /// Two CDN nodes that can send so many kbps each.
    fn with_nodes_of(kbps: u64) -> Self {
        let mut world = Self {
            center: ControlCenter::new(ControlConfig::default()),
            outbox: Outbox::new(false),
            now: SimTime::from_secs(1),
            told: BTreeMap::new(),
            has: BTreeMap::new(),
        };
        let node = |number| ServerInfo {
            peer: PeerId::new(number),
            address: Address(number),
            capacity: BitRate::from_kbps(kbps),
        };
        let catalogue = vec![info(STREAM, ContentKind::Live), info(FILE, ContentKind::File)];
        for feed in [Feed::Catalogue(catalogue), Feed::Servers(vec![node(0), node(1)])] {
            world.input(Input::Feed(&feed));
        }
        world
    }

    fn input(&mut self, input: Input<'_>) {
        self.center.handle(self.now, input, &mut self.outbox);
        for output in self.outbox.drain() {
            if let Output::Send { to, message: ToClient::Assign(assignment) } = output {
                for choice in assignment.parents {
                    self.told.insert((to, choice.substream), choice.parent);
                }
            }
        }
    }

    fn say(&mut self, from: PeerId, message: &ToCenter) {
        self.input(Input::Message { from, message });
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Join { device, file, uplink } => self.join(device, file, uplink, 1_600),
            Event::Leave { device, file } => {
                let who = session(device, file);
                self.told.retain(|(peer, _), _| *peer != who);
                self.has.retain(|(peer, _), _| *peer != who);
                self.say(who, &ToCenter::Leave);
            }
            Event::Report { device, file, packets } => self.report(session(device, file), packets),
            Event::Fail { device, portion } => {
                let (who, substream) = (session(device, true), Substream(portion));
                if let Some(Some(parent)) = self.told.get(&(who, substream)).copied() {
                    self.say(who, &ToCenter::ConnectFailed { substream, parent });
                }
            }
            Event::Pass { seconds, nodes } => self.pass(seconds, nodes),
        }
    }

    fn join(&mut self, device: u32, file: bool, uplink: u64, downlink_kbps: u64) {
        let join = Join {
            client: HostId::new(device),
            content: if file { FILE } else { STREAM },
            address: Address(100 + device),
            nat: if device.is_multiple_of(3) { NatKind::Symmetric } else { NatKind::Open },
            uplink: BitRate::from_kbps(500) * uplink,
            downlink: BitRate::from_kbps(downlink_kbps),
            behind: Span::ZERO,
            device: Device::default(),
            terms: terms_of(device).map(Box::new),
            // Half of the devices are on both.
            host: device.is_multiple_of(2).then(|| HostId::new(device)),
            called: None,
        };
        self.say(session(device, file), &ToCenter::Join(join));
    }

    /// Something has come of each portion that has a source, and its sender is told to be the one assigned.
    fn report(&mut self, who: PeerId, packets: u32) {
        let is_file = who.get() % 2 == 1;
        let received = Substream::all(PORTIONS).map(|substream| {
            let parent = self.told.get(&(who, substream)).copied().flatten();
            let has = self.has.entry((who, substream)).or_default();
            *has += if parent.is_some() { packets } else { 0 };
            *has = if is_file { (*has).min(PACKETS) } else { *has };
            let is_through = is_file && *has == PACKETS;
            Received { parent: parent.filter(|_| !is_through), last: *has }
        });
        let beat = Heartbeat { received: received.collect(), ..Heartbeat::default() };
        self.say(who, &ToCenter::Heartbeat(beat));
    }

    /// Two seconds pass in which these have received so much.
    fn everybody_reports(&mut self, sessions: &[PeerId], packets: u32) {
        self.pass(2, true);
        sessions.iter().for_each(|session| self.report(*session, packets));
    }

    fn pass(&mut self, seconds: u64, nodes: bool) {
        for _ in 0..seconds {
            self.now += Span::from_secs(1);
            if nodes {
                let beat = ToCenter::Heartbeat(Heartbeat::default());
                (0..2).for_each(|node| self.say(PeerId::new(node), &beat));
            }
            self.input(Input::Timeout);
        }
    }

    /// What does not balance.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let downloads = &self.center.downloads;
        let clients = downloads.clients.keys().copied().collect::<Vec<_>>();
        let Some(dcm) = downloads.dcms.get(&FILE) else { return faults };
        if dcm.fetchers.keys().copied().collect::<Vec<_>>() != clients {
            faults.push(format!("{clients:?} are not those that are served"));
        }
        let rate = dcm.content.substream_rate();
        let all = || {
            let each = |peer: PeerId| dcm.portions().map(move |portion| (peer, portion));
            clients.iter().flat_map(move |peer| each(*peer))
        };
        let sources = |source| {
            all().filter(move |(peer, portion)| {
                dcm.fetchers[peer].portion(*portion).source == source
            })
        };
        for (peer, fetcher) in &dcm.fetchers {
            let children = sources(Source::Peer(*peer)).count() as u32;
            if children != fetcher.children {
                faults.push(format!("{peer} has {children} children, not {}", fetcher.children));
            }
            if rate * u64::from(children) > fetcher.lends {
                faults.push(format!("{peer} promises {children} portions of {}", fetcher.lends));
            }
            if fetcher.fetching() > 1 && rate * fetcher.fetching() > fetcher.takes {
                faults.push(format!("{peer} takes more than {}", fetcher.takes));
            }
            if children > 0 && !fetcher.serves_at(self.now) {
                faults.push(format!("{peer} serves against its terms"));
            }
        }
        for portion in dcm.portions() {
            let held = dcm.fetchers.values().filter(|own| own.portion(portion).is_held()).count();
            if held as u32 != dcm.holders[portion.index()] {
                faults.push(format!("{held} hold {portion}: {:?}", dcm.holders));
            }
        }
        for portion in dcm.portions() {
            let open = dcm.fetchers.iter().filter(|(_, own)| own.has_room(rate));
            let open =
                open.filter(|(_, own)| own.portion(portion).is_held()).map(|(peer, _)| *peer);
            if !open.eq(dcm.open[portion.index()].iter().copied()) {
                faults.push(format!("{:?} are not those with room", dcm.open));
            }
        }
        let spared: u64 = (0..2).map(|number| sources(Source::Server(number)).count() as u64).sum();
        if self.center.servers.spared() != rate * spared {
            faults.push(format!("CDN nodes have spared other than {spared} portions"));
        }
        for (peer, portion) in all() {
            faults.extend(self.wrong_source(peer, portion));
        }
        faults
    }

    /// What is wrong with the source of a portion.
    fn wrong_source(&self, client: PeerId, portion: Substream) -> Option<String> {
        let dcm = &self.center.downloads.dcms[&FILE];
        let own = dcm.fetchers[&client].portion(portion);
        let told = self.told.get(&(client, portion)).copied().flatten();
        if !own.done && told != own.assigned {
            return Some(format!("{client} was told {told:?} and not {:?}", own.assigned));
        }
        let (mut at, mut hops) = (client, 0);
        while let Source::Peer(next) = dcm.fetchers.get(&at)?.portion(portion).source {
            (at, hops) = (next, hops + 1);
            if hops > DEVICES {
                return Some(format!("{client} is above itself in {portion}"));
            }
        }
        None
    }
}

/// All that these sessions take, by whom it is sent.
fn senders(world: &World, sessions: &[PeerId]) -> Vec<Option<PeerId>> {
    let takes = |session: &PeerId| {
        let session = *session;
        Substream::all(PORTIONS)
            .map(move |substream| world.told.get(&(session, substream)).copied().flatten())
    };
    sessions.iter().flat_map(takes).collect()
}

/// Two devices lend all that there is beyond two copies of the stream. What they send of the file goes to viewers
/// of the stream who would get nothing, and not the other way round.
#[test]
fn devices_that_serve_a_file_serve_viewers_of_a_stream_first() {
    // A copy of the stream each, less what is kept for catching up.
    let mut world = World::with_nodes_of(1_200);
    let lenders = [2, 10].map(|device| session(device, true));
    [2, 10].iter().for_each(|device| world.join(*device, true, 10, 10_000));
    (0..14).for_each(|_| world.everybody_reports(&lenders, 500));
    assert!(lenders.iter().all(|file| world.has[&(*file, Substream(1))] == PACKETS), "all of it");
    [2, 10].iter().for_each(|device| world.join(*device, false, 10, 10_000));
    let mut all = [2, 10].map(|device| session(device, false)).to_vec();
    all.extend(lenders);
    let fetchers = [1, 5, 7, 35, 37].map(|device| {
        world.join(device, true, 0, 10_000);
        session(device, true)
    });
    all.extend(fetchers);
    (0..4).for_each(|_| world.everybody_reports(&all, 10));
    let fed = |world: &World, sessions: &[PeerId]| {
        senders(world, sessions).iter().filter(|sender| sender.is_some()).count()
    };
    let before = fed(&world, &fetchers);
    assert!(before >= 9, "{:?}", senders(&world, &fetchers));
    let viewers = [11, 13, 17, 23, 31].map(|device| {
        world.join(device, false, 0, 10_000);
        session(device, false)
    });
    all.extend(viewers);
    (0..10).for_each(|_| world.everybody_reports(&all, 10));
    assert_eq!(fed(&world, &viewers), 10, "{:?}", senders(&world, &viewers));
    assert!(fed(&world, &fetchers) < before, "{:?}", senders(&world, &fetchers));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_books_of_files_balance(events in prop::collection::vec(events(), 1..120)) {
        let mut world = World::new();
        for (number, event) in events.iter().enumerate() {
            world.happens(*event);
            let faults = world.faults();
            prop_assert!(faults.is_empty(), "after {number}, {event:?}: {faults:?}");
        }
    }
}
