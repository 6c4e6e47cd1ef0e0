//! Looking at the world: samples, the topology, transfers, and the end.

use super::Outcome;
use super::edges::EdgeId;
use super::event::Event;
use super::fabric::Border;
use super::ledger::media_bytes;
use super::peers::{NO_SLOT, Peer, Role, Slot};
use super::quality::QualityLook;
use super::recorder::Instant;
use super::world::World;
use crate::metrics::bounds::{depth_min, fan_out};
use crate::metrics::{TopologyRow, TransferRow};
use crate::net::fluid::FlowRate;
use crate::units::{BitRate, Bytes, LinkId, SimTime, Span, Substream};

/// Samples between two looks at the trees: they change slowly.
const SAMPLES_A_LOOK: u64 = 6;

/// The trees of one content.
#[derive(Clone, Debug, Default)]
struct Forest {
    /// Places that a CDN node feeds.
    feeds: u64,
    /// Depth and stretch of all that are fed.
    places: Vec<(u32, Option<f64>)>,
    /// Of the viewers in them; a device counts with all that it lends, whatever else it is on.
    fan_outs: Vec<u64>,
}

impl Forest {
    /// The least mean depth that the same feeds and uplinks would allow.
    fn least_depth(&self, substreams: u8) -> Option<f64> {
        // A feed too many keeps it a bound: rounded down, it would not be one.
        let root_slots = self.feeds.div_ceil(u64::from(substreams.max(1)));
        // Whoever lacks a substream counts for a part of a viewer; the strongest are taken for whole.
        let mut fan_outs = self.fan_outs.clone();
        fan_outs.sort_unstable_by(|a, b| b.cmp(a));
        fan_outs.truncate(self.places.len() / usize::from(substreams.max(1)));
        let least = depth_min(&fan_outs, root_slots.max(1)).filter(|_| !fan_outs.is_empty());
        least.map(|least| least.mean)
    }
}

