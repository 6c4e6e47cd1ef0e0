//! The time series: what has changed since the last sample.

use super::{BorderAccount, LinkAccounts, Recorder, add};
use crate::metrics::SeriesRow;
use crate::metrics::bounds::{
    Swarm, border_copies_min_pooled, server_load_min_pooled, streaming_rate_max,
};
use crate::peer::Playback;
use crate::proto::{Figure, PathClass};
use crate::units::{BitRate, ContentId, SimTime, Span};

/// What the world shows of one content at the instant of a sample.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Instant {
    /// Of those present, up to now.
    pub(in crate::sim) playback: Playback,
    pub(in crate::sim) stalled: u64,
    pub(in crate::sim) playing: u64,
    /// Sum over those playing: whole nanoseconds, the same in any order.
    pub(in crate::sim) lag: Span,
}

/// Values at the last sample, and integrals over all samples.
#[derive(Debug)]
pub(super) struct History {
    at: SimTime,
    from_peers: Vec<u64>,
    from_cdn: Vec<u64>,
    /// From peers to relays, and from servers to them.
    to_relays: Vec<u64>,
    relayed: u64,
    control_messages: u64,
    pub(super) viewers_peak: u64,
    pub(super) cdn_peak: f64,
    /// Bytes that viewers were to receive.
    pub(super) demand: f64,
    /// Bytes that CDN nodes had to send at least, for all to receive everything.
    pub(super) least_cdn: f64,
    /// The same for all to receive what they did.
    pub(super) least_cdn_delivered: f64,
    /// Lent uplink at the last sample, in bits per second.
    uplink: f64,
    /// Viewer-weighted supply over demand.
    pub(super) supply: f64,
    /// Bytes that viewers could have received at the highest rate that all can have.
    pub(super) streamable: f64,
    /// How long viewers were there, in seconds.
    pub(super) watched: f64,
    pub(super) links: LinkAccounts,
    pub(super) borders: Vec<BorderAccount>,
    /// Bytes by what they crossed, from peers and from CDN nodes.
    pub(super) by_class: [[u64; 2]; 3],
    /// By site: on-net, in by peering, in by transit, out.
    by_site: Vec<[u64; 4]>,
    pub(super) window_began: SimTime,
    pub(super) least_depth: f64,
    pub(super) least_depth_places: u64,
}

impl History {
    pub(super) fn new(sites: usize, contents: usize) -> Self {
        Self {
            at: SimTime::ZERO,
            from_peers: vec![0; contents * sites * sites],
            from_cdn: vec![0; contents * sites * sites],
            to_relays: vec![0; contents * sites * sites],
            relayed: 0,
            control_messages: 0,
            viewers_peak: 0,
            cdn_peak: 0.0,
            demand: 0.0,
            least_cdn: 0.0,
            least_cdn_delivered: 0.0,
            uplink: 0.0,
            supply: 0.0,
            streamable: 0.0,
            watched: 0.0,
            links: LinkAccounts::new(),
            borders: vec![BorderAccount::default(); sites],
            by_class: [[0; 2]; 3],
            by_site: vec![[0; 4]; sites],
            window_began: SimTime::ZERO,
            least_depth: 0.0,
            least_depth_places: 0,
        }
    }

    /// Enters what was received since the last sample: one copy of it came from CDN nodes, and what all
    /// uplinks together cannot have sent; those of viewers who left meanwhile count.
    fn deliver(&mut self, received: f64, one_copy: f64, uplink: BitRate, seconds: f64) {
        let uplink = std::mem::replace(&mut self.uplink, uplink.as_f64()).max(self.uplink);
        self.least_cdn_delivered += one_copy.max(received - uplink * seconds / 8.0);
    }

    /// A site's bytes: on-net, in by peering, in by transit, out.
    pub(super) fn isp_totals(&self, site: usize) -> [u64; 4] {
        self.by_site[site]
    }
}

/// Bytes of one content between two sites since the last sample.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct Moved {
    pub(in crate::sim) content: ContentId,
    pub(in crate::sim) from: u16,
    pub(in crate::sim) to: u16,
    pub(in crate::sim) from_peers: u64,
    pub(in crate::sim) from_cdn: u64,
    /// From peers to relays, who do not watch it.
    pub(in crate::sim) to_relays: u64,
}

impl Moved {
    /// All that moved.
    pub(in crate::sim) fn all(&self) -> u64 {
        self.from_peers + self.from_cdn + self.to_relays
    }
}

/// Above this share of its capacity a link counts as busy.
const BUSY: f64 = 0.9;
impl super::LinkAccount {
    fn carry(&mut self, bytes: u64, capacity: BitRate, over: Span) {
        self.bytes += bytes;
        self.window += bytes;
        let rate = bytes as f64 * 8.0 / over.as_secs_f64();
        self.peak = self.peak.max(rate);
        if rate > capacity.as_f64() * BUSY {
            self.busy += over;
        }
    }
}

/// Billing windows (five-minute means, as transit is billed).
const WINDOW: Span = Span::from_secs(300);

