//! The time series: what has changed since the last sample.

use super::{BorderAccount, LinkAccounts, Recorder, add};
use crate::metrics::SeriesRow;
use crate::metrics::bounds::{
    Swarm, border_copies_min, peer_offload_max, server_load_min, streaming_rate_max,
};
use crate::peer::Playback;
use crate::proto::{Figure, PathClass};
use crate::units::{BitRate, ContentId, SimTime, Span};

/// What the world shows at the instant of a sample.
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
    playback: Playback,
    from_peers: Vec<u64>,
    from_cdn: Vec<u64>,
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
    /// From peers into another network, since the last sample.
    crossing: u64,
    /// By site: on-net, in by peering, in by transit, out.
    by_site: Vec<[u64; 4]>,
    pub(super) window_began: SimTime,
    pub(super) least_depth: f64,
    pub(super) least_depth_places: u64,
}

impl History {
    pub(super) fn new(sites: usize) -> Self {
        Self {
            at: SimTime::ZERO,
            playback: Playback::default(),
            from_peers: vec![0; sites * sites],
            from_cdn: vec![0; sites * sites],
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
            crossing: 0,
            by_site: vec![[0; 4]; sites],
            window_began: SimTime::ZERO,
            least_depth: 0.0,
            least_depth_places: 0,
        }
    }

    /// Enters what was received since the last sample: one copy of it came from CDN nodes, and what all
    /// uplinks together cannot have sent; those of viewers who left meanwhile count.
    fn deliver(&mut self, received: f64, swarm: Swarm, rate: BitRate, seconds: f64) {
        let uplink = std::mem::replace(&mut self.uplink, swarm.uplink.as_f64()).max(self.uplink);
        let one_copy = (rate.as_f64() * seconds / 8.0).min(received);
        self.least_cdn_delivered += one_copy.max(received - uplink * seconds / 8.0);
    }

    /// A site's bytes: on-net, in by peering, in by transit, out.
    pub(super) fn isp_totals(&self, site: usize) -> [u64; 4] {
        self.by_site[site]
    }
}

