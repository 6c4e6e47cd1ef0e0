//! Who takes a substream from whom: parents are taken, left and lost.

use super::edges::{Child, EdgeId, Loss, NO_EDGE, Reason};
use super::peers::{NO_SLOT, Peer, Slot};
use super::world::World;
use crate::net::fluid::FlowRate;
use crate::peer::Progress;
use crate::proto::PathClass;
use crate::units::{FlowId, Span, Substream};

impl World<'_> {
    /// The child takes the substream from `parent` from now on; a former parent is left.
    pub(super) fn attach(&mut self, id: EdgeId, parent: Slot, reason: Reason) {
        let (child, substream) = self.edges.owner(id);
        let Some(delay) = self.one_way(parent, child) else { return };
        let had_parent = self.edges.get(id).parent != NO_SLOT;
        self.detach(id);
        let changed = had_parent || self.edges.get(id).is_lost;
        let peer = &mut self.peers[child as usize];
        peer.parent_changes += u32::from(changed);
        // The handshake has measured the path.
        peer.new_paths = true;
        self.jump_to_what_is_kept(id, parent, substream);
        let Peer { id: child_id, site, .. } = *self.peer(child);
        self.edges.link(Child { slot: child, id: child_id, site, substream, level: false }, parent);
        let full = self.edges.full_of(child);
        let above = &mut self.peers[parent as usize];
        above.children += 1;
        above.sending += full;
        if above.overbooked.is_none() && above.sending > FlowRate::from(above.lent).get() {
            above.overbooked = Some(self.now);
        }
        self.note_load(parent);
        let class = self
            .fabric
            .class(self.peer(parent).site, self.peer(child).site)
            .unwrap_or(PathClass::Transit);
        let (cap, believed) = (self.catch_up_rate(child), Some(self.peer(parent).id));
        self.edges.track_mut(id).believed = believed;
        let edge = self.edges.get_mut(id);
        (edge.class, edge.reason, edge.cap, edge.peak) = (class, reason, cap, 0);
        edge.offset = delay + self.scenario.tree.forward_delay;
        let position = self.edges.progress(id).position(self.now);
        let detail = self.edges.detail_mut(id);
        (detail.dry, detail.slow) = (0, 0);
        (detail.seen, detail.began) = (position, (self.now, position));
        detail.unreported = true;
        self.open_flow(id);
        self.dirty.push(id);
    }

    /// A flow for an edge over the route of the moment.
    pub(super) fn open_flow(&mut self, id: EdgeId) {
        let (child, _) = self.edges.owner(id);
        let edge = self.edges.get(id);
        let sites = (self.peer(edge.parent).site, self.peer(child).site);
        let ends = self.ends_of(edge.parent, child);
        let flow = self.fabric.add_flow(ends, sites, FlowRate(edge.cap));
        self.name_flow(flow, id);
        self.edges.get_mut(id).flow = Some(flow);
    }

    /// Notes whose flow it is.
    pub(super) fn name_flow(&mut self, flow: FlowId, id: EdgeId) {
        if self.flow_edges.len() <= flow.index() {
            self.flow_edges.resize(flow.index() + 1, NO_EDGE);
        }
        self.flow_edges[flow.index()] = id;
    }

    /// What the new parent does not keep any more cannot be had from it: the child goes on where it begins.
    fn jump_to_what_is_kept(&mut self, id: EdgeId, parent: Slot, substream: Substream) {
        let (child, _) = self.edges.owner(id);
        if self.is_server(parent) || self.fetches(child) {
            return;
        }
        let newest = self.upstream(parent, child, substream).position(self.now);
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
        let bitrate = self.scenario.contents[self.peer(parent).content.index()].bitrate;
        let stored = session
            .and_then(|session| session.storage)
            .and_then(|storage| bitrate.time_to_send(storage));
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
        let full = self.edges.full_of(child);
        let above = &mut self.peers[parent as usize];
        above.children -= 1;
        above.sending -= full;
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
        // Of a file nothing is late: that its source is lost shows in the time that the client takes.
        if self.fetches(self.edges.owner(id).0) {
            return;
        }
        let detail = self.edges.detail_mut(id);
        if detail.lost.is_none() {
            (detail.lost, detail.detected) = (Some((now, loss)), false);
            self.edges.get_mut(id).is_lost = true;
            let (child, substream) = self.edges.owner(id);
            let parent = self.edges.track(id).believed;
            self.recorder.events.lost((self.peer(child).id, substream), now, parent, loss);
        }
    }
}
