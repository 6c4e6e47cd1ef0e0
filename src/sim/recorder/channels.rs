//! The account of each content by itself. What of one content is right where it is the only one, and what
//! of several is not the sum of each: a device that is on two of them lends its uplink once.

use super::finish::{offload, quotient, share};
use super::sample::{Instant, Moved};
use crate::metrics::bounds::{Swarm, peer_offload_max, server_load_min};
use crate::metrics::{GroupBy, GroupRow};
use crate::peer::Playback;
use crate::proto::ContentKind;
use crate::scenario::{Content, Scenario};
use crate::units::{BitRate, ContentId, Span};

/// All contents.
#[derive(Debug)]
pub(super) struct Channels {
    channels: Vec<Channel>,
}

/// One content.
#[derive(Debug)]
struct Channel {
    rate: BitRate,
    /// Nobody watches it: the bounds of streams do not hold for it.
    is_file: bool,
    /// Of a file, the most bytes that one client has received.
    longest: u64,
    /// By site; a device counts with all that it lends, whatever else it is on.
    present: Vec<Swarm>,
    /// At the last sample.
    playback: Playback,
    uplink: f64,
    /// From peers into another network, since the last sample.
    crossing: u64,
    bytes: [u64; 2],
    /// Of those from servers, what relays received.
    relayed: u64,
    /// Bytes that viewers were to receive, and that CDN nodes had to send of them at least.
    demand: f64,
    least_cdn: f64,
    /// The same for all to receive what they did.
    least_cdn_delivered: f64,
}

