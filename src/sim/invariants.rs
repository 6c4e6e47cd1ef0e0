//! What must hold at every instant, checked at every sample when asked for.

use super::edges::EdgeId;
use super::peers::{NO_SLOT, Slot};
use super::world::World;
use crate::net::fluid::FlowRate;
use crate::units::{LinkId, Substream};

impl World<'_> {
    /// Looks at everything; what is broken is noted in words.
    pub(super) fn check_invariants(&mut self) {
        let mut found = Vec::new();
        self.check_links(&mut found);
        for slot in 0..self.peers.len() as Slot {
            if self.peer(slot).present && !self.is_server(slot) {
                for substream in self.substreams_of(slot) {
                    self.check_edge(slot, substream, &mut found);
                }
            }
            self.check_uplink(slot, &mut found);
        }
        self.check_bytes(&mut found);
        if self.queue.late() > 0 {
            found.push(format!("{} events were scheduled in the past", self.queue.late()));
        }
        let now = self.now;
        self.violations.extend(found.into_iter().map(|what| format!("{now}: {what}")));
    }

    /// No link above its capacity.
    fn check_links(&self, found: &mut Vec<String>) {
        for number in 0..self.fabric.fluid.link_count() {
            let link = LinkId::from_index(number);
            let (load, capacity) =
                (self.fabric.fluid.load(link), FlowRate::from(self.fabric.fluid.capacity(link)));
            if load > capacity {
                found.push(format!("link {link} carries {load} of {capacity}"));
            }
        }
    }

    /// No circle, no child of somebody who is gone, nobody ahead of its parent.
    fn check_edge(&self, slot: Slot, substream: Substream, found: &mut Vec<String>) {
        let id: EdgeId = self.edges.id(slot, substream);
        let edge = self.edges.get(id);
        if edge.parent == NO_SLOT {
            return;
        }
        let child = self.peer(slot).id;
        if !self.peer(edge.parent).present {
            found.push(format!(
                "peer {child} takes substream {substream} from somebody who is gone"
            ));
            return;
        }
        if self.is_above(slot, edge.parent, substream) {
            found.push(format!("peer {child} is its own ancestor in substream {substream}"));
        }
        let above = self.upstream(edge.parent, slot, substream).position(self.now);
        let own = self.edges.progress(id);
        if own.speed.now > 0 && own.position(self.now) > above {
            found.push(format!("peer {child} is ahead of its parent in substream {substream}"));
        }
    }

    /// Nobody feeds more children than it believes its lent uplink to carry.
    fn check_uplink(&self, slot: Slot, found: &mut Vec<String>) {
        let peer = self.peer(slot);
        if !peer.present {
            return;
        }
        let listed = self.edges.children(slot).len();
        if listed != peer.children as usize {
            found.push(format!(
                "peer {} counts {} children and has {listed}",
                peer.id, peer.children
            ));
        }
        // Of all contents that it serves together, and not of each.
        let (sending, lent) = (self.sending(slot), FlowRate::from(self.believed(slot)));
        if sending > lent.get() {
            found.push(format!(
                "peer {} and others on its host promise {} and lend {lent}",
                peer.id,
                FlowRate(sending)
            ));
        }
    }

    /// What was sent was received.
    fn check_bytes(&self, found: &mut Vec<String>) {
        let (sent, by_leavers) = self.recorder.byte_totals();
        let viewers = self.peers.iter().filter(|peer| peer.present);
        let received =
            by_leavers + viewers.map(|peer| peer.from_cdn + peer.from_peers).sum::<u64>();
        if sent != received {
            found.push(format!("{sent} bytes were sent and {received} received"));
        }
    }
}
