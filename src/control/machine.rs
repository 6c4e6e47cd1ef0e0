//! One control machine: takes inputs, routes them to the parts it hosts (client manager, row C1).

use super::channels::Keepers;
use super::clients::Clients;
use super::config::ControlConfig;
use super::dcm::Dcm;
use super::desks::{Desks, Job};
use super::directory::Directory;
use super::downloads::Downloads;
use super::history::History;
use super::levels::{Changes, Level, Post};
use super::monitor::{Monitor, Report};
use super::policy::{Policy, PolicyTable};
use super::regions::{Continents, Viewer};
use super::relays::Relays;
use super::servers::Servers;
use super::services::Account;
use super::turns::surroundings;
use crate::proto::{
    AddressTable, Believed, ContentInfo, ContentKind, Coordinator, Feed, Figure, Finding, Guidance,
    Heartbeat, Input, Join, NetworkTraffic, News, Outbox, Place, Refusal, ToCenter, ToClient,
    ToKeeper,
};
use crate::units::{AsNumber, ContentId, Metro, PeerId, Ratio, SimTime};
use std::collections::BTreeMap;

/// The control center on one machine.
#[derive(Debug)]
pub struct ControlCenter {
    pub(super) config: ControlConfig,
    catalogue: Vec<ContentInfo>,
    pub(super) addresses: AddressTable,
    pub(super) monitor: Monitor,
    pub(super) policies: PolicyTable,
    pub(super) servers: Servers,
    pub(super) clients: Clients,
    pub(super) history: History,
    pub(super) directory: Directory,
    pub(super) dcms: Vec<Dcm>,
    /// What each is there for.
    pub(super) posts: Vec<Post>,
    /// Who changed the level.
    pub(super) changes: Changes,
    pub(super) keepers: Keepers,
    pub(super) downloads: Downloads,
    pub(super) relays: Relays,
    /// On their way from DCMs to keepers; empty between two inputs.
    pub(super) letters: Vec<ToKeeper>,
    pub(super) continents: Continents,
    pub(super) desks: Desks,
    /// What the service manager has done.
    pub(super) account: Account,
    next_tick: SimTime,
    /// When the first of those who are gathered are to be told.
    gathered: Option<SimTime>,
    pub(super) last: SimTime,
    pub(super) strangers: u64,
    pub(super) refusals: u64,
    /// Clients whose own word on where they are is not the feed's.
    pub(super) disputed: u64,
    /// The largest that was reported.
    pub(super) cpu_load: Option<Ratio>,
}

/// Where an address lies that no feed knows.
const NOWHERE: Place = Place { network: AsNumber::new(0), country: *b"??", metro: Metro::new(0) };

impl ControlCenter {
    /// A control center that knows nothing yet: feeds tell it the catalogue, the CDN nodes and the networks.
    #[must_use]
    pub fn new(config: ControlConfig) -> Self {
        Self {
            next_tick: SimTime::ZERO + config.reassess,
            desks: Desks::new(config.service),
            history: History::new(config.history_clients),
            config,
            catalogue: Vec::new(),
            addresses: AddressTable::default(),
            monitor: Monitor::default(),
            policies: PolicyTable::default(),
            servers: Servers::default(),
            clients: Clients::default(),
            directory: Directory::default(),
            dcms: Vec::new(),
            posts: Vec::new(),
            changes: Changes::default(),
            keepers: Keepers::default(),
            downloads: Downloads::default(),
            relays: Relays::default(),
            letters: Vec::new(),
            gathered: None,
            continents: Continents::default(),
            account: Account::default(),
            last: SimTime::ZERO,
            strangers: 0,
            refusals: 0,
            disputed: 0,
            cpu_load: None,
        }
    }

    /// The same under these policies.
    #[must_use]
    pub fn governed_by(mut self, policies: Vec<Policy>) -> Self {
        self.policies = PolicyTable::new(policies);
        self
    }

