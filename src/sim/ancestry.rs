//! The way from a CDN node to a viewer in one substream, as it is and not as anybody believes it.

use super::peers::{NO_SLOT, Slot};
use super::world::World;
use crate::units::{Span, Substream};

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

impl World<'_> {
    /// Whether data can reach a peer in a substream: its ancestors end at a CDN node. Also tells how deep
    /// it is, and how long the way is.
    pub(super) fn ancestry(&self, slot: Slot, substream: Substream) -> Ancestry {
        self.ancestry_through(slot, substream, |_| {})
    }

    /// The same, and names the viewers on the way, from the one above; also where the chain is broken.
    pub(super) fn ancestry_through(
        &self,
        slot: Slot,
        substream: Substream,
        mut passes: impl FnMut(Slot),
    ) -> Ancestry {
        let (mut at, mut depth, mut delay) = (slot, 0, Span::ZERO);
        loop {
            if self.is_server(at) {
                return Ancestry { source: Some(at), depth, delay };
            }
            if depth > 0 {
                passes(at);
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
            if self.is_server(at) {
                return false;
            }
            at = self.edges.get(self.edges.id(at, substream)).parent;
            depth += 1;
        }
        false
    }
}
