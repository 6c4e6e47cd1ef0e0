//! One control machine: takes inputs, routes them to the parts it hosts.

use super::channels::{self, Keepers};
use super::clients::Clients;
use super::config::ControlConfig;
use super::dcm::{Costs, Counts, Dcm, Step, Surroundings};
use super::directory::{Directory, Region};
use super::paths::Paths;
use super::policy::{Policy, PolicyTable};
use super::servers::Servers;
use crate::proto::{
    AddressTable, Believed, ContentInfo, Coordinator, Feed, Figure, Guidance, Heartbeat, Input,
    Join, News, Outbox, Place, Refusal, RouteTable, ToCenter, ToClient, ToKeeper,
};
use crate::units::{AsNumber, Metro, PeerId, Ratio, SimTime};

/// The control center on one machine.
#[derive(Debug)]
pub struct ControlCenter {
    config: ControlConfig,
    catalogue: Vec<ContentInfo>,
    addresses: AddressTable,
    routes: RouteTable,
    paths: Paths,
    policies: PolicyTable,
    servers: Servers,
    clients: Clients,
    directory: Directory,
    dcms: Vec<Dcm>,
    keepers: Keepers,
    /// On their way from DCMs to keepers; empty between two inputs.
    letters: Vec<ToKeeper>,
    next_tick: SimTime,
    /// When the first of those who are gathered are to be told.
    gathered: Option<SimTime>,
    last: SimTime,
    strangers: u64,
    refusals: u64,
    /// Clients whose own word on where they are is not the feed's.
    disputed: u64,
    /// The largest that was reported.
    cpu_load: Option<Ratio>,
}

/// Where an address lies that no feed knows.
const NOWHERE: Place = Place { network: AsNumber::new(0), country: *b"??", metro: Metro::new(0) };