    fn learn(&mut self, now: SimTime, feed: &Feed, outbox: &mut Outbox) {
        match feed {
            Feed::Catalogue(contents) => {
                let is_live = |info: &ContentInfo| info.kind == ContentKind::Live;
                self.servers.leave_room_for_streams(contents.iter().any(is_live));
                self.catalogue.clone_from(contents);
            }
            Feed::Servers(infos) => {
                self.servers.learn(now, infos, &self.addresses, self.config.catch_up_reserve)
            }
            Feed::Addresses(table) => {
                self.addresses.clone_from(table);
                self.servers.locate(table);
            }
            Feed::Routes(table) => {
                let findings = self.monitor.learn_routes(now, table);
                tell(findings, outbox);
            }
            Feed::Notices(notices) => self.monitor.learn_notices(notices),
            Feed::Continents(countries) => self.continents = Continents::new(countries),
        }
    }

    /// Client manager (row C1): finds out whose matter a message is.
    fn message(&mut self, now: SimTime, from: PeerId, message: &ToCenter, outbox: &mut Outbox) {
        match (message, self.clients.dcm_of(from)) {
            (ToCenter::Join(join), _) => self.ask(now, from, join, outbox),
            (ToCenter::StandBy(said), _) => {
                self.relays.note(now, from, *said);
                outbox.send(from, ToClient::Ack);
            }
            (_, Some(dcm)) if self.desks.take_time() => {
                self.stand_in_line(now, dcm, Job::Message(from, message.clone()), outbox);
            }
            (_, Some(_)) => self.serve_message(now, from, message, outbox),
            (_, None) if self.downloads.content_of(from).is_some() => {
                self.serve_download(now, from, message, outbox);
            }
            (ToCenter::Heartbeat(_), None) => self.stranger(now, from, outbox),
            (_, None) => {}
        }
    }

    /// What a client says to its DCM, when its turn has come.
    pub(super) fn serve_message(
        &mut self,
        now: SimTime,
        from: PeerId,
        message: &ToCenter,
        outbox: &mut Outbox,
    ) {
        match message {
            ToCenter::Heartbeat(beat) => self.heartbeat(now, from, beat, outbox),
            ToCenter::Leave => {
                self.in_dcm(now, from, outbox, |dcm, member, step| dcm.leave(member, step))
            }
            ToCenter::ConnectFailed { substream, parent } => {
                self.in_dcm(now, from, outbox, |dcm, member, step| {
                    dcm.connect_failed(member, *substream, *parent, step)
                });
            }
            // Joins and waypoint servers have been heard before, and announces are a tracker's business.
            ToCenter::Join(_) | ToCenter::StandBy(_) | ToCenter::Announce => {}
        }
    }

    fn heartbeat(&mut self, now: SimTime, from: PeerId, beat: &Heartbeat, outbox: &mut Outbox) {
        if self.clients.find(from).is_none() {
            return self.stranger(now, from, outbox);
        }
        if let Some(news) = &beat.news {
            self.note_news(from, news);
        }
        self.in_dcm(now, from, outbox, |dcm, member, step| {
            dcm.heartbeat(member, beat, step);
            dcm.claim_share(member, step);
            let answer = dcm.answer(member, beat);
            step.outbox.send(from, answer);
        });
    }

    /// A heartbeat of one who is no client here: a CDN node, or somebody who has been given up.
    fn stranger(&mut self, now: SimTime, from: PeerId, outbox: &mut Outbox) {
        if let Some(number) = self.servers.find(from) {
            self.servers.heard(number, now);
            outbox.send(from, ToClient::Ack);
        } else {
            self.strangers += 1;
            outbox.send(from, ToClient::Rejoin);
        }
    }

    /// What a client reports only when it has changed: paths and load.
    pub(super) fn note_news(&mut self, from: PeerId, news: &News) {
        let load = news.cpu_load.map(Ratio::get);
        if load > self.cpu_load.map(Ratio::get) {
            self.cpu_load = news.cpu_load;
        }
        let Some(to) = self.network_of(from) else { return };
        for path in &news.paths {
            if let Some(network) = self.network_of(path.parent) {
                self.monitor.conditions.measured(network, to, *path);
            }
        }
    }

    /// The network of a client or a CDN node, as far as it is known.
    fn network_of(&self, peer: PeerId) -> Option<AsNumber> {
        let client = self.clients.find(peer).map(|(dcm, member)| self.dcms[dcm].place(member));
        let client = client.or_else(|| self.downloads.place_of(peer));
        let place = client.or_else(|| self.servers.find(peer).and_then(|n| self.servers.place(n)));
        place.map(|place| place.network)
    }

