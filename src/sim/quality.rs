//! What the trees would lose with a peer, and what they have left: the quality of the topology at one
//! instant, as it is and not as anybody believes it.

use super::peers::{NO_SLOT, Slot};
use super::recorder::Quality;
use super::world::World;
use crate::units::Substream;

/// Longer chains than this are circles.
const LONGEST: usize = 10_000;

impl World<'_> {
    /// The quality of the topology now; a walk over every viewer's way to its CDN node.
    pub(super) fn quality(&self) -> Quality {
        let mut quality = Quality::default();
        let mut below = vec![0_u32; self.peers.len()];
        let mut way = Vec::new();
        for slot in self.viewers() {
            for substream in self.all_substreams() {
                if self.way_up(slot, substream, &mut way) {
                    quality.fed += 1;
                    way.iter().for_each(|above| below[*above as usize] += 1);
                }
            }
            self.add_uplink(slot, &mut quality);
        }
        let worst = self.viewers().map(|slot| below[slot as usize]).max();
        quality.worst_below = u64::from(worst.unwrap_or(0));
        quality
    }

    /// The viewers above this one, up to a CDN node; false when the chain does not end at one.
    fn way_up(&self, slot: Slot, substream: Substream, way: &mut Vec<Slot>) -> bool {
        way.clear();
        let mut at = slot;
        loop {
            at = self.edges.get(self.edges.id(at, substream)).parent;
            if at == NO_SLOT || way.len() > LONGEST {
                return false;
            }
            if self.is_server(at) {
                return true;
            }
            way.push(at);
        }
    }

    /// What a viewer lends, what of it is left, and in how many substreams it feeds others.
    fn add_uplink(&self, slot: Slot, quality: &mut Quality) {
        let peer = self.peer(slot);
        let content = &self.scenario.contents[0];
        let rate = content.bitrate.as_f64() / f64::from(content.substreams.max(1));
        quality.lent += peer.lent.as_f64();
        quality.spare += (peer.lent.as_f64() - rate * f64::from(peer.children)).max(0.0);
        let mut substreams = self.edges.children(slot).iter().map(|child| child.substream);
        if let Some(first) = substreams.next() {
            quality.interior += 1;
            quality.disjoint += u64::from(substreams.all(|other| other == first));
        }
    }
}