/// Figures of one sample: metric and value.
type Row = (&'static str, f64);

impl Channels {
    pub(super) fn new(scenario: &Scenario, sites: usize) -> Self {
        let channel = |content: &Content| Channel {
            rate: content.bitrate,
            is_file: content.kind == ContentKind::File,
            longest: 0,
            present: vec![Swarm::default(); sites],
            playback: Playback::default(),
            uplink: 0.0,
            crossing: 0,
            bytes: [0; 2],
            relayed: 0,
            demand: 0.0,
            least_cdn: 0.0,
            least_cdn_delivered: 0.0,
        };
        Self { channels: scenario.contents.iter().map(channel).collect() }
    }

    pub(super) fn are_several(&self) -> bool {
        self.channels.len() > 1
    }

    /// Whose samples those of the whole are: of the one content where there is but one.
    pub(super) fn whole(&self) -> Option<ContentId> {
        (!self.are_several()).then(|| ContentId::new(0))
    }

    /// A session begins.
    pub(super) fn arrived(&mut self, content: ContentId, site: u16, uplink: u64) {
        let present = &mut self.channels[content.index()].present[usize::from(site)];
        present.viewers += 1;
        present.uplink += BitRate::from_bps(uplink);
    }

    /// A session is over.
    pub(super) fn left(&mut self, content: ContentId, site: u16, uplink: u64) {
        let present = &mut self.channels[content.index()].present[usize::from(site)];
        present.viewers -= 1;
        present.uplink = present.uplink - BitRate::from_bps(uplink);
    }

    /// A device of which no viewer watches the content serves it: what it lends counts, and nobody more.
    pub(super) fn lent(&mut self, content: ContentId, site: u16, uplink: u64) {
        let present = &mut self.channels[content.index()].present[usize::from(site)];
        present.uplink += BitRate::from_bps(uplink);
    }

    /// And does so no longer.
    pub(super) fn taken_back(&mut self, content: ContentId, site: u16, uplink: u64) {
        let present = &mut self.channels[content.index()].present[usize::from(site)];
        present.uplink = present.uplink - BitRate::from_bps(uplink);
    }

    /// Bytes from peers have entered another network.
    pub(super) fn crossed(&mut self, content: ContentId, bytes: u64) {
        self.channels[content.index()].crossing += bytes;
    }

    /// Whether all contents are streams.
    pub(super) fn all_are_live(&self) -> bool {
        self.channels.iter().all(|channel| !channel.is_file)
    }

    /// Whether a content is a file.
    pub(super) fn is_file(&self, content: ContentId) -> bool {
        self.channels[content.index()].is_file
    }

    /// A session of a file is over and has received so much.
    pub(super) fn fetched(&mut self, content: ContentId, bytes: u64) {
        let longest = &mut self.channels[content.index()].longest;
        *longest = bytes.max(*longest);
    }

    /// Viewers and rate of each stream.
    pub(super) fn demands(&self) -> Vec<(u64, BitRate)> {
        self.streams().map(|channel| (channel.swarm().viewers, channel.rate)).collect()
    }

    fn streams(&self) -> impl Iterator<Item = &Channel> {
        self.channels.iter().filter(|channel| !channel.is_file)
    }

    /// The same at one site.
    pub(super) fn demands_at(&self, site: usize) -> Vec<(u64, BitRate)> {
        let streams = self.streams();
        streams.map(|channel| (channel.present[site].viewers, channel.rate)).collect()
    }

    /// Bytes of each content, from peers and from CDN nodes.
    pub(super) fn received(&self, moved: &[Moved]) -> Vec<[u64; 2]> {
        let mut received = vec![[0; 2]; self.channels.len()];
        for moved in moved {
            received[moved.content.index()][0] += moved.from_peers;
            received[moved.content.index()][1] += moved.from_cdn;
        }
        received
    }

    /// Bytes of one copy of each content in so many seconds, and no more than were received of it.
    pub(super) fn copies_in(&self, received: &[[u64; 2]], seconds: f64) -> f64 {
        let each = self.channels.iter().zip(received);
        each.map(|(channel, received)| channel.copy_in(received, seconds)).sum()
    }

    /// Enters what servers have sent to relays in all: nobody watched it.
    pub(super) fn relayed(&mut self, all: &[u64]) {
        self.channels.iter_mut().zip(all).for_each(|(channel, all)| channel.relayed = *all);
    }

    /// The same at each site.
    pub(super) fn copies_at_sites(&self, moved: &[Moved], seconds: f64) -> Vec<f64> {
        let sites = self.channels.first().map_or(0, |channel| channel.present.len());
        let mut received = vec![vec![[0_u64; 2]; self.channels.len()]; sites];
        for moved in moved {
            received[usize::from(moved.to)][moved.content.index()][0] += moved.all();
        }
        received.iter().map(|at_site| self.copies_in(at_site, seconds)).collect()
    }

    /// Enters what was received of one content since the last sample, and says what a sample shows of it.
    pub(super) fn sampled(
        &mut self,
        content: usize,
        received: [u64; 2],
        (playback, instant): (Playback, &Instant),
        seconds: f64,
    ) -> Vec<Row> {
        let channel = &mut self.channels[content];
        let (swarm, rate, is_file) = (channel.swarm(), channel.rate, channel.is_file);
        let [from_peers, from_cdn] = received.map(|bytes| bytes as f64);
        let least = channel.integrate(swarm, received, seconds);
        let crossing = std::mem::take(&mut channel.crossing) as f64;
        let mut rows: Vec<Row> =
            vec![("viewers", swarm.viewers as f64), ("cdn_rate_bps", from_cdn * 8.0 / seconds)];
        // Of a file nothing must be sent now.
        rows.extend((!is_file).then_some(("cdn_rate_bound_bps", least.as_f64())));
        rows.push(("peer_rate_bps", from_peers * 8.0 / seconds));
        let mut push = |metric, value: Option<f64>| rows.extend(value.map(|value| (metric, value)));
        push("peer_offload", share(from_peers, from_peers + from_cdn));
        let most = peer_offload_max(swarm, rate).filter(|_| !is_file);
        push("peer_offload_bound", most.map(|most| most.get()));
        push("cross_isp_share", share(crossing, from_peers));
        let [due, on_time] = channel.played(playback).map(Span::as_secs_f64);
        push("continuity", share(on_time, due));
        push("stalled_viewers", Some(instant.stalled as f64));
        push("lag_mean_s", share(instant.lag.as_secs_f64(), instant.playing as f64));
        rows
    }

    /// The bounds of each content by itself, where there are several: as if all that its viewers lend
    /// were for it alone.
    pub(super) fn rows(&self, scenario: &Scenario) -> Vec<GroupRow> {
        let named = scenario.contents.iter().map(|content| &content.name);
        let several = self.channels.iter().filter(|_| self.are_several());
        let rows_of = |(channel, name): (&Channel, &String)| {
            let row = |metric: &'static str, value| GroupRow {
                by: GroupBy::Content,
                group: name.clone(),
                metric: metric.into(),
                unit: "ratio".into(),
                value,
            };
            let bound = channel.offload_possible();
            let of_bound = quotient(channel.offload(), bound);
            [row("peer_offload_bound", bound), row("peer_offload_of_bound", of_bound)]
        };
        several.zip(named).flat_map(rows_of).collect()
    }

    /// Each content of several with the bounds on what CDN nodes sent of it and what they did, none for a
    /// file: bytes that were to be received, least, received from peers, from servers, and of these by relays.
    pub(super) fn loads(&self) -> Vec<[f64; 5]> {
        let several = self.channels.iter().filter(|_| self.are_several());
        let load = |channel: &Channel| {
            let [peers, cdn] = channel.bytes.map(|bytes| bytes as f64);
            [channel.demand, channel.least_cdn, peers, cdn, channel.relayed as f64]
        };
        several.map(load).collect()
    }
}