    /// Where a client is: as the feed says, and by its own word only where the feed is silent.
    pub(super) fn locate(&mut self, join: &Join) -> Place {
        let said = join.device.location;
        match (self.addresses.lookup(join.address), said) {
            (Some(place), said) => {
                self.disputed += u64::from(said.is_some_and(|said| said.country != place.country));
                place
            }
            (None, Some(Believed { country, metro })) => Place { country, metro, ..NOWHERE },
            (None, None) => NOWHERE,
        }
    }

    /// A client asks for a content: whether it may have it, and at which DCM.
    fn ask(&mut self, now: SimTime, from: PeerId, join: &Join, outbox: &mut Outbox) {
        let Some(content) = self.offered(join.content) else {
            outbox.send(from, ToClient::Refuse(Refusal::UnknownContent));
            return;
        };
        if let Some(dcm) = self.clients.dcm_of(from) {
            if self.clients.find(from).is_none() {
                // It stands in line already.
                return;
            }
            let place = self.dcms[dcm].place_of(from, &self.clients).unwrap_or(NOWHERE);
            return self.stand_in_line(now, dcm, Job::join(from, place, join), outbox);
        }
        // Policies are judged by the feed alone: nobody is asked whether it may watch.
        let known = self.addresses.lookup(join.address).unwrap_or(NOWHERE);
        if let Some(policy) = self.policies.refusal(join.content, known.country) {
            self.refusals += 1;
            outbox.send(from, ToClient::Refuse(Refusal::Policy(policy)));
            return;
        }
        if content.kind == ContentKind::File {
            let place = self.locate(join);
            self.downloads.enter(from, content.content);
            outbox.send(from, ToClient::Welcome(Guidance::Directed));
            return self.in_file(now, &content, outbox, |dcm, step| {
                dcm.join(from, join, place, step);
            });
        }
        let called = join.called.map(|owner| self.take_in_relay(now, (from, owner), join, outbox));
        let viewer = match called {
            None => Viewer { peer: from, place: self.locate(join) },
            Some(Some(relay)) => relay,
            Some(None) => return,
        };
        let (place, dcm) = (viewer.place, self.dcm_for(now, &content, join, viewer));
        self.clients.set_waiting(from, dcm);
        self.stand_in_line(now, dcm, Job::join(from, place, join), outbox);
        self.look_at_size(now, dcm, outbox);
        self.work(now, outbox);
    }

    pub(super) fn offered(&self, content: ContentId) -> Option<ContentInfo> {
        self.catalogue.iter().find(|info| info.content == content).copied()
    }

    /// Whoever asks gets an answer, and parents.
    pub(super) fn serve_join(
        &mut self,
        now: SimTime,
        Viewer { peer, place }: Viewer,
        join: &Join,
        outbox: &mut Outbox,
    ) {
        outbox.send(peer, ToClient::Welcome(Guidance::Directed));
        if self.clients.find(peer).is_some() {
            self.in_dcm(now, peer, outbox, |dcm, member, step| dcm.repeat(member, step));
            return;
        }
        let (Some(dcm), Some(content)) = (self.clients.dcm_of(peer), self.offered(join.content))
        else {
            return;
        };
        let dcm = if self.dcms[dcm].is_retired() {
            self.dcm_for(now, &content, join, Viewer { peer, place })
        } else {
            dcm
        };
        let member =
            self.with_dcm(now, dcm, outbox, |dcm, step| dcm.admit(peer, join, place, step));
        self.clients.set(peer, dcm, member);
        self.in_dcm(now, peer, outbox, |dcm, member, step| dcm.claim_share(member, step));
        self.in_dcm(now, peer, outbox, |dcm, member, step| dcm.receive(member, step));
        let due = self.dcms[dcm].due();
        self.gathered = [self.gathered, due].into_iter().flatten().min();
    }

    /// Newcomers who have been gathered for long enough are told their parents.
    fn place_newcomers(&mut self, now: SimTime, outbox: &mut Outbox) {
        if self.gathered.is_none_or(|due| due > now) {
            return;
        }
        for number in 0..self.dcms.len() {
            self.with_dcm(now, number, outbox, |dcm, step| dcm.place_newcomers(step));
        }
        self.gathered = self.dcms.iter().filter_map(Dcm::due).min();
    }