impl Recorder {
    /// A sample of the whole.
    pub(super) fn push(&mut self, now: SimTime, metric: &'static str, value: f64) {
        self.records.series.push(SeriesRow {
            time: now,
            content: self.channels.whole(),
            metric: metric.into(),
            value,
        });
    }

    /// What the coordinator says about itself; nothing where it says nothing.
    pub(in crate::sim) fn gauge(&mut self, now: SimTime, gauge: &Figure) {
        if let Some(value) = gauge.value {
            self.push(now, gauge.metric, value);
        }
    }

    /// What has moved between sites since the last sample; all bytes must be booked.
    pub(in crate::sim) fn take_moved(&mut self) -> Vec<Moved> {
        let (history, traffic, overhead) = (&mut self.history, &self.traffic, &self.overhead);
        let mut moved = Vec::new();
        for pair in 0..traffic.from_peers.len() {
            let from_peers = traffic.from_peers[pair]
                - std::mem::replace(&mut history.from_peers[pair], traffic.from_peers[pair]);
            let from_cdn = traffic.from_cdn[pair]
                - std::mem::replace(&mut history.from_cdn[pair], traffic.from_cdn[pair]);
            let to_relays = overhead.from_peers[pair]
                - std::mem::replace(&mut history.to_relays[pair], overhead.from_peers[pair]);
            if from_peers + from_cdn + to_relays > 0 {
                let (ends, to) = (pair / traffic.sites, (pair % traffic.sites) as u16);
                let content = ContentId::from_index(ends / traffic.sites);
                let from = (ends % traffic.sites) as u16;
                moved.push(Moved { content, from, to, from_peers, from_cdn, to_relays });
            }
        }
        moved
    }

    /// Enters the bytes of one pair of sites for the border crossed and for its class.
    pub(in crate::sim) fn crossed(&mut self, moved: Moved, class: PathClass) {
        let by_class = &mut self.history.by_class[class as usize];
        by_class[0] += moved.from_peers;
        by_class[1] += moved.from_cdn;
        let bytes = moved.all();
        // The classes are in the order of the columns.
        self.history.by_site[usize::from(moved.to)][class as usize] += bytes;
        if class != PathClass::OnNet {
            self.channels.crossed(moved.content, moved.from_peers);
            let streamed = if self.channels.is_file(moved.content) { 0 } else { bytes };
            self.history.borders[usize::from(moved.to)].bytes += streamed;
            self.history.by_site[usize::from(moved.from)][3] += bytes;
        }
    }

    /// Enters bytes on a link, and how long that took.
    pub(in crate::sim) fn carried(
        &mut self,
        link: crate::units::LinkId,
        bytes: u64,
        capacity: BitRate,
        over: Span,
    ) {
        self.history.links.entry(link).or_default().carry(bytes, capacity, over);
    }

    /// Enters what a CDN node has sent in all, and how long the last part of it took.
    pub(in crate::sim) fn served(&mut self, cdn: usize, sent: u64, capacity: BitRate, over: Span) {
        let account = &mut self.cdn_links[cdn];
        account.carry(sent - account.bytes, capacity, over);
    }

    /// Closes the billing window when it is full.
    pub(in crate::sim) fn close_window(&mut self, now: SimTime, at_end: bool) {
        let passed = now.since(self.history.window_began);
        if passed < WINDOW && !(at_end && passed > Span::ZERO) {
            return;
        }
        self.history.window_began = now;
        for account in self.history.links.values_mut().chain(&mut self.cdn_links) {
            let bytes = std::mem::take(&mut account.window);
            account.means.push(bytes as f64 * 8.0 / passed.as_secs_f64());
        }
    }

    /// Time since the last sample.
    pub(in crate::sim) fn since_sample(&self, now: SimTime) -> Span {
        now.since(self.history.at)
    }

    /// Writes one sample of every series, of each content and of the whole.
    pub(in crate::sim) fn sampled(
        &mut self,
        now: SimTime,
        instants: &[Instant],
        moved: &[Moved],
        servers: BitRate,
    ) {
        let over = self.since_sample(now);
        if over == Span::ZERO {
            return;
        }
        self.history.at = now;
        let seconds = over.as_secs_f64();
        let swarm = self.swarm();
        let bound = server_load_min_pooled(&self.channels.demands(), swarm.uplink);
        self.integrate(swarm, bound, servers, seconds);
        self.channels.relayed(&self.overhead.from_servers);
        let received = self.channels.received(moved);
        let from_cdn: u64 = received.iter().map(|[_, from_cdn]| from_cdn).sum();
        let from_all: u64 = received.iter().flatten().sum();
        let one_copy = self.channels.copies_in(&received, seconds);
        // What servers sent to relays reached no viewer.
        let relayed = self.overhead.from_servers.iter().sum();
        let relayed = relayed - std::mem::replace(&mut self.history.relayed, relayed);
        let watched = from_all.saturating_sub(relayed) as f64;
        self.history.deliver(watched, one_copy, swarm.uplink, seconds);
        self.deliver_to_sites(moved, seconds);
        self.history.cdn_peak = self.history.cdn_peak.max(from_cdn as f64 * 8.0 / seconds);
        for (content, (received, instant)) in received.into_iter().zip(instants).enumerate() {
            let playback = add(self.groups.seen_of(content), instant.playback);
            let rows = self.channels.sampled(content, received, (playback, instant), seconds);
            let content = Some(ContentId::from_index(content));
            let row = |(metric, value): (&'static str, f64)| SeriesRow {
                time: now,
                content,
                metric: metric.into(),
                value,
            };
            self.records.series.extend(rows.into_iter().map(row));
        }
        self.push_pooled(now, bound, swarm);
        let sent = self.control_messages
            - std::mem::replace(&mut self.history.control_messages, self.control_messages);
        self.push(now, "control_messages_per_s", sent as f64 / seconds);
    }

