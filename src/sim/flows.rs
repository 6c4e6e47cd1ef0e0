//! The data plane: substreams flow from parents to children, catch up, fall behind, and stop.
//!
//! A substream is one fluid flow. Its cap is what its parent itself receives when the child has
//! caught up, and the catch-up rate when it has not. A change of a rate goes down the subtree only.

use super::edges::{EdgeId, NO_EDGE};
use super::event::Event;
use super::peers::Slot;
use super::world::{Stream, World};
use crate::net::fluid::FlowRate;
use crate::peer::{Progress, Speed};
use crate::units::Substream;

/// Positions nearer than this count as equal: rates are rounded to the micro-bit.
pub(super) const LEVEL_WITHIN: u64 = 1_000;

/// Rounds of settling after which caps only fall until the instant is over (assumption: far above what is
/// usual). Where several hops of one tree cross the same crowded link, each hop's cap depends on what the
/// link leaves the one above, and rates could chase each other for ever.
const ROUNDS: u32 = 100;

impl World<'_> {
    /// Whether nothing has changed since the last call of [`Self::settle`]: most events change nothing.
    pub(super) fn is_settled(&self) -> bool {
        self.dirty.is_empty() && self.touched.is_empty() && self.fabric.fluid.is_settled()
    }

    /// Applies all changes since the last call and solves the network, until nothing moves any more.
    pub(super) fn settle(&mut self) {
        self.rounds = 0;
        loop {
            self.rounds += 1;
            self.review_all();
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

    fn review_all(&mut self) {
        loop {
            while let Some(edge) = self.dirty.pop() {
                self.review(edge);
                self.review_children(edge);
            }
            // Not before: a parent's children are looked at one after the other.
            let Some(edge) = self.arrived.pop() else { break };
            self.end_fetching(edge);
        }
    }

    /// The network gave a flow another rate.
    fn take_new_rate(&mut self, id: EdgeId) {
        if id == NO_EDGE {
            // A probe's, which nobody waits for.
            return;
        }
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

    pub(super) fn set_speed(&mut self, id: EdgeId, rate: u64) {
        let mut progress = self.edges.progress(id);
        progress.change(self.now, Speed { now: rate, ..progress.speed });
        self.edges.set_progress(id, progress);
        let edge = self.edges.get_mut(id);
        edge.peak = edge.peak.max(rate);
        let (slot, _) = self.edges.owner(id);
        self.touch(slot);
    }

    /// Data flow again.
    fn note_repair(&mut self, id: EdgeId) {
        if std::mem::replace(&mut self.edges.get_mut(id).is_lost, false)
            && let Some((since, loss)) = self.edges.detail_mut(id).lost.take()
        {
            self.recorder.repaired(loss, self.now.since(since));
            let (child, substream) = self.edges.owner(id);
            self.recorder.events.mended((self.peer(child).id, substream), self.now);
        }
    }

    /// Nanoseconds of media of what a peer watches that the encoder has taken in.
    pub(super) fn live_edge(&self, slot: Slot) -> u64 {
        let stream = self.stream_of(slot);
        self.now.since(stream.start).as_nanos().min(stream.length)
    }

    /// What a CDN node can send of a content: the live edge less the time to encode and package.
    fn source(&self, stream: &Stream) -> Progress {
        let begins = stream.start + self.scenario.tree.origin_delay;
        if stream.is_file {
            let there = if self.now >= begins { stream.length } else { 0 };
            return Progress::at(there, self.now, stream.full);
        }
        let passed = self.now.since(begins).as_nanos();
        let flowing = self.now >= begins && passed < stream.length;
        let speed = Speed { now: if flowing { stream.full } else { 0 }, full: stream.full };
        Progress { base: passed.min(stream.length), since: self.now, speed }
    }

    /// Position and speed of the parent of `child` in a substream.
    pub(super) fn upstream(&self, parent: Slot, child: Slot, substream: Substream) -> Progress {
        if self.is_server(parent) {
            return self.source(self.stream_of(child));
        }
        self.edges.progress(self.edges.id(parent, substream))
    }

    fn review_children(&mut self, id: EdgeId) {
        let (slot, substream) = self.edges.owner(id);
        if self.is_server(slot) || self.peer(slot).children == 0 {
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
        let (child, substream) = self.edges.owner(id);
        if self.is_fetched(id) {
            return self.arrived.push(id);
        }
        let above = self.upstream(edge.parent, child, substream);
        let own = self.edges.progress(id);
        // What a source of a file has had for a while it sends at once.
        let under_way = if self.fetches(child) {
            above.speed.media_in(edge.offset)
        } else {
            edge.offset.as_nanos()
        };
        let reach = above.position(self.now).saturating_sub(under_way);
        let position = own.position(self.now);
        let (cap, level_in) = if position + LEVEL_WITHIN < reach {
            (self.catch_up_rate(child), own.speed.time_to_catch(above.speed, reach - position))
        } else if position > reach + LEVEL_WITHIN {
            (0, above.speed.time_for(position - reach))
        } else {
            (above.speed.now, None)
        };
        let cap = if self.rounds > ROUNDS { cap.min(edge.cap) } else { cap };
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
            let level = Event::Level { edge: id, generation };
            let key = self.schedule_revocable(self.now + wait, level);
            self.edges.get_mut(id).level_event = Some(key);
        }
    }

    /// What a child that is behind takes at most; a file is never fetched faster than at its rate.
    pub(super) fn catch_up_rate(&self, child: Slot) -> u64 {
        let full = self.edges.full_of(child);
        if self.fetches(child) { full } else { (full as f64 * self.scenario.tree.catch_up) as u64 }
    }

    /// A child has come to where its parent is.
    pub(super) fn level(&mut self, id: EdgeId, generation: u32) {
        if self.edges.get(id).level_generation == generation {
            self.dirty.push(id);
        }
    }

    pub(super) fn content_turns(&mut self, content: u32) {
        for id in 0..self.edges.len() as EdgeId {
            let (slot, _) = self.edges.owner(id);
            if self.peer(slot).content.get() == content {
                self.dirty.push(id);
            }
        }
    }
}