    /// The DCM of a content for a viewer who comes, or for a relay, made if there is none (row C3).
    fn dcm_for(
        &mut self,
        now: SimTime,
        content: &ContentInfo,
        join: &Join,
        viewer: Viewer,
    ) -> usize {
        let level = if join.called.is_some() { Level::Second } else { self.lowest_level() };
        self.dcm_at(now, content, level, viewer)
    }

    /// What is done second by second.
    fn tick(&mut self, now: SimTime, outbox: &mut Outbox) {
        let patience = self.config.heartbeat * u64::from(self.config.expiry_heartbeats);
        self.servers.expire(now, patience);
        if self.config.monitor {
            self.watch_network(now, outbox);
        }
        for number in 0..self.dcms.len() {
            if !self.dcms[number].is_retired() {
                self.stand_in_line(now, number, Job::Tick, outbox);
            }
        }
        self.tick_downloads(now, outbox);
        self.merge_small(now, outbox);
        self.sort_levels(now, outbox);
        self.reinforce(now, outbox);
    }

    /// A DCM's second-level look, when its turn has come.
    pub(super) fn serve_tick(&mut self, now: SimTime, number: usize, outbox: &mut Outbox) {
        self.with_dcm(now, number, outbox, |dcm, step| {
            dcm.tick(step);
            dcm.tick_shares(step);
        });
        if self.dcms[number].is_retired() {
            self.directory.remove(number);
        }
        self.look_at_size(now, number, outbox);
    }

    /// Looks for links in trouble, while anybody is in trouble.
    fn watch_network(&mut self, now: SimTime, outbox: &mut Outbox) {
        tell(self.monitor.keep_notices(now), outbox);
        let Self { config, monitor, dcms, servers, .. } = self;
        let mut bad: Vec<Report> = Vec::new();
        for dcm in dcms.iter_mut().filter(|dcm| !dcm.is_retired()) {
            let content = *dcm.content();
            dcm.bad_reports(&surroundings(now, config, monitor, &content), servers, &mut bad);
        }
        if bad.is_empty() && !monitor.is_busy() {
            return;
        }
        let questions = monitor.questions(&bad);
        let (mut well, mut traffic) = (Vec::new(), BTreeMap::new());
        for dcm in dcms.iter().filter(|dcm| !dcm.is_retired()) {
            let with = surroundings(now, config, monitor, dcm.content());
            dcm.healthy_reports(&with, servers, &questions, &mut well);
            dcm.add_traffic(servers, &mut traffic);
        }
        monitor.weigh(&traffic);
        tell(monitor.judge(now, &bad, &well, &questions), outbox);
    }
}

impl Coordinator for ControlCenter {
    fn handle(&mut self, now: SimTime, input: Input<'_>, outbox: &mut Outbox) {
        self.last = now;
        match input {
            Input::Feed(feed) => self.learn(now, feed, outbox),
            Input::Message { from, message } => self.message(now, from, message, outbox),
            Input::Timeout => {
                self.work(now, outbox);
                self.place_newcomers(now, outbox);
                if now >= self.next_tick {
                    self.next_tick = now + self.config.reassess;
                    self.tick(now, outbox);
                }
            }
        }
    }

    fn next_timeout(&self) -> Option<SimTime> {
        [self.desks.next(), self.gathered, Some(self.next_tick)].into_iter().flatten().min()
    }

    fn expect(&self, from: &[PeerId]) {
        // All are found before the first is looked at, so that the waits for memory overlap.
        let found: Vec<_> = from.iter().filter_map(|client| self.clients.find(*client)).collect();
        let read = found.iter().fold(0, |sum, (dcm, member)| sum ^ self.dcms[*dcm].words(*member));
        std::hint::black_box(read);
    }

    fn gauges(&self) -> Vec<Figure> {
        self.present()
    }

    fn traffic(&self) -> Vec<NetworkTraffic> {
        let mut moved = BTreeMap::new();
        self.dcms.iter().for_each(|dcm| dcm.add_bytes(&mut moved));
        self.downloads.add_bytes(&mut moved);
        self.monitor.conditions.by_network(&moved)
    }

    fn figures(&self) -> Vec<Figure> {
        self.account()
    }
}

fn tell(findings: Vec<Finding>, outbox: &mut Outbox) {
    findings.into_iter().for_each(|finding| outbox.find(finding));
}