    /// The bounds of all contents together, where there are several.
    fn push_pooled(&mut self, now: SimTime, bound: BitRate, swarm: Swarm) {
        if !self.channels.are_several() {
            return;
        }
        let demands = self.channels.demands();
        let demand: BitRate = demands.iter().map(|(viewers, rate)| *rate * *viewers).sum();
        self.push(now, "hosts_uplink_bps", swarm.uplink.as_f64());
        self.push(now, "cdn_rate_bound_pooled_bps", bound.as_f64());
        if demand > BitRate::ZERO {
            let most = (demand - bound).as_f64() / demand.as_f64();
            self.push(now, "peer_offload_bound_pooled", most);
        }
    }

    /// Enters what each ISP received since the last sample: unless a CDN node stands in it, one copy
    /// came in, and what nobody in it can have sent.
    fn deliver_to_sites(&mut self, moved: &[Moved], seconds: f64) {
        let mut received = vec![0_u64; self.presence.len()];
        for moved in moved.iter().filter(|moved| !self.channels.is_file(moved.content)) {
            received[usize::from(moved.to)] += moved.all();
        }
        let copies = self.channels.copies_at_sites(moved, seconds);
        let sites = self.presence.iter_mut().zip(&mut self.history.borders).zip(&self.inside);
        let sites = sites.zip(&self.overhead.inside).zip(received).zip(copies);
        for (((((presence, border), inside), helped), received), one_copy) in sites {
            let servers = inside.as_bps() + helped.as_bps();
            let uplink = presence.uplink.max(presence.sampled_uplink) + servers;
            presence.sampled_uplink = presence.uplink;
            let received = received as f64;
            let one_copy = if *inside > BitRate::ZERO { 0.0 } else { one_copy };
            let beyond = received - uplink as f64 * seconds / 8.0;
            border.least_delivered += one_copy.max(beyond);
        }
    }

    /// All viewers present and what they lend.
    pub(in crate::sim) fn swarm(&self) -> Swarm {
        Swarm {
            viewers: self.presence.iter().map(|presence| presence.viewers).sum(),
            uplink: BitRate::from_bps(self.presence.iter().map(|presence| presence.uplink).sum()),
        }
    }

    fn integrate(&mut self, swarm: Swarm, bound: BitRate, servers: BitRate, seconds: f64) {
        let demands = self.channels.demands();
        let demand: BitRate = demands.iter().map(|(viewers, rate)| *rate * *viewers).sum();
        let history = &mut self.history;
        history.viewers_peak = history.viewers_peak.max(swarm.viewers);
        history.demand += demand.as_f64() * seconds / 8.0;
        history.least_cdn += bound.as_f64() * seconds / 8.0;
        // Downlinks are left out: what is larger with them is no smaller without them.
        let highest = streaming_rate_max(swarm, servers, BitRate::from_bps(u64::MAX));
        history.streamable += swarm.demand(highest.unwrap_or_default()).as_f64() * seconds / 8.0;
        history.watched += swarm.viewers as f64 * seconds;
        history.supply += (swarm.uplink.as_f64() + servers.as_f64()) * seconds / 8.0;
        let sites = self.presence.iter().zip(&mut history.borders).zip(&self.inside);
        for (site, ((presence, border), servers_inside)) in sites.enumerate() {
            if presence.viewers > 0 {
                // A waypoint server sends on what has come in, as viewers do.
                let uplink = BitRate::from_bps(presence.uplink) + self.overhead.inside[site];
                let wanted = self.channels.demands_at(site);
                let watched = wanted.iter().filter(|(viewers, _)| *viewers > 0);
                let one: BitRate = watched.map(|(_, rate)| *rate).sum();
                let copy = one.as_f64() * seconds / 8.0;
                border.one_copy += copy;
                let least = border_copies_min_pooled(&wanted, uplink, *servers_inside);
                border.least += copy * least.unwrap_or(0.0);
            }
        }
    }

    /// Enters the place of one viewer in one tree.
    pub(in crate::sim) fn placed(&mut self, depth: u32, stretch: Option<f64>) {
        self.tree_depth.record_value(f64::from(depth));
        if let Some(stretch) = stretch {
            self.path_stretch.record(Span::from_secs_f64(stretch));
        }
    }

    /// Enters the least mean depth that the same feeds and uplinks would allow at so many places.
    pub(in crate::sim) fn least_depth(&mut self, mean: f64, places: usize) {
        self.history.least_depth += mean * places as f64;
        self.history.least_depth_places += places as u64;
    }
}