/// Bytes between two sites since the last sample.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct Moved {
    pub(in crate::sim) from: u16,
    pub(in crate::sim) to: u16,
    pub(in crate::sim) from_peers: u64,
    pub(in crate::sim) from_cdn: u64,
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
    pub(super) fn push(&mut self, now: SimTime, metric: &'static str, value: f64) {
        self.records.series.push(SeriesRow {
            time: now,
            content: ContentId::new(0),
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
        let (history, traffic) = (&mut self.history, &self.traffic);
        let mut moved = Vec::new();
        for pair in 0..traffic.from_peers.len() {
            let from_peers = traffic.from_peers[pair]
                - std::mem::replace(&mut history.from_peers[pair], traffic.from_peers[pair]);
            let from_cdn = traffic.from_cdn[pair]
                - std::mem::replace(&mut history.from_cdn[pair], traffic.from_cdn[pair]);
            if from_peers + from_cdn > 0 {
                let (from, to) = ((pair / traffic.sites) as u16, (pair % traffic.sites) as u16);
                moved.push(Moved { from, to, from_peers, from_cdn });
            }
        }
        moved
    }

    /// Enters the bytes of one pair of sites for the border crossed and for its class.
    pub(in crate::sim) fn crossed(&mut self, moved: Moved, class: PathClass) {
        let by_class = &mut self.history.by_class[class as usize];
        by_class[0] += moved.from_peers;
        by_class[1] += moved.from_cdn;
        let bytes = moved.from_peers + moved.from_cdn;
        // The classes are in the order of the columns.
        self.history.by_site[usize::from(moved.to)][class as usize] += bytes;
        if class != PathClass::OnNet {
            self.history.crossing += moved.from_peers;
            self.history.borders[usize::from(moved.to)].bytes += bytes;
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

    /// Writes one sample of every series.
    pub(in crate::sim) fn sampled(
        &mut self,
        now: SimTime,
        instant: &Instant,
        moved: &[Moved],
        rate: BitRate,
        servers: BitRate,
    ) {
        let over = self.since_sample(now);
        if over == Span::ZERO {
            return;
        }
        self.history.at = now;
        let seconds = over.as_secs_f64();
        let swarm = self.swarm();
        let bound = if swarm.viewers == 0 { BitRate::ZERO } else { server_load_min(swarm, rate) };
        self.integrate(swarm, bound, rate, servers, seconds);
        let from_peers: u64 = moved.iter().map(|moved| moved.from_peers).sum();
        let from_cdn: u64 = moved.iter().map(|moved| moved.from_cdn).sum();
        self.history.deliver((from_peers + from_cdn) as f64, swarm, rate, seconds);
        self.deliver_to_sites(moved, rate, seconds);
        let crossing = std::mem::take(&mut self.history.crossing);
        let cdn_rate = from_cdn as f64 * 8.0 / seconds;
        self.history.cdn_peak = self.history.cdn_peak.max(cdn_rate);
        self.push(now, "viewers", swarm.viewers as f64);
        self.push(now, "cdn_rate_bps", cdn_rate);
        self.push(now, "cdn_rate_bound_bps", bound.as_f64());
        self.push(now, "peer_rate_bps", from_peers as f64 * 8.0 / seconds);
        self.push_share(now, "peer_offload", from_peers as f64, (from_peers + from_cdn) as f64);
        if let Some(most) = peer_offload_max(swarm, rate) {
            self.push(now, "peer_offload_bound", most.get());
        }
        self.push_share(now, "cross_isp_share", crossing as f64, from_peers as f64);
        self.push_playback(now, instant);
        let sent = self.control_messages
            - std::mem::replace(&mut self.history.control_messages, self.control_messages);
        self.push(now, "control_messages_per_s", sent as f64 / seconds);
    }

    /// Enters what each ISP received since the last sample: unless a CDN node stands in it, one copy
    /// came in, and what nobody in it can have sent.
    fn deliver_to_sites(&mut self, moved: &[Moved], rate: BitRate, seconds: f64) {
        let mut received = vec![0_u64; self.presence.len()];
        for moved in moved {
            received[usize::from(moved.to)] += moved.from_peers + moved.from_cdn;
        }
        let sites = self.presence.iter_mut().zip(&mut self.history.borders).zip(&self.inside);
        for (((presence, border), inside), received) in sites.zip(received) {
            let uplink = presence.uplink.max(presence.sampled_uplink) + inside.as_bps();
            presence.sampled_uplink = presence.uplink;
            let received = received as f64;
            let one_copy =
                if *inside > BitRate::ZERO { 0.0 } else { rate.as_f64() * seconds / 8.0 };
            let beyond = received - uplink as f64 * seconds / 8.0;
            border.least_delivered += one_copy.min(received).max(beyond);
        }
    }

    fn push_playback(&mut self, now: SimTime, instant: &Instant) {
        let all = add(self.finished, instant.playback);
        let before = std::mem::replace(&mut self.history.playback, all);
        let due = all.due() - before.due();
        let on_time = all.on_time - before.on_time;
        self.push_share(now, "continuity", on_time.as_secs_f64(), due.as_secs_f64());
        self.push(now, "stalled_viewers", instant.stalled as f64);
        self.push_share(now, "lag_mean_s", instant.lag.as_secs_f64(), instant.playing as f64);
    }

    /// A quotient, when there is one.
    fn push_share(&mut self, now: SimTime, metric: &'static str, part: f64, whole: f64) {
        if whole > 0.0 {
            self.push(now, metric, part / whole);
        }
    }

    /// All viewers present and what they lend.
    pub(in crate::sim) fn swarm(&self) -> Swarm {
        Swarm {
            viewers: self.presence.iter().map(|presence| presence.viewers).sum(),
            uplink: BitRate::from_bps(self.presence.iter().map(|presence| presence.uplink).sum()),
        }
    }

    fn integrate(
        &mut self,
        swarm: Swarm,
        bound: BitRate,
        rate: BitRate,
        servers: BitRate,
        seconds: f64,
    ) {
        let history = &mut self.history;
        history.viewers_peak = history.viewers_peak.max(swarm.viewers);
        history.demand += swarm.demand(rate).as_f64() * seconds / 8.0;
        history.least_cdn += bound.as_f64() * seconds / 8.0;
        // Downlinks are left out: what is larger with them is no smaller without them.
        let highest = streaming_rate_max(swarm, servers, BitRate::from_bps(u64::MAX));
        history.streamable += swarm.demand(highest.unwrap_or_default()).as_f64() * seconds / 8.0;
        history.watched += swarm.viewers as f64 * seconds;
        history.supply += (swarm.uplink.as_f64() + servers.as_f64()) * seconds / 8.0;
        let sites = self.presence.iter().zip(&mut history.borders).zip(&self.inside);
        for ((presence, border), servers_inside) in sites {
            if presence.viewers > 0 {
                let inside =
                    Swarm { viewers: presence.viewers, uplink: BitRate::from_bps(presence.uplink) };
                let copy = rate.as_f64() * seconds / 8.0;
                border.one_copy += copy;
                border.least +=
                    copy * border_copies_min(inside, *servers_inside, rate).unwrap_or(0.0);
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