impl ControlCenter {
    /// A control center that knows nothing yet: feeds tell it the catalogue, the CDN nodes and the networks.
    #[must_use]
    pub fn new(config: ControlConfig) -> Self {
        Self {
            next_tick: SimTime::ZERO + config.reassess,
            config,
            catalogue: Vec::new(),
            addresses: AddressTable::default(),
            routes: RouteTable::default(),
            paths: Paths::default(),
            policies: PolicyTable::default(),
            servers: Servers::default(),
            clients: Clients::default(),
            directory: Directory::default(),
            dcms: Vec::new(),
            gathered: None,
            keepers: Keepers::default(),
            letters: Vec::new(),
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

    fn learn(&mut self, now: SimTime, feed: &Feed) {
        match feed {
            Feed::Catalogue(contents) => self.catalogue.clone_from(contents),
            Feed::Servers(infos) => {
                self.servers.learn(now, infos, &self.addresses, self.config.catch_up_reserve)
            }
            Feed::Addresses(table) => {
                self.addresses.clone_from(table);
                self.servers.locate(table);
            }
            Feed::Routes(table) => self.routes.clone_from(table),
        }
    }

    fn message(&mut self, now: SimTime, from: PeerId, message: &ToCenter, outbox: &mut Outbox) {
        match message {
            ToCenter::Join(join) => self.join(now, from, join, outbox),
            ToCenter::Heartbeat(beat) => self.heartbeat(now, from, beat, outbox),
            ToCenter::Leave => {
                self.in_dcm(now, from, outbox, |dcm, member, step| dcm.leave(member, step))
            }
            ToCenter::ConnectFailed { substream, parent } => {
                self.in_dcm(now, from, outbox, |dcm, member, step| {
                    dcm.connect_failed(member, *substream, *parent, step)
                });
            }
            // Announces are a tracker's business.
            ToCenter::Announce => {}
        }
    }

    fn heartbeat(&mut self, now: SimTime, from: PeerId, beat: &Heartbeat, outbox: &mut Outbox) {
        if self.clients.find(from).is_some() {
            if let Some(news) = &beat.news {
                self.note_news(from, news);
            }
            self.in_dcm(now, from, outbox, |dcm, member, step| {
                dcm.heartbeat(member, beat, step);
                dcm.claim_share(member, step);
            });
            outbox.send(from, ToClient::Ack);
        } else if let Some(number) = self.servers.find(from) {
            self.servers.heard(number, now);
            outbox.send(from, ToClient::Ack);
        } else {
            self.strangers += 1;
            outbox.send(from, ToClient::Rejoin);
        }
    }

    /// What a client reports only when it has changed: paths and load.
    fn note_news(&mut self, from: PeerId, news: &News) {
        let load = news.cpu_load.map(Ratio::get);
        if load > self.cpu_load.map(Ratio::get) {
            self.cpu_load = news.cpu_load;
        }
        let Some(to) = self.network_of(from) else { return };
        for path in &news.paths {
            if let Some(network) = self.network_of(path.parent) {
                self.paths.note(network, to, *path);
            }
        }
    }

    /// The network of a client or a CDN node, as far as it is known.
    fn network_of(&self, peer: PeerId) -> Option<AsNumber> {
        let client = self.clients.find(peer).map(|(dcm, member)| self.dcms[dcm].place(member));
        let place = client.or_else(|| self.servers.find(peer).and_then(|n| self.servers.place(n)));
        place.map(|place| place.network)
    }

    /// Where a client is: as the feed says, and by its own word only where the feed is silent.
    fn locate(&mut self, join: &Join) -> Place {
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

    fn join(&mut self, now: SimTime, from: PeerId, join: &Join, outbox: &mut Outbox) {
        let Some(content) =
            self.catalogue.iter().find(|info| info.content == join.content).copied()
        else {
            outbox.send(from, ToClient::Refuse(Refusal::UnknownContent));
            return;
        };
        if self.clients.find(from).is_some() {
            outbox.send(from, ToClient::Welcome(Guidance::Directed));
            self.in_dcm(now, from, outbox, |dcm, member, step| dcm.repeat(member, step));
            return;
        }
        // Policies are judged by the feed alone: nobody is asked whether it may watch.
        let known = self.addresses.lookup(join.address).unwrap_or(NOWHERE);
        if let Some(policy) = self.policies.refusal(join.content, known.country) {
            self.refusals += 1;
            outbox.send(from, ToClient::Refuse(Refusal::Policy(policy)));
            return;
        }
        outbox.send(from, ToClient::Welcome(Guidance::Directed));
        let place = self.locate(join);
        let region = Region::of(place, &self.config);
        let dcm = self
            .directory
            .find(join.content, region)
            .unwrap_or_else(|| self.create_dcm(now, content, region));
        let member =
            self.with_dcm(now, dcm, outbox, |dcm, step| dcm.admit(from, join, place, step));
        self.clients.set(from, dcm, member);
        self.in_dcm(now, from, outbox, |dcm, member, step| dcm.claim_share(member, step));
        self.in_dcm(now, from, outbox, |dcm, member, step| dcm.receive(member, step));
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

    /// Service manager (row C3): a DCM for a content and region that has none.
    fn create_dcm(&mut self, now: SimTime, content: ContentInfo, region: Region) -> usize {
        let number = self.dcms.len();
        self.dcms.push(Dcm::new(now, content, number, self.config.recompute));
        self.directory.enter(content.content, region, number);
        number
    }

    fn in_dcm(
        &mut self,
        now: SimTime,
        from: PeerId,
        outbox: &mut Outbox,
        act: impl FnOnce(&mut Dcm, super::dcm::MemberId, &mut Step<'_, '_>),
    ) {
        if let Some((dcm, member)) = self.clients.find(from) {
            self.with_dcm(now, dcm, outbox, |dcm, step| act(dcm, member, step));
        }
    }

    fn with_dcm<T>(
        &mut self,
        now: SimTime,
        number: usize,
        outbox: &mut Outbox,
        act: impl FnOnce(&mut Dcm, &mut Step<'_, '_>) -> T,
    ) -> T {
        let done = self.step(now, number, outbox, act);
        self.carry_letters(now, outbox);
        done
    }

    /// Carries letters between DCMs and the keepers of hosts on several contents. Here all are on one
    /// machine; nothing they do depends on it.
    fn carry_letters(&mut self, now: SimTime, outbox: &mut Outbox) {
        let terms = channels::Terms::of(&self.config);
        while !self.letters.is_empty() {
            for letter in std::mem::take(&mut self.letters) {
                for answer in self.keepers.read(now, &letter, terms) {
                    let Some((dcm, member)) = self.clients.find(answer.holder().client) else {
                        continue;
                    };
                    self.step(now, dcm, outbox, |dcm, step| dcm.read_share(member, &answer, step));
                }
            }
        }
    }

    fn step<T>(
        &mut self,
        now: SimTime,
        number: usize,
        outbox: &mut Outbox,
        act: impl FnOnce(&mut Dcm, &mut Step<'_, '_>) -> T,
    ) -> T {
        let dcm = &mut self.dcms[number];
        let with = Surroundings {
            now,
            config: &self.config,
            routes: &self.routes,
            paths: &self.paths,
            rate: dcm.substream_rate(),
            start: dcm.content().start,
            packet: dcm.content().packet,
        };
        let mut step = Step {
            with: &with,
            servers: &mut self.servers,
            clients: &mut self.clients,
            letters: &mut self.letters,
            outbox,
        };
        act(dcm, &mut step)
    }

    fn tick(&mut self, now: SimTime, outbox: &mut Outbox) {
        let patience = self.config.heartbeat * u64::from(self.config.expiry_heartbeats);
        self.servers.expire(now, patience);
        for number in 0..self.dcms.len() {
            if self.dcms[number].is_retired() {
                continue;
            }
            self.with_dcm(now, number, outbox, |dcm, step| {
                dcm.tick(step);
                dcm.tick_shares(step);
            });
            if self.dcms[number].is_retired() {
                self.directory.remove(number);
            }
        }
    }

    fn total(&self, count: impl Fn(&Counts) -> f64) -> f64 {
        self.dcms.iter().map(|dcm| count(&dcm.counts())).sum()
    }

    /// About hosts on several contents; nothing where there were none.
    fn sharing_figures(&self) -> Vec<Figure> {
        let counts = self.keepers.counts();
        let figures = [
            ("shared_hosts_at_end", self.keepers.len() as f64),
            ("share_letters", counts.letters as f64),
            ("share_grants", counts.grants as f64),
            ("share_recalls", counts.recalls as f64),
            ("share_lapses", counts.lapses as f64),
            ("share_moves", self.total(|counts| counts.shed as f64)),
            ("share_downlinks_lost", self.total(|counts| counts.starved as f64)),
        ];
        let figure = |(metric, value)| Figure { metric, unit: "count", value: Some(value) };
        if counts.letters == 0 { Vec::new() } else { figures.map(figure).to_vec() }
    }

    /// The objective function before and after recomputations, in the cost of CDN nodes sending
    /// everything (1 with the default weights).
    fn objective(&self, costs: impl Fn(&Counts) -> Costs) -> [Figure; 2] {
        let demand = self.total(|counts| costs(counts).demand);
        let figure = |metric, cost: f64| Figure {
            metric,
            unit: "per Mbps",
            value: (demand > 0.0).then_some(cost / demand),
        };
        [
            figure("objective_before", self.total(|counts| costs(counts).before)),
            figure("objective", self.total(|counts| costs(counts).after)),
        ]
    }
}

impl Coordinator for ControlCenter {
    fn handle(&mut self, now: SimTime, input: Input<'_>, outbox: &mut Outbox) {
        self.last = now;
        match input {
            Input::Feed(feed) => self.learn(now, feed),
            Input::Message { from, message } => self.message(now, from, message, outbox),
            Input::Timeout => {
                self.place_newcomers(now, outbox);
                if now >= self.next_tick {
                    self.next_tick = now + self.config.reassess;
                    self.tick(now, outbox);
                }
            }
        }
    }

    fn next_timeout(&self) -> Option<SimTime> {
        Some(self.gathered.map_or(self.next_tick, |due| due.min(self.next_tick)))
    }

    fn expect(&self, from: &[PeerId]) {
        // All are found before the first is looked at, so that the waits for memory overlap.
        let found: Vec<_> = from.iter().filter_map(|client| self.clients.find(*client)).collect();
        let read = found.iter().fold(0, |sum, (dcm, member)| sum ^ self.dcms[*dcm].words(*member));
        std::hint::black_box(read);
    }

    fn gauges(&self) -> Vec<Figure> {
        let figure = |metric, value| Figure { metric, unit: "count", value: Some(value) };
        let mut gauges = Vec::from(self.objective(|counts| counts.last));
        gauges.push(figure("control_dcms", self.directory.len() as f64));
        gauges
    }

    fn figures(&self) -> Vec<Figure> {
        let figure = |metric, unit, value| Figure { metric, unit, value: Some(value) };
        let served: usize = self.dcms.iter().map(Dcm::len).sum();
        let mut figures = vec![
            figure("control_dcms", "count", self.dcms.len() as f64),
            figure("control_dcms_at_end", "count", self.directory.len() as f64),
            figure("control_clients_at_end", "count", served as f64),
            figure("control_refusals", "count", self.refusals as f64),
            figure("control_policy_classes", "count", self.policies.classes() as f64),
            figure("control_locations_disputed", "count", self.disputed as f64),
            figure("control_deaths_concluded", "count", self.total(|counts| counts.deaths as f64)),
            figure("control_cuts_concluded", "count", self.total(|counts| counts.cuts as f64)),
            figure("control_ejections", "count", self.total(|counts| counts.ejected as f64)),
            figure("control_readmissions", "count", self.total(|counts| counts.taken_back as f64)),
            figure("changes_put_off", "count", self.total(|counts| counts.put_off as f64)),
            figure("control_rejoins_asked", "count", self.strangers as f64),
            figure("recomputations_whole", "count", self.total(|counts| counts.whole as f64)),
            figure("recomputations_part", "count", self.total(|counts| counts.part as f64)),
            figure("recomputations_worse", "count", self.total(|counts| counts.worse as f64)),
            figure("recomputation_moves", "count", self.total(|counts| counts.moves as f64)),
        ];
        let (measured, mean) = self.paths.summary();
        figures.push(figure("control_paths_measured", "count", measured as f64));
        figures.push(Figure { metric: "control_path_rtt.mean", unit: "ms", value: mean });
        let load = self.cpu_load.map(Ratio::get);
        figures.push(Figure { metric: "control_cpu_load.max", unit: "ratio", value: load });
        figures.extend(self.objective(|counts| counts.all));
        figures.extend(self.sharing_figures());
        figures.push(figure("cdn_reserved_at_end", "Mbps", self.servers.reserved().as_f64() / 1e6));
        figures
    }
}
