//! The data plane: substreams flow from parents to children, catch up, fall behind, and stop.
//!
//! A substream is one fluid flow. Its cap is what its parent itself receives when the child has
//! caught up, and the catch-up rate when it has not. A change of a rate goes down the subtree only.

use super::edges::{Child, Edge, EdgeId, Loss, Reason};
use super::event::Event;
use super::peers::{NO_SLOT, Peer, Slot};
use super::world::World;
use crate::net::fluid::FlowRate;
use crate::peer::{Progress, Speed};
use crate::proto::PathClass;
use crate::units::{Span, Substream};

/// Positions nearer than this count as equal: rates are rounded to the micro-bit.
const LEVEL_WITHIN: u64 = 1_000;

impl World<'_> {
    /// Whether nothing has changed since the last call of [`Self::settle`]: most events change nothing.
    pub(super) fn is_settled(&self) -> bool {
        self.dirty.is_empty() && self.touched.is_empty() && self.fabric.fluid.is_settled()
    }

    /// Applies all changes since the last call and solves the network, until nothing moves any more.
    pub(super) fn settle(&mut self) {
        loop {
            while let Some(edge) = self.dirty.pop() {
                self.review(edge);
                self.review_children(edge);
            }
            let mut changed = std::mem::take(&mut self.changed);
            changed.clear();
            changed.extend(
                self.fabric.fluid.settle().iter().map(|flow| self.flow_edges[flow.index()]),
            );
            if changed.is_empty() {
                self.changed = changed;
                break;
            }
            for edge in changed.drain(..) {
                self.take_new_rate(edge);
            }
            self.changed = changed;
        }
        self.look_at_players();
    }

    /// The network gave a flow another rate.
    fn take_new_rate(&mut self, id: EdgeId) {
        let Some(flow) = self.edges.get(id).flow else { return };
        let rate = self.fabric.fluid.rate(flow).get();
        if rate == self.edges.progress(id).speed.now {
            return;
        }
        self.set_speed(id, rate);
        if rate > 0 {
            self.note_repair(id);
        }
        self.dirty.push(id);
    }

    fn set_speed(&mut self, id: EdgeId, rate: u64) {
        let mut progress = self.edges.progress(id);
        progress.change(self.now, Speed { now: rate, ..progress.speed });
        self.edges.set_progress(id, progress);
        let detail = self.edges.detail_mut(id);
        detail.peak = detail.peak.max(rate);
        let (slot, _) = self.edges.owner(id);
        self.touch(slot);
    }

    /// Data flow again.
    fn note_repair(&mut self, id: EdgeId) {
        if let Some((since, loss)) = self.edges.detail_mut(id).lost.take() {
            self.recorder.repaired(loss, self.now.since(since));
        }
    }

    /// Puts a player on the list of those to be looked at.
    pub(super) fn touch(&mut self, slot: Slot) {
        let peer = &mut self.peers[slot as usize];
        if !std::mem::replace(&mut peer.touched, true) {
            self.touched.push(slot);
        }
    }

    fn look_at_players(&mut self) {
        let mut touched = std::mem::take(&mut self.touched);
        for slot in touched.drain(..) {
            self.peers[slot as usize].touched = false;
            if self.peers[slot as usize].present {
                self.observe_player(slot);
            }
        }
        self.touched = touched;
    }

    /// Lets a player act on the state of its substreams, and notes when it will want to act next.
    fn observe_player(&mut self, slot: Slot) {
        if self.peer(slot).start.is_none() || self.peer(slot).is_server() {
            return;
        }
        let count = usize::from(self.stream().substreams);
        let mut inflows = std::mem::take(&mut self.inflows);
        inflows.clear();
        let tracks = &self.edges.tracks(slot)[..count];
        inflows.extend(tracks.iter().map(|track| self.edges.progress_of(track)));
        let (now, length, live) = (self.now, self.stream().length, self.live_edge());
        let peer = &mut self.peers[slot as usize];
        let started = peer.player.startup_delay().is_some();
        let next = peer.player.observe(now, &inflows, length, live, &self.scenario.player);
        peer.player_generation += 1;
        let generation = peer.player_generation;
        if !started && let Some(delay) = peer.player.startup_delay() {
            self.recorder.started(delay);
        }
        let pointless = peer.player_event.take();
        self.inflows = inflows;
        self.unschedule(pointless);
        if let Some(at) = next {
            let key = self.schedule(at, Event::Player { slot, generation });
            self.peers[slot as usize].player_event = Some(key);
        }
    }

    pub(super) fn player_event(&mut self, slot: Slot, generation: u32) {
        let peer = self.peer(slot);
        if peer.present && peer.player_generation == generation {
            self.observe_player(slot);
        }
    }

    /// Nanoseconds of media that the encoder has taken in.
    pub(super) fn live_edge(&self) -> u64 {
        let stream = self.stream();
        self.now.since(stream.start).as_nanos().min(stream.length)
    }

    /// What a CDN node can send: the live edge less the time to encode and package.
    fn source(&self) -> Progress {
        let stream = self.stream();
        let begins = stream.start + self.scenario.tree.origin_delay;
        let passed = self.now.since(begins).as_nanos();
        let flowing = self.now >= begins && passed < stream.length;
        let speed = Speed { now: if flowing { stream.full } else { 0 }, full: stream.full };
        Progress { base: passed.min(stream.length), since: self.now, speed }
    }

    /// Position and speed of a parent in a substream.
    pub(super) fn upstream(&self, parent: Slot, substream: Substream) -> Progress {
        if self.peer(parent).is_server() {
            return self.source();
        }
        self.edges.progress(self.edges.id(parent, substream))
    }

    fn review_children(&mut self, id: EdgeId) {
        let (slot, substream) = self.edges.owner(id);
        if self.peer(slot).is_server() {
            return;
        }
        for number in 0..self.edges.children(slot).len() {
            let child = self.edges.children(slot)[number];
            if child.substream == substream {
                self.review(self.edges.id(child.slot, substream));
            }
        }
    }

    /// Sets the cap of an edge from where it and its parent are, and notes when they will be level.
    fn review(&mut self, id: EdgeId) {
        let edge = *self.edges.get(id);
        let Some(flow) = edge.flow else { return };
        let (_, substream) = self.edges.owner(id);
        let above = self.upstream(edge.parent, substream);
        let own = self.edges.progress(id);
        let reach = above.position(self.now).saturating_sub(edge.offset.as_nanos());
        let position = own.position(self.now);
        let (cap, level_in) = if position + LEVEL_WITHIN < reach {
            (self.catch_up_rate(), own.speed.time_to_catch(above.speed, reach - position))
        } else if position > reach + LEVEL_WITHIN {
            (0, above.speed.time_for(position - reach))
        } else {
            (above.speed.now, None)
        };
        let level = position + LEVEL_WITHIN >= reach && own.speed.now == above.speed.now;
        self.edges.set_level(id, level);
        let edge = self.edges.get_mut(id);
        edge.level_generation += 1;
        let (generation, pointless) = (edge.level_generation, edge.level_event.take());
        if edge.cap != cap {
            edge.cap = cap;
            self.fabric.fluid.set_cap(flow, FlowRate(cap));
        }
        self.unschedule(pointless);
        if let Some(wait) = level_in {
            let key = self.schedule(self.now + wait, Event::Level { edge: id, generation });
            self.edges.get_mut(id).level_event = Some(key);
        }
    }

    fn catch_up_rate(&self) -> u64 {
        (self.stream().full as f64 * self.scenario.tree.catch_up) as u64
    }

    /// A child has come to where its parent is.
    pub(super) fn level(&mut self, id: EdgeId, generation: u32) {
        if self.edges.get(id).level_generation == generation {
            self.dirty.push(id);
        }
    }

    pub(super) fn content_turns(&mut self, _content: u32) {
        for id in 0..self.edges.len() as EdgeId {
            self.dirty.push(id);
        }
    }

    /// The child takes the substream from `parent` from now on; a former parent is left.
    pub(super) fn attach(&mut self, id: EdgeId, parent: Slot, reason: Reason) {
        let (child, substream) = self.edges.owner(id);
        let Some(delay) = self.one_way(parent, child) else { return };
        let had_parent = self.edges.get(id).parent != NO_SLOT;
        self.detach(id);
        let changed = had_parent || self.edges.detail(id).lost.is_some();
        let peer = &mut self.peers[child as usize];
        peer.parent_changes += u32::from(changed);
        // The handshake has measured the path.
        peer.new_paths = true;
        self.jump_to_what_is_kept(id, parent, substream);
        let Peer { id: child_id, site, .. } = *self.peer(child);
        self.edges.link(Child { slot: child, id: child_id, site, substream, level: false }, parent);
        self.peers[parent as usize].children += 1;
        self.note_load(parent);
        let class = self
            .fabric
            .class(self.peer(parent).site, self.peer(child).site)
            .unwrap_or(PathClass::Transit);
        let (cap, believed) = (self.catch_up_rate(), Some(self.peer(parent).id));
        self.edges.track_mut(id).believed = believed;
        let edge = self.edges.get_mut(id);
        (edge.class, edge.reason, edge.cap) = (class, reason, cap);
        edge.offset = delay + self.scenario.tree.forward_delay;
        let position = self.edges.progress(id).position(self.now);
        let detail = self.edges.detail_mut(id);
        (detail.dry, detail.slow, detail.peak) = (0, 0, 0);
        (detail.seen, detail.began) = (position, (self.now, position));
        detail.unreported = true;
        self.open_flow(id);
        self.dirty.push(id);
    }

    /// A flow for an edge over the route of the moment.
    pub(super) fn open_flow(&mut self, id: EdgeId) {
        let (child, _) = self.edges.owner(id);
        let edge = self.edges.get(id);
        let (above, below) = (self.peer(edge.parent), self.peer(child));
        let (ends, sites) = ((above.uplink, below.downlink), (above.site, below.site));
        let flow = self.fabric.add_flow(ends, sites, FlowRate(edge.cap));
        if self.flow_edges.len() <= flow.index() {
            self.flow_edges.resize(flow.index() + 1, u32::MAX);
        }
        self.flow_edges[flow.index()] = id;
        self.edges.get_mut(id).flow = Some(flow);
    }

    /// What the new parent does not keep any more cannot be had from it: the child goes on where it begins.
    fn jump_to_what_is_kept(&mut self, id: EdgeId, parent: Slot, substream: Substream) {
        if self.peer(parent).is_server() {
            return;
        }
        let (child, _) = self.edges.owner(id);
        let newest = self.upstream(parent, substream).position(self.now);
        let start = self.peer(parent).start.unwrap_or(0);
        let oldest = start.max(newest.saturating_sub(self.kept(parent).as_nanos()));
        let now = self.now;
        let progress = self.edges.progress(id);
        if progress.position(now) < oldest {
            self.edges.set_progress(id, Progress { base: oldest, since: now, ..progress });
            self.edges.detail_mut(id).booked = oldest;
            let config = &self.scenario.player;
            self.peers[child as usize].player.skip_to(now, oldest, config);
            self.touch(child);
        }
    }

    /// Where a device is limited, another child is something to report.
    fn note_load(&mut self, parent: Slot) {
        let peer = &mut self.peers[parent as usize];
        let limit = peer.session.and_then(|number| self.sessions[number as usize].cpu);
        peer.new_load |= limit.is_some();
    }

    /// How much of the past a viewer keeps for its children.
    fn kept(&self, parent: Slot) -> Span {
        let session = self.peer(parent).session.map(|number| &self.sessions[number as usize]);
        let stored = session
            .and_then(|session| session.storage)
            .and_then(|storage| self.scenario.contents[0].bitrate.time_to_send(storage));
        stored.map_or(self.scenario.tree.buffer, |stored| stored.min(self.scenario.tree.buffer))
    }

    /// The child takes nothing from its parent any more.
    pub(super) fn detach(&mut self, id: EdgeId) {
        let (child, substream) = self.edges.owner(id);
        self.book(id);
        if let Some(flow) = self.edges.get_mut(id).flow.take() {
            self.fabric.fluid.remove_flow(flow);
        }
        let parent = self.edges.unlink(child, substream);
        if parent == NO_SLOT {
            return;
        }
        self.note_transfer(id, parent, child);
        self.peers[parent as usize].children -= 1;
        self.note_load(parent);
        let edge = self.edges.get_mut(id);
        edge.level_generation += 1;
        let pointless = edge.level_event.take();
        self.unschedule(pointless);
        self.set_speed(id, 0);
        self.dirty.push(id);
    }

    /// The child gives its parent up.
    pub(super) fn abandon(&mut self, id: EdgeId) {
        self.detach(id);
        self.edges.track_mut(id).believed = None;
    }

    /// The parent is gone: data stop, and the child does not know yet.
    pub(super) fn orphan(&mut self, id: EdgeId, loss: Loss) {
        self.detach(id);
        self.mark_lost(id, loss);
    }

    pub(super) fn mark_lost(&mut self, id: EdgeId, loss: Loss) {
        let now = self.now;
        let detail = self.edges.detail_mut(id);
        if detail.lost.is_none() {
            (detail.lost, detail.detected) = (Some((now, loss)), false);
        }
    }

    /// Enters the bytes since the last entry into everybody's books.
    pub(super) fn book(&mut self, id: EdgeId) {
        let now = self.now;
        let Edge { parent, reason, .. } = *self.edges.get(id);
        let position = self.edges.progress(id).position(now);
        let booked = &mut self.edges.detail_mut(id).booked;
        let media = position - std::mem::replace(booked, position);
        if media == 0 || parent == NO_SLOT {
            return;
        }
        let (child, _) = self.edges.owner(id);
        let bytes = media_bytes(media, self.stream().full);
        let from_server = self.peer(parent).is_server();
        let receiver = &mut self.peers[child as usize];
        if from_server {
            receiver.from_cdn += bytes
        } else {
            receiver.from_peers += bytes
        }
        self.peers[parent as usize].sent += bytes;
        let sites = (self.peer(parent).site, self.peer(child).site);
        self.recorder.moved(sites, bytes, from_server.then_some(reason));
    }

    /// Enters all bytes up to now.
    pub(super) fn book_all(&mut self) {
        for id in 0..self.edges.len() as EdgeId {
            if self.edges.get(id).parent != NO_SLOT {
                self.book(id);
            }
        }
    }

    /// Whether data can reach a peer in a substream: its ancestors end at a CDN node. Also tells how deep
    /// it is, and how long the way is.
    pub(super) fn ancestry(&self, slot: Slot, substream: Substream) -> Ancestry {
        let (mut at, mut depth, mut delay) = (slot, 0, Span::ZERO);
        loop {
            if self.peer(at).is_server() {
                return Ancestry { source: Some(at), depth, delay };
            }
            let edge = self.edges.get(self.edges.id(at, substream));
            // A circle has no end; nothing this deep is worth having.
            if edge.parent == NO_SLOT || depth > 10_000 {
                return Ancestry { source: None, depth, delay };
            }
            delay += edge.offset;
            depth += 1;
            at = edge.parent;
        }
    }

    /// Whether `ancestor` is above `slot`, or is it.
    pub(super) fn is_above(&self, ancestor: Slot, slot: Slot, substream: Substream) -> bool {
        let (mut at, mut depth) = (slot, 0);
        while at != NO_SLOT && depth <= 10_000 {
            if at == ancestor {
                return true;
            }
            if self.peer(at).is_server() {
                return false;
            }
            at = self.edges.get(self.edges.id(at, substream)).parent;
            depth += 1;
        }
        false
    }

    /// Whoever has waited without a byte so far begins where one who comes now would.
    pub(super) fn forget_the_wait(&mut self, slot: Slot) {
        let peer = self.peer(slot);
        let start = peer.start;
        let has_nothing = |substream| {
            let id = self.edges.id(slot, substream);
            self.edges.get(id).parent == NO_SLOT
                && self.edges.detail(id).pending == NO_SLOT
                && Some(self.edges.progress(id).position(self.now)) == start
        };
        if peer.children == 0 && self.all_substreams().all(has_nothing) {
            self.peer_mut(slot).start = None;
        }
    }

    /// A viewer's first position: behind the live edge by the buffer it is to have.
    pub(super) fn begin_watching(&mut self, slot: Slot) {
        if self.peer(slot).start.is_some() {
            return;
        }
        let start = self.live_edge().saturating_sub(self.scenario.player.join_back.as_nanos());
        let (now, full) = (self.now, self.stream().full);
        for substream in self.all_substreams() {
            let id = self.edges.id(slot, substream);
            self.edges.set_progress(id, Progress::at(start, now, full));
            let detail = self.edges.detail_mut(id);
            (detail.booked, detail.seen) = (start, start);
        }
        let config = &self.scenario.player;
        let peer = &mut self.peers[slot as usize];
        peer.start = Some(start);
        peer.player.skip_to(now, start, config);
        self.touch(slot);
    }
}

/// Where a substream comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ancestry {
    /// The CDN node at the top; none when the chain is broken.
    pub(super) source: Option<Slot>,
    /// Hops from there.
    pub(super) depth: u32,
    /// Sum of the delays of the hops.
    pub(super) delay: Span,
}

/// Bytes in a stretch of media of a substream with this rate (in micro-bits per second).
pub(super) fn media_bytes(media: u64, full: u64) -> u64 {
    (u128::from(media) * u128::from(full) / (8 * 1_000_000_000 * 1_000_000)) as u64
}