impl World<'_> {
    /// One sample of the time series.
    pub(super) fn sample(&mut self) {
        self.settle();
        self.take_sample(false);
        let every = self.scenario.output.sample;
        let number = self.now.as_nanos() / every.as_nanos().max(1);
        if number.is_multiple_of(SAMPLES_A_LOOK) {
            self.look_at_trees();
        }
        self.write_topology(every);
        if self.spec.check {
            self.check_invariants();
        }
        self.schedule(self.now + every, Event::Sample);
    }

    fn take_sample(&mut self, at_end: bool) {
        self.book_all();
        let over = self.recorder.since_sample(self.now);
        let moved = self.recorder.take_moved();
        for pair in &moved {
            let class = self.fabric.class(pair.from, pair.to);
            self.recorder.crossed(*pair, class.unwrap_or(crate::proto::PathClass::Transit));
        }
        if over > Span::ZERO {
            self.account_links(&moved, over);
        }
        let (instants, servers) = (self.instants(), self.server_capacity());
        self.recorder.sampled(self.now, &instants, &moved, servers);
        for gauge in self.coordinator.gauges() {
            self.recorder.gauge(self.now, &gauge);
        }
        self.recorder.close_window(self.now, at_end);
    }

    fn account_links(&mut self, moved: &[super::recorder::Moved], over: Span) {
        let mut bytes: std::collections::BTreeMap<LinkId, u64> = std::collections::BTreeMap::new();
        for pair in moved {
            for link in self.fabric.border_links(pair.from, pair.to) {
                *bytes.entry(*link).or_default() += pair.all();
            }
        }
        for number in 0..self.servers {
            let (sent, capacity) = {
                let peer = self.peer(self.slots[number]);
                (peer.sent, peer.lent)
            };
            self.recorder.served(number, sent, capacity, over);
        }
        for (link, bytes) in bytes {
            self.recorder.carried(link, bytes, self.fabric.graph_capacity(link), over);
        }
    }

    /// What the CDN nodes that are there and waypoint servers can send.
    fn server_capacity(&self) -> BitRate {
        let nodes: BitRate = (0..self.servers)
            .map(|number| self.peer(self.slots[number]))
            .filter(|peer| peer.present)
            .map(|peer| peer.lent)
            .sum();
        nodes + self.waypoint_capacity()
    }

    /// What is seen of each content.
    fn instants(&mut self) -> Vec<Instant> {
        let mut instants = vec![Instant::default(); self.streams.len()];
        let (now, config) = (self.now, &self.scenario.player);
        let streams = &self.streams;
        let watches = |peer: &&mut Peer| {
            let is_client = peer.present && !peer.is_server() && !peer.role.is_relay();
            is_client && !streams[peer.content.index()].is_file
        };
        for peer in self.peers.iter_mut().filter(watches) {
            let instant = &mut instants[peer.content.index()];
            let totals = peer.player.totals(now, config);
            instant.playback.on_time += totals.on_time;
            instant.playback.late += totals.late;
            instant.playback.stalled += totals.stalled;
            instant.playback.skipped += totals.skipped;
            instant.stalled += u64::from(peer.player.is_stalled());
            if let Some(lag) = peer.player.lag() {
                instant.playing += 1;
                instant.lag += lag;
            }
        }
        instants
    }

    /// Viewers and relays present, by their numbers.
    fn viewers_in_order(&self) -> Vec<Slot> {
        let slots = self.slots[self.servers..].iter();
        slots.copied().filter(|slot| *slot != NO_SLOT).collect()
    }

    /// Viewers present and relays that serve, by slot.
    fn viewers(&self) -> impl Iterator<Item = Slot> + '_ {
        let slots = 0..self.peers.len() as Slot;
        slots.filter(|slot| {
            let peer = self.peer(*slot);
            peer.present && (!peer.is_server() || peer.called.is_some())
        })
    }

    /// Depth and stretch of every edge, and the least depth that the same feeds would allow.
    fn look_at_trees(&mut self) {
        let mut look = QualityLook::new(self.peers.len());
        let mut forests = vec![Forest::default(); self.streams.len()];
        for slot in self.viewers() {
            // Whoever has all of a file is fed by nobody: it has no place in a tree.
            if !self.fetches(slot) {
                let forest = &mut forests[self.peer(slot).content.index()];
                self.look_at_places(slot, &mut look, forest);
            }
            if self.peer(slot).role != Role::Waypoint {
                look.viewer(self, slot);
            }
        }
        for (forest, stream) in forests.into_iter().zip(&self.streams) {
            if let Some(least) = forest.least_depth(stream.substreams) {
                self.recorder.least_depth(least, forest.places.len());
            }
            for (depth, stretch) in forest.places {
                self.recorder.placed(depth, stretch);
            }
        }
        self.recorder.looked(&look.done());
    }

    /// Where a viewer stands in each of its trees.
    fn look_at_places(&self, slot: Slot, look: &mut QualityLook, forest: &mut Forest) {
        let content = &self.scenario.contents[self.peer(slot).content.index()];
        let before = forest.places.len();
        for substream in self.substreams_of(slot) {
            let ancestry = look.place(self, slot, substream);
            let Some(source) = ancestry.source else { continue };
            forest.feeds += u64::from(ancestry.depth == 1);
            let direct =
                self.one_way(source, slot).map(|delay| delay + self.scenario.tree.forward_delay);
            let stretch =
                direct.map(|direct| ancestry.delay.as_secs_f64() / direct.as_secs_f64().max(1e-9));
            forest.places.push((ancestry.depth, stretch));
        }
        if forest.places.len() > before {
            // Whoever takes its uplink for wider than it is may feed more, too slowly.
            let peer = self.peer(slot);
            let lent = peer.lent.max(peer.believed);
            forest.fan_outs.push(fan_out(lent, content.bitrate, content.substreams));
        }
    }

    /// Who feeds whom, at the instants that the scenario names.
    fn write_topology(&mut self, every: Span) {
        let before = self.now.back(every);
        let wanted =
            self.scenario.output.topology_at.iter().any(|at| *at > before && *at <= self.now);
        if !wanted {
            return;
        }
        let mut rows = Vec::new();
        for slot in self.viewers_in_order() {
            for substream in self.substreams_of(slot) {
                rows.extend(self.topology_row(slot, substream));
            }
        }
        self.recorder.records.topology.extend(rows);
    }

    fn topology_row(&self, slot: Slot, substream: Substream) -> Option<TopologyRow> {
        let id = self.edges.id(slot, substream);
        let edge = self.edges.get(id);
        (edge.parent != NO_SLOT).then(|| TopologyRow {
            time: self.now,
            content: self.peer(slot).content,
            substream,
            parent: self.peer(edge.parent).id,
            child: self.peer(slot).id,
            depth: self.ancestry(slot, substream).depth,
            rate: FlowRate(self.edges.progress(id).speed.now).as_bit_rate(),
        })
    }

    /// A transfer from one source to one destination is over.
    pub(super) fn note_transfer(&mut self, id: EdgeId, parent: Slot, child: Slot) {
        let (from, to) = (self.peer(parent), self.peer(child));
        if !self.recorder.keeps_transfers(to.id) {
            return;
        }
        let detail = self.edges.detail(id);
        let (began, position) = detail.began;
        let moved = media_bytes(
            self.edges.progress(id).position(self.now).saturating_sub(position),
            self.edges.full_of(child),
        );
        let lasted = self.now.since(began).as_secs_f64();
        let content = &self.scenario.contents[to.content.index()];
        let row = TransferRow {
            owner: content.owner.clone(),
            title: content.name.clone(),
            source: from.id,
            destination: to.id,
            source_network: self.fabric.sites[usize::from(from.site)].number,
            destination_network: self.fabric.sites[usize::from(to.site)].number,
            bytes: Bytes::new(moved),
            start: began,
            end: self.now,
            peak: FlowRate(self.edges.get(id).peak).as_bit_rate(),
            mean: BitRate::from_bps(if lasted > 0.0 {
                (moved as f64 * 8.0 / lasted) as u64
            } else {
                0
            }),
        };
        self.recorder.records.transfers.push(row);
    }

    /// Closes the books.
    pub(super) fn finish(mut self) -> Outcome {
        self.take_sample(true);
        if self.spec.check {
            self.check_invariants();
        }
        for slot in self.viewers_in_order() {
            for substream in self.substreams_of(slot) {
                let id = self.edges.id(slot, substream);
                self.detach(id);
            }
            self.write_row(slot, false);
        }
        let duration = self.end.since(SimTime::ZERO);
        let borders: Vec<(LinkId, Border)> = self.fabric.borders().collect();
        self.recorder.write_links(&borders, duration);
        self.write_cdn_links(duration);
        let figures = self.coordinator.figures();
        let heard = self.coordinator.traffic();
        self.recorder.finish(self.scenario, duration, figures, &heard);
        Outcome {
            records: self.recorder.records,
            decisions: self.recorder.decisions,
            regroupings: self.regroupings,
            digest: self.digest.value(),
            events: self.events,
            violations: self.violations,
        }
    }

    fn write_cdn_links(&mut self, duration: Span) {
        let node = |number: usize| {
            let peer = self.peer(self.slots[number]);
            let network = self.fabric.sites[usize::from(peer.site)].number;
            ([self.scenario.cdn[number].name.clone(), network.to_string()], peer.lent)
        };
        let nodes = (0..self.servers).map(node).collect();
        self.recorder.write_cdn_links(nodes, duration);
    }
}