impl Channel {
    /// Its viewers, and all that their devices lend.
    fn swarm(&self) -> Swarm {
        self.present.iter().fold(Swarm::default(), |all, site| Swarm {
            viewers: all.viewers + site.viewers,
            uplink: all.uplink + site.uplink,
        })
    }

    /// One copy of a stream; of a file one may have come long before.
    fn copy_in(&self, received: &[u64; 2], seconds: f64) -> f64 {
        if self.is_file {
            return 0.0;
        }
        let received = received.iter().sum::<u64>() as f64;
        (self.rate.as_f64() * seconds / 8.0).min(received)
    }

    /// Enters a stretch of time; returns the least that CDN nodes must send now.
    fn integrate(&mut self, swarm: Swarm, received: [u64; 2], seconds: f64) -> BitRate {
        let wanted = swarm.viewers > 0 && !self.is_file;
        let least = if wanted { server_load_min(swarm, self.rate) } else { BitRate::ZERO };
        let demand = if wanted { swarm.demand(self.rate) } else { BitRate::ZERO };
        self.demand += demand.as_f64() * seconds / 8.0;
        self.least_cdn += least.as_f64() * seconds / 8.0;
        let uplink = std::mem::replace(&mut self.uplink, swarm.uplink.as_f64()).max(self.uplink);
        let beyond = received.iter().sum::<u64>() as f64 - uplink * seconds / 8.0;
        self.least_cdn_delivered += self.copy_in(&received, seconds).max(beyond);
        for (sum, bytes) in self.bytes.iter_mut().zip(received) {
            *sum += bytes;
        }
        least
    }

    /// Media due and on time since the last sample.
    fn played(&mut self, all: Playback) -> [Span; 2] {
        let before = std::mem::replace(&mut self.playback, all);
        [all.due() - before.due(), all.on_time - before.on_time]
    }

    fn offload(&self) -> Option<f64> {
        let [peers, cdn] = self.bytes.map(|bytes| bytes as f64);
        offload(peers, cdn, self.relayed as f64)
    }

    /// The most that peers can have sent of what was received. Of a file, whatever one client has, CDN nodes
    /// have sent once.
    fn offload_possible(&self) -> Option<f64> {
        let all = self.bytes.iter().sum::<u64>() as f64 - self.relayed as f64;
        share(all - self.least_cdn_delivered.max(self.longest as f64), all)
    }
}
